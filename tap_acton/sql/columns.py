"""Columns of a result: their names and types, and their values as Python has them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

import apsw

from tap_acton.sql.failures import in_words_of_statement
from tap_acton.sql.result import ResultColumn

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from tap_acton.sql.names import Mentioned

__all__ = ["described", "values"]

Reader = Callable[[Any], Any]

_TYPES: dict[str, tuple[type, Reader | None]] = {
    "INTEGER": (int, None),
    "DOUBLE": (float, float),
    "BOOLEAN": (bool, {0: False, 1: True}.__getitem__),
    "TIMESTAMP": (datetime, datetime.fromisoformat),
    "DATE": (date, date.fromisoformat),
    "TIME": (time, time.fromisoformat),
    "BINARY": (bytes, None),
    "VARCHAR": (str, None),
}


def described(
    sqlite: apsw.Connection, text: str, probe: str, bindings: Mapping[str, Any]
) -> tuple[tuple[ResultColumn, ...], list[Reader | None]]:
    """Return the columns of a statement, and what makes a value one of each column's type.

    Args:
        sqlite: The database.
        text: The statement.
        probe: One of whose columns SQLite can tell the types.
        bindings: The values of its parameters.

    Raises:
        apsw.Error: The statement is wrong.
    """
    named = _columns(sqlite, text, bindings)
    try:
        typed = _columns(sqlite, probe, bindings)
    except apsw.Error:  # what stands for an expression is not allowed everywhere
        typed = named
    types = [_TYPES.get(declared or "", _TYPES["VARCHAR"]) for _, declared in typed]
    columns = tuple(
        ResultColumn(name=name, type_code=type_)
        for (name, _), (type_, _) in zip(named, types, strict=True)
    )
    return columns, [reader for _, reader in types]


def _columns(
    sqlite: apsw.Connection, text: str, bindings: Mapping[str, Any]
) -> list[tuple[str, str | None]]:
    """Return names and declared types, without a step of the statement."""
    found: list[tuple[str, str | None]] = []

    def look(cursor: apsw.Cursor, _statement: str, _bindings: apsw.Bindings | None) -> bool:
        found.extend(cursor.get_description())
        return False

    cursor = sqlite.cursor()
    cursor.exec_trace = look
    with suppress(apsw.ExecTraceAbort):
        cursor.execute(text, bindings)
    return found


def values(
    cursor: apsw.Cursor, readers: list[Reader | None], mentioned: Mentioned
) -> Generator[tuple[Any, ...], None, None]:
    """Yield rows with values as Python has them.

    Args:
        cursor: Steps to the rows; it is closed at the end.
        readers: What makes a value one of its column's type; None if it is one.
        mentioned: What the statement names.

    Raises:
        ProgrammingError: SQLite refuses to go on.
        ActOnError: The account cannot be read.
    """
    try:
        for row in cursor:
            yield tuple(
                value if value is None or reader is None else _read(reader, value)
                for reader, value in zip(readers, row, strict=True)
            )
    except apsw.Error as error:
        raise in_words_of_statement(error, mentioned) from None
    finally:
        with suppress(apsw.ThreadingViolationError):  # SQLite closes it when it is gone
            cursor.close(force=True)


def _read(reader: Reader, value: Any) -> Any:
    """Return a value as one of its column's type; what does not fit stays as it is: none is lost.

    A text in a column of numbers is one that does not fit: `007` is no 7.
    """
    if isinstance(value, str) and reader is float:
        return value
    try:
        return reader(value)
    except (LookupError, ValueError, TypeError):
        return value
