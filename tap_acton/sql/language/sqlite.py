"""From a tree of CData's SQL to SQLite's text, and to what the types of its columns are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from tap_acton.resources.convert import Type
from tap_acton.sql.exceptions import ProgrammingError
from tap_acton.sql.functions import RESULTS
from tap_acton.sql.language.dialect import CData, SQLiteOfCData
from tap_acton.sql.language.runtime import as_moment

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["TYPES_TABLE", "probe_of", "sqlite_text", "with_comparable_values", "with_titles"]

TYPES_TABLE = (
    'CREATE TEMP TABLE "acton types" (INTEGER INTEGER, DOUBLE DOUBLE, BOOLEAN BOOLEAN, '
    "TIMESTAMP TIMESTAMP, DATE DATE, TIME TIME, VARCHAR VARCHAR)"
)
"""A table without rows that has a column of each type, so that a query can have such a column."""
_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.In)
_CASTS = {
    **dict.fromkeys(("TINYINT", "SMALLINT", "INT", "BIGINT"), "INTEGER"),
    **dict.fromkeys(("FLOAT", "DOUBLE", "DECIMAL", "NUMERIC"), "DOUBLE"),
    **dict.fromkeys(("ROWVERSION", "TIMESTAMP", "DATETIME", "DATETIME2"), "TIMESTAMP"),
    **dict.fromkeys(("BOOLEAN", "BIT"), "BOOLEAN"),
    "DATE": "DATE",
    "TIME": "TIME",
}
_FIRST_OF = frozenset({"COALESCE", "NULLIF", "ISNULL"})
_WORDS = {"true": "1", "false": "0"}


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


def with_comparable_values(
    tree: exp.Expr, types: Mapping[str, Type], collations: Mapping[str, str]
) -> exp.Expr:
    """Make what columns are compared with what SQLite has for it.

    Args:
        tree: A statement.
        types: The types of columns, by their names without case.
        collations: The same of those columns that have one.
    """
    _collate(tree, collations)
    for comparison in tree.find_all(*_COMPARISONS):
        parts = list(comparison.iter_expressions())
        known = {types.get(part.name.casefold()) for part in parts if isinstance(part, exp.Column)}
        convert = {Type.MOMENT: _moment, Type.BOOLEAN: _boolean}
        if len(known) == 1 and (converted := convert.get(known.pop() or Type.TEXT)):
            for part in parts:
                if isinstance(part, exp.Literal | exp.Placeholder | exp.Parameter):
                    part.replace(converted(part))
    return tree


def _moment(value: exp.Expr) -> exp.Expr:
    if isinstance(value, exp.Literal):
        return exp.Literal.string(as_moment(value.name)) if value.is_string else value
    return exp.Anonymous(this="ACTON_MOMENT", expressions=[value.copy()])


def _boolean(value: exp.Expr) -> exp.Expr:
    if isinstance(value, exp.Literal):
        word = _WORDS.get(value.name.casefold()) if value.is_string else None
        return exp.Literal.number(word) if word else value
    return exp.Anonymous(
        this="ACTON_CAST", expressions=[value.copy(), exp.Literal.string("BOOLEAN")]
    )


def _collate(tree: exp.Expr, collations: Mapping[str, str]) -> None:
    for column in list(tree.find_all(exp.Column)) if collations else ():
        collation = collations.get(column.name.casefold())
        if collation and isinstance(column.parent, exp.EQ | exp.NEQ | exp.In | exp.Case):
            column.replace(exp.Collate(this=column.copy(), expression=exp.var(collation)))


def probe_of(tree: exp.Expr) -> exp.Expr:
    """Return a statement whose columns SQLite can tell the types of.

    SQLite knows the declared type of a column, and of nothing else. So MIN, MAX, COALESCE and CASE
    give way to their first column, and what has a type of its own to a column that has it.
    """
    probe = tree.copy()
    for select in list(probe.find_all(exp.Select)):
        for column in select.expressions:
            value = column.this if isinstance(column, exp.Alias) else column
            typed = _typed(value)
            if typed is not value:
                value.replace(typed.copy())
    return probe


def _typed(value: exp.Expr) -> exp.Expr:
    """Return an expression of a value's type whose type SQLite can tell, if there is one."""
    if isinstance(value, exp.Paren | exp.Min | exp.Max) and not value.expressions:
        return _typed(value.this)
    if isinstance(value, exp.Window):
        return _typed(value.this)
    if isinstance(value, exp.Anonymous) and value.name in _FIRST_OF:
        return _first(value.expressions, value)
    if isinstance(value, exp.Case):
        branches = [each.args["true"] for each in value.args["ifs"]]
        return _first([*branches, value.args.get("default")], value)
    name = _type_name(value)
    return exp.select(name).from_('"acton types"').subquery() if name else value


def _first(values: list[Any], otherwise: exp.Expr) -> exp.Expr:
    for value in values:
        if value is not None and not isinstance(value, exp.Null):
            return _typed(value)
    return otherwise


def _type_name(value: exp.Expr) -> str:
    if isinstance(value, exp.Cast) and isinstance(value.to, exp.DataType):
        return _CASTS.get(value.to.this.value, "VARCHAR")
    if isinstance(value, exp.Anonymous):
        return RESULTS.get(value.name, "")
    if isinstance(value, exp.Count | exp.Avg):
        return "INTEGER" if isinstance(value, exp.Count) else "DOUBLE"
    if isinstance(value, exp.Literal) and not value.is_string:
        return "INTEGER" if value.is_int else "DOUBLE"
    return "BOOLEAN" if isinstance(value, exp.Boolean) else ""
