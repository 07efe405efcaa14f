"""Time, as an argument: the only place that reads a clock or sleeps."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol

__all__ = ["SYSTEM_CLOCK", "Clock", "SystemClock", "moment"]


class Clock(Protocol):
    """What the program asks of time. All values are in seconds."""

    def now(self) -> float:
        """Return the time of day, in seconds since 1970 (UTC)."""
        ...

    def monotonic(self) -> float:
        """Return a time that never goes back, from an unknown start."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> float:
        """Return the time of day, in seconds since 1970 (UTC)."""
        return time.time()

    def monotonic(self) -> float:
        """Return a time that never goes back, from an unknown start."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


SYSTEM_CLOCK = SystemClock()


def moment(timestamp_s: float) -> datetime:
    """Return seconds since 1970 as an aware UTC datetime."""
    return datetime.fromtimestamp(timestamp_s, tz=UTC)
