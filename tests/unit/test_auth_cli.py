"""`tap-acton-auth`, as the process that a user starts."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tap_acton.auth.account import daily_budget, open_store
from tap_acton.auth.tokens import Memory, Owner, TokenSet
from tap_acton.clock import SYSTEM_CLOCK
from tap_acton.config import read_settings
from tap_acton.simulator import Fault
from tests.flows.flow import properties
from tests.harness import wait_until

if TYPE_CHECKING:
    from tap_acton.simulator import Simulator
    from tests.conftest import Configure, Simulate

COMMAND = str(Path(sys.executable).with_name("tap-acton-auth"))


class Shell:
    """A folder with a configuration, in which commands are run."""

    def __init__(self, sim: Simulator, config: dict[str, Any], file: Path) -> None:
        self.sim = sim
        self.config = config
        self.settings = read_settings(config)
        self.store = open_store(self.settings)
        self._file = file
        self.configure()

    def configure(self, **changes: Any) -> None:
        self._file.write_text(json.dumps({**self.config, **changes}))

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [COMMAND, *arguments, "--config", str(self._file)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def status(self) -> dict[str, Any]:
        shown: dict[str, Any] = json.loads(self("status", "--json").stdout)
        return shown

    def keep_tokens(self) -> TokenSet:
        """Let the settings file hold tokens that work."""
        issued, now = self.sim.tokens.issue(), SYSTEM_CLOCK.now()
        tokens = TokenSet(
            access_token=str(issued["access_token"]),
            refresh_token=str(issued["refresh_token"]),
            issued_at=now,
            expires_at=now + 3600,
        )
        with self.store.locked():
            owner = Owner(username=self.settings.username)
            self.store.save(Memory().logging_in(now).holding(tokens, owner))
        return tokens


@pytest.fixture
def shell(simulator: Simulate, configure: Configure, tmp_path: Path) -> Shell:
    sim = simulator()
    config = configure(sim, max_retry_seconds=0, daily_request_budget=1000)
    return Shell(sim, config, tmp_path / "config.json")


def test_status_sends_nothing(shell: Shell) -> None:
    assert shell("status").returncode == 0
    assert len(shell.sim.journal) == 0


def test_status_of_expired_tokens_sends_nothing(shell: Shell) -> None:
    tokens = TokenSet(access_token="a", refresh_token="r", issued_at=0.0, expires_at=1.0)
    with shell.store.locked():
        shell.store.save(Memory().holding(tokens, Owner()))
    assert shell.status()["access_token"] == "expired"
    assert len(shell.sim.journal) == 0


def test_status_makes_no_file(shell: Shell) -> None:
    shell("status")
    assert not Path(shell.store.place).exists()


def test_status_tells_what_the_file_holds(shell: Shell) -> None:
    shell.keep_tokens()
    shown = shell.status()
    assert shown.pop("expires").endswith("+00:00")
    assert shown == {
        "api": shell.sim.url,
        "user": shell.config["username"],
        "client_id": shell.config["client_id"],
        "account_id": None,
        "store": shell.store.place,
        "access_token": "fresh",
        "generation": 1,
        "can_refresh": True,
        "logins_left_this_hour": 4,
        "requests_left_today": 1000,
    }


def test_status_for_people_tells_the_same(shell: Shell) -> None:
    shell.keep_tokens()
    text = shell("status").stdout
    assert all(name in text for name in shell.status())


def test_refresh_renews_tokens_that_would_still_serve(shell: Shell) -> None:
    before = shell.keep_tokens()
    assert shell("refresh").returncode == 0
    assert [entry.grant for entry in shell.sim.journal] == ["refresh_token"]
    after = shell.store.load().tokens
    assert after
    assert after.access_token != before.access_token


def test_refresh_logs_in_where_there_are_no_tokens(shell: Shell) -> None:
    done = shell("refresh")
    assert (done.returncode, done.stdout[:28]) == (0, "The access token is valid un")
    assert [entry.grant for entry in shell.sim.journal] == ["password"]


def test_refresh_renews_a_configured_access_token_too(shell: Shell) -> None:
    issued = shell.sim.tokens.issue()
    shell.configure(**{name: issued[name] for name in ("access_token", "refresh_token")})
    assert shell("refresh").returncode == 0
    assert [entry.grant for entry in shell.sim.journal] == ["refresh_token"]


def test_refresh_costs_one_request_of_the_day(shell: Shell) -> None:
    shell.keep_tokens()
    shell("refresh")
    assert daily_budget(shell.settings).remaining() == 999


def test_refresh_that_is_off_is_a_matter_of_configuration(shell: Shell) -> None:
    shell.configure(initiate_oauth="OFF", access_token="x")
    done = shell("refresh")
    assert (done.returncode, done.stdout) == (2, "")
    assert "initiate_oauth" in done.stderr
    assert len(shell.sim.journal) == 0


def test_logout_forgets_the_tokens(shell: Shell) -> None:
    shell.keep_tokens()
    assert shell("logout").returncode == 0
    assert shell.store.load().tokens is None


def test_after_logout_no_token_of_the_file_is_posted(shell: Shell) -> None:
    shell.keep_tokens()
    shell("logout")
    shell("refresh")
    assert [entry.grant for entry in shell.sim.journal] == ["password"]


def test_after_logout_no_token_of_the_settings_is_posted(shell: Shell) -> None:
    shell.configure(initiate_oauth="REFRESH", refresh_token="old", access_token="old")
    shell("logout")
    done = shell("refresh")
    assert (done.returncode, len(shell.sim.journal)) == (2, 0)


def test_logout_keeps_the_logins_of_the_hour(shell: Shell) -> None:
    shell.keep_tokens()
    shell("logout")
    assert shell.status()["logins_left_this_hour"] == 4


def test_logout_twice_is_no_error(shell: Shell) -> None:
    shell("logout")
    assert shell("logout").returncode == 0


@pytest.mark.parametrize("command", ["status", "refresh", "logout"])
def test_no_command_shows_a_secret(shell: Shell, command: str) -> None:
    tokens = shell.keep_tokens()
    done = shell(command)
    secrets = [tokens.access_token, tokens.refresh_token or "", shell.config["client_secret"]]
    secrets += [shell.config["password"]]
    assert done.returncode == 0
    assert not [secret for secret in secrets if secret in done.stdout + done.stderr]


@pytest.mark.parametrize(
    ("changes", "fault", "code"),
    [
        pytest.param({"client_secret": ""}, None, 2, id="configuration"),
        pytest.param({"pasword": "hush"}, None, 2, id="unknown setting"),
        pytest.param({"client_id": "wrong"}, None, 2, id="unknown client"),
        pytest.param({"password": "hush"}, None, 2, id="wrong password"),
        pytest.param({}, Fault(kind="reset"), 2, id="reply lost"),
        pytest.param({}, Fault(kind="throttle"), 75, id="throttled"),
        pytest.param({"api_url": "http://nowhere.invalid"}, None, 1, id="no server"),
    ],
)
def test_a_failure_is_one_line_and_an_exit_code(
    shell: Shell, changes: dict[str, Any], fault: Fault | None, code: int
) -> None:
    shell.configure(**changes)
    if fault:
        shell.sim.faults.add(fault)
    done = shell("refresh")
    assert (done.returncode, done.stdout) == (code, "")
    assert (done.stderr[:7], len(done.stderr.splitlines())) == ("Error: ", 1)
    assert "hush" not in done.stderr


def test_a_command_without_a_configuration_asks_for_it() -> None:
    done = subprocess.run([COMMAND, "status"], capture_output=True, text=True, check=False)
    assert (done.returncode, "--config" in done.stderr) == (2, True)


def test_a_signal_during_a_refresh_waits_until_the_new_token_is_saved(shell: Shell) -> None:
    before = shell.keep_tokens()
    shell.sim.faults.add(Fault(kind="slow", delay_s=1))
    with subprocess.Popen([COMMAND, "refresh", "--config", str(shell._file)]) as running:
        while not len(shell.sim.journal):
            assert running.poll() is None
        running.terminate()
        assert running.wait(timeout=30) == 143
    after = shell.store.load().tokens
    assert after
    assert after.refresh_token != before.refresh_token


PROGRAM = """
import sys
import cdata.acton
cdata.acton.connect(sys.argv[1]).execute("SELECT Id FROM Campaigns")
"""


def test_ctrl_c_in_somebodys_program_waits_until_the_new_token_is_saved(shell: Shell) -> None:
    before = shell.keep_tokens()
    shell.sim.tokens.expire_access()
    shell.sim.faults.add(Fault(kind="slow", path="/token", delay_s=1))
    config = {**shell.config, "initiate_oauth": "GETANDREFRESH"}
    command = [sys.executable, "-c", PROGRAM, properties(config)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:
        wait_until(lambda: any(entry.grant for entry in shell.sim.journal))
        running.send_signal(signal.SIGINT)
        said = running.communicate(timeout=30)[1]
    assert "KeyboardInterrupt" in said
    after = shell.store.load()
    assert after.tokens
    assert after.tokens.refresh_token != before.refresh_token
