"""The client against the simulator: fan-out, what is skipped, what is asked how often."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from tap_acton.client import ActOnClient, Gate, Place
from tap_acton.config import read_settings
from tap_acton.dynamic import list_resource
from tap_acton.errors import (
    ActOnError,
    BudgetSpentError,
    LoginRequiredError,
    RateLimitedError,
    RequestRefusedError,
    ServerFailedError,
    UnexpectedReplyError,
)
from tap_acton.resources.catalog import RESOURCES
from tap_acton.resources.lists import LIST_TEMPLATE
from tap_acton.resources.model import Column, Words
from tap_acton.resources.paging import Position
from tap_acton.simulator import Change, Fault, Simulator

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_acton.resources.binding import Bound
    from tap_acton.resources.model import Record, Resource

    Simulate = Callable[..., Simulator]
    Connect = Callable[..., ActOnClient]

MESSAGES, REPORTS = RESOURCES["messages"], RESOURCES["message_reports"]
OPT_OUTS = RESOURCES["subscription_opt_outs"]
LIST = list_resource("list_x", "l-0001", [Column(name="company", source=("Company",))])
LIST_PATH = "/api/1/list/l-0001"


def client_of(sim: Simulator, **changes: Any) -> ActOnClient:
    """A client that has a token, and tries nothing again."""
    config = {
        "initiate_oauth": "OFF",
        "access_token": sim.tokens.issue()["access_token"],
        "api_url": sim.url,
        "requests_per_second": 100_000,
        "max_retry_seconds": 0,
        **changes,
    }
    return ActOnClient.from_settings(read_settings(config))


def messages_of(*types: str) -> Resource:
    """Return the messages of some types only."""
    return replace(MESSAGES, bind=(Words(variable="type", words=types),))


def records_of(client: ActOnClient, resource: Resource, **how: Any) -> list[Record]:
    return [record for page in client.pages(resource, **how) for record in page.records]


def ids(records: list[Record], key: str) -> list[str]:
    return [record[key] for record in records]


NEVER_FILLED = {"media_messages"}
"""The simulator's media are linked from no message."""


@pytest.mark.parametrize("name", [name for name in RESOURCES if name not in NEVER_FILLED])
def test_every_resource_can_be_read(simulator: Simulate, name: str) -> None:
    client = client_of(simulator())
    records = records_of(client, RESOURCES[name])
    assert records
    assert all(record[key] is not None for record in records for key in RESOURCES[name].keys)
    assert not client.misfits


def test_a_list_is_read_whole_over_many_pages(simulator: Simulate) -> None:
    sim = simulator(contacts=100)
    records = records_of(client_of(sim, page_size=12), LIST)
    assert ids(records, "contact_id") == list(sim.world.record_ids("l-0001"))


# Fan-out


def test_messages_of_all_types_are_read_under_their_type(simulator: Simulate) -> None:
    sim = simulator(messages=12)
    records = records_of(client_of(sim), MESSAGES)
    assert {record["type"] for record in records} == {
        "SENT", "TRIGGERED", "SCHEDULED", "FAILED", "DRAFT", "TEMPLATE",
    }  # fmt: skip


def test_a_fixed_word_can_be_chosen(simulator: Simulate) -> None:
    sim = simulator()
    records_of(client_of(sim), messages_of("DRAFT"))
    assert {entry.query["type"] for entry in sim.journal} == {"DRAFT"}


def test_each_message_that_was_sent_has_its_report(simulator: Simulate) -> None:
    client = client_of(simulator(messages=12))
    sent = records_of(client, messages_of("SENT", "TRIGGERED"))
    assert sorted(ids(records_of(client, REPORTS), "message_id")) == sorted(ids(sent, "id"))


@pytest.mark.parametrize("parents_first", [True, False], ids=["after parents", "alone"])
def test_parents_are_asked_for_once_a_run(simulator: Simulate, parents_first: bool) -> None:
    sim = simulator()
    client = client_of(sim)
    if parents_first:
        records_of(client, MESSAGES)
    records_of(client, REPORTS)
    records_of(client, REPORTS)
    asked = [entry.query["type"] for entry in sim.journal.matching(path="/api/1/message")]
    assert len(asked) == len(set(asked)) == (6 if parents_first else 2)


def test_a_half_read_parent_is_not_taken_for_all(simulator: Simulate) -> None:
    client = client_of(simulator(messages=30), page_size=5)
    next(iter(client.pages(MESSAGES)))
    sent = records_of(client, messages_of("SENT"))
    assert set(ids(sent, "id")) <= set(ids(records_of(client, REPORTS), "message_id"))


def test_values_stand_quoted_in_the_query(simulator: Simulate) -> None:
    sim = simulator(categories=4)
    records = records_of(client_of(sim), OPT_OUTS)
    names = {category.name for category in sim.world.categories}
    assert {"Product News & Offers", "Partner+", "Événements / Events"} <= names
    assert {record["category"] for record in records} == names


