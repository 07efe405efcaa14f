"""The documents, as tests read them."""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["DOCS", "ROOT", "blocks"]

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"


def blocks(document: Path, language: str) -> list[str]:
    """Return the pieces of code of a language that a document shows."""
    return re.findall(rf"```{language}\n(.*?)```", document.read_text(), re.DOTALL)
