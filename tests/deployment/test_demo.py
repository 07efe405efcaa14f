"""The demo, as the README shows it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).parent.parent.parent
MELTANO = os.environ.get("MELTANO")
SHOWN = re.search(r"```text\n(stream .*?)```", (ROOT / "README.md").read_text(), re.DOTALL)

pytestmark = pytest.mark.skipif(
    MELTANO is None, reason="Meltano is not on the PATH; `make deployment` brings it"
)


def facts(lines: Iterable[str]) -> list[list[str]]:
    """Return the words of lines; of streams no requests and seconds, and of days no rows."""
    found = []
    for line in lines:
        words = line.split()
        if words[:2] == ["all", "streams"]:
            words = words[:2]
        elif words[1:2] in (["changes"], ["everything"]):
            words = words[:4]
        found.append(words)
    return found


def test_the_demo_prints_what_the_readme_shows(tmp_path: Path) -> None:
    assert SHOWN
    done = subprocess.run(
        [sys.executable, "-m", "tap_acton.demo", "--meltano", str(MELTANO), "--folder", tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    printed = facts(done.stdout.splitlines())
    shown = facts(line for line in SHOWN[1].splitlines() if line not in ("", "…"))
    assert [words for words in shown if words not in printed] == []
    assert len(shown) > 8
