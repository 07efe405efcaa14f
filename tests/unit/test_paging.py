"""Paging over a table that moves: nothing that stays is lost.

The table is a list of rows in memory. Changes happen right before the requests that a test names,
as those of other users do. A row that no change touches is "untouched".
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from math import ceil
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tap_acton.errors import RequestRefusedError, UnexpectedReplyError
from tap_acton.resources.paging import (
    Batch,
    CsvPaging,
    OffsetPaging,
    OnePage,
    PageNumbers,
    Position,
)
from tests.tables import TOTALS, Act, Row, Table, acts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tap_acton.resources.paging import Page

BOUNDED = settings(
    max_examples=400, deadline=None, derandomize=True, database=None, report_multiple_bugs=False
)


NUMBERED = PageNumbers(params=lambda page, size: {"offset": f"{page * size}", "count": f"{size}"})


def walk(
    table: Table,
    page_size: int,
    *,
    resume: Position | None = None,
    pages: int | None = None,
    paging: OffsetPaging | PageNumbers = OffsetPaging(),  # noqa: B008 - it never changes
) -> list[tuple[list[int], Position]]:
    """Read the table, or some pages of it: the keys and the position of each page."""
    reading = table.reading()
    walking = paging.pages(
        reading,
        page_size=page_size,
        filtered=table.total == "whole",
        resume=resume or Position(),
        outlook=replace(reading.outlook, totals_are_exact=table.total != "whole"),
    )
    return [
        ([record["key"] for record in page.records], page.position)
        for page in itertools.islice(walking, pages)
    ]


def keys(pages: Iterable[tuple[list[int], Position]]) -> list[int]:
    return [key for found, _ in pages for key in found]


tables = st.builds(
    Table,
    size=st.integers(1, 60),
    acts=st.lists(acts, max_size=4).map(tuple),
    newest_first=st.booleans(),
    total=st.sampled_from(TOTALS),
    cap=st.sampled_from([2, 3, 7, 1_000]),
    depth=st.sampled_from([0, 1, 2, 5]),
    overtakes=st.integers(0, 4),
)
quiet_tables = tables.map(lambda table: replace_acts(table, ()))
page_sizes = st.sampled_from([1, 2, 3, 5, 10, 100])


def replace_acts(table: Table, changes: tuple[Act, ...]) -> Table:
    return replace(table, acts=changes)


def numbered(rows: int, cap: int, *, by_row: bool, total: str) -> list[int]:
    """Read a quiet table by page numbers; tell the keys."""
    table = Table(size=rows, cap=cap, total=total)

    def fetch(params: dict[str, str]) -> Batch:
        number, size = int(params["page"]), min(int(params["pageSize"]), cap)
        return table.fetch({"offset": str(number if by_row else number * size), "count": str(size)})

    pages = PageNumbers().pages(fetch, page_size=100, filtered=False, resume=Position())
    return [record["key"] for page in pages for record in page.records]


# Nothing is lost


@pytest.mark.parametrize("total", TOTALS[:2])
@pytest.mark.parametrize("by_row", [False, True], ids=["number of the page", "number of the row"])
@pytest.mark.parametrize("cap", [20, 50, 1000])
@pytest.mark.parametrize("rows", [0, 1, 2, 19, 20, 21, 39, 40, 41, 155])
def test_every_row_is_read_whatever_a_page_number_counts(
    rows: int, cap: int, by_row: bool, total: str
) -> None:
    assert numbered(rows, cap, by_row=by_row, total=total) == list(range(rows))


@pytest.mark.parametrize("total", TOTALS[:2])
def test_numbered_pages_read_a_large_table_from_a_server_of_small_pages(total: str) -> None:
    assert numbered(10_000, 50, by_row=False, total=total) == list(range(10_000))


@pytest.mark.parametrize("total", TOTALS[:2])
@pytest.mark.parametrize("cap", [2, 3, 7])
def test_numbered_pages_too_small_to_overlap_are_read_too(cap: int, total: str) -> None:
    assert numbered(50, cap, by_row=False, total=total) == list(range(50))


def lacking(rows: int, *, gone_from: int = 0) -> Iterator[Page]:
    """Read from a server that answers 404 to a page without rows, or to any from a request on."""
    table = Table(size=rows, total="none")

    def fetch(params: dict[str, str]) -> Batch:
        number, size = int(params["page"]), int(params["pageSize"])
        batch = table.fetch({"offset": str(number * size), "count": str(size)})
        if not batch.marks or 0 < gone_from <= len(table.requests):
            raise RequestRefusedError("Act-On refused the request", status=404)
        return batch

    return PageNumbers().pages(fetch, page_size=20, filtered=False, resume=Position())


@pytest.mark.parametrize("rows", [1, 2, 20, 21, 45])
def test_a_page_that_is_not_found_behind_the_last_row_is_the_end(rows: int) -> None:
    assert sum(len(page.records) for page in lacking(rows)) == rows


@pytest.mark.parametrize("gone_from", [1, 2, 3])
def test_a_page_that_is_not_found_among_the_rows_is_an_error(gone_from: int) -> None:
    with pytest.raises(RequestRefusedError):
        list(lacking(100, gone_from=gone_from))


@pytest.mark.parametrize("total", TOTALS)
def test_a_page_of_known_rows_is_not_taken_for_the_end(total: str) -> None:
    table = Table(size=30, total=total, cap=10)

    def fetch(params: dict[str, str]) -> Batch:
        start = int(params["offset"])
        return table.fetch(
            {**params, "offset": str(1 if start else 0), "count": "9" if start else "10"}
        )

    with pytest.raises(UnexpectedReplyError):
        list(OffsetPaging().pages(fetch, page_size=10, filtered=True, resume=Position()))


@BOUNDED
@given(table=tables, page_size=page_sizes)
def test_every_untouched_row_is_read_once_whatever_happens_to_the_others(
    table: Table, page_size: int
) -> None:
    found = keys(walk(table, page_size))
    assert table.untouched <= set(found)


@BOUNDED
@given(table=tables, page_size=page_sizes)
def test_no_row_is_read_twice_in_one_walk(table: Table, page_size: int) -> None:
    found = keys(walk(table, page_size))
    assert len(found) == len(set(found))


@BOUNDED
@given(table=quiet_tables, page_size=page_sizes)
def test_rows_come_in_the_tables_order_while_nothing_moves(table: Table, page_size: int) -> None:
    assert keys(walk(table, page_size)) == list(range(table.size))


@BOUNDED
@given(
    size=st.integers(30, 60),
    kinds=st.lists(st.sampled_from(["insert", "update", "delete", "move"]), min_size=30),
    at=st.integers(0, 60),
    newest_first=st.booleans(),
    total=st.sampled_from(TOTALS),
)
def test_a_change_before_each_request_loses_none(
    size: int, kinds: list[str], at: int, newest_first: bool, total: str
) -> None:
    changes = tuple(
        Act(before=number, kind=kind, at=at + number, to=number)
        for number, kind in enumerate(kinds, 1)
    )
    table = Table(size=size, acts=changes, newest_first=newest_first, total=total)
    found = keys(walk(table, 10))
    assert table.untouched <= set(found)


@pytest.mark.parametrize("total", TOTALS)
@pytest.mark.parametrize("inserted", [8, 9, 10, 18, 19, 40])
def test_rows_inserted_by_the_page_in_front_hide_none(total: str, inserted: int) -> None:
    table = Table(size=35, acts=(Act(before=2, kind="insert", at=0, rows=inserted),), total=total)
    found = keys(walk(table, 10))
    assert table.untouched <= set(found)


@pytest.mark.parametrize("total", TOTALS)
@pytest.mark.parametrize("deleted", [1, 5, 9, 10, 25])
def test_rows_deleted_by_the_page_in_front_hide_none(total: str, deleted: int) -> None:
    table = Table(size=60, acts=(Act(before=4, kind="delete", at=0, rows=deleted),), total=total)
    found = keys(walk(table, 10))
    assert table.untouched <= set(found)


@pytest.mark.parametrize(
    "act",
    [
        Act(before=5, kind="delete", at=0, rows=700),
        Act(before=5, kind="delete", at=3_900, rows=200),
        Act(before=5, kind="insert", at=0, rows=2_500),
        Act(before=5, kind="update", at=2_000, rows=1_500),
    ],
    ids=["far in front", "around the seam", "inserted", "changed"],
)
def test_rows_that_move_by_large_pages_cost_few_requests(act: Act) -> None:
    table = Table(size=10_000, acts=(act,))
    found = keys(walk(table, page_size=1_000))
    assert set(found) >= table.untouched
    assert len(found) == len(set(found))
    assert len(table.requests) <= 18


# A killed walk goes on


@BOUNDED
@given(
    table=tables,
    page_size=page_sizes,
    killed_after=st.integers(0, 10),
    meanwhile=st.lists(acts, max_size=4),
    later=st.lists(acts, max_size=2),
)
def test_a_new_walk_from_any_position_loses_none(
    table: Table, page_size: int, killed_after: int, meanwhile: list[Act], later: list[Act]
) -> None:
    pages = walk(table, page_size, pages=killed_after + 1)
    position = Position.from_json(pages[-1][1].to_json())
    for act in meanwhile:
        table.change(act)
    table.requests.clear()
    table.acts = tuple(later)
    again = walk(table, page_size, resume=position)
    assert table.untouched <= {*keys(pages), *keys(again)}


@BOUNDED
@given(table=quiet_tables, page_size=page_sizes, killed_after=st.integers(0, 60))
def test_a_new_walk_over_a_quiet_table_repeats_no_more_than_the_seam(
    table: Table, page_size: int, killed_after: int
) -> None:
    pages = walk(table, page_size, pages=killed_after + 1)
    again = keys(walk(table, page_size, resume=pages[-1][1]))
    assert len(set(again) & set(keys(pages))) <= 1


@pytest.mark.parametrize("total", TOTALS)
@pytest.mark.parametrize("deleted", [1, 3, 20, 50])
def test_a_new_walk_finds_its_place_though_rows_were_deleted(total: str, deleted: int) -> None:
    table = Table(size=500, total=total)
    _, position = walk(table, 20, pages=20)[-1]
    table.change(Act(before=0, kind="delete", at=0, rows=deleted))
    again = keys(walk(table, 20, resume=position))
    assert len(again) < 200


def test_a_new_walk_reads_all_if_its_place_is_gone() -> None:
    table = Table(size=60)
    _, position = walk(table, 10, pages=4)[-1]
    for _ in range(40):
        table.change(Act(before=0, kind="delete", at=5))
    assert keys(walk(table, 10, resume=position)) == [row.key for row in table.rows]


def test_a_position_without_anchors_reads_from_the_start() -> None:
    table = Table(size=30)
    assert keys(walk(table, 10, resume=Position(offset=15))) == list(range(30))


def test_a_position_keeps_no_more_than_ten_marks() -> None:
    positions = [position for _, position in walk(Table(size=90), 40)]
    assert [len(position.anchors) for position in positions] == [10, 10, 10]


# Faults that pass, and faults that last


@dataclass(frozen=True)
class Fault:
    """A fault of the server, from one request on, so many times."""

    kind: str
    first: int
    times: int = 1
    by: int = 0
    """Rows by which a wrong page lies apart."""

    def strikes(self, number: int) -> bool:
        return self.first <= number < self.first + self.times


def faulty(table: Table, fault: Fault) -> Table:
    """Let a fault strike a table's server."""

    def spoil(number: int, rows: list[Row]) -> list[Row]:
        if not fault.strikes(number):
            return rows
        offset, count = table.requests[-1]
        if fault.kind == "empty":
            return []
        if fault.kind == "repeated":
            return table.page(*table.requests[max(0, fault.first - 2)])
        return table.page(max(0, offset + fault.by), count)

    table.spoil = spoil
    return table


