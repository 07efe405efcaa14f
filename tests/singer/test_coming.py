"""First pages of many lists, on their way together: one round trip for all, and no request more."""

from __future__ import annotations

import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tap_acton.simulator import Options, Simulator
from tests.harness import config_for, discover, only, sync

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PATIENCE_S = 30
LISTS = 6


class Between(ThreadingHTTPServer):
    """Hands requests on to a simulator, when a test lets it."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, simulator: Simulator) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.behind = simulator.url
        self.asked: list[str] = []
        self.before: Callable[[str], None] = lambda _path: None


class _Conversation(BaseHTTPRequestHandler):
    server: Between
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._hand_on()

    def do_POST(self) -> None:
        self._hand_on()

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _hand_on(self) -> None:
        self.server.asked.append(self.path)
        self.server.before(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        reply = requests.request(
            self.command,
            self.server.behind + self.path,
            headers={**self.headers, "Accept-Encoding": "identity"},
            data=self.rfile.read(length),
            timeout=PATIENCE_S,
        )
        with suppress(OSError):
            self.send_response(reply.status_code)
            self.send_header("Content-Length", str(len(reply.content)))
            self.send_header("Content-Type", reply.headers["Content-Type"])
            self.end_headers()
            self.wfile.write(reply.content)


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    options = Options(lists=LISTS, contacts=20, segments=0, requests_per_second=0)
    with Simulator(options) as running:
        yield running


@pytest.fixture
def between(simulator: Simulator) -> Iterator[Between]:
    with Between(simulator) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def config(simulator: Simulator, between: Between, tmp_path: Path) -> dict[str, Any]:
    return {**config_for(simulator, tmp_path), "api_url": between.url}


def all_lists(config: dict[str, Any], between: Between) -> dict[str, Any]:
    """Return a catalog of the lists, and forget what it has cost."""
    catalog = discover(config)
    found = [
        each["tap_stream_id"] for each in catalog["streams"] if each.get("database_name") == "list"
    ]
    between.asked.clear()
    return only(catalog, *found[:LISTS])


def first_pages(between: Between) -> list[str]:
    return [path for path in between.asked if path.startswith("/api/1/list/")]


def hold_until(between: Between, number: int) -> threading.Barrier:
    """Hold all first pages but one back until so many are there."""
    full = threading.Barrier(number)
    seen: list[str] = []

    def before(path: str) -> None:
        if path.startswith("/api/1/list/"):
            seen.append(path)
            if 1 < len(seen) <= number + 1:
                full.wait(PATIENCE_S)

    between.before = before
    return full


def test_discovery_asks_for_the_lists_together(config: dict[str, Any], between: Between) -> None:
    full = hold_until(between, LISTS - 1)
    found = discover({**config, "requests_in_flight": 8})
    assert not full.broken
    assert len([each for each in found["streams"] if each.get("database_name") == "list"]) == LISTS
    assert len(first_pages(between)) == LISTS


def test_small_lists_are_asked_for_together(config: dict[str, Any], between: Between) -> None:
    catalog = all_lists(config, between)
    full = hold_until(between, LISTS - 1)
    found = sync({**config, "requests_in_flight": 8}, catalog)
    assert not full.broken
    assert sorted(found.counts().values()) == [20] * LISTS
    assert len(first_pages(between)) == LISTS


def test_changes_of_lists_are_asked_for_together(config: dict[str, Any], between: Between) -> None:
    catalog = all_lists(config, between)
    alone = {**config, "requests_in_flight": 1}
    state = sync(alone, catalog).state
    expected = sync(alone, catalog, state)
    between.asked.clear()
    full = hold_until(between, LISTS - 1)
    found = sync({**config, "requests_in_flight": 8}, catalog, state)
    assert not full.broken
    assert found.counts() == expected.counts()
    assert found.state == expected.state
    assert len(first_pages(between)) == LISTS


def test_nothing_is_asked_behind_a_list_that_is_long(
    config: dict[str, Any], between: Between
) -> None:
    catalog = all_lists(config, between)
    for stream in catalog["streams"]:
        stream["row_count"] = 20_000
    order: list[str] = []
    between.before = lambda path: order.append(path.partition("?")[0])
    sync({**config, "requests_in_flight": 8, "page_size": 5}, catalog)
    lists = [path for path in order if path.startswith("/api/1/list/")]
    runs = [path for path, before in zip(lists, ["", *lists], strict=False) if path != before]
    assert len(runs) == len(set(runs)) == LISTS
