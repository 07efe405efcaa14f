"""The file of results that is kept in the repository, and the document made from it."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmarks.report import markdown

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DOCUMENT", "FILE", "circumstances", "document", "keep", "read"]

_ROOT: Final = Path(__file__).parent.parent
FILE: Final = _ROOT / "benchmarks" / "results.json"
DOCUMENT: Final = _ROOT / "docs" / "performance.md"
_BEGIN: Final = "<!-- results -->\n"
_END: Final = "<!-- /results -->"


def circumstances(command: str) -> dict[str, Any]:
    """Return what a reader must know of a measurement: when, with what, on what."""
    return {
        "command": f"`{command}`",
        "on": datetime.now(UTC).date().isoformat(),
        "commit": _commit(),
        "tap-acton": version("tap-acton"),
        "Python": platform.python_version(),
        "cores": os.cpu_count(),
        "load before": round(os.getloadavg()[0], 1),
    }


def read() -> dict[str, Any]:
    """Return the results that are kept, by question."""
    results: dict[str, Any] = json.loads(FILE.read_text()) if FILE.exists() else {}
    return results


def keep(results: Mapping[str, Any], ratios: Mapping[str, str]) -> None:
    """Put results in the place of older ones, and make the document's tables anew."""
    found = {**read(), **results}
    ordered = {question: found[question] for question in ratios if question in found}
    FILE.write_text(json.dumps(ordered, indent=1, ensure_ascii=False) + "\n")
    DOCUMENT.write_text(document(DOCUMENT.read_text(), ordered, ratios))


def document(text: str, results: Mapping[str, Any], ratios: Mapping[str, str]) -> str:
    """Return the document with the tables of these results."""
    head, _, rest = text.partition(_BEGIN)
    tail = rest.partition(_END)[2]
    return f"{head}{_BEGIN}{markdown(results, ratios)}{_END}{tail}"


def _commit() -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],  # noqa: S607 - whichever git there is
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or "unknown"
