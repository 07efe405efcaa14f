"""`make demo`: the real pipeline, Meltano and a warehouse, against the simulator.

It runs `meltano run tap-acton target-duckdb` twice, changes a few records in between, and prints
what each run read and what it cost.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
import duckdb

from tap_acton.clock import SYSTEM_CLOCK
from tap_acton.resources.catalog import RESOURCES
from tap_acton.resources.lists import LIST_TEMPLATE
from tap_acton.simulator import Options, Simulator

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["main"]

_CEILING = 5
"""Requests a second that Act-On allows."""
_ALL = "all streams"
_TOO_MANY = 429
_TOO_FEW = 10
"""Requests below which a share of the ceiling says nothing."""
_LEFT_OUT = ("list_scores", "contact_scores", "contact_segments", "contact_activity")
"""A request for each contact would take the demo an hour."""
_QUERIES = {
    "Best campaigns by unique clicks": """
        SELECT title, sent, opened_unique, clicked_unique,
               round(100.0 * clicked_unique / sent, 1) AS click_rate
        FROM act_on.message_reports
        ORDER BY clicked_unique DESC, title LIMIT 5""",
    "Contacts by company": """
        SELECT company, count(*) AS contacts
        FROM act_on.list_api_example_list
        GROUP BY company ORDER BY contacts DESC, company LIMIT 5""",
}


@dataclass(kw_only=True, slots=True)
class _Cost:
    """What one stream's part of one run was."""

    rows: int = 0
    requests: int = 0
    seconds: float = 0.0


@click.command()
@click.option("--meltano", required=True, help="Meltano's executable.")
@click.option("--folder", default="output/demo", help="Where the warehouse and the logs go.")
def main(meltano: str, folder: str) -> None:
    """Run the pipeline twice and show what came of it."""
    place = Path(folder).resolve()
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    with Simulator(Options(seed=7, messages=16)) as simulator:
        environment = _environment(simulator, place)
        click.echo(f"Simulated Act-On account at {simulator.url}; logs in {place}")
        _meltano(meltano, ["install"], environment, place / "install.log", "Installing plugins")
        arguments = ["run", "tap-acton", "target-duckdb"]
        first = _meltano(meltano, arguments, environment, place / "run1.log", "First run")
        click.echo(f"Changing the account: {_change(simulator)}")
        second = _meltano(meltano, arguments, environment, place / "run2.log", "Second run")
        refused = sum(entry.status == _TOO_MANY for entry in simulator.journal)
        counted = len(simulator.journal)
    _print_costs(_costs(first), _costs(second))
    click.echo(
        f"\nThe account counted {counted} requests, with discovery and login, "
        f"and refused {refused} for coming too fast."
    )
    warehouse = place / "acton.duckdb"
    _print_answers(warehouse)
    click.echo(f"\nThe warehouse is {warehouse}")


def _environment(simulator: Simulator, place: Path) -> dict[str, str]:
    credentials = simulator.credentials
    return {
        **os.environ,
        "MELTANO_SYS_DIR_ROOT": str(place / "meltano"),
        "MELTANO_DATABASE_URI": f"sqlite:///{place / 'meltano.db'}",
        "MELTANO_CLI_LOG_LEVEL": "debug",  # the level at which the tap tells its metrics
        "MELTANO_CLI_LOG_FORMAT": "json",
        "TAP_ACTON_AUTH_SCHEME": "OAuthPassword",
        "TAP_ACTON_API_URL": simulator.url,
        "TAP_ACTON_CLIENT_ID": credentials.client_id,
        "TAP_ACTON_CLIENT_SECRET": credentials.client_secret,
        "TAP_ACTON_USERNAME": credentials.username,
        "TAP_ACTON_PASSWORD": credentials.password,
        "TAP_ACTON_OAUTH_SETTINGS_LOCATION": str(place / "OAuthSettings.txt"),
        "TAP_ACTON__SELECT": json.dumps(["*.*", *(f"!{stream}.*" for stream in _LEFT_OUT)]),
        "TARGET_DUCKDB_FILEPATH": str(place / "acton.duckdb"),
        "TARGET_DUCKDB_DEFAULT_TARGET_SCHEMA": "act_on",
    }


