"""What every kind of store promises: a file, this process's memory, a table in PostgreSQL."""

from __future__ import annotations

import json
import threading
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol
from uuid import uuid4

import psycopg
import pytest

from tap_acton.auth.database_store import DatabaseStore
from tap_acton.auth.file_store import FileStore
from tap_acton.auth.memory_store import MemoryStore
from tap_acton.auth.tokens import Memory, Owner, TokenSet
from tap_acton.clock import SYSTEM_CLOCK
from tap_acton.errors import (
    SettingsFileCorruptError,
    SettingsFileKeyError,
    SettingsFileLockedError,
)
from tests.postgres import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tap_acton.auth.store import Store
    from tap_acton.transport.turns import Turns

PASSPHRASE = "the client's secret"
OWNER = Owner(server="api.acton.example", client_id="client-1", username="me@acton.example")
MEMORY = Memory().holding(
    TokenSet(access_token="access-1", refresh_token="refresh-1", issued_at=1.0, expires_at=2.0),
    OWNER,
)
DAY, NEXT_DAY = "2026-06-01", "2026-06-02"
GAP_S = 100.0
"""So far apart that the time which a test takes is nothing."""


class Kind(Protocol):
    """A kind of store, and what a test does behind its back."""

    def open(
        self, name: str = "one", passphrase: str = PASSPHRASE, lock_timeout_s: float = 60
    ) -> Store: ...

    def stored(self, name: str = "one") -> str:
        """Return all that is kept under a name."""
        ...

    def spoil(self, text: str) -> None:
        """Replace what is kept under the name "one"."""
        ...


@dataclass
class Files:
    folder: Path

    def open(
        self, name: str = "one", passphrase: str = PASSPHRASE, lock_timeout_s: float = 60
    ) -> Store:
        return FileStore(self.folder / name, passphrase, lock_timeout_s=lock_timeout_s)

    def stored(self, name: str = "one") -> str:
        return (self.folder / name).read_text()

    def spoil(self, text: str) -> None:
        (self.folder / "one").write_text(text)


@dataclass
class Rooms:
    prefix: str

    def open(
        self, name: str = "one", passphrase: str = PASSPHRASE, lock_timeout_s: float = 60
    ) -> MemoryStore:
        return MemoryStore(self.prefix + name, passphrase, lock_timeout_s=lock_timeout_s)

    def stored(self, name: str = "one") -> str:
        return self.open(name)._room.text or ""

    def spoil(self, text: str) -> None:
        self.open()._room.text = text


@dataclass
class Rows:
    address: str
    prefix: str

    def open(
        self, name: str = "one", passphrase: str = PASSPHRASE, lock_timeout_s: float = 60
    ) -> Store:
        row = self.prefix + name
        return DatabaseStore(self.address, row, passphrase, lock_timeout_s=lock_timeout_s)

    def stored(self, name: str = "one") -> str:
        query = "SELECT sealed FROM tap_acton_settings WHERE name = %s"
        with psycopg.connect(self.address) as connection:
            rows = connection.execute(query, [self.prefix + name]).fetchall()
        return "".join(text for (text,) in rows)

    def spoil(self, text: str) -> None:
        query = "UPDATE tap_acton_settings SET sealed = %s WHERE name = %s"
        with psycopg.connect(self.address) as connection:
            connection.execute(query, [text, self.prefix + "one"])


@pytest.fixture(params=["file", "memory", "postgresql"])
def kind(request: pytest.FixtureRequest, tmp_path: Path) -> Kind:
    if request.param == "file":
        return Files(tmp_path / "folder")
    prefix = f"{uuid4()}-"
    if request.param == "memory":
        return Rooms(prefix)
    return Rows(request.getfixturevalue("postgres"), prefix)


@pytest.fixture
def store(kind: Kind) -> Store:
    return kind.open()


@pytest.fixture
def saved(store: Store) -> Store:
    save(store, MEMORY)
    return store


def save(store: Store, memory: Memory) -> None:
    with store.locked():
        store.save(memory)


