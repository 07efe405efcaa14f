"""One request and its reply: the way it takes, and who hears of it."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Protocol

import requests

from tap_acton.errors import RateLimitedError, UnexpectedReplyError
from tap_acton.locks import ThreadLock
from tap_acton.transport.failures import no_reply, proxy_refused
from tap_acton.transport.replies import LARGEST_ENVELOPE, judge
from tap_acton.transport.streaming import Answer, Body, arriving, has_length

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from requests import PreparedRequest

    from tap_acton.clock import Clock
    from tap_acton.transport.limits import Limit
    from tap_acton.transport.replies import Reply
    from tap_acton.transport.route import Route

__all__ = ["Attempts", "Sent", "Witness"]

logger = logging.getLogger("tap-acton")

_CONNECT_TIMEOUT_S = 10
_LARGEST_SKEW_S = 900
_PROXY_AUTHENTICATION = 407


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """One attempt, for those who count."""

    where: str
    status: int | None
    """None if no reply came."""
    seconds: float
    size: int
    """Bytes of the body."""


class Witness(Protocol):
    """Somebody who sees whole requests and replies, with the secrets in them."""

    def began(self, response: requests.Response) -> None:
        """See a request, as its reply begins to come."""
        ...

    def ended(self, response: requests.Response, body: bytes) -> None:
        """See the reply, with as much of its body as was read."""
        ...


@dataclass(kw_only=True, slots=True)
class Attempts:
    """Sends requests, each once."""

    session: requests.Session
    limits: Limit
    """What hears of it if the server finds us too fast."""
    route: Route
    timeout_s: float
    """Seconds without a byte after which a request is given up; 0 for never."""
    clock: Clock
    observe: Callable[[Sent], None]
    """Called after each, one at a time."""
    witness: Witness | None = field(default=None, init=False)
    skew_s: tuple[float, float] | None = field(default=None, init=False)
    _telling: ThreadLock = field(default_factory=ThreadLock, init=False)

    def reply(
        self,
        request: PreparedRequest,
        where: str,
        tell: Callable[[Sent], None] | None = None,
        session: requests.Session | None = None,
    ) -> Reply:
        """Return the reply to a request that has passed the limits, if it is no error.

        Args:
            request: What is sent.
            where: Method and path, for messages.
            tell: Hears of it at once, in place of `observe`.
            session: Sends it, in place of the pooled one.

        Raises:
            ActOnError: It is an error, or did not come; see `exchange`.
        """
        reply = self.exchange(session or self.session, request, where, tell or self.tell)
        self._judge(reply)
        return reply

    def begun(self, request: PreparedRequest, where: str) -> Body:
        """Return a body that arrives, after a look at its head, in which an error would be.

        Raises:
            ActOnError: It is an error, or did not come; see `exchange`.
        """
        heads: list[Reply] = []
        pieces = self._pieces(request, where, heads)
        head = next(pieces)  # so that the generator runs, and closing it ends the request
        lengths = has_length(heads[0].headers)
        return Body(where=where, head=head, rest=pieces, has_length=lengths)

    def tell(self, sent: Sent) -> None:
        """Let the observer hear of an attempt."""
        with self._telling:
            self.observe(sent)

    def exchange(
        self,
        session: requests.Session,
        request: PreparedRequest,
        where: str,
        tell: Callable[[Sent], None],
    ) -> Reply:
        """Return a reply, unjudged.

        Raises:
            NoReplyError: No whole reply came.
            NotConnectedError: No connection could be made.
            ConfigError: A proxy refuses us, or a certificate is not trusted.
            ServerFailedError: The body is no whole gzip.
            UnexpectedReplyError: The reply's head cannot be read, or the body is packed otherwise.
        """
        with self._answered(session, request, where, tell) as answer:
            return answer.reply(b"".join(arriving(answer, where)))

    def server_time(self, at: float | None = None) -> tuple[float, float | None]:
        """Return the server's time of day; see `Transport.server_time`."""
        ours = self.clock.now() if at is None else at
        if self.skew_s is None:
            return ours - _LARGEST_SKEW_S, None
        least, most = self.skew_s
        return ours + least, ours + most

    def _pieces(self, request: PreparedRequest, where: str, heads: list[Reply]) -> Generator[bytes]:
        with self._answered(self.session, request, where, self.tell) as answer:
            pieces = arriving(answer, where)
            head = b""
            while len(head) <= LARGEST_ENVELOPE and (piece := next(pieces, None)) is not None:
                head += piece
            heads.append(answer.reply(head))
            self._judge(heads[0])
            yield head
            yield from pieces

    def _judge(self, reply: Reply) -> None:
        try:
            judge(reply)
        except RateLimitedError:
            self.limits.throttled()
            raise

    @contextmanager
    def _answered(
        self,
        session: requests.Session,
        request: PreparedRequest,
        where: str,
        tell: Callable[[Sent], None],
    ) -> Iterator[Answer]:
        """Send a request; what breaks while its reply is read is an error of ours, too."""
        surroundings = session.merge_environment_settings(request.url, {}, True, None, None)  # noqa: FBT003 - requests'
        through = self.route.through(request.url or "", surroundings["proxies"])
        started = self.clock.monotonic()
        answer: Answer | None = None
        try:
            answer = Answer(self._send(session, request, surroundings), where)
            self._show(answer)
            if through and _refused_by_proxy(answer.response, request):
                raise proxy_refused(where, through)
            self._learn_time(answer.response, self.clock.monotonic() - started)
            yield answer
        except requests.RequestException as error:
            raise no_reply(error, where, through) from None
        except ValueError:  # such as a Location that is no address
            raise UnexpectedReplyError("The reply's head cannot be read", where=where) from None
        finally:
            if answer is not None and answer.kept is not None and self.witness:
                self.witness.ended(answer.response, bytes(answer.kept))
            tell(_attempt(where, answer, self.clock.monotonic() - started))

    def _show(self, answer: Answer) -> None:
        if self.witness:
            answer.kept = bytearray()
            self.witness.began(answer.response)

    def _send(
        self, session: requests.Session, request: PreparedRequest, surroundings: Any
    ) -> requests.Response:
        limit_s = self.timeout_s
        timeout = (min(limit_s, _CONNECT_TIMEOUT_S), limit_s) if limit_s else None
        return session.send(request, timeout=timeout, allow_redirects=False, **surroundings)

    def _learn_time(self, response: requests.Response, travel_s: float) -> None:
        date = response.headers.get("Date")
        if date is None:
            return
        try:
            skew_s = parsedate_to_datetime(date).timestamp() - self.clock.now()
            self.skew_s = (skew_s, skew_s + travel_s + 1)
        except ValueError:
            logger.debug("The server's Date header cannot be read")


def _attempt(where: str, answer: Answer | None, seconds: float) -> Sent:
    if answer is None:
        return Sent(where=where, status=None, seconds=seconds, size=0)
    answer.response.close()
    status = answer.response.status_code
    return Sent(where=where, status=status, seconds=seconds, size=answer.size)


def _refused_by_proxy(response: requests.Response, request: PreparedRequest) -> bool:
    forwarded = (request.url or "").startswith("http:")  # else a tunnel, and Act-On answers
    return forwarded and response.status_code == _PROXY_AUTHENTICATION
