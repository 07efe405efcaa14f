"""`Transport`: what is sent again, how often, after which wait; asserted on what the server saw."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Self

import pytest

from tap_acton.auth.authenticator import FixedToken
from tap_acton.errors import (
    ActOnError,
    BudgetSpentError,
    ConfigError,
    LoginRequiredError,
    NoReplyError,
    NotConnectedError,
    RateLimitedError,
    RequestRefusedError,
    ServerFailedError,
)
from tap_acton.simulator import Fault
from tap_acton.transport.replies import Reply, TokenInvalidError
from tap_acton.transport.retry import RetryPolicy
from tap_acton.transport.session import Sent, Transport
from tests.fakes import FakeClock, self_signed, wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from requests import PreparedRequest

    from tap_acton.simulator import Simulator
    from tests.conftest import Simulate

PATH = "/api/1/list"
LONGEST_S = 60
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

FAILURES = [
    pytest.param(Fault(kind="reset"), NoReplyError, id="reset before a byte"),
    pytest.param(Fault(kind="reset_body"), NoReplyError, id="reset inside the body"),
    pytest.param(Fault(kind="truncated"), NoReplyError, id="truncated"),
    pytest.param(Fault(kind="cut_json"), ServerFailedError, id="JSON cut"),
    pytest.param(Fault(kind="non_json"), ServerFailedError, id="a page with status 200"),
    pytest.param(Fault(kind="status", status=500), ServerFailedError, id="500"),
    pytest.param(Fault(kind="status", status=502, body="<html>"), ServerFailedError, id="502"),
    pytest.param(Fault(kind="status", status=503, envelope="empty"), ServerFailedError, id="503"),
    pytest.param(Fault(kind="status", status=504), ServerFailedError, id="504"),
    pytest.param(Fault(kind="throttle"), RateLimitedError, id="throttled by the gateway"),
    pytest.param(Fault(kind="throttle", envelope="wso2"), RateLimitedError, id="throttled, WSO2"),
    pytest.param(
        Fault(kind="status", status=503, envelope="wso2"), RateLimitedError, id="throttled, 503"
    ),
]
REFUSALS = [
    pytest.param(Fault(kind="status", status=400, envelope="api"), id="400"),
    pytest.param(Fault(kind="status", status=403), id="403"),
    pytest.param(Fault(kind="status", status=404), id="404"),
    pytest.param(Fault(kind="status", status=422), id="422"),
]


def for_ever(fault: Fault, **changes: object) -> Fault:
    fields = {name: getattr(fault, name) for name in Fault.__slots__}
    return Fault(**{**fields, "times": 0, **changes})


class Counter:
    """A `Limit` that lets everything pass, and counts."""

    def __init__(self) -> None:
        self.taken = self.throttles = self.closed = 0

    def take(self) -> None:
        self.taken += 1

    def throttled(self) -> None:
        self.throttles += 1

    def close(self) -> None:
        self.closed += 1


class Keyring:
    """An `Authenticator` with several tokens, one after another."""

    def __init__(self, *tokens: str) -> None:
        self._tokens = list(tokens)
        self.renewals = 0

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._tokens[0]}"
        return request

    def renew(self, refused: PreparedRequest) -> None:
        self.renewals += 1
        assert refused.headers["Authorization"] == f"Bearer {self._tokens.pop(0)}"


class Rig:
    """A transport with everything that a test wants to look at."""

    def __init__(self, url: str, *, longest_s: float = LONGEST_S, timeout_s: float = 5) -> None:
        self.clock = FakeClock()
        self.limits = Counter()
        self.seen: list[Sent] = []
        self.transport = Transport(
            url,
            limits=self.limits,
            retry=RetryPolicy(longest_s=longest_s, clock=self.clock),
            timeout_s=timeout_s,
            user_agent="tests/1",
            observe=self.seen.append,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.transport.close()

    def get(self, path: str = PATH, token: str = "any", **params: str) -> object:
        auth = FixedToken(token)
        return self.transport.get(path, params, auth=auth, decode=Reply.json)

    def error_of_get(self, path: str = PATH, token: str = "any") -> ActOnError:
        with pytest.raises(ActOnError) as caught:
            self.get(path, token)
        return caught.value


@pytest.fixture
def sim(simulator: Simulate) -> Simulator:
    return simulator()


@pytest.fixture
def token(sim: Simulator) -> str:
    return str(sim.tokens.issue()["access_token"])


@pytest.fixture
def rig(sim: Simulator) -> Iterator[Rig]:
    with Rig(sim.url) as made:
        yield made


@pytest.fixture
def closed_port() -> str:
    """The address of a port that nobody listens on."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{unused.getsockname()[1]}"


