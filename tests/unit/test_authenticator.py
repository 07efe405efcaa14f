"""Tokens: got, kept, renewed once, and never sent twice; over HTTP against the simulator.

A run is what one process does: it opens the account anew and knows only what the file keeps.
"""

from __future__ import annotations

import json
import math
import threading
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pytest

from tap_acton.auth.account import Account, open_account, open_store
from tap_acton.auth.authenticator import TokenKeeper
from tap_acton.auth.file_store import FileStore
from tap_acton.auth.grants import Grants
from tap_acton.auth.tokens import Memory, TokenSet
from tap_acton.config import read_settings
from tap_acton.errors import (
    ActOnError,
    BudgetSpentError,
    ConfigError,
    LoginRequiredError,
    NotConnectedError,
    RateLimitedError,
    SettingsFileAccessError,
    SettingsFileCorruptError,
    SettingsFileKeyError,
    SettingsFileOwnerError,
    TokenRefusedError,
    TokenReplyLostError,
)
from tap_acton.simulator import Fault
from tap_acton.transport.replies import Reply, TokenInvalidError
from tests.fakes import FakeClock, self_signed, wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from tap_acton.auth.grants import Note
    from tap_acton.simulator import Simulator
    from tests.conftest import Configure, Simulate

HOUR_S = 3600
CODE = "authorization_code"
LOST = [
    pytest.param(Fault(kind="lost_refresh_reply", path="/token"), id="reset"),
    pytest.param(Fault(kind="truncated", path="/token"), id="truncated"),
    pytest.param(Fault(kind="cut_json", path="/token"), id="JSON cut"),
    pytest.param(Fault(kind="status", path="/token", status=500), id="500"),
    pytest.param(Fault(kind="status", path="/token", status=502, body="<html>"), id="502"),
    pytest.param(Fault(kind="status", path="/token", status=200, body="{}"), id="no token"),
    pytest.param(
        Fault(kind="status", path="/token", status=200, body='{"access_token": "a\\ud800"}'),
        id="no text",
    ),
]
THROTTLED = [
    pytest.param(Fault(kind="throttle", path="/token", times=0), id="gateway"),
    pytest.param(Fault(kind="throttle", path="/token", times=0, envelope="wso2"), id="wso2"),
    pytest.param(
        Fault(kind="status", path="/token", times=0, status=503, envelope="wso2"), id="503"
    ),
]


class User:
    """Somebody with a configuration, who starts one run after another."""

    def __init__(self, sim: Simulator, config: dict[str, Any]) -> None:
        self.sim = sim
        self.config = {"max_retry_seconds": 60, **config}
        self.clock = FakeClock()
        self._open: list[Account] = []

    def open(self, **changes: Any) -> Account:
        given = {**self.config, **changes}
        settings = read_settings({name: each for name, each in given.items() if each is not None})
        account = open_account(settings, clock=self.clock)
        self._open.append(account)
        return account

    def run(self, **changes: Any) -> None:
        """Read something, as a run does."""
        get(self.open(**changes))

    def error_of_run(self, **changes: Any) -> ActOnError:
        with pytest.raises(ActOnError) as caught:
            self.run(**changes)
        return caught.value

    def close(self) -> None:
        for account in self._open:
            account.transport.close()

    @cached_property
    def store(self) -> FileStore:
        """The file, for the test to look at."""
        store = open_store(read_settings(self.config))
        assert isinstance(store, FileStore)
        return store

    @property
    def tokens(self) -> TokenSet:
        tokens = self.store.load().tokens
        assert tokens
        return tokens

    @property
    def grants(self) -> list[str]:
        """What the token endpoint was asked for."""
        return [entry.grant for entry in self.sim.journal if entry.grant]

    def change(self, change: Callable[[Memory], Memory]) -> None:
        """Change what the file keeps."""
        with self.store.locked():
            self.store.save(change(self.store.load()))

    def has_logged_in(self, times: int) -> None:
        """Let the file remember logins, a minute apart."""
        for _ in range(times):
            self.change(lambda memory: memory.logging_in(self.clock.now()))
            self.clock.advance(60)


def get(account: Account, path: str = "/api/1/list") -> None:
    account.transport.get(path, {}, auth=account.auth, decode=Reply.json)


