"""Tokens in PostgreSQL: tables that make themselves, locks that are lost, servers that refuse.

What a database promises as any store does is in `test_store_contract.py`.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest

from tap_acton.auth.database_store import DatabaseStore
from tap_acton.auth.tokens import Memory
from tap_acton.errors import SettingsFileAccessError, SettingsFileLockedError
from tests.postgres import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PASSPHRASE = "the client's secret"
NOTED = Memory(spent=("mark",))
ROTATED = Memory(generation=2)


@pytest.fixture
def database(postgres: str) -> Iterator[str]:
    """Return the address of a new database, without any table."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield postgres.removesuffix("postgres") + name
        connection.execute(f"DROP DATABASE {name} (FORCE)")


@pytest.fixture
def store(database: str) -> DatabaseStore:
    return opened(database)


def opened(address: str, *, lock_timeout_s: float = 60) -> DatabaseStore:
    return DatabaseStore(address, "one", PASSPHRASE, lock_timeout_s=lock_timeout_s)


def save(store: DatabaseStore, memory: Memory) -> None:
    with store.locked():
        store.save(memory)


def asked(address: str, query: str) -> list[tuple[object, ...]]:
    """Ask the database what no store tells."""
    with psycopg.connect(address) as connection:
        return connection.execute(query).fetchall()


def tables(address: str) -> set[str]:
    query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    return {str(name) for (name,) in asked(address, query)}


def break_connections(address: str) -> None:
    """End all connections to the database, as a restart of the server does."""
    query = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
    query += "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    assert asked(address, query)


# Tables.


def test_to_look_at_a_database_makes_no_table(store: DatabaseStore, database: str) -> None:
    assert store.load() == Memory()
    assert store.ledger().spent("2026-06-01") == 0
    assert tables(database) == set()


def test_the_first_use_makes_the_tables(store: DatabaseStore, database: str) -> None:
    save(store, NOTED)
    assert tables(database) == {"tap_acton_settings", "tap_acton_lock", "tap_acton_budget"}


def test_all_may_use_a_new_database_first_at_once(database: str) -> None:
    failures: list[BaseException] = []
    together = threading.Barrier(8)

    def use() -> None:
        together.wait()
        try:
            opened(database).ledger().spend("2026-06-01", 1, 100)
            save(opened(database), NOTED)
        except BaseException as error:  # noqa: BLE001 - the test tells what it was
            failures.append(error)

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert opened(database).ledger().spent("2026-06-01") == 8


def test_tables_that_somebody_else_has_made_need_no_right_to_make_any(
    store: DatabaseStore, database: str
) -> None:
    save(store, NOTED)
    limited = f"reader_{uuid4().hex}"
    with psycopg.connect(database) as connection:
        for statement in (
            f"CREATE ROLE {limited} LOGIN PASSWORD '{limited}'",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {limited}",
        ):
            connection.execute(statement)
    address = f"postgresql://{limited}:{limited}@{database.rpartition('@')[2]}"
    save(opened(address), ROTATED)
    assert store.load() == ROTATED


def test_days_of_more_than_a_week_ago_are_forgotten(store: DatabaseStore, database: str) -> None:
    for day in ("2026-06-01", "2026-06-02", "2026-06-08", "2026-06-09"):
        store.ledger().spend(day, 1, 100)
    days = [str(day) for (day,) in asked(database, "SELECT day FROM tap_acton_budget ORDER BY 1")]
    assert days == ["2026-06-02", "2026-06-08", "2026-06-09"]


# Locks.


def test_a_lock_waits_and_holds_whatever_timeouts_the_user_has(database: str) -> None:
    options = "-c%20idle_in_transaction_session_timeout%3D1000%20-c%20statement_timeout%3D1000"
    store = opened(f"{database}?options={options}", lock_timeout_s=7)
    with store.locked(), psycopg.connect(database) as connection:
        connection.execute("SELECT 1")
    lock = store._database._lock(7)
    names = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
    shown = [lock.exec_driver_sql(f"SHOW {name}").scalar() for name in names]
    lock.close()
    assert shown == ["7s", "0", "0"]