@pytest.mark.parametrize("list_id", ["l/../x?y=1#z", "{list_id}", "%2e", "é ", "l-0001:a"])
def test_values_stand_quoted_in_the_path(simulator: Simulate, list_id: str) -> None:
    sim = simulator()
    client = client_of(sim)
    records_of(client, list_resource("list_x", list_id, []))
    assert [skipped.bound for skipped in client.skipped] == [{"list_id": list_id}]
    (entry,) = sim.journal
    assert unquote(entry.path.removeprefix("/api/1/list/")) == list_id


# What is not there is skipped; nothing else is


def test_a_deleted_message_is_left_out_and_noted(simulator: Simulate) -> None:
    sim = simulator(messages=12)
    client = client_of(sim)
    first, *others = ids(records_of(client, messages_of("SENT")), "id")
    sim.world.delete_message(first)
    found = ids(records_of(client, REPORTS), "message_id")
    assert set(others) <= set(found)
    assert [skipped.bound for skipped in client.skipped] == [{"message_id": first}]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind="status", status=404, times=0),
        Fault(kind="status", status=403, times=0),
        *(
            Fault(kind="status", status=400, envelope="api", code=code, times=0)
            for code in (10004, 10008, 10012, 10013, 10030, 10054)
        ),
    ],
    ids=lambda fault: f"{fault.status}-{fault.code}",
)
def test_what_is_not_there_is_skipped(simulator: Simulate, fault: Fault) -> None:
    sim = simulator()
    sim.faults.add(fault)
    client = client_of(sim)
    assert records_of(client, LIST) == []
    assert [skipped.resource for skipped in client.skipped] == ["list_x"]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(kind="unauthorized", times=0), LoginRequiredError),
        (Fault(kind="throttle", times=0), RateLimitedError),
        (Fault(kind="throttle", envelope="wso2", times=0), RateLimitedError),
        (
            Fault(kind="status", status=503, message="Rate Limit exceeded", times=0),
            RateLimitedError,
        ),
        (Fault(kind="status", status=500, times=0), ServerFailedError),
        (Fault(kind="status", status=503, envelope="empty", times=0), ServerFailedError),
        (Fault(kind="status", status=500, envelope="api", code=10030, times=0), ServerFailedError),
        (
            Fault(kind="status", status=400, envelope="api", code=10010, times=0),
            RequestRefusedError,
        ),
        (Fault(kind="non_json", times=0), ServerFailedError),
    ],
    ids=["401", "429", "wso2", "503 throttled", "500", "503", "500 with code", "10010", "html"],
)
def test_no_other_failure_is_skipped(
    simulator: Simulate, fault: Fault, error: type[ActOnError]
) -> None:
    sim = simulator()
    sim.faults.add(fault)
    client = client_of(sim)
    with pytest.raises(error):
        records_of(client, LIST)
    assert client.skipped == []


def test_a_failure_among_many_objects_is_an_error(simulator: Simulate) -> None:
    sim = simulator(messages=6)
    sim.faults.add(Fault(kind="status", status=500, path="*/report", first=3, times=0))
    with pytest.raises(ServerFailedError):
        records_of(client_of(sim), REPORTS)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind="status", status=404, path=LIST_PATH, first=2, times=0),
        Fault(kind="status", status=400, envelope="api", path=LIST_PATH, first=2, times=0),
    ],
    ids=["404", "10004"],
)
def test_a_list_that_vanishes_midway_is_an_error_and_not_its_end(
    simulator: Simulate, fault: Fault
) -> None:
    sim = simulator()
    sim.faults.add(fault)
    with pytest.raises(RequestRefusedError):
        records_of(client_of(sim, page_size=10), LIST)


def test_a_list_that_is_gone_when_it_is_resumed_is_said_to_be_hidden(simulator: Simulate) -> None:
    sim = simulator()
    client = client_of(sim, page_size=10)
    place = next(iter(client.pages(LIST))).place
    sim.world.delete_list("l-0001")
    assert [page.hidden for page in client.pages(LIST, resume=place)] == [True]


def test_a_list_that_is_there_is_not_said_to_be_hidden(simulator: Simulate) -> None:
    client = client_of(simulator(), page_size=10)
    assert not any(page.hidden for page in client.pages(LIST))


# Pages that do not add up


@pytest.mark.parametrize("kind", ["repeated_page", "empty_page"])
@pytest.mark.parametrize("first", [1, 2, 3])
def test_a_page_that_is_wrong_once_costs_no_record(
    simulator: Simulate, kind: str, first: int
) -> None:
    sim = simulator()
    sim.faults.add(Fault(kind=kind, path=LIST_PATH, first=first))
    records = records_of(client_of(sim, page_size=10), LIST)
    assert sorted(ids(records, "contact_id")) == sorted(sim.world.record_ids("l-0001"))


