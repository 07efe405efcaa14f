"""Functions over dates. Moments are in UTC without a zone; weeks begin on Sunday (a guess)."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from tap_acton.clock import moment
from tap_acton.sql.functions.formats import as_text, from_text
from tap_acton.sql.functions.number_formats import number_as_text
from tap_acton.sql.functions.parts import (
    SUNDAY,
    added,
    months_later,
    part_named,
    start_of,
    week_of,
)
from tap_acton.sql.functions.table import Function, moment_of, number_of

if TYPE_CHECKING:
    from datetime import date

    from tap_acton.clock import Clock

__all__ = ["FUNCTIONS"]

_MOST_DIGITS = 7
_YEAR_ZERO = 365
"""Days before the first of January of the year 1, from which MySQL counts."""
_UNITS = {
    "hour": timedelta(hours=1),
    "minute": timedelta(minutes=1),
    "second": timedelta(seconds=1),
    "millisecond": timedelta(milliseconds=1),
}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _local(clock: Clock) -> datetime:
    return moment(clock.now()).astimezone().replace(tzinfo=None)


def _current_timestamp(clock: Clock) -> datetime:
    """The local date and time."""
    return _local(clock)


def _getdate(clock: Clock) -> datetime:
    """The local date and time."""
    return _local(clock)


def _sysdatetime(clock: Clock) -> datetime:
    """The local date and time."""
    return _local(clock)


def _current_date(clock: Clock) -> date:
    """The local date."""
    return _local(clock).date()


def _getutcdate(clock: Clock) -> datetime:
    """The date and time in UTC."""
    return moment(clock.now()).replace(tzinfo=None)


def _sysutcdatetime(clock: Clock) -> datetime:
    """The date and time in UTC."""
    return moment(clock.now()).replace(tzinfo=None)


def _last_week(clock: Clock) -> datetime:
    """The local date and time, a week ago."""
    return _local(clock) - timedelta(weeks=1)


def _last_month(clock: Clock) -> datetime:
    """The local date and time, a month ago."""
    return months_later(_local(clock), -1)


def _last_year(clock: Clock) -> datetime:
    """The local date and time, a year ago."""
    return months_later(_local(clock), -12)


def _dateadd(part: str, count: int, date: datetime, format_: str | None = None) -> Any:
    """A date some days, months, … later; as a text if a .NET format is given."""
    later = added(part_named(part), count, date)
    return as_text(later, format_) if format_ else later


def _datediff(part: str, start: datetime, end: datetime) -> int:
    """How many days, hours, minutes, seconds or milliseconds begin from one date to another."""
    name = part_named(part)
    if name in {"day", "dayofyear"}:
        return end.toordinal() - start.toordinal()
    if name not in _UNITS:
        raise ValueError("part must be day, hour, minute, second or millisecond")
    return (start_of(name, end) - start_of(name, start)) // _UNITS[name]


def _datefromparts(year: int, month: int, day: int) -> datetime:
    """A date."""
    return _made(year, month, day)


def _datetimefromparts(
    year: int, month: int, day: int, hour: int, minute: int, seconds: int, milliseconds: int
) -> datetime:
    """A date and time."""
    return _made(year, month, day, hour, minute, seconds, milliseconds * 1000)


def _datetime2fromparts(
    year: int,
    month: int,
    day: int,
    hour: int,
    minute: int,
    seconds: int,
    fractions: int,
    precision: int,
) -> datetime:
    """A date and time, with its fraction of a second and how many digits that has."""
    return _made(year, month, day, hour, minute, seconds, _microseconds(fractions, precision))


def _smalldatetimefromparts(year: int, month: int, day: int, hour: int, minute: int) -> datetime:
    """A date and time without seconds."""
    return _made(year, month, day, hour, minute)


def _timefromparts(hour: int, minute: int, seconds: int, fractions: int, precision: int) -> str:
    """A time of day, with its fraction of a second and how many digits that has."""
    at = _made(1900, 1, 1, hour, minute, seconds, _microseconds(fractions, precision))
    return as_text(at, "HH:mm:ss" + (f".{'f' * precision}" if precision else ""))  # type: ignore[return-value]  # no count


def _made(*parts: int) -> datetime:
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001 - parts are numbers


def _microseconds(fractions: int, precision: int) -> int:
    if not 0 <= precision <= _MOST_DIGITS or not 0 <= fractions < 10**precision:
        raise ValueError("precision must be 0 to 7, and fractions has no more digits than that")
    return fractions * 1_000_000 // int(10**precision)


def _datename(part: str, date: datetime) -> str:
    """A part of a date as text; months and days of the week by their names."""
    name = part_named(part)
    named = {"month": "MMMM", "weekday": "dddd"}.get(name)
    return str(as_text(date, named)) if named else str(_part(name, date, SUNDAY))


def _datepart(part: str, date: datetime, first_day: int = SUNDAY) -> Any:
    """A part of a date as a number; weeks begin on `first_day`, 1 (Monday) to 7 (Sunday)."""
    if not 1 <= first_day <= SUNDAY:
        raise ValueError("first_day must be 1 (Monday) to 7 (Sunday)")
    return _part(part_named(part), date, first_day)


def _part(part: str, at: datetime, first: int) -> int:
    if part in {"year", "month", "day", "hour", "minute", "second", "microsecond"}:
        return int(getattr(at, part))
    iso = at.isocalendar()
    numbers = {
        "quarter": (at.month + 2) // 3,
        "dayofyear": at.timetuple().tm_yday,
        "week": week_of(at, first),
        "weekday": (at.isoweekday() - first) % 7 + 1,
        "millisecond": at.microsecond // 1000,
        "nanosecond": at.microsecond * 1000,
        "tzoffset": 0,
        "isodow": iso.weekday,
        "iso_week": iso.week,
        "isoyear": iso.year,
    }
    if part not in numbers:
        raise ValueError(f"the part {part!r} has no number")
    return numbers[part]


def _date_trunc(date: datetime, part: str) -> datetime:
    """The start of the year, quarter, month, week, day, hour, … that a date is in."""
    return start_of(part_named(part), date)


def _date_trunc2(part: str, date: datetime, weekday: str = "sunday") -> datetime:
    """The same with the part before the date, and the day that weeks begin with."""
    day = weekday.strip().casefold()
    if day not in (*_WEEKDAYS, *map(str, range(1, 8))):
        raise ValueError("weekday must be the name of a day, or 1 (Monday) to 7 (Sunday)")
    first = int(day) if day.isdigit() else _WEEKDAYS.index(day) + 1
    return start_of(part_named(part), date, first)


def _from_days(days: int) -> datetime:
    """The date that is so many days into the calendar, counted as MySQL does."""
    return datetime.fromordinal(days - _YEAR_ZERO)


def _to_days(date: datetime) -> int:
    """How many days into the calendar a date is, counted as MySQL does."""
    return date.toordinal() + _YEAR_ZERO


def _from_unixtime(time: float, is_second: Any) -> datetime:
    """The moment that a count since 1970 means: of seconds if 1 follows, else of milliseconds."""
    return from_text(str(time), "UNIX" if str(is_second).lower() in {"1", "true"} else "UNIXMILIS")


def _makedate(year: int, days: int) -> datetime:
    """The date that is so many days into a year, counted from 1."""
    return _made(year, 1, 1) + timedelta(days=days - 1)


def _isdate(text: str, format_: str | None = None) -> bool:
    """Whether a text is a date in ISO 8601, or in a .NET format."""
    try:
        from_text(text, format_) if format_ else moment_of(text)
    except (ValueError, OverflowError):
        return False
    return True


def _strtodate(text: str, format_: str) -> datetime:
    """The date that a text in a .NET format means; also UNIX, UNIXMILIS, TICKS, FILETICKS."""
    return from_text(text, format_)


def _format(value: Any, format_: str, wanted: str | None = None) -> Any:
    """A number or date in a .NET format; of two formats, the first is the one that a date has."""
    if wanted is not None:
        return as_text(from_text(str(value), format_), wanted)
    try:
        number = number_of(value)
    except ValueError:
        return as_text(moment_of(value), format_)
    return number_as_text(number, format_)


def _filesize(uri: str) -> int:
    """How many bytes a file on this machine has; a path or file:// address."""
    return _file(uri).stat().st_size


