"""Replies that are read while they arrive: judged by their heads, and never cut in silence."""

from __future__ import annotations

import gzip
import zlib
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import pytest

from tap_acton.auth.authenticator import FixedToken
from tap_acton.errors import (
    ActOnError,
    NoReplyError,
    RequestRefusedError,
    ServerFailedError,
    UnexpectedReplyError,
)
from tap_acton.simulator import Fault
from tap_acton.transport.replies import LARGEST_ENVELOPE
from tap_acton.transport.retry import RetryPolicy
from tap_acton.transport.streaming import Body
from tests.fakes import FakeClock, wire
from tests.unit.test_transport import PATH, REFUSALS, Keyring, Rig

if TYPE_CHECKING:
    from tap_acton.simulator import Simulator
    from tap_acton.transport.retry import Tries
    from tests.conftest import Simulate

TEXT = b"".join(b"line %d\n" % number for number in range(40_000))
BEFORE_THE_BODY = [
    pytest.param(Fault(kind="reset"), id="reset"),
    pytest.param(Fault(kind="truncated"), id="truncated"),
    pytest.param(Fault(kind="status", status=500), id="500"),
    pytest.param(Fault(kind="throttle"), id="throttled"),
]


def whole(body: Body) -> bytes:
    return b"".join(body)


def itself(body: Body) -> Body:
    return body


def reply(body: bytes, *headers: str, length: int | None = None) -> bytes:
    lines = ["HTTP/1.1 200 OK", f"Content-Length: {len(body) if length is None else length}"]
    return "\r\n".join([*lines, *headers, "", ""]).encode() + body


def stream(rig: Rig, decode: object = whole) -> object:
    return rig.transport.stream(PATH, {}, auth=FixedToken("any"), decode=decode)  # type: ignore[arg-type]


@pytest.fixture
def sim(simulator: Simulate) -> Simulator:
    return simulator()


@pytest.mark.parametrize("fault", BEFORE_THE_BODY)
def test_a_failure_at_the_start_is_tried_again(sim: Simulator, fault: Fault) -> None:
    sim.faults.add(fault)
    auth = FixedToken(str(sim.tokens.issue()["access_token"]))
    with Rig(sim.url) as rig:
        assert rig.transport.stream(PATH, {}, auth=auth, decode=whole)
    assert len(sim.journal) == 2


@pytest.mark.parametrize(
    ("fault", "requests"),
    [(each.values[0], 2 if each.id == "throttled" else 1) for each in BEFORE_THE_BODY],
    ids=[str(each.id) for each in BEFORE_THE_BODY],
)
def test_what_is_asked_for_once_is_tried_again_only_if_the_server_says_so(
    sim: Simulator, fault: Fault, requests: int
) -> None:
    sim.faults.add(fault)
    auth = FixedToken(str(sim.tokens.issue()["access_token"]))
    with Rig(sim.url) as rig, suppress(NoReplyError, ServerFailedError):
        assert rig.transport.stream(PATH, {}, auth=auth, decode=whole, once=True)
    assert len(sim.journal) == requests


def test_what_is_asked_for_once_and_does_not_come_in_time_is_given_up() -> None:
    with wire(b"", b"") as server, Rig(server.url, timeout_s=0.1) as rig:
        with pytest.raises(NoReplyError, match="in time"):
            rig.transport.stream(PATH, {}, auth=FixedToken("any"), decode=whole, once=True)
        assert len(server.requests) == 1


@pytest.mark.parametrize("fault", REFUSALS)
def test_a_refusal_is_not_tried_again(sim: Simulator, fault: Fault) -> None:
    sim.faults.add(fault)
    auth = FixedToken(str(sim.tokens.issue()["access_token"]))
    with Rig(sim.url) as rig, pytest.raises(RequestRefusedError):
        rig.transport.stream(PATH, {}, auth=auth, decode=whole)
    assert len(sim.journal) == 1


def test_a_refused_token_is_renewed_once(sim: Simulator) -> None:
    keyring = Keyring("stale", str(sim.tokens.issue()["access_token"]))
    with Rig(sim.url) as rig:
        assert rig.transport.stream(PATH, {}, auth=keyring, decode=whole)
    assert keyring.renewals == 1


def test_an_error_in_a_reply_of_success_is_raised() -> None:
    error = reply(b'{"errorCode":"10010","message":"Invalid request"}')
    with wire(error) as server, Rig(server.url) as rig, pytest.raises(RequestRefusedError):
        stream(rig)


@pytest.mark.parametrize("size", [0, 1, LARGEST_ENVELOPE, LARGEST_ENVELOPE + 1, len(TEXT)])
@pytest.mark.parametrize("packed", [True, False], ids=["gzip", "plain"])
def test_every_byte_arrives_and_is_counted_once(size: int, packed: bool) -> None:
    text = TEXT[:size]
    headers = ("Content-Encoding: gzip",) if packed else ()
    body = gzip.compress(text) if packed else text
    with wire(reply(body, *headers)) as server, Rig(server.url) as rig:
        assert stream(rig) == text
        assert [sent.size for sent in rig.seen] == [size]


