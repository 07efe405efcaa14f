"""When a failed request is sent again, and when not any more."""

from __future__ import annotations

import logging
import random
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from tap_acton.clock import SYSTEM_CLOCK, Clock
from tap_acton.errors import (
    ActOnError,
    NoReplyError,
    NotConnectedError,
    RateLimitedError,
    ServerFailedError,
    UnexpectedReplyError,
    WriteUnknownError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["RetryPolicy", "fate_unknown", "never_came_to_it", "worth_it"]

T = TypeVar("T")
logger = logging.getLogger("tap-acton")

_FIRST_S = 0.5
_LONGEST_WAIT_S = 30.0
_BURST_S = 10
"""A second's limit lets somebody pass within this time, at the pace that we then have."""
_TOLD_FROM_S = 10
"""A failure that lasts so long is told of; whoever watches would take the program for dead."""
_DAY_FROM_S = 60
"""Whoever asks for a wait of so many seconds does not speak of a second's limit."""


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
        tries = self.tries(again)
        while True:
            try:
                return attempt()
            except ActOnError as error:
                tries.wait_after(error)

    def tries(self, again: Callable[[ActOnError], bool]) -> Tries:
        """Return what counts the tries of one thing, for whoever cannot use `run`."""
        return Tries(self, again)


class Tries:
    """The failures of one thing that is tried several times.

    Args:
        policy: How long to go on.
        again: Whether an error is worth another try.
    """

    def __init__(self, policy: RetryPolicy, again: Callable[[ActOnError], bool]) -> None:
        self._policy = policy
        self._again = again
        self._longest_wait_s = _FIRST_S
        self._first_failure: float | None = None
        self._is_throttled = True
        self._is_told = False

    def wait_after(self, error: ActOnError) -> None:
        """Wait until the next try, or raise the error if there is to be none."""
        if not self._again(error):
            raise error
        clock = self._policy.clock
        now = clock.monotonic()
        self._first_failure = now if self._first_failure is None else self._first_failure
        self._is_throttled &= isinstance(error, RateLimitedError)
        jitter_s = random.uniform(0, self._longest_wait_s)  # noqa: S311 - not for secrets
        self._longest_wait_s = min(2 * self._longest_wait_s, _LONGEST_WAIT_S)
        wait_s = max(jitter_s, error.retry_after_s or 0)
        if now + wait_s - self._first_failure > self._policy.longest_s:
            self._judge_at_the_end(error, tried_s=now - self._first_failure)
            raise error
        self._tell(error, ends_s=now + wait_s - self._first_failure)
        clock.sleep(wait_s)

    def _tell(self, error: ActOnError, *, ends_s: float) -> None:
        if ends_s >= _TOLD_FROM_S and not self._is_told:
            self._is_told = True
            longest_s = self._policy.longest_s
            logger.info("Trying for up to %.0f s: %s (%s)", longest_s, error.what, error.where)

    def _judge_at_the_end(self, error: ActOnError, *, tried_s: float) -> None:
        if not isinstance(error, RateLimitedError):
            return
        was_told = (error.retry_after_s or 0) >= _DAY_FROM_S
        if was_told or (self._is_throttled and tried_s >= _BURST_S):
            error.mean_the_day()


def worth_it(error: ActOnError) -> bool:
    """Tell whether a request that failed so is worth another try."""
    if error.retryable:
        logger.debug("Trying again: %s", error)
    return error.retryable


def never_came_to_it(error: ActOnError) -> bool:
    """Tell whether the server has not even begun to answer what was asked."""
    return isinstance(error, RateLimitedError | NotConnectedError) and worth_it(error)


@contextmanager
def fate_unknown(where: str) -> Iterator[None]:
    """Say of a change to which no usable reply comes that nobody knows what became of it.

    Raises:
        WriteUnknownError: The block failed after it may have taken effect.
    """
    try:
        yield
    except NotConnectedError:
        raise
    except (NoReplyError, ServerFailedError, UnexpectedReplyError) as error:
        raise WriteUnknownError(
            f"No usable reply came to a change: {error.what}",
            where=where,
            status=error.status,
            request_id=error.request_id,
        ) from None