def _filemodifiedtime(uri: str) -> datetime:
    """When a file on this machine was changed; a path or file:// address."""
    return moment(_file(uri).stat().st_mtime).replace(tzinfo=None)


def _file(uri: str) -> Path:
    address = urlsplit(uri)
    path = Path(url2pathname(address.path) if address.scheme == "file" else uri)
    if not path.is_file():
        raise ValueError(f"there is no file {uri!r} on this machine")
    return path


_NOW = (
    _current_timestamp, _getdate, _sysdatetime, _getutcdate, _sysutcdatetime,
    _last_week, _last_month, _last_year,
)  # fmt: skip
_MOMENTS = (
    _dateadd, _datefromparts, _datetimefromparts, _datetime2fromparts, _smalldatetimefromparts,
    _date_trunc, _date_trunc2, _from_days, _from_unixtime, _makedate, _strtodate,
)  # fmt: skip

FUNCTIONS = (
    *(Function(call, "TIMESTAMP", timed=True) for call in _NOW),
    Function(_current_date, "DATE", timed=True),
    *(Function(call, "TIMESTAMP") for call in _MOMENTS),
    *(Function(call, "INTEGER") for call in (_datediff, _datepart, _to_days)),
    *(Function(call) for call in (_timefromparts, _datename, _format)),
    Function(_isdate, "BOOLEAN"),
    Function(_filesize, "INTEGER", pure=False),
    Function(_filemodifiedtime, "TIMESTAMP", pure=False),
)
