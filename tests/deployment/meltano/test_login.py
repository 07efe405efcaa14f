"""The commands of the plugin: login, status and what else there is, through Meltano."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from tests.visitors import browser_for

if TYPE_CHECKING:
    from pathlib import Path

    from tests.deployment.meltano.conftest import Account, Open


def test_the_commands_of_the_plugin_log_in_with_the_browser(
    account: Account, open_project: Open, tmp_path: Path
) -> None:
    simulator = account()
    project = open_project(simulator)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        callback = f"http://localhost:{probe.getsockname()[1]}"
    project.settings |= {
        "TAP_ACTON_AUTH_SCHEME": "OAuth",
        "TAP_ACTON_CALLBACK_URL": callback,
    }
    browser = browser_for(simulator, tmp_path)

    def invoke(command: str, *arguments: str) -> str:
        return project("invoke", f"tap-acton:{command}", *arguments, BROWSER=browser)

    assert "/authorize?" in invoke("url", "--state", "s")
    assert "The access token is valid until" in invoke("login", "--browser")
    assert '"access_token": "fresh"' in invoke("status", "--json")
    assert "The access token is valid until" in invoke("refresh", "--config", "ENV")
    assert "forgotten" in invoke("logout", "--config", "ENV")
    grants = [entry.grant for entry in simulator.journal if entry.grant]
    assert grants == ["authorization_code", "refresh_token"]
