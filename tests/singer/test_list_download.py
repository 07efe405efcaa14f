"""However a list comes, page by page or as CSV, the records and the state are the same."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tap_acton.errors import SyncIncompleteError
from tap_acton.simulator import Fault
from tests.cells import adversarial
from tests.harness import Messages, discover, only, select_columns, sync

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_acton.simulator import Simulator
    from tests.conftest import Configure, Simulate

STREAM = "list_odd"
COLUMNS, ROWS, PAGE = 12, 150, 10
LIST = "/api/1/list/l-*"
AS_JSON = 17
"""Requests for the list page by page: nine new rows each."""
SERVERS: dict[str, tuple[dict[str, Any], int]] = {
    "as asked": ({}, 3),
    "other dates": ({"csv_dates": "iso"}, 3),
    "other headings of dates": ({"date_headings": "underscored"}, 3),
    "newest first": ({"order": "newest"}, 3),
    "unpacked": ({"gzip": False}, 3),
    "whole, whatever is asked for": ({"csv_download": "whole"}, 3),
    "60 rows at most": ({"csv_download": "limited", "csv_most": 60}, 2 + 2 + 1 + 3),
    "10 rows at most": ({"csv_download": "limited", "csv_most": 10}, AS_JSON + 1),
    "the first 10 rows": ({"csv_download": "capped", "csv_most": 10}, AS_JSON + 1),
    "the first 80 rows": ({"csv_download": "capped", "csv_most": 80}, 1 + 2 + 8),
    "without ids": ({"csv_download": "no_ids"}, AS_JSON + 1),
    "without dates": ({"csv_download": "no_dates"}, AS_JSON + 1),
    "coarser dates": ({"csv_dates": "minute"}, AS_JSON + 1),
    "refused": ({"csv_download": "refused", "csv_most": 20}, AS_JSON + 1),
    "late": ({"csv_download": "late", "csv_most": 20}, AS_JSON + 1),
}
"""Ways of a server, and the requests that a list takes there."""
AS_CSV_ALONE = ("as asked", "other dates", "whole, whatever is asked for", "60 rows at most")


def cells() -> list[list[str]]:
    flat = adversarial(seed=26, count=COLUMNS * ROWS, surrogates=False)
    return [flat[number * COLUMNS : (number + 1) * COLUMNS] for number in range(ROWS)]


@dataclass(kw_only=True)
class Account:
    """An account with an odd list."""

    sim: Simulator
    config: dict[str, Any]

    def read(self, way: str) -> Messages:
        """Read the list by one way of downloading; the journal is of that alone."""
        config = {**self.config, "list_download": way}
        catalog = only(discover(config), STREAM)
        self.sim.journal.clear()
        return sync(config, catalog)

    @property
    def forms(self) -> list[str | None]:
        """The formats that the list was asked for in."""
        return requests(self.sim)


@pytest.fixture
def account(simulator: Simulate, configure: Configure) -> Callable[[str], Account]:
    def make(server: str) -> Account:
        sim = simulator(lists=0, **SERVERS[server][0])
        sim.world.add_list("odd", [f"c{number}" for number in range(COLUMNS)], cells())
        sim.clock.advance(seconds=3600)  # or rows would be as young as the reading
        return Account(sim=sim, config=configure(sim, page_size=PAGE))

    return make


def requests(sim: Simulator) -> list[str | None]:
    """Return the formats in which the list was asked for."""
    return [each.query.get("responseformat") for each in sim.journal.matching(path=LIST)]


def outcome(found: Messages) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the records, and the state of the list but for the number of rows it tells of."""
    assert found.error is None
    state = dict(found.state["bookmarks"][STREAM])
    state.pop("rows", None)  # a CSV alone has no total; plans count on it, and readings do not
    return found.records[STREAM], state


@pytest.mark.parametrize("server", SERVERS)
def test_records_and_state_are_those_of_pages(
    account: Callable[[str], Account], server: str
) -> None:
    odd = account(server)
    paged = odd.read("json")
    assert odd.forms == [None] * AS_JSON
    assert outcome(odd.read("auto")) == outcome(paged)
    assert len(odd.forms) == SERVERS[server][1]


@pytest.mark.parametrize("server", AS_CSV_ALONE)
def test_records_and_state_are_those_of_pages_if_nothing_but_csv_is_asked_for(
    account: Callable[[str], Account], server: str
) -> None:
    odd = account(server)
    in_csv = odd.read("csv")
    assert odd.forms[0] == "CSV"
    assert None not in odd.forms
    assert outcome(in_csv) == outcome(odd.read("json"))


@pytest.mark.parametrize(
    ("server", "why"),
    [
        ("the first 10 rows", "ends before the list does"),
        ("without ids", "no column _contact_id_"),
        ("without dates", "no column created_date"),
        ("coarser dates", "other rows or cells"),
        ("refused", "Invalid Column Specified"),
        ("late", "Gateway Timeout"),
    ],
)
def test_a_csv_that_is_no_use_is_told_of_once_with_the_reason(
    account: Callable[[str], Account], server: str, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="tap-acton")
    account(server).read("auto")
    (told,) = [each for each in caplog.messages if "page by page" in each]
    assert why in told


