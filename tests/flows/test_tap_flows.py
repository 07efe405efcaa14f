"""The nine ways to log in, from the tap; each test is named after its row.

| row | way |
|---|---|
| 1 | connect |
| 2 | desktop, an application of one's own |
| 3 | desktop, the application that came with the package |
| 4 | web application |
| 5 | automatic refresh |
| 6 | manual refresh |
| 7 | headless, with a verifier |
| 8 | headless, with a file that was made elsewhere |
| 9 | password |
"""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.flows.flow import Desk
from tests.harness import TAP
from tests.visitors import Visitor

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Simulate

CODE = "authorization_code"


@pytest.fixture
def desk(simulator: Simulate, tmp_path: Path) -> Desk:
    return Desk(simulator(), tmp_path / "desk")


def auth(desk: Desk, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `tap-acton-auth` with the configuration that the tap had last."""
    return subprocess.run(
        [TAP + "-auth", *arguments, "--config", str(desk.folder / "config.json")],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, **environment},
    )


def on_a_terminal(desk: Desk, *command: str) -> int:
    """Run a command whose stdin and stderr are a terminal; return its exit code."""
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run(
            command,
            stdin=theirs,
            stderr=theirs,
            stdout=subprocess.DEVNULL,
            check=False,
            timeout=60,
            env={**os.environ, "BROWSER": desk.browser()},
        )
    finally:
        os.close(ours)
        os.close(theirs)
    return done.returncode


def test_1_connect(desk: Desk) -> None:
    config = desk.config(initiate_oauth="GETANDREFRESH", auth_scheme="OAuthPassword")
    done = desk.tap(config | desk.client | desk.user)
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["streams"]) > 10


def test_2_desktop_with_an_application_of_ones_own(desk: Desk) -> None:
    config = desk.config(initiate_oauth="GETANDREFRESH", **desk.client)
    alone = desk.tap(config)
    assert (alone.returncode, desk.grants()) == (2, [])
    assert "`tap-acton-auth login" in alone.stderr

    assert auth(desk, "login", BROWSER=desk.browser()).returncode == 0
    assert desk.tap(config).returncode == 0
    desk.sim.tokens.expire_access()
    assert desk.tap(config).returncode == 0
    assert desk.grants() == [CODE, "refresh_token"]


def test_2_desktop_on_a_terminal_opens_the_browser_itself(desk: Desk) -> None:
    config = desk.config(initiate_oauth="GETANDREFRESH", **desk.client)
    assert desk.tap(config).returncode == 2
    command = [TAP, "--config", str(desk.folder / "config.json"), "--discover"]
    assert [on_a_terminal(desk, *command) for _ in range(2)] == [0, 0]
    assert desk.grants() == [CODE]


def test_3_desktop_with_the_application_of_the_package(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    information = desk.folder / "acme_acton-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-acton\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text("[tap_acton.oauth_app]\nx = acme_acton:APP\n")
    app = {**desk.client, "callback_url": desk.callback_url}
    (desk.folder / "acme_acton.py").write_text(f"APP = {app!r}\n")

    config = desk.config(initiate_oauth="GETANDREFRESH", callback_url=None)
    without = desk.tap(config)
    assert (without.returncode, "client_id, client_secret" in without.stderr) == (2, True)

    monkeypatch.setenv("PYTHONPATH", str(desk.folder))
    assert auth(desk, "login", BROWSER=desk.browser()).returncode == 0
    assert desk.tap(config).returncode == 0
    assert desk.grants() == [CODE]


def test_4_web_application(desk: Desk) -> None:
    config = desk.config(**desk.client)
    desk.tap(config)
    url = auth(desk, "url", "--state", "of the session").stdout.strip()
    answer = Visitor(desk.sim).decide(url)
    assert auth(desk, "exchange", "--code", answer).returncode == 0
    assert desk.tap(config).returncode == 0
    assert desk.grants() == [CODE]


def test_5_automatic_refresh(desk: Desk) -> None:
    issued = desk.sim.tokens.issue()
    tokens = {name: issued[name] for name in ("access_token", "refresh_token")}
    config = desk.config(initiate_oauth="REFRESH", **desk.client, **tokens)
    assert desk.tap(config).returncode == 0
    assert desk.grants() == []
    for _ in range(2):  # the values in the configuration are stale from here on
        desk.sim.tokens.expire_access()
        assert desk.tap(config).returncode == 0
        assert desk.grants() == ["refresh_token"]


def test_6_manual_refresh(desk: Desk) -> None:
    token = desk.sim.tokens.issue()["access_token"]
    config = desk.config(initiate_oauth="OFF", access_token=token)
    assert desk.tap(config).returncode == 0
    desk.sim.tokens.expire_access()
    done = desk.tap(config)
    assert (done.returncode, desk.grants()) == (2, [])
    assert "access_token" in done.stderr
    assert not desk.settings_file.exists()


def test_7_headless_with_a_verifier(desk: Desk) -> None:
    elsewhere = desk.config(**desk.client)
    desk.tap(elsewhere)
    url = auth(desk, "url").stdout.strip()
    answer = Visitor(desk.sim).decide(url)
    code = answer.partition("code=")[2].partition("&")[0]
    config = desk.config(initiate_oauth="REFRESH", oauth_verifier=code, **desk.client)
    assert desk.tap(config).returncode == 0
    assert desk.grants() == [CODE]
    assert code not in desk.settings_file.read_text()

    desk.sim.tokens.expire_access()
    assert desk.tap(config).returncode == 0
    assert desk.grants() == ["refresh_token"]
    del config["oauth_verifier"]
    assert desk.tap(config).returncode == 0
    assert desk.grants() == []


def test_8_headless_with_a_file_made_elsewhere(desk: Desk, tmp_path: Path) -> None:
    config = desk.config(initiate_oauth="GETANDREFRESH", **desk.client)
    desk.tap(config)
    auth(desk, "login", BROWSER=desk.browser())
    headless = Desk(desk.sim, tmp_path / "headless")
    shutil.copy(desk.settings_file, headless.settings_file)
    desk.sim.tokens.expire_access()
    desk.grants()
    done = headless.tap(headless.config(initiate_oauth="REFRESH", **desk.client))
    assert (done.returncode, headless.grants()) == (0, ["refresh_token"])

    stranger = desk.client | {"client_secret": "another"}
    done = headless.tap(headless.config(initiate_oauth="REFRESH", **stranger))
    assert (done.returncode, headless.grants()) == (2, [])
    assert "encrypted with other credentials" in done.stderr


def test_9_password(desk: Desk) -> None:
    config = desk.config(
        initiate_oauth="GETANDREFRESH", auth_scheme="OAuthPassword", **desk.client, **desk.user
    )
    assert desk.tap(config).returncode == 0
    assert desk.grants() == ["password"]
    desk.sim.tokens.expire_access()
    assert desk.tap(config).returncode == 0
    assert desk.grants() == ["refresh_token"]
