"""What the counts of a stream say: what the source has, what came of it, and what is missing."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tap_acton.client import Place, RecordsPage
from tap_acton.dynamic import list_resource
from tap_acton.resources.catalog import RESOURCES
from tap_acton.resources.model import Condition, Operator
from tap_acton.resources.pages import Position
from tap_acton.singer.console.report import differences, table
from tap_acton.singer.console.tally import Outcome, Tally

if TYPE_CHECKING:
    from tap_acton.resources.model import Resource

LIST = list_resource("list_people", "l-1", ())
HERE = Place(bound={"list_id": "l-1"}, position=Position())
SINCE = Condition(
    column="modified_date", operator=Operator.AFTER, value=datetime(2026, 5, 1, tzinfo=UTC)
)


def page(rows: int, total: int | None, place: Place = HERE) -> RecordsPage:
    return RecordsPage(records=[{}] * rows, place=place, total=total)


def reading(
    *pages: tuple[RecordsPage, int],
    resource: Resource = LIST,
    conditions: tuple[Condition, ...] = (),
    place: Place | None = None,
    outcome: Outcome = Outcome.COMPLETE,
    seconds: float = 10,
) -> Tally:
    """Return the counts of a reading of pages, each with how many of its rows were emitted."""
    tally = Tally(stream=resource.name, began=100.0, is_shown=True)
    tally.opens(resource, conditions, place)
    for each, accepted in pages:
        tally.meets(each, accepted)
    tally.closes(outcome, 100.0 + seconds)
    return tally


def cells(*tallies: Tally) -> list[list[str]]:
    lines = table(tallies, seconds=20, per_second=5)
    return [re.split("  +", line) for line in lines]


def test_a_whole_reading_is_compared_with_the_total_of_the_server() -> None:
    tally = reading((page(60, 100), 60), (page(40, 100), 40))
    assert (tally.source_rows, tally.emitted, tally.skipped, tally.unexplained) == (100, 100, 0, 0)


def test_rows_that_never_came_are_said_in_a_warning() -> None:
    tally = reading((page(60, 100), 60), (page(37, 100), 37))
    assert tally.unexplained == 3
    (warning,) = differences([tally])
    assert warning.startswith("list_people: 3 of the 100 rows that Act-On counts did not come")


def test_rows_beyond_the_total_are_said_in_a_warning() -> None:
    tally = reading((page(103, 100), 103))
    (warning,) = differences([tally])
    assert warning.startswith("list_people: 3 rows came beyond the 100 that Act-On counts")


@pytest.mark.parametrize(("emitted", "is_explained"), [(98, True), (103, True), (97, False)])
def test_rows_that_come_and_go_meanwhile_explain_a_difference(
    emitted: int, *, is_explained: bool
) -> None:
    tally = reading((page(60, 98), 60), (page(emitted - 60, 103), emitted - 60))
    assert (tally.unexplained == 0) is is_explained


def test_rows_that_are_known_or_outside_of_the_dates_are_skipped_for_a_reason() -> None:
    tally = reading((page(100, 100), 88))
    assert (tally.emitted, tally.skipped, tally.unexplained) == (88, 12, 0)
    assert cells(tally)[1][-1] == "known or outside of the dates: 12"


def test_rows_that_stream_maps_leave_out_are_skipped_for_a_reason() -> None:
    tally = reading((page(100, 100), 100))
    tally.left_out = 30
    assert (tally.emitted, tally.skipped, tally.unexplained) == (70, 30, 0)
    assert cells(tally)[1][-1] == "left out by stream maps: 30"


def test_rows_that_the_run_before_has_read_are_skipped_for_a_reason() -> None:
    place = Place(bound=HERE.bound, position=Position(offset=40, anchors=("a", "b")))
    tally = reading((page(61, 100), 61), place=place)  # the seam comes once more
    assert (tally.before, tally.unexplained) == (39, 0)
    assert cells(tally)[1][-1] == "read in the run before: 39"


def test_a_reading_of_changes_says_nothing_of_the_whole() -> None:
    tally = reading((page(3, 100), 3), conditions=(SINCE,))
    assert (tally.source_rows, tally.unexplained, tally.whole_rows) == (None, 0, None)


def test_a_reply_without_a_total_says_nothing_of_the_source() -> None:
    tally = reading((page(3, None), 3))
    assert (tally.source_rows, tally.unexplained) == (None, 0)


def test_an_empty_list_that_says_so_is_known_to_be_empty() -> None:
    assert reading((page(0, 0), 0)).source_rows == 0


def test_totals_of_several_objects_add_up() -> None:
    messages = RESOURCES["messages"]
    sent, drafts = (Place(bound={"type": word}, position=Position()) for word in ("SENT", "DRAFT"))
    pages = [(page(2, 3, sent), 2), (page(1, 3, sent), 1), (page(4, 4, drafts), 4)]
    assert reading(*pages, resource=messages).source_rows == 7
    assert reading(*pages, (page(1, None, HERE), 1), resource=messages).source_rows is None
    cut = reading(*pages, resource=messages, place=sent)
    assert cut.source_rows is None


def test_a_reading_that_was_cut_is_not_compared() -> None:
    tally = reading((page(60, 100), 60), outcome=Outcome.CUT)
    assert (tally.source_rows, tally.unexplained) == (100, 0)
    assert cells(tally)[1][-1] == "cut short"


def test_what_is_kept_for_later_plans_is_the_same_however_often_the_reading_was_cut() -> None:
    place = Place(bound=HERE.bound, position=Position(offset=40, anchors=("a", "b")))
    whole, rest = reading((page(100, 100), 100)), reading((page(61, 100), 61), place=place)
    assert whole.whole_rows == rest.whole_rows == 100
    assert reading((page(7, None), 7), resource=RESOURCES["forms"]).whole_rows == 7
    assert reading((page(7, None), 7)).whole_rows is None
    assert reading((page(7, 7), 7), resource=RESOURCES["messages"]).whole_rows is None


def test_the_share_of_the_ceiling_is_of_the_seconds_that_the_stream_took() -> None:
    tally = reading((page(1, 1), 1), seconds=10)
    tally.requests = 40
    assert cells(tally)[1][4:7] == ["40", "10.0", "80 %"]


def test_a_stream_of_a_moment_has_no_more_than_the_whole_ceiling() -> None:
    tally = reading((page(1, 1), 1), seconds=0.1)
    tally.requests = 2
    assert cells(tally)[1][6] == "100 %"


def test_the_last_line_is_the_sum() -> None:
    one, two = (reading((page(rows, rows), rows)) for rows in (1200, 30))
    one.requests, two.requests = 40, 20
    assert cells(one, two)[-1] == ["total", "1,230", "1,230", "0", "60", "20.0", "60 %"]


def test_the_sum_has_no_source_if_one_stream_has_none() -> None:
    assert cells(reading((page(3, 3), 3)), reading((page(3, None), 3)))[-1][1:3] == ["-", "6"]


def test_objects_that_are_not_shown_and_streams_that_fail_are_told() -> None:
    some, failed = reading((page(3, 3), 3)), reading(outcome=Outcome.FAILED)
    some.not_shown = 2
    assert [line[7:] for line in cells(some, failed)[1:3]] == [["objects not shown: 2"], ["failed"]]


@pytest.mark.parametrize(
    ("read", "to_go"), [(0, None), (25, 30.0), (100, 0.0)], ids=["nothing yet", "a quarter", "all"]
)
def test_the_time_to_go_is_that_of_the_rows_that_are_left(read: int, to_go: float | None) -> None:
    tally = Tally(stream="list_people", began=100.0)
    tally.opens(LIST, (), None)
    tally.meets(page(read, 100), read)
    assert tally.seconds_to_go(110.0) == to_go
    assert tally.fraction == read / 100


def test_rows_of_the_run_before_make_the_rest_no_faster() -> None:
    tally = Tally(stream="list_people", began=100.0)
    tally.opens(LIST, (), Place(bound=HERE.bound, position=Position(offset=50, anchors=("a",))))
    tally.meets(page(25, 100), 25)
    assert (tally.fraction, tally.seconds_to_go(110.0)) == (0.75, 10.0)


def test_where_no_total_is_known_the_requests_that_are_expected_tell() -> None:
    tally = Tally(stream="form_urls", began=100.0, expected_requests=20)
    tally.opens(RESOURCES["form_urls"], (), None)
    tally.requests = 5
    assert (tally.fraction, tally.seconds_to_go(110.0)) == (0.25, 30.0)
