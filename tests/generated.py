"""The parts of files that are made from the code; `make generate` writes them anew.

Each has a test that compares, so that nobody can forget it.
"""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import yaml

from tap_acton.kinds import Choice
from tap_acton.settings import settings_table

__all__ = ["meltano_settings"]

ROOT = Path(__file__).parent.parent


def meltano_settings() -> list[dict[str, Any]]:
    """Return the settings of the extractor in meltano.yml."""
    entries = []
    for setting in settings_table():
        entry: dict[str, Any] = {
            "name": setting.name,
            "label": setting.title,
            "description": setting.description,
            "kind": setting.kind.meltano,
        }
        if isinstance(setting.kind, Choice):
            entry["options"] = [{"label": word, "value": word} for word in setting.kind.words]
        if setting.secret:
            entry["sensitive"] = True
        if setting.default not in (None, ()):
            entry["value"] = setting.default
        entries.append(entry)
    return entries


def _write_meltano() -> None:
    file = ROOT / "meltano.yml"
    head, _, rest = file.read_text().partition("      settings:\n")
    _, mark, tail = rest.partition("  # The loaders name")
    text = yaml.safe_dump(meltano_settings(), sort_keys=False, width=96, allow_unicode=True)
    file.write_text(f"{head}      settings:\n{textwrap.indent(text, ' ' * 6)}{mark}{tail}")


if __name__ == "__main__":
    _write_meltano()
