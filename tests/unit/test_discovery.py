"""An account's lists become resources."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from singer_sdk.singerlib import Schema

from tap_acton.client import ActOnClient
from tap_acton.config import read_settings
from tap_acton.discovery import discover, discover_lists
from tap_acton.dynamic import Origin, catalog_columns, origin_of, resource_of
from tap_acton.errors import ActOnError, ServerFailedError
from tap_acton.resources.catalog import RESOURCES
from tap_acton.resources.csv_table import CsvTable
from tap_acton.resources.rows import Table
from tap_acton.simulator import Fault, Simulator

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tap_acton.resources.model import Record, Resource

    Simulate = Callable[..., Simulator]

FIXED = ["contact_id", "list_id", "created_date", "modified_date"]
HEADINGS = [
    "E-mail Address", "Company", "company", "Company", "First Name", "First-Name", "", "", ".tz",
    "名簿", "raw", "list_id", "contact_id", "Created Date", "_contact_id_", "modified_date", "_raw",
    "a,b", 'say "x"', "x\ny", "2024",
]  # fmt: skip


def client_of(sim: Simulator) -> ActOnClient:
    config = {
        "initiate_oauth": "OFF",
        "access_token": sim.tokens.issue()["access_token"],
        "api_url": sim.url,
        "requests_per_second": 100_000,
        "max_retry_seconds": 0,
    }
    return ActOnClient.from_settings(read_settings(config))


def discovered(sim: Simulator, *patterns: str) -> dict[str, Resource]:
    return {resource.name: resource for resource in discover_lists(client_of(sim), patterns)}


def one_list(sim: Simulator, headings: Sequence[str], *rows: Sequence[str]) -> Resource:
    list_id = sim.world.add_list("odd", headings, rows)
    return discovered(sim, list_id)["list_odd"]


def records_of(sim: Simulator, resource: Resource) -> list[Record]:
    return [record for page in client_of(sim).pages(resource) for record in page.records]


def id_of(resource: Resource) -> str:
    origin = origin_of(resource)
    assert origin
    return origin.id


def as_catalogued(resource: Resource) -> Resource:
    """Take a resource through a catalog's entry, as a sync gets it."""
    schema = Schema.from_dict(Schema.from_dict(resource.schema()).to_dict())
    origin = origin_of(resource)
    assert origin
    columns = catalog_columns(origin.kind, schema.properties or {})
    return resource_of(origin, resource.name, columns)


def test_each_list_is_a_resource_and_segments_are_none(simulator: Simulate) -> None:
    found = discovered(simulator(lists=5, segments=2))
    assert sorted(found) == [
        "list_api_example_list",
        "list_messages",
        "list_newsletter",
        "list_newsletter_l_0005",
        "list_webinar_frühling_2025_q1_leads_partners_100",
    ]


def test_no_list_takes_the_name_of_a_fixed_stream(simulator: Simulate) -> None:
    sim = simulator()
    for name in RESOURCES:
        sim.world.add_list(name, ["a"])
    assert not set(discovered(sim)) & set(RESOURCES)


def test_columns_are_the_fixed_ones_and_the_lists_own(simulator: Simulate) -> None:
    resource = one_list(simulator(), ["E-mail Address", "First Name"])
    names = [column.name for column in resource.columns]
    assert names == [*FIXED, "e_mail_address", "first_name"]


def test_no_two_columns_of_odd_headings_share_a_name(simulator: Simulate) -> None:
    names = [column.name for column in one_list(simulator(), HEADINGS).columns]
    assert len(set(names)) == len(names) == len(FIXED) + len(HEADINGS)


@pytest.mark.parametrize("date_headings", ["plain", "underscored"])
def test_every_cell_of_odd_headings_is_read(simulator: Simulate, date_headings: str) -> None:
    sim = simulator(date_headings=date_headings)
    cells = [f"cell {number}" for number in range(len(HEADINGS))]
    (record,) = records_of(sim, one_list(sim, HEADINGS, cells))
    assert [value for name, value in record.items() if name not in {*FIXED, "_raw"}] == cells


@pytest.mark.parametrize("date_headings", ["plain", "underscored"])
def test_dates_of_odd_headings_are_the_servers(simulator: Simulate, date_headings: str) -> None:
    sim = simulator(date_headings=date_headings)
    resource = one_list(sim, HEADINGS, ["x"] * len(HEADINGS))
    (record,) = records_of(sim, resource)
    (row,) = sim.world.rows(id_of(resource))
    found = [round(record[name].timestamp() * 1000) for name in ("created_date", "modified_date")]
    assert found == [row.created_ms, row.modified_ms]


