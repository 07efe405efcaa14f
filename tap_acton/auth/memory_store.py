"""Tokens in this process alone, for connections that come and go in it; lost when it ends."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from typing import TYPE_CHECKING

from tap_acton.auth.sealing import Seal
from tap_acton.auth.tokens import Memory
from tap_acton.errors import SettingsFileLockedError
from tap_acton.transport.ledger import grant
from tap_acton.transport.turns import MemoryRoom, QueueTurns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_acton.clock import Clock

__all__ = ["MemoryStore"]

_LOCK_TIMEOUT_S = 120


class _Room:
    """What the stores, ledgers and turns of one name share."""

    def __init__(self) -> None:
        self.text: str | None = None
        self.lock = threading.Lock()
        self.spent: Counter[str] = Counter()
        self.counting = threading.Lock()
        self.turns = MemoryRoom()


_ROOMS: dict[str, _Room] = {}
"""State of the process, on purpose: it is what `memory://name` means."""


class MemoryStore:
    """Keeps a `Memory` under a name, encrypted: another client cannot use it by mistake.

    Args:
        name: What connections share it by.
        passphrase: What the encryption key is derived from.
        lock_timeout_s: Seconds to wait for other threads.
    """

    def __init__(
        self, name: str, passphrase: str, *, lock_timeout_s: float = _LOCK_TIMEOUT_S
    ) -> None:
        self.place = f"memory://{name}"
        self._room = _ROOMS.setdefault(name, _Room())
        self._seal = Seal(passphrase, self.place)
        self._lock_timeout_s = lock_timeout_s

    def ledger(self) -> MemoryLedger:
        """Return the count of requests under the same name."""
        return MemoryLedger(self._room)

    def turns(self, clock: Clock) -> QueueTurns:
        """Return the queue under the same name."""
        return QueueTurns(self._room.turns, clock)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other threads out.

        Raises:
            SettingsFileLockedError: Another thread keeps us out for too long.
        """
        if not self._room.lock.acquire(timeout=self._lock_timeout_s):
            raise SettingsFileLockedError(
                f"The tokens kept in {self.place} are locked by another thread",
                next_step="Wait for it to log in or to fail.",
            )
        try:
            yield
        finally:
            self._room.lock.release()

    def load(self) -> Memory:
        """Return what is kept; an empty memory if there is nothing.

        Raises:
            SettingsFileKeyError: Connections of another passphrase share the name.
        """
        text = self._room.text
        return Memory() if text is None else self._seal.opened(text)

    def save(self, memory: Memory) -> None:
        """Replace what is kept. The caller holds the lock."""
        self._room.text = self._seal.sealed(memory)


class MemoryLedger:
    """Counts in this process."""

    def __init__(self, room: _Room) -> None:
        self._room = room

    def spend(self, day: str, wanted: int, limit: int) -> int:
        """Count requests."""
        with self._room.counting:
            granted = grant(self._room.spent[day], wanted, limit)
            self._room.spent[day] += granted
        return granted

    def spent(self, day: str) -> int:
        """Return the day's count so far."""
        return self._room.spent[day]
