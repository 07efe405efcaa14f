"""Act-On's limits, kept on our side: requests a second, a day, and in one run."""

from __future__ import annotations

import atexit
import json
import logging
import os
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from filelock import FileLock, Timeout

from tap_acton.clock import SYSTEM_CLOCK, Clock, moment
from tap_acton.errors import (
    BudgetSpentError,
    SettingsFileAccessError,
    SettingsFileError,
    SettingsFileLockedError,
)
from tap_acton.files import replace_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["AllLimits", "DailyBudget", "Limit", "Pace", "RunBudget"]

logger = logging.getLogger("tap-acton")

_MARGIN = 0.98
"""Share of the allowed rate that we use: requests sent evenly arrive a little unevenly."""
_SLOWEST = 4.0
_RECOVERY = 0.99
_BLOCK = 50
_LOCK_TIMEOUT_S = 30


class Limit(Protocol):
    """Something that a request must pass before it is sent."""

    def take(self) -> None:
        """Wait until one more request may be sent, or raise BudgetSpentError."""
        ...

    def throttled(self) -> None:
        """Learn that the server found us too fast."""
        ...

    def close(self) -> None:
        """Give back what was set aside and not used."""
        ...


class Pace:
    """Evenly spaced requests, slower for a while after the server complains.

    Args:
        per_second: The server's limit in any second.
        clock: Where time comes from.
    """

    def __init__(self, per_second: float, clock: Clock = SYSTEM_CLOCK) -> None:
        self._interval_s = 1 / (per_second * _MARGIN)
        self._slowness = 1.0
        self._next = 0.0
        self._clock = clock
        self._lock = threading.Lock()

    def take(self) -> None:
        """Wait for this request's turn. Threads get their turns one after another.

        The interval counts from when a request was really let go: one that wakes up late must
        not come close to the next.
        """
        with self._lock:
            wait_s = self._next - self._clock.monotonic()
            if wait_s > 0:
                self._clock.sleep(wait_s)
            self._next = self._clock.monotonic() + self._interval_s * self._slowness
            self._slowness = max(1.0, self._slowness * _RECOVERY)

    def throttled(self) -> None:
        """Slow down by a half, to a quarter of the pace at most."""
        with self._lock:
            self._slowness = min(_SLOWEST, self._slowness * 1.5)

    def close(self) -> None:
        """Nothing is set aside."""


class RunBudget:
    """At most so many requests in this run.

    Args:
        limit: Requests.
        setting: The setting that says so.
    """

    def __init__(self, limit: int, *, setting: str = "max_requests_per_run") -> None:
        self._limit = limit
        self._setting = setting
        self._spent = 0
        self._lock = threading.Lock()

    def take(self) -> None:
        """Count one request.

        Raises:
            BudgetSpentError: The run has spent all of them.
        """
        with self._lock:
            if self._spent >= self._limit:
                raise BudgetSpentError(
                    f"This run has spent its {self._limit:,} requests",
                    next_step="What is finished is kept; the next run goes on from there. "
                    f"Setting: {self._setting}.",
                )
            self._spent += 1

    def throttled(self) -> None:
        """The pace is not this limit's concern."""

    def close(self) -> None:
        """Nothing is set aside."""


class DailyBudget:
    """At most so many requests a day (UTC), counted in a file that processes share.

    A process takes requests from the file in blocks, so that the file is touched seldom, and
    gives the rest back when it ends; one that is killed leaves at most a block unused.

    Args:
        path: The file; a lock file appears beside it.
        limit: Requests a day.
        clock: Where the time of day comes from.
    """

    def __init__(self, path: Path, limit: int, clock: Clock = SYSTEM_CLOCK) -> None:
        self._path = path
        self._limit = limit
        self._clock = clock
        self._block = max(1, min(_BLOCK, limit // 100))
        self._left = 0
        self._day = ""
        self._process = os.getpid()
        self._threads = threading.Lock()

    def take(self) -> None:
        """Count one request.

        Raises:
            BudgetSpentError: The day's requests are spent; it says when there are more.
            SettingsFileError: The file cannot be written or locked.
        """
        with self._threads:
            if self._today() != self._day or self._process != os.getpid():
                self._left = 0  # yesterday's; or the parent's, in a process that was forked
            if not self._left:
                self._left = self._change(self._block)
                self._process = os.getpid()
                atexit.unregister(self.close)
                atexit.register(self.close)
            if not self._left:
                raise BudgetSpentError(
                    f"The {self._limit:,} requests of today are spent",
                    next_step=f"There are more after {self._midnight()}; what is finished is kept. "
                    "Setting: daily_request_budget.",
                )
            self._left -= 1

    def throttled(self) -> None:
        """The pace is not this limit's concern."""

    def close(self) -> None:
        """Give the rest of the block back, if the file can be written."""
        atexit.unregister(self.close)
        with self._threads:
            left, self._left = self._left, 0
            was_forked = self._process != os.getpid()  # the block is the parent's
            if not left or was_forked or self._today() != self._day:
                return
            try:
                self._change(-left)
            except SettingsFileError as error:
                logger.debug("Requests that were set aside stay counted: %s", error)

    def remaining(self) -> int:
        """Return the requests that are left today.

        Raises:
            SettingsFileAccessError: The file cannot be read.
        """
        try:
            return max(0, self._limit - self._spent_today())
        except OSError as error:
            raise self._no_access("read", error) from None

    def _change(self, wanted: int) -> int:
        """Take up to `wanted` requests from the file; a negative number gives them back."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(self._path.with_name(self._path.name + ".lock"), timeout=_LOCK_TIMEOUT_S):
                spent = self._spent_today()
                granted = min(wanted, max(0, self._limit - spent))
                self._day = self._today()
                counted = {"day": self._day, "spent": spent + granted}
                replace_file(self._path, json.dumps(counted).encode())
        except Timeout:
            raise SettingsFileLockedError(
                f"The count of requests in {self._path} is locked by another process",
                next_step="Wait for it, or end it; the lock goes with the process.",
            ) from None
        except OSError as error:
            raise self._no_access("write", error) from None
        return granted

    def _no_access(self, verb: str, error: OSError) -> SettingsFileAccessError:
        return SettingsFileAccessError(
            f"Cannot {verb} the count of requests in {self._path}: {error.strerror}",
            next_step="Set oauth_settings_location to a file in a folder that can be written.",
        )

    def _spent_today(self) -> int:
        try:
            counted = json.loads(self._path.read_text(encoding="ascii"))
            return max(0, int(counted["spent"])) if counted["day"] == self._today() else 0
        except (FileNotFoundError, ValueError, KeyError, TypeError, OverflowError):
            return 0  # a day's first request, or not a file of ours

    def _today(self) -> str:
        return moment(self._clock.now()).date().isoformat()

    def _midnight(self) -> str:
        tomorrow = moment(self._clock.now()).date() + timedelta(days=1)
        return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=UTC).isoformat()


class AllLimits:
    """Several limits as one: cheap refusals first, waiting last."""

    def __init__(self, limits: Sequence[Limit]) -> None:
        self._limits = limits

    def take(self) -> None:
        """Pass every limit."""
        for limit in self._limits:
            limit.take()

    def throttled(self) -> None:
        """Tell every limit."""
        for limit in self._limits:
            limit.throttled()

    def close(self) -> None:
        """Close every limit."""
        for limit in self._limits:
            limit.close()
