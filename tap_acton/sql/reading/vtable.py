"""SQLite's view of a table: rows that are requested when SQLite steps to them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Generator

    import apsw

    from tap_acton.client import ActOnClient
    from tap_acton.resources.convert import Record
    from tap_acton.sql.schema.table import Table, Way

__all__ = ["VirtualTables"]

_MANY_ROWS = 1e9
"""Each row costs requests, so that SQLite should read a table once rather than often."""


class VirtualTables:
    """SQLite's module of an account's tables; the argument of each is its number here."""

    def __init__(self, client: ActOnClient) -> None:
        self.tables: list[Table] = []
        self._client = client
        self._remembers = False
        self._remembered: dict[str, list[Record]] = {}

    def begin(self, *, remembers: bool) -> None:
        """Begin a statement.

        Args:
            remembers: Whether a table that was read to its end is kept, because a join may
                want it again for each row of another.
        """
        self._remembers, self._remembered = remembers, {}

    def records(self, way: Way) -> Generator[Record, None, None]:
        """Yield the records of a way; those that this statement has read cost no request."""
        resource = way.resource
        if resource.name in self._remembered:
            yield from self._remembered[resource.name]
            return
        kept: list[Record] = []
        for page in self._client.pages(resource, given=way.given):
            yield from page.records
            if self._remembers:
                kept.extend(page.records)
        if self._remembers:
            self._remembered[resource.name] = kept

    def Connect(  # noqa: N802 - SQLite's names
        self, _connection: apsw.Connection, _module: str, _database: str, _name: str, *args: Any
    ) -> tuple[str, _Table]:
        """Return a table's declaration, and the table."""
        table = self.tables[int(args[0])]
        return table.declaration, _Table(self, table)

    Create = Connect


class _Table:
    def __init__(self, tables: VirtualTables, table: Table) -> None:
        self._tables = tables
        self._table = table

    def BestIndex(self, *_: Any) -> tuple[Any, ...]:  # noqa: N802
        return (None, 0, None, False, _MANY_ROWS)

    def Open(self) -> _Cursor:  # noqa: N802
        return _Cursor(self._tables, self._table)

    def Disconnect(self) -> None:  # noqa: N802
        """Nothing is held."""

    Destroy = Disconnect


class _Cursor:
    def __init__(self, tables: VirtualTables, table: Table) -> None:
        self._tables = tables
        self._way = table.way
        self._names = tuple(each.column for each in table.fields)
        self._records: Generator[Record, None, None] | None = None
        self._record: Record | None = None
        self._number = 0

    def Filter(self, *_: Any) -> None:  # noqa: N802
        self.Close()
        self._records, self._number = self._tables.records(self._way), 0
        self.Next()

    def Eof(self) -> bool:  # noqa: N802
        return self._record is None

    def Next(self) -> None:  # noqa: N802
        self._record = next(self._records, None) if self._records else None
        self._number += 1

    def Rowid(self) -> int:  # noqa: N802
        return self._number

    def Column(self, number: int) -> Any:  # noqa: N802
        if number < 0:
            return self._number
        value = self._record.get(self._names[number]) if self._record else None
        return _stored(value)

    def Close(self) -> None:  # noqa: N802
        if self._records is not None:
            self._records.close()
            self._records = None


def _stored(value: Any) -> Any:
    """Return a value as SQLite compares it: booleans are numbers, moments are ISO texts.

    Several texts are one, as JSON.
    """
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ")
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value
