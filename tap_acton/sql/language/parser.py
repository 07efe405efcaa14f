"""Reads statements of CData's SQL, but EXECUTE, which `statements` reads without a parser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp

from tap_acton.sql.exceptions import NotSupportedError, ProgrammingError
from tap_acton.sql.language.dialect import CData
from tap_acton.sql.language.statements import first_word, plain
from tap_acton.sql.language.tree import (
    Deletion,
    Insertion,
    LocalView,
    Name,
    Query,
    SelectInto,
    Statement,
    Update,
)

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["parsed"]

_NAME = r"""(?:\[[^\]]+\]|"[^"]+"|[\w#@:]+)"""
_TABLE = rf"(?P<table>{_NAME}(?:\s*\.\s*{_NAME})*)"
_VIEW = re.compile(
    rf"(?P<verb>CREATE|ALTER|DROP)\s+LOCAL\s+VIEW\s+(?P<name>{_NAME})(?:\s+AS\s+(?P<query>.+))?",
    re.IGNORECASE | re.DOTALL,
)
_OF_TABLE = re.compile(r"\w+\s+(?:TEMP\w*\s+)?TABLE\b", re.IGNORECASE)
_UPDATE_FROM_ROWS = re.compile(rf"UPDATE\s+{_TABLE}\s*(?=\()", re.IGNORECASE)
_DELETE_OF_ROWS = re.compile(
    rf"DELETE\s+FROM\s+{_TABLE}\s+WHERE\s+EXISTS\s+(?=SELECT\b)", re.IGNORECASE
)
_MISSING = re.compile(r"Required keyword: '\w+' missing for <class '[^']+'>")
_UNEXPECTED = (
    "Invalid expression / Unexpected token",
    "Something is not expected here; names with blanks stand in [brackets]",
)
_QUERIES = frozenset({"SELECT", "WITH", "("})
_NOT_HERE = {
    "REPLICATE": "CACHE keeps rows.",
    "MERGE": "UPSERT changes rows or adds them.",
    "GETDELETED": "Act-On does not say which rows were deleted.",
}


def parsed(text: str) -> Statement:
    """Return what a statement asks for.

    Raises:
        ProgrammingError: It cannot be read.
        NotSupportedError: It asks for what there is not.
    """
    text = plain(text)
    word = first_word(text)
    if word in _NOT_HERE:
        raise NotSupportedError(f"{word} cannot be run. {_NOT_HERE[word]}")
    if special := _SPECIAL.get(word):
        return special(text)
    if word in _QUERIES:
        return _query(text)
    raise NotSupportedError(
        f"{word or 'This'} is no statement that can be run. There are SELECT, INSERT, UPDATE, "
        "DELETE, UPSERT, EXECUTE, CACHE, and CREATE, ALTER and DROP LOCAL VIEW."
    )


def _tree(text: str) -> exp.Expr:
    try:
        return _without_brackets(sqlglot.parse_one(text, read=CData))
    except sqlglot.errors.SqlglotError as error:
        line = str(error).splitlines()[0].partition(" but got <")[0].rstrip(".")
        line = _MISSING.sub("Something is missing", line).replace(*_UNEXPECTED)
        raise ProgrammingError(f"The statement cannot be read: {line}.") from None
    except RecursionError:
        raise ProgrammingError("The statement cannot be read: it is nested too deeply.") from None


def _without_brackets(tree: exp.Expr) -> exp.Expr:
    """Write a SELECT in brackets beside UNION and its like as SQLite takes it."""
    for union in list(tree.find_all(exp.SetOperation)):
        for side in (union.this, union.expression):
            if isinstance(side, exp.Subquery):
                side.replace(exp.select("*").from_(exp.Subquery(this=side.unnest())))
    return tree


def _query(text: str) -> Query | SelectInto:
    tree = _tree(text)
    while isinstance(tree, exp.Subquery) and tree.is_wrapper:
        tree = tree.this
    if not isinstance(tree, exp.Query):
        raise ProgrammingError("The statement cannot be read: a SELECT is expected.")
    into = tree.find(exp.Into)
    if into is None:
        return Query(tree=tree)
    into.pop()
    return SelectInto(query=Query(tree=tree), target=into.this.name)