@pytest.mark.parametrize("path", [LIST_PATH, "/api/1/list/optout"])
def test_pages_that_stay_empty_are_an_error(simulator: Simulate, path: str) -> None:
    sim = simulator(suppressed=30)
    sim.faults.add(Fault(kind="empty_page", path=path, first=2, times=0))
    resource = LIST if path == LIST_PATH else RESOURCES["opt_outs"]
    with pytest.raises(UnexpectedReplyError):
        records_of(client_of(sim, page_size=10), resource)


@pytest.mark.parametrize("order", ["inserted", "newest"])
@pytest.mark.parametrize("action", ["insert", "update", "delete"])
def test_records_that_others_change_meanwhile_cost_no_other(
    simulator: Simulate, action: str, order: str
) -> None:
    sim = simulator(contacts=100, order=order)
    before = {row.id: row.modified_ms for row in sim.world.rows("l-0001")}
    for number in range(2, 9):
        sim.changes.add(
            Change(action=action, target="l-0001", path=LIST_PATH, before=number, count=3)
        )
    found = ids(records_of(client_of(sim, page_size=20), LIST), "contact_id")
    untouched = {
        row.id for row in sim.world.rows("l-0001") if before.get(row.id) == row.modified_ms
    }
    assert untouched <= set(found)
    assert len(found) == len(set(found))


def test_values_that_do_not_fit_are_counted_by_column(simulator: Simulate) -> None:
    sim = simulator(messages=0)
    sim.faults.add(
        Fault(
            kind="status",
            status=200,
            path="/api/1/form",
            body='[{"folder":"Q1","entries":[{"id":"1","modified":"soon"},{"id":"2"}]}]',
        )
    )
    client = client_of(sim)
    records_of(client, RESOURCES["forms"])
    assert client.misfits == {"forms.modified": 1}


# Resuming


@pytest.mark.parametrize("resource", [MESSAGES, REPORTS, OPT_OUTS, LIST], ids=lambda r: r.name)
def test_a_reading_resumed_from_any_place_misses_nothing(
    simulator: Simulate, resource: Resource
) -> None:
    sim = simulator(messages=8)
    pages = list(client_of(sim, page_size=4).pages(resource))
    whole = {json.dumps(record, default=str) for page in pages for record in page.records}
    for number, page in enumerate(pages[::3]):
        read = pages[: 3 * number + 1]
        place = Place.from_json(json.loads(json.dumps(page.place.to_json())))
        again = records_of(client_of(sim, page_size=4), resource, resume=place)
        found = [*again, *(record for page in read for record in page.records)]
        assert {json.dumps(record, default=str) for record in found} == whole


def test_what_is_finished_is_not_asked_for_again(simulator: Simulate) -> None:
    sim = simulator()
    pages = client_of(sim).pages(MESSAGES)
    place = [page.place for page in pages if page.place.position is None][2]
    sim.journal.clear()
    records_of(client_of(sim), MESSAGES, resume=place)
    asked = [entry.query["type"] for entry in sim.journal]
    assert set(asked) == {"FAILED", "DRAFT", "TEMPLATE"}


def test_a_place_of_a_parent_that_is_gone_goes_on_with_the_next(simulator: Simulate) -> None:
    sim = simulator()
    pages = [page for page in client_of(sim).pages(REPORTS) if page.records]
    every = [record for page in pages for record in page.records]
    gone = replace(pages[2].place, position=Position())
    sim.world.delete_message(gone.bound["message_id"])
    client = client_of(sim)
    assert records_of(client, REPORTS, resume=gone) == every[3:]
    assert [(each.bound, each.gone) for each in client.skipped] == [
        ({"message_id": gone.bound["message_id"]}, True)
    ]


def test_a_place_of_before_parents_had_places_is_read_from_the_start(simulator: Simulate) -> None:
    sim = simulator()
    every = records_of(client_of(sim), REPORTS)
    place = Place.from_json({"bound": {"message_id": every[2]["message_id"]}, "position": None})
    found = records_of(client_of(sim), REPORTS, resume=place)
    assert sorted(ids(found, "message_id")) == sorted(
        {*ids(every, "message_id")} - {*place.bound.values()}
    )


