"""Who may send next: one queue for all threads and processes that share an account's store.

A turn is a moment. Whoever wants one is given it at once, and waits for it by himself: nothing is
locked meanwhile, and of one that dies or stops while it waits no more than its turn is lost.
"""

from __future__ import annotations

import json
import math
import os
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Protocol

from filelock import FileLock, Timeout

from tap_acton.errors import SettingsFileAccessError, SettingsFileLockedError
from tap_acton.locks import ThreadLock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tap_acton.clock import Clock

__all__ = [
    "LOST_AFTER_S",
    "QUIET_S",
    "RECOVERY",
    "SLOWEST",
    "SLOWING",
    "FileRoom",
    "MemoryRoom",
    "Queue",
    "QueueTurns",
    "Turn",
    "Turns",
]

SLOWING = 1.04
"""Factor of the gap between turns when the server complains."""
SLOWEST = 4.0
RECOVERY = 0.99
"""What is left after a second of the part by which the gap is too wide."""
QUIET_S = 1.0
"""Complaints within this time are one: they are of requests that were under way together."""
LOST_AFTER_S = 1.0
"""A turn that is met late is lost if more than these seconds of turns are given out behind it:
they cannot be moved any more, and would be too many in one second."""

_LOCK_TIMEOUT_S = 1.0
_POLL_S = 0.002
_LENGTH = 160


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """A moment at which one request may be sent."""

    at_s: float
    """By this process's monotonic clock."""
    moment_s: float
    """By the clock of those who share the queue."""


class Turns(Protocol):
    """Gives out turns. Threads may use it together. All may raise SettingsFileError."""

    def reserve(self, gap_s: float) -> Turn:
        """Return the next turn, at least `gap_s` behind the one before."""
        ...

    def delay(self, turn: Turn, by_s: float) -> bool:
        """Move turns to come, as this one was met late. Returns False if it is lost instead."""
        ...

    def slow(self) -> None:
        """Widen the gaps: the server found us too fast."""
        ...

    def close(self) -> None:
        """Close connections, if there are any."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Queue:
    """What is known of the turns that were given. Moments are in seconds on one clock."""

    last_s: float = -math.inf
    """The last turn that was given out."""
    written_s: float = -math.inf
    """When this was written."""
    slowness: float = 1.0
    """By what the gaps are too wide."""
    slowed_s: float = -math.inf
    """When the server has last complained."""

    def next(self, now_s: float, gap_s: float) -> Queue:
        """Give out a turn."""
        queue = self._at(now_s)
        return replace(queue, last_s=max(now_s, queue.last_s + gap_s * self.slowness))

    def later(self, turn: Turn, by_s: float) -> Queue:
        """Move the turns to come, if not too many are given out behind this one."""
        is_lost = self.last_s - turn.moment_s >= LOST_AFTER_S
        return self if is_lost else replace(self, last_s=self.last_s + by_s)

    def slower(self, now_s: float) -> Queue:
        """Widen the gaps, unless that has just been done."""
        if abs(now_s - self.slowed_s) < QUIET_S:
            return self
        queue = self._at(now_s)
        return replace(queue, slowness=min(SLOWEST, queue.slowness * SLOWING), slowed_s=now_s)

    def _at(self, now_s: float) -> Queue:
        """Return what has become of it.

        A clock that shows less than when this was written has been put back, or is another one
        since the machine was started anew. Then this counts as written now.
        """
        passed_s = now_s - self.written_s
        recovered = RECOVERY ** max(0.0, passed_s)
        return replace(
            self,
            last_s=self.last_s + min(0.0, passed_s),
            written_s=now_s,
            slowness=1 + (self.slowness - 1) * recovered,
        )


class Room(Protocol):
    """Where a queue is kept, for all who use the same place."""

    def change(self, change: Callable[[Queue], Queue]) -> tuple[Queue, Queue]:
        """Replace the queue while nobody else does, and return it as it was and as it is.

        Raises:
            SettingsFileError: It cannot be replaced.
        """
        ...


class MemoryRoom:
    """A queue in this process."""

    def __init__(self) -> None:
        self._queue = Queue()
        self._lock = ThreadLock()

    def change(self, change: Callable[[Queue], Queue]) -> tuple[Queue, Queue]:
        """Replace the queue."""
        with self._lock:
            before, self._queue = self._queue, change(self._queue)
            return before, self._queue


class FileRoom:
    """A queue in a file that is locked for a moment each time. Nothing is synced.

    Args:
        path: The file; a lock file appears beside it.
        lock_timeout_s: Seconds to wait for other processes.
    """

    def __init__(self, path: Path, *, lock_timeout_s: float = _LOCK_TIMEOUT_S) -> None:
        self._path = path
        self._lock_timeout_s = lock_timeout_s

    def change(self, change: Callable[[Queue], Queue]) -> tuple[Queue, Queue]:
        """Replace the queue.

        Raises:
            SettingsFileLockedError: A process holds the file that was stopped just then.
            SettingsFileAccessError: The file cannot be written.
        """
        # A new lock each time: one that was made before a fork does not work after it.
        lock = FileLock(
            self._path.with_name(self._path.name + ".lock"), timeout=self._lock_timeout_s
        )
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with lock.acquire(poll_interval=_POLL_S):
                return self._rewrite(change)
        except Timeout:
            raise SettingsFileLockedError(
                f"The turns of requests in {self._path} are locked by another process",
                next_step="Let it go on, or end it; the lock goes with the process.",
            ) from None
        except OSError as error:
            raise SettingsFileAccessError(
                f"Cannot write the turns of requests in {self._path}: {error.strerror}",
                next_step="Set oauth_settings_location to a file in a folder that can be written.",
            ) from None

    def _rewrite(self, change: Callable[[Queue], Queue]) -> tuple[Queue, Queue]:
        # In place, and always as long: a full disk has room for it.
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(self._path, flags, 0o600), "r+b", buffering=0) as file:
            before = _read(file.read())
            after = change(before)
            file.seek(0)
            file.write(json.dumps(asdict(after)).encode().ljust(_LENGTH))
            file.truncate()
        return before, after


class QueueTurns:
    """Turns by this machine's monotonic clock, which its processes share.

    Args:
        room: Where the queue is kept.
        clock: Where time comes from.
    """

    def __init__(self, room: Room, clock: Clock) -> None:
        self._room = room
        self._clock = clock

    def reserve(self, gap_s: float) -> Turn:
        """Return the next turn; see `Turns` for this and the others."""
        _, queue = self._room.change(lambda queue: queue.next(self._clock.monotonic(), gap_s))
        return Turn(at_s=queue.last_s, moment_s=queue.last_s)

    def delay(self, turn: Turn, by_s: float) -> bool:
        """Move turns to come, or tell that this one is lost."""
        before, after = self._room.change(lambda queue: queue.later(turn, by_s))
        return after is not before

    def slow(self) -> None:
        """Widen the gaps."""
        self._room.change(lambda queue: queue.slower(self._clock.monotonic()))

    def close(self) -> None:
        """Nothing is open."""


def _read(text: bytes) -> Queue:
    try:
        queue = Queue(**{name: float(value) for name, value in json.loads(text).items()})
    except (ValueError, TypeError, AttributeError, OverflowError):
        return Queue()  # a new file, or not one of ours
    is_ours = queue.last_s < math.inf and queue.written_s < math.inf and queue.slowed_s < math.inf
    return queue if is_ours and 1 <= queue.slowness <= SLOWEST else Queue()
