"""A run that is killed in the middle costs nothing: the next one ends with the same tables."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tap_acton.simulator import Fault
from tests.deployment.meltano.tables import LIST, columns_of, expected, in_postgres
from tests.harness import wait_until

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from tap_acton.simulator import Simulator
    from tests.deployment.meltano.conftest import Account, Open
    from tests.deployment.meltano.project import Project

STREAMS = ("message_reports", "messages", LIST)
HELD = "/api/1/list/l-0001"
TAP, TARGET, MELTANO = "tap-acton", "target-postgres", "meltano"


def processes(running: subprocess.Popen[str]) -> dict[str, int]:
    """Return the process ids of Meltano and of the plugins that it runs, by name."""
    found = {MELTANO: running.pid}
    for task in Path(f"/proc/{running.pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            words = Path(f"/proc/{child}/cmdline").read_text().split("\0")
            found |= {Path(word).name: int(child) for word in words[:2]}
    return found


@pytest.fixture
def simulator(account: Account) -> Simulator:
    return account(contacts=900)


@pytest.fixture
def project(simulator: Simulator, open_project: Open) -> Project:
    """Return a project whose tap brings rows by the hundred, and whose target loads them so."""
    project = open_project(simulator)
    project.settings |= {
        "TAP_ACTON_PAGE_SIZE": "100",
        "TAP_ACTON_LIST_DOWNLOAD": "json",
        "TAP_ACTON_REQUESTS_IN_FLIGHT": "1",
        "TAP_ACTON_TIMEOUT": "600",
    }
    project.change("loaders", TARGET, config={"batch_size_rows": 100})
    return project


@pytest.fixture
def held(simulator: Simulator, project: Project, database: str) -> Iterator[subprocess.Popen[str]]:
    """Return a run that waits for a page of the list; rows of the pages before are loaded."""
    fault = simulator.faults.add(Fault(kind="slow", path=HELD, first=7, delay_s=600))
    select = json.dumps([f"{stream}.*" for stream in STREAMS])
    running = project.start("run", TAP, TARGET, TAP_ACTON__SELECT=select)
    wait_until(lambda: len(simulator.journal.matching(path=HELD)) >= 7, seconds=180)
    wait_until(lambda: TARGET in processes(running) and loaded(database) > 0, seconds=180)
    simulator.faults.remove(fault)
    yield running
    running.kill()
    running.communicate()


def loaded(database: str) -> int:
    """Count the rows of the list that are in the database."""
    try:
        return len(in_postgres(database, LIST, ["contact_id"]))
    except Exception:  # noqa: BLE001 - there is no table yet
        return 0


def assert_same_rows(account: Simulator, database: str) -> None:
    for table in STREAMS:
        rows = expected(account)[table]
        assert in_postgres(database, table, columns_of(rows)) == rows, table


@pytest.mark.parametrize(
    ("victim", "number", "code"),
    [
        (TAP, signal.SIGKILL, 1),
        (TARGET, signal.SIGKILL, 1),
        (MELTANO, signal.SIGTERM, 143),
    ],
    ids=["tap killed", "target killed", "meltano terminated"],
)
def test_a_run_that_ended_in_the_middle_loses_no_row_and_repeats_none(
    victim: str,
    number: signal.Signals,
    code: int,
    simulator: Simulator,
    project: Project,
    held: subprocess.Popen[str],
    database: str,
) -> None:
    os.kill(processes(held)[victim], number)
    said, _ = held.communicate(timeout=120)
    assert held.returncode == code, said[-3000:]
    assert 0 < loaded(database) < len(simulator.world.rows("l-0001"))
    assert not [*project.folder.rglob("*.config.json")]

    simulator.world.update_record(simulator.world.record_ids("l-0001")[2], {"Company": "Moved"})
    project.run(TARGET, *STREAMS)
    assert_same_rows(simulator, database)


def test_after_meltano_was_killed_the_next_run_has_to_be_forced(
    simulator: Simulator, project: Project, held: subprocess.Popen[str], database: str
) -> None:
    for process in processes(held).values():
        os.kill(process, signal.SIGKILL)
    held.communicate(timeout=120)
    left = [*project.folder.rglob("*.config.json")]
    secret = simulator.credentials.client_secret
    assert len(left) == 2
    assert any(secret in file.read_text() for file in left)

    assert "pipeline is already running" in project.run(TARGET, *STREAMS, code=1)
    project.run(TARGET, *STREAMS, options="--force")
    assert_same_rows(simulator, database)
