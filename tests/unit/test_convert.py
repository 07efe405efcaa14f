"""Values of replies, typed: every format that Act-On's documents show."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tap_acton.resources.convert import Type, moments, to_moment

BOUNDED = settings(max_examples=300, deadline=None, derandomize=True, database=None)
SEEN_AT = datetime(2024, 9, 6, 16, 50, 52, 528_000, tzinfo=UTC)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]  # no zone is among them


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (1725641452528, SEEN_AT),
        ("1725641452528", SEEN_AT),
        (" 1725641452528 ", SEEN_AT),
        (1725641452, SEEN_AT.replace(microsecond=0)),
        ("1725641452", SEEN_AT.replace(microsecond=0)),
        ("Aug 27 2024 4:14 PM PDT", utc(2024, 8, 27, 23, 14)),
        ("Sep 6 2024 12:55 AM PDT", utc(2024, 9, 6, 7, 55)),
        ("Jan 6 2024 12:55 PM PST", utc(2024, 1, 6, 20, 55)),
        ("Oct 7 2019 11:59 AM GMT-12:00", utc(2019, 10, 7, 23, 59)),
        ("Oct 7 2019 11:59 AM GMT+05:30", utc(2019, 10, 7, 6, 29)),
        ("2024-09-03 12:47:01 PDT", utc(2024, 9, 3, 19, 47, 1)),
        ("2024-09-03 12:47:01 GMT", utc(2024, 9, 3, 12, 47, 1)),
        ("Aug 30 2022 13:06 Pacific/Marquesas", utc(2022, 8, 30, 22, 36)),
        ("Jul 1 2024 13:06 America/New_York", utc(2024, 7, 1, 17, 6)),
        ("Jan 1 2024 13:06 America/New_York", utc(2024, 1, 1, 18, 6)),
        ("Thu May 13 2021, 03:00 PM", utc(2021, 5, 13, 15)),
        ("09/06/2024", utc(2024, 9, 6)),
        ("2024-09-03T12:47:01Z", utc(2024, 9, 3, 12, 47, 1)),
        ("2024-09-03T12:47:01.250+02:00", utc(2024, 9, 3, 10, 47, 1, 250_000)),
        ("2024-09-03", utc(2024, 9, 3)),
    ],
    ids=str,
)
def test_every_documented_date_is_a_moment_in_utc(given: Any, expected: datetime) -> None:
    found = to_moment(given)
    assert (found, found and found.tzinfo) == (expected, UTC)


@pytest.mark.parametrize("never", [0, "0", "", "  "], ids=repr)
def test_never_is_no_moment(never: Any) -> None:
    assert to_moment(never) is None


@pytest.mark.parametrize(
    "text",
    [
        "Fri Sep 6 9:50 AM PDT",
        "2 days ago",
        "now",
        "Today",
        "2409",
        "Aug 27 2024 4:14 PM XYZ",
        "Aug 27 2024 4:14 PM ../../etc/passwd",
        "Aug 27 2024 4:14 PM America",
        "Aug 27 2024 4:14 PM GMT+99:99",
        "Feb 30 2024 4:14 PM PDT",
        "9999-12-31 23:59:59 PST",
        "0001-01-01T00:00:00+14:00",
        "9" * 30,
        "9" * 5000,
        10**30,
        float("inf"),
        float("nan"),
        "\x00",
        "\ud800",
        True,
        {"a": 1},
        [],
    ],
    ids=lambda given: repr(given)[:30],
)
def test_what_is_no_date_is_refused_as_a_value(text: Any) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        to_moment(text)


@pytest.mark.parametrize("moment", [0.001, 1725641452.5, 1725641452528.25])
def test_fractions_of_an_epoch_are_moments(moment: float) -> None:
    assert to_moment(moment) is not None


@BOUNDED
@given(st.datetimes(datetime(1974, 1, 1), datetime(2200, 1, 1)))  # noqa: DTZ001 - made aware below
def test_milliseconds_and_seconds_are_told_apart(moment: datetime) -> None:
    aware = moment.replace(microsecond=moment.microsecond // 1000 * 1000, tzinfo=UTC)
    milliseconds = round(aware.timestamp() * 1000)
    assert to_moment(milliseconds) == to_moment(str(milliseconds)) == aware
    assert to_moment(milliseconds // 1000) == aware.replace(microsecond=0)


@BOUNDED
@given(
    st.lists(
        st.none()
        | st.integers(1_000_000_000_000, 7_999_999_999_999).map(str)
        | st.sampled_from(["", "0", "soon", "1725641452,528", "1725641452528,1725641452529"])
    )
)
def test_moments_of_a_column_are_those_of_its_cells_or_none(texts: list[str | None]) -> None:
    found = moments(texts)
    assert found is None or found == [to_moment(text or "") for text in texts]
    assert (found is not None) == all(not text or len(text) == 13 for text in texts)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (True, True),
        ("true", True),
        ("True", True),
        ("Y", True),
        (1, True),
        ("1", True),
        (False, False),
        ("false", False),
        ("FALSE ", False),
        ("N", False),
        (0, False),
        ("0", False),
        ("", None),
    ],
    ids=repr,
)
def test_booleans_are_read_by_what_they_say(given: Any, expected: bool | None) -> None:
    assert Type.BOOLEAN.convert(given) is expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("1", 1),
        ("-12", -12),
        ("007", 7),
        ("1,234", 1234),
        (" 5 ", 5),
        ("", None),
        (5, 5),
        (5.0, 5),
        (2**63 - 1, 2**63 - 1),
    ],
    ids=repr,
)
def test_whole_numbers_are_read(given: Any, expected: int | None) -> None:
    assert Type.INTEGER.convert(given) == expected


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (Type.INTEGER, "1,5"),
        (Type.INTEGER, "1_000"),
        (Type.INTEGER, "0x10"),
        (Type.INTEGER, "12 apples"),
        (Type.INTEGER, "N/A"),
        (Type.INTEGER, 1.5),
        (Type.INTEGER, True),
        (Type.INTEGER, float("nan")),
        (Type.INTEGER, [1, 2]),
        (Type.INTEGER, "9" * 5000),
        (Type.INTEGER, 2**63),  # what is larger no database takes
        (Type.INTEGER, str(-(2**63) - 1)),
        (Type.NUMBER, "nan"),
        (Type.NUMBER, "1e999"),
        (Type.NUMBER, float("inf")),
        (Type.NUMBER, True),
        (Type.NUMBER, {}),
        (Type.BOOLEAN, "maybe"),
        (Type.BOOLEAN, 2),
        (Type.BOOLEAN, []),
        (Type.TEXTS, "a,b"),
        (Type.TEXTS, {"a": "b"}),
    ],
    ids=lambda given: getattr(given, "name", repr(given)[:20]),
)
def test_a_value_that_does_not_fit_is_refused_and_not_bent(kind: Type, given: Any) -> None:
    with pytest.raises((ValueError, TypeError, OverflowError)):
        kind.convert(given)


@pytest.mark.parametrize(
    ("given", "expected"), [("0.25", 0.25), (3, 3.0), ("", None), (" -1e3 ", -1000.0)], ids=repr
)
def test_numbers_are_read(given: Any, expected: float | None) -> None:
    assert Type.NUMBER.convert(given) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [("007", "007"), (434330, "434330"), (True, "true"), ({"a": ["é"]}, '{"a":["é"]}')],
    ids=repr,
)
def test_a_text_is_what_was_sent(given: Any, expected: str) -> None:
    assert Type.TEXT.convert(given) == expected


@BOUNDED
@given(st.text())
def test_no_text_is_changed(text: str) -> None:
    assert Type.TEXT.convert(text) == text


def test_arrays_hold_texts() -> None:
    assert Type.TEXTS.convert(["q-0002", 5]) == ["q-0002", "5"]


@BOUNDED
@given(
    st.sampled_from(list(Type)),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=5,
    ),
)
def test_nothing_else_than_a_misfit_is_ever_raised(kind: Type, given: Any) -> None:
    with suppress(ValueError, TypeError, OverflowError):
        kind.convert(given)
