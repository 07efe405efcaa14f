"""Values as SQLite compares them, and as Python has them; and what Act-On is asked for by them."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from tap_acton.resources.convert import Type
from tap_acton.resources.model import Condition, Operator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

__all__ = ["as_key", "as_python", "as_sqlite", "conditions"]

T = TypeVar("T")
_NOT_PLAIN = frozenset((bool, datetime, list))
_HALVES = re.compile("[\ud800-\udfff]")
"""Of characters, where a text was cut inside of one. Neither SQLite nor UTF-8 has them."""
_AS_TEXT = frozenset((Type.TEXT, Type.DATE, Type.TEXTS, Type.JSON))
"""Those that a result calls texts."""
_UNSAFE_KEYS = frozenset(("", ".", ".."))
"""They would be another place of the API, as parts of an address."""
_ENCODER = msgspec.json.Encoder()
_MOMENTS = msgspec.json.Decoder(list[datetime | None])
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d(\.\d{1,6})?)?")
_DAY = len("2026-11-25")


def as_sqlite(values: Sequence[Any]) -> Sequence[Any]:
    """Return a column: booleans are numbers, moments texts of UTC, lists JSON."""
    kinds = _NOT_PLAIN.intersection(map(type, values))
    if not kinds:
        return _whole(values)
    if kinds == {datetime}:
        return [None if value is None else _moment_text(value) for value in values]
    return _whole([_TEXTS.get(type(value), _same)(value) for value in values])


def as_python(type_: Type, shown: Type) -> Callable[[Sequence[Any]], Sequence[Any]] | None:
    """Return what makes a column as a result gives it, where moments are naive and in UTC.

    None if only SQLite knows.

    Args:
        type_: The type of the values.
        shown: The type that they are shown as.
    """
    if type_ is shown and type_ is not Type.TEXTS:
        return _AS_THEY_ARE.get(type_, _same)
    return as_sqlite if shown in _AS_TEXT else None


def as_key(value: Any) -> str | None:
    """Return the text that a column of texts equals where it equals a value, if any may.

    SQLite compares a text column with a number by the number's text.
    """
    if isinstance(value, int | float):
        value = _number_text(value)
    return value if isinstance(value, str) and value not in _UNSAFE_KEYS else None


def conditions(column: str, operators: Iterable[Operator], value: Any) -> tuple[Condition, ...]:
    """Return conditions that hold wherever a comparison of texts does; none if nobody knows.

    Args:
        column: A column of moments.
        operators: At or after, at or before, or both.
        value: What it is compared with, as a text.
    """
    bounds = _bounds(value) if isinstance(value, str) else None
    if bounds is None:
        return ()
    first, last = bounds
    return tuple(
        Condition(column=column, operator=each, value=first if each is Operator.AFTER else last)
        for each in operators
    )


def _bounds(text: str) -> tuple[datetime, datetime] | None:
    """Return the first and the last moment whose text may equal one; of a strange text, its day's.

    Texts compare by their days first.
    """
    try:
        if _MOMENT.fullmatch(text):
            moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
            return moment, moment
        day = datetime.strptime(text[:_DAY], "%Y-%m-%d").replace(tzinfo=UTC)
        return day, day + timedelta(days=1)
    except (ValueError, OverflowError):
        return None


def _number_text(number: float) -> str:
    """Return the text that SQLite makes of a number."""
    if isinstance(number, int):
        return str(int(number))
    digits, exponent, power = f"{number:.15g}".partition("e")
    return f"{digits}{'' if '.' in digits else '.0'}{exponent}{power}"


def _whole(values: Sequence[Any]) -> Sequence[Any]:
    """Return a column with U+FFFD for halves of characters."""
    try:
        _joined(values).encode()
    except UnicodeEncodeError:
        return [_HALVES.sub("\ufffd", each) if isinstance(each, str) else each for each in values]
    return values


def _joined(values: Sequence[Any]) -> str:
    try:
        return "".join(filter(None, values))
    except TypeError:  # some are no texts
        return "".join(each for each in values if isinstance(each, str))


def _naive_ones(moments: Sequence[datetime | None]) -> Sequence[datetime | None]:
    """Return what `_naive` makes of each, by way of JSON: it is five times as fast."""
    zones = {moment and moment.tzinfo for moment in moments}
    if not zones <= {UTC, None}:
        return [moment and _naive(moment) for moment in moments]
    return _MOMENTS.decode(_ENCODER.encode(moments).replace(b"Z", b""))


def _naive(moment: datetime) -> datetime:
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return utc.replace(tzinfo=None)


def _moment_text(moment: datetime) -> str:
    return _naive(moment).isoformat(" ")


def _same(value: T) -> T:
    return value


def _json(value: list[Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


_AS_THEY_ARE: dict[Type, Callable[[Sequence[Any]], Sequence[Any]]] = {
    Type.MOMENT: _naive_ones,
    **dict.fromkeys((Type.TEXT, Type.DATE, Type.JSON), _whole),
}
_TEXTS: dict[type, Callable[[Any], Any]] = {bool: int, datetime: _moment_text, list: _json}
