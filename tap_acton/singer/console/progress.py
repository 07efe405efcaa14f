"""What a sync has done so far, stream by stream, and what a user reads of it on stderr.

Requests are counted in whatever thread sends them, everything else in the one that reads.
"""

from __future__ import annotations

import logging
from collections import deque
from typing import TYPE_CHECKING, Any

from tap_acton.clock import SYSTEM_CLOCK, Clock
from tap_acton.locks import ThreadLock
from tap_acton.singer.console.layout import duration, percent
from tap_acton.singer.console.plan import ROWS
from tap_acton.singer.console.report import differences, table
from tap_acton.singer.console.tally import Outcome, Tally

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

    from tap_acton.client import RecordsPage
    from tap_acton.errors import ActOnError
    from tap_acton.settings import Settings
    from tap_acton.singer.console.plan import Plan
    from tap_acton.transport.session import Sent

__all__ = ["DISCOVERY", "Progress"]

logger = logging.getLogger("tap-acton")

_EVERY_S = 30
_STATE_EVERY_S = 30
_STATE_EVERY_RECORDS = 10_000
_RECENT = 50
"""Requests: some ten seconds at the ceiling."""
DISCOVERY = "discovery"
"""What is counted for before the first stream."""


class Progress:
    """Counts, and tells now and then.

    Args:
        clock: Where time comes from.
        per_second: The setting: how many requests a second there may be.
    """

    def __init__(self, clock: Clock = SYSTEM_CLOCK, *, per_second: float = 5.0) -> None:
        self.clock = clock
        self.per_second = per_second
        self.began = self._told = clock.monotonic()
        """By the clock that never goes back, in seconds."""
        self._lock = ThreadLock()
        self._recent: deque[float] = deque(maxlen=_RECENT)
        self.current = Tally(stream=DISCOVERY, began=self.began)
        self.tallies = {DISCOVERY: self.current}
        """By stream, in the order of their reading; what comes before is "discovery"."""
        self.plan: Plan | None = None
        self._spent_before = 0
        self.tell: Callable[[str], None] = logger.info
        """Takes each line of the plan and of the table at the end."""
        self.is_watched = False
        """Whether somebody sees the numbers move, and needs no lines about them."""
        self._state_at: tuple[float, int] | None = None

    @property
    def stream(self) -> str:
        """The stream that is being read."""
        return self.current.stream

    @property
    def requests(self) -> int:
        """The requests of this run."""
        return sum(tally.requests for tally in list(self.tallies.values()))

    @property
    def records(self) -> int:
        """The records that this run has emitted."""
        return sum(tally.emitted for tally in list(self.tallies.values()))

    @property
    def completed(self) -> list[str]:
        """The streams that were read to their end."""
        return self._with(Outcome.COMPLETE)

    @property
    def hidden(self) -> list[str]:
        """The streams of which Act-On showed nothing."""
        return self._with(Outcome.HIDDEN)

    @property
    def failed(self) -> list[str]:
        """The streams that failed."""
        return self._with(Outcome.FAILED)

    @property
    def rate(self) -> float:
        """Requests a second, of the last ones."""
        recent = list(self._recent)
        seconds = self.clock.monotonic() - recent[0] if recent else 0.0
        return (len(recent) - 1) / seconds if seconds > 0 else 0.0

    @property
    def budget_left(self) -> int | None:
        """Requests that this run may still send, by what was known at its start."""
        if self.plan is None:
            return None
        left = self.plan.left_today - (self.requests - self._spent_before)
        if self.plan.per_run is not None:
            left = min(left, self.plan.per_run - self.requests)
        return max(0, left)

    @property
    def seconds_to_go(self) -> float | None:
        """How long the run takes yet, at the speed so far and then at the ceiling."""
        estimates = self.plan.estimates if self.plan else ()
        waiting = [each.most for each in estimates if each.stream not in self.tallies]
        known = [requests for requests in waiting if requests is not None]
        is_done = self.current.ended is not None
        rest = 0.0 if is_done else self.current.seconds_to_go(self.clock.monotonic())
        if self.plan is None or rest is None or len(known) < len(waiting):
            return None
        return rest + sum(known) / self.per_second

    def expects(self, plan: Plan) -> None:
        """Take over what the run is going to read, and tell it."""
        self.current.closes(Outcome.COMPLETE, self.clock.monotonic())
        self.plan, self._spent_before = plan, self.requests
        for line in plan.lines():
            self.tell(line)

    def sent(self, sent: Sent) -> None:
        """Count a request. Any thread may say so."""
        with self._lock:
            self.current.requests += 1
            self.current.request_s += sent.seconds
            self._recent.append(self.clock.monotonic())
        logger.debug("%s: %s in %.3f s, %d bytes", sent.where, sent.status, sent.seconds, sent.size)

    def begins(self, stream: str) -> None:
        """Count for this stream from now on."""
        now = self.clock.monotonic()
        self.current.closes(Outcome.COMPLETE, now)
        tally = Tally(stream=stream, began=now)
        if self.plan and (estimate := self.plan.of(stream)):
            tally.expected_rows, tally.expected_requests = estimate.rows, estimate.most
        with self._lock:
            self.current = self.tallies[stream] = tally

    def read(self, records: int, page: RecordsPage) -> None:
        """Count the records of a page that were emitted, and tell how things are if it is time."""
        self.current.meets(page, records)
        now = self.clock.monotonic()
        if now - self._told >= _EVERY_S and not self.is_watched:
            self._told = now
            logger.info("Reading %s: %s", self.stream, self._standing())

    def costs(self, requests: int, settings: Settings) -> None:
        """Tell what a stream is going to cost that takes a request for each of many objects."""
        self.current.expected_requests = requests
        minutes = requests / settings.requests_per_second / 60
        logger.info(
            "%s takes at most about %s requests: %s, %.1f %% of a day's budget",
            self.stream,
            f"{requests:,}",
            f"{minutes:,.0f} minutes" if minutes >= 1 else "less than a minute",
            100 * requests / settings.daily_request_budget,
        )

    def state_is_due(self) -> bool:
        """Tell whether the state should be written, and take it as written if so."""
        now, records = self.clock.monotonic(), self.records
        if self._state_at:
            seconds, more = now - self._state_at[0], records - self._state_at[1]
            if seconds < _STATE_EVERY_S and more < _STATE_EVERY_RECORDS:
                return False
        self._state_at = (now, records)
        return True

    def shows(self) -> None:
        """Note that Act-On has shown something of the stream, if only that it is empty."""
        self.current.is_shown = True

    def completes(self) -> None:
        """Note that the stream was read to its end."""
        outcome = Outcome.COMPLETE if self.current.is_shown else Outcome.HIDDEN
        self.current.closes(outcome, self.clock.monotonic())

    def keep_rows(self, state: dict[str, Any]) -> None:
        """Write into a stream's state how many rows there are, for later plans."""
        rows = self.current.whole_rows
        if rows is not None and self.current.is_shown:
            state[ROWS] = rows

    def fails(self, error: ActOnError) -> None:
        """Note that the stream failed, and say so."""
        self.current.closes(Outcome.FAILED, self.clock.monotonic())
        logger.error("Stream %s failed: %s", self.stream, error)

    def ends(self, *, skipped: int, misfits: Counter[str]) -> None:
        """Tell what became of each stream, and the sum of it all."""
        now = self.clock.monotonic()
        self.current.closes(Outcome.CUT, now)
        tallies = list(self.tallies.values())
        for line in table(tallies, seconds=now - self.began, per_second=self.per_second):
            self.tell(line)
        logger.info(
            "Streams complete: %d, failed: %d, not shown: %d, objects skipped: %d. "
            "Records: %s, requests: %s, seconds: %.0f",
            *(len(self.completed), len(self.failed), len(self.hidden), skipped),
            *(f"{self.records:,}", f"{self.requests:,}", now - self.began),
        )
        for warning in differences(tallies):
            logger.warning(warning)
        for column, count in misfits.most_common(5):
            logger.warning("Values that did not fit %s, and are in _raw: %d", column, count)

    def _with(self, outcome: Outcome) -> list[str]:
        streams = [tally for name, tally in self.tallies.items() if name != DISCOVERY]
        return [tally.stream for tally in streams if tally.outcome is outcome]

    def _standing(self) -> str:
        tally = self.current
        of = "" if tally.total_rows is None else f" of {tally.total_rows:,}"
        left = "" if self.budget_left is None else f", {self.budget_left:,} left"
        to_go = tally.seconds_to_go(self.clock.monotonic())
        soon = "" if to_go is None else f"; about {duration(to_go)} to go"
        share = percent(tally.share(self.clock.monotonic(), self.per_second))
        return (
            f"{tally.rows:,}{of} rows, {tally.requests:,} requests "
            f"({self.rate:.1f} a second, {share} of the ceiling{left}){soon}"
        )