@pytest.fixture
def sim(simulator: Simulate) -> Simulator:
    return simulator(logins_per_hour=0)


@pytest.fixture
def anyone(sim: Simulator, configure: Configure) -> Iterator[Callable[..., User]]:
    made: list[User] = []

    def make(**changes: Any) -> User:
        made.append(User(sim, configure(sim, **changes)))
        return made[-1]

    yield make
    for user in made:
        user.close()


@pytest.fixture
def user(anyone: Callable[..., User]) -> User:
    """A user with a password."""
    return anyone()


@pytest.fixture
def browser_user(anyone: Callable[..., User]) -> User:
    """A user with a refresh token, or a code, and no password."""
    return anyone(auth_scheme="OAuth", username=None, password=None)


@pytest.fixture
def issued(sim: Simulator) -> dict[str, Any]:
    """Tokens that were got elsewhere, as settings."""
    issued = sim.tokens.issue()
    return {"access_token": issued["access_token"], "refresh_token": issued["refresh_token"]}


@pytest.fixture
def refresh_token(issued: dict[str, Any]) -> dict[str, Any]:
    return {"refresh_token": issued["refresh_token"]}


def a_code(sim: Simulator) -> dict[str, Any]:
    callback = "http://localhost/"
    return {"oauth_verifier": sim.tokens.new_code(callback), "callback_url": callback}


# How tokens are got.


def test_a_first_run_logs_in_with_the_password(user: User) -> None:
    user.run()
    assert user.grants == ["password"]


def test_many_requests_of_a_run_need_one_login(user: User) -> None:
    account = user.open()
    for _ in range(5):
        get(account)
    assert user.grants == ["password"]


def test_the_next_run_uses_the_tokens_of_the_file(user: User) -> None:
    user.run()
    user.run()
    assert user.grants == ["password"]


def test_a_code_of_the_settings_is_exchanged(browser_user: User, sim: Simulator) -> None:
    browser_user.run(**a_code(sim))
    assert browser_user.grants == [CODE]


def test_a_refresh_token_of_the_settings_is_exchanged(
    browser_user: User, refresh_token: dict[str, Any]
) -> None:
    browser_user.run(**refresh_token)
    assert browser_user.grants == ["refresh_token"]


def test_an_access_token_of_the_settings_is_used_while_it_works(
    browser_user: User, issued: dict[str, Any]
) -> None:
    browser_user.run(**issued)
    assert browser_user.grants == []


def test_an_access_token_of_the_settings_that_is_refused_is_renewed(
    browser_user: User, sim: Simulator, issued: dict[str, Any]
) -> None:
    sim.tokens.expire_access()
    browser_user.run(**issued)
    assert browser_user.grants == ["refresh_token"]


def test_a_user_without_anything_is_told_what_to_set(browser_user: User) -> None:
    error = browser_user.error_of_run()
    assert type(error) is LoginRequiredError
    assert "refresh_token or oauth_verifier" in str(error)


@pytest.mark.parametrize("mode", ["REFRESH", "GETANDREFRESH"])
def test_a_password_that_the_scheme_leaves_aside_is_said_to_be_that(user: User, mode: str) -> None:
    error = user.error_of_run(auth_scheme="OAuth", initiate_oauth=mode)
    assert type(error) is LoginRequiredError
    assert "Set auth_scheme to OAuthPassword" in str(error)


def test_refresh_mode_never_logs_in(user: User) -> None:
    assert type(user.error_of_run(initiate_oauth="REFRESH")) is LoginRequiredError
    assert user.grants == []


def test_off_uses_the_access_token_of_the_settings(user: User, issued: dict[str, Any]) -> None:
    user.run(initiate_oauth="OFF", **issued)
    assert user.grants == []


def test_off_never_calls_the_token_endpoint(
    user: User, sim: Simulator, issued: dict[str, Any]
) -> None:
    sim.tokens.expire_access()
    assert type(user.error_of_run(initiate_oauth="OFF", **issued)) is LoginRequiredError
    assert user.grants == []


def test_off_keeps_no_file(user: User, issued: dict[str, Any]) -> None:
    user.run(initiate_oauth="OFF", **issued)
    assert not user.store.path.parent.exists()


