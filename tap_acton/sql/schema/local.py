"""What a table of the connector's own is, and what the last modification left in one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tap_acton.resources.convert import Type
from tap_acton.sql.schema.table import Field, declaration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["CATALOG", "SCHEMA", "VIEWS", "Identity", "Local", "fields_of"]

CATALOG, SCHEMA = "CData", "ActOn"
VIEWS = "UserViews"
"""The schema of the user's own views."""
_TYPES = {"": Type.TEXT, "int": Type.INTEGER, "bool": Type.BOOLEAN}


@dataclass(frozen=True, kw_only=True, slots=True)
class Local:
    """A table whose rows are made here."""

    name: str
    fields: tuple[Field, ...]
    rows: Callable[[], Iterable[tuple[Any, ...]]]
    of_table: Callable[[str], Iterable[tuple[Any, ...]]] | None = None
    """The rows that tell of one table of the account, by its name: cheaper than all of them."""

    @property
    def declaration(self) -> str:
        """The statement that declares its columns to SQLite."""
        return declaration(self.fields)

    def column(self, name: str) -> int | None:
        """Return the place of a column, from 0; None if there is none of this name."""
        names = [each.name for each in self.fields]
        return names.index(name) if name in names else None


def fields_of(text: str) -> tuple[Field, ...]:
    """Return the columns that a text names: `Name`, or `Name:int`, or `Name:bool`."""
    parts = [each.partition(":") for each in text.split()]
    return tuple(Field(name=name, column=name, type=_TYPES[kind]) for name, _, kind in parts)


class Identity:
    """What became of the rows of the last modification."""

    def __init__(self) -> None:
        self._rows: list[tuple[str, str, str, str]] = []

    def note(self, id: str, batch: str, operation: str, message: str) -> None:  # noqa: A002
        """Keep what became of a row; the rows of other batches go.

        Args:
            id: The row's key.
            batch: What tells this modification from others.
            operation: INSERTED, UPDATED or DELETED.
            message: SUCCESS, or what went wrong.
        """
        if self._rows and self._rows[-1][1] != batch:
            self._rows = []
        self._rows.append((id, batch, operation, message))

    def __iter__(self) -> Iterator[tuple[str, str, str, str]]:
        return iter(self._rows)
