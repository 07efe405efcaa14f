"""The types of texts: so strict that every cell can be had back from its value."""

from __future__ import annotations

import itertools
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tap_acton.resources.convert import Type
from tap_acton.resources.detect import all_exactly, detected, exactly, type_of, wider
from tests.cells import had_back

BOUNDED = settings(max_examples=300, deadline=None, derandomize=True, database=None)
LADDER = (Type.BOOLEAN, Type.INTEGER, Type.NUMBER, Type.DATE, Type.MOMENT, Type.TEXT)
MIDNIGHT = "T00:00:00-00:00"

numeric = st.from_regex(r"[-+]?[0-9]{0,18}([.,][0-9]{0,18})?([eE][-+]?[0-9]{1,3})?", fullmatch=True)
dated = st.from_regex(
    r"[0-9]{4}-[01][0-9]-[0-3][0-9]([T ][0-2][0-9]:[0-6][0-9](:[0-6][0-9])?(\.[0-9]{1,7})?"
    r"(Z|z|[-+][0-2][0-9]:?[0-9]{2})?)?",
    fullmatch=True,
)
likely = (
    st.integers().map(str)
    | st.floats().map(str)
    | st.decimals().map(str)
    | st.dates().map(str)
    | st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat())
    | st.sampled_from(["true", "false", "True", "NaN", "null", "Infinity", "-0", "-0.0", "0", ""])
)
cells = st.text() | numeric | dated | likely


def fits(kind: Type, cell: str) -> bool:
    with suppress(ValueError):
        exactly(kind, cell)
        return True
    return False


@BOUNDED
@given(cells)
def test_every_cell_can_be_had_back_from_every_type_that_takes_it(cell: str) -> None:
    for kind in LADDER:
        if fits(kind, cell):
            value = json.loads(json.dumps(exactly(kind, cell)))
            assert had_back(kind.schema, value) == cell


days = st.dates().map(str) | dated
numbers = st.integers().map(str) | numeric


@BOUNDED
@given(st.sampled_from(LADDER), st.lists(cells) | st.lists(days) | st.lists(numbers))
def test_a_column_at_once_has_the_values_of_its_cells(kind: Type, column: list[str]) -> None:
    at_once = all_exactly(kind, column)
    if at_once is not None:
        assert at_once == [exactly(kind, cell) for cell in column]


def test_numbers_and_days_are_typed_by_the_column() -> None:
    assert all_exactly(Type.INTEGER, ["1", "", None, "-20"]) == [1, None, None, -20]
    assert all_exactly(Type.DATE, ["2024-02-29", ""]) == ["2024-02-29", None]
    assert all_exactly(Type.DATE, ["2023-02-29"]) is None
    assert all_exactly(Type.INTEGER, ["1", "01"]) is None


@BOUNDED
@given(st.lists(cells, max_size=5))
def test_every_cell_fits_the_type_that_is_detected(column: list[str]) -> None:
    kind = detected(column)
    assert [had_back(kind.schema, exactly(kind, cell)) for cell in column] == column


@pytest.mark.parametrize(
    ("cell", "kind", "value"),
    [
        ("true", Type.BOOLEAN, True),
        ("false", Type.BOOLEAN, False),
        ("0", Type.INTEGER, 0),
        ("-42", Type.INTEGER, -42),
        ("999999999999999", Type.INTEGER, 999_999_999_999_999),
        ("1.5", Type.NUMBER, 1.5),
        ("-0.25", Type.NUMBER, -0.25),
        ("0.000123456789012", Type.NUMBER, 0.000123456789012),
        ("2024-02-29", Type.DATE, "2024-02-29"),
        ("2024-09-03T12:47:01Z", Type.MOMENT, "2024-09-03T12:47:01Z"),
        ("2024-09-03T12:47:01.250+02:00", Type.MOMENT, "2024-09-03T12:47:01.250+02:00"),
    ],
)
def test_a_plain_value_has_its_type(cell: str, kind: Type, value: Any) -> None:
    assert type_of(cell) is kind
    found = exactly(kind, cell)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    "cell",
    [
        "00501", "+15", "1e5", "1.50", "1.0", "-0", "-0.0", ".5", "5.", "1,234", "0x10", "1_000",
        " 7 ", "7\n", "٣", "9007199254740993", "1234567890123456", "0.1234567890123456", "0.00001",
        "1" * 5000, "NaN", "inf", "Infinity", "True", "TRUE", "yes", "y", "null", "None",
        "2024-02-30", "2024-W01-1", "2024-1-1", "01/02/2024", "2024-01-01 ",
        "2024-09-03T12:47:01", "2024-09-03 12:47:01Z", "2024-09-03T12:47Z", "2024-09-03T24:00:00Z",
        "2024-09-03T12:47:60Z", "2024-09-03T12:47:01-00:00", "2024-09-03T12:47:01+0200",
        "2024-09-03T12:47:01.1234567Z", "0001-01-01T00:00:00+14:00", "2024-09-03T12:47:01+24:00",
        "2024-09-03 12:47:01 PDT", "Aug 27 2024 4:14 PM PDT", " ", "\x00", "\ud800", "<b>1</b>",
    ],
    ids=lambda cell: repr(cell)[:30],
)  # fmt: skip
def test_what_a_value_would_change_is_a_text(cell: str) -> None:
    assert type_of(cell) is Type.TEXT
    assert not any(fits(kind, cell) for kind in LADDER[:-1])


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ([], Type.TEXT),
        (["", None, ""], Type.TEXT),
        (["", "1", None], Type.INTEGER),
        (["1", "1.5"], Type.NUMBER),
        (["1.5", "1"], Type.NUMBER),
        (["1", "1.5", "x"], Type.TEXT),
        (["1", "00501"], Type.TEXT),
        (["2024-01-01", "2024-01-01T00:00:00Z"], Type.MOMENT),
        (["2024-01-01", "1"], Type.TEXT),
        (["true", "false", ""], Type.BOOLEAN),
        (["true", "1"], Type.TEXT),
        ([1, 2], Type.TEXT),
        ([["1"]], Type.TEXT),
    ],
    ids=lambda each: each.name if isinstance(each, Type) else repr(each),
)
def test_a_column_has_the_narrowest_type_of_all_its_cells(column: list[Any], kind: Type) -> None:
    assert detected(column) is kind


def test_a_day_among_moments_is_told_from_every_moment() -> None:
    assert exactly(Type.MOMENT, "2024-01-01") == f"2024-01-01{MIDNIGHT}"
    assert not fits(Type.MOMENT, f"2024-01-01{MIDNIGHT}")


def test_an_empty_cell_is_null_but_in_a_column_of_texts() -> None:
    assert {kind: exactly(kind, "") for kind in LADDER} == {
        **dict.fromkeys(LADDER),
        Type.TEXT: "",
    }


def test_wider_is_the_least_upper_bound() -> None:
    for one, two, three in itertools.product(LADDER, repeat=3):
        assert wider(one, two) is wider(two, one)
        assert wider(one, one) is one
        assert wider(wider(one, two), three) is wider(one, wider(two, three))
        assert wider(one, wider(one, two)) is wider(one, two)


@BOUNDED
@given(cells)
def test_a_cell_that_fits_a_type_fits_every_wider_one(cell: str) -> None:
    for one, two in itertools.product(LADDER, repeat=2):
        if wider(one, two) is two and fits(one, cell):
            assert fits(two, cell)
