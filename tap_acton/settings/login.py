"""Settings of the login: who asks for tokens, how, and where they are kept."""

from __future__ import annotations

from dataclasses import dataclass

from tap_acton.kinds import Choice, Integer, Text
from tap_acton.settings.table import setting

__all__ = ["LoginSettings"]


@dataclass(frozen=True, kw_only=True)
class LoginSettings:
    """How to log in."""

    auth_scheme: str = setting(
        "OAuth uses tokens or a code from a browser; OAuthPassword logs in with username and "
        "password once, and with refresh tokens from then on.",
        Choice(words=("OAuth", "OAuthPassword")),
        property="AuthScheme",
        title="Auth scheme",
        default="OAuth",
    )
    initiate_oauth: str | None = setting(
        "OFF uses access_token and never asks for another; REFRESH renews tokens; GETANDREFRESH "
        "also logs in. If not set: GETANDREFRESH with OAuthPassword, else REFRESH.",
        Choice(words=("OFF", "REFRESH", "GETANDREFRESH")),
        property="InitiateOAuth",
        title="Initiate OAuth",
    )
    client_id: str | None = setting(
        "Client id that Act-On issued for your application.",
        property="OAuthClientId",
        title="Client id",
    )
    client_secret: str | None = setting(
        "Client secret that Act-On issued for your application.",
        property="OAuthClientSecret",
        title="Client secret",
        secret=True,
    )
    username: str | None = setting(
        "E-mail address of the Act-On user, for OAuthPassword. Give the tap a user of its own: "
        "each login ends the sessions of the same application and user.",
        property="User",
        title="Username",
    )
    password: str | None = setting(
        "Password of the Act-On user, for OAuthPassword.",
        property="Password",
        title="Password",
        secret=True,
    )
    access_token: str | None = setting(
        "Access token to begin with. Tokens in the settings file win over it.",
        Text(ascii=True),
        property="OAuthAccessToken",
        title="Access token",
        secret=True,
    )
    refresh_token: str | None = setting(
        "Refresh token to begin with. It is used once; its successors are kept in the settings "
        "file and win over it.",
        property="OAuthRefreshToken",
        title="Refresh token",
        secret=True,
    )
    oauth_expires_in: int | None = setting(
        "Seconds that access_token lives, if you know; else it is used until it is refused.",
        Integer(minimum=0, maximum=315_360_000),
        property="OAuthExpiresIn",
        title="Access token's lifetime",
    )
    oauth_token_timestamp: int | None = setting(
        "When access_token was issued, in milliseconds since 1970; now, if not set.",
        Integer(minimum=0, maximum=10**14),
        property="OAuthTokenTimestamp",
        title="Access token's time",
    )
    oauth_verifier: str | None = setting(
        "Code from the page that the authorization URL redirects to. It is exchanged once.",
        property="OAuthVerifier",
        title="Verifier code",
        secret=True,
    )
    callback_url: str = setting(
        "Callback URL that is registered for your application. To log in with the browser it "
        "must lead to this machine.",
        property="CallbackURL",
        title="Callback URL",
        default="http://localhost:80",
    )
    scope: str = setting(
        "Scope of the authorization page. Tokens carry the user's rights whatever it says, and "
        "no request of the tap itself has it.",
        property="Scope",
        title="Scope",
        default="PRODUCTION",
    )
    login_timeout: int = setting(
        "Seconds to wait for somebody to log in with the browser.",
        Integer(minimum=1, maximum=3600),
        title="Login timeout",
        default=300,
    )
    oauth_settings_location: str | None = setting(
        "Where the tokens are kept, encrypted: a file on a disk that outlives the run, or a "
        "database that many hosts share (postgresql://user:password@host/database#name), or "
        "memory://name for this process alone. If not set: the file OAuthSettings.txt in the "
        "user's configuration folder for tap-acton.",
        property="OAuthSettingsLocation",
        title="OAuth settings location",
        secret=True,
    )
    oauth_settings_key: str | None = setting(
        "Passphrase that encrypts the kept tokens. If not set, the client secret does.",
        property="OAuthSettingsKey",
        title="OAuth settings key",
        secret=True,
    )
