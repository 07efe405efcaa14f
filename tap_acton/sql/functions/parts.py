"""Parts of dates by name: what they are, adding them, cutting to them."""

from __future__ import annotations

import calendar
from datetime import datetime, timedelta

__all__ = [
    "PARTS",
    "SUNDAY",
    "added",
    "first_of_week",
    "midnight",
    "months_later",
    "part_named",
    "start_of",
    "week_of",
]

SUNDAY = 7
_SPELLINGS = {
    "year": ("yy", "yyyy"),
    "quarter": ("qq", "q"),
    "month": ("mm", "m"),
    "dayofyear": ("dy", "y"),
    "day": ("dd", "d"),
    "week": ("wk", "ww"),
    "weekday": ("dw",),
    "hour": ("hh",),
    "minute": ("mi", "n"),
    "second": ("ss", "s"),
    "millisecond": ("ms",),
    "microsecond": ("mcs",),
    "nanosecond": ("ns",),
    "tzoffset": ("tz",),
    "isodow": (),
    "iso_week": ("isoweek", "isowk", "isoww"),
    "isoyear": (),
    "decade": (),
    "century": (),
    "millennium": (),
}
PARTS = {spelling: part for part, short in _SPELLINGS.items() for spelling in (part, *short)}
"""Each name of a part, and the part."""
_YEARS = {"decade": 10, "century": 100, "millennium": 1000}
_LENGTHS = {
    "week": timedelta(weeks=1),
    **dict.fromkeys(("day", "dayofyear", "weekday"), timedelta(days=1)),
    "hour": timedelta(hours=1),
    "minute": timedelta(minutes=1),
    "second": timedelta(seconds=1),
    "millisecond": timedelta(milliseconds=1),
    "microsecond": timedelta(microseconds=1),
}
_MONTHS = {"year": 12, "quarter": 3, "month": 1}
_CUTS = ("hour", "minute", "second", "microsecond")


def part_named(name: str) -> str:
    """Return the part that a name means.

    Raises:
        ValueError: There is none.
    """
    part = PARTS.get(name.strip().casefold())
    if part is None:
        raise ValueError(f"there is no part {name[:40]!r} of a date; use 'day', 'month', 'year' …")
    return part


def months_later(at: datetime, months: int) -> datetime:
    """Return a moment so many months later; of a month that is too short, its last day."""
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    if not 1 <= year <= 9999:  # noqa: PLR2004 - what a datetime can be
        raise ValueError("the date is outside of the years 1 to 9999")
    return at.replace(
        year=year, month=month + 1, day=min(at.day, calendar.monthrange(year, month + 1)[1])
    )


def added(part: str, count: int, at: datetime) -> datetime:
    """Return a moment so many parts later.

    Raises:
        ValueError: Nothing can be added of this part, or there is no such date.
    """
    if part in _MONTHS:
        return months_later(at, count * _MONTHS[part])
    if part == "nanosecond":
        return at + timedelta(microseconds=count // 1000)
    if part not in _LENGTHS:
        raise ValueError(f"the part {part!r} cannot be added")
    return at + count * _LENGTHS[part]


def midnight(at: datetime) -> datetime:
    """Return the start of a moment's day."""
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def first_of_week(at: datetime, first: int = SUNDAY) -> datetime:
    """Return the start of a moment's week.

    Args:
        at: The moment.
        first: The day that weeks begin with, from 1 (Monday) to 7 (Sunday).
    """
    return midnight(at) - timedelta(days=(at.isoweekday() - first) % 7)


def week_of(at: datetime, first: int = SUNDAY) -> int:
    """Return the number of a moment's week; the first one begins on the first of January."""
    start = first_of_week(at.replace(month=1, day=1), first) if at.year > 1 else at
    return (first_of_week(at, first) - start).days // 7 + 1


def start_of(part: str, at: datetime, first: int = SUNDAY) -> datetime:
    """Return the start of the year, quarter, … or second that a moment is in.

    Raises:
        ValueError: This part has no start.
    """
    day = midnight(at)
    if part in _YEARS:
        first_year = part != "decade"  # a century begins with the year 1, a decade with the year 0
        year = (at.year - first_year) // _YEARS[part] * _YEARS[part] + first_year
        return day.replace(year=year, month=1, day=1)
    if part in _MONTHS:
        month = {"year": 1, "quarter": (at.month - 1) // 3 * 3 + 1}.get(part, at.month)
        return day.replace(month=month, day=1)
    if part in {"week", "iso_week"}:
        return first_of_week(at, first if part == "week" else 1)
    if part in {"day", "dayofyear", "weekday"}:
        return day
    if part == "millisecond":
        return at.replace(microsecond=at.microsecond // 1000 * 1000)
    if part not in _CUTS:
        raise ValueError(f"a date cannot be cut to its {part}")
    smaller = dict.fromkeys(_CUTS[_CUTS.index(part) + 1 :], 0)
    return at.replace(**smaller)  # type: ignore[arg-type]  # none of them is the zone
