"""Starts `forker.py`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

__all__ = ["forker"]

FORKER = Path(__file__).with_name("forker.py")


def forker(what: str, config: dict[str, Any], folder: Path, *numbers: int) -> dict[str, int]:
    """Let processes do something with a configuration, and return what came of it."""
    file = folder / "config.json"
    file.write_text(json.dumps(config))
    command = [sys.executable, str(FORKER), what, str(file), *map(str, numbers)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, int] = json.loads(done.stdout)
    return found
