"""What a run is estimated to cost, by what is known before it asks for anything."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tap_acton.config import read_settings
from tap_acton.dynamic import list_resource
from tap_acton.resources.catalog import RESOURCES
from tap_acton.resources.model import Condition, Operator
from tap_acton.resources.pages import Position
from tap_acton.resources.place import Place
from tap_acton.singer.console.plan import Estimate, Plan, Task, known_rows, make_plan
from tests.fakes import FakeClock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_acton.resources.model import Resource

LIST = list_resource("list_people", "l-1", ())
SINCE = (
    Condition(
        column="modified_date", operator=Operator.AFTER, value=datetime(2026, 5, 1, tzinfo=UTC)
    ),
)
NOTHING: dict[str, int] = {}


def planned(
    *tasks: Task, known: Mapping[str, int] = NOTHING, left: int = 30_000, **settings: Any
) -> Plan:
    config = {"initiate_oauth": "OFF", "access_token": "t", **settings}
    return make_plan(tasks, known, read_settings(config), left_today=left, clock=FakeClock())


def estimate(task: Task, known: Mapping[str, int] = NOTHING, **settings: Any) -> Estimate:
    return planned(task, known=known, **settings).estimates[0]


@pytest.mark.parametrize(
    ("rows", "requests"),
    [(0, 1), (1, 1), (1000, 1), (1001, 2), (1999, 2), (2000, 3), (1_000_000, 1001)],
    ids=str,
)
def test_a_list_takes_a_request_for_each_page_that_repeats_a_row(rows: int, requests: int) -> None:
    found = estimate(Task(resource=LIST), {LIST.name: rows})
    assert (found.most, found.is_range, found.rows) == (requests, False, rows)


def test_a_list_whose_size_nobody_knows_stays_unknown() -> None:
    assert estimate(Task(resource=LIST)).most is None


def test_a_reading_of_changes_may_take_a_single_request() -> None:
    found = estimate(Task(resource=LIST, conditions=SINCE), {LIST.name: 5000})
    assert (found.most, found.is_range, found.rows) == (6, True, None)


def test_a_reading_that_was_cut_is_planned_from_where_it_stopped() -> None:
    place = Place(bound={"list_id": "l-1"}, position=Position(offset=4000, anchors=("a", "b")))
    assert estimate(Task(resource=LIST, place=place), {LIST.name: 5000}).most == 1


def test_a_stream_in_one_reply_takes_one_request_and_one_for_each_word() -> None:
    assert estimate(Task(resource=RESOURCES["forms"])).most == 1
    assert estimate(Task(resource=RESOURCES["programs"])).most == 3


@pytest.mark.parametrize(
    ("streams", "known", "requests"),
    [
        (["form_urls"], {}, [None]),
        (["form_urls"], {"forms": 12}, [13]),
        (["forms", "form_urls"], {"forms": 12}, [1, 12]),
        (["list_scores"], {"list_records": 40}, [None]),
    ],
    ids=["no parents known", "with their listing", "listed by a stream", "no listing known"],
)
def test_children_take_a_request_for_each_parent_that_is_known(
    streams: list[str], known: dict[str, int], requests: list[int | None]
) -> None:
    plan = planned(*(Task(resource=RESOURCES[name]) for name in streams), known=known)
    assert [each.most for each in plan.estimates] == requests


def test_children_of_some_of_the_parents_are_a_range() -> None:
    reports = Task(resource=RESOURCES["message_reports"])
    plan = planned(Task(resource=RESOURCES["messages"]), reports, known={"messages": 24})
    assert plan.of("message_reports") == Estimate(stream="message_reports", most=24, is_range=True)


def test_months_are_counted_from_the_bookmark_on_and_else_unknown() -> None:
    days = RESOURCES["message_report_days"]
    since = Condition(
        column="date", operator=Operator.AFTER, value=datetime(2026, 4, 10, tzinfo=UTC)
    )
    assert estimate(Task(resource=days)).most is None
    assert estimate(Task(resource=days, conditions=(since,))).most == 3  # April to June


def test_what_a_stream_costs_beyond_its_own_requests_counts() -> None:
    task = Task(resource=RESOURCES["form_urls"], cost=lambda bounds: 2 * bounds)
    assert planned(Task(resource=RESOURCES["forms"]), task, known={"forms": 5}).estimates[1] == (
        Estimate(stream="form_urls", most=10)
    )


def test_the_records_of_all_lists_are_known_if_each_list_is() -> None:
    lists: list[Resource] = [LIST, list_resource("list_dogs", "l-2", ())]
    kept = {"bookmarks": {"list_dogs": {"rows": 5}, "forms": {"rows": "many"}, "broken": {}}}
    assert known_rows(lists, {"list_people": 7, "list_dogs": None}, kept) == {
        "list_people": 7,
        "list_dogs": 5,
        "list_records": 12,
    }
    assert "list_records" not in known_rows(lists, {"list_people": 7}, {})


def test_discovery_is_believed_before_the_state() -> None:
    state = {"bookmarks": {LIST.name: {"rows": 5}}}
    assert known_rows([LIST], {LIST.name: 7}, state)[LIST.name] == 7


def test_the_plan_is_a_table_with_a_sum_and_what_is_left() -> None:
    plan = planned(
        Task(resource=RESOURCES["forms"]),
        Task(resource=LIST),
        Task(resource=list_resource("list_dogs", "l-2", ()), conditions=SINCE),
        Task(resource=RESOURCES["messages"]),
        known={LIST.name: 1_000_000, "list_dogs": 5000},
        left=27_113,
    )
    *table, budgets = plan.lines()
    assert [re.split("  +", line) for line in table] == [
        ["stream", "requests", "at the ceiling", "of today's budget"],
        ["forms", "1", "0.2 s", "<0.1 %"],
        ["list_people", "1,001", "3 min 20 s", "3.3 %"],
        ["list_dogs", "1 to 6", "at most 1.2 s", "at most <0.1 %"],
        ["messages", "unknown", "unknown", "unknown"],
        ["total", "at most 1,008 and 1 unknown", "at most 3 min 22 s", "at most 3.4 %"],
    ]
    assert len({len(line) for line in table}) == 1
    assert budgets == "Requests left today: 27,113 of 30,000"


@pytest.mark.parametrize(
    ("left", "per_run", "is_enough"),
    [(30_000, None, True), (30_000, 6, True), (30_000, 5, False), (5, None, False)],
    ids=["enough", "just enough for the run", "too few for the run", "too few today"],
)
def test_a_budget_that_is_too_small_for_one_run_is_told(
    left: int, per_run: int | None, *, is_enough: bool
) -> None:
    settings = {} if per_run is None else {"max_requests_per_run": per_run}
    plan = planned(Task(resource=LIST), known={LIST.name: 5000}, left=left, **settings)
    *_, told = plan.lines()
    assert told.startswith(f"Requests left today: {left:,} of 30,000")
    assert told.endswith("later runs go on") is not is_enough
    assert ("this run may send" in told) is (per_run is not None)