def test_a_list_that_must_be_csv_and_cannot_is_an_error_with_a_way_out(
    account: Callable[[str], Account], caplog: pytest.LogCaptureFixture
) -> None:
    assert isinstance(account("without ids").read("csv").error, SyncIncompleteError)
    assert "Set list_download to auto or json" in caplog.text


@pytest.mark.parametrize("kind", ["truncated", "reset_body"])
@pytest.mark.parametrize("server", ["as asked", "whole, whatever is asked for", "unpacked"])
def test_a_csv_that_breaks_off_loses_and_repeats_nothing(
    simulator: Simulate, configure: Configure, kind: str, server: str
) -> None:
    sim = simulator(lists=0, **SERVERS[server][0])
    sim.world.add_list("odd", ["n"], [[str(number)] for number in range(1500)])
    config = configure(sim, page_size=PAGE)
    catalog = only(discover(config), STREAM)
    sim.faults.add(Fault(kind=kind, keep=0.7, path=LIST, first=2))
    sim.journal.clear()
    found = sync(config, catalog)
    assert [record["n"] for record in found.records[STREAM]] == [str(n) for n in range(1500)]
    if kind == "truncated":  # what came before a reset may be lost
        assert len(requests(sim)) == 4


def test_selected_columns_are_asked_for_alone_or_the_csv_has_all(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator(lists=1, segments=1, contacts=150)
    stream = "segment_api_example_list_part_1"
    found: dict[str, Any] = {}
    for way in ("auto", "json", "csv"):
        config = configure(sim, page_size=5, list_download=way)
        catalog = select_columns(only(discover(config), stream), stream, "contact_id", "first_name")
        sim.journal.clear()
        found[way] = sync(config, catalog).records[stream]
        asked = [each.query for each in sim.journal.matching(path="/api/1/list/q-*")]
        if way == "csv":
            assert all("fields" not in query for query in asked)
        else:
            assert all(query["fields"] == "First Name" for query in asked)
            assert all("responseformat" not in query for query in asked)
    assert found["auto"] == found["json"] == found["csv"]
    assert len(found["csv"]) > 20


def test_a_segment_that_is_read_whole_comes_as_csv(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator(lists=1, segments=1, contacts=300)
    stream = "segment_api_example_list_part_1"
    config = configure(sim, page_size=5)
    catalog = only(discover(config), stream)
    sim.journal.clear()
    found = sync(config, catalog)
    assert len(found.records[stream]) > 50
    assert len(sim.journal.matching(path="/api/1/list/q-*")) == 3
    assert stream in found.activated


def test_what_has_changed_comes_page_by_page(simulator: Simulate, configure: Configure) -> None:
    sim = simulator(lists=1, segments=0, contacts=60)
    config = configure(sim, page_size=5)
    catalog = only(discover(config), "list_api_example_list")
    first = sync(config, catalog)
    sim.clock.advance(seconds=3600)
    for record_id in sim.world.record_ids("l-0001")[:40]:
        sim.world.update_record(record_id, {"First Name": "Ada"})
    sim.journal.clear()
    again = sync(config, catalog, first.state)
    assert len(again.records["list_api_example_list"]) >= 40
    assert set(requests(sim)) == {None}


def test_a_wide_list_comes_as_csv_also_if_the_setting_says_json(
    simulator: Simulate, configure: Configure, caplog: pytest.LogCaptureFixture
) -> None:
    sim = simulator(lists=0, wide_columns=300, contacts=40)
    config = configure(sim, page_size=10, list_download="json")
    catalog = discover(config)
    (stream,) = [
        each["tap_stream_id"]
        for each in catalog["streams"]
        if each["tap_stream_id"].startswith("list_") and len(each["schema"]["properties"]) > 255
    ]
    sim.journal.clear()
    caplog.set_level("INFO", logger="tap-acton")
    assert len(sync(config, only(catalog, stream)).records[stream]) == 40
    assert requests(sim) == ["CSV", "CSV"]
    assert "JSON would cut columns off" in caplog.text


def test_a_cut_download_is_resumed_by_the_next_run_with_three_requests(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator(lists=0)
    sim.world.add_list("odd", ["n"], [[str(number)] for number in range(20_000)])
    config = configure(sim, page_size=100, max_retry_seconds=0)
    catalog = only(discover(config), STREAM)
    fault = sim.faults.add(Fault(kind="truncated", keep=0.6, path=LIST, first=2))
    sim.faults.add(Fault(kind="status", status=500, path=LIST, first=3, times=0))
    first = sync(config, catalog)
    assert first.error is not None
    assert len(first.records[STREAM]) > 10_000
    sim.faults.clear()
    del fault
    sim.journal.clear()
    again = sync(config, catalog, json.loads(json.dumps(first.state)))
    assert len(requests(sim)) == 3
    numbers = [int(record["n"]) for record in (*first.records[STREAM], *again.records[STREAM])]
    assert sorted(set(numbers)) == list(range(20_000))
    assert len(numbers) <= 20_001
