"""From a tree of CData's SQL to SQLite's text, and to what the types of its columns are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from tap_acton.sql.exceptions import ProgrammingError
from tap_acton.sql.language.dialect import CData, SQLiteOfCData
from tap_acton.sql.language.kinds import values_of_its_type

if TYPE_CHECKING:
    from tap_acton.sql.language.kinds import Kinds

__all__ = [
    "TYPES_TABLE",
    "probe_of",
    "says_how_many",
    "sqlite_text",
    "with_titles",
]

TYPES_TABLE = (
    'CREATE TEMP TABLE "acton types" (INTEGER INTEGER, DOUBLE DOUBLE, BOOLEAN BOOLEAN, '
    "TIMESTAMP TIMESTAMP, DATE DATE, TIME TIME, BINARY BINARY, VARCHAR VARCHAR)"
)
"""A table without rows that has a column of each type, so that a query can have such a column."""
_OF_ROWS = ("where", "group", "having", "order", "limit", "offset")


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