def run(*work: Callable[[], None]) -> None:
    """Do things in threads of their own, to their end."""
    threads = [threading.Thread(target=each) for each in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_nothing_kept_is_an_empty_memory(store: Store) -> None:
    assert store.load() == Memory()


def test_nothing_kept_is_an_empty_memory_under_the_lock(store: Store) -> None:
    with store.locked():
        assert store.load() == Memory()


def test_what_is_saved_is_loaded(saved: Store) -> None:
    assert saved.load() == MEMORY


def test_what_is_saved_is_there_before_the_lock_is_free(store: Store, kind: Kind) -> None:
    with store.locked():
        store.save(MEMORY)
        assert kind.open().load() == MEMORY


def test_another_store_of_the_place_loads_it(saved: Store, kind: Kind) -> None:
    assert kind.open().load() == MEMORY


def test_a_save_replaces_what_was_kept(saved: Store) -> None:
    save(saved, MEMORY.forgetting())
    assert saved.load() == MEMORY.forgetting()


def test_a_save_after_a_save_under_one_lock_replaces_it(store: Store) -> None:
    with store.locked():
        store.save(MEMORY)
        store.save(MEMORY.forgetting())
        assert store.load() == MEMORY.forgetting()


def test_a_save_replaces_what_another_store_has_saved(saved: Store, kind: Kind) -> None:
    save(kind.open(), MEMORY.forgetting())
    save(saved, MEMORY)
    assert kind.open().load() == MEMORY


def test_two_names_keep_two_memories(saved: Store, kind: Kind) -> None:
    assert kind.open("two").load() == Memory()


def test_a_store_that_another_holds_is_said_to_be_that(store: Store, kind: Kind) -> None:
    other = kind.open(lock_timeout_s=0.01)
    with (
        store.locked(),
        pytest.raises(SettingsFileLockedError, match=r"locked by another.*Wait"),
        other.locked(),
    ):
        pass


def test_a_store_that_another_holds_can_be_looked_at(saved: Store, kind: Kind) -> None:
    with saved.locked():
        assert kind.open().load() == MEMORY


def test_two_names_do_not_keep_each_other_out(store: Store, kind: Kind) -> None:
    with store.locked(), kind.open("two", lock_timeout_s=0.01).locked():
        pass


def test_a_lock_is_not_entered_twice(kind: Kind) -> None:
    store = kind.open(lock_timeout_s=0.01)
    with store.locked(), pytest.raises(SettingsFileLockedError), store.locked():
        pass


def test_the_lock_is_free_after_a_failure(store: Store, kind: Kind) -> None:
    with pytest.raises(RuntimeError, match="inside"), store.locked():
        raise RuntimeError("inside")
    save(kind.open(lock_timeout_s=1), MEMORY)


def test_what_was_saved_before_a_failure_is_kept(store: Store) -> None:
    def fail() -> None:
        with store.locked():
            store.save(MEMORY)
            raise RuntimeError("inside")

    with pytest.raises(RuntimeError, match="inside"):
        fail()
    assert store.load() == MEMORY


@pytest.mark.parametrize("shared", [True, False], ids=["one store", "a store each"])
def test_threads_keep_each_other_out(kind: Kind, *, shared: bool) -> None:
    stores = [kind.open()] * 4 if shared else [kind.open() for _ in range(4)]

    def count(store: Store) -> None:
        for _ in range(5):
            with store.locked():
                tokens = TokenSet(access_token="a", issued_at=0.0)
                store.save(store.load().holding(tokens, OWNER))

    run(*(partial(count, store) for store in stores))
    assert kind.open().load().generation == 20


def test_a_wrong_passphrase_is_said_to_be_that(saved: Store, kind: Kind) -> None:
    with pytest.raises(SettingsFileKeyError, match=r"other credentials.*client_secret"):
        kind.open(passphrase="another secret").load()


def test_a_wrong_passphrase_spoils_nothing(saved: Store, kind: Kind) -> None:
    with pytest.raises(SettingsFileKeyError):
        kind.open(passphrase="another secret").load()
    assert kind.open().load() == MEMORY


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("", id="empty"),
        pytest.param("{", id="cut JSON"),
        pytest.param("[]", id="no object"),
        pytest.param("[" * 100_000, id="without end"),
        pytest.param("{}", id="an empty object"),
        pytest.param('{"access_token": "x"}', id="another program's"),
        pytest.param('{"version":1,"salt":"?","check":"","secrets":""}', id="no salt"),
        pytest.param('{"version":1,"salt":7,"check":7,"secrets":7}', id="numbers"),
    ],
)
def test_what_is_not_ours_is_said_to_be_that(saved: Store, kind: Kind, content: str) -> None:
    kind.spoil(content)
    with pytest.raises(SettingsFileCorruptError, match=r"damaged.*log in again"):
        kind.open().load()


