"""Connections, as PEP 249 has them. https://peps.python.org/pep-0249/#connection-objects."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from tap_acton.sql import exceptions, procedures
from tap_acton.sql.cursor import Cursor
from tap_acton.sql.errors import translated
from tap_acton.sql.exceptions import InterfaceError, NotSupportedError
from tap_acton.sql.language.statements import WRITES, call_of, first_word
from tap_acton.sql.logfile import STATEMENTS, open_log
from tap_acton.sql.properties import held_properties, read_properties

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from types import TracebackType

    from tap_acton.auth.account import Account
    from tap_acton.client import ActOnClient
    from tap_acton.settings import Settings
    from tap_acton.sql.cache import Cache
    from tap_acton.sql.engine import Engine
    from tap_acton.sql.logfile import Log
    from tap_acton.sql.parameters import Parameters
    from tap_acton.sql.properties import ConnectorSettings
    from tap_acton.sql.result import Result
    from tap_acton.sql.schema.tables import Tables

__all__ = ["Connection", "connect"]

_NO_TRANSACTIONS = "There are no transactions: a statement takes effect at once."


def connect(connection_string: str = "", **properties: Any) -> Connection:
    """Return a connection to an Act-On account.

    With InitiateOAuth REFRESH or GETANDREFRESH a usable token is obtained at once, so that a
    missing login shows here. With OFF (the default) nothing is sent.

    Args:
        connection_string: `Name=Value;Name=Value`; docs/connection-string.md lists the names.
        properties: More of them, or others than in the connection string.

    Raises:
        InterfaceError: A property is unknown or does not fit, or the place of the tokens
            cannot be used.
        OperationalError: Somebody has to log in, or Act-On refuses or cannot be reached.
    """
    # HTTP and encryption take longer to load than all the rest.
    from tap_acton.sql.access import opened

    settings, own = read_properties(connection_string, properties)
    log = open_log(settings, own)
    try:
        with translated(log.failed), log.working():
            account, client = opened(settings, log, offline=own.offline)
    except BaseException:
        log.close()
        raise
    return Connection(settings, own, log, account, client)


class Connection:
    """An account, with cursors on it. Made by `connect`.

    There are no transactions: a statement takes effect at once.
    """

    Warning = exceptions.Warning
    Error = exceptions.Error
    InterfaceError = exceptions.InterfaceError
    DatabaseError = exceptions.DatabaseError
    DataError = exceptions.DataError
    OperationalError = exceptions.OperationalError
    IntegrityError = exceptions.IntegrityError
    InternalError = exceptions.InternalError
    ProgrammingError = exceptions.ProgrammingError
    NotSupportedError = exceptions.NotSupportedError

    def __init__(
        self,
        settings: Settings,
        own: ConnectorSettings,
        log: Log,
        account: Account,
        client: ActOnClient,
    ) -> None:
        self._settings = settings
        self._own = own
        self.log = log
        """For cursors."""
        self._account = account
        self._client = client
        self._engine: Engine | None = None
        self._cache: Cache | None = None
        self._is_open = True

    def cursor(self) -> Cursor:
        """Return a new cursor."""
        self.check_open()
        return Cursor(self)

    def execute(self, operation: str, parameters: Parameters | None = ()) -> Cursor:
        """Run a statement on a new cursor, and return that."""
        return self.cursor().execute(operation, parameters)

    @property
    def autocommit(self) -> bool:
        """Whether statements take effect at once: always.

        Raises:
            NotSupportedError: It is set to false: there are no transactions.
        """
        return True

    @autocommit.setter
    def autocommit(self, value: bool) -> None:
        if not value:
            raise NotSupportedError(_NO_TRANSACTIONS)

    def commit(self) -> None:
        """Do nothing: every statement has taken effect already."""
        self.check_open()

    def rollback(self) -> None:
        """Refuse.

        Raises:
            NotSupportedError: Always: there are no transactions.
        """
        self.check_open()
        raise NotSupportedError(_NO_TRANSACTIONS)

    def close(self) -> None:
        """Close the connection; a second time does nothing."""
        if self._is_open:
            self._is_open = False
            if self._engine is not None:
                self._engine.close()
            if self._cache is not None:
                self._cache.close()
            self._client.close()
            self.log.close()

    def __enter__(self) -> Self:
        self.check_open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def check_open(self) -> None:
        """Refuse to work after the end.

        Raises:
            InterfaceError: The connection is closed.
        """
        if not self._is_open:
            raise InterfaceError("The connection is closed.")

    def run(self, statement: str, parameters: Parameters) -> Result:
        """Run one statement. For cursors."""
        self.check_open()
        word = first_word(statement)
        with translated(self.log.failed), self.log.working():
            self._check_online(word)
            if word in {"EXECUTE", "EXEC"}:
                call = call_of(statement, parameters)
                return self._called(call.procedure, call.inputs)
            self.log.runs(statement, parameters)
            self._check_may_write(word)
            if word == "CACHE":
                return self._sql(caches=True).cache(statement, parameters)
            return self._capped(self._sql().query(statement, parameters))

    def run_many(self, statement: str, sets: Iterable[Sequence[Any] | Mapping[str, Any]]) -> Result:
        """Run one statement that writes, once for each set of parameters. For cursors."""
        self.check_open()
        with translated(self.log.failed), self.log.working():
            word, all_sets = first_word(statement), list(sets)
            self._check_online(word)
            self.log.runs(statement, all_sets)
            self._check_may_write(word)
            return self._sql().query_many(statement, all_sets)

    def call(self, name: str, inputs: Mapping[str, Any]) -> Result:
        """Run a stored procedure. For cursors."""
        self.check_open()
        with translated(self.log.failed), self.log.working():
            self._check_online("EXECUTE")
            return self._called(name, inputs)

    def tables(self) -> Tables:
        """Return what finds the account's tables. For the command line."""
        from tap_acton.sql.schema.options import options_of
        from tap_acton.sql.schema.tables import Tables

        self.check_open()
        self._check_online("TABLES")
        return Tables(self._client, options_of(self._own))

    def _called(self, name: str, inputs: Mapping[str, Any]) -> Result:
        procedure = procedures.find(name)
        self.log.say(STATEMENTS, "Running EXECUTE %s", procedure.name)  # its inputs are secrets
        return procedures.run(procedure, inputs, settings=self._settings, account=self._account)

    def _capped(self, result: Result) -> Result:
        most = self._own.max_rows
        if most < 0 or not result.is_capped:
            return result
        return replace(result, rows=itertools.islice(result.rows, most))

    def _check_may_write(self, word: str) -> None:
        if self._own.readonly and word in WRITES:
            raise NotSupportedError("The connection is read-only: Readonly is true.")

    def _check_online(self, word: str) -> None:
        if self._own.offline and word not in {"SELECT", "WITH"}:
            raise NotSupportedError("Offline is true: only SELECT is answered, from the cache.")

    def _sql(self, *, caches: bool = False) -> Engine:
        own = self._own
        if self._cache is None and (caches or own.auto_cache or own.offline):
            from tap_acton.sql.cache import Cache, location

            self._cache = Cache(
                location(self._settings, own),
                auto=own.auto_cache,
                offline=own.offline,
                tolerance_s=own.cache_tolerance,
            )
            if self._engine is not None:
                self._engine.use(self._cache)
        if self._engine is None:
            # The engine's libraries are heavy, and procedures need none of them.
            from tap_acton.sql.engine import Engine
            from tap_acton.sql.schema.options import options_of

            views = self._own.user_defined_views
            self._engine = Engine(
                self._client,
                held_properties(self._settings, self._own),
                options_of(self._own),
                cache=self._cache,
                views=Path(views) if views else None,
            )
        return self._engine