# A wrong page instead of the first looks as if rows were inserted before it, so it is not here.
passing = st.builds(
    Fault, kind=st.sampled_from(["empty", "repeated"]), first=st.integers(1, 12)
) | st.builds(Fault, kind=st.just("wrong"), first=st.integers(2, 12), by=st.integers(-30, 30))


@BOUNDED
@given(
    size=st.integers(0, 60),
    fault=passing,
    total=st.sampled_from(TOTALS),
    cap=st.sampled_from([2, 3, 7, 1_000]),
    page_size=st.sampled_from([2, 3, 5, 10]),
)
def test_one_wrong_page_costs_no_row(
    size: int, fault: Fault, total: str, cap: int, page_size: int
) -> None:
    table = faulty(Table(size=size, total=total, cap=cap), fault)
    assert sorted(keys(walk(table, page_size))) == list(range(size))


# Without a total nothing tells a server whose pages are all empty from an empty table.
LASTING = [
    (kind, first, total)
    for kind, first, total in itertools.product(["empty", "repeated"], [1, 2, 3], TOTALS)
    if kind != "empty" or first > 1 or total == "exact"
]


@pytest.mark.parametrize(("kind", "first", "total"), LASTING)
def test_a_fault_that_lasts_is_an_error(kind: str, first: int, total: str) -> None:
    table = faulty(Table(size=35, total=total), Fault(kind, first, times=10_000))
    with pytest.raises(UnexpectedReplyError):
        walk(table, 10)


