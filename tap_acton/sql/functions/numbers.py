"""Functions over numbers. A text with a number in it counts as the number."""

from __future__ import annotations

import ast
import math
import operator
import random
import sys
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from tap_acton.sql.functions.table import Function, Kept

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FUNCTIONS", "KEPT"]

_MOST_PLACES = 400
_LARGEST_POWER = 1000
_LONGEST_EXPRESSION = 1000


def _atn2(y: float, x: float) -> float:
    """The angle of a point, in radians."""
    return math.atan2(y, x)


def _cot(x: float) -> float:
    """The cotangent of an angle in radians."""
    return 1 / math.tan(x)


def _expr(expression: str) -> Any:
    """The value of an expression in a text: + - * / % ^, comparisons, and, or, not, brackets."""
    if len(expression) > _LONGEST_EXPRESSION:
        raise ValueError(f"an expression has at most {_LONGEST_EXPRESSION} characters")
    try:
        return _value(ast.parse(expression.strip().replace("^", "**"), mode="eval").body)
    except (SyntaxError, RecursionError, MemoryError):
        raise ValueError(f"{expression[:40]!r} is no expression") from None


def _greatest(x: Any, *more: Any) -> Any:
    """The greatest of its arguments; texts are greater than numbers."""
    return max((x, *more), key=_order)


def _least(x: Any, *more: Any) -> Any:
    """The least of its arguments; texts are greater than numbers."""
    return min((x, *more), key=_order)


def _order(value: Any) -> tuple[int, Any]:
    return (0 if isinstance(value, int | float) else 1 if isinstance(value, str) else 2, value)


def _hex(value: Any) -> str:
    """A whole number in hexadecimal digits; of a text or bytes, those of its bytes."""
    if isinstance(value, int):
        return f"{value & 0xFFFF_FFFF_FFFF_FFFF:X}"
    data = value if isinstance(value, bytes) else str(value).encode()
    return data.hex().upper()


def _log(x: float, base: float = math.e) -> float:
    """The logarithm, natural if there is no base."""
    return math.log(x) if base == math.e else math.log(x, base)


def _negate(x: float) -> float:
    """A number with the other sign."""
    return -x


def _rand(seed: int | None = None) -> float:
    """A number from 0 to below 1 by chance; the same for the same seed."""
    return random.Random(seed).random()  # noqa: S311 - not for secrets


def _round(x: float, length: int = 0, function: int = 0) -> int | float:
    """A number rounded to places behind (or, if negative, before) the point, halves away from 0."""
    return _cut(x, length, ROUND_DOWN if function else ROUND_HALF_UP)


def _square(x: float) -> float:
    """A number times itself."""
    return x * x


def _trunc(x: float, precision: int = 0) -> int | float:
    """A number cut to places behind (or, if negative, before) the point."""
    return _cut(x, precision, ROUND_DOWN)


def _cut(x: float, places: int, rounding: str) -> int | float:
    if not math.isfinite(x) or places > _MOST_PLACES:
        return x
    # Not quantize, whose precision a long number exceeds.
    exact = Decimal(str(x)).scaleb(max(places, -_MOST_PLACES))
    cut = exact.to_integral_value(rounding).scaleb(-max(places, -_MOST_PLACES))
    return int(cut) if isinstance(x, int) else float(cut)


def _value(node: ast.expr) -> Any:
    match node:
        case ast.Constant(value=bool() | int() | float() as value):
            return value
        case ast.UnaryOp(op=op, operand=operand):
            return _UNARY[type(op)](_value(operand))
        case ast.BinOp(op=op, left=left, right=right) if type(op) in _BINARY:
            return _bounded(_BINARY[type(op)](_value(left), _value(right)))
        case ast.BoolOp(op=op, values=values):
            found = [bool(_value(each)) for each in values]
            return all(found) if isinstance(op, ast.And) else any(found)
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARISONS:
            return _COMPARISONS[type(op)](_value(left), _value(right))
    raise ValueError("it has numbers and + - * / % ^ ( ), comparisons, and, or, not; nothing else")


def _bounded(value: Any) -> Any:
    if abs(value) > sys.float_info.max:
        raise ValueError("a number in it is too large")
    return value


def _power(base: float, exponent: float) -> Any:
    if abs(exponent) > _LARGEST_POWER:
        raise ValueError(f"a power has at most the exponent {_LARGEST_POWER}")
    found = base**exponent
    if isinstance(found, complex):
        raise ValueError("a negative number has no such root")  # noqa: TRY004 - a bad value
    return found


_UNARY: dict[type, Callable[[Any], Any]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
    ast.Not: operator.not_,
    ast.Invert: operator.invert,
}
_BINARY: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Mod: math.fmod,
    ast.Pow: _power,
}
_COMPARISONS: dict[type, Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}

FUNCTIONS = (
    *(
        Function(call, "DOUBLE")
        for call in (_atn2, _cot, _expr, _log, _negate, _round, _square, _trunc)
    ),
    Function(_rand, "DOUBLE", takes_null=True, pure=False),
    *(Function(call) for call in (_greatest, _least, _hex)),
)


def _kept(name: str, arguments: str, words: str, result: str = "DOUBLE") -> Kept:
    return Kept(name=name, usage=f"{name}({arguments})", words=words, result=result)


KEPT = (
    _kept("ABS", "x", "A number without its sign."),
    _kept("ACOS", "x", "The angle with this cosine, in radians."),
    _kept("ASIN", "x", "The angle with this sine, in radians."),
    _kept("ATAN", "x", "The angle with this tangent, in radians."),
    _kept("CEIL", "x", "The next whole number above."),
    _kept("CEILING", "x", "The next whole number above."),
    _kept("COS", "x", "The cosine of an angle in radians."),
    _kept("DEGREES", "x", "An angle in radians, in degrees."),
    _kept("EXP", "x", "A power of e."),
    _kept("FLOOR", "x", "The next whole number below."),
    _kept("LOG10", "x", "The logarithm to base 10."),
    _kept("MOD", "x, y", "What is left of a division."),
    _kept("PI", "", "The number π."),
    _kept("POWER", "x, y", "A power of a number."),
    _kept("RADIANS", "x", "An angle in degrees, in radians."),
    _kept("SIGN", "x", "-1, 0 or 1.", "INTEGER"),
    _kept("SIN", "x", "The sine of an angle in radians."),
    _kept("SQRT", "x", "The square root."),
    _kept("TAN", "x", "The tangent of an angle in radians."),
)