# What is sent again.


@pytest.mark.parametrize(("fault", "kind"), FAILURES)
def test_a_get_that_failed_is_sent_again(
    sim: Simulator, rig: Rig, token: str, fault: Fault, kind: type[ActOnError]
) -> None:
    sim.faults.add(fault)
    rig.get(token=token)
    assert [entry.method for entry in sim.journal] == ["GET", "GET"]


@pytest.mark.parametrize(("fault", "kind"), FAILURES)
def test_a_get_that_goes_on_failing_ends_as_what_it_is(
    sim: Simulator, rig: Rig, token: str, fault: Fault, kind: type[ActOnError]
) -> None:
    sim.faults.add(for_ever(fault))
    assert type(rig.error_of_get(token=token)) is kind


@pytest.mark.parametrize("fault", REFUSALS)
def test_a_get_that_is_refused_is_not_sent_again(
    sim: Simulator, rig: Rig, token: str, fault: Fault
) -> None:
    sim.faults.add(fault)
    assert type(rig.error_of_get(token=token)) is RequestRefusedError
    assert len(sim.journal) == 1


def test_a_get_that_found_no_server_is_tried_again(closed_port: str) -> None:
    with Rig(closed_port) as rig:
        assert type(rig.error_of_get()) is NotConnectedError
    assert len(rig.seen) > 2


def test_a_name_that_no_server_has_is_no_connection() -> None:
    with Rig("http://nowhere.invalid", longest_s=0) as rig:
        assert type(rig.error_of_get()) is NotConnectedError


def test_a_server_that_says_nothing_for_too_long_is_given_up(sim: Simulator, token: str) -> None:
    sim.faults.add(Fault(kind="slow", delay_s=30))
    with Rig(sim.url, timeout_s=0.1) as rig:
        rig.get(token=token)
    assert len(sim.journal) == 2


def test_a_failure_of_the_caller_is_not_the_servers(sim: Simulator, rig: Rig, token: str) -> None:
    def decode(_: Reply) -> None:
        raise KeyError("column")

    with pytest.raises(KeyError):
        rig.transport.get(PATH, {}, auth=FixedToken(token), decode=decode)
    assert len(sim.journal) == 1


# How long.


def test_trying_again_ends_when_the_time_is_over(sim: Simulator, rig: Rig, token: str) -> None:
    sim.faults.add(Fault(kind="status", times=0))
    rig.error_of_get(token=token)
    assert sum(rig.clock.slept) <= LONGEST_S


def test_waits_grow_so_that_attempts_are_few(sim: Simulator, token: str) -> None:
    sim.faults.add(Fault(kind="status", times=0))
    with Rig(sim.url, longest_s=3600) as rig:
        rig.error_of_get(token=token)
    assert len(sim.journal) < 500
    assert max(rig.clock.slept) > 10 * rig.clock.slept[0]


def test_the_first_wait_is_short(sim: Simulator, rig: Rig, token: str) -> None:
    sim.faults.add(Fault(kind="throttle"))
    rig.get(token=token)
    assert rig.clock.slept[0] <= 0.5


