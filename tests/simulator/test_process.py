"""The command line, determinism over processes, and the HTTP server itself."""

from __future__ import annotations

import gzip
import hashlib
import http.client
import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import requests

from tap_acton.simulator import Options, Simulator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.simulator.conftest import Client, Connect

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "tap_acton.simulator"]
SMALL = ["--lists", "3", "--contacts", "20", "--messages", "6", "--requests-per-second", "0"]
PATHS = (
    "/api/1/list",
    "/api/1/list/l-0001?datequalifiers=true",
    "/api/1/list/l-0003?responseformat=CSV",
    "/api/1/list/hardbounce",
    "/api/1/subscription/category",
    "/api/1/message?type=SENT",
    "/api/1/message/report?period=2503",
    "/api/1/form",
    "/api/1/page",
    "/api/1/program?type=TRACK",
    "/api/1/campaigns",
    "/api/1/image",
    "/api/1/media/",
    "/api/1/header",
    "/ucl/v2/{account_id}/contact/",
    "/ucl/v2/{account_id}/segment/",
    "/ucl/v2/{account_id}/import/definition",
    "/custom-objects/v1/{account_id}/schema/all",
    "/custom-objects/v1/{account_id}/data/all",
)


@contextmanager
def process(*arguments: str, hash_seed: str = "0") -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": hash_seed}
    command = [*COMMAND, "--port", "0", *SMALL, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True) as running:
        try:
            yield running
        finally:
            running.terminate()


def greeting_of(running: subprocess.Popen[str]) -> dict[str, Any]:
    assert running.stdout
    greeting: dict[str, Any] = json.loads(running.stdout.readline())
    return greeting


