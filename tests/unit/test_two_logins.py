"""Two programs of one machine that have no tokens: one asks somebody, the other waits for it."""

from __future__ import annotations

import queue
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tap_acton.auth.account import open_account
from tap_acton.auth.authenticator import TokenKeeper
from tap_acton.auth.browser import code_from_browser
from tap_acton.config import read_settings
from tap_acton.errors import LoginRequiredError
from tests.visitors import Visitor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tap_acton.auth.tokens import TokenSet
    from tap_acton.settings import Settings
    from tap_acton.simulator import Simulator
    from tests.conftest import Configure, Simulate


@pytest.fixture
def sim(simulator: Simulate) -> Simulator:
    return simulator()


@pytest.fixture
def settings(sim: Simulator, configure: Configure) -> Settings:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        callback = f"http://localhost:{probe.getsockname()[1]}/"
    nobody = {"username": None, "password": None, "auth_scheme": "OAuth"}
    mode = {"initiate_oauth": "GETANDREFRESH", "login_timeout": 20}
    return read_settings(configure(sim, callback_url=callback, **nobody, **mode))


def test_a_second_login_waits_for_the_first_and_takes_its_tokens(
    sim: Simulator, settings: Settings
) -> None:
    with second_login(settings) as (second, opened):
        with code_from_browser(settings, open_page=Visitor(sim)) as code:
            second.begin()
            keeper(settings).rotation.exchange(code)
        assert second.tokens() == keeper(settings).rotation.kept()
    assert opened == []
    assert [entry.grant for entry in sim.journal if entry.grant] == ["authorization_code"]


def test_a_second_login_says_so_when_the_first_gave_no_tokens(
    sim: Simulator, settings: Settings
) -> None:
    with second_login(settings) as (second, opened):
        with code_from_browser(settings, open_page=Visitor(sim)):
            second.begin()
        with pytest.raises(LoginRequiredError, match=r"Another login was under way.*Run again"):
            second.tokens()
    assert opened == []


class SecondLogin:
    """A connection without tokens, in a thread of its own."""

    def __init__(self, fresh: Callable[[], TokenSet], told: queue.Queue[str]) -> None:
        self._fresh = fresh
        self._told = told
        self._pool = ThreadPoolExecutor(1)

    def begin(self) -> None:
        """Start it, and return when it has said that it waits."""
        self._tokens = self._pool.submit(self._fresh)
        assert "Waiting" in self._told.get(timeout=20)

    def tokens(self) -> TokenSet:
        return self._tokens.result(timeout=20)

    def close(self) -> None:
        self._pool.shutdown()


@contextmanager
def second_login(settings: Settings) -> Iterator[tuple[SecondLogin, list[str]]]:
    """Give a second login, and the pages that it opens."""
    told: queue.Queue[str] = queue.Queue()
    opened: list[str] = []

    def open_page(url: str) -> bool:
        opened.append(url)
        return True

    ask = partial(code_from_browser, settings, open_page=open_page, tell=told.put)
    with closing(SecondLogin(keeper(settings, authorize=ask).fresh, told)) as second:
        yield second, opened


def keeper(settings: Settings, **how: Any) -> TokenKeeper:
    auth = open_account(settings, **how).auth
    assert isinstance(auth, TokenKeeper)
    return auth
