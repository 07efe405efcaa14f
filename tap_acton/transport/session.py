"""Sending requests: one pooled session, one retry policy, one judge of replies."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from urllib.parse import quote, urlencode

import requests

from tap_acton.clock import SYSTEM_CLOCK, Clock
from tap_acton.errors import (
    ActOnError,
    RateLimitedError,
    UnexpectedReplyError,
)
from tap_acton.transport.failures import no_reply, proxy_refused
from tap_acton.transport.replies import Reply, TokenInvalidError, judge
from tap_acton.transport.route import USUAL_ROUTE, Route

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from requests import PreparedRequest

    from tap_acton.transport.limits import Limit
    from tap_acton.transport.retry import RetryPolicy

__all__ = ["Authenticator", "Sent", "Transport"]

T = TypeVar("T")
logger = logging.getLogger("tap-acton")

_CONNECT_TIMEOUT_S = 10
_LARGEST_SKEW_S = 900
_PROXY_AUTHENTICATION = 407


class Authenticator(Protocol):
    """What makes a request ours."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Put a usable access token on the request."""
        ...

    def renew(self, refused: PreparedRequest) -> None:
        """Replace the access token that a request carried and that was refused."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """One attempt, for those who count."""

    where: str
    status: int | None
    """None if no reply came."""
    seconds: float
    size: int
    """Bytes of the body."""


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
        self.observe = observe
        self._limits = limits
        self._retry = retry
        self._timeout = (min(timeout_s, _CONNECT_TIMEOUT_S), timeout_s) if timeout_s else None
        self._headers = {
            "Accept": "application/json, */*;q=0.5",
            "Accept-Encoding": "gzip",
            "User-Agent": user_agent,
        }
        self._clock = clock
        self._skew_s: tuple[float, float] | None = None
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
        ours = self._clock.now() if at is None else at
        if self._skew_s is None:
            return ours - _LARGEST_SKEW_S, None
        least, most = self._skew_s
        return ours + least, ours + most

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
        query = urlencode(params, quote_via=quote)
        url = f"{self.base_url}{path}" + (f"?{query}" if query else "")
        return self._read(requests.Request("GET", url), f"GET {path}", auth, decode)

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
        return self._read(request, f"POST {path}", auth, decode)

    def _read(
        self,
        request: requests.Request,
        where: str,
        auth: Authenticator,
        decode: Callable[[Reply], T],
    ) -> T:
        request.headers = self._headers
        request.auth = auth

        def attempt() -> T:
            return decode(self._with_one_renewal(request.prepare(), where, auth))

        return self._retry.run(attempt, again=self._note_and_decide)

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

    def _with_one_renewal(self, request: PreparedRequest, where: str, auth: Authenticator) -> Reply:
        try:
            return self._judged(request, where)
        except TokenInvalidError:
            auth.renew(request)
            return self._judged(auth(request), where)

    def _judged(self, request: PreparedRequest, where: str) -> Reply:
        reply = self._exchange(self._session, request, where)
        judge(reply)
        return reply

    def _note_and_decide(self, error: ActOnError) -> bool:
        if isinstance(error, RateLimitedError):
            self._limits.throttled()
        if error.retryable:
            logger.debug("Trying again: %s", error)
        return error.retryable

    def _exchange(self, session: requests.Session, request: PreparedRequest, where: str) -> Reply:
        self._limits.take()
        surroundings = session.merge_environment_settings(
            request.url,
            {},
            None,
            None,
            None,
        )
        through = self._route.through(request.url or "", surroundings["proxies"])
        forwarded = (request.url or "").startswith("http:")  # else a tunnel, and Act-On answers
        started = self._clock.monotonic()
        response: requests.Response | None = None
        try:
            response = session.send(
                request,
                timeout=self._timeout,
                allow_redirects=False,
                **surroundings,
            )
            if through and forwarded and response.status_code == _PROXY_AUTHENTICATION:
                raise proxy_refused(where, through)
            self._learn_time(response.headers.get("Date"), self._clock.monotonic() - started)
            return _reply(response, where)
        except requests.RequestException as error:
            raise no_reply(error, where, through) from None
        except ValueError:  # such as a Location that is no address
            raise UnexpectedReplyError("The reply's head cannot be read", where=where) from None
        finally:
            status = None if response is None else response.status_code
            size = 0 if response is None else len(response.content)
            seconds = self._clock.monotonic() - started
            self.observe(Sent(where=where, status=status, seconds=seconds, size=size))

    def _learn_time(self, date: str | None, travel_s: float) -> None:
        if date is None:
            return
        try:
            skew_s = parsedate_to_datetime(date).timestamp() - self._clock.now()
            self._skew_s = (skew_s, skew_s + travel_s + 1)
        except ValueError:
            logger.debug("The server's Date header cannot be read")


def _reply(response: requests.Response, where: str) -> Reply:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Reply(where=where, status=response.status_code, headers=headers, body=response.content)