@pytest.mark.parametrize("keep", [1, 50, 120, 200, -2])
def test_what_is_truncated_is_corrupt(saved: Store, kind: Kind, keep: int) -> None:
    kind.spoil(kind.stored()[:keep])
    with pytest.raises(SettingsFileCorruptError):
        saved.load()


def test_what_was_changed_is_corrupt(saved: Store, kind: Kind) -> None:
    parts = json.loads(kind.stored())
    parts["secrets"] = parts["secrets"][:40] + "AAAA" + parts["secrets"][44:]
    kind.spoil(json.dumps(parts))
    with pytest.raises(SettingsFileCorruptError):
        saved.load()


def test_what_a_later_version_has_saved_is_said_to_be_that(saved: Store, kind: Kind) -> None:
    kind.spoil(json.dumps({**json.loads(kind.stored()), "version": 2}))
    with pytest.raises(SettingsFileCorruptError, match="version is 2"):
        saved.load()


@pytest.mark.parametrize("secret", ["access-1", "refresh-1", "me@acton.example", PASSPHRASE])
def test_nothing_confidential_is_kept_in_plain_text(saved: Store, kind: Kind, secret: str) -> None:
    assert kind.stored()
    assert secret not in kind.stored()


def test_two_places_of_one_passphrase_have_different_keys(saved: Store, kind: Kind) -> None:
    save(kind.open("two"), MEMORY)
    salts = {json.loads(kind.stored(name))["salt"] for name in ("one", "two")}
    assert len(salts) == 2


@pytest.mark.parametrize("secret", [PASSPHRASE, PASSWORD, "owner"])
def test_its_name_for_people_holds_no_secret(store: Store, secret: str) -> None:
    assert store.place
    assert secret not in store.place + repr(store)


def test_a_store_is_named_in_its_errors(saved: Store, kind: Kind) -> None:
    with pytest.raises(SettingsFileKeyError) as caught:
        kind.open(passphrase="another secret").load()
    assert saved.place in str(caught.value)


# The day's requests.


def test_nothing_is_spent_at_first(store: Store) -> None:
    assert store.ledger().spent(DAY) == 0


def test_what_is_spent_is_counted_for_every_store_of_the_place(store: Store, kind: Kind) -> None:
    assert store.ledger().spend(DAY, 7, 10) == 7
    assert kind.open().ledger().spent(DAY) == 7


def test_no_more_is_granted_than_is_left(store: Store) -> None:
    ledger = store.ledger()
    assert [ledger.spend(DAY, 7, 10) for _ in range(3)] == [7, 3, 0]


def test_a_limit_below_what_was_spent_grants_nothing(store: Store) -> None:
    ledger = store.ledger()
    ledger.spend(DAY, 7, 10)
    assert (ledger.spend(DAY, 1, 5), ledger.spent(DAY)) == (0, 7)


def test_what_is_given_back_can_be_spent_again(store: Store) -> None:
    ledger = store.ledger()
    ledger.spend(DAY, 10, 10)
    assert ledger.spend(DAY, -4, 10) == -4
    assert ledger.spend(DAY, 10, 10) == 4


def test_more_than_was_spent_is_not_given_back(store: Store) -> None:
    ledger = store.ledger()
    ledger.spend(DAY, 3, 10)
    ledger.spend(DAY, -5, 10)
    assert ledger.spend(DAY, 20, 10) == 10


def test_the_next_day_begins_anew(store: Store) -> None:
    ledger = store.ledger()
    ledger.spend(DAY, 10, 10)
    assert ledger.spent(NEXT_DAY) == 0
    assert ledger.spend(NEXT_DAY, 20, 10) == 10


def test_two_names_have_two_budgets(store: Store, kind: Kind) -> None:
    store.ledger().spend(DAY, 10, 10)
    assert kind.open("two").ledger().spent(DAY) == 0


def test_the_budget_needs_no_lock(store: Store) -> None:
    with store.locked():
        assert store.ledger().spend(DAY, 1, 10) == 1