def test_children_are_read_before_the_next_page_of_parents(simulator: Simulate) -> None:
    sim = simulator(messages=20)
    records_of(client_of(sim, page_size=4, requests_in_flight=1), REPORTS)
    paths = [entry.path for entry in sim.journal]
    assert paths[:6] == ["/api/1/message", *paths[1:5], "/api/1/message"]
    assert all(path.endswith("/report") for path in paths[1:5])


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"bound": {}},
        {"bound": 3, "position": None},
        {"bound": {}, "position": {}},
        {"bound": {}, "position": {"offset": "x", "anchors": []}},
        {"bound": {}, "position": {"offset": 1, "anchors": None}},
        {"bound": {}, "position": None, "parent": {"bound": {}}},
    ],
    ids=repr,
)
def test_what_is_no_place_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        Place.from_json(data)


# Children on their way


def test_children_of_many_parents_are_on_their_way_together(simulator: Simulate) -> None:
    sim = simulator(messages=20)
    alone = records_of(client_of(sim, requests_in_flight=1, page_size=4), REPORTS)
    sim.journal.clear()
    assert records_of(client_of(sim, requests_in_flight=8, page_size=4), REPORTS) == alone
    paths = [entry.path for entry in sim.journal]
    assert paths[:2] == ["/api/1/message", paths[1]]
    reports = [path for path in paths if path.endswith("/report")]
    assert len(reports) == len(set(reports)) == len(alone)


def test_a_gate_is_asked_in_order_and_its_question_is_on_its_way(simulator: Simulate) -> None:
    sim = simulator(messages=12)
    client = client_of(sim, requests_in_flight=6)
    asked: list[str] = []

    def opens(bound: Bound) -> bool:
        asked.append(bound["message_id"])
        report = client.record(REPORTS, bound)
        return report is not None and len(asked) % 2 == 0

    gate = Gate(opens=opens, asks=lambda bound: (REPORTS, bound))
    found = ids(records_of(client, REPORTS, gate=gate), "message_id")
    assert found == asked[1::2]
    paths = [entry.path for entry in sim.journal if entry.path.endswith("/report")]
    assert len(paths) == len(asked) + len(found)  # each for the gate, and again if it opens


def test_a_gate_that_cannot_go_on_is_asked_for_no_more(simulator: Simulate) -> None:
    sim = simulator(messages=12)
    client = client_of(sim, requests_in_flight=6)
    asked: list[str] = []

    def opens(bound: Bound) -> bool:
        asked.append(bound["message_id"])
        raise BudgetSpentError("no more")

    with pytest.raises(BudgetSpentError):
        records_of(client, REPORTS, gate=Gate(opens=opens))
    assert len(asked) == 1


def test_what_a_gate_fails_at_is_a_failure_in_its_turn(simulator: Simulate) -> None:
    sim = simulator(messages=12)
    every = records_of(client_of(sim), REPORTS)
    client = client_of(sim, requests_in_flight=6)
    bad = every[5]["message_id"]

    def opens(bound: Bound) -> bool:
        if bound["message_id"] == bad:
            raise RequestRefusedError("no", status=400)
        return True

    found: list[Record] = []
    pages = client.pages(REPORTS, gate=Gate(opens=opens))
    with pytest.raises(RequestRefusedError):
        found.extend(record for page in pages for record in page.records)
    assert found == [each for each in every if each["message_id"] != bad]


# Laziness


def test_nothing_is_sent_until_a_page_is_wanted(simulator: Simulate) -> None:
    sim = simulator()
    client_of(sim).pages(LIST)
    assert len(sim.journal) == 0


def test_closing_the_pages_stops_the_requests(simulator: Simulate) -> None:
    sim = simulator()
    pages = client_of(sim, page_size=5, requests_in_flight=1).pages(LIST)
    list(itertools.islice(pages, 2))
    pages.close()  # type: ignore[attr-defined]  # it is a generator
    assert len(sim.journal) == 2


def test_lists_are_asked_for_with_dates(simulator: Simulate) -> None:
    sim = simulator()
    records_of(client_of(sim), LIST)
    assert LIST_TEMPLATE.params.items() <= sim.journal[0].query.items()


@pytest.mark.parametrize(
    ("parents", "row", "children"),
    [
        (
            "/api/1/subscription/category",
            {"id": "1", "name": "half \ud83d"},
            "subscription_opt_outs",
        ),
        ("/api/1/form", {"folder": "x", "entries": [{"id": "half \ud83d"}]}, "form_reports"),
    ],
    ids=["in the query", "in the path"],
)
def test_half_a_character_in_a_name_can_be_asked_for(
    parents: str, row: dict[str, Any], children: str, simulator: Simulate
) -> None:
    sim = simulator()
    sim.faults.add(Fault(kind="status", status=200, body=json.dumps([row]), path=parents, times=0))
    resource = RESOURCES[children]
    path = resource.path.replace("{form_id}", "*")
    sim.faults.add(
        Fault(kind="status", status=200, body='{"result": [], "totalCount": 0}', path=path, times=0)
    )
    assert records_of(client_of(sim), resource) == []
    assert len(sim.journal.matching(path=path)) == 1
