"""Which type a column of texts has, told so strictly that every cell can be had back.

A cell is of a type only if its value, as JSON, stands for no other cell. `00501`, `+15`, `1e5`,
`1.50`, `1,234` and ` 7 ` are texts, and so is a number that a double would not hold. A moment is
written as it stands. In a column of moments, a day is the midnight of an unknown offset, `-00:00`
(RFC 3339 §4.3), which no cell of a moment has.
"""

from __future__ import annotations

import functools
import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from tap_acton.resources.convert import Type

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

__all__ = ["all_exactly", "detected", "exactly", "type_of", "wider"]

_DIGITS = 15
"""Decimal digits that a double holds, whatever they are."""
_WHOLE = re.compile(r"0|-?[1-9][0-9]*")
_BROKEN = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]*[1-9]")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_MOMENT = re.compile(rf"{_DAY.pattern}T{_CLOCK}:[0-5][0-9](?:\.[0-9]{{1,6}})?(?:Z|[+-]{_CLOCK})")
_UNKNOWN_OFFSET = "-00:00"
_ALL_WHOLE = re.compile(rf"(?:(?:0|-?[1-9][0-9]{{0,{_DIGITS - 1}}}),)*")
_ALL_DAYS = re.compile(rf"(?:{_DAY.pattern},)*")
_WIDER = {Type.INTEGER: Type.NUMBER, Type.DATE: Type.MOMENT}


def detected(cells: Iterable[Any]) -> Type:
    """Return the narrowest type that all cells fit exactly. Empty ones say nothing."""
    found = {kind for cell in cells if (kind := type_of(cell)) is not None}
    return functools.reduce(wider, found) if found else Type.TEXT


def type_of(cell: Any) -> Type | None:
    """Return the narrowest type that a cell fits exactly; None if it is empty."""
    if cell is None or cell == "":
        return None
    for kind in _READERS:
        try:
            exactly(kind, cell)
        except ValueError:
            continue
        return kind
    return Type.TEXT


def wider(one: Type, other: Type) -> Type:
    """Return the narrowest type that holds what either of two types holds."""
    if one is other or _WIDER.get(other) is one:
        return one
    return other if _WIDER.get(one) is other else Type.TEXT


def exactly(kind: Type, cell: Any) -> Any:
    """Return a cell as a value of a type; None if it is empty.

    Raises:
        ValueError: The cell could not be had back from the value.
    """
    read = _READERS.get(kind)
    if read is None:
        return kind.convert(cell)
    if not isinstance(cell, str):
        raise ValueError("no text")  # noqa: TRY004 - one kind of error for all
    return read(cell) if cell else None


def all_exactly(kind: Type, cells: Sequence[str | None]) -> list[Any] | None:
    """Return what `exactly` makes of each cell of a column, in a fraction of the time.

    None if that is not known of the type, or of one of the cells. They may fit all the same.
    """
    if kind not in _AT_ONCE:
        return None
    pattern, read = _AT_ONCE[kind]
    given = list(filter(None, cells))
    if not pattern.fullmatch(",".join((*given, ""))):
        return None
    try:
        values = list(map(read, given))
    except ValueError:
        return None
    if len(values) == len(cells):
        return values
    found = iter(values)
    return [next(found) if cell else None for cell in cells]


def _boolean(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError("neither true nor false")
    return text == "true"


def _integer(text: str) -> int:
    if not _WHOLE.fullmatch(text) or _digits(text) > _DIGITS:
        raise ValueError("no whole number, written as usual")
    return int(text)


def _number(text: str) -> float:
    if "." not in text:
        return _integer(text)
    if not _BROKEN.fullmatch(text) or _digits(text) > _DIGITS or repr(float(text)) != text:
        raise ValueError("no number, written as usual")
    return float(text)


def _digits(number: str) -> int:
    return len(number.replace(".", "").lstrip("-0"))


def _day(text: str) -> str:
    if not _DAY.fullmatch(text):
        raise ValueError("no day")
    return _calendar_day(text)


def _calendar_day(text: str) -> str:
    date.fromisoformat(text)
    return text


def _moment(text: str) -> str:
    if len(text) == len("2026-01-31"):
        return f"{_day(text)}T00:00:00{_UNKNOWN_OFFSET}"
    if not _MOMENT.fullmatch(text) or text.endswith(_UNKNOWN_OFFSET):
        raise ValueError("no moment with its zone")
    try:
        datetime.fromisoformat(text).astimezone(UTC)
    except OverflowError:
        raise ValueError("no moment of this calendar in UTC") from None
    return text


_READERS: dict[Type, Callable[[str], Any]] = {
    Type.BOOLEAN: _boolean,
    Type.INTEGER: _integer,
    Type.NUMBER: _number,
    Type.DATE: _day,
    Type.MOMENT: _moment,
}
"""The narrower before the wider."""
_AT_ONCE: dict[Type, tuple[re.Pattern[str], Callable[[str], Any]]] = {
    Type.INTEGER: (_ALL_WHOLE, int),
    Type.DATE: (_ALL_DAYS, _calendar_day),
}
