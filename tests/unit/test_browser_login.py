"""Logging in with the browser: the listener on loopback, and what the user gets to see."""

from __future__ import annotations

import _thread
import errno
import os
import socket
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tap_acton.auth.authorization import authorization_url, code_from_pasted
from tap_acton.auth.browser import _reason as reason
from tap_acton.auth.browser import code_from_browser
from tap_acton.auth.pages import page
from tap_acton.config import read_settings
from tap_acton.errors import ConfigError, LoginRequiredError
from tests.visitors import Visitor, with_parameters

if TYPE_CHECKING:
    from tap_acton.settings import Settings
    from tap_acton.simulator import Simulator
    from tests.conftest import Configure, Simulate


@pytest.fixture
def callback() -> str:
    """A callback URL on a port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://localhost:{probe.getsockname()[1]}/callback"


@pytest.fixture
def sim(simulator: Simulate) -> Simulator:
    return simulator()


@pytest.fixture
def settings(sim: Simulator, configure: Configure, callback: str) -> Settings:
    return settings_with(sim, configure, callback_url=callback, login_timeout=20)


def settings_with(sim: Simulator, configure: Configure, **changes: Any) -> Settings:
    nobody = {"username": None, "password": None, "auth_scheme": "OAuth"}
    return read_settings(configure(sim, **nobody, **changes))


def test_a_login_gives_the_code_and_shows_that_it_worked(
    sim: Simulator, settings: Settings
) -> None:
    visitor = Visitor(sim)
    with code_from_browser(settings, open_page=visitor) as code:
        assert sim.tokens.redeem_code(code, settings.callback_url)
    shown = visitor.join()
    assert shown.status_code == 200
    assert "ログインしました" in shown.text


def test_the_page_waits_for_what_is_done_with_the_code(sim: Simulator, settings: Settings) -> None:
    visitor = Visitor(sim)
    with (
        pytest.raises(LoginRequiredError),
        code_from_browser(settings, open_page=visitor),
    ):
        raise LoginRequiredError("The <exchange> failed")
    shown = visitor.join()
    assert shown.status_code == 400
    assert "The &lt;exchange&gt; failed" in shown.text


def test_a_refusal_is_told_in_words_on_both_sides(sim: Simulator, settings: Settings) -> None:
    visitor = Visitor(sim, decision="deny")
    with (
        pytest.raises(LoginRequiredError, match="declined"),
        code_from_browser(settings, open_page=visitor),
    ):
        pass
    assert "declined" in visitor.join().text


@pytest.mark.parametrize("state", ["", "guessed"], ids=["none", "another"])
def test_an_answer_to_another_login_is_refused(
    sim: Simulator, settings: Settings, state: str
) -> None:
    visitor = Visitor(sim, on_the_way_back=lambda url: with_parameters(url, state=state))
    with (
        pytest.raises(LoginRequiredError, match="another login"),
        code_from_browser(settings, open_page=visitor),
    ):
        pytest.fail("the code was given out")
    assert visitor.join().status_code == 400


def test_one_answer_is_taken_and_no_other(sim: Simulator, settings: Settings) -> None:
    visitor = Visitor(sim)
    with code_from_browser(settings, open_page=visitor):
        second = requests.get(visitor.callback, timeout=30)
    assert visitor.join().status_code == 200
    assert second.status_code == 410
    with pytest.raises(requests.ConnectionError):
        requests.get(visitor.callback, timeout=30)


def test_other_addresses_are_not_the_callback(sim: Simulator, settings: Settings) -> None:
    class Curious(Visitor):
        def visit(self, url: str) -> None:
            elsewhere = settings.callback_url.replace("/callback", "/favicon.ico")
            assert requests.get(elsewhere, timeout=30).status_code == 404
            super().visit(url)

    visitor = Curious(sim)
    with code_from_browser(settings, open_page=visitor) as code:
        assert code
    visitor.join()


def test_nobody_outside_this_machine_can_reach_the_listener(
    sim: Simulator, settings: Settings
) -> None:
    port = urlsplit(settings.callback_url).port
    visitor = Visitor(sim)
    with (
        code_from_browser(settings, open_page=visitor),
        socket.socket() as other,
    ):
        assert other.connect_ex(("127.0.0.2", port or 0)) != 0
    visitor.join()


def test_a_login_that_nobody_makes_ends_with_a_line(settings: Settings) -> None:
    with (
        pytest.raises(LoginRequiredError, match=r"Nobody logged in within 1 s.*login_timeout"),
        code_from_browser(replace(settings, login_timeout=1), open_page=lambda _url: True),
    ):
        pass


def test_the_page_is_named_where_no_browser_can_be_opened(settings: Settings) -> None:
    said: list[str] = []
    with (
        pytest.raises(LoginRequiredError),
        code_from_browser(
            replace(settings, login_timeout=1), open_page=lambda _url: False, tell=said.append
        ),
    ):
        pass
    assert settings.base_url in said[0]


def test_a_browser_that_keeps_the_terminal_does_not_keep_the_login(
    sim: Simulator, settings: Settings
) -> None:
    visitor = Visitor(sim)

    def in_the_terminal(url: str) -> bool:
        visitor.visit(url)
        return True

    with code_from_browser(settings, open_page=in_the_terminal) as code:
        assert code


def test_a_taken_port_is_named_with_the_way_out(settings: Settings) -> None:
    port = urlsplit(settings.callback_url).port
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        with (
            pytest.raises(
                ConfigError, match=rf"Port {port} of callback_url.*another program.*--no-browser"
            ),
            code_from_browser(settings, open_page=lambda _url: True),
        ):
            pass


@pytest.mark.parametrize(
    ("number", "words"),
    [
        pytest.param(errno.EACCES, "the system keeps it for privileged programs", id="80"),
        pytest.param(errno.EADDRINUSE, "another program has it", id="taken"),
        pytest.param(errno.ENETDOWN, "Network is down", id="anything else"),
    ],
)
def test_a_port_that_cannot_be_had_is_explained(number: int, words: str) -> None:
    assert reason(OSError(number, os.strerror(number))) == words


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("https://localhost", id="https"),
        pytest.param("http://app.example:8080/back", id="another machine"),
        pytest.param("http://192.0.2.1", id="another address"),
        pytest.param("urn:ietf:wg:oauth:2.0:oob", id="no address"),
    ],
)
def test_a_callback_that_cannot_be_taken_here_is_refused_before_anything_is_opened(
    sim: Simulator, configure: Configure, url: str
) -> None:
    opened: list[str] = []
    settings = settings_with(sim, configure, callback_url=url)
    with (
        pytest.raises(ConfigError, match=r"callback_url.*--no-browser"),
        code_from_browser(settings, open_page=opened.append),  # type: ignore[arg-type]
    ):
        pass
    assert opened == []


def test_the_listener_is_gone_when_the_wait_is_interrupted(settings: Settings) -> None:
    def interrupted(_url: str) -> bool:
        _thread.interrupt_main()
        return True

    with (
        pytest.raises(KeyboardInterrupt),
        code_from_browser(settings, open_page=interrupted),
    ):
        pass
    with pytest.raises(requests.ConnectionError):
        requests.get(settings.callback_url, timeout=30)


def test_the_address_of_the_page_has_what_the_documents_ask_and_no_secret(
    settings: Settings,
) -> None:
    url = authorization_url(settings, state="a b&c")
    assert parse_qs(urlsplit(url).query) == {
        "scope": ["PRODUCTION"],
        "response_type": ["code"],
        "client_id": [settings.client_id],
        "redirect_uri": [settings.callback_url],
        "state": ["a b&c"],
    }


@pytest.mark.parametrize(
    "pasted",
    ["c0de", "  c0de\n", "http://localhost/?code=c0de&state=s", "?state=s&code=c0de"],
    ids=["the code", "with blanks", "the address", "its query"],
)
def test_a_code_may_be_pasted_alone_or_with_its_address(pasted: str) -> None:
    assert code_from_pasted(pasted, "s") == "c0de"


@pytest.mark.parametrize(
    ("pasted", "problem"),
    [
        pytest.param("http://localhost/?code=c0de&state=other", "another login", id="state"),
        pytest.param("http://localhost/?error=access_denied&state=s", "declined", id="denied"),
        pytest.param("http://localhost/?error=odd&state=s", "'odd'", id="unknown error"),
        pytest.param("http://localhost/?state=s", "no code", id="no code"),
        pytest.param("", "no code", id="nothing"),
    ],
)
def test_a_pasted_answer_is_judged_like_one_that_came_by_itself(pasted: str, problem: str) -> None:
    with pytest.raises(LoginRequiredError, match=problem):
        code_from_pasted(pasted, "s")


@pytest.mark.parametrize(
    ("languages", "expected"),
    [
        pytest.param("de-AT,en;q=0.5", "Sie sind angemeldet", id="German"),
        pytest.param("xx, fr;q=0.9", "Vous êtes connecté", id="the first that is known"),
        pytest.param("", "You are logged in", id="none"),
        pytest.param("zz", "You are logged in", id="unknown"),
    ],
)
def test_the_page_speaks_the_language_of_the_browser(languages: str, expected: str) -> None:
    assert expected in page(languages).decode()
