"""What a user sees of a sync while it runs, and at its end: a few lines on stderr."""

from __future__ import annotations

import logging
from collections import Counter
from typing import TYPE_CHECKING

from tap_acton.clock import SYSTEM_CLOCK, Clock

if TYPE_CHECKING:
    from tap_acton.errors import ActOnError
    from tap_acton.settings import Settings
    from tap_acton.transport.session import Sent

__all__ = ["Progress"]

logger = logging.getLogger("tap-acton")

_EVERY_S = 30
_STATE_EVERY_S = 30
_STATE_EVERY_RECORDS = 10_000


class Progress:
    """Counts, and tells now and then."""

    def __init__(self, clock: Clock = SYSTEM_CLOCK) -> None:
        self._clock = clock
        self._began = self._told = clock.monotonic()
        self.stream = "discovery"
        self.requests: Counter[str] = Counter()
        self.records: Counter[str] = Counter()
        self.completed: list[str] = []
        self.hidden: list[str] = []
        """Streams of which Act-On showed nothing."""
        self.failed: list[str] = []
        self._shown: set[str] = set()
        self._state_at: tuple[float, int] | None = None

    def sent(self, sent: Sent) -> None:
        """Count a request."""
        self.requests[self.stream] += 1
        logger.debug("%s: %s in %.3f s, %d bytes", sent.where, sent.status, sent.seconds, sent.size)

    def begins(self, stream: str) -> None:
        """Count for this stream from now on."""
        self.stream = stream

    def read(self, records: int) -> None:
        """Count records, and tell how things are if nobody has for a while."""
        self.records[self.stream] += records
        now = self._clock.monotonic()
        if now - self._told >= _EVERY_S:
            self._told = now
            logger.info("Reading %s. %s", self.stream, self._counts())

    def costs(self, requests: int, settings: Settings) -> None:
        """Tell what a stream is going to cost that takes a request for each of many objects."""
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
        now, records = self._clock.monotonic(), self.records.total()
        if self._state_at:
            seconds, more = now - self._state_at[0], records - self._state_at[1]
            if seconds < _STATE_EVERY_S and more < _STATE_EVERY_RECORDS:
                return False
        self._state_at = (now, records)
        return True

    def shows(self) -> None:
        """Note that Act-On has shown something of the stream, if only that it is empty."""
        self._shown.add(self.stream)

    def completes(self) -> None:
        """Note that the stream was read to its end."""
        (self.completed if self.stream in self._shown else self.hidden).append(self.stream)

    def fails(self, error: ActOnError) -> None:
        """Note that the stream failed, and say so."""
        self.failed.append(self.stream)
        logger.error("Stream %s failed: %s", self.stream, error)

    def ends(self, *, skipped: int, misfits: Counter[str]) -> None:
        """Tell the sum of it all."""
        logger.info(
            "Streams complete: %d, failed: %d, not shown: %d, objects skipped: %d. %s",
            len(self.completed),
            len(self.failed),
            len(self.hidden),
            skipped,
            self._counts(),
        )
        for column, count in misfits.most_common(5):
            logger.warning("Values that did not fit %s, and are in _raw: %d", column, count)

    def _counts(self) -> str:
        seconds = self._clock.monotonic() - self._began
        return (
            f"Records: {self.records.total():,}, requests: {self.requests.total():,}, "
            f"seconds: {seconds:.0f}"
        )