@pytest.mark.parametrize("total", TOTALS)
@pytest.mark.parametrize("cap", [3, 1_000], ids=["capped", "whole pages"])
def test_a_server_that_ignores_the_offset_is_an_error(total: str, cap: int) -> None:
    table = Table(size=35, total=total, cap=cap)
    table.spoil = lambda _number, _rows: table.page(0, table.requests[-1][1])
    with pytest.raises(UnexpectedReplyError):
        walk(table, 10)


def test_a_server_that_alternates_between_two_pages_is_an_error() -> None:
    table = Table(size=35, total="none")
    table.spoil = lambda number, _rows: table.page(10 * (number % 2), 10)
    with pytest.raises(UnexpectedReplyError):
        walk(table, 10)


@pytest.mark.parametrize("size", [2, 9, 11, 35])
def test_a_server_that_ignores_count_and_offset_has_shown_everything(size: int) -> None:
    table = Table(size=size, total="none")
    table.spoil = lambda _number, _rows: table.rows
    assert keys(walk(table, 10)) == list(range(size))


@pytest.mark.parametrize("total", TOTALS)
def test_a_server_that_gives_one_row_at_a_time_is_an_error(total: str) -> None:
    with pytest.raises(UnexpectedReplyError):
        walk(Table(size=35, cap=1, total=total), 10)


