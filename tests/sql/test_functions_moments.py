"""Functions over dates give what CData documents."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_acton.sql.exceptions import DataError
from tests.called import NOW, called, row_of

if TYPE_CHECKING:
    from pathlib import Path

MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1))  # noqa: DTZ001 - as SQLite's
LOCAL = datetime.fromisoformat(NOW).replace(tzinfo=UTC).astimezone().replace(tzinfo=None)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("DATEADD('d', 5, '2024-01-31')", "2024-02-05 00:00:00"),
        ("DATEADD('month', 1, '2024-01-31')", "2024-02-29 00:00:00"),
        ("DATEADD('yy', -1, '2024-02-29')", "2023-02-28 00:00:00"),
        ("DATEADD('qq', 1, '2024-01-31T10:00:00Z')", "2024-04-30 10:00:00"),
        ("DATEADD('ms', 1, '2024-01-31')", "2024-01-31 00:00:00.001000"),
        ("DATEADD('mi', '90', '2024-01-31', 'HH:mm')", "01:30"),
        ("DATEDIFF('d', '2024-01-31 23:00:00', '2024-02-01 01:00:00')", 1),
        ("DATEDIFF('hour', '2024-01-31', '2024-02-01')", 24),
        ("DATEDIFF('mi', '2024-01-01 00:00:00', '2024-01-01 01:00:30')", 60),
        ("DATEDIFF('ss', '2024-01-01 00:01:00', '2024-01-01 00:00:00')", -60),
        ("DATEDIFF('ms', '2024-01-01', '2024-01-01 00:00:01.5')", 1500),
        ("DATEFROMPARTS(2024, 2, 3)", "2024-02-03 00:00:00"),
        ("DATETIMEFROMPARTS(2024, 2, 3, 4, 5, 6, 7)", "2024-02-03 04:05:06.007000"),
        ("DATETIME2FROMPARTS(2024, 2, 3, 4, 5, 6, 5, 1)", "2024-02-03 04:05:06.500000"),
        ("SMALLDATETIMEFROMPARTS(2024, 2, 3, 4, 5)", "2024-02-03 04:05:00"),
        ("TIMEFROMPARTS(4, 5, 6, 12, 2)", "04:05:06.12"),
        ("TIMEFROMPARTS(4, 5, 6, 0, 0)", "04:05:06"),
        ("DATENAME('yy', '2024-02-03')", "2024"),
        ("DATENAME('month', '2024-02-03')", "February"),
        ("DATENAME('dw', '2024-02-03')", "Saturday"),
        ("DATENAME('ns', '2024-02-03 00:00:00.000001')", "1000"),
        ("DATEPART('qq', '2024-05-03')", 2),
        ("DATEPART('dw', '2024-02-04')", 1),
        ("DATEPART('dw', '2024-02-04', 1)", 7),
        ("DATEPART('wk', '2024-01-07')", 2),
        ("DATEPART('mcs', '2024-01-01 00:00:00.000012')", 12),
        ("DATEPART('tz', '2024-01-01')", 0),
        ("DATEPART('ISODOW', '2024-02-04')", 7),
        ("DATEPART('ISO_WEEK', '2023-01-01')", 52),
        ("DATEPART('ISOYEAR', '2023-01-01')", 2022),
        ("DATE_TRUNC('2024-05-17 10:11:12', 'quarter')", "2024-04-01 00:00:00"),
        ("DATE_TRUNC('2024-05-17 10:11:12', 'week')", "2024-05-12 00:00:00"),
        ("DATE_TRUNC2('hour', '2024-05-17 10:11:12')", "2024-05-17 10:00:00"),
        ("DATE_TRUNC2('week', '2024-05-17', 'monday')", "2024-05-13 00:00:00"),
        ("DAY('2024-02-03')", 3),
        ("DAYOFMONTH('2024-02-03')", 3),
        ("DAYOFWEEK('2024-02-04')", 1),
        ("DAYOFYEAR('2024-02-03')", 34),
        ("EOMONTH('2024-01-31 10:00:00')", "2024-01-31 00:00:00"),
        ("EOMONTH('2024-01-31', 1)", "2024-02-29 00:00:00"),
        ("LAST_DAY('2024-02-03')", "2024-02-29 00:00:00"),
        ("FDMONTH('2024-02-03')", "2024-02-01 00:00:00"),
        ("LDMONTH('2024-12-03')", "2024-12-31 00:00:00"),
        ("FDQUARTER('2024-05-03')", "2024-04-01 00:00:00"),
        ("LDQUARTER('2024-05-03')", "2024-06-30 00:00:00"),
        ("FDWEEK('2024-02-07')", "2024-02-04 00:00:00"),
        ("LDWEEK('2024-02-07')", "2024-02-10 00:00:00"),
        ("TO_DAYS('2007-10-07')", 733321),
        ("FROM_DAYS(733321)", "2007-10-07 00:00:00"),
        ("FROM_UNIXTIME(1704067200, 1)", "2024-01-01 00:00:00"),
        ("FROM_UNIXTIME(1704067200500, 0)", "2024-01-01 00:00:00.500000"),
        ("HOUR('2024-02-03 04:05:06')", 4),
        ("HOUR('04:05:06')", 4),
        ("MINUTE('2024-02-03 04:05:06')", 5),
        ("SECOND('2024-02-03 04:05:06.9')", 6),
        ("MONTH('2024-02-03T23:00:00-05:00')", 2),
        ("DAY('2024-02-03T23:00:00-05:00')", 4),
        ("QUARTER('2024-12-03')", 4),
        ("WEEK('2024-01-01')", 1),
        ("YEAR('2024-02-03')", 2024),
        ("ISDATE('2024-02-30')", 0),
        ("ISDATE('2024-02-03')", 1),
        ("ISDATE('03/02/2024', 'dd/MM/yyyy')", 1),
        ("ISDATE('2024-02-03', 'dd/MM/yyyy')", 0),
        ("MAKEDATE(2024, 60)", "2024-02-29 00:00:00"),
        ("GETUTCDATE()", NOW),
        ("SYSUTCDATETIME()", NOW),
        ("GETDATE()", str(LOCAL)),
        ("SYSDATETIME()", str(LOCAL)),
        ('"CURRENT_TIMESTAMP"()', str(LOCAL)),
        ('"CURRENT_DATE"()', f"{LOCAL:%Y-%m-%d}"),
        ("LAST_WEEK()", str(LOCAL - timedelta(weeks=1))),
        ("LAST_MONTH()", str(LOCAL.replace(month=5))),
        ("LAST_YEAR()", str(LOCAL.replace(year=2025))),
    ],
)
def test_a_date_function_gives_what_is_documented(expression: str, expected: object) -> None:
    assert called(expression) == expected


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("YEAR('soon')", "YEAR.*date must be a date like"),
        ("DATEDIFF('month', '2024-01-01', '2024-02-01')", "DATEDIFF.*day, hour, minute"),
        ("DATEADD('fortnight', 1, '2024-01-01')", "DATEADD.*no part 'fortnight'"),
        ("DATEADD('isodow', 1, '2024-01-01')", "DATEADD.*cannot be added"),
        ("DATEADD('yy', 9999, '2024-01-01')", "DATEADD.*years 1 to 9999"),
        ("DATEADD('d', 99999999999, '2024-01-01')", "DATEADD"),
        ("DATEPART('dw', '2024-01-01', 9)", "DATEPART.*first_day"),
        ("YEAR('0001-01-01T00:00:00+02:00')", "YEAR.*a date like"),
        ("DATEFROMPARTS(2024, 13, 1)", "DATEFROMPARTS.*month"),
        ("DATE_TRUNC('2024-01-01', 'tz')", "DATE_TRUNC.*cannot be cut"),
        ("DATE_TRUNC2('week', '2024-01-01', 'noday')", "DATE_TRUNC2.*name of a day"),
        ("TIMEFROMPARTS(1, 2, 3, 10, 1)", "TIMEFROMPARTS.*precision"),
        ("STRTODATE('2024', 'dd/MM')", "STRTODATE.*does not have the format"),
        ("FILESIZE('/nowhere/at/all')", "FILESIZE.*no file"),
    ],
)
def test_a_wrong_argument_is_named_with_its_function(expression: str, words: str) -> None:
    with pytest.raises(DataError, match=words):
        called(expression)


def test_a_files_size_and_time_are_those_of_the_disk(tmp_path: Path) -> None:
    file = tmp_path / "a file.txt"
    file.write_text("12345")
    os.utime(file, (0, 1_704_067_200))
    calls = "FILESIZE(?1), FILEMODIFIEDTIME(?1)"
    expected = (5, "2024-01-01 00:00:00")
    assert row_of(calls, str(file)) == row_of(calls, file.as_uri()) == expected


@given(at=MOMENTS)
def test_parts_are_those_of_pythons_calendar(at: datetime) -> None:
    calls = "YEAR(?1), MONTH(?1), DAY(?1), HOUR(?1), DAYOFYEAR(?1), DATEPART('iso_week', ?1)"
    expected = (at.year, at.month, at.day, at.hour, int(f"{at:%j}"), at.isocalendar().week)
    assert row_of(calls, str(at)) == expected


@given(at=MOMENTS, first=st.integers(1, 7))
def test_a_new_week_begins_on_each_first_day(at: datetime, first: int) -> None:
    january = date(at.year, 1, 1)
    starts = sum(
        (january + timedelta(days=day)).isoweekday() == first
        for day in range(1, at.timetuple().tm_yday)
    )
    assert called("DATEPART('week', ?, ?)", str(at), first) == starts + 1


@given(at=MOMENTS, months=st.integers(-500, 500))
def test_the_end_of_a_month_is_a_day_before_the_next(at: datetime, months: int) -> None:
    found = datetime.fromisoformat(called("EOMONTH(?, ?)", str(at), months))
    after = found + timedelta(days=1)
    assert after.day == 1
    assert (found.year - at.year) * 12 + found.month - at.month == months


@given(at=MOMENTS, days=st.integers(-9999, 9999))
def test_what_is_added_is_the_difference(at: datetime, days: int) -> None:
    assert called("DATEDIFF('d', ?1, DATEADD('d', ?2, ?1))", str(at), days) == days
    assert called("FROM_DAYS(TO_DAYS(?))", str(at)) == f"{at:%Y-%m-%d} 00:00:00"