def digest(greeting: dict[str, Any]) -> str:
    form = {**greeting, "grant_type": "password"}
    tokens = requests.post(f"{greeting['url']}/token", data=form, timeout=5).json()
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    total = hashlib.sha256()
    for path in PATHS:
        reply = requests.get(
            f"{greeting['url']}{path.format_map(greeting)}", headers=headers, timeout=5
        )
        assert reply.status_code == 200, path
        total.update(reply.content)
    return total.hexdigest()


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [*COMMAND, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


def test_the_first_line_says_where_and_for_whom() -> None:
    with process("--seed", "11") as running:
        greeting = greeting_of(running)
    assert urlsplit(greeting["url"]).hostname == "127.0.0.1"
    assert {"client_id", "client_secret", "username", "password"} < set(greeting)
    assert greeting["control_url"].startswith(greeting["url"])
    with Simulator(Options(seed=11)) as sim:
        assert greeting["password"] == sim.credentials.password
        assert greeting["account_id"] == sim.account_id


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_signal_ends_it_cleanly(number: signal.Signals) -> None:
    with process() as running:
        greeting_of(running)
        running.send_signal(number)
        assert running.wait(timeout=10) == 0


def test_the_same_seed_gives_the_same_bytes_in_another_process() -> None:
    with process(hash_seed="1") as one, process(hash_seed="2") as two:
        assert digest(greeting_of(one)) == digest(greeting_of(two))


def test_another_seed_gives_other_data() -> None:
    with process("--seed", "1") as one, process("--seed", "2") as two:
        assert digest(greeting_of(one)) != digest(greeting_of(two))


@pytest.mark.parametrize(
    "arguments",
    [
        ["--seed", "x"],
        ["--message-shape", "1999"],
        ["--lists", "-1"],
        ["--default-timezone", "Mars/Olympus"],
        ["--jitter", "2"],
        ["--port", "70000"],
        ["--token-limit-status", "200"],
        ["--no-such-option"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_bad_option_is_one_line_and_code_2(arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert arguments[0].strip("-").replace("-", "_") in done.stderr.replace("-", "_")


def test_a_taken_port_is_one_line_and_code_2(reader: Client) -> None:
    done = run("--port", str(urlsplit(reader.sim.url).port))
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)


def test_help_explains_every_option() -> None:
    text = run("--help").stdout
    for name in ("--seed", "--requests-per-second", "--no-gzip", "--suppression-unit"):
        assert name in text


def test_all_generated_moments_lie_before_september_2026(connect: Connect) -> None:
    end_ms = 1_788_220_800_000
    world = connect(contacts=200, messages=60).sim.world
    for each in world.lists:
        assert max(row.modified_ms for row in each) < end_ms
    for kind in world.mailbox.counts():
        for message in world.mailbox.of_type(kind):
            assert max(event.ts_ms for event in world.mailbox.events(message)) < end_ms
    assert max(row.timestamp_ms for row in world.suppressed("optout")) < end_ms
    assert max(asset.modified_ms for asset in world.assets.media) < end_ms


@pytest.mark.parametrize(
    "nothing",
    ["lists", "contacts", "messages", "recipients", "senders", "suppressed", "categories", "forms"],
)
def test_an_account_may_hold_nothing_of_a_kind(connect: Connect, nothing: str) -> None:
    client = connect(**{nothing: 0})
    for path in ("/api/1/list", "/api/1/message", "/api/1/form", "/api/1/account/senders"):
        assert client.get(path).status_code == 200
    assert client.control("GET", "world")


def test_replies_are_compressed_for_those_who_accept_it(reader: Client) -> None:
    plain = reader.get("/api/1/list/l-0001")
    assert plain.headers["Content-Encoding"] == "gzip"
    raw = reader.session.get(f"{reader.sim.url}/api/1/list/l-0001", stream=True, timeout=5)
    assert gzip.decompress(raw.raw.read(decode_content=False)) == plain.content
    bare = reader.session.get(
        f"{reader.sim.url}/api/1/list/l-0001", headers={"Accept-Encoding": "identity"}, timeout=5
    )
    assert "Content-Encoding" not in bare.headers
    assert bare.content == plain.content


def test_compression_can_be_switched_off(connect: Connect) -> None:
    assert "Content-Encoding" not in connect(gzip=False).get("/api/1/list/l-0001").headers


def test_a_connection_is_kept_alive(reader: Client) -> None:
    connection = http.client.HTTPConnection(urlsplit(reader.sim.url).netloc, timeout=5)
    connection.request("GET", "/api/1/nothing")
    connection.getresponse().read()
    kept = connection.sock
    connection.request("GET", "/api/1/nothing")
    assert connection.getresponse().status == 404
    assert connection.sock is kept
    connection.close()


def test_a_chunked_body_is_refused(reader: Client) -> None:
    reply = requests.post(f"{reader.sim.url}/token", data=iter([b"a=b"]), timeout=5)
    assert reply.status_code == 411


def test_stopping_ends_connections_that_are_kept_alive() -> None:
    with Simulator(Options(contacts=1)) as sim:
        connection = http.client.HTTPConnection(urlsplit(sim.url).netloc, timeout=5)
        connection.request("GET", "/api/1/nothing")
        connection.getresponse().read()
        kept = connection.sock
    assert kept.recv(1) == b""
    connection.close()


def test_the_reply_to_head_has_no_body(reader: Client) -> None:
    reply = reader.session.head(f"{reader.sim.url}/api/1/account", timeout=5)
    assert (reply.status_code, reply.content) == (404, b"")
    assert reader.get("/api/1/account").status_code == 200


def test_a_simulator_that_never_started_can_be_stopped() -> None:
    Simulator(Options(contacts=1)).stop()


def test_two_simulators_share_nothing(connect: Connect) -> None:
    one, two = connect(), connect()
    one.sim.world.delete_list("l-0001")
    assert two.get("/api/1/list/l-0001").status_code == 200
    assert one.get("/api/1/list/l-0001").status_code == 400


def test_latency_holds_every_reply_back(connect: Connect) -> None:
    client = connect(latency_ms=20, jitter=0.5, log_in=False)
    assert client.log_in().elapsed.total_seconds() >= 0.01
