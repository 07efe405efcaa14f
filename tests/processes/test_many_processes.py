"""Many processes and threads share one store, and some of them are killed."""

from __future__ import annotations

import random
import shutil
import stat
import threading
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from tap_acton.auth.account import daily_budget, open_account, open_store
from tap_acton.auth.tokens import Memory, Owner, TokenSet
from tap_acton.clock import SYSTEM_CLOCK
from tap_acton.config import read_settings
from tap_acton.errors import SettingsFileKeyError
from tap_acton.transport.replies import Reply
from tests.processes.forking import forker

if TYPE_CHECKING:
    from pathlib import Path

    from tap_acton.settings import Settings
    from tap_acton.simulator import Simulator
    from tests.conftest import Configure, Simulate

MANY = 20
KILLS = {"file": 200, "postgresql": 40}
BUDGET = 1_000_000
in_a_file = pytest.mark.parametrize("config", ["file"], indirect=True)


@pytest.fixture
def sim(simulator: Simulate) -> Simulator:
    return simulator(logins_per_hour=0)


@pytest.fixture(params=["file", "postgresql"])
def config(request: pytest.FixtureRequest, sim: Simulator, configure: Configure) -> dict[str, Any]:
    """Let everybody share a store; the tests of files alone name their kind."""
    config = configure(sim, daily_request_budget=BUDGET)
    if request.param == "postgresql":
        address = request.getfixturevalue("postgres")
        config["oauth_settings_location"] = f"{address}#{uuid.uuid4()}"
    return config


@pytest.fixture
def settings(config: dict[str, Any]) -> Settings:
    return read_settings(config)


@pytest.fixture
def stale(sim: Simulator, settings: Settings) -> Settings:
    """Let the store hold tokens that are due for renewal."""
    issued, now = sim.tokens.issue(), SYSTEM_CLOCK.now()
    tokens = TokenSet(
        access_token=str(issued["access_token"]),
        refresh_token=str(issued["refresh_token"]),
        issued_at=now - 3600,
        expires_at=now - 1,
    )
    store = open_store(settings)
    with store.locked():
        store.save(Memory().holding(tokens, Owner(username=settings.username)))
    return settings


@pytest.fixture
def used(sim: Simulator, settings: Settings) -> Settings:
    """Let a run have left its tokens in the store."""
    read(settings)
    return settings


@pytest.fixture
def seed() -> int:
    """Other moments in each run; pytest-randomly prints what repeats them."""
    return random.randrange(2**32)  # noqa: S311 - moments, not secrets


def read(settings: Settings) -> None:
    account = open_account(settings)
    account.transport.get("/api/1/list", {}, auth=account.auth, decode=Reply.json)
    account.transport.close()


def grants(sim: Simulator) -> list[str]:
    return [entry.grant for entry in sim.journal if entry.grant]


@in_a_file
def test_processes_that_start_together_without_tokens_log_in_once(
    sim: Simulator, config: dict[str, Any], tmp_path: Path
) -> None:
    assert forker("together", config, tmp_path, MANY) == {"0": MANY}
    assert grants(sim) == ["password"]


@in_a_file
def test_processes_that_start_together_with_a_stale_token_refresh_it_once(
    sim: Simulator, config: dict[str, Any], stale: Settings, tmp_path: Path
) -> None:
    assert forker("together", config, tmp_path, MANY) == {"0": MANY}
    assert grants(sim) == ["refresh_token"]


@in_a_file
def test_processes_that_start_together_with_a_refused_token_refresh_it_once(
    sim: Simulator, config: dict[str, Any], used: Settings, tmp_path: Path
) -> None:
    sim.tokens.expire_access()
    assert forker("together", config, tmp_path, MANY) == {"0": MANY}
    assert grants(sim) == ["password", "refresh_token"]


def test_processes_that_start_together_count_each_request_once(
    sim: Simulator, config: dict[str, Any], tmp_path: Path
) -> None:
    forker("together", config, tmp_path, MANY)
    spent = BUDGET - daily_budget(read_settings(config)).remaining()
    assert spent == len(sim.journal) == MANY + 1


def test_processes_that_start_together_are_refused_nothing(
    sim: Simulator, config: dict[str, Any], tmp_path: Path
) -> None:
    for _ in range(3):
        assert forker("together", config, tmp_path, MANY) == {"0": MANY}
        sim.tokens.expire_access()
    assert {entry.status for entry in sim.journal if entry.grant} == {200}
    assert grants(sim) == ["password", "refresh_token", "refresh_token"]


@pytest.mark.parametrize("budget", [19, 3000])
def test_processes_that_spend_together_spend_the_day_and_no_more(
    config: dict[str, Any], tmp_path: Path, budget: int
) -> None:
    limited = {**config, "daily_request_budget": budget}
    assert forker("spend", limited, tmp_path, MANY) == {"0": MANY, "requests": budget}


@in_a_file
def test_threads_that_start_together_with_a_stale_token_refresh_it_once(
    sim: Simulator, stale: Settings
) -> None:
    threads = [threading.Thread(target=read, args=(stale,)) for _ in range(MANY)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert grants(sim) == ["refresh_token"]
    assert [entry.status for entry in sim.journal] == [200] * (MANY + 1)


def test_a_kill_at_any_moment_leaves_what_the_next_run_can_use(
    sim: Simulator, config: dict[str, Any], used: Settings, tmp_path: Path, seed: int
) -> None:
    kills = KILLS["postgresql" if "postgresql" in config["oauth_settings_location"] else "file"]
    found = forker("kill", config, tmp_path, kills, seed)
    assert found.keys() == {"whole", "noted as sent"}
    assert sum(found.values()) == kills


def test_kills_never_make_anybody_send_a_token_twice(
    sim: Simulator, config: dict[str, Any], used: Settings, tmp_path: Path, seed: int
) -> None:
    forker("kill", config, tmp_path, 20, seed)
    assert {entry.status for entry in sim.journal if entry.grant == "refresh_token"} == {200}


@in_a_file
def test_a_copied_file_opens_with_the_same_client_credentials(
    sim: Simulator, config: dict[str, Any], used: Settings, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.json"
    shutil.copy(used.settings_file, copy)
    read(read_settings({**config, "oauth_settings_location": str(copy)}))
    assert grants(sim) == ["password"]


@in_a_file
def test_a_copied_file_tells_other_clients_that_it_is_not_theirs(
    config: dict[str, Any], used: Settings, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.json"
    shutil.copy(used.settings_file, copy)
    others = {"oauth_settings_location": str(copy), "client_secret": "another"}
    with pytest.raises(SettingsFileKeyError, match="encrypted with other credentials"):
        read(read_settings({**config, **others}))


@in_a_file
def test_no_secret_is_on_disk_in_plain_text(used: Settings) -> None:
    tokens = open_store(used).load().tokens
    assert tokens
    secrets = [tokens.access_token, tokens.refresh_token, used.password, used.client_secret]
    content = b"".join(file.read_bytes() for file in used.settings_file.parent.iterdir())
    assert content
    assert not [secret for secret in secrets if (secret or "").encode() in content]


@in_a_file
def test_no_file_with_content_is_readable_by_others(used: Settings) -> None:
    files = [file for file in used.settings_file.parent.iterdir() if file.stat().st_size]
    assert used.settings_file in files
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
