"""Every script of docs/library.md runs, and so does every example in a docstring."""

from __future__ import annotations

import doctest
import importlib
import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import tap_acton
from tap_acton import ActOnClient, errors
from tests.documents import DOCS, ROOT, blocks
from tests.harness import config_for

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Simulate

WITH_EXAMPLES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in sorted((ROOT / "tap_acton").rglob("*.py"))
    if ">>> " in path.read_text()
]


@pytest.fixture
def folder(simulator: Simulate, tmp_path: Path) -> Path:
    """A folder with a `config.json` that leads to an account."""
    config = config_for(simulator(), tmp_path)
    (tmp_path / "config.json").write_text(json.dumps(config))
    return tmp_path


@pytest.mark.parametrize("script", blocks(DOCS / "library.md", "python"))
def test_every_script_runs_and_prints(script: str, folder: Path) -> None:
    (folder / "script.py").write_text(script)
    command = [sys.executable, "-W", "error", "script.py"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout
    assert "Warning" not in done.stderr


@pytest.mark.parametrize("module", WITH_EXAMPLES)
def test_every_example_in_a_docstring_is_so(module: str, folder: Path) -> None:
    with ActOnClient.open(str(folder / "config.json")) as client:
        ran = doctest.testmod(importlib.import_module(module), extraglobs={"client": client})
    assert ran.failed == 0
    assert ran.attempted


def test_the_package_gives_what_it_promises() -> None:
    assert set(tap_acton.__all__) <= {"ActOnClient", *errors.__all__}
    assert set(tap_acton.__all__) <= set(dir(tap_acton))
    for name in tap_acton.__all__:
        assert getattr(tap_acton, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'Acton'"):
        _ = tap_acton.Acton


def test_the_document_lists_the_methods_that_are_public() -> None:
    text = (DOCS / "library.md").read_text().split("## What is public")[1]
    public = {name for name in vars(ActOnClient) if not name.startswith("_")} - {"sample"}
    assert {name for name in public if f"`{name}`" not in text} == set()
