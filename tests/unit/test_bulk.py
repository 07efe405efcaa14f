"""Lists of which most may come as one CSV: every row once, whatever the CSV does, and few requests.

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
    NotConnectedError,
    RateLimitedError,
    RequestRefusedError,
    ServerFailedError,
    UnexpectedReplyError,
)
from tap_acton.resources.bulk import ListPaging
from tap_acton.resources.downloads import ListDownloads
from tap_acton.resources.pages import Batch, Position
from tests.tables import Act, Row, Table, acts
from tests.unit.test_csv_paging import KINDS, Server, keys

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from tap_acton.resources.pages import Page, Params

BOUNDED = settings(
    max_examples=400, deadline=None, derandomize=True, database=None, report_multiple_bugs=False
)
LABELS = ("key", "version")
REFUSED = RequestRefusedError("Act-On refuses the request", status=400)
NO_IDS = UnexpectedReplyError("The CSV has no column _contact_id_")
LATE = NoReplyError("Act-On did not answer in time")
DOWN = ServerFailedError("Act-On failed", status=504)


@dataclass(kw_only=True)
class Csv(Server):
    """The CSV of a list."""

    fails: ActOnError | None = None
    """What comes instead."""
    spoil: Callable[[list[Row]], list[Row]] = list
    """Changes the rows that come."""

    def __call__(self, params: Params, /) -> Batch:
        if self.fails:
            self.table.asked(int(params["offset"]), int(params["count"]))
            raise self.fails
        return super().__call__(params)

    def _parts(self, rows: list[Row], breaks_after: int | None) -> Generator[Batch]:
        return super()._parts(self.spoil(rows), breaks_after)


@dataclass(kw_only=True)
class Lists:
    """A server's JSON, and its CSV beside it."""

    csv: Csv
    downloads: ListDownloads = field(default_factory=ListDownloads)
    asked_labels: list[tuple[str, ...]] = field(default_factory=list)
    """Those that each CSV was to have."""

    def __call__(self, params: Params, /) -> Batch:
        return replace(self.csv.in_json(params), labels=LABELS)

    def once(self, params: Params, /) -> Batch:
        return self(params)

    def as_csv(self, labels: tuple[str, ...] = ()) -> Csv:
        self.asked_labels.append(labels)
        return self.csv

    def in_json(self, params: Params, /) -> Batch:
        return self.csv.in_json(params)

    def wait_after(self, error: ActOnError, *, has_progressed: bool) -> None:
        self.csv.wait_after(error, has_progressed=has_progressed)

    def pages(
        self,
        page_size: int = 4,
        resume: Position | None = None,
        most: int | None = None,
        *,
        filtered: bool = False,
    ) -> list[Page]:
        walk = ListPaging().pages(
            self, page_size=page_size, filtered=filtered, resume=resume or Position()
        )
        return list(itertools.islice(walk, most))


def lists_of(size: int, **csv: Any) -> Lists:
    return Lists(csv=Csv(table=Table(size=size), **csv))


def as_pages(size: int, page_size: int = 4) -> list[tuple[int, int]]:
    """Return the requests that a quiet list takes as JSON.

    One more than needed if it has just one full page: its total may be the page's own.
    """
    end = size + (size == page_size)
    return [(offset, page_size) for offset in range(0, end - 1, page_size - 1)]


WAYS: dict[str, dict[str, Any]] = {
    **KINDS,
    "capped at some rows": {"cap": 25},
    "capped and ignores the offset": {"cap": 25, "honours_offset": False},
    "refused": {"fails": REFUSED},
    "without ids": {"fails": NO_IDS},
    "late": {"fails": LATE},
    "down": {"fails": DOWN},
    "another order": {"spoil": lambda rows: rows[::-1]},
    "other cells": {"spoil": lambda rows: [replace(row, version=-1) for row in rows]},
    "empty": {"spoil": lambda _rows: []},
    "one row less": {"spoil": lambda rows: rows[:-1]},
}
ways = st.sampled_from(list(WAYS.values()))
tables = st.builds(
    Table,
    size=st.integers(0, 90),
    acts=st.lists(acts, max_size=4).map(tuple),
    newest_first=st.booleans(),
)
breaks = st.dictionaries(st.integers(2, 6), st.integers(1, 70), max_size=3)


