""".NET's formats of numbers and dates.

The expected texts are those of Microsoft's pages on standard and custom format strings (en-US).
"""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_acton.sql.exceptions import DataError
from tests.called import called, row_of

MOMENTS = st.datetimes(datetime(1601, 1, 2), datetime(2999, 1, 1))  # noqa: DTZ001 - as SQLite's


@pytest.mark.parametrize(
    ("number", "spelling", "expected"),
    [
        (123.456, "C", "$123.46"),
        (-123.456, "C3", "-$123.456"),
        (1234, "D", "1234"),
        (-1234, "D6", "-001234"),
        (1052.0329112756, "E", "1.052033E+003"),
        (-1052.0329112756, "e2", "-1.05e+003"),
        (1234.567, "F", "1234.57"),
        (1234, "F1", "1234.0"),
        (-1234.56, "F4", "-1234.5600"),
        (-0.001, "F2", "0.00"),
        (123.4546, "G4", "123.5"),
        (-123.456, "G", "-123.456"),
        (1234.567, "N", "1,234.57"),
        (1234, "N1", "1,234.0"),
        (-1234.56, "N3", "-1,234.560"),
        (1, "P", "100.00%"),
        (-0.39678, "P1", "-39.7%"),
        (255, "X", "FF"),
        (-1, "x", "ffffffffffffffff"),
        (255, "x4", "00ff"),
        (1234.5678, "00000", "01235"),
        (0.45678, "0.00", "0.46"),
        (1234.5678, "#####", "1235"),
        (0.45678, "#.##", ".46"),
        (2147483647, "##,#", "2,147,483,647"),
        (2147483647, "#,#,,", "2,147"),
        (0.3697, "%#0.00", "%36.97"),
        (0.3697, "##.0 %", "37.0 %"),
        (0.03697, "#0.00‰", "36.97‰"),
        (987654, "#0.0e0", "98.8e4"),
        (1503.92311, "0.0##e+00", "1.504e+03"),
        (9.999, "0.00e+00", "1.00e+01"),
        (12345, "\\###00\\#", "#12345#"),
        (68, "# 'degrees'", "68 degrees"),
        (12.345, "#0.0#;(#0.0#);-\\0-", "12.35"),
        (-12.345, "#0.0#;(#0.0#);-\\0-", "(12.35)"),
        (0, "#0.0#;(#0.0#);-\\0-", "-0-"),
        (1234567890, "(###) ###-####", "(123) 456-7890"),
        (-1.5, "0.0", "-1.5"),
        (-0.01, "0.0", "0.0"),
        ("1234.5", "N2", "1,234.50"),
    ],
)
def test_numbers_are_written_as_dotnet_writes_them(
    number: object, spelling: str, expected: str
) -> None:
    assert called("FORMAT(?, ?)", number, spelling) == expected


@pytest.mark.parametrize(
    ("spelling", "expected"),
    [
        ("d", "6/15/2009"),
        ("D", "Monday, June 15, 2009"),
        ("f", "Monday, June 15, 2009 1:45 PM"),
        ("F", "Monday, June 15, 2009 1:45:30 PM"),
        ("g", "6/15/2009 1:45 PM"),
        ("G", "6/15/2009 1:45:30 PM"),
        ("M", "June 15"),
        ("o", "2009-06-15T13:45:30.6175000"),
        ("R", "Mon, 15 Jun 2009 13:45:30 GMT"),
        ("s", "2009-06-15T13:45:30"),
        ("t", "1:45 PM"),
        ("T", "1:45:30 PM"),
        ("u", "2009-06-15 13:45:30Z"),
        ("y", "June 2009"),
        ("dd/MM/yy HH:mm:ss.fff", "15/06/09 13:45:30.617"),
        ("ddd d MMM yyyy, h tt", "Mon 15 Jun 2009, 1 PM"),
        ("hh:mm t 'o''clock'", "01:45 P oclock"),
        ("%d", "15"),
        ("s.FFFFFF", "30.6175"),
        ("\\d\\a\\y d", "day 15"),
        ("yyyy K zzz", "2009 Z +00:00"),
        ("UNIX", 1245073530),
        ("UNIXMILIS", 1245073530617),
        ("TICKS", 633806703306175000),
        ("FILETICKS", 128895471306175000),
    ],
)
def test_dates_are_written_as_dotnet_writes_them(spelling: str, expected: object) -> None:
    assert called("FORMAT('2009-06-15 13:45:30.617500', ?)", spelling) == expected


