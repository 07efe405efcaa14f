"""`tap-acton-auth login`, `url` and `exchange`, as the processes that a user starts."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.visitors import Visitor, browser_for, with_parameters

if TYPE_CHECKING:
    from tap_acton.simulator import Simulator
    from tests.conftest import Configure, Simulate

COMMAND = str(Path(sys.executable).with_name("tap-acton-auth"))
CODE = "authorization_code"


class Shell:
    """A folder with a configuration, in which commands are run."""

    def __init__(self, sim: Simulator, config: dict[str, Any], folder: Path) -> None:
        self.sim = sim
        self.config = config
        self.folder = folder

    def __call__(
        self, *arguments: str, typed: str = "", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        file = self.folder / "config.json"
        file.write_text(json.dumps(self.config))
        return subprocess.run(
            [COMMAND, *arguments, "--config", str(file)],
            input=typed,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={**os.environ, **environment},
        )

    def grants(self) -> list[str]:
        return [entry.grant for entry in self.sim.journal if entry.grant]

    def is_logged_in(self) -> bool:
        shown = json.loads(self("status", "--json").stdout)
        return bool(shown["access_token"] == "fresh" and shown["can_refresh"])


@pytest.fixture
def shell(simulator: Simulate, configure: Configure, tmp_path: Path) -> Shell:
    sim = simulator()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        callback = f"http://localhost:{probe.getsockname()[1]}"
    nobody = {"auth_scheme": None, "username": None, "password": None}
    return Shell(sim, configure(sim, callback_url=callback, **nobody), tmp_path)


def test_login_opens_the_browser_and_keeps_the_tokens(shell: Shell, tmp_path: Path) -> None:
    done = shell("login", BROWSER=browser_for(shell.sim, tmp_path))
    assert (done.returncode, done.stdout[:28]) == (0, "The access token is valid un"), done.stderr
    assert shell.grants() == [CODE]
    assert shell.is_logged_in()


def test_login_that_is_declined_keeps_nothing(shell: Shell, tmp_path: Path) -> None:
    done = shell("login", BROWSER=browser_for(shell.sim, tmp_path, decision="deny"))
    assert (done.returncode, shell.grants()) == (2, [])
    assert "declined" in done.stderr.splitlines()[-1]
    assert not shell.is_logged_in()


def test_login_that_nobody_makes_ends(shell: Shell) -> None:
    shell.config["login_timeout"] = 1
    done = shell("login", BROWSER="true %s")
    assert (done.returncode, shell.grants()) == (2, [])
    assert "Nobody logged in within 1 s" in done.stderr


def test_ctrl_c_ends_the_wait_with_a_line(shell: Shell, tmp_path: Path) -> None:
    shell("url")  # writes the configuration
    with subprocess.Popen(
        [COMMAND, "login", "--config", str(tmp_path / "config.json")],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "BROWSER": "false %s"},
    ) as running:
        assert running.stderr
        while "No browser could be opened" not in running.stderr.readline():
            assert running.poll() is None
        running.send_signal(signal.SIGINT)
        said = running.stderr.read()
    assert (running.returncode, said) == (130, "Error: Stopped by a signal.\n")


def test_login_without_a_browser_takes_the_whole_address(shell: Shell, tmp_path: Path) -> None:
    with subprocess.Popen(
        [COMMAND, "login", "--no-browser", "--config", str(tmp_path / "config.json")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        (tmp_path / "config.json").write_text(json.dumps(shell.config))
        assert running.stderr
        url = next(line for line in running.stderr if line.startswith("http")).strip()
        address = Visitor(shell.sim).decide(url)
        _, said = running.communicate(address + "\n", timeout=60)
    assert running.returncode == 0, said
    assert shell.is_logged_in()


def test_an_address_of_another_login_is_not_exchanged(shell: Shell) -> None:
    done = shell("login", "--no-browser", typed="http://localhost/?code=x&state=y\n")
    assert (done.returncode, shell.grants()) == (2, [])
    assert "another login" in done.stderr.splitlines()[-1]


def test_login_uses_the_password_where_the_scheme_says_so(shell: Shell) -> None:
    credentials = shell.sim.credentials
    shell.config |= {
        "auth_scheme": "OAuthPassword",
        "initiate_oauth": "REFRESH",
        "username": credentials.username,
        "password": credentials.password,
    }
    assert shell("login").returncode == 0
    assert shell.grants() == ["password"]
    assert shell.is_logged_in()


def test_url_and_exchange_log_in_on_a_machine_without_a_browser(shell: Shell) -> None:
    url = shell("url", "--state", "s").stdout.strip()
    assert parse_qs(urlsplit(url).query)["state"] == ["s"]
    address = Visitor(shell.sim).decide(url)
    done = shell("exchange", "--state", "s", "--code", address)
    assert (done.returncode, shell.grants()) == (0, [CODE])
    assert shell.is_logged_in()


def test_url_sends_nothing(shell: Shell) -> None:
    assert shell("url").returncode == 0
    assert len(shell.sim.journal) == 0


def test_exchange_takes_the_code_of_the_configuration(shell: Shell) -> None:
    shell.config["oauth_verifier"] = shell.sim.tokens.new_code(shell.config["callback_url"])
    assert shell("exchange").returncode == 0
    assert shell.is_logged_in()


def test_a_code_is_exchanged_once_and_its_tokens_serve_again(shell: Shell) -> None:
    shell.config["oauth_verifier"] = shell.sim.tokens.new_code(shell.config["callback_url"])
    assert [shell("exchange").returncode for _ in range(2)] == [0, 0]
    assert shell.grants() == [CODE]


def test_a_code_whose_tokens_are_forgotten_is_not_sent_again(shell: Shell) -> None:
    shell.config["oauth_verifier"] = shell.sim.tokens.new_code(shell.config["callback_url"])
    shell("exchange")
    shell("logout")
    done = shell("exchange")
    assert (done.returncode, shell.grants()) == (2, [CODE])
    assert "works only once" in done.stderr


def test_exchange_without_a_code_says_where_to_put_it(shell: Shell) -> None:
    done = shell("exchange")
    assert (done.returncode, len(shell.sim.journal)) == (2, 0)
    assert "oauth_verifier" in done.stderr


def test_exchange_of_an_address_with_another_state_sends_nothing(shell: Shell) -> None:
    address = with_parameters(shell.config["callback_url"], code="x", state="other")
    done = shell("exchange", "--state", "s", "--code", address)
    assert (done.returncode, shell.grants()) == (2, [])
