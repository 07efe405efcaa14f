"""A PostgreSQL database that a store uses: its address, tables, transactions and row locks.

SQLAlchemy is heavy and its driver optional: only `database_store` imports this module.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Double,
    MetaData,
    Table,
    Text,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import URL, Connection, create_engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import NullPool

from tap_acton.errors import (
    ConfigError,
    SettingsFileAccessError,
    SettingsFileError,
    SettingsFileLockedError,
)
from tap_acton.redact import scrub

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Engine, Select

__all__ = ["BUDGET", "PACE", "SETTINGS", "Database", "is_undefined_table"]

_TABLES = MetaData()
_LOCKS = Table("tap_acton_lock", _TABLES, Column("name", Text, primary_key=True))
"""Only to be locked: the transaction that holds the lock stays open while the settings are saved
by others, at once, so that the lock cannot be on the settings' own row."""
SETTINGS = Table(
    "tap_acton_settings",
    _TABLES,
    Column("name", Text, primary_key=True),
    Column("sealed", Text, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
)
BUDGET = Table(
    "tap_acton_budget",
    _TABLES,
    Column("name", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("spent", BigInteger, nullable=False),
)
_QUICK_TABLES = MetaData()
"""Apart, so that nobody needs the right to make these for the others' sake."""
PACE = Table(
    "tap_acton_pace",
    _QUICK_TABLES,
    Column("name", Text, primary_key=True),
    Column("last_s", Double, nullable=False),
    Column("written_s", Double, nullable=False),
    Column("slowness", Double, nullable=False),
    Column("slowed_s", Double, nullable=False),
)

_DRIVER = "postgresql+psycopg"
_LIBPQ = {
    "connect_timeout": "30",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
}
"""How this side notices within a minute that the server is gone."""
_SESSION = {
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "transaction_timeout": "0",
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}
"""A role's timeouts must not end a wait for a lock, or its holding. And how the server notices
within a minute that a client's machine is gone, which frees its lock."""
# A join, as a server knows only some of them: transaction_timeout is new in PostgreSQL 17.
_SET_LOCAL = text(
    "SELECT set_config(name, value, true) FROM pg_settings JOIN "
    "unnest(CAST(:names AS text[]), CAST(:values AS text[])) AS wanted(name, value) USING (name)"
)
_LOCK_TIMEOUT_S = 30.0
_MAKING_TABLES = 0x7461705F6163746F
"""Key of the advisory lock under which tables are made."""
_LOCK_NOT_AVAILABLE = "55P03"
_UNDEFINED_TABLE = "42P01"


class Database:
    """The rows of one account in a database. Each transaction has a connection of its own.

    So nothing is shared with a process that is forked.

    Args:
        address: `postgresql://user:password@host/database`.
        name: What the account's rows are called.

    Raises:
        ConfigError: The address is none.
        ImportError: The driver is not installed.
    """

    def __init__(self, address: str, name: str) -> None:
        url = _url(address)
        self.name = name
        self.place = _place(url, name)
        self._url = url
        self._secrets = _secrets(url)
        self._engine = self.engine({}, poolclass=NullPool, isolation_level="READ COMMITTED")
        self._has_tables = False

    def engine(self, connection: Mapping[str, str], **options: Any) -> Engine:
        """Return what makes connections to the database.

        Args:
            connection: What libpq is told, besides the usual and unless the address says it.
            options: See `sqlalchemy.create_engine`.
        """
        wanted = {**_LIBPQ, **connection}
        given = {key: wanted[key] for key in wanted.keys() - self._url.query.keys()}
        return create_engine(self._url, connect_args=given, hide_parameters=True, **options)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Change something, durably; the tables are made if they are missing.

        Raises:
            SettingsFileAccessError: The database cannot be reached, or does not let us.
            SettingsFileLockedError: Another process keeps us out for too long.
        """
        self._make_tables()
        with self.errors(), self._engine.begin() as connection:
            _set_timeouts(connection, _LOCK_TIMEOUT_S)
            yield connection

    @contextlib.contextmanager
    def row_lock(self, *, timeout_s: float) -> Iterator[None]:
        """Hold the lock of the account, until the end or the death of this process.

        Raises:
            SettingsFileAccessError: The database cannot be reached, or does not let us.
            SettingsFileLockedError: Another process keeps us out for too long.
        """
        self._make_tables()
        connection = self._lock(timeout_s)
        try:
            yield
        finally:
            # A connection that was lost has freed its lock already; what was done is saved.
            with contextlib.suppress(DBAPIError):
                connection.commit()
            connection.close()

    def first(self, statement: Select[Any]) -> Any:
        """Return the first value; None if there is no row, or no table yet.

        Raises:
            SettingsFileAccessError: The database cannot be reached, or does not let us.
        """
        with self.errors():
            try:
                with self._engine.connect() as connection:
                    return connection.scalar(statement)
            except DBAPIError as error:
                if is_undefined_table(error):
                    return None
                raise

    def _lock(self, timeout_s: float) -> Connection:
        mine = _LOCKS.c.name == self.name
        with self.errors(), contextlib.ExitStack() as stack:
            connection = stack.enter_context(self._engine.connect())
            _set_timeouts(connection, timeout_s)
            connection.execute(insert(_LOCKS).values(name=self.name).on_conflict_do_nothing())
            connection.execute(select(_LOCKS).where(mine).with_for_update())
            stack.pop_all()
        return connection

    def _make_tables(self) -> None:
        if self._has_tables:
            return
        self.make(_TABLES)
        self._has_tables = True

    def make(self, tables: MetaData) -> None:
        """Make those of the tables that are missing.

        Raises:
            SettingsFileAccessError: The database cannot be reached, or does not let us.
        """
        with self.errors(), self._engine.begin() as connection:
            # PostgreSQL's IF NOT EXISTS fails if two make the same table at once.
            connection.execute(select(func.pg_advisory_xact_lock(_MAKING_TABLES)))
            tables.create_all(connection)

    @contextlib.contextmanager
    def errors(self) -> Iterator[None]:
        """Turn the driver's errors into ours.

        Raises:
            SettingsFileAccessError: The database cannot be reached, or does not let us.
            SettingsFileLockedError: Another process keeps us out for too long.
        """
        try:
            yield
        except DBAPIError as error:
            # Not chained: the driver's error may quote the address.
            raise self._our_error(error) from None

    def _our_error(self, error: DBAPIError) -> SettingsFileError:
        if _code(error) == _LOCK_NOT_AVAILABLE:
            return SettingsFileLockedError(
                f"The tokens kept in {self.place} are locked by another process",
                next_step="Wait for it, or end it; the lock goes with the process.",
            )
        why = str(error.orig)
        for secret in self._secrets:
            why = why.replace(secret, "[hidden]")
        return SettingsFileAccessError(
            f"Cannot use the database {self.place}: {scrub(why)}",
            next_step="Check the address in oauth_settings_location, and that its user may make "
            "and change the tables tap_acton_settings, tap_acton_lock, tap_acton_budget and "
            "tap_acton_pace.",
        )


def _set_timeouts(connection: Connection, lock_timeout_s: float) -> None:
    session = _SESSION | {"lock_timeout": f"{max(1, round(lock_timeout_s * 1000))}ms"}
    connection.execute(_SET_LOCAL, {"names": [*session], "values": [*session.values()]})


def _url(address: str) -> URL:
    """Return the address for our driver; a part that is missing is an error, not a default."""
    _, _, rest = address.partition("://")
    try:
        url = make_url(f"{_DRIVER}://{rest}")
    except (ArgumentError, ValueError):  # their texts may quote the address
        url = URL.create(_DRIVER)
    # An @ behind the first ends no password: the rest of it would be shown as the host.
    if url.database and "@" not in f"{url.host}{url.database}":
        return url
    raise ConfigError(
        "oauth_settings_location is not the address of a database",
        next_step="Write postgresql://user:password@host/database#name, and special characters "
        "of user and password as in a URL, such as %40 for @ and %23 for #.",
    )


def _place(url: URL, name: str) -> str:
    """Return the address without what only its users may know."""
    shown = URL.create("postgresql", host=url.host, port=url.port, database=url.database)
    return f"{shown.render_as_string()}#{name}"


def _secrets(url: URL) -> list[str]:
    values = [url.password, *(url.query.get(key) for key in ("password", "sslpassword"))]
    return [value for value in values if isinstance(value, str) and value]


def is_undefined_table(error: DBAPIError) -> bool:
    """Tell whether a table is missing."""
    return _code(error) == _UNDEFINED_TABLE


def _code(error: DBAPIError) -> str | None:
    """Return the server's code for what went wrong (PostgreSQL's manual, appendix A)."""
    return getattr(error.orig, "sqlstate", None)
