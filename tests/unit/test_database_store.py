"""Tokens in PostgreSQL: tables that make themselves, locks that are lost, servers that refuse.

What a database promises as any store does is in `test_store_contract.py`.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import partial
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest
import requests

from tap_acton.auth.account import open_account, open_store
from tap_acton.auth.database_store import DatabaseStore
from tap_acton.auth.database_turns import ClockOffset
from tap_acton.auth.tokens import Memory
from tap_acton.clock import SYSTEM_CLOCK
from tap_acton.config import read_settings
from tap_acton.errors import SettingsFileAccessError, SettingsFileLockedError
from tap_acton.simulator import Fault
from tap_acton.transport.limits import Pace
from tests.harness import wait_until
from tests.postgres import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tap_acton.auth.database_turns import DatabaseTurns
    from tests.conftest import Configure, Simulate

PASSPHRASE = "the client's secret"
NOTED = Memory(spent=("mark",))
ROTATED = Memory(generation=2)
GAP_S = 100.0


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


@pytest.fixture
def turns(store: DatabaseStore) -> Iterator[DatabaseTurns]:
    turns = store.turns(SYSTEM_CLOCK)
    yield turns
    turns.close()


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


def limited_to(address: str, *rights: str) -> str:
    """Return the address of the database for a new user that has no other rights."""
    name = f"reader_{uuid4().hex}"
    with psycopg.connect(address) as connection:
        connection.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{name}'")
        for right in rights:
            connection.execute(f"GRANT {right} TO {name}")
    return f"postgresql://{name}:{name}@{address.rpartition('@')[2]}"


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


def test_the_first_turn_makes_its_table_alone(turns: DatabaseTurns, database: str) -> None:
    turns.reserve(GAP_S)
    assert tables(database) == {"tap_acton_pace"}


def test_all_may_take_the_first_turn_of_a_new_database_at_once(database: str) -> None:
    given: list[float] = []
    together = threading.Barrier(8)

    def take() -> None:
        together.wait()
        with closing(opened(database).turns(SYSTEM_CLOCK)) as turns:
            given.append(turns.reserve(GAP_S).moment_s)

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(given) - min(given) == pytest.approx(7 * GAP_S)


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
    address = limited_to(database, "SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public")
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
from tap_acton.auth.database_turns import ClockOffset
from tap_acton.transport.limits import DailyBudget
ledger = DatabaseStore({database!r}, "one", "x").ledger()
DailyBudget(ledger, 30_000).take()
"""
    subprocess.run([sys.executable, "-c", code], check=True)
    assert asked(database, "SELECT spent FROM tap_acton_budget") == [(1,)]


# Turns.


def test_a_server_that_was_started_anew_gives_the_next_turn(
    turns: DatabaseTurns, database: str
) -> None:
    first = turns.reserve(GAP_S)
    break_connections(database)
    assert turns.reserve(GAP_S).moment_s == pytest.approx(first.moment_s + GAP_S)


def test_a_server_whose_clock_is_put_back_lets_nobody_wait_for_that_time(
    turns: DatabaseTurns, database: str
) -> None:
    first = turns.reserve(GAP_S)
    with psycopg.connect(database) as connection:  # as if it was an hour ago for what is written
        connection.execute(
            "UPDATE tap_acton_pace SET last_s = last_s + 3600, written_s = written_s + 3600"
        )
    assert turns.reserve(GAP_S).moment_s == pytest.approx(first.moment_s + GAP_S, abs=5)


@pytest.mark.parametrize(
    ("told", "ahead_s"),
    [
        pytest.param([(5, 7)], 6, id="the first"),
        pytest.param([(5, 7), (0, 100)], 6, id="a slow one tells nothing new"),
        pytest.param([(0, 100), (5, 7)], 6, id="a quick one does"),
        pytest.param([(5, 7), (6, 9)], 6.5, id="each cuts something off"),
        pytest.param([(5, 7), (-3595, -3593)], -3594, id="a clock was put"),
    ],
)
def test_how_far_clocks_are_apart_is_within_what_all_answers_tell(
    told: list[tuple[float, float]], ahead_s: float
) -> None:
    ahead = ClockOffset()
    assert [ahead.learn(*each) for each in told][-1] == ahead_s


def test_a_complaint_is_forgotten_after_any_time(turns: DatabaseTurns, database: str) -> None:
    turns.reserve(GAP_S)
    turns.slow()
    with psycopg.connect(database) as connection:
        connection.execute("UPDATE tap_acton_pace SET written_s = 0, last_s = 0, slowed_s = 0")
    sooner, later = [turns.reserve(GAP_S).moment_s for _ in range(2)]
    assert later - sooner == pytest.approx(GAP_S)