def test_with_no_time_nothing_is_tried_again(sim: Simulator, token: str) -> None:
    sim.faults.add(Fault(kind="status", times=0))
    with Rig(sim.url, longest_s=0) as rig:
        rig.error_of_get(token=token)
    assert len(sim.journal) == 1


def test_a_throttling_server_is_left_alone_as_long_as_it_asks(
    sim: Simulator, rig: Rig, token: str
) -> None:
    sim.faults.add(Fault(kind="throttle", retry_after="7"))
    rig.get(token=token)
    assert len(rig.clock.slept) == 1
    assert rig.clock.slept[0] >= 7


def test_a_wait_beyond_our_time_is_not_begun(sim: Simulator, rig: Rig, token: str) -> None:
    sim.faults.add(Fault(kind="throttle", retry_after=str(LONGEST_S + 1)))
    assert type(rig.error_of_get(token=token)) is RateLimitedError
    assert (len(sim.journal), rig.clock.slept) == (1, [])


def test_a_wait_that_cannot_be_read_is_our_own(sim: Simulator, rig: Rig, token: str) -> None:
    sim.faults.add(Fault(kind="throttle", retry_after="soon"))
    rig.get(token=token)
    assert rig.clock.slept[0] <= 0.5


def test_limits_learn_of_each_throttling(sim: Simulator, rig: Rig, token: str) -> None:
    sim.faults.add(Fault(kind="throttle", times=2))
    rig.get(token=token)
    assert rig.limits.throttles == 2


def test_other_failures_do_not_slow_the_pace(sim: Simulator, rig: Rig, token: str) -> None:
    sim.faults.add(Fault(kind="status", times=2))
    rig.get(token=token)
    assert rig.limits.throttles == 0


def test_each_attempt_passes_the_limits(sim: Simulator, rig: Rig, token: str) -> None:
    sim.faults.add(Fault(kind="status", times=2))
    rig.get(token=token)
    assert rig.limits.taken == len(sim.journal) == 3


def test_a_limit_that_refuses_keeps_the_request_from_leaving(
    sim: Simulator, rig: Rig, token: str
) -> None:
    def refuse() -> None:
        raise BudgetSpentError("Spent")

    rig.limits.take = refuse  # type: ignore[method-assign]  # a limit of the test's own
    assert type(rig.error_of_get(token=token)) is BudgetSpentError
    assert len(sim.journal) == 0


# The token of a request.


def test_a_refused_token_is_renewed_once_and_the_get_replayed(
    sim: Simulator, rig: Rig, token: str
) -> None:
    keys = Keyring("old", token)
    rig.transport.get(PATH, {}, auth=keys, decode=Reply.json)
    assert [entry.status for entry in sim.journal] == [401, 200]
    assert keys.renewals == 1


def test_a_renewed_token_that_is_refused_too_ends_it(sim: Simulator, rig: Rig) -> None:
    keys = Keyring("old", "new", "newer")
    with pytest.raises(TokenInvalidError):
        rig.transport.get(PATH, {}, auth=keys, decode=Reply.json)
    assert [entry.status for entry in sim.journal] == [401, 401]


def test_a_replayed_get_that_fails_is_tried_again_with_the_new_token(
    sim: Simulator, rig: Rig, token: str
) -> None:
    sim.faults.add(Fault(kind="status", first=2))
    keys = Keyring("old", token)
    rig.transport.get(PATH, {}, auth=keys, decode=Reply.json)
    assert [entry.status for entry in sim.journal] == [401, 500, 200]
    assert keys.renewals == 1


def test_throttling_is_no_reason_to_renew_a_token(sim: Simulator, rig: Rig, token: str) -> None:
    sim.faults.add(Fault(kind="throttle", envelope="wso2"))
    keys = Keyring(token)
    rig.transport.get(PATH, {}, auth=keys, decode=Reply.json)
    assert keys.renewals == 0


