"""Faults: things that go wrong on purpose, declared as data."""

from dataclasses import dataclass
from typing import Final

from tap_acton.simulator.matching import matches
from tap_acton.simulator.wire import Request

KINDS: Final = {
    "status": "an error reply in a documented envelope, or a body of your own",
    "throttle": "the refusal of a call above a limit",
    "unauthorized": "the gateway's 401",
    "non_json": "an HTML page with status 200",
    "reset": "the connection is reset before any byte",
    "reset_body": "the connection is reset inside the body",
    "truncated": "the connection is closed before the body is complete",
    "cut_json": "a complete reply whose JSON is cut",
    "slow": "the reply waits",
    "drip": "the body comes in pieces with waits between",
    "lost_refresh_reply": "a refresh takes effect, but its reply is lost",
    "lost_reply": "the request takes effect, but its reply is lost",
    "repeated_page": "the page before comes again",
    "empty_page": "the page is empty though rows are left",
    "wrong_total": "totalCount is wrong",
}
_STATUSES: Final = range(100, 600)
ENVELOPES: Final = ("", "gateway", "api", "oauth", "wso2", "empty")


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One fault, which strikes the requests that match.

    Of those whose method and path match the glob patterns, it strikes the `first`-th and the
    ones after it, `times` in all (0 = for ever). Requests that a limit rejects do not count.

    The other fields matter to some kinds: `status`, `envelope`, `code` and `message` to
    `status`, which sends `body` instead if there is one; `retry_after` to `status` and
    `throttle`; `delay_s` to `slow` and `drip`, where it is the wait before the reply or
    between two of the `pieces`; `keep`, the share of the body that is sent, to those that cut
    it; `total` to `wrong_total`. An empty `envelope` is the usual one.

    Raises:
        ValueError: if the kind or the envelope is unknown, or a number out of range.
    """

    kind: str
    method: str = "*"
    path: str = "*"
    first: int = 1
    times: int = 1
    status: int = 500
    envelope: str = ""
    code: int = 10004
    message: str = ""
    body: str | None = None
    retry_after: str = ""
    delay_s: float = 1.0
    pieces: int = 4
    keep: float = 0.5
    total: int = 0

    def __post_init__(self) -> None:
        """Check the fields."""
        _check(self.kind in KINDS, f"unknown kind {self.kind!r}; known: {', '.join(KINDS)}")
        _check(self.envelope in ENVELOPES, f"unknown envelope {self.envelope!r}")
        _check(self.first >= 1 and self.times >= 0, "first counts from 1, times from 0")
        _check(self.status in _STATUSES, f"status {self.status} is out of range")
        _check(0 <= self.keep <= 1 and self.pieces >= 1, "keep is 0 to 1, pieces at least 1")

    def aims_at(self, request: Request) -> bool:
        """Whether the request counts for this fault."""
        if self.kind == "lost_refresh_reply" and request.grant != "refresh_token":
            return False
        return matches(request, method=self.method, path=self.path)

    def due(self, seen: int) -> bool:
        """Whether the `seen`-th matching request is struck."""
        return seen >= self.first and (not self.times or seen < self.first + self.times)


def _check(good: object, problem: str) -> None:
    if not good:
        raise ValueError(problem)
