"""Parameters of statements: which are taken, and how SQLite gets them."""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from tap_acton.sql.exceptions import ProgrammingError

__all__ = ["Parameters", "as_sqlite", "checked", "sets_of"]

Parameters = Sequence[Any] | Mapping[str, Any]

_TEXTS = (str, bytes, bytearray, memoryview)
_AS_THEY_ARE = (str, int, float, bytes, Decimal, dt.date, dt.time, type(None))


def checked(parameters: Any) -> tuple[Any, ...] | dict[str, Any]:
    """Return the parameters of one statement; no value in them is of a type that SQL lacks.

    Args:
        parameters: A sequence of values for `?`, or a mapping of values by name for `@name`;
            None for no parameters.

    Raises:
        ProgrammingError: They are neither, or a value cannot be one of SQL; its place is named,
            and never the value.
    """
    if parameters is None:
        return ()
    if isinstance(parameters, Mapping):
        if not all(isinstance(name, str) for name in parameters):
            raise ProgrammingError("The names of parameters are texts.")
        return {name: _value(value, repr(name)) for name, value in parameters.items()}
    if isinstance(parameters, Sequence) and not isinstance(parameters, _TEXTS):
        return tuple(_value(value, str(at)) for at, value in enumerate(parameters, start=1))
    raise ProgrammingError(
        "Parameters are a list or tuple of values for ?, or a mapping of values by name for "
        f"@name, and no {type(parameters).__name__}."
    )


def as_sqlite(value: Any) -> Any:
    """Return a checked value as SQLite compares it: moments and days are ISO texts."""
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def sets_of(seq_of_parameters: Any) -> Iterator[Parameters]:
    """Return sets of parameters one after another.

    Raises:
        ProgrammingError: It is something else.
    """
    if isinstance(seq_of_parameters, str | bytes):
        raise ProgrammingError("executemany takes one set of parameters after another, no text.")
    try:
        return iter(seq_of_parameters)
    except TypeError:
        raise ProgrammingError(
            "executemany takes one set of parameters after another, and no "
            f"{type(seq_of_parameters).__name__}."
        ) from None


def _value(value: Any, place: str) -> Any:
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value.astimezone(dt.UTC).replace(tzinfo=None)
    if isinstance(value, Decimal) and not value.is_finite():
        raise ProgrammingError(f"Parameter {place} is a Decimal that is no number.")
    if isinstance(value, _AS_THEY_ARE):
        return value
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bytearray | memoryview):
        return bytes(value)
    try:
        return operator.index(value)  # whole numbers of other libraries
    except TypeError:
        raise ProgrammingError(
            f"Parameter {place} is of type {type(value).__name__}, which SQL does not have."
        ) from None
