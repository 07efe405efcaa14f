"""The example for Airflow, where it is stopped in the middle: by SIGKILL, or a spent budget."""

from __future__ import annotations

import json
import os
import signal
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tap_acton.simulator import Fault, Options, Simulator
from tests.deployment.airflow_home import AIRFLOW, TARGET_POSTGRES, Home, account, airflow_home
from tests.harness import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(
    AIRFLOW is None or TARGET_POSTGRES is None,
    reason="Airflow and target-postgres are not on the PATH; `make deployment` brings them",
)

SMALL: dict[str, Any] = {"messages": 4, "forms": 2, "suppressed": 4, "requests_per_second": 0}
FAST: dict[str, Any] = {"requests_per_second": 100_000, "max_retry_seconds": 0}
BY_PAGES: dict[str, Any] = {"list_download": "json", "requests_in_flight": 1, "timeout": 600}
HELD = "/api/1/list/l-0001"
TABLES = {"l-0001": "list_api_example_list", "l-0004": "list_newsletter"}


@dataclass(frozen=True, kw_only=True)
class Stopped:
    """Two accounts, after each was read whole in spite of what stopped it."""

    killed: Simulator
    frugal: Simulator
    ended: set[str]
    """The programs that ended with the killed task."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, postgres: str) -> Iterator[Home]:
    with airflow_home(tmp_path_factory.mktemp("airflow"), postgres, "killed", "frugal") as home:
        yield home


@pytest.fixture(scope="module")
def stopped(home: Home) -> Stopped:
    with (
        Simulator(Options(**SMALL, seed=50, lists=4, contacts=900)) as killed,
        Simulator(Options(**SMALL, seed=20, lists=4, contacts=60)) as frugal,
        home.scheduling(**environment(killed, frugal)),
    ):
        hold = killed.faults.add(Fault(kind="slow", path=HELD, first=8, delay_s=600))
        wait_until(lambda: loaded(home) > 0, seconds=400)
        ended = kill_task(home)
        killed.faults.remove(hold)
        wait_until(lambda: home.states("killed")["rest"] == "up_for_retry", seconds=100)
        home.airflow(  # no need to wait for a minute or two
            "UPDATE task_instance SET end_date = end_date - interval '1 hour' "
            "WHERE dag_id = 'killed' AND state = 'up_for_retry' RETURNING 1"
        )
        wait_until(lambda: "success" in home.states("killed_checks").values(), seconds=400)
        wait_until(lambda: "success" in home.states("frugal_checks").values(), seconds=400)
        home.airflow("UPDATE dag SET is_paused = true WHERE dag_id = 'frugal' RETURNING 1")
    return Stopped(killed=killed, frugal=frugal, ended=ended)


def environment(killed: Simulator, frugal: Simulator) -> dict[str, str]:
    """Return what tells Airflow of an account that is read once, and of one again and again."""
    streams = {"streams": ["messages", "lists"]}
    accounts = [
        {"connection": "killed", "schedule": "@once", **streams},
        {
            "connection": "frugal",
            "schedule": "@continuous",
            "groups": {"news": ["News*"]},
            **streams,
        },
    ]
    few = {"page_size": 10, "max_requests_per_run": 12}
    return {
        **account("killed", killed.credentials, killed.url, **FAST, **BY_PAGES, page_size=100),
        **account("frugal", frugal.credentials, frugal.url, **FAST, **BY_PAGES, **few),
        "AIRFLOW_VAR_ACTON_ACCOUNTS": json.dumps(accounts),
        "TARGET_POSTGRES_BATCH_SIZE_ROWS": "100",
    }


def loaded(home: Home) -> int:
    """Count the rows of the list whose next page is held back."""
    try:
        return int(home.warehouse("SELECT count(*) FROM killed.list_api_example_list")[0])
    except psycopg.errors.UndefinedTable:
        return 0


def kill_task(home: Home) -> set[str]:
    """Kill the process of the running task, and return the programs that end with it."""
    [task] = home.airflow("SELECT pid FROM task_instance WHERE dag_id = 'killed' AND pid > 0")
    children = Path(f"/proc/{task}/task/{task}/children").read_text().split()
    programs = {child: Path(f"/proc/{child}/comm").read_text().strip() for child in children}
    os.kill(task, signal.SIGKILL)
    wait_until(lambda: not any(map(runs_still, programs)), seconds=60)
    return set(programs.values())


def runs_still(process: str) -> bool:
    """Tell whether a process is more than an entry that nobody has asked for its end."""
    try:
        return bool(Path("/proc", process, "cmdline").read_bytes())
    except FileNotFoundError:
        return False


def runs(home: Home) -> list[tuple[int, dict[str, str]]]:
    """Return the finished runs of the frugal account, and the states of their tasks."""
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for run, name, state in home.airflow(
        "SELECT r.id, COALESCE(t.rendered_map_index, t.task_id), t.state FROM dag_run r "
        "JOIN task_instance t USING (dag_id, run_id) "
        "WHERE dag_id = 'frugal' AND r.state IN ('success', 'failed') ORDER BY r.id"
    ):
        found[run][name] = state
    return [*found.items()]


def test_programs_end_with_a_task_that_is_killed(stopped: Stopped) -> None:
    assert stopped.ended == {"tap-acton", "target-postgres"}


@pytest.mark.parametrize("list_id", TABLES)
def test_a_killed_task_is_tried_again_and_every_row_arrives_once(
    home: Home, stopped: Stopped, list_id: str
) -> None:
    tries = "SELECT max(try_number) FROM task_instance WHERE dag_id = 'killed'"
    assert home.airflow(tries) == [2]
    found = home.warehouse(f"SELECT contact_id FROM killed.{TABLES[list_id]}")
    assert sorted(found) == sorted(stopped.killed.world.record_ids(list_id))


def test_the_token_outlives_the_killed_task(stopped: Stopped) -> None:
    assert [entry.grant for entry in stopped.killed.journal if entry.grant] == ["password"]


def test_a_spent_budget_skips_the_rest_until_a_later_run_ends_it(
    home: Home, stopped: Stopped
) -> None:
    states = [states for _, states in runs(home)]
    done = states.index(dict.fromkeys(("news", "rest", "loaded"), "success"))
    assert states[:done] == [{"news": "success", "rest": "skipped", "loaded": "skipped"}] * done
    assert done >= 2
    for list_id, table in TABLES.items():
        found = home.warehouse(f"SELECT contact_id FROM frugal.{table}")
        assert sorted(found) == sorted(stopped.frugal.world.record_ids(list_id))


def test_no_asset_is_updated_until_all_groups_are_whole(home: Home, stopped: Stopped) -> None:
    updated = home.airflow(
        "SELECT r.id FROM asset_event e JOIN asset a ON a.id = e.asset_id "
        "JOIN dag_run r ON r.dag_id = e.source_dag_id AND r.run_id = e.source_run_id "
        "WHERE a.name = 'frugal' ORDER BY e.id"
    )
    whole = [run for run, states in runs(home) if set(states.values()) == {"success"}]
    assert updated[: len(whole)] == whole
