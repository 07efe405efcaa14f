"""Requests that are sent before they are needed: how many, in which order, and what of failures.

The server is a table whose replies a test holds back, lets overtake each other, or makes errors of.
"""

from __future__ import annotations

import functools
import gc
import itertools
import json
import os
import threading
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tap_acton.auth.authenticator import FixedToken
from tap_acton.client import ActOnClient
from tap_acton.config import read_settings
from tap_acton.errors import BudgetSpentError, LoginRequiredError, RequestRefusedError
from tap_acton.resources.catalog import RESOURCES
from tap_acton.resources.encode import milliseconds_after
from tap_acton.resources.model import Condition, Filter, Operator
from tap_acton.transport.ahead import Ahead, Expected
from tap_acton.transport.limits import RunBudget
from tap_acton.transport.replies import Reply
from tap_acton.transport.retry import RetryPolicy
from tap_acton.transport.session import Transport
from tests.fakes import FakeClock
from tests.harness import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from requests import PreparedRequest

    from tap_acton.transport.ahead import Early
    from tap_acton.transport.session import Authenticator

LISTS = RESOURCES["lists"]
ROWS, SIZE, STEP = 40, 5, 4
"""Rows of the table, rows asked for at once, and rows from one page to the next."""
PAGES = [*range(0, ROWS - 1, STEP)]
"""Their offsets."""
PATIENCE_S = 30
PATH = "/api/1/list"
Answer = tuple[int, dict[str, Any]]


