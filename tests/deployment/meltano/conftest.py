"""What tests with Meltano share: its plugins, installed once, and projects that use them."""

from __future__ import annotations

import os
import shutil
import subprocess
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from filelock import FileLock

from tap_acton.simulator import Options, Simulator
from tests.deployment.meltano.project import (
    MELTANO,
    ROOT,
    Project,
    account_settings,
    postgres_settings,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Account = Callable[..., Simulator]
    Open = Callable[[Simulator], Project]

UV = os.environ.get("UV") or shutil.which("uv") or ""
SMALL: dict[str, Any] = {
    "requests_per_second": 0,
    "lists": 2,
    "contacts": 30,
    "segments": 0,
    "messages": 6,
    "recipients": 5,
    "suppressed": 5,
    "ucl_contacts": 9,
    "custom_object_rows": 5,
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without Meltano these tests cannot run."""
    reason = "Meltano or uv is not on the PATH; `make deployment` brings them"
    for item in items:
        if Path(__file__).parent in item.path.parents and not (MELTANO and UV):
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def plugins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project in which Meltano has installed all plugins; workers of xdist share it."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "installed"
    with FileLock(f"{folder}.lock"):
        if not (folder / "install.log").exists():
            folder.mkdir(exist_ok=True)
            build = [UV, "build", "--quiet", "--wheel", "--out-dir", str(folder)]
            subprocess.run(build, cwd=ROOT, check=True)
            shutil.copy(ROOT / "meltano.yml", folder)
            project = Project(folder=folder)
            wheel = next(folder.glob("*.whl"))
            project.change("extractors", "tap-acton", pip_url=str(wheel))
            (folder / "install.log").write_text(project("install"))
    return folder


@pytest.fixture
def account() -> Iterator[Account]:
    """Start a small account with options of the test's own."""
    started = []

    def start(**options: Any) -> Simulator:
        simulator = Simulator(Options(**{**SMALL, **options}))
        simulator.start()
        started.append(simulator)
        return simulator

    yield start
    for each in started:
        each.stop()


@pytest.fixture
def database(postgres: str) -> str:
    """Return the address of an empty database, whose sessions are not in UTC by themselves."""
    name = f"db_{uuid.uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        connection.execute(f"ALTER DATABASE {name} SET timezone = 'America/New_York'")
    return postgres.removesuffix("/postgres") + f"/{name}"


@pytest.fixture
def open_project(plugins: Path, database: str, tmp_path: Path) -> Open:
    """Make a project that reads an account into the database of the test."""

    def make(simulator: Simulator) -> Project:
        folder = tmp_path / "project"
        (folder / ".meltano").mkdir(parents=True)
        for kind in ("extractors", "loaders"):
            (folder / ".meltano" / kind).symlink_to(plugins / ".meltano" / kind)
        shutil.copy(plugins / "meltano.yml", folder)
        settings = {**account_settings(simulator, folder), **postgres_settings(database)}
        return Project(folder=folder, settings=settings)

    return make