@pytest.mark.parametrize("stated", [36, 500])
def test_a_total_that_is_never_reached_is_an_error(stated: int) -> None:
    table = Table(size=35)

    def fetch(params: dict[str, str]) -> Batch:
        return replace(table.fetch(params), total=stated)

    with pytest.raises(UnexpectedReplyError):
        list(OffsetPaging().pages(fetch, page_size=10, filtered=False, resume=Position()))


@pytest.mark.parametrize("stated", [0, 3, 10, 11, 34])
def test_a_total_that_is_too_small_ends_nothing(stated: int) -> None:
    table = Table(size=35)

    def fetch(params: dict[str, str]) -> Batch:
        return replace(table.fetch(params), total=stated)

    pages = OffsetPaging().pages(fetch, page_size=10, filtered=False, resume=Position())
    assert sum(len(page.records) for page in pages) == 35


def test_an_error_names_no_row() -> None:
    table = faulty(Table(size=35), Fault("repeated", 2, times=10_000))
    with pytest.raises(UnexpectedReplyError) as raised:
        walk(table, 10)
    assert "9.0" not in str(raised.value)


@pytest.mark.parametrize("total", ["none", "whole"])
def test_a_table_that_is_emptied_meanwhile_is_an_error_if_no_total_says_so(total: str) -> None:
    table = Table(size=35, total=total)
    table.spoil = lambda number, rows: rows if number == 1 else []
    with pytest.raises(UnexpectedReplyError):
        walk(table, 10)


def test_a_table_that_is_emptied_meanwhile_ends_if_the_total_says_so() -> None:
    table = Table(size=35)
    pages = OffsetPaging().pages(table.fetch, page_size=10, filtered=False, resume=Position())
    next(pages)
    table.rows.clear()
    assert [page.records for page in pages if page.records] == []


# Pages that have numbers


@pytest.mark.parametrize("total", TOTALS)
@pytest.mark.parametrize(
    ("page_size", "cap"), [(1, 1000), (2, 1000), (3, 1000), (7, 1000), (20, 1000), (1000, 50)]
)
def test_numbered_pages_show_every_row_of_a_long_table(
    page_size: int, cap: int, total: str
) -> None:
    table = Table(size=3000 if cap < page_size else 500, total=total, cap=cap)
    assert keys(walk(table, page_size, paging=NUMBERED)) == list(range(table.size))


@BOUNDED
@given(
    table=st.builds(
        Table,
        size=st.integers(30, 60),
        acts=st.lists(acts, max_size=4).map(tuple),
        newest_first=st.booleans(),
        total=st.sampled_from(TOTALS),
    ),
    page_size=st.integers(6, 25),
)
def test_numbered_pages_lose_no_untouched_row(table: Table, page_size: int) -> None:
    found = keys(walk(table, page_size, paging=NUMBERED))
    assert table.untouched <= set(found)
    assert len(set(found)) == len(found)


def test_rows_that_came_are_not_taken_for_another_meaning_of_a_pages_number() -> None:
    came = Act(before=2, kind="insert", at=0, rows=18)
    found = keys(walk(Table(size=30, acts=(came,)), 20, paging=NUMBERED))
    assert set(range(30)) <= set(found)


def test_a_full_numbered_page_is_not_the_last_though_others_are_larger() -> None:
    came, gone = (
        Act(before=4, kind="insert", at=0, rows=3),
        Act(before=4, kind="delete", at=0, rows=6),
    )
    table = Table(size=55, acts=(came, gone), total="none")
    assert table.untouched <= set(keys(walk(table, 20, paging=NUMBERED)))