class Server(ThreadingHTTPServer):
    """Answers requests for lists."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.asked: list[int] = []
        """Offsets, in the order in which requests came."""
        self.total = ROWS
        """What replies say there is in all."""
        self.tokens: list[str] = []
        self.pause_s = 0
        """What a reply with 429 asks for, if anything."""
        self.together = self.most_together = 0
        self.lock = threading.Lock()
        self.before: Callable[[int], Answer | None] = lambda _offset: None
        """Called with each offset; it may wait, or return another answer."""

    def answer(self, offset: int, count: int) -> Answer:
        with self.lock:
            self.asked.append(offset)
            self.together += 1
            self.most_together = max(self.most_together, self.together)
        try:
            rows = [{"id": f"l-{row:04}"} for row in range(ROWS)[offset : offset + count]]
            return self.before(offset) or (200, {"result": rows, "totalCount": self.total})
        finally:
            with self.lock:
                self.together -= 1


class _Conversation(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        self.server.tokens.append(self.headers["Authorization"])
        status, body = self.server.answer(int(query["offset"][0]), int(query["count"][0]))
        encoded = json.dumps(body).encode()
        with suppress(OSError):
            self.send_response(status)
            self.send_header("Content-Length", str(len(encoded)))
            if status == 429 and self.server.pause_s:
                self.send_header("Retry-After", str(self.server.pause_s))
            self.end_headers()
            self.wfile.write(encoded)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@contextmanager
def client_of(server: Server, in_flight: int, **changes: Any) -> Iterator[ActOnClient]:
    config = {
        "initiate_oauth": "OFF",
        "access_token": "any",
        "api_url": server.url,
        "requests_per_second": 100_000,
        "max_retry_seconds": 0,
        "page_size": SIZE,
        "requests_in_flight": in_flight,
        **changes,
    }
    client = ActOnClient.from_settings(read_settings(config))
    yield client
    client.close()


def held(by: threading.Event) -> None:
    """Hold a reply back until something happens."""
    by.wait(PATIENCE_S)


def together(with_others: threading.Barrier) -> None:
    """Hold a reply back until others are held back too; break if they never are."""
    with_others.wait(PATIENCE_S)


def read(client: ActOnClient, found: list[str]) -> None:
    """Note the rows as they come, so that those before an error are there."""
    for page in client.pages(LISTS):
        found += [record["id"] for record in page.records]


def ids(client: ActOnClient, pages: int | None = None, *, rows: int | None = None) -> list[str]:
    walk = itertools.islice(client.pages(LISTS, rows=rows), pages)
    return [record["id"] for page in walk for record in page.records]


EVERY = [f"l-{row:04}" for row in range(ROWS)]


@pytest.mark.parametrize("in_flight", [2, 4, 9])
def test_so_many_requests_are_on_their_way_and_no_more(server: Server, in_flight: int) -> None:
    full = threading.Barrier(in_flight)

    def wait_for_the_others(offset: int) -> None:
        if 0 < offset <= in_flight * STEP:
            full.wait(PATIENCE_S)  # breaks if they do not come while this one is open

    server.before = wait_for_the_others
    with client_of(server, in_flight) as client:
        assert ids(client) == EVERY
    assert server.most_together == in_flight


@pytest.mark.parametrize("in_flight", [1, 2, 16])
def test_each_page_is_asked_for_once_and_none_behind_the_last(
    server: Server, in_flight: int
) -> None:
    with client_of(server, in_flight) as client:
        assert ids(client) == EVERY
    assert sorted(server.asked) == PAGES


def test_rows_keep_their_order_though_later_replies_come_first(server: Server) -> None:
    came = {offset: threading.Event() for offset in PAGES}

    def after_the_next(offset: int) -> None:
        came[offset].set()
        if offset and offset + STEP in came:
            came[offset + STEP].wait(PATIENCE_S)

    server.before = after_the_next
    with client_of(server, 16) as client:
        assert ids(client) == EVERY


def test_a_first_page_is_asked_for_alone(server: Server) -> None:
    with client_of(server, 16) as client:
        ids(client, pages=1)
    assert server.asked == [0]


def test_one_request_in_flight_asks_for_nothing_ahead(server: Server) -> None:
    with client_of(server, 1) as client:
        ids(client, pages=3)
    assert server.asked == PAGES[:3]


def test_closing_the_pages_sends_nothing_more(server: Server) -> None:
    hold = threading.Event()
    server.before = lambda offset: None if offset <= STEP else held(hold)
    with client_of(server, 3) as client:
        pages = client.pages(LISTS)
        list(itertools.islice(pages, 2))
        pages.close()  # type: ignore[attr-defined]  # it is a generator
        hold.set()
        assert ids(client) == EVERY
    first = server.asked[: server.asked.index(0, 1)]
    assert len(first) <= 4  # two pages, and what was under way then


def test_an_error_comes_after_the_pages_before_it(server: Server) -> None:
    refused = (400, {"errors": [{"code": 10_000, "message": "no"}]})
    server.before = lambda offset: refused if offset == PAGES[4] else None
    found: list[str] = []
    with client_of(server, 16) as client, pytest.raises(RequestRefusedError):
        read(client, found)
    assert found == EVERY[: PAGES[4] + 1]


def test_a_failure_that_passes_is_tried_again_in_its_turn(server: Server) -> None:
    failed: list[Answer] = [(502, {}), (502, {})]
    server.before = lambda offset: failed.pop() if offset == PAGES[3] and failed else None
    with client_of(server, 16, max_retry_seconds=60) as client:
        assert ids(client) == EVERY
    assert server.asked.count(PAGES[3]) == 3
    assert len(server.asked) == len(PAGES) + 2


def test_a_throttled_request_is_sent_again_without_waiting_for_its_turn(server: Server) -> None:
    throttled: list[Answer] = [(429, {})]
    again = threading.Event()

    def throttle_one(offset: int) -> Answer | None:
        if offset == PAGES[3] and throttled:
            return throttled.pop()
        if offset == PAGES[3]:
            again.set()
        elif offset == PAGES[1]:
            again.wait(PATIENCE_S)  # whose turn is before
        return None

    server.before = throttle_one
    with client_of(server, 16) as client:
        assert ids(client) == EVERY
    assert server.asked.count(PAGES[3]) == 2


@pytest.mark.parametrize("budget", [16, 18])
def test_a_spent_budget_ends_the_reading_behind_what_was_read(server: Server, budget: int) -> None:
    found: list[str] = []
    with client_of(server, 2, max_requests_per_run=budget) as client:
        ids(client)
        with pytest.raises(BudgetSpentError):
            read(client, found)
    sent = budget - len(PAGES)
    assert found == EVERY[: PAGES[sent - 1] + SIZE]


def test_a_small_budget_is_not_spent_ahead(server: Server) -> None:
    with client_of(server, 16, max_requests_per_run=15) as client:
        ids(client, pages=3)
    assert server.asked == PAGES[:3]


@pytest.mark.parametrize(("rows", "first"), [(None, 1), (5, 1), (6, 2), (ROWS, 4)])
def test_so_many_rows_as_are_known_are_asked_for_before_the_first_reply(
    server: Server, rows: int | None, first: int
) -> None:
    together, late = threading.Semaphore(0), threading.Event()

    def answer_when_all_are_here(_offset: int) -> None:
        together.release()
        late.wait(PATIENCE_S)

    server.before = answer_when_all_are_here
    with client_of(server, 4) as client:
        found: list[str] = []
        reader = threading.Thread(target=lambda: found.extend(ids(client, rows=rows)))
        reader.start()
        for _ in range(first):
            assert together.acquire(timeout=PATIENCE_S)
        assert not together.acquire(timeout=0.1)
        late.set()
        reader.join()
    assert found == EVERY
    assert sorted(server.asked) == PAGES


FILTERED = replace(
    LISTS,
    filters=(
        Filter(
            column="ts_last_modified",
            operator=Operator.AFTER,
            parameter="modafter",
            encode=milliseconds_after,
        ),
    ),
)
SINCE = Condition(
    column="ts_last_modified", operator=Operator.AFTER, value=datetime(2026, 1, 1, tzinfo=UTC)
)


def filtered(client: ActOnClient) -> list[str]:
    pages = client.pages(FILTERED, (SINCE,))
    return [record["id"] for page in pages for record in page.records]


def test_a_total_that_counts_other_rows_too_costs_one_request_in_vain(server: Server) -> None:
    server.total = ROWS * 100
    with client_of(server, 16) as client:
        for _ in range(2):
            server.asked.clear()
            assert filtered(client) == EVERY
            in_vain = [offset for offset in server.asked if offset >= ROWS]
            assert len(in_vain) <= 1


def test_a_total_that_proved_to_count_what_meets_the_conditions_is_trusted(
    server: Server,
) -> None:
    full = threading.Barrier(4)
    with client_of(server, 4) as client:
        assert filtered(client) == EVERY
        server.before = lambda offset: together(full) if 0 < offset <= 4 * STEP else None
        assert filtered(client) == EVERY
    assert not full.broken


class Keys:
    """An authenticator whose first tokens are refused, or who has none."""

    def __init__(self, error: Exception | None = None) -> None:
        self.token = "first"
        self.next = iter(["second", "third"])
        self.renewals = 0
        self.error = error

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        if self.error:
            raise self.error
        request.headers["Authorization"] = self.token
        return request

    def renew(self, refused: PreparedRequest) -> None:
        if refused.headers["Authorization"] == self.token:
            self.renewals += 1
            self.token = next(self.next)


@contextmanager
def transport_of(
    server: Server, *, in_flight: int = 8, clock: FakeClock | None = None
) -> Iterator[Transport]:
    transport = Transport(
        server.url,
        limits=RunBudget(1000),
        retry=RetryPolicy(longest_s=60 if clock else 0, clock=clock or FakeClock()),
        timeout_s=PATIENCE_S,
        user_agent="tests/1",
        in_flight=in_flight,
    )
    yield transport
    transport.close()


def params(offset: int) -> dict[str, str]:
    return {"offset": str(offset), "count": "5"}


def question(transport: Transport, offset: int, auth: Authenticator) -> Callable[[], Early]:
    return functools.partial(transport.expect, PATH, params(offset), auth=auth, in_body=False)


def test_a_token_that_is_refused_to_many_requests_is_renewed_once(server: Server) -> None:
    def refuse_the_first(_offset: int) -> Answer | None:
        is_first = server.tokens.count("second") == 0
        return (401, {"fault": {"code": 900_901, "message": "Invalid"}}) if is_first else None

    server.before = refuse_the_first
    keys = Keys()
    with transport_of(server) as transport:
        expected = transport.expectations()
        expected.only(question(transport, offset, keys) for offset in PAGES[:4])
        for offset in PAGES[:4]:
            reply = transport.get(PATH, params(offset), auth=keys, decode=Reply.json)
            assert reply["totalCount"] == ROWS
    assert keys.renewals == 1


REFUSED: Answer = (401, {"fault": {"code": 900_901, "message": "Invalid"}})


def all_in_order(transport: Transport, keys: Keys, offsets: list[int]) -> None:
    """Announce requests, and then ask for each reply."""
    for offset in offsets:
        question(transport, offset, keys)()
    for offset in offsets:
        reply = transport.get(PATH, params(offset), auth=keys, decode=Reply.json)
        assert reply["totalCount"] == ROWS


def test_nothing_more_is_sent_with_a_token_that_was_refused(server: Server) -> None:
    server.before = lambda _offset: REFUSED if server.tokens[-1] == "first" else None
    keys = Keys()
    with transport_of(server, in_flight=2) as transport:
        all_in_order(transport, keys, PAGES[:8])
    assert len(server.asked) - 8 <= 2
    assert keys.renewals == 1


def test_a_token_that_died_while_the_one_before_it_was_refused_is_renewed_too(
    server: Server,
) -> None:
    server.before = lambda _offset: None if server.tokens[-1] == "third" else REFUSED
    keys = Keys()
    with transport_of(server, in_flight=2) as transport:
        transport.expect(PATH, params(0), auth=keys, in_body=False)
        keys.token = next(keys.next)
        transport.get(PATH, params(0), auth=keys, decode=Reply.json)
    assert server.tokens == ["first", "second", "third"]


def test_a_pause_that_the_server_asks_for_is_made_once_for_all(server: Server) -> None:
    clock, server.pause_s = FakeClock(), 7
    server.before = lambda _offset: None if clock.slept else (429, {})
    with transport_of(server, in_flight=2, clock=clock) as transport:
        all_in_order(transport, Keys(), PAGES[:8])
    assert sum(clock.slept) < 2 * server.pause_s
    assert len(server.asked) - 8 <= 2


def test_what_failed_together_is_sent_again_together(server: Server) -> None:
    failing, again = threading.Barrier(4), threading.Barrier(3)
    failed: set[int] = set()

    def fail_once(offset: int) -> Answer | None:
        if offset not in failed:
            failing.wait(PATIENCE_S)
            failed.add(offset)
            return 502, {}
        if offset != PAGES[0]:
            again.wait(PATIENCE_S)
        return None

    server.before = fail_once
    with transport_of(server, in_flight=4, clock=FakeClock()) as transport:
        all_in_order(transport, Keys(), PAGES[:4])
    assert len(server.asked) == 8


def test_what_goes_on_failing_is_sent_ahead_twice_and_no_more(server: Server) -> None:
    server.before = lambda offset: (502, {}) if offset == PAGES[7] else None
    keys = Keys()
    with transport_of(server, in_flight=2) as transport:
        wait_until(question(transport, PAGES[7], keys)().outcome.done)
        for offset in PAGES[:5]:
            transport.get(PATH, params(offset), auth=keys, decode=Reply.json)
        wait_until(lambda: server.asked.count(PAGES[7]) == 2)
        transport.get(PATH, params(PAGES[5]), auth=keys, decode=Reply.json)
    assert server.asked.count(PAGES[7]) == 2


def test_a_login_that_is_missing_shows_when_the_reply_is_asked_for(server: Server) -> None:
    keys = Keys(LoginRequiredError("Nobody has logged in"))
    with transport_of(server) as transport:
        transport.expect(PATH, params(0), auth=keys, in_body=False)
        with pytest.raises(LoginRequiredError):
            transport.get(PATH, params(0), auth=keys, decode=Reply.json)
    assert server.asked == []


def test_what_is_dropped_before_its_turn_is_not_sent(server: Server) -> None:
    hold = threading.Event()
    server.before = lambda _offset: held(hold)
    auth = FixedToken("any")
    with transport_of(server, in_flight=2) as transport:
        expected = transport.expectations()
        for offset in PAGES[:2]:
            assert expected.add(question(transport, offset, auth))
        other = transport.expectations()
        other.add(question(transport, PAGES[2], auth))
        other.clear()
        hold.set()
        for offset in PAGES[:2]:
            transport.get(PATH, params(offset), auth=auth, decode=Reply.json)
    assert sorted(server.asked) == PAGES[:2]


def test_a_window_takes_no_more_than_may_be_under_way() -> None:
    ahead = Ahead(take=lambda: None, send=_never, threads=0)
    assert not Expected(ahead).add(lambda: pytest.fail("there is no room"))


def test_a_process_that_was_forked_sends_ahead_too(server: Server) -> None:
    with client_of(server, 4) as client:
        assert ids(client) == EVERY
        child = os.fork()
        if not child:
            os._exit(0 if ids(client) == EVERY else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_client_that_nobody_closes_leaves_no_thread_behind(server: Server) -> None:
    before = set(threading.enumerate())

    def forgetful() -> None:
        with transport_of(server) as transport:
            transport.close = lambda: None  # type: ignore[method-assign]  # as if left out
            transport.expect(PATH, params(0), auth=FixedToken("any"), in_body=False)
            transport.get(PATH, params(0), auth=FixedToken("any"), decode=Reply.json)

    forgetful()
    gc.collect()
    ours = [each for each in threading.enumerate() if each not in before and "work" in each.name]
    for thread in ours:
        thread.join(PATIENCE_S)
    assert not any(thread.is_alive() for thread in ours)


def _never(request: PreparedRequest, where: str) -> Reply:
    raise NotImplementedError(request, where)
