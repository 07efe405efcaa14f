"""Connections, as PEP 249 has them. https://peps.python.org/pep-0249/#connection-objects."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from tap_acton.redact import scrub
from tap_acton.sql import exceptions, procedures
from tap_acton.sql.cursor import Cursor
from tap_acton.sql.errors import translated
from tap_acton.sql.exceptions import InterfaceError, NotSupportedError
from tap_acton.sql.language.statements import WRITES, call_of, first_word
from tap_acton.sql.logfile import close_log, open_log
from tap_acton.sql.properties import held_properties, read_properties

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from types import TracebackType

    from tap_acton.auth.account import Account
    from tap_acton.client import ActOnClient
    from tap_acton.settings import Settings
    from tap_acton.sql.engine import Engine
    from tap_acton.sql.properties import ConnectorSettings
    from tap_acton.sql.result import Result

__all__ = ["Connection", "connect"]

logger = logging.getLogger("tap-acton")


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
    with translated():
        account, client = opened(settings)
    return Connection(settings, own, account, client)


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
        self, settings: Settings, own: ConnectorSettings, account: Account, client: ActOnClient
    ) -> None:
        self._settings = settings
        self._own = own
        self._account = account
        self._client = client
        self._engine: Engine | None = None
        self._log = open_log(own)
        self._is_open = True

    def cursor(self) -> Cursor:
        """Return a new cursor."""
        self.check_open()
        return Cursor(self)

    def execute(self, operation: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> Cursor:
        """Run a statement on a new cursor, and return that."""
        return self.cursor().execute(operation, parameters)

    def commit(self) -> None:
        """Do nothing: every statement has taken effect already."""
        self.check_open()

    def rollback(self) -> None:
        """Refuse.

        Raises:
            NotSupportedError: Always: there are no transactions.
        """
        self.check_open()
        raise NotSupportedError("There are no transactions: a statement takes effect at once.")

    def close(self) -> None:
        """Close the connection; a second time does nothing."""
        if self._is_open:
            self._is_open = False
            if self._engine is not None:
                self._engine.close()
            self._client.close()
            close_log(self._log)

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

    def run(self, statement: str, parameters: Sequence[Any] | Mapping[str, Any]) -> Result:
        """Run one statement. For cursors."""
        self.check_open()
        word = first_word(statement)
        if word in {"EXECUTE", "EXEC"}:
            call = call_of(statement, parameters)
            return self.call(call.procedure, call.inputs)
        self._check_may_run(word)
        logger.info("Running %s", scrub(statement))
        with translated():
            return self._sql().query(statement, parameters)

    def run_many(self, statement: str, sets: Iterable[Sequence[Any] | Mapping[str, Any]]) -> Result:
        """Run one statement that writes, once for each set of parameters. For cursors."""
        self.check_open()
        self._check_may_run(first_word(statement))
        sets = list(sets)
        logger.info("Running %s for %d sets of parameters", scrub(statement), len(sets))
        with translated():
            return self._sql().query_many(statement, sets)

    def call(self, name: str, inputs: Mapping[str, Any]) -> Result:
        """Run a stored procedure. For cursors."""
        self.check_open()
        procedure = procedures.find(name)
        logger.info("Running %s", procedure.name)
        with translated():
            return procedures.run(procedure, inputs, settings=self._settings, account=self._account)

    @property
    def most_rows(self) -> int:
        """Rows that a SELECT gives at most; -1 for all."""
        return self._own.max_rows

    def _check_may_run(self, word: str) -> None:
        if self._own.readonly and word in WRITES:
            raise NotSupportedError("The connection is read-only: Readonly is true.")

    def _sql(self) -> Engine:
        if self._engine is None:
            # The engine's libraries are heavy, and procedures need none of them.
            from tap_acton.sql.engine import Engine
            from tap_acton.sql.schema.options import options_of

            views = self._own.user_defined_views
            self._engine = Engine(
                self._client,
                held_properties(self._settings, self._own),
                options_of(self._own),
                views=Path(views) if views else None,
            )
        return self._engine