# How they are renewed.


def test_a_token_with_five_minutes_left_is_renewed_before_its_use(user: User) -> None:
    user.run()
    user.clock.advance(HOUR_S - 300)
    user.run()
    assert [entry.status for entry in user.sim.journal] == [200] * 4
    assert user.grants == ["password", "refresh_token"]


def test_a_long_run_renews_as_often_as_it_must(user: User) -> None:
    account = user.open()
    for _ in range(4):
        get(account)
        user.clock.advance(HOUR_S)
    assert user.grants == ["password", *["refresh_token"] * 3]


def test_the_lifetime_that_the_server_names_counts(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator(expires_in=86_400)
    user = User(sim, configure(sim))
    user.run()
    user.clock.advance(80_000)
    user.run()
    user.close()
    assert user.grants == ["password"]


@pytest.mark.parametrize("expires_in", ["0", "-5", "null", '"soon"', "NaN", "1e400", '""'])
def test_a_lifetime_that_makes_no_sense_is_an_hour(
    user: User, sim: Simulator, expires_in: str
) -> None:
    body = f'{{"access_token":"x","refresh_token":"y","expires_in":{expires_in}}}'
    sim.faults.add(Fault(kind="status", path="/token", status=200, body=body))
    account = user.open()
    assert isinstance(account.auth, TokenKeeper)
    tokens = account.auth.rotation.obtain()
    assert tokens.expires_at == user.clock.now() + HOUR_S


def test_a_token_that_is_refused_is_renewed_once(user: User, sim: Simulator) -> None:
    user.run()
    sim.tokens.expire_access()
    user.run()
    assert user.grants == ["password", "refresh_token"]


def test_a_token_that_is_refused_at_once_again_ends_the_run(user: User, sim: Simulator) -> None:
    user.run()
    sim.faults.add(Fault(kind="unauthorized", path="/api/*", times=0))
    assert type(user.error_of_run()) is TokenInvalidError
    assert user.grants == ["password", "refresh_token"]


def test_a_token_that_another_run_has_renewed_is_taken_from_the_file(user: User) -> None:
    long_run = user.open()
    get(long_run)
    keeper = user.open().auth
    assert isinstance(keeper, TokenKeeper)
    keeper.rotation.obtain(even_if_fresh=True)
    get(long_run)
    assert user.grants == ["password", "refresh_token"]


def test_threads_that_meet_a_refused_token_renew_it_once(user: User, sim: Simulator) -> None:
    account = user.open()
    get(account)
    sim.tokens.expire_access()
    threads = [threading.Thread(target=get, args=(account,)) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert user.grants == ["password", "refresh_token"]


def test_the_new_refresh_token_is_in_the_file_before_the_access_token_is_used(
    user: User, sim: Simulator
) -> None:
    sim.faults.add(Fault(kind="status", path="/api/*", status=400))
    user.error_of_run()
    user.clock.advance(HOUR_S)
    user.run()
    assert user.grants == ["password", "refresh_token"]


def test_a_server_that_does_not_rotate_gets_its_token_again(
    browser_user: User, sim: Simulator
) -> None:
    body = '{"access_token":"next","expires_in":3600}'
    sim.faults.add(Fault(kind="status", path="/token", times=0, status=200, body=body))
    account = browser_user.open(refresh_token="the only one")
    keeper = account.auth
    assert isinstance(keeper, TokenKeeper)
    for _ in range(3):
        keeper.rotation.obtain(even_if_fresh=True)
    assert browser_user.tokens.refresh_token == "the only one"
    assert browser_user.grants == ["refresh_token"] * 3


def test_a_clock_that_is_set_back_does_not_end_the_run(user: User, sim: Simulator) -> None:
    user.run()
    user.clock.advance(-30 * 86_400)
    sim.tokens.expire_access()
    user.run()
    assert user.grants == ["password", "refresh_token"]


# What wins.


def test_a_clock_that_is_set_back_does_not_keep_anybody_from_logging_in(
    user: User, sim: Simulator
) -> None:
    account = user.open()
    get(account)
    user.clock.advance(-24 * HOUR_S)
    sim.tokens.issue()
    get(account)
    assert user.grants == ["password", "refresh_token", "password"]


def test_the_file_wins_over_stale_settings(
    browser_user: User, refresh_token: dict[str, Any]
) -> None:
    browser_user.run(**refresh_token)
    for _ in range(3):
        browser_user.clock.advance(HOUR_S)
        browser_user.run(**refresh_token)
    assert [entry.status for entry in browser_user.sim.journal if entry.grant] == [200] * 4


def test_a_stale_access_token_of_the_settings_is_not_used_again(
    browser_user: User, sim: Simulator, issued: dict[str, Any]
) -> None:
    sim.tokens.expire_access()
    browser_user.run(**issued)
    browser_user.clock.advance(HOUR_S)
    browser_user.run(**issued)
    assert [entry.status for entry in sim.journal] == [401, 200, 200, 200, 200]


def test_a_new_refresh_token_of_the_settings_helps_when_the_files_is_dead(
    browser_user: User, sim: Simulator, refresh_token: dict[str, Any]
) -> None:
    browser_user.run(**refresh_token)
    new = sim.tokens.issue()["refresh_token"]
    browser_user.run(refresh_token=new)
    assert [entry.status for entry in sim.journal if entry.grant] == [200, 403, 200]


def test_a_used_verifier_does_no_harm(browser_user: User, sim: Simulator) -> None:
    code = a_code(sim)
    browser_user.run(**code)
    browser_user.clock.advance(HOUR_S)
    browser_user.run(**code)
    assert browser_user.grants == [CODE, "refresh_token"]


def test_a_verifier_is_used_once_even_when_all_else_is_dead(
    browser_user: User, sim: Simulator
) -> None:
    code = a_code(sim)
    browser_user.run(**code)
    sim.tokens.issue()
    assert type(browser_user.error_of_run(**code)) is TokenRefusedError
    assert type(browser_user.error_of_run(**code)) is LoginRequiredError
    assert browser_user.grants == [CODE, "refresh_token"]


def test_a_new_verifier_helps_when_the_file_is_dead(browser_user: User, sim: Simulator) -> None:
    browser_user.run(**a_code(sim))
    sim.tokens.issue()
    browser_user.run(**a_code(sim))
    assert browser_user.grants == [CODE, "refresh_token", CODE]


# A reply that is lost.


@pytest.mark.parametrize("fault", LOST)
def test_a_refresh_token_whose_reply_is_lost_is_never_sent_again(
    browser_user: User, sim: Simulator, refresh_token: dict[str, Any], fault: Fault
) -> None:
    sim.faults.add(fault)
    assert type(browser_user.error_of_run(**refresh_token)) is TokenReplyLostError
    assert type(browser_user.error_of_run(**refresh_token)) is LoginRequiredError
    assert browser_user.grants == ["refresh_token"]


@pytest.mark.parametrize("fault", LOST)
def test_a_run_whose_refresh_is_lost_does_not_go_on(
    user: User, sim: Simulator, fault: Fault
) -> None:
    user.run()
    user.clock.advance(HOUR_S)
    sim.faults.add(fault)
    account = user.open()
    with pytest.raises(TokenReplyLostError):
        get(account)
    assert user.grants == ["password", "refresh_token"]


@pytest.mark.parametrize("fault", LOST)
def test_the_run_after_a_lost_refresh_logs_in(user: User, sim: Simulator, fault: Fault) -> None:
    user.run()
    user.clock.advance(HOUR_S)
    sim.faults.add(fault)
    user.error_of_run()
    user.run()
    assert user.grants == ["password", "refresh_token", "password"]


def test_a_lost_refresh_says_what_to_do(
    browser_user: User, sim: Simulator, refresh_token: dict[str, Any]
) -> None:
    sim.faults.add(Fault(kind="lost_refresh_reply"))
    text = str(browser_user.error_of_run(**refresh_token))
    assert "no usable reply came (POST /token)" in text
    assert "new refresh_token or oauth_verifier" in text


def test_a_lost_refresh_leaves_the_file_as_it_was(user: User, sim: Simulator) -> None:
    user.run()
    before = user.tokens
    user.clock.advance(HOUR_S)
    sim.faults.add(Fault(kind="lost_refresh_reply"))
    user.error_of_run()
    assert user.tokens == before


def test_a_run_that_dies_while_it_waits_for_a_reply_has_noted_the_token(user: User) -> None:
    user.run()
    sent = user.tokens.refresh_token or ""
    user.clock.advance(HOUR_S)
    with pytest.raises(KeyboardInterrupt):
        _dying_keeper(user).rotation.obtain()
    assert user.store.load().is_spent(sent)


def test_a_run_that_dies_while_it_waits_for_its_turn_keeps_its_token(
    browser_user: User, refresh_token: dict[str, Any]
) -> None:
    class DyingClock(FakeClock):
        def sleep(self, seconds: float) -> None:
            raise KeyboardInterrupt(seconds)

    browser_user.run(**refresh_token)
    alive, browser_user.clock = browser_user.clock, DyingClock()
    keeper = browser_user.open(requests_per_second=0.01).auth
    assert isinstance(keeper, TokenKeeper)
    with pytest.raises(KeyboardInterrupt):
        keeper.rotation.obtain(even_if_fresh=True)
    browser_user.clock = alive
    browser_user.sim.tokens.expire_access()
    browser_user.run()
    assert browser_user.grants == ["refresh_token", "refresh_token"]


def _dying_keeper(user: User) -> TokenKeeper:
    """Make a keeper whose process ends as soon as a refresh token is on its way."""

    class DyingGrants(Grants):
        def with_refresh_token(self, refresh_token: str, note: Note = lambda: None) -> TokenSet:
            note()
            raise KeyboardInterrupt(len(refresh_token))

    settings = read_settings(user.config)
    grants = DyingGrants(transport=user.open().transport, settings=settings, clock=user.clock)
    return TokenKeeper(settings, user.store, grants, user.clock)


@pytest.mark.parametrize("fault", LOST[1:])
def test_a_code_whose_reply_is_lost_is_never_sent_again(
    browser_user: User, sim: Simulator, fault: Fault
) -> None:
    code = a_code(sim)
    sim.faults.add(fault)
    assert type(browser_user.error_of_run(**code)) is TokenReplyLostError
    assert type(browser_user.error_of_run(**code)) is LoginRequiredError
    assert browser_user.grants == [CODE]


@pytest.mark.parametrize("fault", LOST[1:])
def test_a_login_whose_reply_is_lost_is_made_once_a_run(
    user: User, sim: Simulator, fault: Fault
) -> None:
    sim.faults.add(fault)
    assert type(user.error_of_run()) is TokenReplyLostError
    assert user.grants == ["password"]


def test_the_run_after_a_lost_login_logs_in(user: User, sim: Simulator) -> None:
    sim.faults.add(Fault(kind="reset", path="/token"))
    user.error_of_run()
    user.run()
    assert user.grants == ["password", "password"]


# Nothing was sent.


def test_a_refresh_that_found_no_server_keeps_its_token(
    browser_user: User, refresh_token: dict[str, Any]
) -> None:
    nowhere = "http://nowhere.invalid"
    assert type(browser_user.error_of_run(**refresh_token, api_url=nowhere)) is NotConnectedError
    browser_user.run(**refresh_token)
    assert browser_user.grants == ["refresh_token"]


def test_trying_to_connect_ends_when_the_time_is_over(
    browser_user: User, refresh_token: dict[str, Any]
) -> None:
    browser_user.error_of_run(**refresh_token, api_url="http://nowhere.invalid")
    assert 0 < sum(browser_user.clock.slept) <= 60


def test_a_login_that_found_no_server_is_not_counted(user: User) -> None:
    user.has_logged_in(4)
    user.error_of_run(api_url="http://nowhere.invalid", max_retry_seconds=0)
    user.run()
    assert user.grants == ["password"]


def test_a_login_that_found_no_server_is_tried_again_in_the_same_run(user: User) -> None:
    error = user.error_of_run(api_url="http://nowhere.invalid")
    assert type(error) is NotConnectedError
    assert len(user.clock.slept) > 1


def test_a_spent_budget_keeps_the_token(browser_user: User, refresh_token: dict[str, Any]) -> None:
    account = browser_user.open(**refresh_token, max_requests_per_run=1)
    account.transport._limits.take()
    with pytest.raises(BudgetSpentError):
        get(account)
    browser_user.run(**refresh_token)
    assert browser_user.grants == ["refresh_token"]


def test_an_untrusted_certificate_keeps_the_token(
    browser_user: User, refresh_token: dict[str, Any], tmp_path: Path
) -> None:
    with wire(certificate=self_signed(tmp_path)) as server:
        error = browser_user.error_of_run(**refresh_token, api_url=server.url)
    assert type(error) is ConfigError
    browser_user.run(**refresh_token)
    assert browser_user.grants == ["refresh_token"]


class FullDisk:
    """A store on a disk that is full, until somebody makes room."""

    def __init__(self, store: FileStore, *, room_for: int, failures: float = math.inf) -> None:
        self._store = store
        self._room_for = room_for
        self._failures = failures
        self.place = store.place
        self.ledger = store.ledger
        self.turns = store.turns

    def locked(self) -> AbstractContextManager[None]:
        return self._store.locked()

    def load(self) -> Memory:
        return self._store.load()

    def save(self, memory: Memory) -> None:
        if not self._room_for and self._failures:
            self._failures -= 1
            raise SettingsFileAccessError("Cannot write the settings file: No space left")
        self._room_for = max(0, self._room_for - 1)
        self._store.save(memory)


@pytest.mark.parametrize(
    ("room_for", "sent"), [pytest.param(0, 0, id="before"), pytest.param(1, 1, id="after")]
)
def test_a_disk_that_is_full_is_said_to_be_that(user: User, room_for: int, sent: int) -> None:
    user.run()
    user.clock.advance(HOUR_S)
    with pytest.raises(SettingsFileAccessError, match="No space left") as caught:
        keeper_on(FullDisk(user.store, room_for=room_for), user).rotation.obtain()
    assert user.grants.count("refresh_token") == sent
    assert ("tokens are lost" in str(caught.value)) == bool(sent)


def test_new_tokens_wait_for_room_on_the_disk(user: User) -> None:
    user.run()
    user.clock.advance(HOUR_S)
    keeper_on(FullDisk(user.store, room_for=1, failures=10), user).rotation.obtain()
    user.run()
    assert user.grants == ["password", "refresh_token"]


def keeper_on(store: FullDisk, user: User) -> TokenKeeper:
    settings = read_settings(user.config)
    grants = Grants(transport=user.open().transport, settings=settings, clock=user.clock)
    return TokenKeeper(settings, store, grants, user.clock)


# Refusals.


def test_a_dead_refresh_token_is_sent_once_and_the_password_follows(
    user: User, sim: Simulator
) -> None:
    user.run()
    sim.tokens.issue()
    user.run()
    assert user.grants == ["password", "refresh_token", "password"]


def test_a_dead_refresh_token_is_never_sent_again(
    browser_user: User, sim: Simulator, refresh_token: dict[str, Any]
) -> None:
    sim.tokens.revoke_refresh()
    assert type(browser_user.error_of_run(**refresh_token)) is TokenRefusedError
    assert type(browser_user.error_of_run(**refresh_token)) is LoginRequiredError
    assert browser_user.grants == ["refresh_token"]


def test_a_wrong_password_is_sent_once_a_run(user: User) -> None:
    error = user.error_of_run(password="wrong")
    assert type(error) is TokenRefusedError
    assert "Wrong email or password" in str(error)
    assert user.grants == ["password"]


@pytest.mark.parametrize("setting", ["client_id", "client_secret"])
def test_an_unknown_client_is_told_what_to_check(user: User, setting: str) -> None:
    error = user.error_of_run(**{setting: "wrong"})
    assert type(error) is TokenRefusedError
    assert "Check client_id and client_secret" in str(error)


def test_an_unknown_client_does_not_use_up_the_refresh_token(
    browser_user: User, refresh_token: dict[str, Any]
) -> None:
    browser_user.error_of_run(**refresh_token, client_id="wrong")
    browser_user.run(**refresh_token)
    assert [entry.status for entry in browser_user.sim.journal if entry.grant] == [401, 200]


def test_an_unknown_client_is_no_reason_to_log_in(user: User) -> None:
    user.run(oauth_settings_key="k")
    user.clock.advance(HOUR_S)
    user.error_of_run(oauth_settings_key="k", client_secret="wrong")
    assert user.grants == ["password", "refresh_token"]


def test_an_account_without_the_api_is_told_whom_to_ask(user: User, sim: Simulator) -> None:
    body = '{"error":"access_denied","error_description":"PUBLIC_API_FEATURE_NOT_ENABLED"}'
    sim.faults.add(Fault(kind="status", path="/token", status=403, body=body))
    text = str(user.error_of_run())
    assert "PUBLIC_API_FEATURE_NOT_ENABLED" in text
    assert "support" in text


def test_two_programs_that_log_in_as_one_user_do_not_fight(user: User, sim: Simulator) -> None:
    account = user.open()
    get(account)
    sim.tokens.issue()
    with pytest.raises(TokenRefusedError):
        get(account)
    with pytest.raises(LoginRequiredError, match="a user of its own"):
        get(account)
    assert user.grants == ["password", "refresh_token"]


# Limits.


@pytest.mark.parametrize("fault", THROTTLED)
def test_throttling_is_no_reason_to_log_in(user: User, sim: Simulator, fault: Fault) -> None:
    user.run()
    user.clock.advance(HOUR_S)
    sim.faults.add(fault)
    assert type(user.error_of_run()) is RateLimitedError
    assert user.grants.count("password") == 1


@pytest.mark.parametrize("fault", THROTTLED)
def test_a_throttled_refresh_token_is_good_afterwards(
    browser_user: User, sim: Simulator, refresh_token: dict[str, Any], fault: Fault
) -> None:
    number = sim.faults.add(fault)
    browser_user.error_of_run(**refresh_token)
    sim.faults.remove(number)
    browser_user.run(**refresh_token)
    assert browser_user.sim.journal[-2].status == 200


@pytest.mark.parametrize("fault", THROTTLED)
def test_a_throttled_login_is_not_repeated_in_its_run(
    user: User, sim: Simulator, fault: Fault
) -> None:
    sim.faults.add(fault)
    error = user.error_of_run()
    assert error.exit_code == 75
    assert "within the hour" in str(error)
    assert user.grants == ["password"]


def test_the_fifth_login_of_an_hour_is_made(user: User) -> None:
    user.has_logged_in(4)
    user.run()
    assert user.grants == ["password"]


@pytest.fixture
def five_logins(user: User) -> User:
    user.has_logged_in(5)
    return user


def test_the_sixth_login_of_an_hour_is_refused_without_a_request(five_logins: User) -> None:
    before = len(five_logins.sim.journal)
    assert type(five_logins.error_of_run()) is BudgetSpentError
    assert len(five_logins.sim.journal) == before


def test_the_sixth_login_of_an_hour_is_told_the_time_to_wait(five_logins: User) -> None:
    assert "Try again in 55 min (3300 s)" in str(five_logins.error_of_run())


def test_a_login_follows_when_the_first_of_five_is_an_hour_old(five_logins: User) -> None:
    five_logins.clock.advance(3300)
    five_logins.run()
    assert five_logins.grants == ["password"]


def test_logins_count_across_runs(user: User) -> None:
    user.has_logged_in(4)
    user.run()
    user.change(Memory.forgetting)
    assert type(user.error_of_run()) is BudgetSpentError


def test_logins_that_were_refused_count(user: User) -> None:
    user.has_logged_in(4)
    user.error_of_run(password="wrong")
    assert type(user.error_of_run()) is BudgetSpentError


def test_codes_count_as_logins(browser_user: User, sim: Simulator) -> None:
    browser_user.has_logged_in(4)
    browser_user.run(**a_code(sim))
    browser_user.change(Memory.forgetting)
    assert type(browser_user.error_of_run(**a_code(sim))) is BudgetSpentError


def test_a_code_that_was_not_sent_for_lack_of_logins_is_not_spent(
    browser_user: User, sim: Simulator
) -> None:
    browser_user.has_logged_in(5)
    code = a_code(sim)
    browser_user.error_of_run(**code)
    browser_user.clock.advance(HOUR_S)
    browser_user.run(**code)
    assert browser_user.grants == [CODE]


def test_refreshes_do_not_count_as_logins(user: User) -> None:
    account = user.open()
    for _ in range(10):
        get(account)
        user.clock.advance(HOUR_S)
    assert user.grants == ["password", *["refresh_token"] * 9]


def test_the_first_run_after_logout_posts_nothing_dead(
    browser_user: User, refresh_token: dict[str, Any]
) -> None:
    browser_user.run(**refresh_token)
    browser_user.change(Memory.forgetting)
    assert type(browser_user.error_of_run(**refresh_token)) is LoginRequiredError
    assert browser_user.grants == ["refresh_token"]


# The file.


def test_the_file_of_another_user_is_refused(user: User) -> None:
    user.run()
    error = user.error_of_run(username="other@acton.example")
    assert type(error) is SettingsFileOwnerError
    assert "oauth_settings_location" in str(error)


def test_the_name_of_the_owner_is_not_told(user: User) -> None:
    user.run()
    text = str(user.error_of_run(username="other@acton.example"))
    assert "@" not in text


def test_a_users_name_may_be_written_in_another_case(user: User) -> None:
    user.run()
    user.run(username=user.config["username"].upper())
    assert user.grants == ["password"]


def test_the_file_of_another_client_sends_nothing(user: User) -> None:
    user.run()
    before = len(user.sim.journal)
    assert type(user.error_of_run(client_secret="another")) is SettingsFileKeyError
    assert len(user.sim.journal) == before


def test_a_key_of_the_users_own_opens_the_file_for_a_new_client_secret(user: User) -> None:
    user.run(oauth_settings_key="a key")
    user.run(oauth_settings_key="a key", client_secret="renewed")
    assert user.grants == ["password"]


def test_a_corrupt_file_sends_nothing(user: User) -> None:
    user.run()
    before = len(user.sim.journal)
    user.store.path.write_text("{}")
    assert type(user.error_of_run()) is SettingsFileCorruptError
    assert len(user.sim.journal) == before


def test_a_file_that_cannot_be_written_sends_nothing(user: User, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    place = str(tmp_path / "file" / "tokens.json")
    assert type(user.error_of_run(oauth_settings_location=place)) is SettingsFileAccessError
    assert len(user.sim.journal) == 0


def test_a_file_may_be_named_through_a_link(user: User, tmp_path: Path) -> None:
    user.run()
    link = tmp_path / "link.json"
    link.symlink_to(user.store.path)
    user.clock.advance(HOUR_S)
    user.run(oauth_settings_location=str(link))
    user.run()
    assert link.is_symlink()
    assert user.grants == ["password", "refresh_token"]


# Nothing leaks.


@pytest.mark.parametrize(
    "kind", ["reset", "cut_json", "non_json", "throttle", "unauthorized", "status"]
)
def test_no_error_shows_a_secret(user: User, sim: Simulator, kind: str) -> None:
    user.run()
    secrets = [user.tokens.access_token, user.tokens.refresh_token or ""]
    secrets += [user.config["password"], user.config["client_secret"], user.config["username"]]
    user.clock.advance(HOUR_S)
    sim.faults.add(Fault(kind=kind, path="/token", times=0))
    error = user.error_of_run()
    shown = "".join(_told(error))
    assert not [secret for secret in secrets if secret in shown]


def test_a_server_that_repeats_a_password_is_not_quoted(user: User, sim: Simulator) -> None:
    password = user.config["password"]
    said = {"error": "invalid_request", "error_description": f"no {password} here"}
    sim.faults.add(Fault(kind="status", path="/token", status=400, body=json.dumps(said)))
    error = user.error_of_run()
    assert "no [hidden] here" in str(error)
    assert not [each for each in _told(error) if password in each]


def _told(error: BaseException | None) -> Iterator[str]:
    """Yield what an error and the errors behind it say."""
    while error:
        yield f"{error} {error!r}"
        error = error.__cause__


def test_the_log_shows_no_secret(
    user: User, sim: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    user.run()
    user.clock.advance(HOUR_S)
    sim.faults.add(Fault(kind="throttle", path="/token"))
    user.run()
    secrets = [user.tokens.access_token, user.tokens.refresh_token or ""]
    secrets += [user.config["password"], user.config["client_secret"], user.config["username"]]
    assert caplog.text
    assert not [secret for secret in secrets if secret in caplog.text]
