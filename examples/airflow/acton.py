"""Loads Act-On accounts into PostgreSQL: a DAG for an account, a task for a group of its lists.

README.md beside this file says what to set.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from airflow.sdk import DAG, Asset, Connection, Variable, task
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException
from airflow.sdk.log import mask_secret
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ACCOUNTS, STORE, WAREHOUSE = "acton_accounts", "acton_store", "acton_warehouse"

REST = "rest"
"""The group of all that is in no other: the other lists, and every stream that is no list."""

GLOBS = {"type": "array", "items": {"type": "string"}}
ACCOUNT = {
    "type": "object",
    "properties": {
        "connection": {"type": "string"},
        "schedule": {"type": ["string", "null"]},
        "groups": {"type": "object", "additionalProperties": GLOBS},
        "streams": GLOBS,
    },
    "required": ["connection"],
    "additionalProperties": False,
}
"""What the variable says of an account."""

WITH_TASK = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []
"""Ends a program with the task, even where the task is killed, as Linux does without memory."""

TAP = [*WITH_TASK, "tap-acton", "--config", "ENV"]
TARGET = [*WITH_TASK, "target-postgres", "--config", "ENV"]
WRONG_SETTINGS, BUDGET_SPENT = 2, 75
"""Exit codes of the tap."""

LOG = 1
"""What the programs say goes where the task's stdout goes: into its log, with secrets masked."""


def account_dag(account: dict[str, Any]) -> None:
    """Make the DAG of an account. The state of its groups is kept with its asset."""
    name = account["connection"]
    asset = Asset(name)

    @task(
        inlets=[asset],
        pool=name,
        map_index_template="{{ task.op_kwargs['group'] }}",
        retries=4,
        retry_delay=timedelta(minutes=1),
        retry_exponential_backoff=2,
    )
    def load(group: str, lists: list[str], asset_state_store: Any = None) -> None:
        tap, target = tap_environment(name, lists), target_environment(name)
        states = asset_state_store[asset]
        with TemporaryDirectory() as folder:
            catalog, state = Path(folder, "catalog.json"), Path(folder, "state.json")
            catalog.write_text(json.dumps(selected(discover(tap), group, account.get("streams"))))
            state.write_text(json.dumps(states.get(group, default={})))
            for line in pipe([*TAP, "--catalog", catalog, "--state", state], tap, target):
                states.set(group, json.loads(line))

    @task(outlets=[asset])
    def loaded() -> None:
        """Tell everybody who waits for the asset that all groups were read to their end."""

    with DAG(
        name,
        schedule=account.get("schedule", "@daily"),
        start_date=datetime(2025, 1, 1),  # noqa: DTZ001 - Airflow reads it as UTC
        catchup=False,
        max_active_runs=1,  # a second one would read the same
        tags=["act-on"],
    ):
        load.expand_kwargs(groups(account)) >> loaded()


