"""What is not selected is neither emitted nor, where Act-On allows it, asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tap_acton.dynamic import Origin, resource_of
from tap_acton.resources.lists import narrowed
from tap_acton.resources.model import Column
from tap_acton.simulator import Fault
from tap_acton.simulator.world.contact_list import Segment
from tests.harness import deselect, discover, only, select_columns, sync

if TYPE_CHECKING:
    from tap_acton.simulator import Simulator
    from tests.conftest import Configure, Simulate

SEGMENT = "segment_api_example_list_part_1"
DATES = ("created_date", "modified_date")


def asked(sim: Simulator, path: str) -> list[dict[str, Any]]:
    """Return the queries of the requests for a path."""
    return [dict(entry.query) for entry in sim.journal.matching(path=path)]


def segment_of(sim: Simulator, config: dict[str, Any]) -> dict[str, Any]:
    catalog = only(discover(config), SEGMENT)
    sim.journal.clear()
    return catalog


def test_unselected_columns_are_not_asked_for(simulator: Simulate, configure: Configure) -> None:
    sim = simulator()
    config = configure(sim)
    catalog = select_columns(segment_of(sim, config), SEGMENT, "company", "e_mail_address")
    records = sync(config, catalog).records[SEGMENT]
    (query,) = asked(sim, "/api/1/list/q-0001")
    assert query["fields"] == "Company;E-mail Address"
    assert "datequalifiers" not in query
    assert all(set(record) == {"contact_id", "company", "e_mail_address"} for record in records)
    assert all(record["company"] for record in records)


def test_without_any_column_of_its_own_a_list_gives_ids(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator()
    config = configure(sim)
    whole = sync(config, segment_of(sim, config)).records[SEGMENT]
    sim.journal.clear()
    records = sync(config, select_columns(segment_of(sim, config), SEGMENT)).records[SEGMENT]
    (query,) = asked(sim, "/api/1/list/q-0001")
    assert ";" not in query["fields"]
    assert records == [{"contact_id": record["contact_id"]} for record in whole]


def test_ids_come_though_act_on_shows_no_more_than_the_named_columns(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator()
    config = configure(sim)
    catalog = select_columns(segment_of(sim, config), SEGMENT, "company")
    whole = sync(config, segment_of(sim, config)).records[SEGMENT]
    named = {"headers": ["Company"], "data": [["a"]] * len(whole), "totalCount": len(whole)}
    path = "/api/1/list/q-0001"
    sim.faults.add(Fault(kind="status", status=200, body=json.dumps(named), path=path, times=1))
    records = sync(config, catalog).records[SEGMENT]
    assert records == [
        {"contact_id": record["contact_id"], "company": record["company"]} for record in whole
    ]


@pytest.mark.parametrize("heading", [*DATES, "__created_date", "__modified_date"])
def test_a_column_that_is_called_as_act_ons_own_dates_is_not_named(heading: str) -> None:
    columns = [Column(name="own", source=(heading,)), Column(name="other", source=("Other",))]
    segment = resource_of(Origin(kind="list_segment", id="q-1"), "segment", columns)
    assert narrowed(segment, {"contact_id", "own"}) is segment
    assert narrowed(segment, {"contact_id", "other"}).params == {"fields": "Other"}


@pytest.mark.parametrize("date", DATES)
def test_dates_are_not_given_up_for_fewer_columns(
    date: str, simulator: Simulate, configure: Configure
) -> None:
    sim = simulator()
    config = configure(sim)
    catalog = select_columns(segment_of(sim, config), SEGMENT, "company", date)
    records = sync(config, catalog).records[SEGMENT]
    (query,) = asked(sim, "/api/1/list/q-0001")
    assert "fields" not in query
    assert all(record[date] for record in records)


def test_an_incremental_list_keeps_its_dates(simulator: Simulate, configure: Configure) -> None:
    sim = simulator()
    config = configure(sim)
    catalog = only(discover(config), "list_api_example_list")
    sim.journal.clear()
    catalog = select_columns(catalog, "list_api_example_list", "company")
    records = sync(config, catalog).records["list_api_example_list"]
    (query,) = asked(sim, "/api/1/list/l-0001")
    assert query["datequalifiers"] == "true"
    assert all(set(record) == {"contact_id", "company", "modified_date"} for record in records)


@pytest.mark.parametrize(
    "headings",
    [["Topic", "Topic", "Other"], ["A;B", "Topic", "Other"], ["Topic", "Topic [2]", "Other"]],
    ids=["repeated", "semicolon", "looks numbered"],
)
def test_columns_that_cannot_be_named_come_all_the_same(
    headings: list[str], simulator: Simulate, configure: Configure
) -> None:
    sim = simulator(segments=0)
    list_id = sim.world.add_list("Odd", headings, [["1", "2", "3"], ["4", "5", "6"]])
    sim.world.segments["q-0009"] = Segment(id="q-0009", name="Part", list_id=list_id, remainder=0)
    config = configure(sim)
    catalog = only(discover(config), "segment_part")
    (stream,) = (each for each in catalog["streams"] if each["tap_stream_id"] == "segment_part")
    columns = {
        schema["title"]: name
        for name, schema in stream["schema"]["properties"].items()
        if "title" in schema
    }
    catalog = deselect(catalog, "segment_part", columns["Other"], *DATES)
    (record,) = sync(config, catalog).records["segment_part"]
    own = [value for name, value in record.items() if name in columns.values()]
    assert own == ["1", "2"]


def test_a_column_that_is_gone_does_not_stop_the_others(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator()
    config = configure(sim)
    catalog = select_columns(segment_of(sim, config), SEGMENT, "company", "e_mail_address")
    sim.world.drop_column("l-0001", "Company")
    records = sync(config, catalog).records[SEGMENT]
    assert records
    assert all(record["company"] is None and record["e_mail_address"] for record in records)


def test_a_server_that_ignores_the_names_gives_the_same(
    simulator: Simulate, configure: Configure
) -> None:
    found = []
    for ignores in (False, True):
        sim = simulator(ignore_fields=ignores)
        config = configure(sim, oauth_settings_location=f"memory://{ignores}")
        catalog = select_columns(segment_of(sim, config), SEGMENT, "company")
        found.append(sync(config, catalog).records[SEGMENT])
    assert found[0] == found[1]
