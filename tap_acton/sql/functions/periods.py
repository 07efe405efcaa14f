"""Literals that stand for periods, like L_THIS_WEEK() and L_LAST_N_DAYS(7), in filters.

They are spelled out before a statement runs, so that what is asked of Act-On sees plain dates.
Weeks begin on Sunday, and the "last" or "next n" weeks, months, quarters or years are whole ones
without the present one; both are guesses, since the documents say it of days alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from tap_acton.sql.exceptions import ProgrammingError
from tap_acton.sql.functions.parts import added, start_of

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["PERIODS", "period", "spelled_out"]

_UNITS = ("week", "month", "quarter", "year")
_NAMED: dict[str, tuple[str, int, int]] = {
    "L_YESTERDAY": ("day", -1, 0),
    "L_TODAY": ("day", 0, 1),
    "L_TOMORROW": ("day", 1, 2),
    "L_LAST_90_DAYS": ("day", -90, 0),
    "L_NEXT_90_DAYS": ("day", 0, 90),
    **{f"L_LAST_{unit.upper()}": (unit, -1, 0) for unit in _UNITS},
    **{f"L_THIS_{unit.upper()}": (unit, 0, 1) for unit in _UNITS},
    **{f"L_NEXT_{unit.upper()}": (unit, 1, 2) for unit in _UNITS},
}
"""The unit, and how many of them from the present one's start the period begins and ends."""
_COUNTED: dict[str, tuple[str, bool]] = {
    f"L_{side}_N_{unit.upper()}S": (unit, side == "LAST")
    for side in ("LAST", "NEXT")
    for unit in ("day", *_UNITS)
}
PERIODS = frozenset(_NAMED) | frozenset(_COUNTED)
"""The names of all."""
_SIDES: dict[type[exp.Expression], type[exp.Expression]] = {
    exp.EQ: exp.EQ,
    exp.LT: exp.GT,
    exp.GT: exp.LT,
}
"""The operators that a period can stand beside, and their mirror images."""


def period(name: str, n: int | None, now: datetime) -> tuple[datetime, datetime]:
    """Return when a period starts (included) and ends (not included).

    Args:
        name: In capitals, like `L_LAST_N_DAYS`.
        n: How many days, weeks, …; None for a name without a number.
        now: The present, UTC without a zone.

    Raises:
        ProgrammingError: There is no such period, or its number is missing, too much or no count.
    """
    if name in _NAMED and n is None:
        unit, first, end = _NAMED[name]
    elif name in _COUNTED and n is not None and n >= 0:
        unit, is_past = _COUNTED[name]
        first, end = (-n, 0) if is_past else (0, n) if unit == "day" else (1, n + 1)
    else:
        raise _wrong(name)
    start = start_of(unit, now)
    try:
        return added(unit, first, start), added(unit, end, start)
    except (ValueError, OverflowError):
        raise ProgrammingError(f"{name}: {n} is too many.") from None


def spelled_out(tree: exp.Expression, now: datetime) -> exp.Expression:
    """Return a statement whose periods are comparisons with their start and end.

    Args:
        tree: The statement; it is changed.
        now: The present, UTC without a zone.

    Raises:
        ProgrammingError: A period does not stand beside `=`, `<` or `>`, or is written wrongly.
    """
    for call in list(tree.find_all(exp.Anonymous)):
        if call.name.upper() not in PERIODS:
            continue
        name, comparison = call.name.upper(), call.parent
        if not isinstance(comparison, exp.EQ | exp.LT | exp.GT) or (
            isinstance(comparison.parent, exp.Update)
        ):
            raise ProgrammingError(f"{name}() can be compared with =, < or > only.")
        plain = _plain(comparison, call, *period(name, _number(name, call), now))
        if comparison is tree:
            return plain
        comparison.replace(plain)
    return tree


def _plain(
    comparison: exp.EQ | exp.LT | exp.GT, call: exp.Anonymous, start: datetime, end: datetime
) -> exp.Expression:
    is_behind = call is comparison.expression
    other = comparison.this if is_behind else comparison.expression
    if isinstance(comparison, exp.EQ):
        since = exp.GTE(this=other.copy(), expression=_literal(start))
        before = exp.LT(this=other.copy(), expression=_literal(end))
        return exp.Paren(this=exp.And(this=since, expression=before))
    if isinstance(comparison, exp.LT) is is_behind:
        return exp.LT(this=other.copy(), expression=_literal(start))
    return exp.GTE(this=other.copy(), expression=_literal(end))


def _literal(at: datetime) -> exp.Literal:
    return exp.Literal.string(at.isoformat(sep=" "))


def _number(name: str, call: exp.Anonymous) -> int | None:
    arguments = call.expressions
    if not arguments:
        return None
    given = arguments[0]
    is_count = isinstance(given, exp.Literal) and given.name.isdigit()
    if len(arguments) > 1 or not is_count:
        raise _wrong(name)
    return int(given.name)


def _wrong(name: str) -> ProgrammingError:
    if name in _NAMED:
        return ProgrammingError(f"{name} is written {name}().")
    if name in _COUNTED:
        return ProgrammingError(f"{name} is written {name}(n), with a whole number.")
    return ProgrammingError(f"There is no period {name}.")
