"""A token set's age, and what a `Memory` remembers beside it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tap_acton.auth.tokens import Age, Memory, Owner, TokenSet, fingerprint

NOW = 1_780_000_000.0
HOUR_S = 3600
OWNER = Owner(server="api.example", client_id="client-1", username="me@example.com")


def tokens(lifetime_s: float | None = HOUR_S, refresh_token: str | None = "refresh-1") -> TokenSet:
    return TokenSet(
        access_token="access-1",
        refresh_token=refresh_token,
        issued_at=NOW,
        expires_at=None if lifetime_s is None else NOW + lifetime_s,
    )


@pytest.mark.parametrize(
    ("lifetime_s", "after_s", "age"),
    [
        pytest.param(HOUR_S, 0, Age.FRESH, id="just issued"),
        pytest.param(HOUR_S, HOUR_S - 301, Age.FRESH, id="more than 5 minutes left"),
        pytest.param(HOUR_S, HOUR_S - 300, Age.STALE, id="5 minutes left"),
        pytest.param(HOUR_S, HOUR_S - 1, Age.STALE, id="a second left"),
        pytest.param(HOUR_S, HOUR_S, Age.EXPIRED, id="at its end"),
        pytest.param(100, 74, Age.FRESH, id="three quarters of a short life"),
        pytest.param(100, 75, Age.STALE, id="the last quarter of a short life"),
        pytest.param(None, 10**9, Age.FRESH, id="nobody has told its end"),
        pytest.param(HOUR_S, -(10**6), Age.FRESH, id="issued by a clock ahead of ours"),
    ],
)
def test_an_access_token_is_renewed_early_and_never_used_after_its_end(
    lifetime_s: float | None, after_s: float, age: Age
) -> None:
    assert tokens(lifetime_s).age(NOW + after_s) is age


def test_the_repr_of_a_token_set_shows_no_token() -> None:
    shown = repr(Memory(tokens=tokens()))
    assert "access-1" not in shown
    assert "refresh-1" not in shown


def test_a_secret_that_was_sent_is_remembered_as_spent() -> None:
    memory = Memory().spending("refresh-1")
    assert memory.is_spent("refresh-1")
    assert not memory.is_spent("refresh-2")


def test_what_the_server_did_not_consume_may_be_sent_again() -> None:
    assert not Memory().spending("refresh-1").not_spending("refresh-1").is_spent("refresh-1")


def test_spent_secrets_are_kept_as_fingerprints_only() -> None:
    kept = json.dumps(Memory().spending("refresh-1").to_json())
    assert "refresh-1" not in kept
    assert fingerprint("refresh-1") in kept


def test_the_memory_of_spent_secrets_has_an_end() -> None:
    memory = Memory()
    for number in range(1000):
        memory = memory.spending(f"refresh-{number}")
    assert len(memory.spent) <= 100
    assert memory.is_spent("refresh-999")


def test_a_token_that_the_server_hands_out_again_is_not_spent() -> None:
    memory = Memory().spending("refresh-1").holding(tokens(), OWNER)
    assert not memory.is_spent("refresh-1")


def test_each_new_token_set_is_a_new_generation() -> None:
    first = Memory().holding(tokens(), OWNER)
    assert (first.generation, first.holding(tokens(), OWNER).generation) == (1, 2)


def test_forgetting_drops_the_tokens() -> None:
    assert Memory().holding(tokens(), OWNER).forgetting().tokens is None


def test_forgetting_keeps_the_refresh_token_from_being_sent() -> None:
    assert Memory().holding(tokens(), OWNER).forgetting().is_spent("refresh-1")


def test_forgetting_keeps_the_logins() -> None:
    memory = Memory().logging_in(NOW).holding(tokens(), OWNER).forgetting()
    assert memory.recent_logins(NOW) == (NOW,)


@pytest.mark.parametrize(
    ("after_s", "counted"),
    [
        pytest.param(0, True, id="just now"),
        pytest.param(HOUR_S - 1, True, id="within the hour"),
        pytest.param(HOUR_S, False, id="an hour ago"),
        pytest.param(-60, True, id="by a clock a minute ahead of ours"),
        pytest.param(-HOUR_S, False, id="before the clock was set back by hours"),
    ],
)
def test_logins_count_for_an_hour(after_s: float, counted: bool) -> None:
    memory = Memory().logging_in(NOW)
    assert bool(memory.recent_logins(NOW + after_s)) is counted


def test_old_logins_are_not_kept() -> None:
    memory = Memory()
    for hour in range(50):
        memory = memory.logging_in(NOW + hour * HOUR_S)
    assert len(memory.logins) == 1


@pytest.mark.parametrize(
    "memory",
    [
        pytest.param(Memory(), id="nothing"),
        pytest.param(Memory().holding(tokens(), OWNER), id="tokens"),
        pytest.param(Memory().holding(tokens(None, None), OWNER), id="an access token only"),
        pytest.param(
            Memory().spending("a").logging_in(NOW).holding(tokens(), OWNER), id="everything"
        ),
    ],
)
def test_a_memory_comes_back_from_json_as_it_was(memory: Memory) -> None:
    assert Memory.from_json(json.loads(json.dumps(memory.to_json()))) == memory


@pytest.mark.parametrize("missing", ["generation", "spent", "logins", "owner"])
def test_json_without_a_part_is_no_memory(missing: str) -> None:
    data = Memory().to_json()
    del data[missing]
    with pytest.raises(KeyError, match=missing):
        Memory.from_json(data)


@pytest.mark.parametrize(
    ("changes", "strange"),
    [
        pytest.param({"server": "api-eu.example"}, "server", id="server"),
        pytest.param({"client_id": "client-2"}, "application", id="application"),
        pytest.param({"username": "you@example.com"}, "Act-On user", id="user"),
        pytest.param({"username": "ME@example.com"}, None, id="the same in another case"),
        pytest.param({"username": None}, None, id="a user that nobody told"),
        pytest.param({}, None, id="the same"),
    ],
)
def test_an_owner_is_told_from_another_as_far_as_both_are_known(
    changes: dict[str, str | None], strange: str | None
) -> None:
    other = replace(OWNER, **changes)
    assert OWNER.differs(other) == strange
    assert other.differs(OWNER) == strange
