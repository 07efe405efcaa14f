"""The examples that CData's documents have of their functions give here what they give there."""

from __future__ import annotations

import pytest

from tests.called import called

ARRAY = '{"test": {"data": [1,2,3,4,5]}}'


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("DATE_TRUNC('05-04-2005', 'YY')", "2005-01-01 00:00:00"),
        ("DATE_TRUNC('05-04-2005', 'MM')", "2005-05-01 00:00:00"),
        ("DAYOFMONTH('04/15/2000')", 15),
        ("DAYOFWEEK('04/15/2000')", 7),
        ("DAYOFYEAR('04/15/2000')", 106),
        ("FDMONTH('02-08-2018')", "2018-02-01 00:00:00"),
        ("FDQUARTER('05-08-2018')", "2018-04-01 00:00:00"),
        ("FDWEEK('02-08-2018')", "2018-02-04 00:00:00"),
        ("HOUR('02-02-2020 11:30:00')", 11),
        ("LDMONTH('02-02-2020')", "2020-02-29 00:00:00"),
        ("LDQUARTER('02-02-2020')", "2020-03-31 00:00:00"),
        ("LDWEEK('02-02-2020')", "2020-02-08 00:00:00"),
        ("MINUTE('02-02-2020 11:15:00')", 15),
        ("MONTH('02-02-2020')", 2),
        ("QUARTER('02-02-2020')", 1),
        ("SECOND('02-02-2020 11:15:23')", 23),
        ("FROM_DAYS(736000)", "2015-02-06 00:00:00"),
        ("TO_DAYS('02-06-2015')", 736000),
        ("WEEK('02-17-2020 11:15:23')", 8),
        ("FORMAT('2019/01/01', 'yyyy-MM-dd')", "2019-01-01"),
        ("DATEPART('isowk', '2018-02-01')", 5),
        ("DATE_TRUNC2('decade', '2020-02-04')", "2020-01-01 00:00:00"),
        ("DATE_TRUNC2('century', '2020-02-04')", "2001-01-01 00:00:00"),
        ("DATE_TRUNC2('millennium', '2000-02-04')", "1001-01-01 00:00:00"),
        ("JSON_EXTRACT('{\"test\": {\"data\": 1}}', '$.test')", '{"data":1}'),
        ("HEX(HASHBYTES('MD5', 'Test'))", "0CBC6611F5540BD0809A388DC95A615B"),
        ("OCTET_LENGTH(HASHBYTES('SHA3_224', 'Test'))", 28),
    ],
)
def test_a_documented_example_gives_what_is_documented(call: str, expected: object) -> None:
    assert called(call) == expected


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("JSON_AVG('[1,2,3,4,5]', '$[x]')", 3),
        ("JSON_AVG(?, '$.test.data[x]')", 3),
        ("JSON_AVG(?, '$.test.data[3..]')", 4.5),
        ("JSON_COUNT(?, '$.test.data[x]')", 5),
        ("JSON_COUNT(?, '$.test.data[3..]')", 2),
        ("JSON_MAX(?, '$.test.data[..3]')", 4),
        ("JSON_MIN(?, '$.test.data[3..]')", 4),
        ("JSON_SUM(?, '$.test.data[1..2]')", 5),
        ("JSON_EXTRACT(?, '$.test.data[1..2]')", "[2,3]"),
    ],
)
def test_a_path_names_a_range_of_elements(call: str, expected: object) -> None:
    values = [ARRAY] if "?" in call else []
    assert called(call, *values) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("6/25/2019 10:06:58 AM", "2019-06-25 10:06:58", id="before noon"),
        pytest.param("6/25/2019 12:06 AM", "2019-06-25 00:06:00", id="midnight"),
        pytest.param("6/25/2019 1:06:58.5 pm", "2019-06-25 13:06:58.500000", id="afternoon"),
        pytest.param("2019/6/5 7:06", "2019-06-05 07:06:00", id="year first"),
    ],
)
def test_a_date_may_be_written_as_in_america(text: str, expected: str) -> None:
    assert called("DATEADD('day', 0, ?)", text) == expected


@pytest.mark.parametrize("text", ["25/06/2019", "06-25/2019", "6/25/2019 13:00 PM", "6/25/19"])
def test_no_date_is_guessed(text: str) -> None:
    assert called("ISDATE(?)", text) == 0
