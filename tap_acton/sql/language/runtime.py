"""What only generated SQL names: functions that SQLite has in no such form, and a collation."""

from __future__ import annotations

import contextlib
import decimal
import json
import math
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from tap_acton.sql.functions.table import number_of, stored, whole_of
from tap_acton.sql.functions.written import moment_in

if TYPE_CHECKING:
    from collections.abc import Callable

    import apsw

__all__ = ["WORDS", "as_day", "as_moment", "as_number", "own_word", "register"]

WORDS = "ACTON_WORDS"
"""The collation in which what CData's documents write for a word of Act-On's is equal to it."""
_OWN_WORDS = {"RACK": "TRACK"}

_TRUE = frozenset({"true", "t", "yes", "y", "1"})
_EXACT = decimal.Context(prec=400)
"""Digits enough for any number that SQLite has."""
_FALSE = frozenset({"false", "f", "no", "n", "0"})


def register(connection: apsw.Connection) -> None:
    """Let generated SQL call these."""
    functions: dict[str, Callable[..., Any]] = {
        "ACTON_ADD": _add,
        "ACTON_BESIDE": _beside,
        "ACTON_CAST": _cast,
        "ACTON_DAY": as_day,
        "ACTON_FIELD": _field,
        "ACTON_MOMENT": as_moment,
        "ACTON_NUMBER": as_number,
    }
    for name, function in functions.items():
        connection.create_scalar_function(name, function, deterministic=True)
    connection.create_collation(WORDS, _compared)


def own_word(word: str) -> str:
    """Return Act-On's own word for one that CData's documents have."""
    return _OWN_WORDS.get(word.upper(), word)


def _compared(left: str, right: str) -> int:
    """Return -1, 0 or 1."""
    mine, theirs = own_word(left), own_word(right)
    return (mine > theirs) - (mine < theirs)


def as_moment(value: Any) -> Any:
    """Return a value as moments are stored: `2024-05-06 07:08:09`, in UTC; else as it is."""
    with contextlib.suppress(ValueError, OverflowError):
        return stored(moment_in(value)) if isinstance(value, str) else value
    return value


def as_day(value: Any) -> Any:
    """Return a value as days are stored, `2024-05-06`; a later moment of the day as such."""
    moment = as_moment(value)
    return moment.removesuffix(" 00:00:00") if isinstance(moment, str) else moment


def as_number(value: Any) -> Any:
    """Return a text as the number that it is; else as it is."""
    if not isinstance(value, str):
        return value
    with contextlib.suppress(ValueError, ArithmeticError):
        number = stored(number_of(value))
        return number if math.isfinite(number) else value
    return value


def _beside(value: Any, other: Any) -> Any:
    """Return a value as it is compared with another: beside a number, as the number that it is."""
    if not (isinstance(value, str) and isinstance(other, int | float)):
        return value
    number = as_number(value)
    return None if isinstance(number, str) else number


def _add(left: Any, right: Any) -> Any:
    """Return a sum; two texts, or a text that is no number, make a longer text."""
    if left is None or right is None:
        return None
    if not (isinstance(left, str) and isinstance(right, str)):
        with contextlib.suppress(ValueError):
            return stored(number_of(left) + number_of(right))
    return f"{left}{right}"


def _cast(value: Any, kind: str, *sizes: int) -> Any:
    """Return a value as one of another type; NULL if it cannot be one."""
    cast: Callable[..., Any] = _CASTS.get(kind, _text)
    if value is None:
        return None
    try:
        return cast(value, *sizes)
    except (ValueError, TypeError, ArithmeticError):
        return None


def _field(value: Any, name: str, place: int) -> Any:
    """Return a field of a JSON object, in any case; what is none is its own first field."""
    with contextlib.suppress(ValueError, TypeError):
        fields = json.loads(value)
        if isinstance(fields, dict):
            found = {key.casefold(): each for key, each in fields.items()}.get(name.casefold())
            return json.dumps(found) if isinstance(found, list | dict) else found
    return None if place else value


def _text(value: Any, length: int | None = None) -> str:
    return str(value)[:length]


def _decimal(value: Any, _digits: int = 0, places: int | None = None) -> float:
    number = decimal.Decimal(str(value).strip())
    if places is None:
        return float(number)
    step = decimal.Decimal(1).scaleb(-places)
    return float(number.quantize(step, decimal.ROUND_HALF_UP, _EXACT))


def _whole(value: Any) -> int:
    number = whole_of(value)
    if isinstance(stored(number), float):
        raise OverflowError(number)
    return number


def _double(value: Any) -> float:
    number = float(number_of(value))
    if not math.isfinite(number):
        raise OverflowError(number)
    return number


def _boolean(value: Any) -> int | None:
    if not isinstance(value, str):
        return int(bool(value))
    word = value.strip().casefold()
    return 1 if word in _TRUE else 0 if word in _FALSE else None


def _moment(value: Any, *_: int) -> str:
    return str(stored(moment_in(value)))


def _date(value: Any) -> str:
    return datetime.fromisoformat(_moment(value)).date().isoformat()


def _time(value: Any, *_: int) -> str:
    with contextlib.suppress(ValueError):
        return time.fromisoformat(value).isoformat()
    return datetime.fromisoformat(_moment(value)).time().isoformat()


def _bytes(value: Any, length: int | None = None) -> bytes:
    return (value if isinstance(value, bytes) else str(value).encode())[:length]


_CASTS: dict[str, Callable[..., Any]] = {
    **dict.fromkeys(("TINYINT", "SMALLINT", "INT", "BIGINT"), _whole),
    **dict.fromkeys(("FLOAT", "DOUBLE"), _double),
    "DECIMAL": _decimal,
    "NUMERIC": _decimal,
    "BOOLEAN": _boolean,
    "BIT": _boolean,
    "DATE": _date,
    "TIME": _time,
    "BINARY": _bytes,
    "VARBINARY": _bytes,
    **dict.fromkeys(("TIMESTAMP", "DATETIME", "DATETIME2"), _moment),
}