def _rows_of(text: str) -> Query:
    query = _query(text)
    if isinstance(query, SelectInto):
        raise ProgrammingError("INTO is for a SELECT that stands alone.")
    return query


def _insertion(text: str) -> Insertion:
    is_upsert = first_word(text) == "UPSERT"
    tree = _tree(re.sub(r"UPSERT\b", "INSERT", text, count=1, flags=re.IGNORECASE))
    if not isinstance(tree, exp.Insert) or not isinstance(tree.this, exp.Schema):
        raise ProgrammingError("INSERT needs columns: INSERT INTO table (column, …) VALUES (…).")
    columns = tuple(column.name for column in tree.this.expressions)
    returning = tree.args.get("returning")
    return Insertion(
        table=_name(tree.this.this),
        columns=columns,
        rows=_given_rows(tree.expression, len(columns)),
        is_upsert=is_upsert,
        returning=tuple(each.name for each in returning.expressions) if returning else (),
    )


def _given_rows(rows: exp.Expr, width: int) -> Query:
    if isinstance(rows, exp.Values):
        if any(len(each.expressions) != width for each in rows.expressions):
            raise ProgrammingError("INSERT needs as many values as columns.")
        return Query(tree=rows)
    if isinstance(rows, exp.Query):
        return Query(tree=rows)
    raise ProgrammingError("INSERT needs VALUES or a SELECT.")


def _update(text: str) -> Update:
    if found := _UPDATE_FROM_ROWS.match(text):
        given = _insertion(f"INSERT INTO {found['table']} {text[found.end() :]}")
        return Update(table=given.table, values={}, columns=given.columns, rows=given.rows)
    tree = _tree(text)
    if not isinstance(tree, exp.Update) or not isinstance(tree.this, exp.Table):
        raise ProgrammingError("UPDATE is written so: UPDATE table SET column = value WHERE …")
    values: dict[str, exp.Expr] = {}
    for each in tree.expressions:
        if not isinstance(each, exp.EQ) or not isinstance(each.this, exp.Column):
            raise ProgrammingError("SET is written so: SET column = value, …")
        values[each.this.name] = each.expression
    return Update(table=_name(tree.this), values=values, where=_where(tree, "UPDATE"))


def _deletion(text: str) -> Deletion:
    if found := _DELETE_OF_ROWS.match(text):
        table = sqlglot.exp.to_table(found["table"], dialect=CData)
        return Deletion(table=_name(table), rows=_rows_of(text[found.end() :]))
    tree = _tree(text)
    if not isinstance(tree, exp.Delete) or not isinstance(tree.this, exp.Table):
        raise ProgrammingError("DELETE is written so: DELETE FROM table WHERE …")
    return Deletion(table=_name(tree.this), where=_where(tree, "DELETE"))


def _where(tree: exp.Expr, verb: str) -> exp.Expr:
    where = tree.args.get("where")
    if where is None:
        raise ProgrammingError(f"{verb} needs a WHERE that says which rows it means.")
    condition: exp.Expr = where.this
    return condition


def _local_view(text: str) -> LocalView:
    found = _VIEW.fullmatch(text.strip())
    if _OF_TABLE.match(text):
        raise NotSupportedError(
            "Tables are made, changed and dropped in Act-On alone. INSERT INTO [name#TEMP] makes "
            "one that ends with the connection."
        )
    if found is None or (found["query"] is None) is not (found["verb"].upper() == "DROP"):
        raise ProgrammingError(
            "Views are made so: CREATE LOCAL VIEW name AS SELECT …; likewise ALTER LOCAL VIEW. "
            "DROP LOCAL VIEW name drops one."
        )
    if found["query"] is not None:
        _rows_of(found["query"])
    name = found["name"].strip('[]"')
    return LocalView(verb=found["verb"].upper(), name=name, query=found["query"] or "")


def _name(table: exp.Table) -> Name:
    return Name(name=table.name, schema=table.db, catalog=table.catalog)


_SPECIAL: dict[str, Callable[[str], Statement]] = {
    "INSERT": _insertion,
    "UPSERT": _insertion,
    "UPDATE": _update,
    "DELETE": _deletion,
    "CREATE": _local_view,
    "ALTER": _local_view,
    "DROP": _local_view,
}
