"""From a tree of CData's SQL to SQLite's text, and to what the types of its columns are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from tap_acton.sql.exceptions import ProgrammingError
from tap_acton.sql.language.dialect import CData, SQLiteOfCData
from tap_acton.sql.language.kinds import values_of_its_type
from tap_acton.sql.language.runtime import as_day, as_moment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tap_acton.sql.language.kinds import Kinds

__all__ = [
    "TYPES_TABLE",
    "probe_of",
    "says_how_many",
    "sqlite_text",
    "with_comparable_values",
    "with_titles",
]

TYPES_TABLE = (
    'CREATE TEMP TABLE "acton types" (INTEGER INTEGER, DOUBLE DOUBLE, BOOLEAN BOOLEAN, '
    "TIMESTAMP TIMESTAMP, DATE DATE, TIME TIME, BINARY BINARY, VARCHAR VARCHAR)"
)
"""A table without rows that has a column of each type, so that a query can have such a column."""
_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.In)
_OF_ROWS = ("where", "group", "having", "order", "limit", "offset")
_WORDS = {"true": "1", "false": "0"}
_GIVEN = (exp.Literal, exp.Placeholder, exp.Parameter)


def sqlite_text(tree: exp.Expr) -> str:
    """Return SQLite's text of a tree; every name is quoted, so that none is a keyword.

    Raises:
        ProgrammingError: It is nested too deeply, or casts to a type that there is not.
    """
    try:
        return tree.sql(dialect=SQLiteOfCData, identify=True, comments=False)
    except RecursionError:
        raise ProgrammingError("The statement cannot be run: it is nested too deeply.") from None


def with_titles(tree: exp.Expr) -> exp.Expr:
    """Give columns that are expressions their text as name."""
    select = tree.find(exp.Select)
    if not isinstance(tree, exp.Query) or select is None:
        return tree
    for column in select.expressions:
        if not isinstance(column, exp.Alias | exp.Column | exp.Star | exp.Subquery):
            title = column.sql(dialect=CData, comments=False)
            column.replace(exp.alias_(column.copy(), title, quoted=True))
    return tree


def with_comparable_values(tree: exp.Expr, kinds: Kinds, collations: Mapping[str, str]) -> exp.Expr:
    """Make what is compared with moments, days and booleans what SQLite has for it.

    Args:
        tree: A statement.
        kinds: Tells the types of its expressions.
        collations: How columns are compared that have a way of their own, by name without case.
    """
    _collate(tree, collations)
    for comparison in tree.find_all(*_COMPARISONS):
        parts = list(comparison.iter_expressions())
        types = [kinds.of(part) for part in parts if not isinstance(part, _GIVEN)]
        convert = _CONVERSIONS.get("".join(sorted({each for each in types if each})))
        if convert is not None:
            for part in parts:
                if isinstance(part, _GIVEN) or kinds.of(part) == "DATE":
                    part.replace(convert(part))
    return tree


def _moment(value: exp.Expr) -> exp.Expr:
    return _made("ACTON_MOMENT", as_moment, value)


def _day(value: exp.Expr) -> exp.Expr:
    return _made("ACTON_DAY", as_day, value) if isinstance(value, _GIVEN) else value


def _made(name: str, call: Callable[[Any], Any], value: exp.Expr) -> exp.Expr:
    """Return a value as a function makes it: at once, if it is a literal."""
    if isinstance(value, exp.Literal):
        return exp.Literal.string(call(value.name)) if value.is_string else value
    return exp.Anonymous(this=name, expressions=[value.copy()])


def _boolean(value: exp.Expr) -> exp.Expr:
    if isinstance(value, exp.Literal):
        word = _WORDS.get(value.name.casefold()) if value.is_string else None
        return exp.Literal.number(word) if word else value
    return exp.Anonymous(
        this="ACTON_CAST", expressions=[value.copy(), exp.Literal.string("BOOLEAN")]
    )


_CONVERSIONS: dict[str, Callable[[exp.Expr], exp.Expr]] = {
    "TIMESTAMP": _moment,
    "DATETIMESTAMP": _moment,
    "DATE": _day,
    "BOOLEAN": _boolean,
}
"""What makes a value comparable with those of a type, or of two."""


def _collate(tree: exp.Expr, collations: Mapping[str, str]) -> None:
    for column in list(tree.find_all(exp.Column)) if collations else ():
        collation = collations.get(column.name.casefold())
        if collation and isinstance(column.parent, exp.EQ | exp.NEQ | exp.In | exp.Case):
            column.replace(exp.Collate(this=column.copy(), expression=exp.var(collation)))


def probe_of(tree: exp.Expr, kinds: Kinds) -> exp.Expr:
    """Return a statement whose columns SQLite can tell the types of.

    SQLite knows the declared type of a column, and of nothing else. So what has a type that is
    known gives way to a column that has it, and of the others MIN, COALESCE and CASE to their
    first column.
    """
    probe = tree.copy()
    typed: list[tuple[exp.Expr, exp.Expr]] = []
    for query in probe.find_all(exp.Select, exp.SetOperation):
        if not isinstance(query.parent, exp.SetOperation):
            for at, column in enumerate(query.selects):  # of the first SELECT of a UNION
                value = column.unalias()
                typed.append((value, _typed(value, kinds.of_place(query, at), kinds)))
    for value, new in typed:
        if new is not value:
            value.replace(new.copy())
    for query in probe.find_all(exp.Query):
        for clause in _OF_ROWS:  # it is never run, and an aggregate may be gone
            query.set(clause, None)
    return probe


def says_how_many(tree: exp.Expr) -> bool:
    """Tell whether a query says itself how many rows it has, so that MaxRows does not."""
    return bool(tree.args.get("group") or tree.args.get("limit"))


def _typed(value: exp.Expr, kind: str, kinds: Kinds) -> exp.Expr:
    """Return an expression of a value's type whose type SQLite can tell, if there is one."""
    if kind:
        return exp.select(kind).from_('"acton types"').subquery()
    inner = values_of_its_type(value)
    return _typed(inner[0], "", kinds) if inner else value
