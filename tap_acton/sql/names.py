"""What names in a statement stand for: tables of the account, of the connection, and views."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp

from tap_acton.resources.convert import Type
from tap_acton.sql.cache import SCHEMA
from tap_acton.sql.database import MODULE
from tap_acton.sql.exceptions import ProgrammingError
from tap_acton.sql.language.applied import check_gives_rows
from tap_acton.sql.language.kinds import Kinds
from tap_acton.sql.language.parser import parsed
from tap_acton.sql.language.tree import Name, Query
from tap_acton.sql.reading.local import LocalTables
from tap_acton.sql.schema.local import VIEWS
from tap_acton.sql.schema.table import BINARY, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

    import apsw

    from tap_acton.sql.cached import CachedTables
    from tap_acton.sql.reading.vtable import VirtualTables
    from tap_acton.sql.schema.system import SystemTables
    from tap_acton.sql.schema.table import Field, Table
    from tap_acton.sql.schema.tables import Tables
    from tap_acton.sql.temporary import TemporaryTables
    from tap_acton.sql.views import UserViews

__all__ = ["Mentioned", "Names"]

_SCHEMAS = {"", "cdata", "acton"}


@dataclass(kw_only=True, slots=True)
class Mentioned:
    """What a statement names."""

    columns: dict[str, dict[str, Field]] = field(default_factory=dict)
    """The columns of its tables, by the tables' names and their own without case."""
    tables: list[Table] = field(default_factory=list)
    """The account's tables, each as often as it is named."""
    has_system: bool = False
    """Whether it names a system table."""
    collations: dict[str, str] = field(default_factory=dict)
    """How columns are compared that are not compared as texts are, by name without case."""

    def add(self, table: str, fields: Iterable[Field]) -> None:
        """Count a table, as SQLite calls it, among those that are named."""
        columns = {each.name.casefold(): each for each in fields}
        self.columns[table.casefold()] = columns
        named = {key: each.collation for key, each in columns.items()}
        self.collations |= {key: each for key, each in named.items() if each != BINARY}

    def kinds(self, *, days: bool = False) -> Kinds:
        """Return what tells the types of its expressions.

        Args:
            days: Whether columns of days have a type of their own, where results have texts.
        """
        of = {
            table: {
                key: "DATE" if days and each.type is Type.DATE else each.declared
                for key, each in columns.items()
            }
            for table, columns in self.columns.items()
        }
        return Kinds(of)


class Names:
    """Makes what a statement names known to SQLite, and the statement name it as SQLite does.

    Args:
        sqlite: The database in which statements run.
        module: Gives SQLite the account's rows.
        tables: The account's tables.
        temporary: The connection's own.
        views: The user's own views.
        system: The system tables.
    """

    def __init__(
        self,
        sqlite: apsw.Connection,
        module: VirtualTables,
        tables: Tables,
        temporary: TemporaryTables,
        views: UserViews,
        system: SystemTables,
    ) -> None:
        self._sqlite = sqlite
        self._module = module
        self._tables = tables
        self._temporary = temporary
        self._views = views
        self._system = system
        self._locals = LocalTables(sqlite)
        self.cached: CachedTables | None = None
        """Where the account's tables are looked for, if it is to be so."""
        self._known: set[str] = set()

    def resolve(self, tree: exp.Expr) -> Mentioned:
        """Make all that a statement names known; it changes the tree.

        Raises:
            ProgrammingError: There is no such table, view or schema.
            ActOnError: The account's lists cannot be read.
        """
        mentioned = Mentioned()
        self._resolve(tree, mentioned, ())
        for column in tree.find_all(exp.Column):
            column.set("db", None)
            column.set("catalog", None)
        return mentioned

    def table(self, name: str, *schemas: str) -> Table:
        """Return a table of the account.

        Raises:
            ProgrammingError: There is no such table or schema.
            ActOnError: The account's lists cannot be read.
        """
        _check_schemas(*schemas)
        return self._tables.find(name)

    def _resolve(self, tree: exp.Expr, mentioned: Mentioned, inside: tuple[str, ...]) -> None:
        common = {cte.alias.casefold() for cte in tree.find_all(exp.CTE)}
        for table in list(tree.find_all(exp.Table)):
            if isinstance(table.this, exp.Anonymous):
                check_gives_rows(table.this.name)
            elif table.db.casefold() == VIEWS.casefold():
                self._expand(table, mentioned, inside)
            elif table.db or table.name.casefold() not in common:
                self._rename(table, *self._made_known(table, mentioned))

    def _expand(self, table: exp.Table, mentioned: Mentioned, inside: tuple[str, ...]) -> None:
        name = table.name
        if name.casefold() in inside:
            raise ProgrammingError(f"The view {name!r} is made of itself.")
        query = parsed(self._views.query(name))
        if not isinstance(query, Query):
            raise ProgrammingError(f"The view {name!r} must be a SELECT.")
        self._resolve(query.tree, mentioned, (*inside, name.casefold()))
        view = exp.Subquery(this=query.tree, alias=_alias(table))
        view.set("joins", table.args.get("joins"))
        table.replace(view)

    def _made_known(self, table: exp.Table, mentioned: Mentioned) -> tuple[str, str | None]:
        """Return what SQLite calls a table, and the schema that it is in, if it has one."""
        name = table.name
        if self._temporary.is_name(name):
            return self._temporary.find(name), None
        if local := self._system.find(name):
            mentioned.add(local.name, local.fields)
            mentioned.has_system = True
            self._locals.fill(local)
            return local.name, None
        if self.cached is not None and self.cached.answers:
            _check_schemas(table.catalog, table.db)
            kept, fields = self.cached.find(Name(name=name))
            mentioned.add(kept, fields)
            return kept, SCHEMA
        found = self.table(name, table.catalog, table.db)
        mentioned.add(found.name, found.fields)
        mentioned.tables.append(found)
        self._declare(found)
        return found.name, None

    def _declare(self, table: Table) -> None:
        if table.name in self._known:
            return
        number = len(self._module.tables)
        self._module.tables.append(table)
        self._sqlite.execute(f"CREATE VIRTUAL TABLE {quoted(table.name)} USING {MODULE}({number})")
        self._known.add(table.name)

    @staticmethod
    def _rename(table: exp.Table, name: str, schema: str | None) -> None:
        table.set("alias", _alias(table))
        table.set("this", exp.to_identifier(name, quoted=True))
        table.set("db", exp.to_identifier(schema) if schema else None)
        table.set("catalog", None)


def _check_schemas(*schemas: str) -> None:
    for schema in schemas:
        if schema.casefold() not in _SCHEMAS:
            raise ProgrammingError(f"There is no schema {schema!r}. It is called 'ActOn'.")


def _alias(table: exp.Table) -> exp.TableAlias:
    """Return what the statement calls a table."""
    given = table.args.get("alias")
    return given or exp.TableAlias(this=exp.to_identifier(table.name, quoted=True))
