"""SELECTs that need no SQLite: columns of one table as they come, or the number of its rows.

Rows are zipped from the columns of a reply; the rest of what a statement may say goes to SQLite.
"""

from __future__ import annotations

import itertools
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from tap_acton.resources.columnar import values_of
from tap_acton.sql.reading.reader import asked
from tap_acton.sql.reading.values import as_python
from tap_acton.sql.reading.want import Given, want_of
from tap_acton.sql.result import Result

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping, Sequence

    from tap_acton.sql.reading.reader import Asked, Reader
    from tap_acton.sql.result import ResultColumn
    from tap_acton.sql.schema.table import Table

__all__ = ["Plain"]

logger = logging.getLogger("tap-acton")

_SELECT = {"expressions", "from_", "where", "limit", "offset"}
_TABLE = {"this", "alias", "db", "catalog"}


class _NotPlainError(Exception):
    """The statement says more than can be done here."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A statement on one table, as far as it needs no SQLite."""

    tree: exp.Expression
    table: Table
    parameters: Sequence[Any] | Mapping[str, Any]
    """Values for `?` in order, or for `@name` by name."""

    def result(self, reader: Reader, columns: tuple[ResultColumn, ...]) -> Result | None:
        """Return what the statement gives; None if it needs SQLite.

        The first page is asked for at once, as by SQLite.

        Args:
            reader: Asks for rows.
            columns: The columns of the result.

        Raises:
            ActOnError: The rows cannot be read.
        """
        if _counts_all(self.tree):
            total = reader.total(self.table)
            return None if total is None else Result(columns=columns, rows=iter([(total,)]))
        try:
            plan = _Statement(self.tree, self.table, self.parameters).plan()
        except _NotPlainError:
            return None
        rows = plan.rows(reader)
        first = list(itertools.islice(rows, 1))
        return Result(columns=columns, rows=itertools.chain(first, rows), on_close=rows.close)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Plan:
    ask: Asked
    columns: tuple[tuple[str, Callable[[Sequence[Any]], Sequence[Any]]], ...]
    """Those of the records, and what makes them as a result gives them."""
    offset: int
    limit: int | None

    def rows(self, reader: Reader) -> Generator[tuple[Any, ...]]:
        """Yield rows with values as Python has them."""
        end = None if self.limit is None else self.offset + self.limit
        if not self.limit and end is not None:
            return
        logger.debug("Asking for %s by %s", self.ask.way.resource.table, self.ask)
        yield from itertools.islice(self._all(reader, end), self.offset, end)

    def _all(self, reader: Reader, end: int | None) -> Iterator[tuple[Any, ...]]:
        for records in reader.records(self.ask, end):
            values = [made(values_of(records, name)) for name, made in self.columns]
            yield from zip(*values, strict=True)


def _counts_all(tree: exp.Expr) -> bool:
    """Tell whether a statement asks for nothing but the number of a table's rows."""
    if not _is_plain(tree, {"expressions", "from_"}) or len(tree.expressions) != 1:
        return False
    count = tree.expressions[0].unalias()
    return isinstance(count, exp.Count) and isinstance(count.this, exp.Star | exp.Literal)


def _is_plain(tree: exp.Expr, allowed: set[str]) -> bool:
    if not isinstance(tree, exp.Select) or {k for k, v in tree.args.items() if v} - allowed:
        return False
    source = tree.args["from_"].this if tree.args.get("from_") else None
    return isinstance(source, exp.Table) and {k for k, v in source.args.items() if v} <= _TABLE


class _Statement:
    def __init__(
        self,
        tree: exp.Expr,
        table: Table,
        parameters: Sequence[Any] | Mapping[str, Any],
    ) -> None:
        if not _is_plain(tree, _SELECT):
            raise _NotPlainError
        self._tree = tree
        self._table = table
        self._parameters = parameters
        self._marks = [id(each) for each in tree.find_all(exp.Placeholder, bfs=False)]
        self._alias = tree.args["from_"].this.alias_or_name.casefold()
        self._fields = {each.name.casefold(): at for at, each in enumerate(table.fields)}

    def plan(self) -> _Plan:
        shown = [at for each in self._tree.expressions for at in self._shown(each)]
        found = [self._given(each) for each in self._conditions()]
        self._check_parameters()
        used = {*shown, *(at for at, _ in found)}
        givens = [Given(column=at, is_in=len(values) > 1) for at, values in found]
        want = want_of(self._table, givens, tuple(sorted(used)))
        if want is None:
            raise _NotPlainError
        values = dict(found)
        ask = asked(self._table, want, [values[each.field] for each in want.parts])
        return _Plan(
            ask=ask,
            columns=tuple(map(self._column, shown)),
            offset=self._number("offset") or 0,
            limit=self._number("limit"),
        )

    def _column(self, at: int) -> tuple[str, Callable[[Sequence[Any]], Sequence[Any]]]:
        shown = self._table.fields[at]
        types = {each.name: each.type for each in self._table.way.resource.columns}
        made = as_python(types.get(shown.column, shown.type), shown.type)
        if made is None:
            raise _NotPlainError
        return shown.column, made

    def _conditions(self) -> list[exp.Expr]:
        where = self._tree.args.get("where")
        if where is None:
            return []
        return list(where.this.flatten()) if isinstance(where.this, exp.And) else [where.this]

    def _shown(self, expression: exp.Expr) -> list[int]:
        inner = expression.unalias()
        if isinstance(inner, exp.Star) and not any(inner.args.values()):
            return [at for at, each in enumerate(self._table.fields) if not each.is_pseudo]
        if not isinstance(inner, exp.Column):
            raise _NotPlainError
        return [self._field(inner)]

    def _field(self, column: exp.Expr) -> int:
        if not isinstance(column, exp.Column) or not isinstance(column.this, exp.Identifier):
            raise _NotPlainError
        if column.table.casefold() not in {"", self._alias} or column.args.get("db"):
            raise _NotPlainError
        at = self._fields.get(column.name.casefold())
        if at is None:
            raise _NotPlainError
        return at

    def _given(self, condition: exp.Expr) -> tuple[int, frozenset[Any]]:
        said = {key for key, value in condition.args.items() if value}
        if isinstance(condition, exp.EQ):
            values = [condition.expression]
        elif isinstance(condition, exp.In) and said == {"this", "expressions"}:
            values = condition.expressions
        else:
            raise _NotPlainError
        return self._field(condition.this), frozenset(map(self._value, values))

    def _value(self, value: exp.Expr) -> str:
        found: Any = None
        if isinstance(value, exp.Literal) and value.is_string:
            found = value.this
        elif isinstance(value, exp.Placeholder) and isinstance(self._parameters, list | tuple):
            at = self._marks.index(id(value))
            found = self._parameters[at] if at < len(self._parameters) else None
        if not isinstance(found, str):
            raise _NotPlainError
        return found

    def _check_parameters(self) -> None:
        """Leave it to SQLite to say what is wrong with them."""
        if len(self._marks) != len(self._parameters):
            raise _NotPlainError

    def _number(self, clause: str) -> int | None:
        said = self._tree.args.get(clause)
        if said is None:
            return None
        number = said.expression if isinstance(said, exp.Limit | exp.Offset) else None
        if not isinstance(number, exp.Literal) or number.is_string or not number.this.isdigit():
            raise _NotPlainError
        return int(number.this)