# Every row, whatever the CSV does


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("size", [0, 1, 2, 23, 24, 25, 60, 90])
def test_every_row_is_read_once_and_in_order(way: str, size: int) -> None:
    assert keys(lists_of(size, **WAYS[way]).pages()) == list(range(size))


@BOUNDED
@given(table=tables, way=ways, broken=breaks, part=st.integers(1, 12))
def test_every_untouched_row_is_read_once_whatever_happens_to_the_others(
    table: Table, way: dict[str, Any], broken: dict[int, int], part: int
) -> None:
    found = keys(Lists(csv=Csv(table=table, breaks=broken, part=part, **way)).pages())
    assert table.untouched <= set(found)
    assert len(found) == len(set(found))


@BOUNDED
@given(
    table=tables,
    way=ways,
    broken=breaks,
    killed_after=st.integers(0, 25),
    meanwhile=st.lists(acts, max_size=4),
    then=st.sampled_from(["auto", "json"]),
)
def test_a_new_run_goes_on_from_any_page_and_loses_none(
    table: Table,
    way: dict[str, Any],
    broken: dict[int, int],
    killed_after: int,
    meanwhile: list[Act],
    then: str,
) -> None:
    lists = Lists(csv=Csv(table=table, breaks=broken, **way))
    pages = lists.pages(most=killed_after + 1)
    position = Position.from_json(pages[-1].position.to_json()) if pages else Position()
    for act in meanwhile:
        table.change(act)
    table.requests.clear()
    table.acts, lists.downloads = (), ListDownloads(way=then)
    again = keys(lists.pages(resume=position))
    assert table.untouched <= {*keys(pages), *again}
    assert len(again) == len(set(again))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("most", [1, 2, 5, 15, 20])
def test_a_new_run_over_a_quiet_list_repeats_a_row_at_most(way: str, most: int) -> None:
    lists = lists_of(60, **WAYS[way])
    pages = lists.pages(most=most)
    again = lists.pages(resume=pages[-1].position)
    assert {*keys(pages), *keys(again)} == set(range(60))
    assert len(set(keys(pages)) & set(keys(again))) <= 1


# What it costs


@pytest.mark.parametrize("kind", ["pages", "whole", "all from an offset on"])
def test_a_long_list_takes_three_requests(kind: str) -> None:
    lists = lists_of(1000, **KINDS[kind])
    lists.pages()
    assert lists.csv.table.requests == [(0, 4), (0, 1000), (999, 4)]
    assert lists.asked_labels == [LABELS]


@pytest.mark.parametrize("size", [0, 1, 4, 5, 23])
def test_a_short_list_never_pays_for_a_csv(size: int) -> None:
    lists = lists_of(size)
    lists.pages()
    assert lists.csv.table.requests == (as_pages(size) or [(0, 4)])


@pytest.mark.parametrize("told", ["none", "whole"])
def test_a_list_whose_total_is_not_known_is_not_asked_for_as_csv(told: str) -> None:
    lists = lists_of(60, told=told)
    lists.pages(filtered=told == "whole")
    assert lists.asked_labels == []


def test_a_list_is_not_asked_for_as_csv_if_the_setting_says_json() -> None:
    lists = lists_of(60)
    lists.downloads.way = "json"
    lists.pages()
    assert lists.csv.table.requests == as_pages(60)


def test_no_csv_is_asked_for_before_the_first_page_is_used() -> None:
    lists = lists_of(60)
    assert keys(lists.pages(most=1)) == [0, 1, 2, 3]
    assert lists.csv.table.requests == [(0, 4)]


def test_a_cut_reading_goes_on_with_three_requests() -> None:
    lists = lists_of(1000)
    place = lists.pages(most=100)[-1].position
    lists.csv.table.requests.clear()
    lists.pages(resume=place)
    begins = place.offset - 1
    assert lists.csv.table.requests == [(begins, 4), (begins, 1000 - begins), (999, 4)]


@pytest.mark.parametrize("kind", ["pages", "whole"])
def test_a_csv_that_breaks_off_goes_on_from_there(kind: str) -> None:
    lists = lists_of(1000, breaks={2: 300, 3: 980}, **KINDS[kind])
    assert keys(lists.pages()) == list(range(1000))
    assert lists.csv.table.requests[:3] == [(0, 4), (0, 1000), (290, 710)]
    assert len(lists.csv.table.requests) < 12


