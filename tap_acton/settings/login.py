"""Settings of the login: who asks for tokens, how, and where they are kept."""

from __future__ import annotations

from dataclasses import dataclass

from tap_acton.kinds import Choice, Integer, Text
from tap_acton.settings.table import setting

__all__ = ["LoginSettings"]


@dataclass(frozen=True, kw_only=True)
class LoginSettings:
    """Login and tokens."""

    auth_scheme: str = setting(
        "How to log in: OAuth with the browser, or with refresh_token to begin with; OAuthPassword "
        "with username and password. Both go on with refresh tokens.",
        Choice(words=("OAuth", "OAuthPassword")),
        property="AuthScheme",
        title="Authentication scheme",
        default="OAuth",
    )
    initiate_oauth: str | None = setting(
        "What may be done for tokens: OFF uses access_token and never asks for another; REFRESH "
        "renews tokens; GETANDREFRESH also logs in. The tap's default is GETANDREFRESH with "
        "OAuthPassword, else REFRESH.",
        Choice(words=("OFF", "REFRESH", "GETANDREFRESH")),
        property="InitiateOAuth",
        title="Initiate OAuth",
    )
    client_id: str | None = setting(
        "Client ID that Act-On issued for your application.",
        property="OAuthClientId",
        title="Client ID",
    )
    client_secret: str | None = setting(
        "Client secret that Act-On issued for your application.",
        property="OAuthClientSecret",
        title="Client secret",
        secret=True,
    )
    username: str | None = setting(
        "E-mail address of the Act-On user, for OAuthPassword. Better a user for this alone: each "
        "login ends the user's other sessions of the same application.",
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
        "Access token to begin with, or the only one with initiate_oauth OFF. Tokens that are "
        "kept already (oauth_settings_location) win over it.",
        Text(ascii=True),
        property="OAuthAccessToken",
        title="Access token",
        secret=True,
    )
    refresh_token: str | None = setting(
        "Refresh token to begin with. It works once; its successors are kept "
        "(oauth_settings_location) and win over it.",
        property="OAuthRefreshToken",
        title="Refresh token",
        secret=True,
    )
    oauth_expires_in: int | None = setting(
        "Seconds that access_token is valid, from oauth_token_timestamp on. If not set, it is "
        "used until Act-On refuses it.",
        Integer(minimum=0, maximum=315_360_000),
        property="OAuthExpiresIn",
        title="Access token lifetime",
    )
    oauth_token_timestamp: int | None = setting(
        "When access_token was issued, in milliseconds since 1970-01-01 UTC. If not set, now.",
        Integer(minimum=0, maximum=10**14),
        property="OAuthTokenTimestamp",
        title="Access token issue time",
    )
    oauth_verifier: str | None = setting(
        "Code in the address to which the login page sends the browser. It is exchanged for "
        "tokens once.",
        property="OAuthVerifier",
        title="Authorization code",
        secret=True,
    )
    callback_url: str = setting(
        "Callback URL that is registered for your application. For a login in the browser it must "
        "lead to this machine.",
        property="CallbackURL",
        title="Callback URL",
        default="http://localhost:80",
    )
    scope: str = setting(
        "Scope in the address of the login page. It limits nothing: tokens carry all rights of "
        "the user.",
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
        "Where the tokens are kept, encrypted: a file on a disk that outlives the run; a database "
        "that many hosts share (postgresql://user:password@host/database#name); or memory://name, "
        "for this process alone. If not set: the file OAuthSettings.txt in the user's "
        "configuration folder for tap-acton.",
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
