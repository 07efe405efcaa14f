"""docs/simulator.md tells all options and control calls; the smallest account still answers."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tap_acton.simulator import Options
from tap_acton.simulator.control import WORLD_CALLS

if TYPE_CHECKING:
    from tests.simulator.conftest import Connect

DOCUMENT = (Path(__file__).parents[2] / "docs" / "simulator.md").read_text()


@pytest.mark.parametrize("name", [option.name for option in fields(Options)])
def test_every_option_is_in_the_document(name: str) -> None:
    table = DOCUMENT.partition("## Options")[2].partition("## Control it")[0]
    assert f"`{name}`" in table


@pytest.mark.parametrize("name", WORLD_CALLS)
def test_every_call_that_changes_the_world_is_in_the_document(name: str) -> None:
    table = DOCUMENT.partition("## Control it")[2].partition("## Faults")[0]
    assert f"`{name}" in table


def test_an_account_without_anything_still_answers(connect: Connect) -> None:
    amounts = ("lists", "contacts", "messages", "suppressed", "uploads", "ucl_contacts")
    more = ("ucl_segments", "imports", "custom_objects", "custom_object_rows")
    client = connect(**dict.fromkeys((*amounts, *more), 0))
    account = client.sim.account_id
    empty = {"data": [], "totalCount": 0}
    assert client.json(f"/ucl/v2/{account}/contact/") == empty
    assert client.json(f"/ucl/v2/{account}/segment/") == empty
    assert client.json(f"/custom-objects/v1/{account}/data/all") == empty
    assert client.json(f"/ucl/v2/segment/{account}/optout")["data"] == []
