"""Ten thousand cells go through the account and the tap, and each can be had back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.cells import adversarial, had_back, plain
from tests.harness import Messages, discover, only, sync

if TYPE_CHECKING:
    from tests.conftest import Configure, Simulate

STREAM = "list_odd"
SAMPLED = 100
IN_JSON = 48
"""Columns of the list that comes as nothing else, and may have half a pair of surrogates."""
FORMS = pytest.mark.parametrize(
    ("columns", "rows", "list_download"),
    [(48, 220, "json"), (49, 210, "auto"), (256, 130, "json")],
    ids=["json", "page and csv", "csv"],
)


def cells_of(columns: int, rows: int) -> list[list[str]]:
    """Return rows of odd cells. In every other column, the first rows make another impression."""
    flat = adversarial(seed=columns, count=columns * rows, surrogates=columns == IN_JSON)
    assert len(flat) >= 10_000
    table = [flat[number * columns : (number + 1) * columns] for number in range(rows)]
    for column in range(0, columns, 2):
        for row in range(SAMPLED):
            table[row][column] = plain(column // 2, row)
    return table


def through_the_tap(
    simulate: Simulate, configure: Configure, table: list[list[str]], **settings: Any
) -> Messages:
    sim = simulate(lists=0)
    sim.world.add_list("odd", [f"c{number}" for number in range(len(table[0]))], table)
    config = configure(sim, page_size=20, **settings)
    found = sync(config, only(discover(config), STREAM))
    asked = sim.journal.matching(path="/api/1/list/l-*")
    came_as_csv = "CSV" in {entry.query.get("responseformat") for entry in asked}
    assert came_as_csv == (len(table[0]) != IN_JSON)
    return found


@FORMS
def test_every_cell_arrives_as_it_is(
    columns: int, rows: int, list_download: str, simulator: Simulate, configure: Configure
) -> None:
    table = cells_of(columns, rows)
    found = through_the_tap(simulator, configure, table, list_download=list_download)
    records = found.records[STREAM]
    assert [[record[f"c{number}"] for number in range(columns)] for record in records] == table
    assert not any(record["_raw"] for record in records)


@FORMS
def test_every_cell_of_sampled_columns_can_be_had_back(
    columns: int, rows: int, list_download: str, simulator: Simulate, configure: Configure
) -> None:
    table = cells_of(columns, rows)
    messages = through_the_tap(
        simulator, configure, table, type_detection="sample", list_download=list_download
    )
    schemas = messages.schemas[STREAM]["properties"]
    assert {schemas[f"c{2 * number}"]["type"][0] for number in range(5)} == {
        "integer",
        "number",
        "string",
        "boolean",
    }
    apart = 0
    for record, row in zip(messages.records[STREAM], table, strict=True):
        raw = json.loads(record["_raw"] or "{}")
        apart += len(raw)
        for number, cell in enumerate(row):
            name = f"c{number}"
            found = raw[name] if name in raw else had_back(schemas[name], record[name])
            assert found == cell
            assert name not in raw or record[name] is None
    assert apart > columns
