"""`tap-acton --about`: what the tap is and takes, as a text and as a page of Markdown.

The SDK's own text leaves out defaults and descriptions, and its Markdown what values there are.
JSON is the SDK's: programs read it.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from singer_sdk.about import AboutFormatter

from tap_acton.settings import settings_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from singer_sdk.about import AboutInfo

__all__ = ["about_in", "leaves"]

_OF_THE_SDK = "Of the Singer SDK"
_TYPES = {
    "string": "a text",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "array": "an array of texts, or one text with commas",
    "object": "an object",
}
_WIDTH = 96
_TEXT_HEAD = (
    "A setting is a key of the JSON object in the file that --config names. With --config ENV it "
    "is the environment variable {prefix}<NAME>, in capitals. A name with a dot is a key of an "
    "object; the object's variable holds JSON."
)
_PAGE_HEAD = (
    "`tap-acton --about --format=markdown` prints this page. Each setting has its title, its name, "
    "its variable for `--config ENV`, and its property in a connection string if the SQL connector "
    "has it too; [connection-string.md](connection-string.md) has the connector's defaults. A name "
    "with a dot is a key of an object; the object's variable holds JSON."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Entry:
    """What is told of a setting."""

    group: str
    name: str
    title: str
    property: str
    variable: str
    default: str
    values: str
    description: str


def about_in(info: AboutInfo, form: str) -> str:
    """Return what the tap is, as `text`, `markdown` or `json`."""
    if form == "json":
        return AboutFormatter.get_formatter(form).format_about(info)
    return _page(info) if form == "markdown" else _text(info)


def _text(info: AboutInfo) -> str:
    lines = [
        f"{info.name} {info.version}, Singer SDK {info.sdk_version}",
        f"{info.description}",
        "",
        f"Capabilities: {_listed(info.capabilities)}",
        f"Python: {_listed(info.supported_python_versions or [])}",
        "",
        *textwrap.wrap(_TEXT_HEAD.format(prefix=info.env_var_prefix), _WIDTH),
    ]
    for group, entries in groupby(_entries(info), key=lambda entry: entry.group):
        lines += ["", group]
        for entry in entries:
            default = f", default {entry.default}" if entry.default else ""
            lines += [f"  {entry.name}: {entry.values}{default}"]
            lines += textwrap.wrap(
                entry.description, _WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 6
            )
    return "\n".join(lines)


def _page(info: AboutInfo) -> str:
    lines = [
        f"# Settings of {info.name}",
        "",
        f"{info.description}",
        "",
        *textwrap.wrap(_PAGE_HEAD, _WIDTH, break_on_hyphens=False),
    ]
    for group, entries in groupby(_entries(info), key=lambda entry: entry.group):
        lines += ["", f"## {group}", "", "| Setting | Values | Default | What it does |"]
        lines += ["|---|---|---|---|", *map(_row, entries)]
    lines += ["", f"Capabilities: {_listed(info.capabilities)}."]
    lines += ["", f"Python: {_listed(info.supported_python_versions or [])}."]
    return "\n".join(lines)


def leaves(schema: dict[str, Any], parents: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each setting that takes a value of its own, with a dot between it and its parent.

    Args:
        schema: JSON schema of an object.
        parents: What stands before the names, with a dot behind it.
    """
    for name, inner in schema["properties"].items():
        is_parent = inner.get("properties") and inner.get("additionalProperties") is True
        if is_parent:
            yield from leaves(inner, f"{parents}{name}.")
        else:
            yield f"{parents}{name}", inner


def _entries(info: AboutInfo) -> Iterator[_Entry]:
    table = {setting.name: setting for setting in settings_table()}
    for name, schema in leaves(info.settings):
        ours = table.get(name)
        default = schema.get("default", "")
        yield _Entry(
            group=ours.group if ours else _OF_THE_SDK,
            name=name,
            title=schema["title"],
            property=ours.property if ours else "",
            variable=info.env_var_prefix + name.partition(".")[0].upper(),
            default=str(default).lower() if isinstance(default, bool) else str(default),
            values=_values(schema),
            description=" ".join(schema["description"].split()),
        )


def _values(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        *words, last = [str(word) for word in schema["enum"] if word is not None]
        return f"{', '.join(words)} or {last}"
    kinds = schema.get("type", [])
    if "minimum" in schema:
        return f"{schema['minimum']:,} to {schema['maximum']:,}"
    if schema.get("format") == "date-time":
        return "a date, or date and time"
    if schema.get("secret"):
        return "a text, secret"
    return next((_TYPES[kind] for kind in kinds if kind in _TYPES), "a text")


def _listed(words: Iterable[object]) -> str:
    return ", ".join(map(str, words))


def _row(entry: _Entry) -> str:
    names = [entry.name, entry.variable, entry.property]
    shown = [f"**{entry.title}**", *(f"`{name}`" for name in names if name)]
    default = f"`{entry.default}`" if entry.default else ""
    cells = ["<br>".join(shown), entry.values, default, entry.description]
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
