"""Lists as CSV over the network: what breaks off is read on, and memory stays flat."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tap_acton.client import Place, RecordsPage
from tap_acton.discovery import discover_lists
from tap_acton.errors import NoReplyError, RequestRefusedError, UnexpectedReplyError
from tests.downloads import DATES, Downloads, client_of, csv_list, downloads, plain_list
from tests.fakes import wire

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_acton.resources.model import Record, Resource

LIST = "l-0001"
BOUNDED = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # each example sets it up anew
)
CELL = 'a, "b"\r\nc\nd'
ROWS = [[f"{LIST}:{n:x}", f"{CELL} {n} " + "\u00e9" * 300, "", "", ""] for n in range(60)]
WIDE, NARROW = csv_list(LIST, "A", "B"), plain_list(LIST, "A", "B")
FRAMINGS = ["length", "chunked", "gzip", "close"]


@pytest.fixture
def server() -> Iterator[Downloads]:
    with downloads(("_contact_id_", "A", "B", *DATES), {LIST: ROWS}) as server:
        yield server


def read(server: Downloads, *, resource: Resource = WIDE, **changes: object) -> list[Record]:
    client = client_of(server.url, **{"page_size": 25, **changes})
    with closing(client):
        return [each for page in client.pages(resource) for each in page.records]


def cells(records: list[Record]) -> list[list[object]]:
    return [[record["contact_id"], record["c0"]] for record in records]


EXACT = [row[:2] for row in ROWS]


@pytest.mark.parametrize("framing", FRAMINGS)
@pytest.mark.parametrize("pages", [True, False], ids=["pages", "whole"])
def test_a_list_is_read_exact_to_the_cell(server: Downloads, framing: str, pages: bool) -> None:
    server.framing, server.pages = framing, pages
    assert cells(read(server)) == EXACT


@BOUNDED
@given(
    framing=st.sampled_from(FRAMINGS),
    pages=st.booleans(),
    cuts=st.lists(st.tuples(st.floats(0, 0.999), st.booleans()), min_size=1, max_size=3),
)
def test_a_reply_that_breaks_off_anywhere_is_read_on(
    server: Downloads, framing: str, pages: bool, cuts: list[tuple[float, bool]]
) -> None:
    server.framing, server.pages, server.cuts = framing, pages, list(cuts)
    assert cells(read(server)) == EXACT


def test_what_came_before_a_break_is_kept_and_the_next_run_goes_on(server: Downloads) -> None:
    server.cuts = [(0.7, False)]
    resource, found = csv_list(LIST, "A", "B"), list[RecordsPage]()
    with (
        closing(client_of(server.url, max_retry_seconds=0)) as client,
        pytest.raises(NoReplyError),
    ):
        found.extend(client.pages(resource))
    first = [record["contact_id"] for page in found for record in page.records]
    assert first == [row[0] for row in ROWS[: len(first)]]
    assert len(first) > 30
    place = Place.from_json(json.loads(json.dumps(found[-1].place.to_json())))
    with closing(client_of(server.url)) as client:
        again = [
            record["contact_id"]
            for page in client.pages(resource, resume=place)
            for record in page.records
        ]
    assert [*first, *again] == [row[0] for row in ROWS]


def test_a_list_that_breaks_off_for_ever_is_an_error(server: Downloads) -> None:
    server.cuts = [(0.5, False)] * 10_000
    with pytest.raises(NoReplyError):
        read(server)


@BOUNDED
@given(
    framing=st.sampled_from(FRAMINGS),
    pages=st.booleans(),
    cuts=st.lists(st.tuples(st.floats(0, 0.999), st.booleans()), max_size=3),
    page_size=st.sampled_from([2, 5, 8, 25]),
    way=st.sampled_from(["auto", "csv"]),
)
def test_a_list_that_is_not_wide_is_exact_however_its_csv_comes(
    server: Downloads,
    framing: str,
    pages: bool,
    cuts: list[tuple[float, bool]],
    page_size: int,
    way: str,
) -> None:
    server.framing, server.pages, server.cuts = framing, pages, list(cuts)
    found = read(server, page_size=page_size, resource=NARROW, list_download=way)
    assert cells(found) == EXACT


@pytest.mark.parametrize("pages", [True, False], ids=["pages", "whole"])
def test_a_list_that_is_not_wide_takes_a_page_a_csv_and_a_page(
    server: Downloads, pages: bool
) -> None:
    in_json = read(server, page_size=5, resource=NARROW, list_download="json")
    server.pages = pages
    server.asked.clear()
    assert read(server, page_size=5, resource=NARROW) == in_json
    assert [(each.get("responseformat"), each["count"]) for each in server.asked] == [
        (None, "5"),
        ("CSV", "60"),
        (None, "5"),
    ]


@pytest.mark.parametrize("missing", ["_contact_id_", *DATES])
def test_a_list_without_ids_or_dates_is_an_error_that_names_them(
    server: Downloads, missing: str
) -> None:
    server.headings[server.headings.index(missing)] = "Another"
    with pytest.raises(UnexpectedReplyError, match=missing):
        read(server)


def test_an_error_in_a_reply_of_success_is_an_error() -> None:
    body = b'{"errorCode":"10010","message":"Invalid request"}'
    reply = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    with (
        wire(reply, reply) as server,  # for all rows, and for those of a page
        closing(client_of(server.url)) as client,
        pytest.raises(RequestRefusedError, match="10010"),
    ):
        list(client.pages(csv_list(LIST, "A")))


def test_leaving_a_list_early_leaves_most_of_it_unsent() -> None:
    headings = ("_contact_id_", *map(str, range(300)), *DATES)
    with downloads(headings) as server, closing(client_of(server.url)) as client:
        server.endless = {LIST: (b",".join([b"a cell"] * 302) + b"\n", 100_000)}
        pages = client.pages(csv_list(LIST, *headings[1:301]))
        assert next(pages).records
        pages.close()  # type: ignore[attr-defined]  # it is a generator
    assert server.sent < 20_000_000


def test_discovery_reads_no_more_than_the_headings_of_a_wide_list() -> None:
    headings = ("_contact_id_", *(f"Column {n}" for n in range(300)), *DATES)
    with downloads(headings) as server, closing(client_of(server.url)) as client:
        server.endless = {LIST: (b",".join([b"a cell"] * 302) + b"\n", 100_000)}
        server.listed = {LIST: "Wide"}
        (found,) = discover_lists(client)
    assert len(found.columns) == 304
    assert server.sent < 20_000_000


READ = r"""
import re, sys
from pathlib import Path
from tests.downloads import client_of, csv_list
client = client_of(sys.argv[1])
def read(list_id):
    pages = client.pages(csv_list(list_id, *(f"Column {n}" for n in range(300))))
    rows = sum(len(page.records) for page in pages)
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return rows, int(peak[1]) * 1024
read("l-0002")
before = read("l-0002")[1]
rows, after = read("l-0001")
print(rows, after - before)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux tells the peak")
def test_a_list_of_300_columns_takes_less_memory_than_a_tenth_of_it() -> None:
    line = b",".join([b"the text of this cell"] * 302) + b"\n"
    headings = ("_contact_id_", *(f"Column {n}" for n in range(300)), *DATES)
    with downloads(headings) as server:
        server.endless = {LIST: (line, 20_000), "l-0002": (line, 200)}
        found = subprocess.run(
            [sys.executable, "-c", READ, server.url], capture_output=True, text=True, check=True
        )
    rows, grown = map(int, found.stdout.split())
    assert rows == 20_000
    assert grown < 20_000 * len(line) / 10
