"""Values of replies as typed values. One converter a type; what does not fit raises ValueError.

The API says true as `true` and as "true", and a moment in half a dozen ways, depending on the
endpoint and its age. The formats are those of the documents' examples.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from enum import Enum
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Record", "Type", "moments", "to_moment"]

Record = Mapping[str, Any]
"""A row under its columns' names, with typed values."""


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECONDS = re.compile(r"[1-7][0-9]{12}")
"""As lists have moments, by the thousand. A float in seconds holds them to the microsecond."""
_ALL_MILLISECONDS = re.compile(r"(?:[1-7][0-9]{12},)*")
_LENGTH = len("1725641452528,")
_MILLISECONDS_FROM = 100_000_000_000
"""Epoch numbers below this are seconds: as milliseconds they would lie before March 1973."""
_HOURS = {
    "UTC": 0, "GMT": 0, "Z": 0, "BST": 1, "CET": 1, "CEST": 2, "JST": 9,
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
    "AKST": -9, "AKDT": -8, "HST": -10, "WET": 0, "WEST": 1, "EET": 2, "EEST": 3, "MSK": 3,
    "SAST": 2, "SGT": 8, "HKT": 8, "AWST": 8, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
}  # fmt: skip
"""Zone abbreviations that mean one thing, in hours from UTC. Act-On's examples have PDT."""
_FORMATS = (
    "%Y-%m-%d %H:%M:%S",
    "%b %d %Y %I:%M %p",
    "%b %d %Y %H:%M",
    "%a %b %d %Y, %I:%M %p",
    "%m/%d/%Y",
)
_OFFSET = re.compile(r"(?:GMT|UTC)?([+-])(\d{1,2}):?(\d{2})$")
_SMALLEST, _LARGEST = -(2**63), 2**63 - 1
"""Whole numbers that databases hold."""
_INTEGER = re.compile(r"[+-]?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)")


def to_moment(value: Any) -> datetime | None:
    """Return an aware UTC datetime; None for 0 and an empty text, which mean "never".

    Numbers and digits count milliseconds, or seconds where milliseconds would be absurd. A text
    without a zone is taken as UTC.

    >>> to_moment("1725641452528") == to_moment("2024-09-06 16:50:52.528")
    True
    >>> print(to_moment("Sep 3 2024 12:47 PM PDT"))
    2024-09-03 19:47:00+00:00

    Raises:
        ValueError: The value is in none of the API's formats, or names an unknown zone.
    """
    if isinstance(value, str) and _MILLISECONDS.fullmatch(value):
        return datetime.fromtimestamp(int(value) / 1000, UTC)
    if isinstance(value, bool):
        raise ValueError("a boolean is no moment")  # noqa: TRY004 - one kind of error for all
    try:
        return _from_epoch(value) if isinstance(value, int | float) else _from_text(str(value))
    except OverflowError:
        raise ValueError("no moment of this calendar") from None


def moments(texts: Sequence[str | None]) -> list[datetime | None] | None:
    """Return what `to_moment` makes of each, in a quarter of the time.

    None if any is neither milliseconds, as lists have them, nor none.
    """
    given = list(filter(None, texts))
    joined = ",".join((*given, ""))
    if len(joined) != len(given) * _LENGTH or not _ALL_MILLISECONDS.fullmatch(joined):
        return None
    seconds = [int(text) / 1000 for text in given]
    found = iter(msgspec.convert(seconds, list[datetime], strict=False))
    return [next(found) if text else None for text in texts]


def _from_epoch(number: float) -> datetime | None:
    if not number:
        return None
    milliseconds = number if abs(number) >= _MILLISECONDS_FROM else number * 1000
    return _EPOCH + timedelta(milliseconds=milliseconds)


def _from_text(given: str) -> datetime | None:
    text = given.strip()
    if not text:
        return None
    if re.fullmatch(r"-?[0-9]{9,}|0", text):
        return _from_epoch(int(text))
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return _from_words(text)
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)


