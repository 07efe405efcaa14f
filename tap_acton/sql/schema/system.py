"""The system tables: the account's tables, their columns and keys, and the connector, as rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_acton.resources.catalog import RESOURCES
from tap_acton.resources.model import Parents
from tap_acton.sql.exceptions import ProgrammingError
from tap_acton.sql.schema import listed
from tap_acton.sql.schema.local import CATALOG, SCHEMA, VIEWS, Identity, Local, fields_of
from tap_acton.sql.schema.table import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tap_acton.settings import Setting
    from tap_acton.sql.procedures import Procedure
    from tap_acton.sql.schema.table import Field, Table
    from tap_acton.sql.schema.tables import Tables

__all__ = ["Identity", "Local", "SystemTables"]

_OF_TABLE = "CatalogName SchemaName TableName"
_REFERENCE = (
    f"{_OF_TABLE} ColumnName IsKey:bool IsForeignKey:bool PrimaryKeyName ForeignKeyName "
    "ReferencedCatalogName ReferencedSchemaName ReferencedTableName ReferencedColumnName"
)
_COLUMNS = {
    "sys_catalogs": "CatalogName",
    "sys_schemas": "CatalogName SchemaName",
    "sys_tables": f"{_OF_TABLE} TableType Description IsUpdateable:bool",
    "sys_tablecolumns": f"{_OF_TABLE} ColumnName DataTypeName DataType:int Length:int "
    "DisplaySize:int NumericPrecision:int NumericScale:int IsNullable:bool Description "
    "Ordinal:int IsAutoIncrement IsGeneratedColumn IsHidden:bool IsArray:bool IsReadOnly:bool "
    "IsKey:bool ColumnType FieldControl Filterable RelationName PseudoColumnType",
    "sys_procedures": "CatalogName SchemaName ProcedureName Description ProcedureType",
    "sys_procedureparameters": "CatalogName SchemaName ProcedureName ColumnName Direction:int "
    "DataTypeName DataType:int Length:int NumericPrecision:int NumericScale:int IsNullable:bool "
    "IsRequired:bool IsArray:bool Description Ordinal:int Values Default SupportsStreams:bool "
    "IsPath:bool",
    "sys_keycolumns": _REFERENCE,
    "sys_foreignkeys": f"{_REFERENCE} ForeignKeyType",
    "sys_primarykeys": f"{_OF_TABLE} ColumnName KeySeq:int KeyName",
    "sys_indexes": f"{_OF_TABLE} IndexName ColumnName IsUnique:bool IsPrimary:bool Type:int "
    "SortOrder OrdinalPosition:int",
    "sys_connection_props": "Name PropertyName ShortDescription Type Default Value Values "
    "Category Required:bool Sensitivity Ordinal:int Hierarchy Visible:bool",
    "sys_sqlinfo": "NAME VALUE",
    "sys_identity": "Id Batch Operation Message",
    "sys_information": "Product Version Datasource NodeId",
}
_SIZES: dict[str, tuple[int, int, int, int | None, int | None]] = {
    "VARCHAR": (12, 2**31 - 1, 2**31 - 1, None, None),
    "INTEGER": (4, 8, 20, 19, 0),
    "DOUBLE": (8, 8, 24, 15, None),
    "BOOLEAN": (16, 1, 5, None, None),
    "TIMESTAMP": (93, 8, 26, None, None),
}
"""The type's number in JDBC, length, display size, precision and scale, by the type's name."""
_OTHER_INDEX = 3


class SystemTables:
    """Finds system tables by name.

    Args:
        tables: The account's tables.
        properties: Each property, with its value.
        procedures: The stored procedures.
        identity: What became of the rows of the last modification.
        views: Gives the names of the user's own views.
    """

    def __init__(
        self,
        tables: Tables,
        properties: Sequence[tuple[Setting, Any]],
        procedures: Sequence[Procedure],
        identity: Identity,
        views: Callable[[], list[str]] = list,
    ) -> None:
        self._tables = tables
        self._views = views
        locals_ = (
            _local("sys_catalogs", lambda: [(CATALOG,)]),
            _local("sys_schemas", self._schema_rows),
            _local("sys_tables", self._table_rows, self._table_rows),
            self._telling("sys_tablecolumns", _column_rows),
            self._telling("sys_primarykeys", _primary_rows),
            self._telling("sys_indexes", _index_rows),
            self._telling("sys_keycolumns", self._key_rows),
            self._telling("sys_foreignkeys", self._foreign_rows),
            _local("sys_procedures", lambda: listed.procedures(procedures)),
            _local("sys_procedureparameters", lambda: listed.parameters(procedures)),
            _local("sys_connection_props", lambda: listed.properties(properties)),
            _local("sys_sqlinfo", lambda: listed.SQL_INFO),
            _local("sys_identity", lambda: identity),
            _local("sys_information", lambda: listed.INFORMATION),
        )
        self._locals = {local.name: local for local in locals_}

    def find(self, name: str) -> Local | None:
        """Return the system table of a name, in any case; None if there is none."""
        return self._locals.get(name.casefold())

    def _telling(self, name: str, tell: Callable[[Table], Iterable[tuple[Any, ...]]]) -> Local:
        def every() -> Iterator[tuple[Any, ...]]:
            for table in self._tables.every():
                yield from tell(table)

        def one(wanted: str) -> Iterable[tuple[Any, ...]]:
            found = self._found(wanted) if self._tables.is_listed else None
            return tell(found) if found else ()

        return _local(name, every, one)

    def _schema_rows(self) -> Iterator[tuple[Any, ...]]:
        if self._tables.is_listed:
            yield CATALOG, SCHEMA
        if self._views():
            yield CATALOG, VIEWS

    def _table_rows(self, wanted: str | None = None) -> Iterator[tuple[Any, ...]]:
        for name, kind, description in self._tables.names(wanted):
            yield CATALOG, SCHEMA, name, kind.value, description, kind is Kind.TABLE
        for name in self._views():
            if wanted is None or wanted.casefold() == name.casefold():
                yield CATALOG, VIEWS, name, Kind.VIEW.value, "", False

    def _found(self, name: str) -> Table | None:
        try:
            return self._tables.find(name)
        except ProgrammingError:
            return None

    def _key_rows(self, table: Table) -> Iterator[tuple[Any, ...]]:
        references = self._references(table)
        for field in table.fields:
            found = [each for each in references if each[0] is field]
            if field.is_key and not found:
                yield _reference(table, field)
            yield from (_reference(table, *each) for each in found)

    def _foreign_rows(self, table: Table) -> Iterator[tuple[Any, ...]]:
        for each in self._references(table):
            yield (*_reference(table, *each), "IMPORT")

    def _references(self, table: Table) -> list[tuple[Field, Table, Field]]:
        """Return columns that hold keys of other tables, with the other table and its column."""
        own = {field.column: field for field in table.fields}
        found = []
        for binding in table.way.resource.bind:
            if not isinstance(binding, Parents) or binding.resource not in RESOURCES:
                continue
            parent = self._found(RESOURCES[binding.resource].table)
            if parent is None:
                continue
            theirs = {field.column: field for field in parent.fields}
            pairs = [(own.get(mine), theirs.get(its)) for mine, its in binding.take.items()]
            known = [(mine, parent, its) for mine, its in pairs if mine and its]
            if {its.name for _, _, its in known} == {key.name for key in parent.keys}:
                found += known
        return found


def _local(
    name: str,
    rows: Callable[[], Iterable[tuple[Any, ...]]],
    of_table: Callable[[str], Iterable[tuple[Any, ...]]] | None = None,
) -> Local:
    return Local(name=name, fields=fields_of(_COLUMNS[name]), rows=rows, of_table=of_table)


def _place(table: Table) -> tuple[str, str, str]:
    return CATALOG, SCHEMA, table.name


def _column_rows(table: Table) -> Iterator[tuple[Any, ...]]:
    for ordinal, field in enumerate(table.fields, 1):
        kind = "FILTER" if field.is_pseudo else ""
        yield (
            *(*_place(table), field.name, field.declared, *_SIZES[field.declared]),
            *(not field.is_key, field.description, ordinal, "NO", "NO", field.is_pseudo, False),
            *(field.is_readonly, field.is_key, "", "", "", "", kind),
        )


def _primary_rows(table: Table) -> Iterator[tuple[Any, ...]]:
    for sequence, field in enumerate(table.keys, 1):
        yield (*_place(table), field.name, sequence, _primary(table))


def _index_rows(table: Table) -> Iterator[tuple[Any, ...]]:
    for ordinal, field in enumerate(table.keys, 1):
        name = _primary(table)
        yield (*_place(table), name, field.name, True, True, _OTHER_INDEX, "A", ordinal)


def _reference(
    table: Table, field: Field, parent: Table | None = None, theirs: Field | None = None
) -> tuple[Any, ...]:
    primary = _primary(table) if field.is_key else ""
    start = (*_place(table), field.name, field.is_key, parent is not None, primary)
    if parent is None or theirs is None:
        return (*start, "", "", "", "", "")
    return (*start, f"FK_{table.name}_{parent.name}", *_place(parent), theirs.name)


def _primary(table: Table) -> str:
    return f"PK_{table.name}"
