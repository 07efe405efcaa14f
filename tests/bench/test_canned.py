"""The benchmark's server says what the simulator says, and its lists are as long as asked."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
import requests

from benchmarks.canned import CannedApp, make_options
from benchmarks.long_lists import Repeated
from benchmarks.target import Target, local
from tap_acton.simulator.app import App
from tap_acton.simulator.wire import Reply, Request, parse_pairs
from tap_acton.simulator.world.contact_list import Row

ROWS = 60
ACCOUNT = {"messages": 6, "recipients": 9, "suppressed": 5, "lists": 2}
QUESTIONS = [
    "/api/1/list",
    "/api/1/list/l-0001",
    "/api/1/list/l-0001?count=1000&offset=0&datequalifiers=true",
    "/api/1/list/l-0002?count=7&offset=55&datequalifiers=true",
    "/api/1/list/l-0001?offset=60",
    "/api/1/list/l-0001?modafter=1700000000000",
    "/api/1/list/l-0001?responseformat=CSV&datequalifiers=true",
    "/api/1/list/l-0001?responseformat=CSV&count=2&offset=3",
    "/api/1/list/l-00ff",
    "/api/1/list/hardbounce",
    "/api/1/message?type=SENT",
    "/api/1/nothing",
]


def app(kind: type[App], **more: Any) -> App:
    options = make_options(rows=ROWS, columns=20, **{**ACCOUNT, **more})
    return CannedApp(options, rows=ROWS) if kind is CannedApp else App(options)


def ask(app: App, question: str, *, encoding: str = "gzip", token: str | None = None) -> Reply:
    """Return the reply to a question of somebody who is logged in."""
    if token is None:
        token = str(app.accounts[0].tokens.issue()["access_token"])
    path, _, query = question.partition("?")
    headers = {"authorization": f"Bearer {token}", "accept-encoding": encoding}
    request = Request(method="GET", path=path, query=parse_pairs(query), headers=headers)
    reply = app.answer(request).reply
    assert reply
    return reply


def told(reply: Reply) -> tuple[int, bytes, str, str | None]:
    return reply.status, reply.body, reply.content_type, reply.headers.get("Content-Encoding")


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
@pytest.mark.parametrize("question", QUESTIONS)
def test_it_gives_the_simulators_reply(question: str, encoding: str) -> None:
    canned, simulator = app(CannedApp), app(App)
    expected = told(ask(simulator, question, encoding=encoding))
    assert told(ask(canned, question, encoding=encoding)) == expected
    assert told(ask(canned, question, encoding=encoding)) == expected


def test_reports_and_events_are_the_simulators() -> None:
    canned, simulator = app(CannedApp), app(App)
    listing = json.loads(ask(simulator, "/api/1/message", encoding="").body)["msgresult"]
    for message in listing:
        for tail in ("report", "report/OPENED?count=1000&offset=0"):
            question = f"/api/1/message/{message['msgId']}/{tail}"
            assert told(ask(canned, question)) == told(ask(simulator, question))
    assert len(listing) == ACCOUNT["messages"]


def test_a_stranger_gets_nothing() -> None:
    canned = app(CannedApp)
    ask(canned, "/api/1/list/l-0001")
    assert ask(canned, "/api/1/list/l-0001", token="stranger").status == 401


def test_a_sixth_request_in_a_second_is_refused_as_documented() -> None:
    canned = app(CannedApp, requests_per_second=5)
    replies = [ask(canned, "/api/1/list/l-0001") for _ in range(6)]
    assert [each.status for each in replies] == [200] * 5 + [429]
    assert json.loads(replies[-1].body)["httpCode"] == "429"


def test_a_long_list_repeats_rows_under_new_ids_and_with_later_dates() -> None:
    originals = [
        Row(id=f"l-0001:{n}", cells=(str(n),), created_ms=10 * n, modified_ms=10 * n + 5)
        for n in range(3)
    ]
    rows = Repeated("l-0001", originals, 8)
    assert list(rows)[:3] == originals
    assert len({row.id for row in rows}) == len(rows) == 8
    assert (rows[7].id, rows[7].cells, rows[7].modified_ms) == ("l-0001:7", ("1",), 17)
    assert rows[6:100] == list(rows)[6:]


@pytest.fixture(scope="module")
def long_list() -> Any:
    """Return a server of a list that is sent in pieces, in a process of its own."""
    with local(rows=2500, columns=10) as target:
        yield target


def get(target: Target, query: str, encoding: str) -> requests.Response:
    return requests.get(
        f"{target.url}/api/1/list/{target.list_id}?datequalifiers=true&{query}",
        headers={"Authorization": f"Bearer {target.token}", "Accept-Encoding": encoding},
        timeout=20,
    )


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_a_streamed_list_holds_the_rows_of_its_pages(long_list: Target, encoding: str) -> None:
    pages = [get(long_list, f"count=1000&offset={at}", encoding).json() for at in (0, 1000, 2000)]
    whole = get(long_list, "responseformat=CSV", encoding)
    assert whole.headers["Transfer-Encoding"] == "chunked"
    whole.encoding = "utf-8"
    read = list(csv.reader(io.StringIO(whole.text, newline="")))
    assert read == [pages[0]["headers"], *(row for page in pages for row in page["data"])]
    assert long_list.rows == len(read) - 1 == 2500


def test_the_journal_of_a_server_can_be_read_and_cleared(long_list: Target) -> None:
    long_list.clear()
    get(long_list, "count=1", "identity")
    entries = long_list.journal()
    assert entries
    assert [(each["path"], each["status"]) for each in entries] == [("/api/1/list/l-0001", 200)]
