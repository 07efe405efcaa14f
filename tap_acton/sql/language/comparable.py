"""What is compared, as SQLite compares it: numbers, moments and days may be written as texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from tap_acton.sql.language.runtime import as_day, as_moment, as_number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tap_acton.sql.language.kinds import Kinds

__all__ = ["with_comparable_values"]

_EQUALITIES = (exp.EQ, exp.NEQ, exp.In, exp.Case)
_COMPARISONS = (*_EQUALITIES, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between)
_GIVEN = (exp.Literal, exp.Placeholder, exp.Parameter)
_TRUTHS = {"true": 1, "1": 1, "false": 0, "0": 0}


def with_comparable_values(tree: exp.Expr, kinds: Kinds, collations: Mapping[str, str]) -> exp.Expr:
    """Make what values are compared with what SQLite has for them.

    Args:
        tree: A statement.
        kinds: Tells the types of its expressions.
        collations: How columns are compared that have a way of their own, by name without case.
    """
    _collate(tree, collations)
    for comparison in tree.find_all(*_COMPARISONS):
        parts = _compared(comparison)
        found = {kinds.of(part) for part in parts if not isinstance(part, _GIVEN)}
        new: list[exp.Expr] = []
        if convert := _CONVERSIONS.get(frozenset(found - {""})):
            is_old = [not isinstance(each, _GIVEN) and kinds.of(each) != "DATE" for each in parts]
            new = [each if old else convert(each) for each, old in zip(parts, is_old, strict=True)]
        elif found <= {"", "VARCHAR"} and (given := _maybe_number(parts)):
            new = [_beside(each, given, comparison) for each in parts]
        _replace(comparison, parts, new)
    return tree


def _replace(comparison: exp.Expr, parts: list[exp.Expr], new: list[exp.Expr]) -> None:
    if isinstance(comparison, exp.In) and comparison.expressions and new:
        # To replace each of many values by itself takes long.
        comparison.set("this", new[0])
        comparison.set("expressions", new[1:])
    else:
        for part, each in zip(parts, new, strict=bool(new)):
            if each is not part:
                part.replace(each)


def _compared(comparison: exp.Expr) -> list[exp.Expr]:
    """Return what is compared with each other."""
    if isinstance(comparison, exp.Case):
        first = comparison.this
        return [first, *(each.this for each in comparison.args["ifs"])] if first else []
    return list(comparison.iter_expressions())


def _maybe_number(parts: list[exp.Expr]) -> exp.Expr | None:
    """Return what is, or may turn out to be, a number that texts are compared with."""
    found = [each for each in parts if isinstance(each, _GIVEN) and not each.is_string]
    return found[0] if found else None


def _beside(value: exp.Expr, given: exp.Expr, comparison: exp.Expr) -> exp.Expr:
    """Return a text as it is compared with what may be a number; a column equals one as it is."""
    is_same = isinstance(value, exp.Column) and isinstance(comparison, _EQUALITIES)
    if is_same or isinstance(value, (*_GIVEN, exp.Null, exp.Neg)):
        return value
    return exp.Anonymous(this="ACTON_BESIDE", expressions=[value.copy(), given.copy()])


def _made(name: str, call: Callable[[Any], Any]) -> Callable[[exp.Expr], exp.Expr]:
    """Return what writes a value as a function makes it: at once, if it is a literal."""

    def made(value: exp.Expr) -> exp.Expr:
        if not isinstance(value, exp.Literal):
            return exp.Anonymous(this=name, expressions=[value.copy()])
        if not value.is_string:
            return value
        new = call(value.name)
        return exp.Literal(this=str(new), is_string=isinstance(new, str))

    return made


def _truth(value: Any) -> Any:
    return _TRUTHS.get(value.casefold(), value)


def _day(value: exp.Expr) -> exp.Expr:
    return _as_day(value) if isinstance(value, _GIVEN) else value


def _boolean(value: exp.Expr) -> exp.Expr:
    if isinstance(value, exp.Literal):
        return _as_truth(value)
    return exp.Cast(this=value.copy(), to=exp.DataType.build("BOOLEAN"))


_as_day = _made("ACTON_DAY", as_day)
_as_truth = _made("", _truth)
_as_number = _made("ACTON_NUMBER", as_number)
_as_moment = _made("ACTON_MOMENT", as_moment)
_CONVERSIONS: Mapping[frozenset[str], Callable[[exp.Expr], exp.Expr]] = {
    frozenset({"TIMESTAMP"}): _as_moment,
    frozenset({"DATE", "TIMESTAMP"}): _as_moment,
    frozenset({"DATE"}): _day,
    frozenset({"BOOLEAN"}): _boolean,
    frozenset({"INTEGER"}): _as_number,
    frozenset({"DOUBLE"}): _as_number,
    frozenset({"DOUBLE", "INTEGER"}): _as_number,
}
"""What makes a value comparable with those of some types."""


def _collate(tree: exp.Expr, collations: Mapping[str, str]) -> None:
    for column in list(tree.find_all(exp.Column)) if collations else ():
        collation = collations.get(column.name.casefold())
        if collation and isinstance(column.parent, exp.EQ | exp.NEQ | exp.In | exp.Case):
            column.replace(exp.Collate(this=column.copy(), expression=exp.var(collation)))
