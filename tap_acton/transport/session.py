"""Sending requests: one pooled session, one retry policy, one judge of replies."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from urllib.parse import quote, urlencode

import requests

from tap_acton.clock import SYSTEM_CLOCK, Clock
from tap_acton.errors import ActOnError, NotConnectedError, RateLimitedError
from tap_acton.transport.attempt import Attempts, Sent
from tap_acton.transport.replies import LARGEST_ENVELOPE, Reply, TokenInvalidError, judge
from tap_acton.transport.route import USUAL_ROUTE, Route
from tap_acton.transport.streaming import Body, arriving, has_length

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from requests import PreparedRequest

    from tap_acton.transport.limits import Limit
    from tap_acton.transport.retry import RetryPolicy, Tries

__all__ = ["Authenticator", "Sent", "Transport"]

T = TypeVar("T")
logger = logging.getLogger("tap-acton")

_UNANSWERED = (RateLimitedError, NotConnectedError)


class Authenticator(Protocol):
    """What makes a request ours."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Put a usable access token on the request."""
        ...

    def renew(self, refused: PreparedRequest) -> None:
        """Replace the access token that a request carried and that was refused."""
        ...


class Transport:
    """Sends requests to one server.

    Args:
        base_url: The server's address, without a trailing slash.
        limits: What each request has to pass.
        retry: When a GET is sent again.
        timeout_s: Seconds without a byte after which a request is given up; 0 for never.
        user_agent: Sent with each request.
        route: Proxies and certificates.
        clock: Where time comes from.
        observe: Called after each attempt.
    """

    def __init__(
        self,
        base_url: str,
        *,
        limits: Limit,
        retry: RetryPolicy,
        timeout_s: float,
        user_agent: str,
        route: Route = USUAL_ROUTE,
        clock: Clock = SYSTEM_CLOCK,
        observe: Callable[[Sent], None] = lambda _sent: None,
    ) -> None:
        self.base_url = base_url
        self._attempts = Attempts(
            limits=limits, route=route, timeout_s=timeout_s, clock=clock, observe=observe
        )
        self._limits = limits
        self._retry = retry
        self._headers = {
            "Accept": "application/json, */*;q=0.5",
            "Accept-Encoding": "gzip",
            "User-Agent": user_agent,
        }
        self._route = route
        self._session = route.session()

    def close(self) -> None:
        """Close the connections and give back what the limits set aside."""
        self._session.close()
        self._limits.close()

    def server_time(self, at: float | None = None) -> tuple[float, float | None]:
        """Return the server's time of day: the earliest it may be, and the latest if known.

        The `Date` header of its replies tells, in whole seconds. Before the first reply, and of
        a server that sends no date, we know only that clocks are seldom far apart.

        Args:
            at: A moment by our clock, in seconds since 1970; now, if not given.
        """
        return self._attempts.server_time(at)

    def get(
        self,
        path: str,
        params: Mapping[str, str],
        *,
        auth: Authenticator,
        decode: Callable[[Reply], T],
    ) -> T:
        """Return a resource, as `decode` reads it from the reply.

        Args:
            path: The path below the base URL, quoted where it has to be.
            params: The query.
            auth: Signs each attempt, and replaces a refused token once.
            decode: Reads the reply; what it raises is judged as the reply's fault.

        Raises:
            ActOnError: See `errors`; a failure that may pass has been tried again.
        """
        request = self._get(path, params)
        return self._read(request, f"GET {path}", auth, self._whole(decode))

    def stream(
        self,
        path: str,
        params: Mapping[str, str],
        *,
        auth: Authenticator,
        decode: Callable[[Body], T],
        once: bool = False,
    ) -> T:
        """Return what `decode` makes of a resource that is read while it arrives; see `get`.

        `decode` may read some of the body, and leave the rest to whoever gets its result; what
        breaks off later is theirs, and `tries` tells them whether to ask again. The connection
        is given back when the body ends or is closed.

        With `once`, a request that reached the server and got no whole reply is not tried again:
        the caller has another way.

        Raises:
            ActOnError: See `errors`; a failure that may pass has been tried again.
        """
        request = self._get(path, params)
        again = self._note_and_wait if once else self._note_and_decide

        def start(prepared: PreparedRequest, where: str) -> T:
            body = self._begun(prepared, where)
            try:
                return decode(body)
            except BaseException:
                body.close()
                raise

        return self._read(request, f"GET {path}", auth, start, again)

    def tries(self) -> Tries:
        """Return what counts the tries of something that takes several requests."""
        return self._retry.tries(self._note_and_decide)

    def query(
        self,
        path: str,
        question: Mapping[str, Any],
        *,
        auth: Authenticator,
        decode: Callable[[Reply], T],
    ) -> T:
        """Return what a question that changes nothing brings: a POST that is as good as a GET.

        Args:
            path: The path below the base URL, quoted where it has to be.
            question: The body, which is sent as JSON.
            auth: Signs each attempt, and replaces a refused token once.
            decode: Reads the reply; what it raises is judged as the reply's fault.

        Raises:
            ActOnError: See `errors`; a failure that may pass has been tried again.
        """
        request = requests.Request("POST", self.base_url + path, json=question)
        return self._read(request, f"POST {path}", auth, self._whole(decode))

    def _get(self, path: str, params: Mapping[str, str]) -> requests.Request:
        query = urlencode(params, quote_via=quote, errors="surrogatepass")
        return requests.Request("GET", f"{self.base_url}{path}" + (f"?{query}" if query else ""))

    def _whole(self, decode: Callable[[Reply], T]) -> Callable[[PreparedRequest, str], T]:
        def read(request: PreparedRequest, where: str) -> T:
            reply = self._exchange(self._session, request, where)
            judge(reply)
            return decode(reply)

        return read

    def _read(
        self,
        request: requests.Request,
        where: str,
        auth: Authenticator,
        read: Callable[[PreparedRequest, str], T],
        again: Callable[[ActOnError], bool] | None = None,
    ) -> T:
        request.headers = self._headers
        request.auth = auth

        def attempt() -> T:
            prepared = request.prepare()
            try:
                return read(prepared, where)
            except TokenInvalidError:
                auth.renew(prepared)
                return read(auth(prepared), where)

        return self._retry.run(attempt, again=again or self._note_and_decide)

    def post_form(self, path: str, form: Mapping[str, str]) -> Reply:
        """Send a form once, on a connection of its own, and return the reply unjudged.

        Nothing is tried again here, even if no connection was made: whoever sends a token
        notes that first, and must not wait inside that step.

        Raises:
            NoReplyError: No whole reply came; the server may have acted all the same.
            NotConnectedError: No connection could be made.
            BudgetSpentError: A limit is reached.
        """
        request = requests.Request(
            "POST",
            self.base_url + path,
            headers={**self._headers, "Connection": "close"},
            data=dict(form),
        ).prepare()
        with self._route.session() as with_new_connection:
            return self._exchange(with_new_connection, request, f"POST {path}")

    def _note_and_decide(self, error: ActOnError) -> bool:
        if isinstance(error, RateLimitedError):
            self._limits.throttled()
        if error.retryable:
            logger.debug("Trying again: %s", error)
        return error.retryable

    def _note_and_wait(self, error: ActOnError) -> bool:
        return isinstance(error, _UNANSWERED) and self._note_and_decide(error)

    def _exchange(self, session: requests.Session, request: PreparedRequest, where: str) -> Reply:
        with self._attempts.answered(session, request, where) as answer:
            answer.size = len(answer.response.content)
            return answer.reply(answer.response.content)

    def _begun(self, request: PreparedRequest, where: str) -> Body:
        """Return a body after a look at its head, in which an error would be."""
        heads: list[Reply] = []
        pieces = self._pieces(request, where, heads)
        head = next(pieces)  # so that the generator runs, and closing it ends the request
        lengths = has_length(heads[0].headers)
        return Body(where=where, head=head, rest=pieces, has_length=lengths)

    def _pieces(self, request: PreparedRequest, where: str, heads: list[Reply]) -> Generator[bytes]:
        with self._attempts.answered(self._session, request, where, stream=True) as answer:
            pieces = arriving(answer, where)
            head = b""
            while len(head) <= LARGEST_ENVELOPE and (piece := next(pieces, None)) is not None:
                head += piece
            heads.append(answer.reply(head))
            judge(heads[0])
            yield head
            yield from pieces
