"""What an account's users can type, in PostgreSQL; what it refuses, and the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg

from tests.cells import adversarial
from tests.deployment.meltano.project import SCHEMA
from tests.deployment.meltano.tables import columns_of, in_postgres, list_rows

if TYPE_CHECKING:
    from tests.deployment.meltano.conftest import Account, Open

LONG = {
    "A question that a form asked of its visitors in so many words, first part": (
        "a_question_that_a_form_asked_of_its_visitors_in_so_many_88c898"
    ),
    "A question that a form asked of its visitors in so many words, second part": (
        "a_question_that_a_form_asked_of_its_visitors_in_so_many_b2a990"
    ),
}
LONG_LIST = "Everybody who came to one of our booths, by country and year of the fair"


def test_every_name_and_every_cell_finds_its_place(
    account: Account, open_project: Open, database: str
) -> None:
    simulator = account(lists=0)
    world = simulator.world
    odd = adversarial(seed=3, count=300, surrogates=False)
    columns = {f"c{number}": f"c{number}" for number in range(10)}
    world.add_list("odd", [*columns], [odd[at : at + 10] for at in range(0, 300, 10)])
    world.add_list(LONG_LIST, [*LONG], [["one", "two"]])
    world.add_list("名簿" * 15, ["Größe"], [["XL"]])
    wanted = {
        "list_odd": columns,
        "list_everybody_who_came_to_one_of_our_booths_by_country_cbb325": LONG,
        "list_名簿名簿名簿名簿名簿名簿名簿名簿名_2dc7c8": {"Größe": "größe"},
    }
    open_project(simulator).run("target-postgres", "list_*")
    for listed, (table, names) in zip(world.lists, wanted.items(), strict=True):
        rows = {(row["contact_id"],): row for row in list_rows(simulator, listed.facts.id, names)}
        assert in_postgres(database, table, columns_of(rows)) == rows, table


def test_a_nul_becomes_a_replacement_character(
    account: Account, open_project: Open, database: str
) -> None:
    simulator = account(lists=0)
    simulator.world.add_list("nul", ["c"], [["a\x00b"]])
    open_project(simulator).run("target-postgres", "list_nul")
    found = in_postgres(database, "list_nul", ["contact_id", "c"])
    assert [row["c"] for row in found.values()] == ["a\ufffdb"]


def test_half_a_character_fails_the_run(account: Account, open_project: Open) -> None:
    simulator = account(lists=0)
    simulator.world.add_list("cut", ["c"], [["a\ud800"]])
    said = open_project(simulator).run("target-postgres", "list_cut", code=1)
    assert "surrogates not allowed" in said


def test_a_column_that_gets_wider_waits_for_its_table(
    account: Account, open_project: Open, database: str
) -> None:
    simulator = account(lists=0)
    list_id = simulator.world.add_list("typed", ["size"], [["1"], ["2"]])
    project = open_project(simulator)
    project.settings["TAP_ACTON_TYPE_DETECTION"] = "sample"
    project.run("target-postgres", "list_typed")
    simulator.world.insert_record(list_id, ["large"])
    project.run("target-postgres", "list_typed")
    columns = ["contact_id", "size", "_raw"]
    kept = in_postgres(database, "list_typed", columns, where="_raw IS NOT NULL")
    assert [(row["size"], row["_raw"]) for row in kept.values()] == [(None, '{"size":"large"}')]

    simulator.world.insert_record(list_id, ["larger"])
    refused = project.run("target-postgres", "list_typed", code=1)
    assert "Altering columns is not supported" in refused
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"ALTER TABLE {SCHEMA}.list_typed ALTER COLUMN size TYPE text")
    project.run("target-postgres", "list_typed")
    found = in_postgres(database, "list_typed", columns)
    assert [row["size"] for row in found.values()] == ["1", "2", None, "larger"]
