"""The plugin as Meltano sees it, and the page of its settings: from what `tap-acton --about` says.

`make hub` writes docs/meltano-hub.yml, the definition for MeltanoHub; `make generate` that and all.
"""

from __future__ import annotations

import textwrap
import tomllib
from pathlib import Path
from typing import Any

import yaml

from tap_acton.settings import settings_table
from tap_acton.singer.about import about_in, leaves
from tap_acton.tap import TapActOn

__all__ = ["hub_definition", "hub_text", "meltano_plugin", "meltano_settings", "settings_page"]

ROOT = Path(__file__).parent.parent
HUB_FILE = ROOT / "docs" / "meltano-hub.yml"
SETTINGS_FILE = ROOT / "docs" / "settings.md"
_HEAD = """\
# The definition of tap-acton for MeltanoHub, written by `make hub`. In https://github.com/meltano/hub
# it is _data/meltano/extractors/tap-acton/<variant>.yml: there, `variant` is the owner of the
# repository that the pull request names, and `repo` is its address.
"""
_LOGIN = """\
There are two ways to log in:

- `auth_scheme: OAuthPassword` with `client_id`, `client_secret`, `username` and `password`: the tap
  logs in by itself.
- `auth_scheme: OAuth` with `client_id` and `client_secret`, after
  `meltano invoke tap-acton:login --browser`; or with a `refresh_token` to begin with.

Act-On's refresh tokens work once. The tap keeps their successors in `oauth_settings_location`,
which must outlive the run: a file on a disk that stays, or a database.
"""
_USAGE = """\
## Streams that cost much

The streams that `select` leaves out cost a request for each contact or message, and Act-On allows
an account 30,000 requests a day. Take out the line of one to read it.

## Exit codes

The tap exits with 75 if a budget of requests is spent. What is complete is kept, and the next run
goes on. With 2, a setting, a file or the login must be changed:
`meltano invoke tap-acton:status --config ENV` shows what the tokens are worth.
"""
_COPIED = ("name", "namespace", "executable", "commands", "settings_group_validation")


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as they are."""


def _text(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def meltano_settings() -> list[dict[str, Any]]:
    """Return the settings of the plugin, in the words of Meltano."""
    info = TapActOn._get_about_info()
    ours = {setting.name: setting.kind.meltano for setting in settings_table()}
    return [
        _in_words_of_meltano(name, schema, ours.get(name) or _kind(schema))
        for name, schema in leaves(info.settings)
    ]


def _in_words_of_meltano(name: str, schema: dict[str, Any], kind: str) -> dict[str, Any]:
    entry = {"name": name, "label": schema["title"], "description": schema["description"]}
    entry["kind"] = kind
    if kind == "options":
        entry["options"] = [{"label": word, "value": word} for word in schema["enum"] if word]
    if schema.get("secret"):
        entry["sensitive"] = True
    if "default" in schema:
        entry["value"] = schema["default"]
    return entry


def _kind(schema: dict[str, Any]) -> str:
    """Return Meltano's kind for a setting of the SDK."""
    if "enum" in schema:
        return "options"
    types: list[str] = [kind for kind in schema.get("type", []) if kind != "null"]
    return types[0] if types else "string"


def meltano_plugin() -> dict[str, Any]:
    """Return the extractor of meltano.yml."""
    plugins = yaml.safe_load((ROOT / "meltano.yml").read_text())["plugins"]
    extractor: dict[str, Any] = plugins["extractors"][0]
    return extractor


def hub_definition() -> dict[str, Any]:
    """Return the definition for MeltanoHub: the extractor of meltano.yml, and what a page shows."""
    plugin = meltano_plugin()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {
        **{key: plugin[key] for key in _COPIED},
        "capabilities": sorted(plugin["capabilities"]),
        "select": plugin["select"],
        "settings": meltano_settings(),
        "variant": "tap-acton",
        "pip_url": project["name"],
        "label": "Act-On",
        "description": "Marketing automation platform",
        "domain_url": project["urls"]["Act-On's API"],
        "keywords": ["api", "meltano_sdk"],
        "maintenance_status": "beta",
        "quality": "unknown",
        "log_parser": "singer-sdk",
        "supported_python_versions": TapActOn._get_about_info().supported_python_versions,
        "settings_preamble": _LOGIN,
        "usage": _USAGE,
    }


def hub_text() -> str:
    """Return docs/meltano-hub.yml: keys in order, as the hub's linter wants them."""
    return _HEAD + yaml.dump(hub_definition(), Dumper=_Dumper, width=96, allow_unicode=True)


def settings_page() -> str:
    """Return docs/settings.md."""
    return about_in(TapActOn._get_about_info(), "markdown") + "\n"


def write_meltano() -> None:
    """Write the settings of meltano.yml anew."""
    file = ROOT / "meltano.yml"
    head, _, rest = file.read_text().partition("      settings:\n")
    _, mark, tail = rest.partition("  # The loaders name")
    text = yaml.safe_dump(meltano_settings(), sort_keys=False, width=96, allow_unicode=True)
    file.write_text(f"{head}      settings:\n{textwrap.indent(text, ' ' * 6)}{mark}{tail}")


if __name__ == "__main__":
    HUB_FILE.write_text(hub_text())