def test_a_body_that_breaks_off_later_is_an_error_of_ours() -> None:
    with wire(reply(TEXT[:200_000], length=len(TEXT))) as server, Rig(server.url) as rig:
        body = stream(rig, itself)
        pieces: list[bytes] = []
        with pytest.raises(NoReplyError, match=f"GET {PATH}"):
            pieces.extend(body)  # type: ignore[arg-type]
        found = b"".join(pieces)
        assert found == TEXT[: len(found)]
        assert len(found) > 100_000
        assert [(sent.status, sent.size) for sent in rig.seen] == [(200, len(found))]


def test_a_body_that_does_not_go_on_is_given_up() -> None:
    with (
        wire(reply(TEXT[:100], length=len(TEXT)), b"") as server,
        Rig(server.url, timeout_s=0.1, longest_s=0) as rig,
        pytest.raises(NoReplyError, match="in time"),
    ):
        stream(rig)


PACKED = gzip.compress(TEXT)


@pytest.mark.parametrize(
    ("body", "encoding", "kind"),
    [
        pytest.param(PACKED[:-9], "gzip", ServerFailedError, id="without its end"),
        pytest.param(PACKED[:5], "gzip", ServerFailedError, id="inside of its head"),
        pytest.param(TEXT, "gzip", ServerFailedError, id="not packed"),
        pytest.param(zlib.compress(TEXT), "deflate", UnexpectedReplyError, id="packed otherwise"),
    ],
)
def test_what_is_no_whole_gzip_is_an_error(
    body: bytes, encoding: str, kind: type[ActOnError]
) -> None:
    packed = reply(body, f"Content-Encoding: {encoding}")
    with wire(packed) as server, Rig(server.url, longest_s=0) as rig, pytest.raises(kind):
        stream(rig)


def test_a_gzip_of_several_members_is_one_body() -> None:
    body = gzip.compress(TEXT[:1000]) + gzip.compress(TEXT[1000:])
    with wire(reply(body, "Content-Encoding: gzip")) as server, Rig(server.url) as rig:
        assert stream(rig) == TEXT


def test_little_that_unpacks_to_much_comes_in_small_pieces() -> None:
    body = gzip.compress(bytes(10_000_000))
    with wire(reply(body, "Content-Encoding: gzip")) as server, Rig(server.url) as rig:
        sizes = [len(piece) for piece in stream(rig, itself)]  # type: ignore[attr-defined]
    assert sum(sizes) == 10_000_000
    assert max(sizes) <= 100_000


def test_closing_a_body_ends_its_request() -> None:
    with wire(reply(TEXT, length=len(TEXT) + 1)) as server, Rig(server.url) as rig:
        with closing(stream(rig, itself)) as body:  # type: ignore[type-var]
            assert rig.seen == []
            assert isinstance(body, Body)
        assert [sent.status for sent in rig.seen] == [200]


def test_a_failure_of_the_reader_ends_the_request() -> None:
    def decode(_: Body) -> None:
        raise KeyError("column")

    with wire(reply(TEXT)) as server, Rig(server.url) as rig:
        with pytest.raises(KeyError):
            stream(rig, decode)
        assert len(rig.seen) == 1


def test_a_body_that_was_read_gives_its_connection_back() -> None:
    with wire(reply(TEXT), reply(TEXT)) as server, Rig(server.url) as rig:
        assert stream(rig) == stream(rig)
        assert server.connections == 1


def fail_for_ever(tries: Tries) -> None:
    while True:
        tries.wait_after(NoReplyError("broke", where="GET /x"))


def test_tries_of_several_requests_end_as_those_of_one_do() -> None:
    clock = FakeClock()
    tries = RetryPolicy(longest_s=60, clock=clock).tries(lambda error: error.retryable)
    with pytest.raises(NoReplyError):
        fail_for_ever(tries)
    assert 0 < sum(clock.slept) <= 60


@pytest.mark.parametrize(("longest_s", "told"), [(9, 0), (600, 1)])
def test_a_failure_that_lasts_is_told_of_once(
    longest_s: int, told: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="tap-acton")
    policy = RetryPolicy(longest_s=longest_s, clock=FakeClock())
    with pytest.raises(NoReplyError):
        fail_for_ever(policy.tries(lambda error: error.retryable))
    assert caplog.messages == [f"Trying for up to {longest_s} s: broke (GET /x)"] * told


def test_an_error_that_does_not_pass_is_not_waited_for() -> None:
    clock = FakeClock()
    tries = RetryPolicy(longest_s=60, clock=clock).tries(lambda error: error.retryable)
    with pytest.raises(UnexpectedReplyError):
        tries.wait_after(UnexpectedReplyError("no CSV"))
    assert clock.slept == []
