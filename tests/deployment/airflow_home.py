"""An Airflow of the tests' own, with the DAGs of `examples/airflow`, and a warehouse."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from tests.harness import TAP, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_acton.simulator import Credentials

__all__ = ["AIRFLOW", "TARGET_POSTGRES", "Home", "account", "airflow_home"]

AIRFLOW = os.environ.get("AIRFLOW") or shutil.which("airflow")
TARGET_POSTGRES = os.environ.get("TARGET_POSTGRES") or shutil.which("target-postgres")
DAGS = Path(__file__).parent.parent.parent / "examples" / "airflow"


@dataclass(frozen=True, kw_only=True)
class Home:
    """Where an Airflow lives."""

    folder: Path
    server: dict[str, Any]
    """PostgreSQL: what psycopg wants to know of it."""
    databases: dict[str, str]
    """Names of the databases for Airflow and for what is loaded."""
    environment: dict[str, str]

    def run(self, *arguments: str, given: dict[str, str] | None = None, ends_with: int = 0) -> str:
        """Run a command of Airflow to its end, and return what it says."""
        done = subprocess.run(
            [str(AIRFLOW), *arguments],
            env={**self.environment, **(given or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == ends_with, done.stdout[-6000:]
        return done.stdout

    @contextmanager
    def running(self, *arguments: str, **more: str) -> Iterator[None]:
        """Let a command of Airflow run for a while; what it says goes into a file of its name."""
        log = (self.folder / f"{arguments[0]}.log").open("w")
        with (
            log,
            subprocess.Popen(
                [str(AIRFLOW), *arguments],
                env={**self.environment, **more},
                stdout=log,
                stderr=log,
            ) as process,
        ):
            try:
                yield
            finally:
                process.terminate()

    @contextmanager
    def scheduling(self, **more: str) -> Iterator[None]:
        """Let a scheduler run, with all that it needs; it leaves alone what was only tested."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = str(probe.getsockname()[1])
        more["AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION"] = "False"
        more["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] = f"http://127.0.0.1:{port}/execution/"
        with self.running("api-server", "--host", "127.0.0.1", "--port", port, **more):
            wait_until(lambda: _listens(port), seconds=300)  # tasks before that would fail
            with (
                self.running("dag-processor", **more),
                self.running("scheduler", "--skip-serve-logs", **more),
            ):
                yield

    def airflow(self, statement: str, *values: Any) -> list[Any]:
        """Ask Airflow's database; a single column comes without its row."""
        return self._ask("airflow", statement, values)

    def warehouse(self, statement: str, *values: Any) -> list[Any]:
        """Ask the database that is loaded; a single column comes without its row."""
        return self._ask("warehouse", statement, values)

    def _ask(self, database: str, statement: str, values: tuple[Any, ...]) -> list[Any]:
        with psycopg.connect(**{**self.server, "dbname": self.databases[database]}) as connection:
            rows = connection.execute(statement.encode(), values).fetchall()
        return [row[0] if len(row) == 1 else row for row in rows]

    def states(self, dag: str) -> dict[str, str]:
        """Return the states of the tasks in a DAG's last run, by group, or task without one."""
        rows = self.airflow(
            "SELECT COALESCE(rendered_map_index, task_id), state FROM task_instance WHERE run_id = "
            "(SELECT run_id FROM dag_run WHERE dag_id = %s ORDER BY id DESC LIMIT 1) "
            "AND dag_id = %s",
            dag,
            dag,
        )
        return dict(rows)


def account(name: str, known: Credentials, url: str, **more: Any) -> dict[str, str]:
    """Return the environment that tells Airflow the connection of an account."""
    application = {"client_id": known.client_id, "client_secret": known.client_secret}
    connection = {
        "conn_type": "generic",
        "login": known.username,
        "password": known.password,
        "extra": {**application, "api_url": url, **more},
    }
    return {f"AIRFLOW_CONN_{name.upper()}": json.dumps(connection)}


def _listens(port: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(port))) == 0


@contextmanager
def airflow_home(folder: Path, address: str, *pools: str) -> Iterator[Home]:
    """Make an Airflow with pools.

    Args:
        folder: Its home; everything that it writes is in there.
        address: A PostgreSQL server's, whose user may do everything.
        pools: Their names.
    """
    databases = {name: f"{name}_{uuid.uuid4().hex}" for name in ("airflow", "warehouse")}
    server = conninfo_to_dict(address)
    with psycopg.connect(address, autocommit=True) as connection:
        # A user without % in the password: Airflow reads it in addresses as a sign of its own.
        user = f"CREATE ROLE {databases['airflow']} SUPERUSER LOGIN PASSWORD 'airflow'"
        connection.execute(user.encode())
        for database in databases.values():
            connection.execute(f"CREATE DATABASE {database}".encode())
    home = Home(
        folder=folder,
        server=server,
        databases=databases,
        environment=_environment(folder, server, databases),
    )
    home.run("db", "migrate")
    (folder / "pools.json").write_text(
        json.dumps({pool: {"slots": 4, "description": ""} for pool in pools})
    )
    home.run("pools", "import", str(folder / "pools.json"))
    yield home


def _environment(folder: Path, server: dict[str, Any], databases: dict[str, str]) -> dict[str, str]:
    warehouse = {
        "conn_type": "postgres",
        "host": server["host"],
        "port": int(server["port"]),
        "login": server["user"],
        "password": server["password"],
        "schema": databases["warehouse"],
    }
    temporary = folder / "tmp"
    temporary.mkdir()
    programs = [str(Path(program).parent) for program in (TAP, TARGET_POSTGRES or "")]
    name = databases["airflow"]
    return {
        "PATH": os.pathsep.join([*programs, os.environ["PATH"]]),
        "HOME": str(folder),
        "TMPDIR": str(temporary),
        "AIRFLOW_HOME": str(folder),
        "AIRFLOW__API_AUTH__JWT_SECRET": uuid.uuid4().hex * 2,
        "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": (
            f"postgresql+psycopg2://{name}:airflow@{server['host']}:{server['port']}/{name}"
        ),
        "AIRFLOW_CONN_ACTON_STORE": json.dumps(warehouse),
        "AIRFLOW_CONN_ACTON_WAREHOUSE": json.dumps(warehouse),
    }
