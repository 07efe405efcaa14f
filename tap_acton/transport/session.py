"""Sending requests: one pooled session, one retry policy, one judge of replies."""

from __future__ import annotations

import logging
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import requests

from tap_acton.transport.ahead import Ahead, Early
from tap_acton.transport.attempt import Attempts, Sent, Witness
from tap_acton.transport.expected import Expected
from tap_acton.transport.outgoing import key_of, question_of, reading, writing
from tap_acton.transport.replies import Reply, TokenInvalidError
from tap_acton.transport.retry import fate_unknown, never_came_to_it, worth_it
from tap_acton.transport.route import USUAL_ROUTE, Route

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from requests import PreparedRequest

    from tap_acton.transport.limits import Limit
    from tap_acton.transport.outgoing import Write
    from tap_acton.transport.retry import RetryPolicy, Tries
    from tap_acton.transport.streaming import Body

__all__ = ["Authenticator", "Sent", "Transport", "Witness"]

T = TypeVar("T")
logger = logging.getLogger("tap-acton")


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
        retry: When a GET is sent again, and where time comes from.
        timeout_s: Seconds without a byte after which a request is given up; 0 for never.
        user_agent: Sent with each request.
        in_flight: How many requests may be under way at once; with 1, none is sent ahead.
        route: Proxies and certificates.
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
        in_flight: int = 1,
        route: Route = USUAL_ROUTE,
        observe: Callable[[Sent], None] = lambda _sent: None,
    ) -> None:
        self.base_url = base_url
        self._attempts = Attempts(
            session=route.session(),
            limits=limits,
            route=route,
            timeout_s=timeout_s,
            clock=retry.clock,
            observe=observe,
        )
        tell, threads = self._attempts.tell, in_flight if in_flight > 1 else 0
        self._ahead = Ahead(take=limits.take, send=self._attempts.reply, tell=tell, threads=threads)
        self._limits = limits
        self._retry = retry
        self._route = route
        self._headers = {
            "Accept": "application/json, */*;q=0.5",
            "Accept-Encoding": "gzip",
            "User-Agent": user_agent,
        }

    def close(self) -> None:
        """Close the connections and give back what the limits set aside."""
        self._ahead.close()
        self._attempts.session.close()
        self._limits.close()

    def show(self, witness: Witness) -> None:
        """Let somebody see every request and reply from now on."""
        self._attempts.witness = witness

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
        return self._asked(reading(self.base_url, path, params), f"GET {path}", auth, decode)

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
        request = reading(self.base_url, path, params)

        def start(prepared: PreparedRequest) -> T:
            self._limits.take()
            body = self._attempts.begun(prepared, f"GET {path}")
            try:
                return decode(body)
            except BaseException:
                body.close()
                raise

        again = never_came_to_it if once else worth_it
        return self._retry.run(lambda: self._with_token(request, auth, start), again=again)

    def tries(self) -> Tries:
        """Return what counts the tries of something that takes several requests."""
        return self._retry.tries(worth_it)

    def query(
        self,
        path: str,
        question: Mapping[str, Any],
        *,
        auth: Authenticator,
        decode: Callable[[Reply], T],
    ) -> T:
        """Return what a question that changes nothing brings: a POST that is as good as a GET.

        The question is sent as JSON; for all else see `get`.
        """
        return self._asked(question_of(self.base_url, path, question), f"POST {path}", auth, decode)

    def write(self, write: Write, *, auth: Authenticator, decode: Callable[[Reply], T]) -> T:
        """Send what changes something, once, and return what `decode` reads from the reply.

        It is tried again only while it never came to it: no connection, too many requests, or a
        refused token. A connection of its own keeps it from one that the server has just closed.

        Raises:
            WriteUnknownError: No usable reply came; it may have taken effect or not.
            ActOnError: It was refused, or never sent.
        """
        request = writing(self.base_url, write)
        where = f"{write.method} {write.path}"

        def send(prepared: PreparedRequest) -> T:
            self._limits.take()
            with self._route.session() as fresh, fate_unknown(where):
                return decode(self._attempts.reply(prepared, where, session=fresh))

        again = never_came_to_it
        return self._retry.run(lambda: self._with_token(request, auth, send), again=again)

    def expect(
        self, path: str, params: Mapping[str, Any], *, auth: Authenticator, in_body: bool
    ) -> Early:
        """Let what is going to be asked for by `get`, or by `query`, be sent ahead.

        Args:
            path: As there.
            params: The query, or the question.
            auth: Signs it.
            in_body: Whether it is a question.
        """
        request = (
            question_of(self.base_url, path, params)
            if in_body
            else reading(self.base_url, path, params)
        )
        where = f"{request.method} {path}"
        return self._ahead.announce(key_of(request), where, lambda: self._signed(request, auth))

    def expectations(self) -> Expected:
        """Return a window for requests that one reading expects."""
        return Expected(self._ahead)

    def _asked(
        self,
        request: requests.Request,
        where: str,
        auth: Authenticator,
        decode: Callable[[Reply], T],
    ) -> T:
        """Return what `decode` reads from a whole reply, which may be there already."""
        early = self._ahead.claim(key_of(request))

        def read(prepared: PreparedRequest) -> T:
            self._limits.take()
            reply = self._attempts.reply(prepared, where)
            self._ahead.go_on()
            return decode(reply)

        def attempt() -> T:
            nonlocal early
            sent, early = early, None
            if sent is not None:
                try:
                    return decode(sent.reply())
                except TokenInvalidError:
                    auth.renew(sent.signed())
                except CancelledError:
                    logger.debug("%s was held back", where)
            return self._with_token(request, auth, read)

        return self._retry.run(attempt, again=worth_it)

    def _with_token(
        self,
        request: requests.Request,
        auth: Authenticator,
        read: Callable[[PreparedRequest], T],
    ) -> T:
        prepared = self._signed(request, auth)
        try:
            return read(prepared)
        except TokenInvalidError:
            auth.renew(prepared)
            return read(auth(prepared))

    def _signed(self, request: requests.Request, auth: Authenticator) -> PreparedRequest:
        request.headers = self._headers
        request.auth = auth
        return request.prepare()

    def post_form(
        self, path: str, form: Mapping[str, str], note: Callable[[], None] = lambda: None
    ) -> Reply:
        """Send a form once, on a connection of its own, and return the reply unjudged.

        Nothing is tried again here, even if no connection was made: whoever sends a token notes
        that first, and must not wait after it. `note` is called when it is the request's turn.

        Raises:
            NoReplyError: No whole reply came; the server may have acted all the same.
            NotConnectedError: No connection could be made.
            BudgetSpentError: A limit is reached.
        """
        headers = {**self._headers, "Connection": "close"}
        request = requests.Request("POST", self.base_url + path, headers, data=dict(form)).prepare()
        self._limits.take()
        note()
        with self._route.session() as new:
            return self._attempts.exchange(new, request, f"POST {path}", self._attempts.tell)
