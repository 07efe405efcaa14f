"""Calls of SQL's functions, as SQLite makes them."""

from __future__ import annotations

from typing import Any

import apsw

from tap_acton.sql import functions
from tests.fakes import FakeClock

__all__ = ["NOW", "called", "row_of", "rows_of"]

NOW = "2026-06-01 12:00:00"
"""What the clock says, in UTC."""


def rows_of(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """Return the rows of a statement of SQLite that knows the functions."""
    connection = apsw.Connection(":memory:")
    functions.install(connection, FakeClock())
    try:
        return list(connection.execute(statement, values))
    finally:
        connection.close(force=True)


def row_of(expressions: str, *values: Any) -> tuple[Any, ...]:
    """Return the values of some expressions."""
    [row] = rows_of(f"SELECT {expressions}", *values)
    return row


def called(expression: str, *values: Any) -> Any:
    """Return the value of an expression."""
    [value] = row_of(expression, *values)
    return value