def test_a_fixed_token_that_is_refused_asks_for_a_login(sim: Simulator, rig: Rig) -> None:
    assert type(rig.error_of_get(token="old")) is LoginRequiredError
    assert len(sim.journal) == 1


@pytest.mark.parametrize("token", ["line\nbreak", "ünicode", "“quoted”"])
def test_a_token_that_no_header_can_carry_is_said_to_be_that_and_not_quoted(
    sim: Simulator, rig: Rig, token: str
) -> None:
    error = rig.error_of_get(token=token)
    assert type(error) is ConfigError
    assert token not in repr(error) + str(error)
    assert len(sim.journal) == 0


# The form of a request and of its reply.


def test_a_path_and_its_query_arrive_as_they_were_meant(sim: Simulator, rig: Rig) -> None:
    with pytest.raises(LoginRequiredError):
        rig.get("/api/1/list/a%2Fb", q="a b&c=d/ü+", empty="")
    assert sim.journal[0].path == "/api/1/list/a%2Fb"
    assert sim.journal[0].query == {"q": "a b&c=d/ü+", "empty": ""}


def test_many_requests_share_one_connection() -> None:
    with wire(*[OK] * 20) as server, Rig(server.url) as rig:
        for _ in range(20):
            rig.get()
    assert (len(server.requests), server.connections) == (20, 1)


def test_a_connection_that_the_server_closed_costs_one_attempt() -> None:
    with wire(OK) as server, Rig(server.url) as rig:
        rig.get()
        server.replies.append(OK)
        rig.get()
        assert len(server.requests) == 2


def test_requests_name_the_program() -> None:
    with wire(OK) as server, Rig(server.url) as rig:
        rig.get()
    assert b"User-Agent: tests/1" in server.requests[0]


def test_replies_are_compressed_on_the_way(sim: Simulator, rig: Rig, token: str) -> None:
    bodies: list[bytes] = []
    auth = FixedToken(token)
    path = "/api/1/list/l-0001"
    rig.transport.get(path, {}, auth=auth, decode=lambda reply: bodies.append(reply.body))
    assert 0 < sim.journal[0].bytes_sent < len(bodies[0])


def test_a_get_follows_no_redirection() -> None:
    with wire(OK) as other, wire(_moved_to(other.url)) as server, Rig(server.url) as rig:
        assert type(rig.error_of_get()) is RequestRefusedError
    assert other.requests == []


def _moved_to(url: str) -> bytes:
    other_host = url.replace("127.0.0.1", "localhost")
    return f"HTTP/1.1 302 Found\r\nLocation: {other_host}/x\r\nContent-Length: 0\r\n\r\n".encode()


def test_each_attempt_is_observed(sim: Simulator, rig: Rig, token: str) -> None:
    sim.faults.add(Fault(kind="reset"))
    rig.get(token=token)
    assert [(sent.where, sent.status) for sent in rig.seen] == [
        (f"GET {PATH}", None),
        (f"GET {PATH}", 200),
    ]


def test_closing_gives_back_what_limits_set_aside(sim: Simulator) -> None:
    with Rig(sim.url) as rig:
        pass
    assert rig.limits.closed == 1


def test_errors_name_the_path_and_never_the_query(sim: Simulator, rig: Rig, token: str) -> None:
    sim.faults.add(Fault(kind="status", status=400))
    with pytest.raises(RequestRefusedError) as caught:
        rig.get(token=token, email="me@acton.example")
    assert f"GET {PATH}" in str(caught.value)
    assert "acton.example" not in str(caught.value)


# The server's time.


def _dated(seconds_ahead: float) -> bytes:
    moments = {0: "Mon, 01 Jun 2026 12:00:00 GMT", 3600: "Mon, 01 Jun 2026 13:00:00 GMT"}
    date = moments[int(seconds_ahead)]
    return f"HTTP/1.1 200 OK\r\nDate: {date}\r\nContent-Length: 2\r\n\r\n{{}}".encode()


