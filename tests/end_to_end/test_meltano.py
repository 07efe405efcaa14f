"""The pipeline as users run it: Meltano, the tap and a target as processes, a file of results."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tap_acton.simulator import Options, Simulator
from tests.visitors import browser_for

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent.parent
MELTANO = os.environ.get("MELTANO") or shutil.which("meltano")

pytestmark = pytest.mark.skipif(
    MELTANO is None, reason="Meltano is not on the PATH; `make test` brings it"
)


@pytest.fixture
def account() -> Iterator[Simulator]:
    """An account without limits."""
    options = Options(lists=2, contacts=30, messages=5, suppressed=4, requests_per_second=0)
    with Simulator(options) as simulator:
        yield simulator


def meltano(simulator: Simulator, folder: Path, *arguments: str, **more: str) -> str:
    """Run Meltano in this checkout with a state of the test's own; it must succeed."""
    credentials = simulator.credentials
    environment = {
        **os.environ,
        "MELTANO_DATABASE_URI": f"sqlite:///{folder / 'meltano.db'}",
        "MELTANO_SYS_DIR_ROOT": str(folder / "meltano"),
        "TAP_ACTON_AUTH_SCHEME": "OAuthPassword",
        "TAP_ACTON_API_URL": simulator.url,
        "TAP_ACTON_CLIENT_ID": credentials.client_id,
        "TAP_ACTON_CLIENT_SECRET": credentials.client_secret,
        "TAP_ACTON_USERNAME": credentials.username,
        "TAP_ACTON_PASSWORD": credentials.password,
        "TAP_ACTON_OAUTH_SETTINGS_LOCATION": str(folder / "OAuthSettings.txt"),
        "TAP_ACTON_REQUESTS_PER_SECOND": "1000",
        "TARGET_JSONL_DESTINATION_PATH": str(folder),
        **more,
    }
    done = subprocess.run(
        [str(MELTANO), *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    return done.stdout


def test_meltano_runs_the_tap_and_the_second_run_brings_only_changes(
    account: Simulator, tmp_path: Path
) -> None:
    meltano(account, tmp_path, "install", "extractor", "tap-acton")
    meltano(account, tmp_path, "install", "loader", "target-jsonl")
    first = meltano(account, tmp_path, "run", "tap-acton", "target-jsonl")
    assert {*re.findall(r"METRIC .*metric_name=(\w+)", first)} >= {
        "record_count",
        "http_request_count",
        "http_request_duration",
    }
    records = tmp_path / "list_api_example_list.jsonl"
    rows = [json.loads(line) for line in records.read_text().splitlines()]
    assert [row["contact_id"] for row in rows] == list(account.world.record_ids("l-0001"))
    assert [row["company"] for row in rows] == [
        row.cells[account.world.headers("l-0001").index("Company")]
        for row in account.world.rows("l-0001")
    ]

    changed = account.world.record_ids("l-0001")[7]
    account.world.update_record(changed, {"Company": "Changed, Inc."})
    second = meltano(account, tmp_path, "run", "tap-acton", "target-jsonl")
    more = [json.loads(line) for line in records.read_text().splitlines()][len(rows) :]
    assert [(row["contact_id"], row["company"]) for row in more] == [(changed, "Changed, Inc.")]
    for secret in (account.credentials.client_secret, account.credentials.password):
        assert secret not in first + second


def test_the_commands_of_the_plugin_log_in_with_the_browser(
    account: Simulator, tmp_path: Path
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        callback = f"http://localhost:{probe.getsockname()[1]}"
    more = {
        "TAP_ACTON_AUTH_SCHEME": "OAuth",
        "TAP_ACTON_CALLBACK_URL": callback,
        "BROWSER": browser_for(account, tmp_path),
    }

    def invoke(command: str, *arguments: str) -> str:
        return meltano(account, tmp_path, "invoke", f"tap-acton:{command}", *arguments, **more)

    meltano(account, tmp_path, "install", "extractor", "tap-acton")
    assert "/authorize?" in invoke("url", "--state", "s")
    assert "The access token is valid until" in invoke("login", "--browser")
    assert '"access_token": "fresh"' in invoke("status", "--json")
    assert "The access token is valid until" in invoke("refresh", "--config", "ENV")
    assert "forgotten" in invoke("logout", "--config", "ENV")
    grants = [entry.grant for entry in account.journal if entry.grant]
    assert grants == ["authorization_code", "refresh_token"]
