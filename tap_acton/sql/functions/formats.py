""".NET's formats of dates, in American English (a guess: the documents name no culture).

https://learn.microsoft.com/dotnet/standard/base-types/custom-date-and-time-format-strings
"""

from __future__ import annotations

import calendar
import functools
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tap_acton.sql.functions.table import number_of

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["as_text", "from_text"]

_TOKEN = re.compile(r"""'[^']*'|"[^"]*"|\\.|%(?=.)|([dfFgGhHKmMstyz])\1*|.""", re.DOTALL)
_STANDARD = {
    "d": "M/d/yyyy",
    "D": "dddd, MMMM d, yyyy",
    "f": "dddd, MMMM d, yyyy h:mm tt",
    "F": "dddd, MMMM d, yyyy h:mm:ss tt",
    "g": "M/d/yyyy h:mm tt",
    "G": "M/d/yyyy h:mm:ss tt",
    **dict.fromkeys("mM", "MMMM d"),
    **dict.fromkeys("oO", "yyyy-MM-ddTHH:mm:ss.fffffff"),
    **dict.fromkeys("rR", "ddd, dd MMM yyyy HH:mm:ss 'GMT'"),
    "s": "yyyy-MM-ddTHH:mm:ss",
    "t": "h:mm tt",
    "T": "h:mm:ss tt",
    "u": "yyyy-MM-dd HH:mm:ss'Z'",
    "U": "dddd, MMMM d, yyyy h:mm:ss tt",
    **dict.fromkeys("yY", "MMMM yyyy"),
}
_MICROSECOND = timedelta(microseconds=1)
# Where a count begins, and how many of it are a microsecond.
_COUNTS: dict[str, tuple[datetime, int, int]] = {
    "UNIX": (datetime(1970, 1, 1), 1, 1_000_000),  # noqa: DTZ001 - moments carry no zone
    "UNIXMILIS": (datetime(1970, 1, 1), 1, 1000),  # noqa: DTZ001
    "TICKS": (datetime(1, 1, 1), 10, 1),  # noqa: DTZ001
    "FILETICKS": (datetime(1601, 1, 1), 10, 1),  # noqa: DTZ001
}
_TWO_DIGITS_TURN = 30
"""Years of two digits up to this one are of this century, as .NET has it."""
_NAMES = {
    "MMMM": list(calendar.month_name),
    "MMM": list(calendar.month_abbr),
    "dddd": list(calendar.day_name),
    "ddd": list(calendar.day_abbr),
}
_SHOWN: dict[str, Callable[[datetime], str]] = {
    "d": lambda at: str(at.day),
    "dd": lambda at: f"{at.day:02}",
    "ddd": lambda at: _NAMES["ddd"][at.weekday()],
    "dddd": lambda at: _NAMES["dddd"][at.weekday()],
    "g": lambda _: "A.D.",
    "h": lambda at: str(at.hour % 12 or 12),
    "hh": lambda at: f"{at.hour % 12 or 12:02}",
    "H": lambda at: str(at.hour),
    "HH": lambda at: f"{at.hour:02}",
    "K": lambda _: "Z",
    "m": lambda at: str(at.minute),
    "mm": lambda at: f"{at.minute:02}",
    "M": lambda at: str(at.month),
    "MM": lambda at: f"{at.month:02}",
    "MMM": lambda at: _NAMES["MMM"][at.month],
    "MMMM": lambda at: _NAMES["MMMM"][at.month],
    "s": lambda at: str(at.second),
    "ss": lambda at: f"{at.second:02}",
    "t": lambda at: "AP"[at.hour // 12],
    "tt": lambda at: ("AM", "PM")[at.hour // 12],
    "y": lambda at: str(at.year % 100),
    "yy": lambda at: f"{at.year % 100:02}",
    "yyy": lambda at: f"{at.year:03}",
    "yyyy": lambda at: f"{at.year:04}",
    "z": lambda _: "+0",
    "zz": lambda _: "+00",
    "zzz": lambda _: "+00:00",
}
_ANY_ZONE = r"(Z|[+-]\d{1,2}(?::?\d{2})?)?"
_READ = {
    **dict.fromkeys("dHhmMs", r"(\d{1,2})"),
    **dict.fromkeys(("dd", "HH", "hh", "mm", "MM", "ss", "yy"), r"(\d{2})"),
    **{token: f"({'|'.join(filter(None, names))})" for token, names in _NAMES.items()},
    "t": "([AP])",
    "tt": "([AP]M)",
    "y": r"(\d{1,2})",
    "yyy": r"(\d{3,4})",
    "yyyy": r"(\d{4})",
    "g": "(A\\.D\\.)",
    **dict.fromkeys(("K", "z", "zz", "zzz"), _ANY_ZONE),
}


def as_text(at: datetime, spelling: str) -> str | int:
    """Return a moment in a format; `UNIX`, `UNIXMILIS`, `TICKS` and `FILETICKS` give a number.

    Args:
        at: UTC without a zone.
        spelling: A standard or custom format of .NET, or the name of a count.
    """
    if spelling.upper() in _COUNTS:
        start, more, fewer = _COUNTS[spelling.upper()]
        return (at - start) // _MICROSECOND * more // fewer
    return "".join(_shown(at, token) for token in _tokens(spelling))


def from_text(text: str, spelling: str) -> datetime:
    """Return the moment that a text in a format means, in UTC without a zone.

    Args:
        text: What was written; what its format leaves out is the first of its kind, of 1900.
        spelling: A standard or custom format of .NET, or the name of a count.

    Raises:
        ValueError: The text has another format, or is no date.
    """
    if spelling.upper() in _COUNTS:
        start, more, fewer = _COUNTS[spelling.upper()]
        return start + timedelta(microseconds=int(number_of(text) * fewer) // more)
    tokens = _tokens(spelling)
    pattern = "".join(_pattern(token) for token in tokens)
    found = re.fullmatch(pattern, text.strip(), re.IGNORECASE)
    if found is None:
        raise ValueError(f"{text[:40]!r} does not have the format {spelling!r}")
    read = [token for token in tokens if token in _READ or token[0] in "fF"]
    return _moment(dict(zip(read, found.groups(), strict=True)))


@functools.lru_cache(maxsize=256)
def _tokens(spelling: str) -> tuple[str, ...]:
    custom = _STANDARD.get(spelling, spelling)
    return tuple(found[0] for found in _TOKEN.finditer(custom) if found[0] != "%")


def _shown(at: datetime, token: str) -> str:
    if token in _SHOWN:
        return _SHOWN[token](at)
    if set(token) <= {"f"}:
        return f"{at.microsecond:06}0"[: len(token)]
    if set(token) <= {"F"}:
        return f"{at.microsecond:06}0"[: len(token)].rstrip("0")
    return _literal(token)


def _literal(token: str) -> str:
    if token[0] == "\\":
        return token[1:]
    return token[1:-1] if len(token) > 1 and token[0] in "'\"" else token


def _pattern(token: str) -> str:
    if token in _READ:
        return _READ[token]
    if token[0] == "f":
        return rf"(\d{{{len(token)}}})"
    if token[0] == "F":
        return rf"(\d{{0,{len(token)}}})"
    return re.escape(_literal(token))


def _moment(parts: dict[str, str | None]) -> datetime:
    def number(*tokens: str, default: int) -> int:
        return next((int(parts[token] or default) for token in tokens if token in parts), default)

    year = number("yyyy", "yyy", default=1900)
    if short := parts.get("yy", parts.get("y")):
        year = int(short) + (2000 if int(short) < _TWO_DIGITS_TURN else 1900)
    at = datetime(  # noqa: DTZ001 - moments carry no zone
        year,
        _month(parts) or number("MM", "M", default=1),
        number("dd", "d", default=1),
        _hour(number("HH", "H", "hh", "h", default=0), parts.get("tt", parts.get("t"))),
        number("mm", "m", default=0),
        number("ss", "s", default=0),
        _microsecond(parts),
    )
    zone = next((parts[token] for token in ("K", "zzz", "zz", "z") if parts.get(token)), None)
    return at - _offset(zone) if zone else at


def _month(parts: dict[str, str | None]) -> int | None:
    for token in ("MMMM", "MMM"):
        if name := parts.get(token):
            return _NAMES[token].index(name.capitalize())
    return None


def _hour(hour: int, half: str | None) -> int:
    if half is None:
        return hour
    return hour % 12 + (12 if half.upper().startswith("P") else 0)


def _microsecond(parts: dict[str, str | None]) -> int:
    digits = next((text for token, text in parts.items() if token[0] in "fF" and text), "")
    return int(f"{digits:0<6}"[:6])


def _offset(zone: str) -> timedelta:
    if zone.upper() == "Z":
        return timedelta()
    hours, minutes = zone[1:3].rstrip(":"), zone[3:].strip(":") or "0"
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    return -offset if zone[0] == "-" else offset
