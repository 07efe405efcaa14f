"""What rows are written to: records of a list, the opt-outs, headers and footers.

Each target says after every row, or block of rows, what became of it, so that it is known how far
a statement has come when something fails.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from tap_acton.dynamic import origin_of
from tap_acton.sql.exceptions import NotSupportedError, ProgrammingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from tap_acton.sql.schema.table import Table

__all__ = ["Changes", "Outcome", "Refused", "Row", "Target", "target_of"]

_BLOCK = 100
"""Rows that one request may delete or opt out."""
_EMAIL = re.compile(r"\W|_")
_EMAIL_NAMES = frozenset({"email", "emailaddress"})


class Refused(Protocol):
    """A record that was not deleted."""

    @property
    def id(self) -> str:
        """Its id."""
        ...

    @property
    def reason(self) -> str:
        """Why."""
        ...


class Changes(Protocol):
    """What can be changed in an account; `ActOnClient.changes` is one."""

    def insert_record(self, list_id: str, values: Mapping[str, str]) -> str:
        """Add a record to a list and return its id."""
        ...

    def upsert_record(self, list_id: str, email: str, values: Mapping[str, str]) -> str:
        """Change the record of an address, or add it, and return its id."""
        ...

    def update_record(self, list_id: str, record_id: str, values: Mapping[str, str]) -> None:
        """Change a record of a list."""
        ...

    def delete_records(self, list_id: str, ids: Sequence[str]) -> Sequence[Refused]:
        """Delete records of a list, at most 100, and return those that stay."""
        ...

    def opt_out(self, emails: Sequence[str]) -> int:
        """Opt addresses out."""
        ...

    def opt_in(self, emails: Sequence[str]) -> int:
        """Take back that addresses opted out."""
        ...

    def create_header(self, values: Mapping[str, str]) -> str:
        """Add a header and return its id."""
        ...

    def update_header(self, id: str, values: Mapping[str, str]) -> None:  # noqa: A002
        """Change a header."""
        ...

    def delete_header(self, id: str) -> None:  # noqa: A002
        """Delete a header."""
        ...

    def create_footer(self, values: Mapping[str, str]) -> str:
        """Add a footer and return its id."""
        ...

    def update_footer(self, id: str, values: Mapping[str, str]) -> None:  # noqa: A002
        """Change a footer."""
        ...

    def delete_footer(self, id: str) -> None:  # noqa: A002
        """Delete a footer."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """New values of a row by column; its key, if it has one."""

    key: str = ""
    values: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of a row."""

    id: str
    reason: str = ""
    """Why it was not written, if it was not."""


class Target(Protocol):
    """Where rows of a table are written. Nothing is sent before its outcome is asked for."""

    def insert(self, rows: Iterable[Row]) -> Iterator[Outcome]:
        """Add rows."""
        ...

    def upsert(self, rows: Iterable[Row]) -> Iterator[Outcome]:
        """Change rows, or add those that are not there."""
        ...

    def update(self, rows: Iterable[Row], /) -> Iterator[Outcome]:
        """Change rows."""
        ...

    def delete(self, keys: Sequence[str]) -> Iterator[Outcome]:
        """Delete rows."""
        ...


def target_of(table: Table, changes: Changes) -> Target:
    """Return what a table's rows are written to.

    Raises:
        NotSupportedError: There is nothing.
    """
    origin = origin_of(table.way.resource)
    if origin is not None and origin.kind == "list":
        return _Records(changes, origin.id)
    name = table.name.casefold()
    if name == "optout":
        return _OptOuts(changes)
    if name == "header":
        return _Parts(changes.create_header, changes.update_header, changes.delete_header)
    if name == "footer":
        return _Parts(changes.create_footer, changes.update_footer, changes.delete_footer)
    raise NotSupportedError(f"{table.name} cannot be written.")


class _Records:
    """The records of a list."""

    def __init__(self, changes: Changes, list_id: str) -> None:
        self._changes = changes
        self._list = list_id

    def insert(self, rows: Iterable[Row]) -> Iterator[Outcome]:
        for row in rows:
            yield Outcome(id=self._changes.insert_record(self._list, row.values))

    def upsert(self, rows: Iterable[Row]) -> Iterator[Outcome]:
        for row in rows:
            if row.key:
                yield from self.update([row])
            else:
                email = _email(row.values)
                yield Outcome(id=self._changes.upsert_record(self._list, email, row.values))

    def update(self, rows: Iterable[Row]) -> Iterator[Outcome]:
        for row in rows:
            self._changes.update_record(self._list, row.key, row.values)
            yield Outcome(id=row.key)

    def delete(self, keys: Sequence[str]) -> Iterator[Outcome]:
        for block in _blocks(keys):
            refused = self._changes.delete_records(self._list, block)
            reasons = {each.id: each.reason for each in refused}
            yield from (Outcome(id=key, reason=reasons.get(key, "")) for key in block)


class _OptOuts:
    """Addresses that opted out; an address is all there is of a row."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes

    def insert(self, rows: Iterable[Row]) -> Iterator[Outcome]:
        for block in _blocks([row.key or _email(row.values) for row in rows]):
            self._changes.opt_out(block)
            yield from (Outcome(id=email) for email in block)

    upsert = insert

    def update(self, _rows: Iterable[Row]) -> Iterator[Outcome]:
        raise NotSupportedError("Optout has nothing to update: INSERT and DELETE opt out and in.")

    def delete(self, keys: Sequence[str]) -> Iterator[Outcome]:
        for block in _blocks(keys):
            self._changes.opt_in(block)
            yield from (Outcome(id=email) for email in block)


class _Parts:
    """Headers, or footers."""

    def __init__(
        self,
        create: Callable[[Mapping[str, str]], str],
        change: Callable[[str, Mapping[str, str]], None],
        delete: Callable[[str], None],
    ) -> None:
        self._create = create
        self._change = change
        self._delete = delete

    def insert(self, rows: Iterable[Row]) -> Iterator[Outcome]:
        for row in rows:
            yield Outcome(id=self._create(row.values))

    def upsert(self, rows: Iterable[Row]) -> Iterator[Outcome]:
        for row in rows:
            yield from self.update([row]) if row.key else self.insert([row])

    def update(self, rows: Iterable[Row]) -> Iterator[Outcome]:
        for row in rows:
            self._change(row.key, row.values)
            yield Outcome(id=row.key)

    def delete(self, keys: Sequence[str]) -> Iterator[Outcome]:
        for key in keys:
            self._delete(key)
            yield Outcome(id=key)


def _email(values: Mapping[str, str]) -> str:
    for name, value in values.items():
        if _EMAIL.sub("", name).casefold() in _EMAIL_NAMES and value:
            return value
    raise ProgrammingError("A row needs its key, or a value in the column of its e-mail address.")


def _blocks(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(keys), _BLOCK):
        yield keys[start : start + _BLOCK]
