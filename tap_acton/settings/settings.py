"""Every setting of the tap, declared once: the fields of `Settings` are the table.

The Singer config schema, `--about`, meltano.yml's settings and the names in a connection string
come from it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import platformdirs

from tap_acton.settings.login import LoginSettings
from tap_acton.settings.network import LimitSettings, NetworkSettings
from tap_acton.settings.reading import ReadingSettings
from tap_acton.settings.route import RouteSettings
from tap_acton.settings.table import Setting, settings_of

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Settings", "config_schema", "settings_table"]

_HOSTS = {"us": "https://api.actonsoftware.com", "eu": "https://api-eu.actonsoftware.com"}


@dataclass(frozen=True, kw_only=True)
class Settings(ReadingSettings, RouteSettings, LimitSettings, NetworkSettings, LoginSettings):
    """The settings of one tap or connection. Secrets are not in its repr."""

    @property
    def base_url(self) -> str:
        """The address that all paths follow, without a trailing slash."""
        return self.api_url or _HOSTS[self.region]

    @property
    def host(self) -> str:
        """The server's name, without its port."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def mode(self) -> str:
        """`initiate_oauth`, or its default for this auth scheme."""
        default = "GETANDREFRESH" if self.auth_scheme == "OAuthPassword" else "REFRESH"
        return self.initiate_oauth or default

    @property
    def may_ask_somebody(self) -> bool:
        """Whether somebody may be asked to log in with the browser."""
        return self.mode == "GETANDREFRESH" and self.auth_scheme == "OAuth"

    @property
    def given_tokens(self) -> tuple[str, ...]:
        """The tokens to begin with: any newer one of the same client and user ends them."""
        return tuple(token for token in (self.access_token, self.refresh_token) if token)

    @property
    def settings_file(self) -> Path:
        """Where the tokens are kept."""
        if self.oauth_settings_location:
            return Path(self.oauth_settings_location).expanduser()
        return platformdirs.user_config_path("tap-acton", appauthor=False) / "OAuthSettings.txt"

    def in_turn(self) -> Self:
        """Return them for whoever may want little: nothing is asked for ahead."""
        return replace(self, requests_in_flight=1)


def settings_table() -> Iterator[Setting]:
    """Yield the settings, in the order in which a user should read them."""
    return settings_of(Settings)


def config_schema() -> dict[str, Any]:
    """Return the JSON schema of the tap's configuration."""
    properties: dict[str, Any] = {}
    for setting in settings_table():
        schema = setting.kind.schema()
        schema |= {"title": setting.title, "description": setting.description}
        if setting.default not in (None, ()):
            schema["default"] = setting.default
        if setting.secret:
            schema["secret"] = True
        properties[setting.name] = schema
    return {"type": "object", "properties": properties}
