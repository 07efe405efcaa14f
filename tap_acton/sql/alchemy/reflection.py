"""What SQLAlchemy's inspector asks for, from the system tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import exc, types
from sqlalchemy.engine import default, reflection

from tap_acton.sql.schema.local import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.engine import Connection

__all__ = ["ActOnReflection"]

_TYPES: dict[str, type[types.TypeEngine[Any]]] = {
    "VARCHAR": types.String,
    "INTEGER": types.BigInteger,
    "DOUBLE": types.Double,
    "BOOLEAN": types.Boolean,
    "TIMESTAMP": types.DateTime,
}

_MADE = "'made by Act-On'"
"""The default of what new rows get from Act-On, so that it is not among the values."""


class ActOnReflection(default.DefaultDialect):
    """Tells of tables. Views count as tables: they are read in the same way, and most are."""

    @reflection.cache
    def get_schema_names(self, connection: Connection, **kw: Any) -> list[str]:
        """Return the schemas."""
        return [name for (name,) in _rows(connection, "SELECT SchemaName FROM sys_schemas")]

    @reflection.cache
    def get_table_names(
        self, connection: Connection, schema: str | None = None, **kw: Any
    ) -> list[str]:
        """Return all tables, and the views among them."""
        return _names(connection, "SELECT TableName FROM sys_tables WHERE SchemaName = ?", schema)

    @reflection.cache
    def get_view_names(
        self, connection: Connection, schema: str | None = None, **kw: Any
    ) -> list[str]:
        """Return the tables that cannot be written."""
        views = "SELECT TableName FROM sys_tables WHERE SchemaName = ? AND TableType = 'VIEW'"
        return _names(connection, views, schema)

    @reflection.cache
    def has_table(
        self, connection: Connection, table_name: str, schema: str | None = None, **kw: Any
    ) -> bool:
        """Tell whether there is a table."""
        found = "SELECT TableName FROM sys_tables WHERE TableName = ? AND SchemaName = ?"
        return _is_ours(schema) and bool(_rows(connection, found, table_name, SCHEMA))

    @reflection.cache
    def get_columns(
        self, connection: Connection, table_name: str, schema: str | None = None, **kw: Any
    ) -> list[Any]:
        """Return the columns."""
        columns = self._of(
            connection,
            "SELECT ColumnName, DataTypeName, IsNullable, Description, IsReadOnly "
            "FROM sys_tablecolumns WHERE TableName = ? AND IsHidden = 0 ORDER BY Ordinal",
            table_name,
            schema,
        )
        return [
            {
                "name": name,
                "type": _TYPES.get(type_, types.String)(),
                "nullable": is_nullable,
                "default": _MADE if is_readonly else None,
                "autoincrement": False,
                "comment": description or None,
            }
            for name, type_, is_nullable, description, is_readonly in columns
        ]

    @reflection.cache
    def get_pk_constraint(
        self, connection: Connection, table_name: str, schema: str | None = None, **kw: Any
    ) -> Any:
        """Return the primary key."""
        keys = self._of(
            connection,
            "SELECT ColumnName, KeyName FROM sys_primarykeys WHERE TableName = ? ORDER BY KeySeq",
            table_name,
            schema,
        )
        return {
            "constrained_columns": [column for column, _ in keys],
            "name": keys[0][1] if keys else None,
        }

    @reflection.cache
    def get_foreign_keys(
        self, connection: Connection, table_name: str, schema: str | None = None, **kw: Any
    ) -> list[Any]:
        """Return the foreign keys."""
        found: dict[str, dict[str, Any]] = {}
        for name, column, table, theirs in self._of(
            connection,
            "SELECT ForeignKeyName, ColumnName, ReferencedTableName, ReferencedColumnName "
            "FROM sys_foreignkeys WHERE TableName = ?",
            table_name,
            schema,
        ):
            key = found.setdefault(
                name,
                {
                    "name": name,
                    "constrained_columns": [],
                    "referred_schema": schema,
                    "referred_table": table,
                    "referred_columns": [],
                    "options": {},
                },
            )
            key["constrained_columns"].append(column)
            key["referred_columns"].append(theirs)
        return list(found.values())

    @reflection.cache
    def get_indexes(
        self, connection: Connection, table_name: str, schema: str | None = None, **kw: Any
    ) -> list[Any]:
        """Return the indexes beside the primary key's."""
        found: dict[str, dict[str, Any]] = {}
        for name, column, is_unique in self._of(
            connection,
            "SELECT IndexName, ColumnName, IsUnique FROM sys_indexes "
            "WHERE TableName = ? AND IsPrimary = 0 ORDER BY OrdinalPosition",
            table_name,
            schema,
        ):
            index = {"name": name, "column_names": [], "unique": is_unique}
            found.setdefault(name, index)["column_names"].append(column)
        return list(found.values())

    @reflection.cache
    def get_table_comment(
        self, connection: Connection, table_name: str, schema: str | None = None, **kw: Any
    ) -> Any:
        """Return what a table is for."""
        described = (
            "SELECT Description FROM sys_tables WHERE TableName = ? AND SchemaName <> 'UserViews'"
        )
        [(text,)] = self._of(connection, described, table_name, schema)
        return {"text": text or None}

    def _of(
        self, connection: Connection, statement: str, table: str, schema: str | None
    ) -> Sequence[Any]:
        """Return rows that tell of one table.

        Raises:
            NoSuchTableError: There is none.
        """
        rows = _rows(connection, statement, table) if _is_ours(schema) else ()
        if not rows and not self.has_table(connection, table, schema):
            raise exc.NoSuchTableError(table)
        return rows


def _is_ours(schema: str | None) -> bool:
    return schema is None or schema.casefold() == SCHEMA.casefold()


def _names(connection: Connection, statement: str, schema: str | None) -> list[str]:
    rows = _rows(connection, statement, SCHEMA) if _is_ours(schema) else ()
    return [name for (name,) in rows]


def _rows(connection: Connection, statement: str, *parameters: str) -> Sequence[Any]:
    return connection.exec_driver_sql(statement, parameters).fetchall()