@pytest.mark.parametrize("total", TOTALS)
@pytest.mark.parametrize("page_size", [2, 5, 9])
def test_numbered_pages_go_on_from_any_position(page_size: int, total: str) -> None:
    for _, position in walk(Table(size=60, total=total), page_size, paging=NUMBERED):
        table = Table(size=60, total=total)
        found = keys(walk(table, page_size, resume=position, paging=NUMBERED))
        assert set(range(position.offset, 60)) <= set(found)


# What it costs


@BOUNDED
@given(
    size=st.integers(0, 200),
    page_size=st.integers(2, 60),
    total=st.sampled_from(TOTALS),
)
def test_a_quiet_table_costs_one_row_a_page(size: int, page_size: int, total: str) -> None:
    table = Table(size=size, total=total)
    walk(table, page_size)
    needed = max(1, ceil((size - 1) / (page_size - 1)))
    ends_with_a_full_page = size >= page_size and (size - 1) % (page_size - 1) == 0
    assert len(table.requests) == needed + (total != "exact" or ends_with_a_full_page)


def test_no_request_is_sent_before_its_page_is_wanted() -> None:
    table = Table(size=35)
    pages = OffsetPaging().pages(table.fetch, page_size=10, filtered=False, resume=Position())
    next(pages)
    assert len(table.requests) == 1


def test_a_page_of_one_row_is_asked_for_as_two() -> None:
    table = Table(size=3)
    walk(table, 1)
    assert {count for _, count in table.requests} == {2}


# One page


def test_one_page_takes_one_request() -> None:
    table = Table(size=5)
    fetched: list[dict[str, str]] = []

    def fetch(params: dict[str, str]) -> Batch:
        fetched.append(params)
        return table.batch(table.rows)

    pages = OnePage().pages(fetch, page_size=2, filtered=False, resume=Position(offset=3))
    assert [len(page.records) for page in pages] == [5]
    assert fetched == [{}]


def test_one_page_gives_each_row_once() -> None:
    table = Table(size=3)
    pages = OnePage().pages(
        lambda _params: table.batch([*table.rows, *table.rows]),
        page_size=2,
        filtered=False,
        resume=Position(),
    )
    assert [record["key"] for page in pages for record in page.records] == [0, 1, 2]


def test_one_page_that_says_there_is_more_is_the_first_of_several() -> None:
    table = Table(size=25)

    def fetch(params: dict[str, str]) -> Batch:
        return table.fetch({"count": "10", "offset": "0", **params})

    pages = OnePage().pages(fetch, page_size=10, filtered=False, resume=Position())
    assert [record["key"] for page in pages for record in page.records] == list(range(25))


@pytest.mark.parametrize(
    ("paging", "params"),
    [
        (OnePage(), {}),
        (OffsetPaging(), {"count": "2", "offset": "0"}),
        (CsvPaging(), {"count": "2", "offset": "0"}),
        (PageNumbers(), {"page": "0", "pageSize": "2"}),
    ],
    ids=["one page", "offset", "csv", "page numbers"],
)
def test_the_first_rows_can_be_asked_for_alone(
    paging: OnePage | OffsetPaging | CsvPaging | PageNumbers, params: dict[str, str]
) -> None:
    assert paging.first(2) == params


@pytest.mark.parametrize(("size", "cap"), [(3000, 50), (700, 20), (55, 5)])
def test_page_numbers_reach_the_end_of_tables_larger_than_a_page_squared(
    size: int, cap: int
) -> None:
    table = Table(size=size, cap=cap)

    def fetch(params: dict[str, str]) -> Batch:
        most = min(int(params["pageSize"]), cap)
        return table.fetch({"count": str(most), "offset": str(int(params["page"]) * most)})

    pages = PageNumbers().pages(fetch, page_size=1000, filtered=False, resume=Position())
    assert [record["key"] for page in pages for record in page.records] == list(range(size))
    assert len(table.requests) < 2 * size / (cap - 1)


@pytest.mark.parametrize("page_size", [1, 2, 3, 4, 7])
def test_page_numbers_reach_the_end_however_small_the_pages(page_size: int) -> None:
    table = Table(size=100)

    def fetch(params: dict[str, str]) -> Batch:
        size = int(params["pageSize"])
        return table.fetch({"count": str(size), "offset": str(int(params["page"]) * size)})

    pages = PageNumbers().pages(fetch, page_size=page_size, filtered=False, resume=Position())
    assert [record["key"] for page in pages for record in page.records] == list(range(100))
