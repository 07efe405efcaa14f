"""What a user installs: the wheel."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
UV = os.environ.get("UV") or shutil.which("uv")


def run(*command: str) -> str:
    """Run a command that must succeed, and return what it prints."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_old_backoff_is_not_declared() -> None:
    """It would overwrite the files of python-backoff, which the SDK needs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    declared = {
        requirement.split(">")[0].split("<")[0].split("=")[0]
        for requirement in project["project"]["dependencies"]
    }
    assert "singer-sdk" in declared
    assert "backoff" not in declared


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel, freshly built."""
    if UV is None:
        pytest.skip("uv is not on the PATH; `make test` brings it")
    folder = tmp_path_factory.mktemp("dist")
    run(UV, "build", "--quiet", "--wheel", "--out-dir", str(folder))
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_both_packages_and_the_type_marker(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {"tap_acton/tap.py", "tap_acton/py.typed", "cdata/acton.py"} <= set(names)
    assert "cdata/__init__.py" not in names
    assert not [name for name in names if name.startswith("tests/")]


def test_the_wheel_works_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "venv"
    python = str(environment / "bin" / "python")
    assert UV is not None
    run(UV, "venv", "--quiet", "--python", sys.executable, str(environment))
    run(UV, "pip", "install", "--quiet", "--python", python, str(wheel))
    tap = str(environment / "bin" / "tap-acton")
    assert run(tap, "--version").startswith("tap-acton v")
    assert "client_secret" in run(tap, "--about")
    assert run(python, "-c", "import cdata.acton as c; print(c.apilevel)") == "2.0\n"
    assert "--port" in run(python, "-m", "tap_acton.simulator", "--help")
    assert "status" in run(str(environment / "bin" / "tap-acton-auth"), "--help")
