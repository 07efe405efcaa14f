"""What docs/limits-and-guesses.md says of guesses and limits is so."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tap_acton.resources.catalog import RESOURCES
from tap_acton.resources.model import Evidence
from tap_acton.simulator import Fault
from tests.harness import discover, only, sync

if TYPE_CHECKING:
    from tests.conftest import Configure, Simulate

PAGE = (Path(__file__).parent.parent / "docs" / "limits-and-guesses.md").read_text()
LIST = "list_api_example_list"


@pytest.mark.parametrize("evidence", [Evidence.UNKNOWN, Evidence.INFERRED])
def test_the_page_names_the_streams_whose_replies_are_guessed(evidence: Evidence) -> None:
    section = PAGE.split(f"<!-- {evidence.value} -->")[1].split("<!-- /")[0]
    guessed = [name for name, resource in RESOURCES.items() if resource.evidence is evidence]
    assert re.findall(r"`(\w+)`", section) == guessed


@pytest.mark.parametrize("way", ["json", "auto"])
@pytest.mark.parametrize(
    ("total", "fails"),
    [
        pytest.param(201, True, id="too large"),
        pytest.param(197, False, id="too small"),
        pytest.param(190, False, id="too small, where a page ends"),
    ],
)
def test_a_wrong_total_costs_no_row(
    total: int, fails: bool, way: str, simulator: Simulate, configure: Configure
) -> None:
    sim = simulator(lists=1, contacts=200)
    config = configure(sim, page_size=10, list_download=way)
    catalog = only(discover(config), LIST)
    sim.faults.add(Fault(kind="wrong_total", path="/api/1/list/l-*", total=total, times=0))
    found = sync(config, catalog)
    assert len(found.records[LIST]) == 200
    assert (found.error is not None) is fails


def test_a_wide_list_whose_csv_has_no_ids_is_left_out_at_discovery(
    simulator: Simulate, configure: Configure, caplog: pytest.LogCaptureFixture
) -> None:
    sim = simulator(lists=1, segments=0, wide_columns=260, csv_download="no_ids")
    catalog = discover(configure(sim))
    names = [stream["tap_stream_id"] for stream in catalog["streams"]]
    assert [name for name in names if name.startswith("list_api")] == [LIST]
    warned = [line for line in caplog.messages if line.startswith("Leaving out list l-0002: ")]
    assert ["The CSV has no column _contact_id_" in line for line in warned] == [True]