@pytest.mark.parametrize("ahead_s", [0, 3600], ids=["in step", "an hour ahead"])
def test_the_servers_time_is_learnt_from_its_replies(ahead_s: float) -> None:
    with wire(_dated(ahead_s)) as server, Rig(server.url) as rig:
        rig.get()
        earliest, latest = rig.transport.server_time()
        assert latest
        assert earliest <= rig.clock.now() + ahead_s <= latest <= earliest + 1


def test_a_date_that_cannot_be_read_tells_nothing() -> None:
    reply = OK.replace(b"Content", b"Date: tomorrow\r\nContent")
    with wire(reply) as server, Rig(server.url) as rig:
        rig.get()
        earliest, latest = rig.transport.server_time()
        assert earliest < rig.clock.now()
        assert latest is None


# Forms, which carry tokens.

FORM_FAILURES = [
    pytest.param([], id="hung up on"),
    pytest.param([OK[:-1]], id="truncated"),
    pytest.param([OK[:10]], id="cut in the status line"),
]


@pytest.mark.parametrize("replies", FORM_FAILURES)
def test_a_form_whose_reply_is_lost_is_sent_once(replies: list[bytes]) -> None:
    with wire(*replies) as server, Rig(server.url) as rig, pytest.raises(NoReplyError) as caught:
        rig.transport.post_form("/token", {"a": "b"})
    assert not isinstance(caught.value, NotConnectedError)
    assert len(server.requests) == 1


def test_a_form_whose_reply_is_late_is_sent_once(sim: Simulator) -> None:
    sim.faults.add(Fault(kind="slow", delay_s=30))
    with Rig(sim.url, timeout_s=0.1) as rig, pytest.raises(NoReplyError):
        rig.transport.post_form("/token", {})
    assert len(sim.journal) == 1


@pytest.mark.parametrize("status", [302, 401, 429, 500, 503])
def test_a_form_is_sent_once_whatever_the_answer(sim: Simulator, rig: Rig, status: int) -> None:
    sim.faults.add(Fault(kind="status", status=status))
    assert rig.transport.post_form("/token", {}).status == status
    assert len(sim.journal) == 1


def test_a_form_that_found_no_server_is_known_to_be_unsent(closed_port: str) -> None:
    with Rig(closed_port) as rig, pytest.raises(NotConnectedError):
        rig.transport.post_form("/token", {})
    assert rig.clock.slept == []


def test_a_form_is_unsent_by_its_own_failure_only(sim: Simulator, rig: Rig) -> None:
    """A failed connection that is just being handled says nothing of what is sent then."""
    sim.faults.add(Fault(kind="reset"))
    with pytest.raises(NoReplyError) as caught:
        _post_while_handling(rig.transport)
    assert not isinstance(caught.value, NotConnectedError)


def _post_while_handling(transport: Transport) -> None:
    with Rig("http://nowhere.invalid", longest_s=0) as other:
        _handle(other.get, lambda: transport.post_form("/token", {}))


def _handle(failing: Callable[[], object], then: Callable[[], object]) -> None:
    try:
        failing()
    except NotConnectedError:
        then()


def test_an_untrusted_certificate_is_a_matter_of_configuration(tmp_path: Path) -> None:
    untrusted = pytest.raises(ConfigError, match="certificate is not trusted")
    with wire(certificate=self_signed(tmp_path)) as server, Rig(server.url) as rig, untrusted:
        rig.transport.post_form("/token", {})
    assert server.requests == []


def test_a_form_uses_no_connection_that_may_have_died() -> None:
    with wire(OK, OK) as server, Rig(server.url) as rig:
        rig.get()
        rig.transport.post_form("/token", {})
    assert server.connections == 2


def test_a_form_follows_no_redirection() -> None:
    with wire(OK) as other, wire(_moved_to(other.url)) as server, Rig(server.url) as rig:
        assert rig.transport.post_form("/token", {"a": "b"}).status == 302
    assert other.requests == []
