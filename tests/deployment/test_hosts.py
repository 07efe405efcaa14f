"""Taps on several hosts share their tokens, budget and pace by a store in PostgreSQL."""

from __future__ import annotations

import json
import uuid
from bisect import bisect_left
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tap_acton.auth.account import daily_budget
from tap_acton.config import read_settings
from tap_acton.simulator import Options, Simulator
from tests.deployment.networks import Door, Host, hosts, no_hosts
from tests.harness import TAP, config_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_acton.simulator import Entry

pytestmark = pytest.mark.skipif(bool(no_hosts()), reason=no_hosts())

PACE = 4
"""A fifth below Act-On's limit, so that requests do not meet on their way on a busy machine."""


@dataclass(frozen=True, kw_only=True)
class Ran:
    """Two hosts, after each has read the same account twice at once with the other."""

    hosts: list[Host]
    catalogs: list[dict[str, Any]]
    requests: list[Entry]
    came_from: set[str]
    spent: int


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory, postgres: str) -> Iterator[Ran]:
    folder = tmp_path_factory.mktemp("hosts")
    with ExitStack() as stack:
        sim = stack.enter_context(Simulator(Options(lists=8, contacts=5)))
        pair = stack.enter_context(hosts(folder, 2))
        door = Door(pair[0].gateway, urlsplit(sim.url).port or 0)
        config = config_for(
            sim,
            folder,
            api_url=f"http://{stack.enter_context(door.open())}",
            oauth_settings_location=_store(postgres, pair[0], stack),
            requests_per_second=PACE,
        )
        catalogs = _discover_at_once(pair, config)
        sim.tokens.expire_access()
        catalogs += _discover_at_once(pair, config)
        settings = read_settings(config)
        spent = settings.daily_request_budget - daily_budget(settings).remaining()
        yield Ran(
            hosts=pair,
            catalogs=catalogs,
            requests=list(sim.journal),
            came_from=door.came_from,
            spent=spent,
        )


def _store(postgres: str, host: Host, stack: ExitStack) -> str:
    """Return a new store's address, as hosts see it."""
    known = urlsplit(postgres)
    door = stack.enter_context(Door(host.gateway, known.port or 0).open())
    return f"{postgres.replace(f'127.0.0.1:{known.port}', door)}#{uuid.uuid4()}"


def _discover_at_once(pair: list[Host], config: dict[str, Any]) -> list[dict[str, Any]]:
    for host in pair:
        (host.home / "config.json").write_text(json.dumps(config))
    started = [host.start(TAP, "--config", "config.json", "--discover") for host in pair]
    for host, process in zip(pair, started, strict=True):
        assert process.wait(timeout=120) == 0, (host.home / "log").read_text()
    return [json.loads((host.home / "out").read_text()) for host in pair]


def test_the_hosts_are_two_and_read_the_same(ran: Ran) -> None:
    assert ran.came_from == {host.address for host in ran.hosts}
    assert len(ran.catalogs) == 4
    assert all(catalog == ran.catalogs[0] for catalog in ran.catalogs)


def test_hosts_log_in_once_and_renew_the_token_once(ran: Ran) -> None:
    grants = [entry.grant for entry in ran.requests if entry.grant]
    assert grants == ["password", "refresh_token"]


def test_hosts_keep_the_limit_together(ran: Ran) -> None:
    moments = [entry.at for entry in ran.requests]
    assert max(bisect_left(moments, at + 1) - place for place, at in enumerate(moments)) <= 5


def test_hosts_count_the_days_requests_together(ran: Ran) -> None:
    assert ran.spent == len(ran.requests)


def test_hosts_keep_nothing_in_files_of_their_own(ran: Ran) -> None:
    for host in ran.hosts:
        files = {file.name for file in host.home.rglob("*") if file.is_file()}
        assert files == {"config.json", "log", "out"}
