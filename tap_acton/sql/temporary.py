"""`#TEMP` tables: rows that a connection keeps until it writes them, as texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_acton.sql.exceptions import ProgrammingError
from tap_acton.sql.schema.table import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import apsw

__all__ = ["TemporaryTables"]

_SUFFIX = "#temp"


class TemporaryTables:
    """The `#TEMP` tables of a connection; they end with it.

    Args:
        sqlite: The database that keeps them.
    """

    def __init__(self, sqlite: apsw.Connection) -> None:
        self._sqlite = sqlite
        self._columns: dict[str, list[str]] = {}

    def is_name(self, name: str) -> bool:
        """Tell whether a name is that of a `#TEMP` table."""
        return name.casefold().endswith(_SUFFIX)

    def find(self, name: str) -> str:
        """Return SQLite's name of a table.

        Raises:
            ProgrammingError: Nothing was inserted into it.
        """
        if name.casefold() not in self._columns:
            raise ProgrammingError(f"There is no table {name!r}. INSERT INTO {name} makes it.")
        return name.casefold()

    def insert(self, name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
        """Add rows to a table, which the first ones make, and return how many.

        Columns that it did not have so far are NULL in the rows before.
        """
        self._widen(name.casefold(), columns)
        names = ", ".join(quoted(column) for column in columns)
        marks = ", ".join("?" for _ in columns)
        texts = [tuple(None if each is None else _text(each) for each in row) for row in rows]
        table = quoted(name.casefold())
        self._sqlite.executemany(f"INSERT INTO temp.{table} ({names}) VALUES ({marks})", texts)  # noqa: S608
        return len(texts)

    def replace(self, name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Make a table of these rows alone."""
        if self._columns.pop(name.casefold(), None) is not None:
            self._sqlite.execute(f"DROP TABLE temp.{quoted(name.casefold())}")
        self.insert(name, columns, rows)

    def _widen(self, name: str, columns: Sequence[str]) -> None:
        table = f"temp.{quoted(name)}"
        known = self._columns.get(name)
        if known is None:
            texts = ", ".join(f"{quoted(column)} VARCHAR" for column in columns)
            self._sqlite.execute(f"CREATE TABLE {table} ({texts})")
            self._columns[name] = [column.casefold() for column in columns]
            return
        for column in columns:
            if column.casefold() not in known:
                self._sqlite.execute(f"ALTER TABLE {table} ADD COLUMN {quoted(column)} VARCHAR")
                known.append(column.casefold())


def _text(value: Any) -> Any:
    return value if isinstance(value, str | bytes) else str(value)