def test_a_csv_that_ends_before_a_row_that_is_gone_is_checked_with_one_page() -> None:
    gone = Act(before=2, kind="delete", at=50)
    lists = Lists(csv=Csv(table=Table(size=60, acts=(gone,))))
    assert set(keys(lists.pages())) == set(range(60)) - {50}
    assert lists.csv.table.requests == [(0, 4), (0, 60), (58, 4)]


@pytest.mark.parametrize("way", [{}, WAYS["one row less"]])
def test_rows_that_come_in_front_of_a_csv_cost_not_the_last_ones(way: dict[str, Any]) -> None:
    came = Act(before=2, kind="insert", at=4)
    lists = Lists(csv=Csv(table=Table(size=24, acts=(came,)), **way))
    assert set(range(24)) <= set(keys(lists.pages()))


def test_a_csv_of_as_many_rows_as_the_server_likes_is_asked_for_again() -> None:
    lists = lists_of(100, cap=40)
    lists.pages()
    assert lists.csv.table.requests == [(0, 4), (0, 100), (30, 70), (60, 40), (99, 4)]


# What a CSV that is no use costs


@pytest.mark.parametrize(
    "way", ["capped pages", "refused", "without ids", "empty", "capped and ignores the offset"]
)
def test_a_csv_that_is_never_any_use_is_asked_for_once_in_a_run(
    way: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="tap-acton")
    lists = lists_of(90, **WAYS[way])
    for _ in range(3):
        lists.pages()
    asked = [count for _, count in lists.csv.table.requests if count > 4]
    assert len(asked) == (2 if way == "capped and ignores the offset" else 1)
    assert len(caplog.messages) == 1
    assert "Lists come page by page, as JSON: " in caplog.text


@pytest.mark.parametrize("way", ["late", "down", "another order", "other cells"])
def test_a_csv_that_may_be_of_use_another_time_is_asked_for_twice(
    way: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="tap-acton")
    lists = lists_of(60, **WAYS[way])
    for _ in range(4):
        lists.pages()
    assert [each for each in lists.csv.table.requests if each == (0, 60)] == [(0, 60)] * 2
    assert len(caplog.messages) == 1


def test_a_csv_whose_cells_differ_in_the_last_row_of_the_page_is_not_used() -> None:
    lists = lists_of(60)
    lists.csv.spoil = lambda rows: [
        replace(row, version=9) if row.key in (3, 40) else row for row in rows
    ]
    records = [record for page in lists.pages() for record in page.records]
    assert records == [{"key": key, "version": 0} for key in range(60)]


@pytest.mark.parametrize("error", [RateLimitedError("slow down"), NotConnectedError("no network")])
def test_an_error_that_pages_would_meet_too_is_no_fault_of_the_csv(error: ActOnError) -> None:
    lists = lists_of(60, fails=error)
    with pytest.raises(type(error)):
        lists.pages()
    assert lists.downloads.may_be_csv


def test_leaving_a_list_ends_the_request_for_its_csv() -> None:
    lists = lists_of(60)
    walk = ListPaging().pages(lists, page_size=4, filtered=False, resume=Position())
    list(itertools.islice(walk, 3))
    assert lists.csv.closed == 0
    walk.close()  # type: ignore[attr-defined]  # it is a generator
    assert (lists.csv.closed, lists.csv.sent < 60) == (1, True)


# CSV alone


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("filtered", [True, False])
def test_a_list_that_must_be_csv_is_read_as_nothing_else(kind: str, filtered: bool) -> None:
    lists = lists_of(60, **KINDS[kind])
    lists.downloads.way = "csv"
    assert keys(lists.pages(200, filtered=filtered)) == list(range(60))
    assert lists.asked_labels == [()]


@pytest.mark.parametrize("way", ["without ids", "capped and ignores the offset"])
def test_a_list_that_must_be_csv_and_cannot_is_an_error_with_a_way_out(way: str) -> None:
    lists = lists_of(60, **WAYS[way])
    lists.downloads.way = "csv"
    with pytest.raises(UnexpectedReplyError, match="Set list_download to auto or json"):
        lists.pages()