@pytest.mark.parametrize(
    ("text", "spelling", "expected"),
    [
        ("15/06/2009", "dd/MM/yyyy", "2009-06-15 00:00:00"),
        ("6/5/09 1:45 pm", "M/d/yy h:mm tt", "2009-06-05 13:45:00"),
        ("12:00 AM", "h:mm tt", "1900-01-01 00:00:00"),
        ("Monday, June 15, 2009", "D", "2009-06-15 00:00:00"),
        ("15 jun 1999", "d MMM yyyy", "1999-06-15 00:00:00"),
        ("31/12/30", "dd/MM/yy", "1930-12-31 00:00:00"),
        ("2009-06-15T13:45:30.5", "yyyy-MM-ddTHH:mm:ss.FFF", "2009-06-15 13:45:30.500000"),
        ("2009-06-15 13:45 +02:00", "yyyy-MM-dd HH:mm zzz", "2009-06-15 11:45:00"),
        ("2009-06-15 13:45-0230", "yyyy-MM-dd HH:mmK", "2009-06-15 16:15:00"),
        ("2009-06-15 13:45:30z", "yyyy-MM-dd HH:mm:ssK", "2009-06-15 13:45:30"),
        ("1245073530", "UNIX", "2009-06-15 13:45:30"),
        ("1245073530617", "unixmilis", "2009-06-15 13:45:30.617000"),
        ("633806703306175000", "TICKS", "2009-06-15 13:45:30.617500"),
        ("128895471306175000", "FILETICKS", "2009-06-15 13:45:30.617500"),
    ],
)
def test_dates_are_read_as_dotnet_reads_them(text: str, spelling: str, expected: str) -> None:
    assert called("STRTODATE(?, ?)", text, spelling) == expected


def test_a_date_is_rewritten_from_its_own_format() -> None:
    assert called("FORMAT('15/06/2009', 'dd/MM/yyyy', 'yyyy-MM-dd')") == "2009-06-15"


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("FORMAT(1.5, 'D')", "FORMAT.*whole numbers"),
        ("FORMAT(1.5, 'Q')", "FORMAT.*no format 'Q'"),
        ("FORMAT('soon', 'd')", "FORMAT.*a date like"),
        ("STRTODATE('99/99/2009', 'dd/MM/yyyy')", "STRTODATE.*month"),
        ("STRTODATE('soon', 'UNIX')", "STRTODATE.*a number"),
        ("STRTODATE('9e99', 'UNIX')", "STRTODATE"),
    ],
)
def test_what_has_no_such_format_is_named(expression: str, words: str) -> None:
    with pytest.raises(DataError, match=words):
        called(expression)


@given(at=MOMENTS, spelling=st.sampled_from(["o", "TICKS", "FILETICKS"]))
def test_a_date_comes_back_from_its_text(at: datetime, spelling: str) -> None:
    assert called("STRTODATE(FORMAT(?1, ?2), ?2)", str(at), spelling) == str(at)


@given(number=st.integers(-(10**12), 10**12), places=st.integers(0, 4))
def test_groups_and_places_are_those_of_python(number: int, places: int) -> None:
    spellings = (f"N{places}", f"F{places}", "#,##0" + (f".{'0' * places}" if places else ""))
    found = row_of("FORMAT(?1, ?2), FORMAT(?1, ?3), FORMAT(?1, ?4)", number, *spellings)
    grouped = f"{number:,.{places}f}"
    assert found == (grouped, grouped.replace(",", ""), grouped)