@pytest.mark.parametrize("date_headings", ["plain", "underscored"])
def test_a_catalogs_entry_gives_the_resource_that_was_discovered(
    simulator: Simulate, date_headings: str
) -> None:
    resource = one_list(simulator(date_headings=date_headings), HEADINGS)
    known = as_catalogued(resource)
    assert replace(known, table=resource.table) == resource


def test_a_wide_lists_catalog_entry_gives_the_resource_that_was_discovered(
    simulator: Simulate,
) -> None:
    resource = discovered(simulator(wide_columns=300))["list_wide_list"]
    assert replace(as_catalogued(resource), table=resource.table) == resource


def test_names_are_the_same_whenever_they_are_discovered(simulator: Simulate) -> None:
    sim = simulator(lists=5)
    before = discovered(sim)
    sim.world.add_list("Newsletter", ["a"])
    after = discovered(sim)
    assert before.items() <= after.items()


# Wide lists


@pytest.mark.parametrize("own", [250, 251, 252, 253, 254, 255, 256, 300])
def test_a_list_of_any_width_is_read_whole(simulator: Simulate, own: int) -> None:
    sim = simulator()
    cells = [f"cell {number}" for number in range(own)]
    resource = one_list(sim, [f"c{number}" for number in range(own)], cells)
    (record,) = records_of(sim, resource)
    assert [record[f"c{number}"] for number in range(own)] == cells
    assert record["modified_date"] is not None


@pytest.mark.parametrize(("own", "shape"), [(200, Table), (300, CsvTable)])
def test_only_a_wide_list_is_read_as_csv(
    simulator: Simulate, own: int, shape: type[object]
) -> None:
    resource = one_list(simulator(), [f"c{number}" for number in range(own)])
    assert isinstance(resource.shape, shape)


# What it asks for


def test_it_asks_once_for_the_listing_and_once_for_each_list(simulator: Simulate) -> None:
    sim = simulator(lists=5)
    discovered(sim)
    paths = [entry.path for entry in sim.journal]
    assert paths[0] == "/api/1/list"
    assert sorted(paths[1:]) == [f"/api/1/list/l-000{number}" for number in range(1, 6)]


def test_it_asks_for_one_row_of_a_list(simulator: Simulate) -> None:
    sim = simulator()
    discovered(sim)
    assert {entry.query["count"] for entry in sim.journal.matching(path="*/l-*")} == {"1"}


def test_a_wide_list_takes_one_request_more(simulator: Simulate) -> None:
    sim = simulator(lists=0, wide_columns=300)
    discovered(sim)
    assert [entry.query.get("responseformat") for entry in sim.journal] == [None, None, "CSV"]


@pytest.mark.parametrize(
    ("patterns", "names"),
    [
        (("Newsletter",), {"list_newsletter", "list_newsletter_l_0005"}),
        (("news*",), {"list_newsletter", "list_newsletter_l_0005"}),
        (("l-0005",), {"list_newsletter_l_0005"}),
        (("l-0001", "Mess?ges"), {"list_api_example_list", "list_messages"}),
        (("nothing",), set()),
        (("news*", "!l-0005"), {"list_newsletter"}),
        (("!NEWS*", "!m*", "!webinar*"), {"list_api_example_list"}),
    ],
    ids=lambda value: repr(sorted(value)),
)
def test_lists_are_chosen_by_name_or_id(
    simulator: Simulate, patterns: tuple[str, ...], names: set[str]
) -> None:
    assert set(discovered(simulator(lists=5), *patterns)) == names


def test_a_list_at_which_the_server_fails_can_be_left_out(simulator: Simulate) -> None:
    sim = simulator(lists=5)
    sim.faults.add(Fault(kind="status", path="/api/1/list/l-0005", times=0))
    with pytest.raises(ServerFailedError, match="'!l-0005' in 'lists'"):
        discovered(sim)
    assert discovered(sim, "!l-0005")


def test_a_glob_that_fits_no_list_is_told_of(
    simulator: Simulate, caplog: pytest.LogCaptureFixture
) -> None:
    discovered(simulator(lists=5), "news*", "Mesages", "!l-0001", "!secret*")
    assert caplog.messages == [
        "Setting 'lists': no list fits 'Mesages'. Did you mean 'Messages'?",
        "Setting 'lists': no list fits '!secret*'.",
    ]


def test_what_some_globs_take_and_the_same_with_an_exclamation_mark_leave_is_every_list(
    simulator: Simulate,
) -> None:
    sim = simulator(lists=5)
    taken, left = set(discovered(sim, "news*", "l-0001")), set(discovered(sim, "!news*", "!l-0001"))
    assert len(taken) == 3
    assert not taken & left
    assert taken | left == set(discovered(sim))


