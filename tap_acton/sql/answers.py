"""From what SQLite gives to what a result gives: values of the types of their columns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

import apsw

from tap_acton.sql.failures import in_words_of_statement
from tap_acton.sql.result import ResultColumn

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from tap_acton.sql.names import Mentioned

__all__ = ["Reader", "rows_of", "typed"]

Reader = Callable[[Any], Any]
"""Makes a value of SQLite's one of a column's type."""
_TYPES: dict[str, tuple[type, Reader]] = {
    "INTEGER": (int, int),
    "DOUBLE": (float, float),
    "BOOLEAN": (bool, bool),
    "TIMESTAMP": (datetime, datetime.fromisoformat),
    "DATE": (date, date.fromisoformat),
    "TIME": (time, time.fromisoformat),
    "VARCHAR": (str, lambda value: value),
}


def typed(
    names: Sequence[str], declared: Sequence[str | None]
) -> tuple[tuple[ResultColumn, ...], list[Reader]]:
    """Return columns by their names and declared types, and what reads the values of each."""
    types = [_TYPES.get(each or "", _TYPES["VARCHAR"]) for each in declared]
    columns = tuple(
        ResultColumn(name=name, type_code=type_)
        for name, (type_, _) in zip(names, types, strict=True)
    )
    return columns, [reader for _, reader in types]


def rows_of(
    cursor: apsw.Cursor, readers: list[Reader], mentioned: Mentioned
) -> Generator[tuple[Any, ...], None, None]:
    """Yield rows with values as Python has them.

    Args:
        cursor: Steps through them; it is closed at their end.
        readers: For each column, what reads its values.
        mentioned: What the statement names, for errors.

    Raises:
        ActOnError: Rows cannot be read.
        Error: SQLite cannot work them out.
    """
    try:
        for row in cursor:
            yield tuple(
                None if value is None else _read(reader, value)
                for reader, value in zip(readers, row, strict=True)
            )
    except apsw.Error as error:
        raise in_words_of_statement(error, mentioned) from None
    finally:
        cursor.close(force=True)


def _read(reader: Reader, value: Any) -> Any:
    """Return a value as one of its column's type; what an expression made otherwise stays so."""
    try:
        return reader(value)
    except (ValueError, TypeError):
        return value
