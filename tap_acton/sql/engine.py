"""SELECT over an Act-On account: CData's SQL is parsed, written as SQLite's, and run there.

What SQLite would not answer as CData's engine does is refused, and not guessed.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import apsw
import apsw.ext
import sqlglot
from sqlglot import exp

from tap_acton.errors import ActOnError
from tap_acton.sql.cache import SCHEMA, caching_of
from tap_acton.sql.exceptions import (
    Error,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
)
from tap_acton.sql.parameters import bound
from tap_acton.sql.reading.vtable import VirtualTables
from tap_acton.sql.result import Result, ResultColumn
from tap_acton.sql.schema.table import quoted
from tap_acton.sql.schema.tables import Tables

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence

    from tap_acton.client import ActOnClient
    from tap_acton.sql.cache import Cache
    from tap_acton.sql.schema.table import Table

__all__ = ["Engine"]

_MODULE = "acton"
_SCHEMAS = {"", "cdata", "acton"}
_TYPES: dict[str, tuple[type, Callable[[Any], Any]]] = {
    "INTEGER": (int, int),
    "DOUBLE": (float, float),
    "BOOLEAN": (bool, bool),
    "TIMESTAMP": (datetime, datetime.fromisoformat),
    "VARCHAR": (str, lambda value: value),
}
# Those that mean the same here and there. The dialect's others are refused by name.
_FUNCTIONS = (
    exp.Connector, exp.Case, exp.If, exp.Cast, exp.Coalesce, exp.Nullif, exp.Count, exp.Sum,
    exp.Avg, exp.Min, exp.Max, exp.Lower, exp.Upper, exp.Abs, exp.Length, exp.Round, exp.Exists,
    exp.RowNumber, exp.Rank, exp.DenseRank,
)  # fmt: skip


class Engine:
    """Answers SELECT statements.

    Args:
        client: The account.
        cache: Where tables are looked for first, if it is to be so.
    """

    def __init__(self, client: ActOnClient, cache: Cache | None = None) -> None:
        self._tables = Tables(client)
        self._module = VirtualTables(client)
        self._known: set[str] = set()
        self._sqlite = apsw.Connection(":memory:")
        self._sqlite.create_module(_MODULE, self._module)  # type: ignore[arg-type]
        self._cache: Cache | None = None
        if cache is not None:
            self.use(cache)

    def use(self, cache: Cache) -> None:
        """Look for tables in a cache, as it wants, from now on."""
        self._cache = cache
        self._sqlite.execute(f"ATTACH ? AS {SCHEMA}", (str(cache.file),))
        self._sqlite.set_busy_timeout(60_000)

    def close(self) -> None:
        """Forget everything; open results end."""
        self._sqlite.close(force=True)

    def query(self, statement: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> Result:
        """Run a SELECT statement.

        Args:
            statement: One statement in CData's SQL.
            parameters: Values for `?` in order, or for `@name` by name.

        Raises:
            ProgrammingError: The statement is wrong, or names what is not there.
            NotSupportedError: It is no SELECT, or uses a function that is not known here.
            ActOnError: The account cannot be read.
        """
        return self._answer(_parsed(statement), parameters, self._cache)

    def cache(self, statement: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> Result:
        """Run a CACHE statement; see `query`.

        Raises:
            ProgrammingError: See `query`; or it does not read one table with its key.
        """
        asked = caching_of(statement)
        tree = _parsed(asked.select)
        sources = list(tree.find_all(exp.Table))
        if self._cache is None or len(sources) != 1:
            raise ProgrammingError("CACHE takes a SELECT of one table.")
        table = self._tables.find(sources[0].name)
        return self._cache.keep(asked, table, self._answer(tree, parameters, None))

    def _answer(
        self,
        tree: exp.Expression,
        parameters: Sequence[Any] | Mapping[str, Any],
        cache: Cache | None,
    ) -> Result:
        _check_functions(tree)
        common = {cte.alias.casefold() for cte in tree.find_all(exp.CTE)}
        mentioned = [
            table for table in tree.find_all(exp.Table) if table.name.casefold() not in common
        ]
        for table in mentioned:
            self._connect(table, cache)
        self._module.begin(remembers=len(mentioned) > 1)
        return self._run(tree.sql(dialect="sqlite"), _bindings(parameters))

    def _connect(self, mentioned: exp.Table, cache: Cache | None) -> None:
        """Make a table known to SQLite, and let the statement name it as SQLite does."""
        schema = {part.casefold() for part in (mentioned.catalog, mentioned.db)}
        if not schema <= _SCHEMAS:
            raise ProgrammingError(f"There is no schema {mentioned.db!r}. It is called 'ActOn'.")
        if cache is not None and (cache.auto or cache.offline):
            name, place = self._cached(mentioned.name, cache), exp.to_identifier(SCHEMA)
        else:
            table = self._tables.find(mentioned.name)
            if table.name not in self._known:
                self._declare(table)
            name, place = table.name, None
        if not mentioned.alias:
            own = exp.to_identifier(mentioned.name, quoted=True)
            mentioned.set("alias", exp.TableAlias(this=own))
        mentioned.set("this", exp.to_identifier(name, quoted=True))
        mentioned.set("db", place)
        mentioned.set("catalog", None)

    def _cached(self, name: str, cache: Cache) -> str:
        """Return the name of a table that is in the cache, reading it into it if it may be."""
        if kept := cache.find(name):
            return kept
        if cache.offline:
            raise OperationalError(f"{name} is not in the cache, and Offline is true.")
        table = self._tables.find(name)
        whole = exp.select("*").from_(exp.to_table(quoted(table.name), dialect="sqlite"))
        return cache.keep_whole(table, self._answer(whole, (), None))

    def _declare(self, table: Table) -> None:
        number = len(self._module.tables)
        self._module.tables.append(table)
        self._sqlite.execute(f"CREATE VIRTUAL TABLE {quoted(table.name)} USING {_MODULE}({number})")
        self._known.add(table.name)

    def _run(self, statement: str, bindings: Any) -> Result:
        try:
            described = apsw.ext.query_info(self._sqlite, statement).description
            types = [_TYPES.get(declared or "", _TYPES["VARCHAR"]) for _, declared in described]
            cursor = self._sqlite.cursor()
            cursor.execute(statement, bindings)
        except apsw.Error as error:
            raise _translated(error) from None
        columns = tuple(
            ResultColumn(name=name, type_code=type_)
            for (name, _), (type_, _) in zip(described, types, strict=True)
        )
        rows = _rows(cursor, [read for _, read in types])
        return Result(columns=columns, rows=rows, on_close=rows.close)


def _parsed(statement: str) -> exp.Expression:
    try:
        tree = sqlglot.parse_one(statement, read="tsql")
    except sqlglot.errors.SqlglotError as error:
        raise ProgrammingError(f"The statement cannot be read: {_first_line(error)}") from None
    if not isinstance(tree, exp.Select | exp.SetOperation) or tree.find(exp.Into):
        raise NotSupportedError("Only SELECT and EXECUTE statements can be run.")
    return tree


def _check_functions(tree: exp.Expression) -> None:
    for function in tree.find_all(exp.Func):
        if not isinstance(function, _FUNCTIONS):
            name = function.name if isinstance(function, exp.Anonymous) else function.sql_name()
            raise NotSupportedError(f"There is no function {name}.")


def _bindings(parameters: Sequence[Any] | Mapping[str, Any]) -> Any:
    if isinstance(parameters, dict):
        return {name.lstrip("@"): bound(value) for name, value in parameters.items()}
    return tuple(bound(value) for value in parameters)


def _rows(
    cursor: apsw.Cursor, readers: list[Callable[[Any], Any]]
) -> Generator[tuple[Any, ...], None, None]:
    try:
        for row in cursor:
            yield tuple(
                None if value is None else read(value)
                for read, value in zip(readers, row, strict=True)
            )
    except apsw.Error as error:
        raise _translated(error) from None
    finally:
        cursor.close(force=True)


def _translated(error: apsw.Error) -> Exception:
    """Return SQLite's complaint as ours; what we raised inside SQLite is ours already."""
    if isinstance(error.__context__, ActOnError | Error):
        return error.__context__
    return ProgrammingError(f"The statement cannot be run: {_first_line(error)}.")


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0].split(" Line ")[0].rstrip(".")
