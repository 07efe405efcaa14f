"""`meltano run`: what is in the tables is what the account has, run after run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.deployment.meltano.tables import (
    KEYS,
    LIST,
    columns_of,
    expected,
    in_duckdb,
    in_jsonl,
    in_postgres,
    types_in_duckdb,
    types_in_postgres,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tap_acton.simulator import Simulator
    from tests.deployment.meltano.conftest import Account, Open

WHOLE = {"metadata": {"list_*": {"replication-method": "FULL_TABLE"}}}
"""Lists are read whole, so that rows which are gone are found."""


def move(account: Simulator) -> None:
    """Let something happen to each table's rows."""
    world = account.world
    world.update_record(world.record_ids("l-0001")[3], {"Company": "Moved, Inc."})
    world.insert_record("l-0001")
    world.update_contact(world.contact_ids()[2], {"First Name": "Moved"})
    world.add_suppressed("optout", "moved@acton.example")
    world.set_report(world.mailbox.of_type("SENT")[0].id, sent=77)
    world.insert_object_row(next(iter(world.objects.datasets)))


def assert_same_rows(account: Simulator, database: str, *, where: str = "true") -> None:
    for table, rows in expected(account).items():
        assert in_postgres(database, table, columns_of(rows), where=where) == rows, table


TYPES = {
    (LIST, "score"): ("text", "VARCHAR"),
    (LIST, "modified_date"): ("timestamp without time zone", "TIMESTAMP"),
    ("contacts", "date_of_birth"): ("date", "VARCHAR"),
    ("contacts", "acton_primary_score"): ("numeric", "DOUBLE"),
    ("messages", "is_text_only"): ("boolean", "BOOLEAN"),
    ("message_reports", "opened_total"): ("bigint", "HUGEINT"),
    ("message_reports", "sent_to"): ("ARRAY", "JSON"),
    ("custom_orders", "extra"): ("text", "VARCHAR"),
}
"""Columns with their types in PostgreSQL and DuckDB."""


def test_meltano_knows_the_plugin(plugins: Path, account: Account, open_project: Open) -> None:
    project = open_project(account())
    assert "Installed 4/4 plugins" in (plugins / "install.log").read_text()
    about = project("--log-level", "error", "invoke", "tap-acton", "--about", "--format=json")
    assert json.loads(about)["name"] == "tap-acton"
    found = project("--log-level", "error", "invoke", "tap-acton", "--discover")
    assert set(KEYS) < {each["tap_stream_id"] for each in json.loads(found)["streams"]}
    assert "Plugin configuration is valid" in project("config", "test", "tap-acton")


def test_three_runs_leave_in_postgresql_what_the_account_has(
    account: Account, open_project: Open, database: str
) -> None:
    simulator = account()
    project = open_project(simulator)
    project.run("target-postgres", *KEYS)
    assert_same_rows(simulator, database)
    types = types_in_postgres(database)
    assert {column: types[column] for column in TYPES} == {
        column: kind for column, (kind, _) in TYPES.items()
    }

    move(simulator)
    before = len(simulator.journal)
    project.run("target-postgres", *KEYS)
    assert_same_rows(simulator, database)
    asked = [each.query for each in simulator.journal[before:] if each.path.endswith("/l-0001")]
    assert ["modafter" in query for query in asked] == [True]

    gone = simulator.world.record_ids("l-0001")[5]
    simulator.world.delete_record(gone)
    simulator.world.delete_message(simulator.world.mailbox.of_type("DRAFT")[0].id)
    project.change("extractors", "tap-acton", **WHOLE)
    project.run("target-postgres", *KEYS)
    assert_same_rows(simulator, database, where="_sdc_deleted_at IS NULL")
    marked = in_postgres(database, LIST, ["contact_id"], where="_sdc_deleted_at IS NOT NULL")
    assert list(marked) == [(gone,)]

    project.run("target-postgres", LIST, "messages", TARGET_POSTGRES_HARD_DELETE="true")
    assert_same_rows(simulator, database)


def test_duckdb_and_files_of_lines_have_the_same_cells(
    account: Account, open_project: Open
) -> None:
    simulator = account()
    project = open_project(simulator)
    output = project.folder / "output"
    output.mkdir()
    select = json.dumps([f"{table}.*" for table in KEYS])
    pairs = ("tap-acton", "target-duckdb", "tap-acton", "target-jsonl")
    project("run", *pairs, TAP_ACTON__SELECT=select)
    for table, rows in expected(simulator).items():
        columns = columns_of(rows)
        assert in_jsonl(output, table, columns) == rows, table
        assert in_duckdb(output / "acton.duckdb", table, columns) == {
            key: {name: None if cell == "" else cell for name, cell in row.items()}
            for key, row in rows.items()
        }, table
    types = types_in_duckdb(output / "acton.duckdb")
    assert {column: types[column] for column in TYPES} == {
        column: kind for column, (_, kind) in TYPES.items()
    }


def test_duckdb_drops_the_offset_of_a_typed_moment(account: Account, open_project: Open) -> None:
    simulator = account(lists=0)
    cells = ["2024-01-01T12:00:00+05:30", "2024-06-01T12:00:00Z", "2024-06-01"]
    simulator.world.add_list("moments", ["at"], [[cell] for cell in cells])
    project = open_project(simulator)
    (project.folder / "output").mkdir()
    project.settings["TAP_ACTON_TYPE_DETECTION"] = "sample"
    project.run("target-duckdb", "list_moments")
    rows = in_duckdb(
        project.folder / "output" / "acton.duckdb", "list_moments", ["contact_id", "at"]
    )
    assert [row["at"] for row in rows.values()] == [
        "2024-01-01T12:00:00.000Z",
        "2024-06-01T12:00:00.000Z",
        "2024-06-01T00:00:00.000Z",
    ]
