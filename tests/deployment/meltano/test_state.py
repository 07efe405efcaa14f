"""What Meltano keeps between runs, and where: state, the catalog, and how to begin anew."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.deployment.meltano.tables import LIST, LIST_COLUMNS, in_jsonl, in_postgres

if TYPE_CHECKING:
    from pathlib import Path

    from tap_acton.simulator import Simulator
    from tests.deployment.meltano.conftest import Account, Open
    from tests.deployment.meltano.project import Project

STATE_ID = "dev:tap-acton-to-target-jsonl"


def lines(project: Project, table: str = LIST) -> list[str]:
    """Return the ids of all rows that target-jsonl was sent so far."""
    written = (project.folder / "output" / f"{table}.jsonl").read_text().splitlines()
    return [json.loads(line)["contact_id"] for line in written]


def change_one(account: Simulator) -> str:
    changed = account.world.record_ids("l-0001")[7]
    account.world.update_record(changed, {"Company": "Changed, Inc."})
    return changed


def with_output(project: Project) -> Project:
    (project.folder / "output").mkdir()
    return project


def test_a_full_refresh_reads_everything_again(account: Account, open_project: Open) -> None:
    simulator = account(contacts=4)
    project = with_output(open_project(simulator))
    project.run("target-jsonl", LIST)
    project.run("target-jsonl", LIST, options="--full-refresh")
    assert lines(project) == [*simulator.world.record_ids("l-0001")] * 2


def test_a_catalog_is_kept_until_it_is_to_be_refreshed(
    account: Account, open_project: Open, database: str
) -> None:
    simulator = account()
    project = open_project(simulator)
    project.run("target-postgres", "list_*")
    simulator.world.add_list("Leads", ["E-mail"], [["new@acton.example"]])
    simulator.world.add_column("l-0001", "Added", cell="new")
    record = change_one(simulator)

    assert "'Added'" in project.run("target-postgres", "list_*")
    with pytest.raises(psycopg.errors.UndefinedTable):
        in_postgres(database, "list_leads", ["contact_id"])
    with pytest.raises(psycopg.errors.UndefinedColumn):
        in_postgres(database, LIST, ["contact_id", "added"])

    simulator.world.update_record(record)
    project.run("target-postgres", "list_*", options="--refresh-catalog")
    leads = in_postgres(database, "list_leads", ["contact_id", "e_mail"])
    assert [row["e_mail"] for row in leads.values()] == ["new@acton.example"]
    added = in_postgres(database, LIST, ["contact_id", "added"], where="added IS NOT NULL")
    assert added == {(record,): {"contact_id": record, "added": "new"}}


def test_without_a_cached_catalog_a_new_list_is_found_by_itself(
    account: Account, open_project: Open, database: str
) -> None:
    simulator = account()
    project = open_project(simulator)
    project.change("extractors", "tap-acton", use_cached_catalog=False)
    project.run("target-postgres", "list_*")
    simulator.world.add_list("Leads", ["E-mail"], [["new@acton.example"]])
    project.run("target-postgres", "list_*")
    assert len(in_postgres(database, "list_leads", ["contact_id"])) == 1


def test_state_in_files_is_found_by_another_project(
    account: Account, open_project: Open, tmp_path: Path
) -> None:
    simulator = account()
    project = with_output(open_project(simulator))
    project.settings["MELTANO_STATE_BACKEND_URI"] = f"file://{tmp_path}/state"
    assert_second_run_is_incremental(project, simulator)
    kept = next((tmp_path / "state").rglob("state.json")).read_text()
    assert "replication_key_value" in kept


def test_state_in_postgresql_is_found_by_another_project(
    account: Account, open_project: Open, database: str
) -> None:
    simulator = account()
    project = with_output(open_project(simulator))
    address = database.replace("postgresql://", "postgresql+psycopg://")
    project.settings["MELTANO_DATABASE_URI"] = address
    assert_second_run_is_incremental(project, simulator)
    with psycopg.connect(database) as connection:
        kept = connection.execute("SELECT state_id FROM state").fetchall()
    assert kept == [(STATE_ID,)]


def assert_second_run_is_incremental(project: Project, account: Simulator) -> None:
    """Run twice, the second time in a project that has nothing of the first but its settings."""
    project.run("target-jsonl", LIST)
    assert len(lines(project)) == len(account.world.rows("l-0001"))
    changed = change_one(account)
    for part in ("run", "meltano.db", "logs"):
        left = project.folder / ".meltano" / part
        shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)
    shutil.rmtree(project.folder / "output")
    (project.folder / "output").mkdir()
    project.run("target-jsonl", LIST)
    assert lines(project) == [changed]


def test_a_state_backend_of_postgresql_is_unknown_to_meltano(
    account: Account, open_project: Open, database: str
) -> None:
    project = open_project(account())
    project.settings["MELTANO_STATE_BACKEND_URI"] = database
    said = project("state", "list", code=1)
    assert "No state backend found for scheme 'postgresql'" in said


def test_a_spent_budget_fails_the_run_and_the_next_ones_go_on(
    account: Account, open_project: Open, database: str
) -> None:
    simulator = account(contacts=60)
    project = open_project(simulator)
    project.settings |= {"TAP_ACTON_PAGE_SIZE": "10", "TAP_ACTON_LIST_DOWNLOAD": "json"}
    project.settings["TAP_ACTON_MAX_REQUESTS_PER_RUN"] = "10"  # discovery takes its share once
    first = project.run("target-postgres", LIST, "messages", code=1, options="--refresh-catalog")
    assert "This run has spent its 10 requests" in first
    assert "Extractor failed" in first
    codes = [project.run("target-postgres", LIST, "messages", code=None) for _ in range(2)]
    assert "Run completed" in codes[-1]
    assert "Extractor failed" not in codes[-1]
    rows = in_postgres(database, LIST, ["contact_id", *LIST_COLUMNS.values()])
    assert [*rows] == [(record,) for record in simulator.world.record_ids("l-0001")]


def test_a_file_of_lines_has_every_version_of_a_row(account: Account, open_project: Open) -> None:
    simulator = account()
    project = with_output(open_project(simulator))
    project.run("target-jsonl", LIST)
    changed = change_one(simulator)
    project.run("target-jsonl", LIST)
    assert lines(project).count(changed) == 2
    with pytest.raises(AssertionError, match="twice"):
        in_jsonl(project.folder / "output", LIST, ["contact_id"])
