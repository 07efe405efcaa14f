"""A Meltano project of somebody's own: the tap from a wheel, secrets in `.env`, real targets."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_acton.simulator import Simulator

__all__ = ["MELTANO", "ROOT", "SCHEMA", "Project", "account_settings", "postgres_settings"]

ROOT = Path(__file__).parents[3]
MELTANO = os.environ.get("MELTANO") or shutil.which("meltano") or ""
SCHEMA = "act_on"
"""Where the loaders of meltano.yml put their tables."""
_OURS = ("MELTANO", "TAP_", "TARGET_", "COVERAGE_", "PG")


@dataclass(kw_only=True)
class Project:
    """A folder with a meltano.yml and a `.env`.

    Args:
        folder: The project's, with a meltano.yml.
        settings: What `.env` says.
    """

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: str, code: int | None = 0, **environment: str) -> str:
        """Run Meltano to its end, and return what it says; it must end with this code, if any."""
        with self.start(*arguments, **environment) as running:
            said, _ = running.communicate(timeout=300)
        assert code in (None, running.returncode), said[-5000:]
        return said

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Start Meltano with nothing of the tests' own environment but where things are."""
        inherited = {name: text for name, text in os.environ.items() if not name.startswith(_OURS)}
        lines = (f"{name}='{text}'\n" for name, text in self.settings.items())
        (self.folder / ".env").write_text("".join(lines))
        return subprocess.Popen(
            [MELTANO, *arguments],
            cwd=self.folder,
            env={**inherited, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(
        self,
        target: str,
        *streams: str,
        code: int | None = 0,
        options: str = "",
        **environment: str,
    ) -> str:
        """Read these streams, with all columns, into a target."""
        select = json.dumps([f"{stream}.*" for stream in streams])
        command = ("run", *options.split(), "tap-acton", target)
        return self(*command, code=code, TAP_ACTON__SELECT=select, **environment)

    def state(self, state_id: str = "dev:tap-acton-to-target-postgres") -> dict[str, Any]:
        """Return what Meltano keeps of the runs before."""
        said = self("--log-level", "error", "state", "get", state_id)
        bookmarks: dict[str, Any] = json.loads(said)["singer_state"]["bookmarks"]
        return bookmarks

    def change(self, kind: str, name: str, **parts: Any) -> None:
        """Give a plugin of meltano.yml other parts, or add it."""
        file = self.folder / "meltano.yml"
        project = yaml.safe_load(file.read_text())
        plugins = project["plugins"][kind]
        known = next((each for each in plugins if each["name"] == name), None)
        if known is None:
            plugins.append(known := {"name": name})
        known.update(parts)
        file.write_text(yaml.safe_dump(project, sort_keys=False, allow_unicode=True))


def account_settings(account: Simulator, folder: Path, tap: str = "TAP_ACTON") -> dict[str, str]:
    """Return the settings that lead to an account, without a pace."""
    credentials = account.credentials
    return {
        f"{tap}_AUTH_SCHEME": "OAuthPassword",
        f"{tap}_API_URL": account.url,
        f"{tap}_CLIENT_ID": credentials.client_id,
        f"{tap}_CLIENT_SECRET": credentials.client_secret,
        f"{tap}_USERNAME": credentials.username,
        f"{tap}_PASSWORD": credentials.password,
        f"{tap}_OAUTH_SETTINGS_LOCATION": str(folder / "OAuthSettings.txt"),
        f"{tap}_REQUESTS_PER_SECOND": "100000",
    }


def postgres_settings(address: str) -> Mapping[str, str]:
    """Return the settings of target-postgres for a database."""
    parts = urlsplit(address)
    return {
        "TARGET_POSTGRES_HOST": parts.hostname or "",
        "TARGET_POSTGRES_PORT": str(parts.port),
        "TARGET_POSTGRES_USER": parts.username or "",
        "TARGET_POSTGRES_PASSWORD": unquote(parts.password or ""),
        "TARGET_POSTGRES_DATABASE": parts.path.lstrip("/"),
    }
