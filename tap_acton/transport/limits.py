"""Act-On's limits, kept on our side: requests a second, a day, and in one run."""

from __future__ import annotations

import atexit
import logging
import math
import os
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

from tap_acton.clock import SYSTEM_CLOCK, Clock, moment
from tap_acton.errors import BudgetSpentError, SettingsFileError
from tap_acton.locks import ThreadLock
from tap_acton.transport.turns import MemoryRoom, QueueTurns

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tap_acton.transport.ledger import Ledger
    from tap_acton.transport.turns import Turn, Turns

__all__ = ["AllLimits", "DailyBudget", "Limit", "Pace", "RunBudget"]

logger = logging.getLogger("tap-acton")

T = TypeVar("T")

_MARGIN = 0.985
"""Share of the allowed rate that we use: requests sent evenly arrive a little unevenly."""
_TOLERANCE_S = (1 / _MARGIN - 1) / 2
"""How late a turn may be met. All turns of a second together leave twice as much unused."""
_SPARE_S = 0.002
"""How long it usually takes to tell the others of a delay; doubled until it is enough."""
_ALONE_S = 30.0
_BLOCK = 50


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
    """Evenly spaced requests of all who share a queue, slower for a while after a complaint.

    A process has one turn at a time, whatever the number of its threads: so processes take
    turns, and one that ends leaves one unused.

    Args:
        per_second: The server's limit in any second.
        clock: Where time comes from.
        turns: The queue; one of this pace's own, if not given.
    """

    def __init__(
        self, per_second: float, clock: Clock = SYSTEM_CLOCK, turns: Turns | None = None
    ) -> None:
        self._gap_s = 1 / (per_second * _MARGIN)
        self._clock = clock
        self._own = QueueTurns(MemoryRoom(), clock)
        self._turns = turns or self._own
        self._alone_until_s = -math.inf
        self._has_warned = False
        self._threads = ThreadLock()

    def take(self) -> None:
        """Wait for this request's turn. Threads get their turns one after another."""
        with self._threads:
            while not self._meet_a_turn():
                logger.debug("A turn was met too late; taking another")

    def throttled(self) -> None:
        """Slow down a little, all who share the queue; complaints of one second are one."""
        self._with_turns(lambda turns: turns.slow())

    def close(self) -> None:
        """Close the queue's connections."""
        self._turns.close()

    def _meet_a_turn(self) -> bool:
        turn = self._with_turns(lambda turns: turns.reserve(self._gap_s))
        wait_s = turn.at_s - self._clock.monotonic()
        if wait_s > 0:
            self._clock.sleep(wait_s)
        return self._may_be_met(turn)

    def _may_be_met(self, turn: Turn) -> bool:
        """Make room for a turn that is met late; to ask for that takes time as well."""
        room_s, spare_s = _TOLERANCE_S, _SPARE_S
        while (late_s := self._clock.monotonic() - turn.at_s - room_s) > 0:
            by_s = late_s + spare_s
            if not self._with_turns(partial(_delay, turn=turn, by_s=by_s)):
                return False
            room_s += by_s
            spare_s *= 2
        return True

    def _with_turns(self, use: Callable[[Turns], T]) -> T:
        """Use the queue; go on alone, for a while, if that is impossible.

        Whoever cannot reach the others is better off with a pace of his own than with none.
        """
        if self._clock.monotonic() >= self._alone_until_s:
            try:
                return use(self._turns)
            except SettingsFileError as error:
                self._go_alone(error)
        return use(self._own)

    def _go_alone(self, error: SettingsFileError) -> None:
        self._alone_until_s = self._clock.monotonic() + _ALONE_S
        self._own.reserve(self._gap_s)  # as the last request may just have been sent
        if not self._has_warned:
            self._has_warned = True
            logger.warning("The pace is this process's own for now, not shared: %s", error)


def _delay(turns: Turns, turn: Turn, by_s: float) -> bool:
    return turns.delay(turn, by_s)


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
        self._lock = ThreadLock()

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
    """At most so many requests a day (UTC), counted where all processes of an account count.

    A process takes requests from the ledger in blocks, so that it is asked seldom, and gives
    the rest back when it ends; one that is killed leaves at most a block unused.

    Args:
        ledger: Where they are counted.
        limit: Requests a day.
        clock: Where the time of day comes from.
    """

    def __init__(self, ledger: Ledger, limit: int, clock: Clock = SYSTEM_CLOCK) -> None:
        self._ledger = ledger
        self._limit = limit
        self._clock = clock
        self._block = max(1, min(_BLOCK, limit // 100))
        self._left = 0
        self._day = ""
        self._process = os.getpid()
        self._threads = ThreadLock()

    def take(self) -> None:
        """Count one request.

        Raises:
            BudgetSpentError: The day's requests are spent; it says when there are more.
            SettingsFileError: The ledger cannot be used.
        """
        with self._threads:
            if self._today() != self._day or self._process != os.getpid():
                self._left = 0  # yesterday's; or the parent's, in a process that was forked
            if not self._left:
                self._set_aside(self._today())
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
        """Give the rest of the block back, if the ledger takes it."""
        atexit.unregister(self.close)
        with self._threads:
            left, self._left = self._left, 0
            was_forked = self._process != os.getpid()  # the block is the parent's
            if not left or was_forked or self._today() != self._day:
                return
            try:
                self._ledger.spend(self._day, -left, self._limit)
            except SettingsFileError as error:
                logger.debug("Requests that were set aside stay counted: %s", error)

    def remaining(self) -> int:
        """Return the requests that are left today.

        Raises:
            SettingsFileError: The ledger cannot be used.
        """
        return max(0, self._limit - self._ledger.spent(self._today()))

    def _set_aside(self, day: str) -> None:
        self._left = self._ledger.spend(day, self._block, self._limit)
        self._day, self._process = day, os.getpid()
        atexit.unregister(self.close)
        atexit.register(self.close)

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
