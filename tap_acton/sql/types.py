"""The type objects and constructors of PEP 249.

https://peps.python.org/pep-0249/#type-objects-and-constructors
"""

from __future__ import annotations

import datetime as dt

__all__ = [
    "BINARY",
    "DATETIME",
    "NUMBER",
    "ROWID",
    "STRING",
    "Binary",
    "Date",
    "DateFromTicks",
    "Time",
    "TimeFromTicks",
    "Timestamp",
    "TimestampFromTicks",
]


class _TypeObject:
    """Equals the types that columns of its kind have in `Cursor.description`."""

    def __init__(self, name: str, *types: type) -> None:
        self._name = name
        self._types = frozenset(types)

    def __eq__(self, other: object) -> bool:
        return other is self or (isinstance(other, type) and other in self._types)

    def __hash__(self) -> int:
        return hash(self._name)

    def __repr__(self) -> str:
        return self._name


STRING = _TypeObject("STRING", str)
NUMBER = _TypeObject("NUMBER", int, float, bool)
DATETIME = _TypeObject("DATETIME", dt.datetime, dt.date, dt.time)
BINARY = _TypeObject("BINARY", bytes)
ROWID = _TypeObject("ROWID")

Date = dt.date
Time = dt.time
Timestamp = dt.datetime
Binary = bytes


def DateFromTicks(ticks: float) -> dt.date:  # noqa: N802 - PEP 249's name
    """Return the local date of a number of seconds since 1970."""
    return TimestampFromTicks(ticks).date()


def TimeFromTicks(ticks: float) -> dt.time:  # noqa: N802
    """Return the local time of day of a number of seconds since 1970."""
    return TimestampFromTicks(ticks).time()


def TimestampFromTicks(ticks: float) -> dt.datetime:  # noqa: N802
    """Return the local date and time of a number of seconds since 1970."""
    return dt.datetime.fromtimestamp(ticks)  # noqa: DTZ006 - PEP 249 says local
