"""Functions that tell what a date is: its year, week, …, and the first and last days around it."""

from __future__ import annotations

from calendar import monthrange
from datetime import timedelta
from typing import TYPE_CHECKING

from tap_acton.sql.functions.parts import (
    first_of_week,
    midnight,
    months_later,
    start_of,
    week_of,
)
from tap_acton.sql.functions.table import Function

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["FUNCTIONS"]


def _year(date: datetime) -> int:
    """The year of a date."""
    return date.year


def _quarter(date: datetime) -> int:
    """The quarter of a date."""
    return (date.month + 2) // 3


def _month(date: datetime) -> int:
    """The month of a date."""
    return date.month


def _week(date: datetime) -> int:
    """The week of a date in its year; the first begins on the first of January."""
    return week_of(date)


def _day(date: datetime) -> int:
    """The day of a date in its month."""
    return date.day


def _dayofmonth(date: datetime) -> int:
    """The day of a date in its month."""
    return date.day


def _dayofweek(date: datetime) -> int:
    """The day of a date in its week; Sunday is 1."""
    return date.isoweekday() % 7 + 1


def _dayofyear(date: datetime) -> int:
    """The day of a date in its year."""
    return date.timetuple().tm_yday


def _hour(date: datetime) -> int:
    """The hour of a date."""
    return date.hour


def _minute(date: datetime) -> int:
    """The minute of a date."""
    return date.minute


def _second(date: datetime) -> int:
    """The second of a date."""
    return date.second


def _eomonth(date: datetime, months: int = 0) -> datetime:
    """The last day of a date's month, or of one some months later."""
    return _last(months_later(midnight(date), months), "month", 1)


def _last_day(date: datetime) -> datetime:
    """The last day of a date's month."""
    return _last(date, "month", 1)


def _fdmonth(date: datetime) -> datetime:
    """The first day of a date's month."""
    return start_of("month", date)


def _ldmonth(date: datetime) -> datetime:
    """The last day of a date's month."""
    return _last(date, "month", 1)


def _fdquarter(date: datetime) -> datetime:
    """The first day of a date's quarter."""
    return start_of("quarter", date)


def _ldquarter(date: datetime) -> datetime:
    """The last day of a date's quarter."""
    return _last(date, "quarter", 3)


def _fdweek(date: datetime) -> datetime:
    """The first day of a date's week, a Sunday."""
    return first_of_week(date)


def _ldweek(date: datetime) -> datetime:
    """The last day of a date's week, a Saturday."""
    return first_of_week(date) + timedelta(days=6)


def _last(at: datetime, part: str, months: int) -> datetime:
    final = months_later(start_of(part, at), months - 1)
    return final.replace(day=monthrange(final.year, final.month)[1])


_NUMBERS = (
    _year, _quarter, _month, _week, _day, _dayofmonth, _dayofweek, _dayofyear, _hour, _minute,
    _second,
)  # fmt: skip
_DAYS = (
    _eomonth, _last_day, _fdmonth, _ldmonth, _fdquarter, _ldquarter, _fdweek, _ldweek,
)  # fmt: skip

FUNCTIONS = (
    *(Function(call, "INTEGER") for call in _NUMBERS),
    *(Function(call, "TIMESTAMP") for call in _DAYS),
)
