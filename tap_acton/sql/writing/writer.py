"""Carries out INSERT, UPSERT, UPDATE and DELETE: works out the rows, then writes each."""

from __future__ import annotations

from functools import singledispatchmethod
from typing import TYPE_CHECKING, Any, Protocol

from sqlglot import exp

from tap_acton.names import did_you_mean
from tap_acton.sql.exceptions import NotSupportedError, ProgrammingError
from tap_acton.sql.language.tree import Deletion, Insertion, Query, Update
from tap_acton.sql.schema.table import Kind, Operation
from tap_acton.sql.writing.keys import keys_alone
from tap_acton.sql.writing.outcomes import Written
from tap_acton.sql.writing.targets import Changes, Row, target_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from tap_acton.sql.language.tree import Name
    from tap_acton.sql.schema.table import Field, Table
    from tap_acton.sql.writing.targets import Outcome, Target

    Bindings = Sequence[Mapping[str, Any]]
    Note = Callable[[Operation, Sequence[Outcome]], None]

__all__ = ["Database", "Writer"]


class Database(Protocol):
    """Where queries run."""

    def table(self, name: Name) -> Table:
        """Return a table of the account."""
        ...

    def raw_rows(self, query: Query, bindings: Mapping[str, Any]) -> Iterable[tuple[Any, ...]]:
        """Yield a query's rows as SQLite has them."""
        ...


class Writer:
    """Writes rows to the account.

    Args:
        database: Where the rows are worked out.
        changes: The account's side; without it nothing can be written.
        note: Hears what was done to rows and what became of them, of failures too.
    """

    def __init__(self, database: Database, changes: Changes | None, note: Note) -> None:
        self._database = database
        self._changes = changes
        self._note = note

    @singledispatchmethod
    def write(self, statement: Any, sets: Bindings) -> Written:
        """Carry out a statement once for each set of parameters, and say what became of the rows.

        Raises:
            ProgrammingError: It names a column that there is not, or cannot be written.
            NotSupportedError: The table does not allow it.
            Error: Some rows were not written. It says which, and which were.
        """
        raise TypeError(statement, sets)

    @write.register(Insertion)
    def _insert(self, statement: Insertion, sets: Bindings) -> Written:
        operation = Operation.UPSERT if statement.is_upsert else Operation.INSERT
        table, target = self._target(statement.table, operation)
        fields = _fields(table, statement.columns, with_key=statement.is_upsert)
        rows = [_row(table, fields, values) for values in self._rows(statement.rows, sets)]
        returning = _returned(table, statement.returning)
        outcomes = target.upsert(rows) if statement.is_upsert else target.insert(rows)
        written = self._carry_out(operation, table, _numbers(len(rows)), outcomes)
        written.returning = returning
        return written

    @write.register(Update)
    def _update(self, statement: Update, sets: Bindings) -> Written:
        table, target = self._target(statement.table, Operation.UPDATE)
        if statement.rows is not None:
            fields = _fields(table, statement.columns, with_key=True)
            if not any(each.is_key for each in fields):
                raise ProgrammingError(f"UPDATE {table.name} needs its key among the columns.")
            query = statement.rows
        else:
            changed = _fields(table, tuple(statement.values), with_key=False)
            fields = [_key(table), *changed]
            query = _rows_to_change(statement, table)
        rows = [_row(table, fields, values) for values in self._rows(query, sets)]
        called = _called([row.key for row in rows])
        return self._carry_out(Operation.UPDATE, table, called, target.update(rows))

    @write.register(Deletion)
    def _delete(self, statement: Deletion, sets: Bindings) -> Written:
        table, target = self._target(statement.table, Operation.DELETE)
        query = statement.rows or _rows_to_change(statement, table)
        keys = list(dict.fromkeys(_text(row[0]) for row in self._rows(query, sets)))
        return self._carry_out(Operation.DELETE, table, _called(keys), target.delete(keys))

    def _carry_out(
        self,
        operation: Operation,
        table: Table,
        called: Sequence[str],
        outcomes: Iterator[Outcome],
    ) -> Written:
        written = Written(f"{operation.value} of {table.name}", called)
        try:
            written.carry_out(outcomes)
        finally:
            self._note(operation, written.outcomes)
        return written

    def _target(self, name: Name, operation: Operation) -> tuple[Table, Target]:
        table = self._database.table(name)
        if table.kind is Kind.VIEW:
            raise NotSupportedError(f"{table.name} is a view, and cannot be written.")
        if operation not in table.operations:
            allowed = ", ".join(sorted(each.value for each in table.operations)) or "none of them"
            raise NotSupportedError(
                f"{table.name} does not allow {operation.value}. It allows {allowed}."
            )
        if self._changes is None:
            raise NotSupportedError("The account can only be read here.")
        return table, target_of(table, self._changes)

    def _rows(self, query: Query, sets: Bindings) -> list[tuple[Any, ...]]:
        """Return all rows before one is written: what is written may move those that follow."""
        return [row for bindings in sets for row in self._database.raw_rows(query, bindings)]


