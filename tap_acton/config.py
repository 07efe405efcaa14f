"""Reading what users give: configurations, catalogs and states, from files and the environment."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tap_acton.embedded import embedded_app
from tap_acton.errors import ConfigError
from tap_acton.names import nearest
from tap_acton.settings import Setting, Settings, check_route, settings_table

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

__all__ = [
    "CONFIG_HELP",
    "OF_THE_SDK",
    "check_catalog",
    "check_state",
    "parse_json_object",
    "read_config",
    "read_settings",
]

_PREFIX = "TAP_ACTON_"
CONFIG_HELP = (
    "JSON file with the settings, or ENV for the environment variables TAP_ACTON_<SETTING>. Of "
    "several, later ones win."
)
"""What `--config` takes, in words for its help."""
OF_THE_SDK: dict[str, tuple[type, str]] = {
    "stream_maps": (dict, "an object"),
    "stream_map_config": (dict, "an object"),
    "faker_config": (dict, "an object"),
    "flattening_enabled": (bool, "true or false"),
    "flattening_max_depth": (int, "a whole number"),
    "flattening_max_key_length": (int, "a whole number"),
    "flattening_separator": (str, "a text"),
    "batch_config": (object, "an object"),
}
"""Settings in the same configurations that the Singer SDK reads, and what it takes for each."""


def read_config(sources: tuple[str, ...]) -> dict[str, Any]:
    """Return the configuration that several sources give; later ones win.

    Args:
        sources: Paths of JSON files; `ENV` stands for the variables TAP_ACTON_<SETTING>.

    Raises:
        ConfigError: A file cannot be read, or holds no JSON object.
    """
    config: dict[str, Any] = {}
    for source in sources:
        if source.lstrip().startswith("{"):
            raise ConfigError("--config takes the path of a file, or ENV, and not JSON itself")
        config |= _environment() if source == "ENV" else read_json_object(source, "configuration")
    return config


def read_json_object(path: str, what: str) -> dict[str, Any]:
    """Return the JSON object in a file.

    Raises:
        ConfigError: It cannot be read, or is no JSON object. Its content is not quoted.
    """
    try:
        return parse_json_object(Path(path).read_bytes(), f"{what} file {path}")
    except OSError as error:
        raise ConfigError(f"Cannot read the {what} file {path}: {error.strerror}") from None


def parse_json_object(text: str | bytes, what: str) -> dict[str, Any]:
    """Return the JSON object that a text is.

    Raises:
        ConfigError: It is none. Its content is not quoted.
    """
    try:
        data = json.loads(text)
    except RecursionError:
        raise ConfigError(f"The {what} is nested too deeply") from None
    except ValueError as error:
        line = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise ConfigError(f"The {what} is not JSON{line}") from None
    if not isinstance(data, dict):
        raise ConfigError(f"The {what} holds no JSON object")
    return data


def check_catalog(catalog: dict[str, Any]) -> dict[str, Any]:
    """Return a Singer catalog, if that is what it is.

    Raises:
        ConfigError: It is something else.
    """
    streams = catalog.get("streams")
    if not isinstance(streams, list) or not all(map(_is_stream, streams)):
        raise ConfigError(
            "The catalog is no Singer catalog: it needs 'streams', each with a tap_stream_id, "
            "a schema and metadata",
            next_step="Make one with --discover.",
        )
    for stream in streams:
        _apply_replication(stream)
    return catalog


def check_state(state: dict[str, Any]) -> dict[str, Any]:
    """Return a Singer state, if that is what it is.

    Raises:
        ConfigError: It is something else.
    """
    if state.get("type") == "STATE" and isinstance(state.get("value"), dict):
        state = state["value"]  # the whole message, as it stands in the tap's output
    bookmarks = state.get("bookmarks") if state else {}
    if not isinstance(bookmarks, dict) or not all(
        isinstance(bookmark, dict) for bookmark in bookmarks.values()
    ):
        raise ConfigError(
            "The state is no Singer state: 'bookmarks' must hold an object for each stream",
            next_step="Give the value of the last STATE message, or none to read everything.",
        )
    return state


def _is_stream(stream: Any) -> bool:
    return (
        isinstance(stream, dict)
        and isinstance(stream.get("tap_stream_id"), str)
        and _is_schema(stream.get("schema"))
        and isinstance(stream.get("metadata"), list)
        and all(map(_is_metadata, stream["metadata"]))
    )


def _apply_replication(stream: dict[str, Any]) -> None:
    """Let the stream's metadata say how it is read, as Meltano writes it; the SDK does not."""
    for entry in stream["metadata"]:
        if not entry["breadcrumb"]:
            for name in ("replication-method", "replication-key"):
                if entry["metadata"].get(name):
                    stream[name.replace("-", "_")] = entry["metadata"][name]