def test_a_lost_lock_that_nobody_else_has_used_does_no_harm(
    store: DatabaseStore, database: str
) -> None:
    with store.locked():
        store.save(NOTED)
        break_connections(database)
        store.save(ROTATED)
    assert store.load() == ROTATED


def test_who_lost_the_lock_cannot_note_what_another_has_noted(
    store: DatabaseStore, database: str
) -> None:
    save(store, Memory(generation=1))
    with store.locked():
        store.load()
        break_connections(database)
        save(opened(database), NOTED)
        with pytest.raises(SettingsFileLockedError, match="was lost"):
            store.save(NOTED)
    assert store.load() == NOTED


def test_who_lost_the_lock_cannot_be_the_first_when_another_was(
    store: DatabaseStore, database: str
) -> None:
    with store.locked():
        break_connections(database)
        save(opened(database), ROTATED)
        with pytest.raises(SettingsFileLockedError, match="was lost"):
            store.save(NOTED)
    assert store.load() == ROTATED


def test_who_lost_the_lock_learns_it_from_looking(store: DatabaseStore, database: str) -> None:
    with store.locked():
        break_connections(database)
        save(opened(database), NOTED)
        with pytest.raises(SettingsFileLockedError, match="was lost"):
            store.load()


def test_a_lost_lock_is_free(store: DatabaseStore, database: str) -> None:
    with store.locked():
        break_connections(database)
    save(store, NOTED)
    assert opened(database, lock_timeout_s=1).load() == NOTED


def test_a_process_that_ends_without_closing_gives_the_rest_of_its_block_back(
    database: str,
) -> None:
    code = f"""
from tap_acton.auth.database_store import DatabaseStore
from tap_acton.transport.limits import DailyBudget
ledger = DatabaseStore({database!r}, "one", "x").ledger()
DailyBudget(ledger, 30_000).take()
"""
    subprocess.run([sys.executable, "-c", code], check=True)
    assert asked(database, "SELECT spent FROM tap_acton_budget") == [(1,)]


# Failures.


def test_a_refused_password_is_said_to_be_that_and_not_shown(postgres: str) -> None:
    wrong = postgres.replace("p%40ss", "another")
    with pytest.raises(SettingsFileAccessError, match=r"password.*oauth_settings_loc") as caught:
        opened(wrong).load()
    assert "another" not in f"{caught.value!r} {caught.value}"
    assert PASSWORD not in f"{caught.value!r} {caught.value}"


@pytest.mark.parametrize("use", ["load", "lock", "spend", "count"])
def test_a_server_that_is_not_there_is_said_to_be_that(use: str) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        store = opened(f"postgresql://me:hush-hush@127.0.0.1:{port}/tokens")
        ways: dict[str, Callable[[], object]] = {
            "load": store.load,
            "lock": lambda: save(store, NOTED),
            "spend": lambda: store.ledger().spend("2026-06-01", 1, 1),
            "count": lambda: store.ledger().spent("2026-06-01"),
        }
        with pytest.raises(SettingsFileAccessError, match=f"127.0.0.1:{port}/tokens#o") as caught:
            ways[use]()
    assert "hush" not in f"{caught.value!r} {caught.value}"


def test_a_user_that_may_not_make_tables_is_told_which(store: DatabaseStore, database: str) -> None:
    limited = f"reader_{uuid4().hex}"
    with psycopg.connect(database) as connection:
        statement = f"CREATE ROLE {limited} LOGIN PASSWORD '{limited}'"
        connection.execute(statement)
    address = f"postgresql://{limited}:{limited}@{database.rpartition('@')[2]}"
    with pytest.raises(SettingsFileAccessError, match=r"permission denied.*tap_acton_settings"):
        save(opened(address), NOTED)