def test_a_row_that_somebody_locks_keeps_nobody_waiting_for_long(
    turns: DatabaseTurns, database: str
) -> None:
    turns.reserve(GAP_S)
    with psycopg.connect(database) as connection:
        connection.execute("SELECT * FROM tap_acton_pace FOR UPDATE")
        with pytest.raises(SettingsFileLockedError):
            turns.reserve(GAP_S)


def test_a_turn_does_not_wait_for_the_disk_and_others_still_do(
    turns: DatabaseTurns, store: DatabaseStore
) -> None:
    turns.reserve(GAP_S)
    with turns._engine.connect() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
        assert connection.exec_driver_sql("SHOW lock_timeout").scalar() == "0"


def test_a_forked_process_takes_turns_on_a_connection_of_its_own(database: str) -> None:
    code = f"""
import os
from tap_acton.auth.database_store import DatabaseStore
from tap_acton.auth.database_turns import ClockOffset
from tap_acton.clock import SYSTEM_CLOCK
turns = DatabaseStore({database!r}, "one", "x").turns(SYSTEM_CLOCK)
first = turns.reserve(100).moment_s
child = os.fork()
taken = [turns.reserve(100).moment_s for _ in range(5)]
if not child:
    raise SystemExit(7)
code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
print(code, round((turns.reserve(100).moment_s - first) / 100))
"""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.stderr) == ("7 11\n", "")


def test_a_user_that_may_not_make_the_table_keeps_a_pace_of_his_own(
    store: DatabaseStore, database: str, caplog: pytest.LogCaptureFixture
) -> None:
    save(store, NOTED)
    address = limited_to(database, "SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public")
    other = opened(address)
    save(other, ROTATED)
    with closing(other.turns(SYSTEM_CLOCK)) as turns:
        Pace(1000, turns=turns).take()
    assert "tap_acton_pace" in caplog.text


# A database that goes away.


def test_a_new_token_waits_for_a_database_that_is_gone_for_a_moment(
    simulator: Simulate, configure: Configure, database: str, postgres: str
) -> None:
    sim = simulator()
    before = sim.tokens.issue()["refresh_token"]
    settings = read_settings(
        configure(sim, oauth_settings_location=database, refresh_token=before, auth_scheme="OAuth")
    )
    sim.faults.add(Fault(kind="slow", path="/token", delay_s=1))
    account = open_account(settings)
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(partial(account.auth, requests.Request("GET", sim.url).prepare()))
        wait_until(lambda: any(entry.grant for entry in sim.journal))
        with closed(postgres, database):
            time.sleep(3)  # the reply is here by then
            assert not asking.done()
        asking.result(timeout=30)
    account.transport.close()
    kept = open_store(settings).load().tokens
    assert kept
    assert kept.refresh_token not in {None, before}
    assert [entry.grant for entry in sim.journal if entry.grant] == ["refresh_token"]


@contextmanager
def closed(postgres: str, database: str) -> Iterator[None]:
    """Let nobody use the database."""
    change = f"ALTER DATABASE {database.rpartition('/')[2]} ALLOW_CONNECTIONS"
    with psycopg.connect(postgres, autocommit=True) as connection:
        break_connections(database)
        connection.execute(f"{change} false")
        try:
            query = (
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s"
            )
            connection.execute(query, [database.rpartition("/")[2]])
            yield
        finally:
            connection.execute(f"{change} true")


# Failures.


def test_a_refused_password_is_said_to_be_that_and_not_shown(postgres: str) -> None:
    wrong = postgres.replace("p%40ss", "another")
    with pytest.raises(SettingsFileAccessError, match=r"password.*oauth_settings_loc") as caught:
        opened(wrong).load()
    assert "another" not in f"{caught.value!r} {caught.value}"
    assert PASSWORD not in f"{caught.value!r} {caught.value}"


@pytest.mark.parametrize("use", ["load", "lock", "spend", "count", "turn"])
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
            "turn": lambda: store.turns(SYSTEM_CLOCK).reserve(GAP_S),
        }
        with pytest.raises(SettingsFileAccessError, match=f"127.0.0.1:{port}/tokens#o") as caught:
            ways[use]()
    assert "hush" not in f"{caught.value!r} {caught.value}"


def test_a_user_that_may_not_make_tables_is_told_which(store: DatabaseStore, database: str) -> None:
    address = limited_to(database)
    with pytest.raises(SettingsFileAccessError, match=r"permission denied.*tap_acton_settings"):
        save(opened(address), NOTED)
