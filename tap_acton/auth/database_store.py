"""Tokens and the day's requests in PostgreSQL, for workers on many hosts.

`tap_acton.auth.store` imports this module only when a location names a database.
"""

from __future__ import annotations

import contextlib
import threading
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from tap_acton.auth.database import BUDGET, SETTINGS, Database
from tap_acton.auth.database_turns import DatabaseTurns
from tap_acton.auth.sealing import Seal
from tap_acton.auth.tokens import Memory
from tap_acton.errors import SettingsFileLockedError
from tap_acton.transport.ledger import grant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_acton.clock import Clock

__all__ = ["DatabaseLedger", "DatabaseStore"]

_LOCK_TIMEOUT_S = 120
_REMEMBERED = timedelta(days=7)


class DatabaseStore:
    """Keeps a `Memory` in a row of a table, encrypted.

    A lock can be lost: its connection breaks, and another process gets in while this one still
    believes to be alone. So a save replaces only the text that this process has seen under its
    lock. Of two that read the same token, one can note that it is about to send it; the other
    fails there, before it sends anything, or reads the note and leaves that token alone.

    Args:
        address: `postgresql://user:password@host/database`.
        name: What the row is called.
        passphrase: What the encryption key is derived from.
        lock_timeout_s: Seconds to wait for other threads and processes.

    Raises:
        ConfigError: The address is none.
        ImportError: The driver is not installed.
    """

    def __init__(
        self, address: str, name: str, passphrase: str, *, lock_timeout_s: float = _LOCK_TIMEOUT_S
    ) -> None:
        self._database = Database(address, name)
        self._seal = Seal(passphrase, self.place)
        self._lock_timeout_s = lock_timeout_s
        self._threads = threading.Lock()
        self._is_locked = False
        self._seen: str | None = None

    def __repr__(self) -> str:
        return f"DatabaseStore({self.place!r})"

    @property
    def place(self) -> str:
        """The database's address, without user and password, and the row's name."""
        return self._database.place

    def ledger(self) -> DatabaseLedger:
        """Return the count of requests in the same database, under the same name."""
        return DatabaseLedger(self._database)

    def turns(self, clock: Clock) -> DatabaseTurns:
        """Return the queue in the same database, under the same name."""
        return DatabaseTurns(self._database, clock)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other threads, processes and hosts out.

        Raises:
            SettingsFileLockedError: Another one keeps us out for too long.
            SettingsFileAccessError: The database cannot be used.
        """
        if not self._threads.acquire(timeout=self._lock_timeout_s):
            raise SettingsFileLockedError(
                f"The tokens kept in {self.place} are locked by another thread",
                next_step="Wait for it to log in or to fail.",
            )
        try:
            with self._database.row_lock(timeout_s=self._lock_timeout_s):
                self._seen, self._is_locked = self._text(), True
                yield
        finally:
            self._is_locked = False
            self._threads.release()

    def load(self) -> Memory:
        """Return what is kept; an empty memory if there is nothing.

        Raises:
            SettingsFileLockedError: The lock that the caller held was lost.
            SettingsFileAccessError: The database cannot be used.
            SettingsFileKeyError: It was encrypted with another passphrase.
            SettingsFileCorruptError: It is not what `save` wrote.
        """
        text = self._text()
        if self._is_locked and text != self._seen:
            raise self._lost()
        return Memory() if text is None else self._seal.opened(text)

    def save(self, memory: Memory) -> None:
        """Replace what is kept, durably. The caller holds the lock.

        Raises:
            SettingsFileLockedError: The lock was lost, and another process has saved something.
            SettingsFileAccessError: The database cannot be used.
        """
        text = self._seal.sealed(memory)
        new = {"sealed": text, "changed_at": func.now()}
        statement = insert(SETTINGS).values(name=self._database.name, **new)
        # With nothing seen it compares with NULL, and replaces nothing.
        is_as_seen = SETTINGS.c.sealed == self._seen
        statement = statement.on_conflict_do_update(
            index_elements=[SETTINGS.c.name], set_=new, where=is_as_seen
        )
        with self._database.transaction() as connection:
            if connection.execute(statement.returning(SETTINGS.c.name)).first() is None:
                raise self._lost()
        self._seen = text

    def _text(self) -> str | None:
        mine = SETTINGS.c.name == self._database.name
        text: str | None = self._database.first(select(SETTINGS.c.sealed).where(mine))
        return text

    def _lost(self) -> SettingsFileLockedError:
        return SettingsFileLockedError(
            f"The lock of {self.place} was lost, and another process has renewed the tokens",
            next_step="Run again; look for the database's reason to close connections.",
        )


class DatabaseLedger:
    """Counts in a row for each day, so that hosts may disagree on when midnight is.

    Args:
        database: The database, and the account's name in it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def spend(self, day: str, wanted: int, limit: int) -> int:
        """Count requests. The first of a day forgets what is older than a week.

        Raises:
            SettingsFileError: The database cannot be used.
        """
        mine, today = BUDGET.c.name == self._database.name, date.fromisoformat(day)
        new = insert(BUDGET).values(name=self._database.name, day=today, spent=0)
        is_today = and_(mine, BUDGET.c.day == today)
        with self._database.transaction() as connection:
            connection.execute(new.on_conflict_do_nothing())
            row = connection.execute(select(BUDGET.c.spent).where(is_today).with_for_update())
            spent: int = row.scalar_one()
            granted = grant(spent, wanted, limit)
            connection.execute(update(BUDGET).where(is_today).values(spent=spent + granted))
            if not spent:
                is_old = BUDGET.c.day < today - _REMEMBERED
                connection.execute(delete(BUDGET).where(mine, is_old))
        return granted

    def spent(self, day: str) -> int:
        """Return the day's count so far.

        Raises:
            SettingsFileAccessError: The database cannot be used.
        """
        is_today = BUDGET.c.name == self._database.name, BUDGET.c.day == date.fromisoformat(day)
        return self._database.first(select(BUDGET.c.spent).where(*is_today)) or 0