def _meltano(
    meltano: str, arguments: list[str], environment: dict[str, str], log: Path, title: str
) -> str:
    click.echo(f"{title}: meltano {' '.join(arguments)} ... ", nl=False)
    began = SYSTEM_CLOCK.monotonic()
    done = subprocess.run(  # noqa: S603 - the command is the one the user named
        [str(Path(meltano).resolve()), *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    log.write_text(done.stdout, encoding="utf-8")
    click.echo(f"{SYSTEM_CLOCK.monotonic() - began:.0f} s")
    if done.returncode:
        click.echo("\n".join(done.stdout.splitlines()[-15:]), err=True)
        click.echo(f"Error: meltano failed ({done.returncode}). Its log: {log}", err=True)
        sys.exit(1)
    return done.stdout


def _change(simulator: Simulator) -> str:
    world = simulator.world
    list_id = world.lists[0].facts.id
    for record_id in world.record_ids(list_id)[:3]:
        world.update_record(record_id, {"Job Title": "Chief Demo Officer"})
    for _ in range(2):
        world.insert_record(list_id)
    return "3 records updated, 2 inserted"


def _costs(log: str) -> dict[str, _Cost]:
    costs: dict[str, _Cost] = {}
    for line in log.splitlines():
        if '"metric_info"' not in line:
            continue
        point = json.loads(line)["metric_info"]
        cost = costs.setdefault(point["tags"].get("stream", ""), _Cost())
        match point["metric"]:
            case "record_count":
                cost.rows += point["value"]
            case "http_request_count":
                cost.requests += point["value"]
            case "sync_duration":
                cost.seconds += point["value"]
    return costs


def _print_costs(first: dict[str, _Cost], second: dict[str, _Cost]) -> None:
    rows = [
        _cost_row(name, first.get(name, _Cost()), second.get(name, _Cost()))
        for name in {**first, **second}
    ]
    every = [_sum(costs.values()) for costs in (first, second)]
    rows.append(_cost_row(_ALL, *every))
    heading = ("stream", "reads", "rows 1st", "rows 2nd", "requests", "seconds", "of the ceiling")
    click.echo("")
    _print_table(heading, rows)


def _method(stream: str) -> str:
    if stream == _ALL:
        return ""
    resource = LIST_TEMPLATE if stream.startswith("list_") else RESOURCES.get(stream)
    return "changes" if resource and resource.replication_key else "everything"


def _cost_row(name: str, first: _Cost, second: _Cost) -> tuple[str, ...]:
    requests, seconds = first.requests + second.requests, first.seconds + second.seconds
    share = f"{requests / (_CEILING * seconds):.0%}" if requests >= _TOO_FEW else "-"
    return (
        name,
        _method(name),
        f"{first.rows:,}",
        f"{second.rows:,}",
        f"{requests:,}",
        f"{seconds:.1f}",
        share,
    )


def _sum(costs: Iterable[_Cost]) -> _Cost:
    total = _Cost()
    for cost in costs:
        total.rows += cost.rows
        total.requests += cost.requests
        total.seconds += cost.seconds
    return total


def _print_answers(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        for question, query in _QUERIES.items():
            answer = connection.execute(query)
            heading = [column[0] for column in answer.description or ()]
            click.echo(f"\n{question}")
            _print_table(heading, [[str(cell) for cell in row] for row in answer.fetchall()])


def _print_table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    widths = [max(len(row[place]) for row in (heading, *rows)) for place in range(len(heading))]
    for row in (heading, ["-" * width for width in widths], *rows):
        first, *others = (
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        click.echo("  ".join((first, *others)))


if __name__ == "__main__":
    main()
