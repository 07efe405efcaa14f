"""What is said of a setting, and the field of a dataclass that says it."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from tap_acton.kinds import Kind, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Setting", "setting", "settings_of"]

_DATA_KEY = "setting"


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """What the table says of one setting."""

    name: str
    property: str
    """Its name in a connection string: CData's, where its connector has it; empty if only the tap
    has the setting."""
    kind: Kind
    title: str
    description: str
    default: Any
    secret: bool
    group: str
    """What it is for: the docstring of the dataclass that declares it."""


def setting(
    description: str,
    kind: Kind | None = None,
    *,
    property: str | None = None,  # noqa: A002 - the connector's word
    title: str,
    default: Any = None,
    secret: bool = False,
) -> Any:
    """Declare a setting as the field of a dataclass.

    Args:
        description: What it does, for users.
        kind: What values it takes; any text on one line, if not given.
        property: Its name in a connection string, empty if only the tap has the setting; the
            field's name in Pascal case, if not given.
        title: Its name for people.
        default: Its value if it is not set.
        secret: Whether no text may show its value.
    """
    data = {
        "property": property,
        "kind": kind or Text(),
        "title": title,
        "description": description,
        "secret": secret,
    }
    return field(default=default, repr=not secret, metadata={_DATA_KEY: data})


def settings_of(declared: type) -> Iterator[Setting]:
    """Yield the settings that a dataclass declares, in the order in which a user reads them."""
    groups = {
        name: (owner.__doc__ or "").rstrip(".")
        for owner in declared.__mro__
        for name in inspect.get_annotations(owner)
    }
    for entry in fields(declared):
        data = dict(entry.metadata[_DATA_KEY])
        if data["property"] is None:
            data["property"] = entry.name.title().replace("_", "")
        yield Setting(name=entry.name, default=entry.default, group=groups[entry.name], **data)
