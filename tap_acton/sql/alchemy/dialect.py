"""The dialect of `acton:///?…` URLs."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import types

from tap_acton import sql
from tap_acton.sql.alchemy.compiler import ActOnCompiler, ActOnPreparer, ActOnTypeCompiler
from tap_acton.sql.alchemy.reflection import ActOnReflection
from tap_acton.sql.alchemy.url import ActOnUrl, connection_string
from tap_acton.sql.schema.local import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import URL, Dialect, Engine

__all__ = ["ActOnDialect"]


class _Moment(types.DateTime):
    """A moment; one that an expression gives comes as a text."""

    def result_processor(
        self, _dialect: Dialect, _coltype: object
    ) -> Callable[[Any], dt.datetime | None]:
        return lambda value: dt.datetime.fromisoformat(value) if isinstance(value, str) else value


class _Day(types.Date):
    """A day, as an ISO text: there is no type for it."""

    def bind_processor(self, _dialect: Dialect) -> Callable[[Any], str | None]:
        return lambda value: value if value is None else value.isoformat()

    def result_processor(
        self, _dialect: Dialect, _coltype: object
    ) -> Callable[[Any], dt.date | None]:
        return lambda value: dt.date.fromisoformat(str(value)[:10]) if value else None


class ActOnDialect(ActOnReflection):
    """Reads Act-On's tables. There are no transactions."""

    name = "acton"
    driver = "cdata"
    supports_statement_cache = True
    statement_compiler = ActOnCompiler
    preparer = ActOnPreparer
    type_compiler_cls = ActOnTypeCompiler
    default_paramstyle = "qmark"
    colspecs = {types.DateTime: _Moment, types.Date: _Day}  # noqa: RUF012 - SQLAlchemy's attribute

    supports_native_boolean = False
    supports_sane_multi_rowcount = False
    supports_default_values = False
    supports_empty_insert = False
    supports_comments = True
    supports_alter = False
    postfetch_lastrowid = False
    insert_returning = True
    use_insertmanyvalues = False

    @classmethod
    def import_dbapi(cls) -> Any:
        """Return the connector's module."""
        return sql

    def create_connect_args(self, url: URL) -> tuple[list[str], dict[str, Any]]:
        """Return what `connect` is called with."""
        return [connection_string(url)], {}

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        """Keep the secrets of an engine's URL out of its texts."""
        engine.url = ActOnUrl(*engine.url)

    def _get_default_schema_name(self, _connection: Any) -> str:
        return SCHEMA

    def get_isolation_level_values(self, _connection: Any) -> list[Literal["AUTOCOMMIT"]]:
        """Return the one level there is."""
        return ["AUTOCOMMIT"]

    def get_isolation_level(self, _connection: Any) -> Literal["AUTOCOMMIT"]:
        """Return what is always so: a statement takes effect at once."""
        return "AUTOCOMMIT"

    def set_isolation_level(self, _connection: Any, level: str) -> None:
        """Do nothing: SQLAlchemy has checked that it is the one there is."""

    def detect_autocommit_setting(self, _connection: Any) -> bool:
        """Tell that statements take effect at once."""
        return True

    def do_commit(self, _connection: Any) -> None:
        """Do nothing: every statement has taken effect already."""

    def do_rollback(self, _connection: Any) -> None:
        """Do nothing: there is nothing to take back, and a session ends with it."""
