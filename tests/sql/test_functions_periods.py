"""Literals of periods: what they mean, and what a statement becomes."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import exp

from tap_acton.sql.exceptions import ProgrammingError
from tap_acton.sql.functions.periods import PERIODS, period, spelled_out

NOW = datetime(2024, 5, 15, 10, 30)  # noqa: DTZ001 - as SQLite's; a Wednesday
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("name", "n", "start", "end"),
    [
        ("L_YESTERDAY", None, "2024-05-14", "2024-05-15"),
        ("L_TODAY", None, "2024-05-15", "2024-05-16"),
        ("L_TOMORROW", None, "2024-05-16", "2024-05-17"),
        ("L_LAST_WEEK", None, "2024-05-05", "2024-05-12"),
        ("L_THIS_WEEK", None, "2024-05-12", "2024-05-19"),
        ("L_NEXT_WEEK", None, "2024-05-19", "2024-05-26"),
        ("L_LAST_MONTH", None, "2024-04-01", "2024-05-01"),
        ("L_THIS_MONTH", None, "2024-05-01", "2024-06-01"),
        ("L_NEXT_MONTH", None, "2024-06-01", "2024-07-01"),
        ("L_LAST_QUARTER", None, "2024-01-01", "2024-04-01"),
        ("L_THIS_QUARTER", None, "2024-04-01", "2024-07-01"),
        ("L_NEXT_QUARTER", None, "2024-07-01", "2024-10-01"),
        ("L_LAST_YEAR", None, "2023-01-01", "2024-01-01"),
        ("L_THIS_YEAR", None, "2024-01-01", "2025-01-01"),
        ("L_NEXT_YEAR", None, "2025-01-01", "2026-01-01"),
        ("L_LAST_90_DAYS", None, "2024-02-15", "2024-05-15"),
        ("L_NEXT_90_DAYS", None, "2024-05-15", "2024-08-13"),
        ("L_LAST_N_DAYS", 3, "2024-05-12", "2024-05-15"),
        ("L_NEXT_N_DAYS", 3, "2024-05-15", "2024-05-18"),
        ("L_LAST_N_WEEKS", 2, "2024-04-28", "2024-05-12"),
        ("L_NEXT_N_WEEKS", 2, "2024-05-19", "2024-06-02"),
        ("L_LAST_N_MONTHS", 5, "2023-12-01", "2024-05-01"),
        ("L_NEXT_N_MONTHS", 2, "2024-06-01", "2024-08-01"),
        ("L_LAST_N_QUARTERS", 2, "2023-10-01", "2024-04-01"),
        ("L_NEXT_N_QUARTERS", 1, "2024-07-01", "2024-10-01"),
        ("L_LAST_N_YEARS", 1, "2023-01-01", "2024-01-01"),
        ("L_NEXT_N_YEARS", 2, "2025-01-01", "2027-01-01"),
    ],
)
def test_a_period_starts_and_ends(name: str, n: int | None, start: str, end: str) -> None:
    found = period(name, n, NOW)
    assert [f"{each:%Y-%m-%d}" for each in found] == [start, end]


@given(now=MOMENTS, name=st.sampled_from(sorted(PERIODS)), n=st.integers(0, 400))
def test_a_period_is_made_of_whole_days(now: datetime, name: str, n: int) -> None:
    start, end = period(name, n if "_N_" in name else None, now)
    assert start.time() == end.time() == datetime.min.time()
    assert start <= end
    if name == "L_LAST_N_DAYS":
        assert end - start == timedelta(days=n)
        assert not start <= now < end


def parsed(text: str) -> exp.Expression:
    tree = sqlglot.parse_one(text, read="tsql")
    assert isinstance(tree, exp.Expression)
    return tree


def plain(condition: str) -> str:
    tree = parsed(f"SELECT a FROM t WHERE {condition}")
    return spelled_out(tree, NOW).sql(dialect="sqlite").partition("WHERE ")[2]


TODAY = "(c >= '2024-05-15 00:00:00' AND c < '2024-05-16 00:00:00')"


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("c = L_TODAY()", TODAY),
        ("l_today() = c", TODAY),
        ("c < L_TODAY()", "c < '2024-05-15 00:00:00'"),
        ("c > L_TODAY()", "c >= '2024-05-16 00:00:00'"),
        ("L_TODAY() > c", "c < '2024-05-15 00:00:00'"),
        ("L_TODAY() < c", "c >= '2024-05-16 00:00:00'"),
        ("c > L_LAST_N_DAYS(2)", "c >= '2024-05-15 00:00:00'"),
        ("c < L_LAST_N_DAYS('2')", "c < '2024-05-13 00:00:00'"),
        ("NOT c = L_TODAY() OR x = 1", f"NOT {TODAY} OR x = 1"),
    ],
)
def test_a_period_becomes_plain_comparisons(condition: str, expected: str) -> None:
    assert plain(condition) == expected


def test_what_has_no_period_stays_as_it_is() -> None:
    tree = parsed("SELECT INDEXOF(a, 'b') FROM t WHERE c = 1")
    assert spelled_out(tree, NOW).sql() == "SELECT INDEXOF(a, 'b') FROM t WHERE c = 1"


def test_an_expression_alone_is_spelled_out_too() -> None:
    assert spelled_out(parsed("c = L_TODAY()"), NOW).sql() == TODAY


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("SELECT a FROM t WHERE c <= L_TODAY()", r"L_TODAY\(\) can be compared with =, < or >"),
        ("SELECT a FROM t WHERE c >= L_TODAY()", "L_TODAY"),
        ("SELECT a FROM t WHERE c <> L_TODAY()", "L_TODAY"),
        ("SELECT a FROM t WHERE c IN (L_TODAY())", "L_TODAY"),
        ("SELECT a FROM t WHERE c BETWEEN L_TODAY() AND x", "L_TODAY"),
        ("SELECT L_TODAY()", "L_TODAY"),
        ("UPDATE t SET c = L_TODAY() WHERE id = 1", "L_TODAY"),
        ("SELECT a FROM t WHERE c = L_TODAY(1)", r"written L_TODAY\(\)"),
        ("SELECT a FROM t WHERE c = L_LAST_N_DAYS()", r"written L_LAST_N_DAYS\(n\)"),
        ("SELECT a FROM t WHERE c = L_LAST_N_DAYS('x')", r"written L_LAST_N_DAYS\(n\)"),
        ("SELECT a FROM t WHERE c = L_LAST_N_DAYS(-1)", r"written L_LAST_N_DAYS\(n\)"),
        ("SELECT a FROM t WHERE c = L_LAST_N_YEARS(99999)", "too many"),
    ],
)
def test_a_period_elsewhere_is_refused_by_name(statement: str, words: str) -> None:
    with pytest.raises(ProgrammingError, match=words):
        spelled_out(parsed(statement), NOW)
