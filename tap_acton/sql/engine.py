"""Runs statements over an Act-On account, in a database of SQLite that holds none of its rows.

CData's SQL is parsed, written as SQLite's, and run there; SQLite asks for rows as it steps to them.
What SQLite would not answer as CData's engine does is refused, and not guessed.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from functools import singledispatchmethod
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

import apsw
from sqlglot import exp

from tap_acton.clock import SYSTEM_CLOCK, Clock, moment
from tap_acton.sql.cache import caching_of
from tap_acton.sql.cached import CachedTables
from tap_acton.sql.columns import described, values
from tap_acton.sql.csv_file import write_csv
from tap_acton.sql.database import opened
from tap_acton.sql.exceptions import NotSupportedError, ProgrammingError
from tap_acton.sql.failures import in_words_of_statement
from tap_acton.sql.functions.periods import spelled_out
from tap_acton.sql.language.applied import joined
from tap_acton.sql.language.comparable import with_comparable_values
from tap_acton.sql.language.parameters import bound
from tap_acton.sql.language.parser import parsed
from tap_acton.sql.language.sqlite import (
    probe_of,
    says_how_many,
    sqlite_text,
    with_titles,
)
from tap_acton.sql.language.tree import (
    Deletion,
    Insertion,
    LocalView,
    Query,
    SelectInto,
    Update,
)
from tap_acton.sql.names import Mentioned, Names
from tap_acton.sql.procedures import PROCEDURES
from tap_acton.sql.reading.rescans import wanted_again
from tap_acton.sql.reading.straight import Plain
from tap_acton.sql.reading.vtable import VirtualTables
from tap_acton.sql.result import Result
from tap_acton.sql.schema.options import TableOptions
from tap_acton.sql.schema.system import Identity, SystemTables
from tap_acton.sql.schema.table import Operation
from tap_acton.sql.schema.tables import Tables
from tap_acton.sql.temporary import TemporaryTables
from tap_acton.sql.views import UserViews, default_file
from tap_acton.sql.writing.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence
    from pathlib import Path

    from tap_acton.client import ActOnClient
    from tap_acton.settings import Setting
    from tap_acton.sql.cache import Cache
    from tap_acton.sql.language.tree import Name, Statement
    from tap_acton.sql.result import ResultColumn
    from tap_acton.sql.schema.table import Table
    from tap_acton.sql.writing.targets import Outcome

    Parameters = Sequence[Any] | Mapping[str, Any]

__all__ = ["Engine"]

_OPTIONS = TableOptions()
_LAST_RESULT = "LastResultInfo#TEMP"
_DONE = {
    Operation.INSERT: "INSERTED",
    Operation.UPSERT: "UPDATED",
    Operation.UPDATE: "UPDATED",
    Operation.DELETE: "DELETED",
}


class Engine:
    """Runs statements, and keeps what outlives them: `#TEMP` tables and the last id.

    Args:
        client: The account.
        properties: Each property of the connection, with its value.
        options: What they say of tables.
        cache: Where tables are looked for first, if it is to be so.
        clock: Tells SQL's functions the time.
        views: The file of the user's own views; else one beside the tap's settings.
    """

    def __init__(
        self,
        client: ActOnClient,
        properties: Sequence[tuple[Setting, Any]] = (),
        options: TableOptions = _OPTIONS,
        *,
        cache: Cache | None = None,
        clock: Clock = SYSTEM_CLOCK,
        views: Path | None = None,
    ) -> None:
        self.last_id: str | None = None
        """The id of the row that was written last; what SCOPE_IDENTITY() gives."""
        self._clock = clock
        self._changes = client.changes
        self._module = VirtualTables(client)
        self._sqlite = opened(self._module, clock, lambda: self.last_id)
        self._temporary = TemporaryTables(self._sqlite)
        self._views = UserViews(views or default_file())
        tables = Tables(client, options)
        self.identity = Identity()
        """What became of the rows of the last modification."""
        known = (tables, self._temporary, self._views)
        told = self._views.names if options.shows_views else list
        system = SystemTables(tables, properties, PROCEDURES, self.identity, told)
        self._names = Names(self._sqlite, self._module, *known, system)
        if cache is not None:
            self.use(cache)

    def use(self, cache: Cache) -> None:
        """Look for tables in a cache, as it wants, from now on."""
        self._names.cached = CachedTables(self._sqlite, cache, self._whole)

    def _whole(self, name: Name) -> tuple[Table, Result]:
        table = self.table(name)
        tree = exp.select(*_every(table)).from_(exp.table_(table.name, quoted=True))
        return table, self._select(Query(tree=tree), [{}])

    def close(self) -> None:
        """Forget everything; open results end."""
        self._sqlite.close(force=True)

    def query(self, statement: str, parameters: Parameters = ()) -> Result:
        """Run a statement.

        Args:
            statement: One statement in CData's SQL, but EXECUTE.
            parameters: Values for `?` in order, or for `@name` by name.

        Raises:
            ProgrammingError: The statement is wrong, or names what is not there.
            NotSupportedError: It asks for what there is not, such as an unknown function.
            Error: Some of the rows could not be written; it says which.
            ActOnError: The account cannot be read.
        """
        return self._run(parsed(statement), [bound(statement, parameters)])

    def query_many(self, statement: str, sets: Sequence[Parameters]) -> Result:
        """Run a statement that writes once for each set of parameters.

        Raises:
            ProgrammingError: It does not write. See `query` for others.
        """
        tree = parsed(statement)
        if not isinstance(tree, Insertion | Update | Deletion):
            raise ProgrammingError("executemany is for INSERT, UPDATE, DELETE and UPSERT.")
        return self._run(tree, [bound(statement, parameters) for parameters in sets])

    def cache(self, statement: str, parameters: Parameters = ()) -> Result:
        """Run a CACHE statement; see `query`.

        Raises:
            ProgrammingError: See `query`; or it does not read one table with its key.
        """
        asked = caching_of(statement)
        query, cached = parsed(asked.select), self._names.cached
        sources = list(query.tree.find_all(exp.Table)) if isinstance(query, Query) else []
        if cached is None or len(sources) != 1 or not isinstance(query, Query):
            raise ProgrammingError("CACHE takes a SELECT of one table.")
        table = self._names.table(sources[0].name, sources[0].catalog, sources[0].db)
        shown = [_every(table) if each.is_star else [each] for each in query.tree.expressions]
        query.tree.set("expressions", list(itertools.chain(*shown)))
        with cached.passed_by():
            result = self._select(query, [bound(asked.select, parameters)])
        return cached.cache.keep(asked, table, result)

    def table(self, name: Name) -> Table:
        """Return a table of the account. For the writer."""
        return self._names.table(name.name, name.catalog, name.schema)

    def raw_rows(
        self, query: Query, bindings: Mapping[str, Any]
    ) -> Generator[tuple[Any, ...], None, None]:
        """Yield a query's rows as SQLite has them. For the writer."""
        text, mentioned = self._prepared(query.tree.copy())
        try:
            yield from self._begun(text, bindings)
        except apsw.Error as error:
            raise in_words_of_statement(error, mentioned) from None

    @singledispatchmethod
    def _run(self, statement: Statement, sets: Sequence[dict[str, Any]]) -> Result:
        raise TypeError(statement, sets)

    @_run.register(Query)
    def _select(self, query: Query, sets: Sequence[dict[str, Any]]) -> Result:
        tree = with_titles(query.tree)
        text, mentioned = self._prepared(tree)
        try:
            probe = sqlite_text(probe_of(tree, mentioned.kinds()))
            columns, readers = described(self._sqlite, text, probe, sets[0])
            is_capped = not says_how_many(tree) and (mentioned.tables or not mentioned.has_system)
            if found := self._straight(tree, mentioned, sets[0], columns):
                return replace(found, is_capped=bool(is_capped))
            cursor = self._begun(text, sets[0])
        except apsw.Error as error:
            raise in_words_of_statement(error, mentioned) from None
        rows = values(cursor, readers, mentioned)
        return Result(columns=columns, rows=rows, is_capped=bool(is_capped), on_close=rows.close)

    @_run.register(SelectInto)
    def _select_into(self, statement: SelectInto, sets: Sequence[dict[str, Any]]) -> Result:
        result = self._select(statement.query, sets)
        names = [column.name for column in result.columns]
        return Result.done(write_csv(statement.target, names, result.rows))

    @_run.register(Insertion)
    def _insert(self, statement: Insertion, sets: Sequence[dict[str, Any]]) -> Result:
        name = statement.table.name
        if not self._temporary.is_name(name):
            return self._write(statement, sets)
        rows = [row for bindings in sets for row in self.raw_rows(statement.rows, bindings)]
        return Result.done(self._temporary.insert(name, statement.columns, rows))

    @_run.register(Update)
    @_run.register(Deletion)
    def _write(
        self, statement: Insertion | Update | Deletion, sets: Sequence[dict[str, Any]]
    ) -> Result:
        if self._temporary.is_name(statement.table.name):
            raise NotSupportedError("A #TEMP table takes INSERT alone.")
        written = Writer(self, self._changes, self._note).write(statement, sets)
        last_id = self.last_id if written.ids else None
        return Result.written(written.ids, last_id, written.returning)

    def _note(self, operation: Operation, outcomes: Sequence[Outcome]) -> None:
        """Keep what became of the rows that a statement wrote."""
        ids = [each.id for each in outcomes if not each.reason]
        self.last_id = ids[-1] if ids else self.last_id
        rows = [(each.id, each.reason or "SUCCESS") for each in outcomes]
        self._temporary.replace(_LAST_RESULT, ("Id", "Message"), rows)
        batch = uuid4().hex
        for id_, message in rows:
            self.identity.note(id_, batch, _DONE[operation], message)

    @_run.register(LocalView)
    def _local_view(self, statement: LocalView, _sets: Sequence[dict[str, Any]]) -> Result:
        if statement.verb == "DROP":
            self._views.drop(statement.name)
        elif statement.verb == "ALTER":
            self._views.alter(statement.name, statement.query)
        else:
            self._views.create(statement.name, statement.query)
        return Result.done(0)

    def _prepared(self, tree: exp.Expr) -> tuple[str, Mentioned]:
        """Return SQLite's text of a query, whose tables SQLite knows now; it changes the tree."""
        mentioned = self._names.resolve(tree)
        joined(tree)
        spelled_out(cast("exp.Expression", tree), moment(self._clock.now()).replace(tzinfo=None))
        with_comparable_values(tree, mentioned.kinds(days=True), mentioned.collations)
        self._module.begin()
        return sqlite_text(tree), mentioned

    def _straight(
        self,
        tree: exp.Expr,
        mentioned: Mentioned,
        bindings: Mapping[str, Any],
        columns: tuple[ResultColumn, ...],
    ) -> Result | None:
        """Return what a statement on one table gives, if it needs no SQLite."""
        if len(mentioned.tables) != 1:
            return None
        plain = Plain(cast("exp.Expression", tree), mentioned.tables[0], list(bindings.values()))
        return plain.result(self._module.reader, columns)

    def _begun(self, text: str, bindings: Mapping[str, Any]) -> apsw.Cursor:
        cursor = self._sqlite.cursor()
        table = self._module.table
        self._module.memory.keeps = wanted_again(cursor, text, bindings, table)
        return cursor.execute(text, bindings)


def _every(table: Table) -> list[exp.Expr]:
    """Return all columns of a table, those that are filters alone among them."""
    return [exp.column(each.name, quoted=True) for each in table.fields]
