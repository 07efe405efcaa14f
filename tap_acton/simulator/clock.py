"""The simulator's clock: real time plus whatever a test has advanced it by."""

import time
from datetime import UTC, date, datetime


class Clock:
    """Time as the simulated service sees it."""

    def __init__(self) -> None:
        """Start in step with real time."""
        self._ahead_s = 0.0

    def advance(self, *, seconds: float) -> None:
        """Move the service's time forward without waiting.

        Raises:
            ValueError: if `seconds` is negative; the clock never goes back.
        """
        if seconds < 0:
            msg = "the clock cannot go back"
            raise ValueError(msg)
        self._ahead_s += seconds

    @property
    def ahead_s(self) -> float:
        """Seconds that the clock is ahead of real time."""
        return self._ahead_s

    def monotonic_s(self) -> float:
        """Seconds on a scale that all processes of this machine share."""
        return time.monotonic() + self._ahead_s

    def now_ms(self) -> int:
        """Milliseconds since 1970."""
        return int((time.time() + self._ahead_s) * 1000)

    def today(self) -> date:
        """The day in UTC."""
        return datetime.fromtimestamp(self.now_ms() / 1000, UTC).date()
