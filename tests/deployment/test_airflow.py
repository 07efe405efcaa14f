"""The example for Airflow, in a real Airflow, from the simulator into PostgreSQL."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from tap_acton.simulator import Entry, Fault, Options, Simulator
from tests.deployment.airflow_home import AIRFLOW, TARGET_POSTGRES, Home, account, airflow_home
from tests.harness import wait_until
from tests.postgres import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

pytestmark = pytest.mark.skipif(
    AIRFLOW is None or TARGET_POSTGRES is None,
    reason="Airflow and target-postgres are not on the PATH; `make deployment` brings them",
)

DAGS = ("north", "mistaken", "busy", "faulty")
GROUPS = {"news": ["news*"], "examples": ["l-0001", "News*"]}
"""The second Newsletter list fits both."""
TABLES = {
    "l-0001": "list_api_example_list",
    "l-0004": "list_newsletter",
    "l-0005": "list_newsletter_l_0005",
}
ROWS = 30
FAST: dict[str, Any] = {"requests_per_second": 100_000, "max_retry_seconds": 0}


@dataclass(frozen=True, kw_only=True)
class Ran:
    """What came of a run."""

    said: str
    requests: list[Entry]


def options(seed: int, **more: Any) -> Options:
    """Return small accounts; the store knows them by their users, and these by the seed."""
    small = {"contacts": ROWS, "messages": 4, "forms": 2, "recipients": 5, "suppressed": 4}
    return Options(**{**small, "seed": seed, "requests_per_second": 0, **more})


def lists_asked_for(requests: Iterable[Entry]) -> Counter[str]:
    """Return how often each list was asked for its rows; discovery asks for one, to see columns."""
    return Counter(
        entry.path.rpartition("/")[2]
        for entry in requests
        if entry.path.startswith("/api/1/list/l-") and entry.query["count"] != "1"
    )


def accounts(*each: dict[str, Any]) -> dict[str, str]:
    """Return the environment that tells Airflow which accounts there are."""
    return {"AIRFLOW_VAR_ACTON_ACCOUNTS": json.dumps(each)}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, postgres: str) -> Iterator[Home]:
    with airflow_home(tmp_path_factory.mktemp("airflow"), postgres, *DAGS) as home:
        yield home


# One run after another


@pytest.fixture(scope="module")
def north() -> Iterator[Simulator]:
    with Simulator(options(10)) as simulator:
        yield simulator


def run_north(home: Home, north: Simulator) -> Ran:
    environment = account("north", north.credentials, north.url, **FAST) | accounts(
        {"connection": "north", "groups": GROUPS, "streams": ["messages", "forms", "form"]}
    )
    before = len(north.journal)
    said = home.run("dags", "test", "north", given=environment)
    return Ran(said=said, requests=list(north.journal)[before:])


@pytest.fixture(scope="module")
def first(home: Home, north: Simulator) -> Ran:
    return run_north(home, north)


def test_every_group_is_loaded(home: Home, first: Ran) -> None:
    done = {"news", "examples", "rest", "loaded"}
    assert home.states("north") == dict.fromkeys(done, "success")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[{connection: north}]", "acton_accounts is no JSON: "),
        (
            '[{"connection": "north", "groups": {"rest": ["*"]}}]',
            "acton_accounts: a group of north is called 'rest'",
        ),
        (
            '[{"connection": "north", "streams": "messages"}]',
            "acton_accounts[0].streams: 'messages' is not of type 'array'",
        ),
    ],
)
def test_a_malformed_variable_is_an_import_error_of_one_line(
    home: Home, text: str, line: str
) -> None:
    given = {"AIRFLOW_VAR_ACTON_ACCOUNTS": text}
    listed = ("dags", "list-import-errors", "--local", "--output", "plain")
    assert line in home.run(*listed, given=given, ends_with=1)


@pytest.mark.parametrize("list_id", TABLES)
def test_every_row_arrives_once(home: Home, north: Simulator, first: Ran, list_id: str) -> None:
    found = home.warehouse(f"SELECT contact_id FROM north.{TABLES[list_id]}")
    assert sorted(found) == sorted(north.world.record_ids(list_id))


def test_each_list_is_read_by_one_task_alone(first: Ran) -> None:
    assert lists_asked_for(first.requests) == {f"l-000{number}": 1 for number in range(1, 6)}


def test_the_rest_has_the_streams_that_are_named_and_no_others(home: Home, first: Ran) -> None:
    tables = home.warehouse("SELECT tablename FROM pg_tables WHERE schemaname = 'north'")
    assert {table for table in tables if not table.startswith("list_")} == {"messages", "forms"}


def test_a_name_that_no_stream_has_is_told_in_the_log(first: Ran) -> None:
    assert "acton_accounts: no stream fits 'form'" in first.said


def test_the_next_run_brings_only_what_has_changed(
    home: Home, north: Simulator, first: Ran
) -> None:
    last = home.warehouse("SELECT max(_sdc_received_at) FROM north.list_newsletter")[0]
    changed = north.world.record_ids("l-0004")[7]
    north.world.update_record(changed, {"Company": "Changed, Inc."})
    run_north(home, north)
    later = "SELECT contact_id, company FROM north.list_newsletter WHERE _sdc_received_at > %s"
    assert home.warehouse(later, last) == [(changed, "Changed, Inc.")]


def secrets_of(simulator: Simulator) -> list[str]:
    known = [each.credentials for each in simulator.accounts]
    own = [text for each in known for text in (each.client_secret, each.password)]
    return [*own, *map(quote, own), PASSWORD, quote(PASSWORD, safe="")]


def found_in_files(home: Home, secrets: list[str]) -> list[str]:
    files = [file for file in home.folder.rglob("*") if file.is_file()]
    return [file.name for file in files for text in secrets if text.encode() in file.read_bytes()]


def found_in_database(home: Home, secrets: list[str]) -> list[str]:
    """Return the tables of Airflow that have a secret: in XComs, rendered fields or wherever."""
    tables = home.airflow("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return [
        table
        for table in tables
        for text in secrets
        if home.airflow(f'SELECT 1 FROM "{table}" AS t WHERE strpos(t::text, %s) > 0', text)
    ]


def test_what_the_programs_say_is_in_the_log_without_a_secret(north: Simulator, first: Ran) -> None:
    assert "Streams complete: 2, failed: 0" in first.said
    assert [secret for secret in secrets_of(north) if secret in first.said] == []


def test_no_secret_is_left_in_files_and_in_the_database(
    home: Home, north: Simulator, first: Ran
) -> None:
    assert found_in_files(home, secrets_of(north)) == []
    assert found_in_database(home, secrets_of(north)) == []
    assert found_in_database(home, ["list_newsletter"]) == ["asset_state_store"]


def test_a_connection_that_lacks_something_is_told_before_anything_is_asked(home: Home) -> None:
    warehouse = json.loads(home.environment["AIRFLOW_CONN_ACTON_WAREHOUSE"])
    with Simulator(options(30)) as sim:
        wrong = account("mistaken", sim.credentials, sim.url, **FAST)
        wrong |= accounts({"connection": "mistaken"})
        wrong["AIRFLOW_CONN_ACTON_WAREHOUSE"] = json.dumps({**warehouse, "schema": None})
        said = home.run("dags", "test", "mistaken", given=wrong, ends_with=1)
        assert not sim.journal
    assert "The connection acton_warehouse lacks: database" in said


def test_wrong_settings_are_not_tried_again(home: Home) -> None:
    with Simulator(options(30)) as sim:
        wrong = account("mistaken", sim.credentials, sim.url, **FAST, region="mars")
        wrong |= accounts({"connection": "mistaken"})
        said = home.run("dags", "test", "mistaken", given=wrong, ends_with=1)
    assert "Setting 'region' must be one of us, eu" in said
    assert home.states("mistaken") == {"rest": "failed", "loaded": "upstream_failed"}


# Many at once


@pytest.fixture(scope="module")
def agency() -> Iterator[Simulator]:
    with Simulator(options(40, accounts=2, agency=True, requests_per_second=5)) as simulator:
        simulator.faults.add(Fault(kind="status", status=400, path="/api/1/form*", times=0))
        yield simulator


@pytest.fixture(scope="module")
def scheduled(home: Home, agency: Simulator) -> Ran:
    """Let a scheduler load both accounts, until nothing is left to do at once."""
    paced = {"max_retry_seconds": 0, "requests_per_second": 4}
    """A fifth below the limit, so that requests do not meet on their way on a busy machine."""
    busy, faulty = (each.credentials for each in agency.accounts)
    environment = (
        account("busy", busy, agency.url, **paced)
        | account("faulty", faulty, agency.url, **paced)
        | accounts(
            {"connection": "busy", "groups": GROUPS, "streams": ["lists"], "schedule": "@once"},
            {"connection": "faulty", "streams": ["lists", "forms"], "schedule": "@once"},
        )
    )
    with home.scheduling(**environment):
        wait_until(lambda: "success" in home.states("busy_checks").values(), seconds=400)
        wait_until(lambda: "up_for_retry" in home.states("faulty").values(), seconds=400)
    return Ran(said="", requests=list(agency.journal))


def of_account(place: int, scheduled: Ran) -> list[Entry]:
    return [entry for entry in scheduled.requests if entry.account == place]


def test_tasks_at_once_log_in_once(scheduled: Ran) -> None:
    for place in (0, 1):
        grants = [entry.grant for entry in of_account(place, scheduled) if entry.grant]
        assert grants == ["password"]


def test_tasks_at_once_keep_the_limit_together(scheduled: Ran) -> None:
    for place in (0, 1):
        moments = [entry.at for entry in of_account(place, scheduled)]
        most = max(bisect_left(moments, at + 1) - index for index, at in enumerate(moments))
        assert most <= 5


def test_tasks_at_once_bring_every_row_once(home: Home, agency: Simulator, scheduled: Ran) -> None:
    assert home.airflow(
        "SELECT count(*) FROM task_instance a, task_instance b WHERE a.dag_id = 'busy' "
        "AND b.dag_id = 'busy' AND a.map_index = 0 AND b.map_index = 1 "
        "AND a.start_date < b.end_date AND b.start_date < a.end_date"
    ) == [1]
    asked = lists_asked_for(of_account(0, scheduled))
    assert asked == {f"l-000{number}": 1 for number in range(1, 6)}
    for table in TABLES.values():
        assert home.warehouse(f"SELECT count(*) FROM busy.{table}") == [ROWS]


def test_who_waits_for_the_account_runs_after_it(home: Home, scheduled: Ran) -> None:
    assert home.states("busy_checks") == {"there_are_lists": "success"}
    assert home.airflow("SELECT run_type FROM dag_run WHERE dag_id = 'busy_checks'") == [
        "asset_triggered"
    ]


def test_what_is_complete_is_kept_and_what_failed_is_tried_again(
    home: Home, scheduled: Ran
) -> None:
    assert "up_for_retry" in home.states("faulty").values()
    assert home.warehouse("SELECT count(*) FROM faulty.list_newsletter") == [ROWS]
    state = home.airflow(
        "SELECT value FROM asset_state_store JOIN asset ON id = asset_id "
        "WHERE name = 'faulty' AND key = 'rest'"
    )
    assert json.loads(state[0])["bookmarks"]["list_newsletter"]["replication_key_value"]
    assert home.airflow("SELECT dag_id FROM dag_run WHERE dag_id = 'faulty_checks'") == []


def test_no_secret_is_in_the_logs_of_the_tasks(
    home: Home, agency: Simulator, scheduled: Ran
) -> None:
    logs = [file.read_text() for file in home.folder.glob("logs/dag_id=busy/**/*.log")]
    assert sum("Streams complete: " in log for log in logs) == len(GROUPS) + 1
    assert found_in_files(home, secrets_of(agency)) == []
    assert found_in_database(home, secrets_of(agency)) == []