def test_lists_that_are_not_chosen_are_not_asked_for(simulator: Simulate) -> None:
    sim = simulator(lists=5)
    discovered(sim, "l-0002")
    assert [entry.path for entry in sim.journal] == ["/api/1/list", "/api/1/list/l-0002"]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind="status", status=400, envelope="api", path="*/l-0002", times=0),
        Fault(kind="status", status=403, path="*/l-0002", times=0),
        Fault(kind="status", status=200, body="{}", path="*/l-0002", times=0),
    ],
    ids=["deleted", "forbidden", "no headings"],
)
def test_a_list_that_cannot_be_read_hides_no_other(simulator: Simulate, fault: Fault) -> None:
    sim = simulator()
    sim.faults.add(fault)
    assert len(discovered(sim)) == 2


@pytest.mark.parametrize("path", ["/api/1/list", "/api/1/list/l-0002"], ids=["listing", "list"])
def test_a_server_that_fails_is_an_error_and_no_list_less(simulator: Simulate, path: str) -> None:
    sim = simulator()
    sim.faults.add(Fault(kind="status", status=500, path=path, times=0))
    with pytest.raises(ServerFailedError):
        discovered(sim)


def test_an_empty_list_has_its_columns(simulator: Simulate) -> None:
    resource = one_list(simulator(), ["a"])
    assert [column.name for column in resource.columns] == [*FIXED, "a"]


@pytest.mark.parametrize("name", RESOURCES)
def test_a_fixed_resource_is_no_list(name: str) -> None:
    assert origin_of(RESOURCES[name]) == (Origin(kind="contacts") if name == "contacts" else None)


def test_a_catalog_without_titles_reads_by_name() -> None:
    properties: dict[str, Any] = {"company": Schema(type="string")}
    (column,) = catalog_columns("list", properties)
    assert column.source == ("company",)


def contact_columns(sim: Simulator, *fields: dict[str, Any]) -> dict[str, str | None]:
    """Return the titles of the contacts' columns, of an account with these fields."""
    body = json.dumps({"accountId": str(sim.account_id), "columns": fields})
    sim.faults.add(Fault(kind="status", status=200, body=body, path="*/schema/", times=0))
    contacts = next(each for each in discover(client_of(sim)) if each.name == "contacts")
    return {column.name: column.title for column in contacts.columns}


def field(index: int, name: str, mapping: str | None = None) -> dict[str, Any]:
    return {
        "fieldId": 1000 + index,
        "columnIndex": index,
        "name": name,
        "type": "TEXT",
        "standardFieldMapping": mapping,
    }


def test_a_field_of_contacts_is_a_property_by_its_mapping(simulator: Simulate) -> None:
    columns = contact_columns(simulator(), field(1, "Town", "BUSINESS_CITY"))
    assert columns["business_city"] == "Town"
    assert "town" not in columns


@pytest.mark.parametrize(
    ("name", "column"),
    [("Modified Date", "updated_date"), ("External ID", "external_id"), ("Company", "company")],
)
def test_a_field_without_a_mapping_is_a_property_by_its_name(
    name: str, column: str, simulator: Simulate
) -> None:
    columns = contact_columns(simulator(), field(1, name))
    assert columns[column] == name
    assert list(columns.values()).count(name) == 1


def test_a_field_with_the_name_of_a_property_that_another_is_mapped_to_is_its_own(
    simulator: Simulate,
) -> None:
    columns = contact_columns(simulator(), field(1, "Firm", "COMPANY"), field(2, "Company"))
    assert columns["company"] == "Firm"
    assert list(columns.values()).count("Company") == 1


@pytest.mark.parametrize(
    "path",
    ["/ucl/v2/*/schema/", "/ucl/v2/*/segment/", "/custom-objects/v1/*/schema/all"],
    ids=["contact fields", "segments", "custom objects"],
)
@pytest.mark.parametrize(
    "refusal",
    [{"status": 415, "body": " "}, {"status": 200, "body": '["of another form"]'}],
    ids=["refused", "of another form"],
)
def test_a_part_that_is_refused_or_of_another_form_leaves_the_others(
    path: str, refusal: dict[str, Any], simulator: Simulate
) -> None:
    sim = simulator(lists=2)
    sim.faults.add(Fault(kind="status", path=path, times=0, **refusal))
    found = {resource.name for resource in discover(client_of(sim))}
    assert {*discovered(sim), "contacts"} <= found


def test_a_token_that_is_refused_ends_discovery(simulator: Simulate) -> None:
    sim = simulator()
    sim.faults.add(Fault(kind="status", path="/ucl/v2/*/segment/", status=401, times=0))
    with pytest.raises(ActOnError) as raised:
        list(discover(client_of(sim)))
    assert raised.value.stops_run
