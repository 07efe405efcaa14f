"""Of which SQL type an expression is, as far as a statement and its tables' columns tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from tap_acton.sql.functions import RESULTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["Kinds", "values_of_its_type"]

_CASTS = {
    **dict.fromkeys(("TINYINT", "SMALLINT", "INT", "BIGINT"), "INTEGER"),
    **dict.fromkeys(("FLOAT", "DOUBLE", "DECIMAL", "NUMERIC"), "DOUBLE"),
    **dict.fromkeys(("ROWVERSION", "TIMESTAMP", "DATETIME", "DATETIME2"), "TIMESTAMP"),
    **dict.fromkeys(("BOOLEAN", "BIT"), "BOOLEAN"),
    **dict.fromkeys(("BINARY", "VARBINARY"), "BINARY"),
    "DATE": "DATE",
    "TIME": "TIME",
}
_OF_ARGUMENTS = {
    **dict.fromkeys(("COALESCE", "NULLIF", "ISNULL", "IFNULL"), slice(None)),
    **dict.fromkeys(("GREATEST", "LEAST"), slice(None)),
    **dict.fromkeys(("LAG", "LEAD", "FIRST_VALUE", "LAST_VALUE", "NTH_VALUE"), slice(1)),
    "IIF": slice(1, None),
}
"""Which arguments of a function have the type of what it gives."""
_COUNTED = {"INTEGER": "INTEGER", "BOOLEAN": "INTEGER", "DOUBLE": "DOUBLE"}
"""What is reckoned with, by the type of what it is made of."""
_ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod)
_OF_NODE = {
    exp.Count: "INTEGER",
    exp.Avg: "DOUBLE",
    exp.Timestamp: "TIMESTAMP",
    exp.Date: "DATE",
    exp.Time: "TIME",
}
_TRUTHS = (exp.Boolean, exp.Predicate, exp.Not, exp.Connector)


class Kinds:
    """Tells the types of the expressions of a statement; an empty text where nobody knows.

    Args:
        columns: The types of columns by the names of the tables and their own, without case.
    """

    def __init__(self, columns: Mapping[str, Mapping[str, str]]) -> None:
        self._columns = columns
        self._open: set[int] = set()
        self._common: dict[int, dict[str, exp.Expr]] = {}
        """The queries in WITH by name, for each statement that was asked about."""

    def of(self, value: exp.Expr) -> str:
        """Return the type of an expression."""
        value = value.unalias()
        if isinstance(value, exp.Column):
            return self._of_column(value)
        if isinstance(value, exp.Subquery):
            return self.of_place(value.this, 0)
        if inner := values_of_its_type(value):
            return _common(map(self.of, inner))
        if numbers := _reckoned(value):
            kinds = {_COUNTED.get(self.of(each), "") for each in numbers}
            return "" if "" in kinds else min(kinds)
        return _named(value)

    def of_place(self, query: exp.Expr, at: int) -> str:
        """Return the type of a column of a query, by its place from 0."""
        if id(query) in self._open:  # a query that is made of itself
            return ""
        self._open.add(id(query))
        shown = [each.expressions[at : at + 1] for each in _selects(query)]
        kind = _common(map(self.of, _given(each.unalias() for one in shown for each in one)))
        self._open.discard(id(query))
        return kind

    def _of_column(self, column: exp.Column) -> str:
        name, table = column.name.casefold(), column.table.casefold()
        select = column.find_ancestor(exp.Select)
        while select:
            if (found := self._of_source(select, name, table)) is not None:
                return found
            select = select.find_ancestor(exp.Select)
        return ""

    def _of_source(self, select: exp.Select, name: str, table: str) -> str | None:
        """Return the type of a column that is in FROM; None if none has this name."""
        for source in _sources(select):
            if table not in {"", source.alias_or_name.casefold()}:
                continue
            query = self._query_of(source)
            columns = self._columns.get(source.name.casefold(), {})
            found = columns.get(name) if query is None else self._of_shown(query, name)
            if found is not None:
                return found
        return None

    def _query_of(self, source: exp.Expr) -> exp.Expr | None:
        """Return the query whose rows a source has; None if it is a table."""
        if isinstance(source, exp.Subquery):
            query: exp.Expr = source.this
            return query
        if not isinstance(source, exp.Table) or source.db:
            return None
        tree = source.root()
        if id(tree) not in self._common:
            every = tree.find_all(exp.CTE)
            self._common[id(tree)] = {each.alias.casefold(): each.this for each in every}
        return self._common[id(tree)].get(source.name.casefold())

    def _of_shown(self, query: exp.Expr, name: str) -> str | None:
        first = next(_selects(query), None)
        names = [each.alias_or_name.casefold() for each in first.expressions] if first else []
        if name in names:
            return self.of_place(query, names.index(name))
        return self._of_source(first, name, "") if first and "*" in names else None


def values_of_its_type(value: exp.Expr) -> list[exp.Expr]:
    """Return the parts of an expression that have its type, as far as they have one."""
    if isinstance(value, exp.Paren | exp.Window):
        return [value.this]
    if isinstance(value, exp.Min | exp.Max):
        return [value.this, *value.expressions]
    if isinstance(value, exp.Case):
        branches = [each.args["true"] for each in value.args["ifs"]]
        return _given([*branches, value.args.get("default")])
    if isinstance(value, exp.Anonymous):
        return _given(value.expressions[_OF_ARGUMENTS.get(value.name, slice(0))])
    return []


def _reckoned(value: exp.Expr) -> list[exp.Expr]:
    """Return the numbers that an expression reckons with."""
    if isinstance(value, _ARITHMETIC):
        return [value.left, value.right]
    return [value.this] if isinstance(value, exp.Sum | exp.Neg) else []


def _given(values: Iterable[exp.Expr | None]) -> list[exp.Expr]:
    return [each for each in values if each is not None and not isinstance(each, exp.Null)]


def _common(kinds: Iterable[str]) -> str:
    """Return the type of what has one of these types: that of the first, but no too narrow one."""
    found = list(kinds)
    if not found:
        return ""
    return "DOUBLE" if found[0] == "INTEGER" and "DOUBLE" in found else found[0]


def _named(value: exp.Expr) -> str:
    """Return the type that an expression says by itself."""
    if isinstance(value, exp.Cast) and isinstance(value.to, exp.DataType):
        return _CASTS.get(value.to.this.value, "VARCHAR")
    if isinstance(value, exp.Anonymous):
        return RESULTS.get(value.name, "")
    if isinstance(value, exp.Literal):
        number = "INTEGER" if value.is_int else "DOUBLE"
        return "VARCHAR" if value.is_string else number
    if isinstance(value, _TRUTHS):
        return "BOOLEAN"
    return next((kind for each, kind in _OF_NODE.items() if isinstance(value, each)), "")


def _selects(query: exp.Expr) -> Iterator[exp.Select]:
    """Yield the SELECTs whose rows a query gives."""
    if isinstance(query, exp.Select):
        yield query
    elif isinstance(query, exp.SetOperation):
        yield from _selects(query.this)
        yield from _selects(query.expression)
    elif isinstance(query, exp.Subquery):
        yield from _selects(query.this)


def _sources(select: exp.Select) -> Iterator[exp.Expr]:
    """Yield the tables and queries in the FROM of a SELECT."""
    if start := select.args.get("from_"):
        yield start.this
    yield from (join.this for join in select.args.get("joins") or ())
