"""What the tests of the flows share: a simulator, a callback, a person, and the two front ends."""

from __future__ import annotations

import json
import socket
from collections import Counter
from typing import TYPE_CHECKING, Any

from tests.harness import run_tap
from tests.visitors import browser_for

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from tap_acton.simulator import Simulator

__all__ = ["Desk", "properties"]


class Desk:
    """A folder on somebody's machine, from which a simulated account is reached.

    Args:
        sim: The account.
        folder: Where configurations and settings files are.
    """

    def __init__(self, sim: Simulator, folder: Path) -> None:
        self.sim = sim
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.settings_file = folder / "OAuthSettings.txt"
        self.callback_url = f"http://localhost:{_free_port()}"

    @property
    def client(self) -> dict[str, str]:
        """The settings that name the application."""
        credentials = self.sim.credentials
        return {"client_id": credentials.client_id, "client_secret": credentials.client_secret}

    @property
    def user(self) -> dict[str, str]:
        """The settings that name the user."""
        credentials = self.sim.credentials
        return {"username": credentials.username, "password": credentials.password}

    def config(self, **settings: Any) -> dict[str, Any]:
        """Return the settings that every flow has, and those of this one."""
        return {
            "api_url": self.sim.url,
            "callback_url": self.callback_url,
            "oauth_settings_location": str(self.settings_file),
            "requests_per_second": 100_000,
            "max_retry_seconds": 0,
            **settings,
        }

    def tap(self, config: dict[str, Any], *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the tap's discovery, which reads the account's lists."""
        file = self.folder / "config.json"
        file.write_text(json.dumps(config))
        return run_tap("--config", str(file), *(arguments or ("--discover",)))

    def browser(self) -> str:
        """Return what BROWSER has to be for the user to log in."""
        return browser_for(self.sim, self.folder)

    def grants(self) -> list[str]:
        """Return what the token endpoint was asked for, and forget it."""
        grants = [entry.grant for entry in self.sim.journal if entry.grant]
        self.sim.journal.clear()
        return grants

    def requests(self) -> Counter[str]:
        """Return the paths that were asked for."""
        return Counter(entry.path for entry in self.sim.journal)


def properties(config: dict[str, Any]) -> str:
    """Return a configuration of the tap as a connection string."""
    from tap_acton.settings import settings_table

    names = {setting.name: setting.property for setting in settings_table()}
    return ";".join(f"{names[name]}={_quoted(str(value))}" for name, value in config.items())


def _quoted(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
