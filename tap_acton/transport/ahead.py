"""Requests that are sent before their replies are wanted: in order, by threads, so many at a time.

Act-On allows five requests a second, and a reply may take two seconds. So the main thread announces
what it is going to ask for, and finds the reply there when it asks. The threads send and nothing
else: what is announced has been signed, and what a reply means, whether to ask again, and who gets
which rows is decided when its turn comes, as if it had been sent only then. After a reply that
means that others would be refused as well (the token is not valid any more, or there is to be a
pause), they hold back the rest until the main thread has got a request through.
"""

from __future__ import annotations

import itertools
import os
import queue
import threading
import weakref
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tap_acton.errors import ActOnError, RateLimitedError
from tap_acton.transport.replies import TokenInvalidError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from requests import PreparedRequest

    from tap_acton.transport.replies import Reply

__all__ = ["Ahead", "Early", "Expected"]


@dataclass(eq=False, kw_only=True, slots=True)
class Early:
    """A request that was announced, and what has come of it."""

    key: str
    """What it asks for."""
    where: str
    """Method and path."""
    sign: Callable[[], PreparedRequest]
    request: PreparedRequest | ActOnError = field(init=False)
    """Why it could not be signed, if so."""
    outcome: Future[Reply] = field(default_factory=Future, init=False)
    """Cancelled if it was dropped or held back."""
    has_failed: bool = field(default=False, init=False)
    """Whether it was sent before the last time, and failed."""

    def __post_init__(self) -> None:
        try:
            self.request = self.sign()
        except ActOnError as error:
            self.request = error

    def renew(self) -> None:
        """Let it be sent another time, signed anew."""
        self.has_failed |= not self.outcome.cancelled()
        self.outcome = Future()
        self.__post_init__()

    def signed(self) -> PreparedRequest:
        """Return the request, or raise why it could not be signed."""
        if isinstance(self.request, ActOnError):
            raise self.request
        return self.request

    def is_worth_another(self) -> bool:
        """Tell whether it was held back, or has failed for the first time and may yet succeed."""
        if self.outcome.cancelled():
            return True
        if self.has_failed or not self.outcome.done():
            return False
        error = self.outcome.exception()
        may_pass = isinstance(error, ActOnError) and error.retryable
        return may_pass or isinstance(error, TokenInvalidError)


@dataclass(kw_only=True, slots=True)
class _Line:
    """What stands in line to be sent, and what the threads do that send it."""

    take: Callable[[], None]
    send: Callable[[PreparedRequest, str], Reply]
    waiting: queue.SimpleQueue[Early | None] = field(default_factory=queue.SimpleQueue)
    """None ends the threads."""
    holds: bool = False
    """Whether nothing more is sent for now."""
    turn: threading.Lock = field(default_factory=threading.Lock)

    def work(self) -> None:
        """Send one request after another."""
        while self._work_once():
            pass  # a request that has been sent is forgotten: it knows whoever announced it

    def _work_once(self) -> bool:
        with self.turn:  # so that limits are passed in the order of the announcements
            early = self.waiting.get()
            if early is None:
                self.waiting.put(None)
                return False
            is_due = self._passes(early)
        if is_due:
            self._answer(early)
        return True

    def _passes(self, early: Early) -> bool:
        """Wait for a request's turn; tell whether it is still to be sent."""
        if early.outcome.cancelled() or isinstance(early.request, ActOnError):
            return False
        try:
            if not self.holds:
                self.take()
        except Exception as error:  # noqa: BLE001 - it belongs to whoever asks for the reply
            if early.outcome.set_running_or_notify_cancel():
                early.outcome.set_exception(error)
            return False
        if self.holds:
            early.outcome.cancel()
        return early.outcome.set_running_or_notify_cancel()

    def _answer(self, early: Early) -> None:
        try:
            early.outcome.set_result(self._throttled_once(early.signed(), early.where))
        except Exception as error:  # noqa: BLE001 - it belongs to whoever asks for the reply
            was_told = isinstance(error, RateLimitedError) and error.retry_after_s
            if was_told or isinstance(error, TokenInvalidError):
                self.holds = True
            early.outcome.set_exception(error)

    def _throttled_once(self, request: PreparedRequest, where: str) -> Reply:
        """Send a request, and once more if it came too soon after others."""
        try:
            return self.send(request, where)
        except RateLimitedError as error:
            if error.retry_after_s:
                raise
        self.take()
        return self.send(request, where)


