"""Secrets are in `.env` and in the encrypted settings file, and nowhere else after a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.deployment.meltano.project import account_settings
from tests.deployment.meltano.tables import LIST

if TYPE_CHECKING:
    from pathlib import Path

    from tap_acton.simulator import Simulator
    from tests.deployment.meltano.conftest import Account, Open


def tokens(account: Simulator) -> set[str]:
    desk = account.accounts[0].tokens
    return {desk._access.text, desk._refresh.text}


def holders(folder: Path, secrets: set[str]) -> set[str]:
    """Return the files below a folder that hold any of the secrets, as they are or in UTF-16."""
    forms = [secret.encode(code) for secret in secrets for code in ("utf-8", "utf-16-le")]
    files = [file for file in folder.rglob("*") if file.is_file()]
    return {
        str(file.relative_to(folder))
        for file in files
        if any(form in file.read_bytes() for form in forms)
    }


def test_no_secret_stays_outside_of_the_environment(account: Account, open_project: Open) -> None:
    simulator = account()
    project = open_project(simulator)
    project.settings["MELTANO_CLI_LOG_LEVEL"] = "debug"
    said = project("config", "test", "tap-acton")
    secrets = tokens(simulator)
    simulator.accounts[0].tokens.expire_access()
    said += project.run("target-postgres", LIST, "messages")
    project.settings["TAP_ACTON_PASSWORD"] = wrong = "not the password"
    (project.folder / "OAuthSettings.txt").rename(project.folder / "Kept.txt")
    said += project.run("target-postgres", LIST, "messages", code=1)
    secrets |= tokens(simulator) | {wrong, simulator.credentials.password}
    secrets |= {simulator.credentials.client_secret, project.settings["TARGET_POSTGRES_PASSWORD"]}
    assert len(secrets) == 8
    assert not [secret for secret in secrets if secret in said]
    assert holders(project.folder, secrets) == {".env"}
    assert account_settings(simulator, project.folder)["TAP_ACTON_PASSWORD"] in secrets
    assert (project.folder / ".meltano" / "meltano.db").exists()