def test_threads_together_spend_the_limit_and_no_more(kind: Kind) -> None:
    granted: list[int] = []

    def spend() -> None:
        ledger = kind.open().ledger()
        granted.extend(ledger.spend(DAY, 3, 40) for _ in range(5))

    run(*[spend] * 4)
    assert sum(granted) == kind.open().ledger().spent(DAY) == 40


# Turns.


@pytest.fixture
def turns(store: Store) -> Iterator[Turns]:
    turns = store.turns(SYSTEM_CLOCK)
    yield turns
    turns.close()


def gap(turns: Turns, others: Turns | None = None) -> float:
    """Return how far a turn, or one that others take, is from the one before."""
    sooner = turns.reserve(GAP_S).moment_s
    return (others or turns).reserve(GAP_S).moment_s - sooner


def test_the_first_turn_is_now(turns: Turns) -> None:
    before = SYSTEM_CLOCK.monotonic()
    assert before - 1 < turns.reserve(GAP_S).at_s <= SYSTEM_CLOCK.monotonic()


def test_turns_are_a_gap_apart(turns: Turns) -> None:
    assert gap(turns) == pytest.approx(GAP_S)


def test_a_turn_is_told_by_the_clock_of_who_waits_for_it(turns: Turns) -> None:
    turns.reserve(GAP_S)
    at_s = turns.reserve(GAP_S).at_s
    assert at_s == pytest.approx(SYSTEM_CLOCK.monotonic() + GAP_S, abs=5)


def test_every_store_of_the_place_gives_turns_of_one_queue(turns: Turns, kind: Kind) -> None:
    with closing(kind.open().turns(SYSTEM_CLOCK)) as others:
        assert gap(turns, others) == pytest.approx(GAP_S)


def test_two_names_have_two_queues(turns: Turns, kind: Kind) -> None:
    with closing(kind.open("two").turns(SYSTEM_CLOCK)) as others:
        assert gap(turns, others) < GAP_S / 2


def test_turns_need_no_lock(store: Store, turns: Turns) -> None:
    with store.locked():
        assert gap(turns) == pytest.approx(GAP_S)


def test_turns_are_given_while_others_wait_for_theirs(turns: Turns, kind: Kind) -> None:
    turns.reserve(GAP_S)
    turns.reserve(GAP_S)  # and it is never met
    with closing(kind.open().turns(SYSTEM_CLOCK)) as others:
        before = SYSTEM_CLOCK.monotonic()
        others.reserve(GAP_S)
        assert SYSTEM_CLOCK.monotonic() - before < GAP_S / 2


def test_a_complaint_widens_the_gaps_for_everybody(turns: Turns, kind: Kind) -> None:
    turns.reserve(0)
    with closing(kind.open().turns(SYSTEM_CLOCK)) as others:
        others.slow()
    assert gap(turns) == pytest.approx(1.04 * GAP_S, rel=0.01)


def test_complaints_at_once_are_one(turns: Turns) -> None:
    turns.reserve(0)
    for _ in range(8):
        turns.slow()
    assert gap(turns) == pytest.approx(1.04 * GAP_S, rel=0.01)


def test_a_turn_that_is_met_late_moves_those_to_come(turns: Turns) -> None:
    late = turns.reserve(GAP_S)
    assert turns.delay(late, 7)
    assert turns.reserve(GAP_S).moment_s == pytest.approx(late.moment_s + GAP_S + 7)


def test_a_turn_with_a_second_of_turns_behind_it_is_lost(turns: Turns) -> None:
    late = turns.reserve(0.5)
    sooner = [turns.reserve(0.5) for _ in range(2)][-1]
    assert not turns.delay(late, 7)
    assert turns.reserve(0.5).moment_s == pytest.approx(sooner.moment_s + 0.5)


def test_turns_can_be_taken_after_closing(turns: Turns) -> None:
    first = turns.reserve(GAP_S)
    turns.close()
    assert turns.reserve(GAP_S).moment_s == pytest.approx(first.moment_s + GAP_S)


def test_threads_get_turns_of_their_own(kind: Kind) -> None:
    given: list[float] = []

    def take() -> None:
        with closing(kind.open().turns(SYSTEM_CLOCK)) as turns:
            given.extend(turns.reserve(GAP_S).moment_s for _ in range(5))

    run(*[take] * 4)
    given.sort()
    apart = [later - sooner for sooner, later in pairwise(given)]
    assert apart == pytest.approx([GAP_S] * 19)