def _rows_to_change(statement: Update | Deletion, table: Table) -> Query:
    """Return a query of the keys, and new values, of the rows that a WHERE means."""
    key, where = _key(table).name, statement.where
    values = list(statement.values.values()) if isinstance(statement, Update) else []
    keys = keys_alone(where, key)
    if keys is not None and not any(value.find(exp.Column) for value in values):
        rows = [exp.Tuple(expressions=[each.copy() for each in (one, *values)]) for one in keys]
        return Query(tree=exp.Values(expressions=rows))
    name = statement.table
    source = exp.table_(name.name, db=name.schema or None, catalog=name.catalog or None)
    columns = [exp.column(key, quoted=True), *(value.copy() for value in values)]
    return Query(tree=exp.select(*columns).from_(source).where(where.copy() if where else None))


def _fields(table: Table, names: Sequence[str], *, with_key: bool) -> list[Field]:
    known = {each.name.casefold(): each for each in table.fields}
    fields = []
    for name in names:
        found = known.get(name.casefold())
        if found is None:
            near = did_you_mean(name, [each.name for each in table.fields])
            raise ProgrammingError(f"{table.name} has no column {name!r}.{near}")
        if found.is_readonly and not (found.is_key and with_key):
            raise ProgrammingError(f"The column {found.name!r} of {table.name} cannot be written.")
        if found in fields:
            raise ProgrammingError(f"The statement names the column {found.name!r} twice.")
        fields.append(found)
    return fields


def _returned(table: Table, names: Sequence[str]) -> str:
    """Return the key's name if RETURNING names it; Act-On tells nothing else of a new row."""
    key = _key(table).name
    if any(name.casefold() != key.casefold() for name in names):
        raise NotSupportedError(f"RETURNING gives the key alone: {key}.")
    return key if names else ""


def _key(table: Table) -> Field:
    """Return the column that says which row is meant: of several keys, the first."""
    if not table.keys:
        raise NotSupportedError(f"{table.name} has no key to say which rows are meant.")
    return table.keys[0]


def _row(table: Table, fields: Sequence[Field], values: Sequence[Any]) -> Row:
    """Return a row whose values have Act-On's names: a list's headings, or fields of a form."""
    names = {each.name: each.title or each.name for each in table.way.resource.columns}
    if len(fields) != len(values):
        raise ProgrammingError("A row needs as many values as there are columns.")
    texts = [(each, _text(value)) for each, value in zip(fields, values, strict=True)]
    return Row(
        key=next((text for each, text in texts if each.is_key), ""),
        values={
            names.get(each.column, each.name): text
            for each, text in texts
            if not (each.is_key and each.is_readonly)
        },
    )


def _text(value: Any) -> str:
    """Return a value as it is sent; NULL is an empty text, for there is nothing else."""
    return "" if value is None else str(value)


def _numbers(count: int) -> list[str]:
    return [f"row {number}" for number in range(1, count + 1)]


def _called(keys: Sequence[str]) -> list[str]:
    """Return keys, or, of those that are addresses, numbers: errors name nobody."""
    return _numbers(len(keys)) if any("@" in key for key in keys) else list(keys)
