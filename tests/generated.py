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
from tap_acton.sql.errors import in_words_of_properties
from tap_acton.sql.properties import property_table

__all__ = ["connection_table", "meltano_settings"]

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


def connection_table() -> str:
    """Return the table of properties in docs/connection-string.md."""
    rows = ["| Property | Default | What it does |", "|---|---|---|"]
    for entry in property_table():
        default = "OFF" if entry.name == "initiate_oauth" else entry.default
        shown = "" if default in (None, ()) else f"`{default}`"
        words = in_words_of_properties(entry.description).replace("|", "\\|")
        rows.append(f"| `{entry.property}` | {shown} | {words} |")
    return "\n".join(rows) + "\n"


def _write_connection_string() -> None:
    file = ROOT / "docs" / "connection-string.md"
    head, _, rest = file.read_text().partition("<!-- properties -->\n")
    tail = rest.partition("<!-- /properties -->")[2]
    table = f"<!-- properties -->\n{connection_table()}<!-- /properties -->"
    file.write_text(f"{head}{table}{tail}")


def _write_meltano() -> None:
    file = ROOT / "meltano.yml"
    head, _, rest = file.read_text().partition("      settings:\n")
    _, mark, tail = rest.partition("  # The loaders name")
    text = yaml.safe_dump(meltano_settings(), sort_keys=False, width=96, allow_unicode=True)
    file.write_text(f"{head}      settings:\n{textwrap.indent(text, ' ' * 6)}{mark}{tail}")


if __name__ == "__main__":
    _write_meltano()
    _write_connection_string()
