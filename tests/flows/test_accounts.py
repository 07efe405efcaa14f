"""Several accounts side by side, in one process and on one machine, never mix their tokens."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

import cdata.acton as mod
from tap_acton.client import ActOnClient
from tap_acton.config import read_settings
from tap_acton.errors import SettingsFileOwnerError
from tap_acton.resources.catalog import RESOURCES
from tests.flows.flow import properties

if TYPE_CHECKING:
    from pathlib import Path

    from tap_acton.simulator import Simulator
    from tap_acton.simulator.account import Account
    from tests.conftest import Simulate

PLACES = ["file", "memory", "postgresql"]


@pytest.fixture(params=[False, True], ids=["two clients", "agency"])
def sim(request: pytest.FixtureRequest, simulator: Simulate) -> Simulator:
    # Seeds of their own: in the database an account is known by the names in its credentials.
    return simulator(accounts=2, agency=request.param, seed=500 if request.param else 600)


def config(sim: Simulator, account: Account, place: str) -> dict[str, Any]:
    known = account.credentials
    return {
        "auth_scheme": "OAuthPassword",
        "initiate_oauth": "GETANDREFRESH",
        "api_url": sim.url,
        "client_id": known.client_id,
        "client_secret": known.client_secret,
        "username": known.username,
        "password": known.password,
        "oauth_settings_location": place,
        "requests_per_second": 100_000,
    }


def account_read(settings: dict[str, Any]) -> str:
    """Return the number of the account that a client sees."""
    client = ActOnClient.from_settings(read_settings(settings))
    try:
        pages = client.pages(RESOURCES["account"])
        return str(next(iter(pages)).records[0]["account_id"])
    finally:
        client.close()


@pytest.mark.parametrize("kind", PLACES)
def test_accounts_at_once_read_each_its_own(
    sim: Simulator, tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    def place(number: int) -> str:
        if kind == "postgresql":
            return str(request.getfixturevalue("postgres"))  # one database, rows by account
        return f"memory://{tmp_path}/{number}" if kind == "memory" else f"{tmp_path}/{number}.txt"

    configs = [config(sim, account, place(account.number)) for account in sim.accounts]
    with ThreadPoolExecutor(4) as pool:
        seen = list(pool.map(account_read, configs * 4))
    assert seen == [str(account.account_id) for account in sim.accounts] * 4
    for account in sim.accounts:
        assert account.tokens.counts() == {"password": 1, "refused": 0}


def test_connections_at_once_read_each_its_own(sim: Simulator, tmp_path: Path) -> None:
    strings = [
        properties(config(sim, account, f"{tmp_path}/{account.number}.txt"))
        for account in sim.accounts
    ]
    connections = [mod.connect(string) for string in strings]
    for _ in range(2):
        for connection, account in zip(connections, sim.accounts, strict=True):
            account.tokens.expire_access()
            [(number,)] = connection.execute("SELECT AccountId FROM Account").fetchall()
            assert str(number) == str(account.account_id)
    for connection in connections:
        connection.close()


@pytest.mark.parametrize("kind", ["file", "memory"])
def test_one_place_for_two_accounts_is_refused_and_harms_neither(
    simulator: Simulate, tmp_path: Path, kind: str
) -> None:
    sim = simulator(accounts=2, agency=True)
    place = f"{tmp_path}/tokens" if kind == "file" else f"memory://{tmp_path}"
    first, second = (config(sim, account, place) for account in sim.accounts)
    account_read(first)
    with pytest.raises(SettingsFileOwnerError, match=r"another Act-On user\. Give"):
        account_read(second)
    assert sim.accounts[1].tokens.counts() == {"refused": 0}
    assert account_read(first) == str(sim.accounts[0].account_id)


def test_tokens_are_not_sent_to_another_server(simulator: Simulate, tmp_path: Path) -> None:
    sim = simulator()
    settings = config(sim, sim.accounts[0], f"{tmp_path}/tokens")
    account_read(settings)
    before = len(sim.journal)
    elsewhere = settings | {"api_url": sim.url.replace("127.0.0.1", "localhost")}
    with pytest.raises(SettingsFileOwnerError, match="another server"):
        account_read(elsewhere)
    assert len(sim.journal) == before


@pytest.mark.parametrize(
    ("settings", "address"),
    [
        pytest.param({}, "https://api.actonsoftware.com", id="us"),
        pytest.param({"region": "eu"}, "https://api-eu.actonsoftware.com", id="eu"),
        pytest.param({"api_url": "https://own.example/"}, "https://own.example", id="own"),
    ],
)
def test_each_region_has_its_address(settings: dict[str, str], address: str) -> None:
    client = {"client_id": "i", "client_secret": "s"}
    assert read_settings({**client, **settings}).base_url == address
