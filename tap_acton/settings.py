"""Every setting, declared once: the fields of `Settings` are the table.

The Singer config schema, `--about` and meltano.yml's settings come from it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime  # noqa: TC003 - a dataclass field's type is read at run time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import platformdirs

from tap_acton.kinds import Choice, Integer, Kind, Moment, Number, Text, TextList, Url

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Setting", "Settings", "config_schema", "settings_table"]

_HOSTS = {"us": "https://api.actonsoftware.com", "eu": "https://api-eu.actonsoftware.com"}
_DATA_KEY = "setting"


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """What the table says of one setting."""

    name: str
    property: str | None
    """Its name in a connection string, where CData's connector has it."""
    kind: Kind
    title: str
    description: str
    default: Any
    secret: bool


def _setting(
    description: str,
    kind: Kind | None = None,
    *,
    property: str | None = None,  # noqa: A002 - the connector's word
    title: str,
    default: Any = None,
    secret: bool = False,
) -> Any:
    data = {
        "property": property,
        "kind": kind or Text(),
        "title": title,
        "description": description,
        "secret": secret,
    }
    return field(default=default, repr=not secret, metadata={_DATA_KEY: data})


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """The settings of one tap or connection. Secrets are not in its repr."""

    auth_scheme: str = _setting(
        "OAuth uses tokens or a code from a browser; OAuthPassword logs in with username and "
        "password once, and with refresh tokens from then on.",
        Choice(words=("OAuth", "OAuthPassword")),
        property="AuthScheme",
        title="Auth scheme",
        default="OAuth",
    )
    initiate_oauth: str | None = _setting(
        "OFF uses access_token and never asks for another; REFRESH renews tokens; GETANDREFRESH "
        "also logs in. If not set: GETANDREFRESH with OAuthPassword, else REFRESH.",
        Choice(words=("OFF", "REFRESH", "GETANDREFRESH")),
        property="InitiateOAuth",
        title="Initiate OAuth",
    )
    client_id: str | None = _setting(
        "Client id that Act-On issued for your application.",
        property="OAuthClientId",
        title="Client id",
    )
    client_secret: str | None = _setting(
        "Client secret that Act-On issued for your application.",
        property="OAuthClientSecret",
        title="Client secret",
        secret=True,
    )
    username: str | None = _setting(
        "E-mail address of the Act-On user, for OAuthPassword. Give the tap a user of its own: "
        "each login ends the sessions of the same application and user.",
        property="User",
        title="Username",
    )
    password: str | None = _setting(
        "Password of the Act-On user, for OAuthPassword.",
        property="Password",
        title="Password",
        secret=True,
    )
    access_token: str | None = _setting(
        "Access token to begin with. Tokens in the settings file win over it.",
        Text(ascii=True),
        property="OAuthAccessToken",
        title="Access token",
        secret=True,
    )
    refresh_token: str | None = _setting(
        "Refresh token to begin with. It is used once; its successors are kept in the settings "
        "file and win over it.",
        property="OAuthRefreshToken",
        title="Refresh token",
        secret=True,
    )
    oauth_verifier: str | None = _setting(
        "Code from the page that the authorization URL redirects to. It is exchanged once.",
        property="OAuthVerifier",
        title="Verifier code",
        secret=True,
    )
    callback_url: str = _setting(
        "Callback URL that is registered for your application.",
        property="CallbackURL",
        title="Callback URL",
        default="http://localhost:80",
    )
    scope: str = _setting(
        "Scope of the authorization page. Tokens carry the user's rights whatever it says, and "
        "no request of the tap itself has it.",
        property="Scope",
        title="Scope",
        default="PRODUCTION",
    )
    oauth_settings_location: str | None = _setting(
        "File that keeps the tokens, encrypted. It must be on a disk that outlives the run. If "
        "not set: OAuthSettings.txt in the user's configuration folder for tap-acton.",
        property="OAuthSettingsLocation",
        title="OAuth settings location",
    )
    oauth_settings_key: str | None = _setting(
        "Passphrase that encrypts the settings file. If not set, the client secret does.",
        title="OAuth settings key",
        secret=True,
    )
    region: str = _setting(
        "us, or eu to keep the traffic inside the European Union.",
        Choice(words=("us", "eu")),
        title="Region",
        default="us",
    )
    api_url: str | None = _setting(
        "Address of the API, in place of the region's.",
        Url(),
        title="API URL",
    )
    account_id: str | None = _setting(
        "Number of the account, for the parts of the API that have it in their paths. The "
        "streams of today need none: there the login says which account it is.",
        Text(number=True),
        title="Account id",
    )
    page_size: int = _setting(
        "Rows asked for in one request. Each page repeats one row of the page before, as proof "
        "that nothing has moved, so that at least two are asked for.",
        Integer(minimum=1, maximum=1000),
        property="Pagesize",
        title="Page size",
        default=1000,
    )
    timeout: int = _setting(
        "Seconds without a byte from the server after which a request is given up.",
        Integer(minimum=1, maximum=3600),
        property="Timeout",
        title="Timeout",
        default=60,
    )
    max_retry_seconds: int = _setting(
        "Seconds during which a failed request is tried again.",
        Integer(minimum=0, maximum=86_400),
        title="Longest retry",
        default=120,
    )
    requests_per_second: float = _setting(
        "Act-On allows an account 5 requests a second, for all of its integrations together.",
        Number(minimum=0.01, maximum=100_000),
        title="Requests per second",
        default=5.0,
    )
    daily_request_budget: int = _setting(
        "Requests that this account may spend in a day (UTC). Act-On allows 30,000; free plans "
        "have 1,000. Runs that share a settings file share the budget; with initiate_oauth OFF "
        "nothing is stored, and the budget is one run's.",
        Integer(minimum=1, maximum=100_000_000),
        title="Daily request budget",
        default=30_000,
    )
    max_requests_per_run: int | None = _setting(
        "Requests that one run may spend. A run that reaches it keeps what it has, exits with 75, "
        "and the next run goes on from there.",
        Integer(minimum=1, maximum=100_000_000),
        title="Requests per run",
    )
    start_date: datetime | None = _setting(
        "Incremental streams begin with what changed at or after this moment. If not set, with "
        "everything.",
        Moment(),
        title="Start date",
    )
    end_date: datetime | None = _setting(
        "Incremental streams end with what changed before this moment.",
        Moment(),
        title="End date",
    )
    lists: tuple[str, ...] = _setting(
        "Lists to read, by name or id; * and ? match any text. If not set, all of them.",
        TextList(),
        title="Lists",
        default=(),
    )
    user_agent: str | None = _setting(
        "User agent of the requests.",
        Text(ascii=True),
        title="User agent",
    )

    @property
    def base_url(self) -> str:
        """The address that all paths follow, without a trailing slash."""
        return self.api_url or _HOSTS[self.region]

    @property
    def mode(self) -> str:
        """`initiate_oauth`, or its default for this auth scheme."""
        default = "GETANDREFRESH" if self.auth_scheme == "OAuthPassword" else "REFRESH"
        return self.initiate_oauth or default

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


def settings_table() -> Iterator[Setting]:
    """Yield the settings, in the order in which a user should read them."""
    for entry in fields(Settings):
        data = entry.metadata[_DATA_KEY]
        yield Setting(name=entry.name, default=entry.default, **data)


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
