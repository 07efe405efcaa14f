"""Lists as CSV from servers of every kind: no row is lost or repeated, whatever moves or breaks.

The server is a table in memory, which others change before requests that a test names.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tap_acton.errors import (
    ActOnError,
    NoReplyError,
    RequestRefusedError,
    ServerFailedError,
    UnexpectedReplyError,
)
from tap_acton.resources.downloads import ListDownloads
from tap_acton.resources.pages import Batch, Position
from tap_acton.resources.paging import CsvPaging
from tests.tables import Act, Row, Table, acts

if TYPE_CHECKING:
    from collections.abc import Generator

    from tap_acton.resources.pages import Page, Params, Source

BOUNDED = settings(
    max_examples=400, deadline=None, derandomize=True, database=None, report_multiple_bugs=False
)
NO_CAP = 1_000_000
PATIENCE = 3
"""Tries without progress until a server gives up waiting."""


@dataclass(kw_only=True)
class Server:
    """A server's CSV, and its JSON for the total, in memory."""

    table: Table
    honours_count: bool = True
    honours_offset: bool = True
    cap: int = NO_CAP
    part: int = 3
    """Rows that arrive together."""
    breaks: dict[int, int] = field(default_factory=dict)
    """Rows after which the reply to a request breaks off, by the request's number."""
    breaks_always: int | None = None
    most: int = 2 * 10**9
    """Rows of which a request may speak; for more there is no reply."""
    refusal: ActOnError = field(default_factory=lambda: RequestRefusedError("no", status=400))
    refuses_far: bool = False
    told: str = "exact"
    """What the total counts: the rows; nothing; rows that the filter leaves out, too."""
    tries: int = 0
    closed: int = 0
    sent: int = 0
    """Rows."""

    def __call__(self, params: Params, /) -> Batch:
        offset, count = int(params["offset"]), int(params["count"])
        number = self.table.asked(offset, count)
        if count > self.most:
            raise self.refusal
        if self.refuses_far and offset > len(self.table.rows):
            raise RequestRefusedError("beyond the end", status=400)
        rows = self.table.rows[offset:] if self.honours_offset else list(self.table.rows)
        rows = rows[: min(self.cap, count if self.honours_count else NO_CAP)]
        parts = self._parts(rows, self.breaks.get(number, self.breaks_always))
        return replace(next(parts), rest=parts)

    @property
    def downloads(self) -> ListDownloads:
        return ListDownloads()

    def once(self, params: Params, /) -> Batch:
        return self(params)

    def as_csv(self, labels: tuple[str, ...] = ()) -> Source:  # noqa: ARG002 - the protocol
        return self

    def _parts(self, rows: list[Row], breaks_after: int | None) -> Generator[Batch]:
        whole = rows[:breaks_after]
        try:
            for begin in range(0, max(1, len(whole)), self.part):
                part = self.table.batch(whole[begin : begin + self.part])
                self.sent += len(part.marks)
                yield replace(part, total=None)
            if breaks_after is not None and breaks_after < len(rows):
                raise NoReplyError("The connection broke")
        finally:
            self.closed += 1

    def in_json(self, params: Params, /) -> Batch:
        offset, count = int(params["offset"]), int(params["count"])
        self.table.asked(offset, count)
        size = len(self.table.rows)
        total = {"exact": size, "none": None, "whole": size + 7}[self.told]
        return replace(self.table.batch(self.table.page(offset, count)), total=total)

    def wait_after(self, error: ActOnError, *, has_progressed: bool) -> None:
        self.tries = 1 if has_progressed else self.tries + 1
        if not error.retryable or self.tries > PATIENCE:
            raise error

    def pages(
        self, page_size: int = 10, resume: Position | None = None, most: int | None = None
    ) -> list[Page]:
        walk = CsvPaging().pages(
            self,
            page_size=page_size,
            filtered=self.told == "whole",
            resume=resume or Position(),
        )
        return list(itertools.islice(walk, most))


def keys(pages: list[Page]) -> list[int]:
    return [record["key"] for page in pages for record in page.records]


KINDS: dict[str, dict[str, Any]] = {
    "pages": {},
    "whole": {"honours_count": False, "honours_offset": False},
    "all from an offset on": {"honours_count": False},
    "capped pages": {"honours_count": False, "cap": 7},
    "ignores the offset, and it is enough": {"honours_offset": False, "cap": 200},
}
kinds = st.sampled_from(list(KINDS.values()))
tables = st.builds(
    Table,
    size=st.integers(0, 60),
    acts=st.lists(acts, max_size=4).map(tuple),
    newest_first=st.booleans(),
)
breaks = st.dictionaries(st.integers(1, 6), st.integers(1, 50), max_size=3)
totals = st.sampled_from(["exact", "none", "whole"])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [0, 1, 2, 9, 10, 11, 60])
def test_every_row_is_read_once_and_in_order(kind: str, size: int) -> None:
    server = Server(table=Table(size=size), **KINDS[kind])
    page_size = 200 if kind.startswith("ignores") else 10
    assert keys(server.pages(page_size)) == list(range(size))


@BOUNDED
@given(table=tables, kind=kinds, told=totals, broken=breaks, part=st.integers(1, 12))
def test_every_untouched_row_is_read_once_whatever_happens_to_the_others(
    table: Table, kind: dict[str, int], told: str, broken: dict[int, int], part: int
) -> None:
    server = Server(table=table, told=told, breaks=broken, part=part, **kind)  # type: ignore[arg-type]
    page_size = 200 if kind.get("cap") == 200 else 10
    found = keys(server.pages(page_size))
    assert table.untouched <= set(found)
    assert len(found) == len(set(found))


