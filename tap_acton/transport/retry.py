"""When a failed request is sent again, and when not any more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import backoff

from tap_acton.clock import SYSTEM_CLOCK, Clock
from tap_acton.errors import ActOnError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["RetryPolicy"]

T = TypeVar("T")

_FIRST_S = 0.5
_LONGEST_WAIT_S = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class RetryPolicy:
    """Exponential waits with full jitter, until a time has passed since the first failure.

    `longest_s` counts in seconds; with 0 nothing is tried again.
    """

    longest_s: float
    clock: Clock = SYSTEM_CLOCK

    def run(self, attempt: Callable[[], T], *, again: Callable[[ActOnError], bool]) -> T:
        """Return what `attempt` returns, trying again after errors for which `again` holds.

        Raises:
            ActOnError: The last attempt's error.
        """
        waits = backoff.expo(factor=_FIRST_S, max_value=_LONGEST_WAIT_S)
        next(waits)
        first_failure: float | None = None
        while True:
            try:
                return attempt()
            except ActOnError as error:
                if not again(error):
                    raise
                now = self.clock.monotonic()
                first_failure = now if first_failure is None else first_failure
                wait_s = backoff.full_jitter(next(waits))
                wait_s = max(wait_s, error.retry_after_s or 0)
                if now + wait_s - first_failure > self.longest_s:
                    raise
            self.clock.sleep(wait_s)
