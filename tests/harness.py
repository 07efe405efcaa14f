"""Runs the tap against a simulator, in this process or as a command, and reads what it says."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tap_acton.errors import ActOnError
from tap_acton.simulator import Fault
from tap_acton.tap import TapActOn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tap_acton.simulator import Simulator

TAP = str(Path(sys.executable).with_name("tap-acton"))


@dataclass(kw_only=True)
class Messages:
    """The Singer messages of one run."""

    raw: list[dict[str, Any]] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    schemas: dict[str, dict[str, Any]] = field(default_factory=dict)
    keys: dict[str, list[str]] = field(default_factory=dict)
    schema_order: list[str] = field(default_factory=list)
    records: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    state: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, set[int | None]] = field(default_factory=lambda: defaultdict(set))
    """The versions of each stream's records."""
    activated: dict[str, int] = field(default_factory=dict)
    """The version that each stream's last ACTIVATE_VERSION names."""
    error: ActOnError | None = None

    @classmethod
    def parse(cls, lines: Iterable[str]) -> Messages:
        """Read messages; each line must be whole JSON."""
        found = cls()
        for line in lines:
            message = json.loads(line)
            found.raw.append(message)
            found.types.append(message["type"])
            if message["type"] == "SCHEMA":
                found.schemas[message["stream"]] = message["schema"]
                found.keys[message["stream"]] = message["key_properties"]
                found.schema_order.append(message["stream"])
            elif message["type"] == "RECORD":
                assert message["stream"] in found.schemas
                found.records[message["stream"]].append(message["record"])
                found.versions[message["stream"]].add(message.get("version"))
                assert message["stream"] not in found.activated
            elif message["type"] == "ACTIVATE_VERSION":
                found.activated[message["stream"]] = message["version"]
            elif message["type"] == "STATE":
                found.state = message["value"]
        return found

    def counts(self) -> dict[str, int]:
        """Return the number of records by stream."""
        return {stream: len(records) for stream, records in self.records.items()}


def config_for(simulator: Simulator, folder: Path, **more: Any) -> dict[str, Any]:
    """Return a configuration that logs in to the simulator, without a pace."""
    credentials = simulator.credentials
    return {
        "auth_scheme": "OAuthPassword",
        "api_url": simulator.url,
        "client_id": credentials.client_id,
        "client_secret": credentials.client_secret,
        "username": credentials.username,
        "password": credentials.password,
        "oauth_settings_location": str(folder / "OAuthSettings.txt"),
        "requests_per_second": 100_000,
        "max_retry_seconds": 0,
        **more,
    }


def discover(config: dict[str, Any]) -> dict[str, Any]:
    """Return the catalog that the tap makes."""
    tap = TapActOn(config=dict(config), setup_mapper=False)
    try:
        return tap.catalog_dict
    finally:
        tap.client.close()


def only(catalog: dict[str, Any], *streams: str) -> dict[str, Any]:
    """Return the catalog with no other stream than these selected."""
    catalog = json.loads(json.dumps(catalog))
    for stream in catalog["streams"]:
        for entry in stream["metadata"]:
            if not entry["breadcrumb"]:
                entry["metadata"]["selected"] = stream["tap_stream_id"] in streams
    return catalog


def deselect(catalog: dict[str, Any], stream: str, *columns: str) -> dict[str, Any]:
    """Return the catalog with these columns of a stream deselected."""
    catalog = json.loads(json.dumps(catalog))
    for entry in _metadata(catalog, stream):
        if entry["breadcrumb"] and entry["breadcrumb"][-1] in columns:
            entry["metadata"]["selected"] = False
    return catalog


def select_columns(catalog: dict[str, Any], stream: str, *columns: str) -> dict[str, Any]:
    """Return the catalog with no other columns of a stream selected than these."""
    names = {entry["breadcrumb"][-1] for entry in _metadata(catalog, stream) if entry["breadcrumb"]}
    return deselect(catalog, stream, *(names - {*columns}))


def _metadata(catalog: dict[str, Any], stream: str) -> list[dict[str, Any]]:
    return next(
        entry["metadata"] for entry in catalog["streams"] if entry["tap_stream_id"] == stream
    )


def everything(catalog: dict[str, Any]) -> dict[str, Any]:
    """Return the catalog with all streams selected."""
    return only(catalog, *(stream["tap_stream_id"] for stream in catalog["streams"]))


def sync(
    config: dict[str, Any],
    catalog: dict[str, Any] | None = None,
    state: dict[str, Any] | None = None,
) -> Messages:
    """Run a sync in this process. An error of ours is kept in `error`."""
    written = io.StringIO()
    error = None
    with contextlib.redirect_stdout(written):
        tap = TapActOn(config=dict(config), catalog=catalog, state=state)
        try:
            tap.sync_all()
        except ActOnError as raised:
            error = raised
    messages = Messages.parse(written.getvalue().splitlines())
    messages.error = error
    return messages


def with_column_on_page_two(sim: Simulator, list_id: str, heading: str) -> Fault:
    """Return a second page, of all rows but the first, that has a column with the cells "new"."""
    rows = [
        [row.id, *row.cells, "new", str(row.created_ms), str(row.modified_ms)]
        for row in sim.world.rows(list_id)
    ]
    headings = ["_contact_id_", *sim.world.headers(list_id), heading]
    page = {
        "headers": [*headings, "created_date", "modified_date"],
        "data": rows[1:],
        "totalCount": len(rows),
    }
    path = f"/api/1/list/{list_id}"
    return Fault(kind="status", status=200, body=json.dumps(page), path=path, first=2)


def run_tap(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [TAP, *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def unmeasured() -> dict[str, str]:
    """Return the environment for a command that a signal is sent to, or whose modules count.

    The signal raises wherever it comes, and inside of coverage's own lock that would be the end;
    and coverage loads modules of its own.
    """
    return {name: text for name, text in os.environ.items() if not name.startswith("COVERAGE_")}


def wait_until(holds: Callable[[], bool], *, seconds: float = 30) -> None:
    """Wait for another process to get somewhere."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came to pass"
        time.sleep(0.01)
