"""The application that a distributor of this package ships with it, so that its users need none.

There are two slots, and this project leaves both empty: it owns no application. Whoever builds a
package of their own puts `oauth_app.json` beside this module; whoever cannot build one installs
a distribution with an entry point in the group `tap_acton.oauth_app` that leads to a mapping.
Either holds `client_id`, `client_secret` and, if the application has one, `callback_url`. Users
can read all three: a secret that is shipped is none, which is what RFC 8252 §8.5 says of
installed applications.
"""

from __future__ import annotations

import json
from importlib import metadata, resources
from typing import Any

from tap_acton.errors import ConfigError

__all__ = ["embedded_app"]

_FILE = "oauth_app.json"
_GROUP = "tap_acton.oauth_app"
_REQUIRED = frozenset({"client_id", "client_secret"})
_KNOWN = _REQUIRED | {"callback_url"}


def embedded_app() -> dict[str, str]:
    """Return the settings of the application that came with the package; empty if none did.

    Raises:
        ConfigError: What came is no such mapping, or there are several.
    """
    file = resources.files("tap_acton") / _FILE
    if file.is_file():
        return _checked(_parsed(file.read_bytes()), _FILE)
    points = list(metadata.entry_points(group=_GROUP))
    if len(points) > 1:
        names = ", ".join(sorted(point.value for point in points))
        raise ConfigError(
            f"Several packages bring an application to log in with: {names}",
            next_step="Uninstall all but one, or set client_id and client_secret.",
        )
    return _checked(_loaded(points[0]), points[0].value) if points else {}


def _parsed(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return None


def _loaded(point: metadata.EntryPoint) -> Any:
    try:
        return point.load()
    except Exception as error:  # noqa: BLE001 - somebody else's module may raise anything
        raise ConfigError(
            f"The application to log in with cannot be loaded from {point.value}: "
            f"{type(error).__name__}",
            next_step="Tell its distributor, or set client_id and client_secret.",
        ) from None


def _checked(app: Any, source: str) -> dict[str, str]:
    whole = isinstance(app, dict) and app.keys() >= _REQUIRED and app.keys() <= _KNOWN
    if not whole or not all(isinstance(value, str) and value for value in app.values()):
        raise ConfigError(
            f"The application to log in with, from {source}, must be texts by the names "
            f"{', '.join(sorted(_KNOWN))}",
            next_step="Tell its distributor, or set client_id and client_secret.",
        )
    return dict(app)