def groups(account: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the groups of an account. A list is in the first whose globs fit, or in the rest."""
    found, taken = [], []
    for name, globs in account.get("groups", {}).items():
        if name == REST:
            raise ValueError(f"{ACCOUNTS}: a group of {account['connection']} is called {REST!r}")
        found.append({"group": name, "lists": [*globs, *taken]})
        taken += [f"!{glob}" for glob in globs]
    return [*found, {"group": REST, "lists": taken}]


def tap_environment(account: str, lists: list[str]) -> dict[str, str]:
    """Return the environment that is the tap's configuration."""
    connection, store = Connection.get(account), Connection.get(STORE).get_uri()
    mask_secret(store)
    settings = {
        "auth_scheme": "OAuthPassword",
        "username": connection.login,
        "password": connection.password,
        "oauth_settings_location": store,
        **connection.extra_dejson,
        "lists": lists,
    }
    return environment("TAP_ACTON", settings)


def target_environment(account: str) -> dict[str, str]:
    """Return the environment that is the target's configuration."""
    warehouse = Connection.get(WAREHOUSE)
    settings = {
        "host": warehouse.host,
        "port": warehouse.port or 5432,
        "user": warehouse.login,
        "password": warehouse.password,
        "database": warehouse.schema,
        "default_target_schema": account,
        "load_method": "upsert",
    }
    lacking = [name for name, value in settings.items() if not value]
    if lacking:
        raise AirflowFailException(f"The connection {WAREHOUSE} lacks: {', '.join(lacking)}")
    return environment("TARGET_POSTGRES", settings)


def environment(prefix: str, settings: Mapping[str, Any]) -> dict[str, str]:
    """Return a program's settings as Singer programs read them, without what is Airflow's own."""
    inherited = {name: text for name, text in os.environ.items() if "AIRFLOW" not in name}
    texts = {
        f"{prefix}_{name.upper()}": value if isinstance(value, str) else json.dumps(value)
        for name, value in settings.items()
        if value is not None
    }
    return inherited | texts


def discover(tap: dict[str, str]) -> dict[str, Any]:
    """Return the catalog of the lists that are asked for, and of everything that is no list."""
    found = subprocess.run(
        [*TAP, "--discover"], env=tap, stdout=subprocess.PIPE, stderr=LOG, check=False
    )
    judge(found.returncode)
    return json.loads(found.stdout)


def selected(catalog: dict[str, Any], group: str, globs: list[str] | None) -> dict[str, Any]:
    """Select streams that are no list in the rest alone: those that fit, or what the tap offers."""
    globs = globs if group == REST else []
    streams = [stream["tap_stream_id"] for stream in catalog["streams"]]
    for glob in globs or ():
        if not any(fnmatchcase(stream, glob) for stream in streams):
            logging.getLogger(__name__).warning("%s: no stream fits %r", ACCOUNTS, glob)
    for stream in catalog["streams"]:
        if globs is not None and stream.get("database_name") != "list":
            wanted = any(fnmatchcase(stream["tap_stream_id"], glob) for glob in globs)
            whole = next(entry for entry in stream["metadata"] if not entry["breadcrumb"])
            whole["metadata"]["selected"] = wanted
    return catalog


def pipe(command: list[Any], tap: dict[str, str], target: dict[str, str]) -> Iterator[str]:
    """Run the tap into the target, and yield each state whose rows the target has written."""
    with (
        subprocess.Popen(command, env=tap, stdout=subprocess.PIPE, stderr=LOG) as source,
        subprocess.Popen(
            TARGET, env=target, stdin=source.stdout, stdout=subprocess.PIPE, stderr=LOG, text=True
        ) as sink,
    ):
        source.stdout.close()  # the target alone has it now: without a reader, the tap ends
        yield from sink.stdout
    judge(source.returncode, sink.returncode)


def judge(tap: int, target: int = 0) -> None:
    """End the task as the exit codes say. Whatever they are, the states so far are kept."""
    if target:
        raise AirflowException(f"target-postgres ended with {target}, tap-acton with {tap}")
    if tap == BUDGET_SPENT:
        raise AirflowSkipException("A budget is spent; the next run goes on from here")
    if tap == WRONG_SETTINGS:
        raise AirflowFailException("Something must be changed; the line of the tap says what")
    if tap:
        raise AirflowException(f"tap-acton ended with {tap}")


def accounts() -> list[dict[str, Any]]:
    """Return what the variable says. Airflow would take one that is no JSON for none."""
    try:
        found = json.loads(Variable.get(ACCOUNTS))
    except ValueError as error:
        raise ValueError(f"{ACCOUNTS} is no JSON: {error}") from None
    wrong = best_match(Draft202012Validator({"type": "array", "items": ACCOUNT}).iter_errors(found))
    if wrong:
        raise ValueError(f"{ACCOUNTS}{wrong.json_path.removeprefix('$')}: {wrong.message}")
    return found


for each in accounts():
    account_dag(each)