class Ahead:
    """Sends what is announced.

    Args:
        take: Waits until one more request may be sent.
        send: Sends a request, and returns the reply if it is no error.
        threads: How many requests may be under way at once; with 0 nothing is sent ahead.
    """

    def __init__(
        self,
        *,
        take: Callable[[], None],
        send: Callable[[PreparedRequest, str], Reply],
        threads: int,
    ) -> None:
        self.threads = threads
        self._take = take
        self._send = send
        self._begin()

    def announce(self, key: str, where: str, sign: Callable[[], PreparedRequest]) -> Early:
        """Let a request be sent soon, behind those that were announced before.

        Args:
            key: What it asks for. What is announced already is not sent twice.
            where: Method and path, for messages.
            sign: Makes the request; what it raises is raised when the reply is asked for.
        """
        if self._process != os.getpid():
            self._begin()  # threads stay with the parent
        if known := self._early.get(key):
            return known
        if len(self._workers) < self.threads:
            worker = threading.Thread(target=self._line.work, daemon=True)
            worker.start()  # a daemon: a reply that never comes must not keep the process
            self._workers.append(worker)
        early = Early(key=key, where=where, sign=sign)
        self._line.waiting.put(early)
        self._early[key] = early
        return early

    def claim(self, key: str) -> Early | None:
        """Return what was announced, for whoever wants the reply now."""
        return self._early.pop(key, None) if self._process == os.getpid() else None

    def go_on(self) -> None:
        """Send what was held back, and once more what failed: a request has just got through."""
        if self._process != os.getpid():
            return
        self._line.holds = False
        for early in list(self._early.values()):
            if early.is_worth_another():
                early.renew()
                self._line.waiting.put(early)

    def drop(self, early: Early) -> None:
        """Do without a reply; a request that is under way already is not stopped."""
        if self.is_waiting(early):
            del self._early[early.key]
            early.outcome.cancel()

    def is_waiting(self, early: Early) -> bool:
        """Tell whether nobody has claimed it yet."""
        return self._early.get(early.key) is early

    def close(self) -> None:
        """Send nothing that is not under way."""
        for early in list(self._early.values()):
            self.drop(early)
        self._line.waiting.put(None)

    def _begin(self) -> None:
        self._process = os.getpid()
        self._early: dict[str, Early] = {}
        self._workers: list[threading.Thread] = []
        self._line = _Line(take=self._take, send=self._send)
        weakref.finalize(self, self._line.waiting.put, None)  # the threads know the line alone


class Expected:
    """What one reading has announced and nobody has claimed: a window that moves on.

    Args:
        ahead: Sends it.
    """

    def __init__(self, ahead: Ahead) -> None:
        self._ahead = ahead
        self._early: list[Early] = []

    @property
    def most(self) -> int:
        """How many there may be; 0 if nothing is sent ahead."""
        return self._ahead.threads

    def add(self, announce: Callable[[], Early]) -> bool:
        """Let something be announced, if there is room; tell whether there was."""
        self._early = [early for early in self._early if self._ahead.is_waiting(early)]
        if len(self._early) >= self._ahead.threads:
            return False
        early = announce()
        if early not in self._early:
            self._early.append(early)
        return True

    def only(self, announcements: Iterable[Callable[[], Early]]) -> None:
        """Let as many of these be announced as there is room for, and drop all others."""
        before = self._early
        self._early = [each() for each in itertools.islice(announcements, self._ahead.threads)]
        for early in before:
            if early not in self._early:
                self._ahead.drop(early)

    def clear(self) -> None:
        """Drop them all."""
        for early in self._early:
            self._ahead.drop(early)
        self._early = []