def _from_words(text: str) -> datetime:
    if found := _parsed(text, UTC):
        return found
    words, _, zone_name = text.rpartition(" ")
    if found := _parsed(words, _zone(zone_name)):
        return found
    raise ValueError("no moment in any of the API's formats")


def _parsed(words: str, zone: tzinfo) -> datetime | None:
    for form in _FORMATS:
        try:
            return datetime.strptime(words, form).replace(tzinfo=zone).astimezone(UTC)
        except ValueError:
            continue
    return None


def _zone(name: str) -> tzinfo:
    if name in _HOURS:
        return timezone(timedelta(hours=_HOURS[name]))
    if offset := _OFFSET.fullmatch(name):
        sign = -1 if offset[1] == "-" else 1
        return timezone(sign * timedelta(hours=int(offset[2]), minutes=int(offset[3])))
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("an unknown time zone") from None


def _to_date(value: Any) -> str | None:
    """Return a day as YYYY-MM-DD, whatever its time of day."""
    found = to_moment(value)
    return found.date().isoformat() if found else None


def _to_text(value: Any) -> str:
    return value if isinstance(value, str) else _to_json(value)


def _to_json(value: Any) -> str:
    """Return JSON with sorted keys: their order says nothing, and must make no other row."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _to_integer(value: Any) -> int | None:
    if isinstance(value, str):
        value = value.strip()
        if not value:
            return None
        if not _INTEGER.fullmatch(value):
            raise ValueError("no whole number")
        value = value.replace(",", "")
    elif isinstance(value, bool) or value != int(value):
        raise ValueError("no whole number")
    if not _SMALLEST <= (number := int(value)) <= _LARGEST:
        raise ValueError("no whole number of 64 bits")
    return number


def _to_number(value: Any) -> float | None:
    if isinstance(value, bool):
        raise ValueError("a boolean is no number")  # noqa: TRY004 - one kind of error for all
    if isinstance(value, str) and not value.strip():
        return None
    number = float(value)
    if not math.isfinite(number):
        raise ValueError("no number")
    return number


_TRUTH = {"true": True, "y": True, "1": True, "false": False, "n": False, "0": False, "": None}


def _to_boolean(value: Any) -> bool | None:
    try:
        return _TRUTH[str(value).strip().lower()]
    except KeyError:
        raise ValueError("neither true nor false") from None


def _to_texts(value: Any) -> list[str]:
    if not isinstance(value, list):
        raise ValueError("no array")  # noqa: TRY004 - one kind of error for all
    return [_to_text(item) for item in value]


class Type(Enum):
    """The type of a column: its JSON schema, and how a value is made one."""

    TEXT = ({"type": ["string", "null"]}, _to_text)
    INTEGER = ({"type": ["integer", "null"]}, _to_integer)
    NUMBER = ({"type": ["number", "null"]}, _to_number)
    BOOLEAN = ({"type": ["boolean", "null"]}, _to_boolean)
    DATE = ({"type": ["string", "null"], "format": "date"}, _to_date)
    MOMENT = ({"type": ["string", "null"], "format": "date-time"}, to_moment)
    TEXTS = ({"type": ["array", "null"], "items": {"type": "string"}}, _to_texts)
    JSON = ({"type": ["string", "null"], "contentMediaType": "application/json"}, _to_json)

    def __init__(self, schema: dict[str, Any], convert: Callable[[Any], Any]) -> None:
        self.schema = schema
        self.convert = convert

    @classmethod
    def of_schema(cls, schema: Mapping[str, Any]) -> Type:
        """Return the type that a JSON schema stands for; text, if none of ours fits."""
        given = schema.get("type") or ()
        kinds = {given} if isinstance(given, str) else set(given)
        for known in (cls.MOMENT, cls.DATE, cls.JSON, cls.TEXT, cls.INTEGER, cls.NUMBER):
            wanted = dict(known.schema)
            if kinds - {"null"} == set(wanted.pop("type")) - {"null"} and all(
                schema.get(key) == value for key, value in wanted.items()
            ):
                return known
        return cls.BOOLEAN if "boolean" in kinds else cls.TEXTS if "array" in kinds else cls.TEXT
