"""Aggregates that SQLite lacks, of groups and of windows."""

from __future__ import annotations

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_acton.sql.exceptions import DataError
from tests.called import rows_of

NUMBERS = st.lists(st.none() | st.integers(-100, 100), max_size=12)
AGGREGATES = "COUNT_BIG(n), COUNT_DISTINCT(n), MEDIAN(n), STDEV(n), STDEVP(n), VAR(n), VARP(n)"


def expected(given_: list[int | None]) -> tuple[object, ...]:
    """Return what Python's statistics say."""
    numbers = [each for each in given_ if each is not None]
    some, two = len(numbers) > 0, len(numbers) > 1
    return (
        len(numbers),
        len(set(numbers)),
        statistics.median(numbers) if some else None,
        statistics.stdev(numbers) if two else None,
        statistics.pstdev(numbers) if some else None,
        statistics.variance(numbers) if two else None,
        statistics.pvariance(numbers) if some else None,
    )


def values(numbers: list[int | None]) -> str:
    """Return the numbers as a table `t (k, n)`."""
    rows = "".join(
        f" UNION ALL SELECT {place}, {'NULL' if each is None else each}"
        for place, each in enumerate(numbers)
    )
    return f"(SELECT 0 AS k, 0 AS n WHERE 0{rows}) AS t"


@given(numbers=NUMBERS)
def test_aggregates_are_those_of_pythons_statistics(numbers: list[int | None]) -> None:
    [row] = rows_of(f"SELECT {AGGREGATES} FROM {values(numbers)}")
    assert row == pytest.approx(expected(numbers))


@given(numbers=NUMBERS, before=st.integers(0, 3), after=st.integers(0, 3))
def test_windows_are_aggregates_of_their_frames(
    numbers: list[int | None], before: int, after: int
) -> None:
    frame = f"(ORDER BY k ROWS BETWEEN {before} PRECEDING AND {after} FOLLOWING)"
    calls = AGGREGATES.replace(")", f") OVER {frame}")
    found = rows_of(f"SELECT {calls} FROM {values(numbers)} ORDER BY k")
    frames = [numbers[max(at - before, 0) : at + after + 1] for at in range(len(numbers))]
    assert [*found] == [pytest.approx(expected(each)) for each in frames]


def test_count_big_of_a_star_counts_rows() -> None:
    assert rows_of(f"SELECT COUNT_BIG(*) FROM {values([1, None, 1])}") == [(3,)]


def test_numbers_in_texts_count_as_numbers() -> None:
    assert rows_of("SELECT MEDIAN(column1) FROM (VALUES ('9'), ('10'), (' 11 '))") == [(10.0,)]


def test_what_is_no_number_is_named() -> None:
    with pytest.raises(DataError, match=r"MEDIAN\(x\): x must be a number, not 'few'"):
        rows_of("SELECT MEDIAN('few')")
