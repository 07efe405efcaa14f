"""What a user sees of a sync while it runs, and at its end: a few lines on stderr."""

from __future__ import annotations

import logging
from collections import Counter
from typing import TYPE_CHECKING

from tap_acton.clock import SYSTEM_CLOCK, Clock

if TYPE_CHECKING:
    from tap_acton.errors import ActOnError
    from tap_acton.transport.session import Sent

__all__ = ["Progress"]

logger = logging.getLogger("tap-acton")

_EVERY_S = 30


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
        self.failed: dict[str, ActOnError] = {}

    def sent(self, sent: Sent) -> None:
        """Count a request."""
        self.requests[self.stream] += 1
        logger.debug("%s: %s in %.3f s, %d bytes", sent.where, sent.status, sent.seconds, sent.size)

    @property
    def shown(self) -> int:
        """Records of the current stream so far."""
        return self.records[self.stream]

    def begins(self, stream: str) -> None:
        """Count for this stream from now on."""
        self.stream = stream

    def read(self, records: int) -> None:
        """Count records, and tell how things are if nobody has for a while."""
        self.records[self.stream] += records
        now = self._clock.monotonic()
        if now - self._told >= _EVERY_S:
            self._told = now
            logger.info("Reading %s: %s", self.stream, self._counts())

    def fails(self, error: ActOnError) -> None:
        """Note that the stream failed, and say so."""
        self.failed[self.stream] = error
        logger.error("Stream %s failed: %s", self.stream, error)

    def ends(self, *, skipped: int, misfits: Counter[str]) -> None:
        """Tell the sum of it all."""
        logger.info(
            "%d streams complete, %d failed, %d objects skipped: %s",
            len(self.completed),
            len(self.failed),
            skipped,
            self._counts(),
        )
        for column, count in misfits.most_common(5):
            logger.warning("%d values did not fit %s; they are in the column _raw", count, column)

    def _counts(self) -> str:
        seconds = self._clock.monotonic() - self._began
        return (
            f"{self.records.total():,} records, {self.requests.total():,} requests, {seconds:.0f} s"
        )