def test_a_reply_that_breaks_off_behind_its_first_row_is_joined_too() -> None:
    came, gone = (
        Act(before=1, kind="insert", at=0, rows=3),
        Act(before=2, kind="delete", at=0, rows=3),
    )
    server = Server(table=Table(size=1, acts=(came, gone)), breaks={1: 1}, part=1)
    assert 0 in keys(server.pages(10))


@BOUNDED
@given(table=tables, cap=st.integers(1, 60), told=totals, broken=breaks)
def test_a_capped_list_without_an_offset_is_read_whole_or_an_error(
    table: Table, cap: int, told: str, broken: dict[int, int]
) -> None:
    server = Server(table=table, cap=cap, told=told, breaks=broken, honours_offset=False)
    try:
        found = keys(server.pages())
    except UnexpectedReplyError:
        return
    assert table.untouched <= set(found)


@pytest.mark.parametrize("told", ["exact", "none", "whole"])
@pytest.mark.parametrize(("size", "cap"), [(11, 10), (60, 10), (60, 7), (60, 59), (2, 1)])
def test_a_capped_list_without_an_offset_is_an_error_that_says_so(
    size: int, cap: int, told: str
) -> None:
    server = Server(table=Table(size=size), cap=cap, honours_offset=False, told=told)
    with pytest.raises(UnexpectedReplyError, match="ignores the offset"):
        server.pages(200)


@BOUNDED
@given(
    table=tables,
    kind=kinds,
    broken=breaks,
    killed_after=st.integers(0, 10),
    meanwhile=st.lists(acts, max_size=4),
)
def test_a_new_run_goes_on_from_any_page_and_loses_none(
    table: Table,
    kind: dict[str, int],
    broken: dict[int, int],
    killed_after: int,
    meanwhile: list[Act],
) -> None:
    server = Server(table=table, **kind)  # type: ignore[arg-type]
    page_size = 200 if kind.get("cap") == 200 else 10
    pages = server.pages(page_size, most=killed_after + 1)
    position = Position.from_json(pages[-1].position.to_json()) if pages else Position()
    for act in meanwhile:
        table.change(act)
    table.requests.clear()
    table.acts, server.breaks = (), broken
    again = server.pages(page_size, resume=position)
    assert table.untouched <= {*keys(pages), *keys(again)}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("most", [1, 2, 5, 19, 20])
def test_a_new_run_over_a_quiet_list_repeats_a_few_rows_at_most(kind: str, most: int) -> None:
    server = Server(table=Table(size=60), **KINDS[kind])
    page_size = 200 if kind.startswith("ignores") else 10
    pages = server.pages(page_size, most=most)
    again = server.pages(page_size, resume=pages[-1].position)
    assert {*keys(pages), *keys(again)} == set(range(60))
    assert len(set(keys(pages)) & set(keys(again))) < 10


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_that_breaks_off_for_ever_is_an_error_and_its_place_is_kept(kind: str) -> None:
    server = Server(table=Table(size=60), breaks_always=1, **KINDS[kind])
    walk = CsvPaging().pages(server, page_size=200, filtered=False, resume=Position())
    found: list[Page] = []
    with pytest.raises(NoReplyError):
        found.extend(walk)
    server.breaks_always = None
    again = server.pages(200, resume=found[-1].position)
    assert {*keys(found), *keys(again)} == set(range(60))


def test_a_list_that_breaks_off_and_comes_further_each_time_is_read() -> None:
    server = Server(table=Table(size=60), honours_count=False, honours_offset=False)
    server.breaks = {number: 4 * number for number in range(1, 15)}
    assert keys(server.pages()) == list(range(60))


def test_a_whole_list_is_not_sent_twice() -> None:
    server = Server(table=Table(size=60), honours_count=False, honours_offset=False)
    walk = CsvPaging().pages(server, page_size=10, filtered=False, resume=Position())
    parts = [len(page.records) for page in walk]
    assert parts == [3] * 20
    assert server.sent == 60 + 2 * 3  # the starts of two replies tell that it ignores the offset
    assert server.closed == len(server.table.requests) - 1  # the last was for the total


def test_a_server_that_refuses_what_is_far_beyond_the_end_is_read() -> None:
    table = Table(size=60, acts=(Act(before=2, kind="insert", at=0, rows=9),))
    server = Server(table=table, refuses_far=True)
    assert table.untouched <= set(keys(server.pages()))


def test_leaving_a_download_ends_its_request() -> None:
    server = Server(table=Table(size=60), honours_count=False)
    walk = CsvPaging().pages(server, page_size=10, filtered=False, resume=Position())
    next(walk)
    walk.close()  # type: ignore[attr-defined]  # it is a generator
    assert server.closed == 1


def test_a_list_that_pages_comes_in_one_reply_and_one_more_request_shows_its_end() -> None:
    server = Server(table=Table(size=500))
    assert keys(server.pages()) == list(range(500))
    assert [offset for offset, _ in server.table.requests] == [0, 499]


@pytest.mark.parametrize(
    "refusal",
    [RequestRefusedError("no", status=400), NoReplyError("late"), ServerFailedError("no")],
    ids=["refused", "late", "failed"],
)
@pytest.mark.parametrize("kind", ["pages", "capped pages", "all from an offset on"])
def test_a_server_that_does_not_send_all_at_once_is_asked_for_pages(
    kind: str, refusal: ActOnError
) -> None:
    server = Server(table=Table(size=60), most=10, refusal=refusal, **KINDS[kind])
    assert keys(server.pages()) == list(range(60))
    assert [count > 10 for _, count in server.table.requests].count(True) == 1
