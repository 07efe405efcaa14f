"""Processes that share a store keep one pace, and one login an hour."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest

from tap_acton.auth.account import open_account
from tap_acton.config import read_settings
from tap_acton.transport.replies import Reply
from tests.processes.forking import forker

if TYPE_CHECKING:
    from pathlib import Path

    from tap_acton.simulator import Simulator
    from tests.conftest import Configure, Simulate

RATE = 50
"""Ten times Act-On's, so that a test is soon over."""


@pytest.fixture
def sim(simulator: Simulate) -> Simulator:
    return simulator(requests_per_second=RATE)


@pytest.fixture(params=["file", "postgresql"])
def config(request: pytest.FixtureRequest, sim: Simulator, configure: Configure) -> dict[str, Any]:
    """Let everybody share a store."""
    config = configure(sim, requests_per_second=RATE)
    if request.param == "postgresql":
        address = request.getfixturevalue("postgres")
        config["oauth_settings_location"] = f"{address}#{uuid.uuid4()}"
    return config


@pytest.mark.parametrize("processes", [3, 8])
def test_processes_together_keep_the_pace_and_nobody_starves(
    config: dict[str, Any], tmp_path: Path, processes: int
) -> None:
    found = forker("pace", config, tmp_path, processes, 3000)
    assert found["0"] == processes
    assert found["in a second"] <= RATE
    assert found["requests"] > RATE  # of about 147: this machine has other work
    assert found["fewest"] >= 0.7 * found["most"]


def test_a_process_that_is_killed_or_stopped_holds_nobody_up(
    config: dict[str, Any], tmp_path: Path
) -> None:
    found = forker("hurt", config, tmp_path, 4, 3000)
    assert (found["0"], found["-9"]) == (3, 1)
    assert found["in a second"] <= RATE
    assert found["longest gap, ms"] < 1500


def test_processes_together_are_hardly_ever_throttled(
    sim: Simulator, config: dict[str, Any], tmp_path: Path
) -> None:
    assert forker("send", config, tmp_path, 3, 50) == {"0": 3}
    refused = [entry for entry in sim.journal if entry.status == 429]
    assert len(refused) < 0.1 * len(sim.journal)  # three paces of their own: most of them


def test_any_number_of_processes_asks_for_tokens_once_an_hour(
    sim: Simulator, config: dict[str, Any], tmp_path: Path
) -> None:
    for _ in range(2):
        assert forker("send", config, tmp_path, 5, 3) == {"0": 5}
    assert [entry.grant for entry in sim.journal if entry.grant] == ["password"]


def test_the_next_hour_costs_one_refresh(
    sim: Simulator, config: dict[str, Any], tmp_path: Path
) -> None:
    assert forker("send", config, tmp_path, 5, 3) == {"0": 5}
    sim.clock.advance(seconds=3600)
    for _ in range(2):
        assert forker("send", config, tmp_path, 5, 3) == {"0": 5}
    tokens = [entry.status for entry in sim.journal if entry.grant == "refresh_token"]
    assert tokens == [200]
    assert [entry.grant for entry in sim.journal if entry.grant] == ["password", "refresh_token"]


def test_accounts_opened_in_one_process_keep_one_pace(sim: Simulator, configure: Configure) -> None:
    config = configure(sim, oauth_settings_location=f"memory://{uuid.uuid4()}")
    for _ in range(6):
        account = open_account(read_settings({**config, "requests_per_second": 5}))
        account.transport.get("/api/1/list", {}, auth=account.auth, decode=Reply.json)
        account.transport.close()
    moments = [entry.at for entry in sim.journal]
    assert all(later - sooner > 0.9 for sooner, later in zip(moments, moments[5:], strict=False))
