"""Functions over numbers give what CData documents."""

from __future__ import annotations

import math
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_acton.sql.exceptions import DataError
from tests.called import called, row_of, rows_of


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("ABS(-2.5)", 2.5),
        ("ACOS(1)", 0),
        ("ASIN(0)", 0),
        ("ATAN(1)", math.pi / 4),
        ("ATN2(1, -1)", 3 * math.pi / 4),
        ("CEILING(1.2)", 2),
        ("CEIL('1.2')", 2),
        ("COS(0)", 1),
        ("COT(1)", 1 / math.tan(1)),
        ("DEGREES(PI())", 180),
        ("EXP(1)", math.e),
        ("EXPR('1 + 2 * 3')", 7),
        ("EXPR('(1 + 2) * 3 ^ 2 / 2')", 13.5),
        ("EXPR('-7 % 3')", -1),
        ("EXPR('1 < 2 and not 3 = 4')".replace("=", "=="), 1),
        ("EXPR('2 ^ 100')", 2.0**100),
        ("FLOOR(-1.2)", -2),
        ("GREATEST(1, 3, 2)", 3),
        ("GREATEST('a', 'c', 'b')", "c"),
        ("LEAST(1, 3, 2)", 1),
        ("HEX(255)", "FF"),
        ("HEX('abc')", "616263"),
        ("LOG(1)", 0),
        ("LOG(8, 2)", 3),
        ("LOG10(1000)", 3),
        ("MOD(7, 3)", 1),
        ("NEGATE('2.5')", -2.5),
        ("POWER(2, 10)", 1024),
        ("RADIANS(180)", math.pi),
        ("ROUND(2.5)", 3),
        ("ROUND(-2.5)", -3),
        ("ROUND('2.345', 2)", 2.35),
        ("ROUND(1250, -2)", 1300),
        ("ROUND(2.99, 1, 0)", 3),
        ("ROUND(2.99, 1, 1)", 2.9),
        ("SIGN(-5)", -1),
        ("SIN(0)", 0),
        ("SQRT(9)", 3),
        ("SQUARE(3)", 9),
        ("TAN(0)", 0),
        ("TRUNC(-1.29, 1)", -1.2),
        ("TRUNC(1299, -2)", 1200),
        ("ROUND(1299, -9)", 0),
        ("ROUND(1.25, 999)", 1.25),
        ("ROUND(9e999)", math.inf),
    ],
)
def test_a_number_function_gives_what_is_documented(expression: str, expected: object) -> None:
    found = called(expression)
    assert found == (pytest.approx(expected) if isinstance(expected, float) else expected)


def test_chance_is_the_same_for_the_same_seed_alone() -> None:
    assert called("RAND(7)") == called("RAND(7)") != called("RAND(8)")
    [(first,), (second,)] = rows_of("SELECT RAND() FROM (VALUES (1), (2))")
    assert first != second
    assert 0 <= first < 1


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("ATN2('a', 1)", "ATN2.*y must be a number, not 'a'"),
        ("COT(0)", "COT.*division by zero"),
        ("LOG(0)", "LOG.*(math domain|positive)"),
        ("EXPR('1 / 0')", "EXPR.*division"),
        ("EXPR('1 +')", "EXPR.*no expression"),
        ("EXPR('open(1)')", "EXPR.*nothing else"),
        ("EXPR('a.b')", "EXPR.*nothing else"),
        ("EXPR('''a'' * 9')", "EXPR.*nothing else"),
        ("EXPR('9 ^ 9 ^ 9')", "EXPR.*exponent"),
        ("EXPR('9 ^ 999')", "EXPR.*too large"),
        ("EXPR('" + "-" * 990 + "1')", "EXPR"),
        ("EXPR('(0 - 1) ^ 0.5')", "EXPR.*root"),
        ("EXPR('" + "1+" * 600 + "1')", "EXPR.*at most"),
        ("EXPR('1 in 2')", "EXPR.*nothing else"),
        ("EXPR('" + "(" * 400 + "1" + ")" * 400 + "')", "EXPR"),
    ],
)
def test_a_wrong_argument_is_named_with_its_function(expression: str, words: str) -> None:
    with pytest.raises(DataError, match=words):
        called(expression)


@given(cents=st.integers(-(10**9), 10**9), places=st.integers(-4, 4))
def test_rounding_is_that_of_decimals_with_halves_away_from_zero(cents: int, places: int) -> None:
    exact = Decimal(cents).scaleb(-3)
    unit = Decimal(1).scaleb(-places)
    expected = [
        float((exact / unit).to_integral_value(mode) * unit) for mode in (ROUND_HALF_UP, ROUND_DOWN)
    ]
    assert row_of("ROUND(?1, ?2), TRUNC(?1, ?2)", float(exact), places) == tuple(expected)


@given(left=st.integers(-999, 999), right=st.integers(1, 999))
def test_an_expression_is_worth_what_sqlite_says(left: int, right: int) -> None:
    text = f"({left} + {right}) * {right} - {left} / 2.0"
    assert called("EXPR(?)", text) == called(text)