def _is_schema(schema: Any) -> bool:
    properties = schema.get("properties", {}) if isinstance(schema, dict) else None
    return isinstance(properties, dict) and all(
        isinstance(entry, dict) for entry in properties.values()
    )


def _is_metadata(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and isinstance(entry.get("breadcrumb"), list)
        and isinstance(entry.get("metadata"), dict)
    )


def _environment() -> dict[str, Any]:
    names = [setting.name for setting in settings_table()]
    found = {name: os.environ.get(_PREFIX + name.upper()) for name in (*names, *OF_THE_SDK)}
    given: dict[str, Any] = {name: value for name, value in found.items() if value is not None}
    return given | {name: _from_json(given[name]) for name in OF_THE_SDK if name in given}


def _from_json(text: str) -> Any:
    """Return what a text is as JSON, or the text itself: the SDK takes no texts for objects."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def read_settings(config: Mapping[str, Any], *, needs_token: bool = True) -> Settings:
    """Return the settings that a configuration gives, checked.

    Args:
        config: Values by name of setting; None and an empty text mean "not set".
        needs_token: Whether data will be read; an application that looks after its tokens
            itself begins without one.

    Raises:
        ConfigError: A name is unknown, a value does not fit, or settings that belong together
            are incomplete. It names the setting and never its value.
    """
    table = {setting.name: setting for setting in settings_table()}
    for name in config:
        if name not in table and name not in OF_THE_SDK:
            raise ConfigError(f"There is no setting {name!r}", next_step=_nearest(name, table))
    for name, (kind, words) in OF_THE_SDK.items():
        if config.get(name) is not None and not isinstance(config[name], kind):
            raise ConfigError(f"Setting {name!r} must be {words}")
    values = {
        name: _read_one(table[name], value)
        for name, value in config.items()
        if name in table and value not in (None, "")
    }
    if not values.keys() & {"client_id", "client_secret"}:
        values = embedded_app() | values
    settings = Settings(**values)
    _check_credentials(settings, needs_token=needs_token)
    _check_dates(settings)
    check_route(settings)
    return settings


def _nearest(name: str, names: Collection[str]) -> str:
    if near := nearest(str(name), names):
        return f"Did you mean {near!r}?"
    return "`tap-acton --about` lists the settings."


def _read_one(setting: Setting, value: Any) -> Any:
    try:
        return setting.kind.read(value)
    except ValueError as expected:
        raise ConfigError(f"Setting {setting.name!r} must be {expected}") from None


def _check_credentials(settings: Settings, *, needs_token: bool) -> None:
    if settings.mode == "OFF":
        needed = ["access_token"] if needs_token else []
    else:
        needed = ["client_id", "client_secret"]
    if settings.auth_scheme == "OAuthPassword" and settings.mode == "GETANDREFRESH":
        needed += ["username", "password"]
    missing = [name for name in needed if not getattr(settings, name)]
    if missing:
        raise ConfigError(
            f"Missing in the settings: {', '.join(missing)}",
            next_step=f"auth_scheme {settings.auth_scheme} with initiate_oauth {settings.mode} "
            f"needs {', '.join(needed)}.",
        )


def _check_dates(settings: Settings) -> None:
    start, end = settings.start_date, settings.end_date
    if start and end and start >= end:
        raise ConfigError("Setting 'start_date' must lie before 'end_date'")
