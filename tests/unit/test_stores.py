"""Which store the settings name, and what is said if they name none."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tap_acton.auth.account import daily_budget, open_store
from tap_acton.auth.file_store import FileStore
from tap_acton.auth.memory_store import MemoryStore
from tap_acton.auth.tokens import Memory
from tap_acton.config import read_settings
from tap_acton.errors import BudgetSpentError, ConfigError, SettingsFileKeyError

if TYPE_CHECKING:
    from pathlib import Path

    from tap_acton.auth.store import Store


def opened(location: str, **more: str) -> Store:
    """Open the store of somebody's settings."""
    client = {"client_id": "client-1", "client_secret": "x", "username": "me@acton.example"}
    return open_store(read_settings({**client, "oauth_settings_location": location, **more}))


def test_a_path_names_a_file(tmp_path: Path) -> None:
    store = opened(str(tmp_path / "tokens.json"))
    assert isinstance(store, FileStore)
    assert store.place == str(tmp_path / "tokens.json")


@pytest.mark.parametrize("location", ["memory://shared", "MEMORY://shared"])
def test_a_name_in_memory_names_that(location: str) -> None:
    store = opened(location)
    assert isinstance(store, MemoryStore)
    assert store.place == "memory://shared"


@pytest.mark.parametrize(
    ("location", "place"),
    [
        ("postgresql://me:hush-hush@db/tokens#one", "postgresql://db/tokens#one"),
        ("postgres://me:hush-hush@db:5433/tokens#one", "postgresql://db:5433/tokens#one"),
        ("postgresql://db/tokens?password=hush-hush#a%20b", "postgresql://db/tokens#a b"),
        ("postgresql:///tokens?host=/run/postgresql#one", "postgresql:///tokens#one"),
    ],
)
def test_a_databases_name_for_people_leaves_out_who_uses_it(location: str, place: str) -> None:
    assert opened(location).place == place


@pytest.mark.parametrize("location", ["memory://", "postgresql://db/tokens"])
def test_without_a_name_each_account_has_one(location: str) -> None:
    others = {"client_id": "client-2"}, {"username": "you@acton.example"}, {"region": "eu"}
    places = {opened(location, **other).place for other in ({}, *others)}
    assert len(places) == 4
    assert opened(location, username="Me@acton.example").place in places


def test_the_name_of_an_account_can_be_read_and_tells_no_address() -> None:
    place = opened("memory://").place
    assert place.startswith("memory://api.actonsoftware.com/client-1/")
    assert "acton.example" not in place


@pytest.mark.parametrize("location", ["memory://{}", "postgresql://db/tokens#{}"])
def test_a_long_name_is_shortened_to_one_that_tells_it_from_others(location: str) -> None:
    one, two = (opened(location.format("x" * 300 + end)).place for end in "12")
    assert one != two
    assert len(one) < 100


@pytest.mark.parametrize(
    "location",
    [
        pytest.param("postgresql://", id="nothing"),
        pytest.param("postgresql://me:hush-hush@db", id="no database"),
        pytest.param("postgresql://me:hush-hush@db/", id="an empty database"),
        pytest.param("postgresql://me:hush-hush@db/#one", id="a name alone"),
        pytest.param("postgresql://me:hush-hush@db:port/tokens", id="no port"),
        pytest.param("postgresql://me:hush#hush-hush@db/tokens", id="a password with #"),
        pytest.param("postgresql://me:hush@hush-hush@db/tokens", id="a password with @"),
        pytest.param("postgresql://me:hush@/hush-hush@db/tokens", id="a password with @/"),
        pytest.param("mysql://me:hush-hush@db/tokens", id="another database"),
        pytest.param("https://me:hush-hush@db/tokens", id="a page"),
    ],
)
def test_an_address_that_is_none_is_said_to_be_that_and_not_shown(location: str) -> None:
    with pytest.raises(ConfigError, match="oauth_settings_location") as caught:
        opened(location)
    assert "hush-hush" not in f"{caught.value} {caught.value!r} {caught.value.__cause__}"


@pytest.mark.parametrize("location", ["tokens.json", "memory://x", "postgresql://db/tokens"])
def test_nothing_to_encrypt_with_is_said_to_be_that(location: str) -> None:
    with pytest.raises(ConfigError, match="client_secret"):
        open_store(read_settings({"client_id": "x", "oauth_settings_location": location}))


def test_clients_that_share_a_name_in_memory_by_mistake_do_not_share_tokens(
    tmp_path: Path,
) -> None:
    location = f"memory://{tmp_path}"
    store = opened(location)
    with store.locked():
        store.save(Memory())
    with pytest.raises(SettingsFileKeyError):
        opened(location, client_secret="another").load()


def test_connections_that_share_a_name_in_memory_share_the_days_requests(tmp_path: Path) -> None:
    settings = read_settings(
        {
            "client_id": "x",
            "client_secret": "x",
            "oauth_settings_location": f"memory://{tmp_path}",
            "daily_request_budget": 1,
        }
    )
    daily_budget(settings).take()
    with pytest.raises(BudgetSpentError):
        daily_budget(settings).take()


def test_a_missing_driver_is_said_to_be_that() -> None:
    code = """
import sys
sys.modules["psycopg"] = None
from tap_acton.auth.account import open_store
from tap_acton.config import read_settings
location = {"oauth_settings_location": "postgresql://db/tokens"}
open_store(read_settings({"client_id": "x", "client_secret": "x", **location}))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "pip install 'tap-acton[postgres]'" in done.stderr.splitlines()[-1]


def test_who_names_no_database_does_not_load_what_it_needs() -> None:
    code = "import sys, tap_acton.auth.account; sys.exit('sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
