"""The token endpoint: one POST for each grant, never repeated.

Sources: https://developer.act-on.com/reference/grant-type-password, grant-type-refresh and
grant-type-code. Act-On answers `invalid_grant` with 403, and an unknown client with 401.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tap_acton.auth.tokens import TokenSet
from tap_acton.errors import (
    ActOnError,
    BudgetSpentError,
    ConfigError,
    NoReplyError,
    NotConnectedError,
    RateLimitedError,
    RequestRefusedError,
    ServerFailedError,
    TokenRefusedError,
    TokenReplyLostError,
    UnexpectedReplyError,
)
from tap_acton.redact import Mask
from tap_acton.transport.replies import Reply, judge

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_acton.clock import Clock
    from tap_acton.settings import Settings
    from tap_acton.transport.session import Transport

    Note = Callable[[], None]

__all__ = ["Grants", "was_consumed", "was_for_grant", "was_sent"]

_PATH = "/token"
_LIFETIME_S = 3600.0
"""What every document states, for a reply that does not say."""
_SENT = {"password": "login", "authorization_code": "code", "refresh_token": "refresh token"}
_LONGEST_LIFETIME_S = 10 * 365 * 86_400.0
_SECRETS = {"password", "code", "refresh_token", "client_secret"}
_NO_API = "PUBLIC_API_FEATURE_NOT_ENABLED"
"""See the FAQ at https://connect.act-on.com/hc/en-us, "Act-On API"."""


_NEVER_SENT = (NotConnectedError, BudgetSpentError, ConfigError)
"""No connection, a limit of ours, or something wrong here: a certificate, a file."""


def was_sent(error: ActOnError) -> bool:
    """Tell whether a grant that ended like this may have reached the server."""
    return not isinstance(error, _NEVER_SENT)


def was_consumed(error: ActOnError) -> bool:
    """Tell whether the server may have used up the token or code that got this answer.

    It has not if the request never left, was one too many, or if the client was unknown.
    """
    if not was_sent(error) or isinstance(error, RateLimitedError):
        return False
    return not isinstance(error, TokenRefusedError) or was_for_grant(error)


def was_for_grant(error: TokenRefusedError) -> bool:
    """Tell whether the token, code or password was refused, and not the client."""
    return error.code == "invalid_grant"


def _nothing() -> None:
    """Keep no note: somebody else does."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Grants:
    """Asks for tokens with the settings' credentials.

    Every method calls `note` when it is the request's turn, before anything is sent.

    Every method may raise, beside what its limits raise:
        TokenReplyLostError: The request was sent, and no answer of use came back.
        TokenRefusedError: Act-On refuses the client, the user, the token or the code.
        RateLimitedError: There were too many requests or logins; nothing was used up.
        NotConnectedError: Nothing was sent.
    """

    transport: Transport
    settings: Settings
    clock: Clock

    def with_password(self, note: Note = _nothing) -> TokenSet:
        """Log in as the settings' user. Counts as one of five logins an hour."""
        settings = self.settings
        return self._post("password", note, username=settings.username, password=settings.password)

    def with_code(self, code: str, note: Note = _nothing) -> TokenSet:
        """Exchange the code of an authorization. Counts as one of five logins an hour."""
        callback = self.settings.callback_url
        return self._post("authorization_code", note, code=code, redirect_uri=callback)

    def with_refresh_token(self, refresh_token: str, note: Note = _nothing) -> TokenSet:
        """Exchange a refresh token for its successor; the old one is dead from then on."""
        tokens = self._post("refresh_token", note, refresh_token=refresh_token)
        if tokens.refresh_token:
            return tokens
        return TokenSet(
            access_token=tokens.access_token,
            refresh_token=refresh_token,  # RFC 6749 §6: none in the reply, so the old one stays
            issued_at=tokens.issued_at,
            expires_at=tokens.expires_at,
        )

    def _post(self, grant_type: str, note: Note, **fields: str | None) -> TokenSet:
        form = {
            "grant_type": grant_type,
            **fields,
            "client_id": self.settings.client_id,
            "client_secret": self.settings.client_secret,
        }
        sent_at = self.clock.now()
        hide = Mask(value for name, value in form.items() if value and name in _SECRETS)
        try:
            reply = self.transport.post_form(
                _PATH, {key: value or "" for key, value in form.items()}, note
            )
            return _tokens(_accepted(reply, hide), reply, sent_at)
        except NotConnectedError:
            raise
        except (NoReplyError, ServerFailedError, UnexpectedReplyError) as error:
            raise _lost(error, grant_type) from error


def _accepted(reply: Reply, hide: Mask) -> Any:
    try:
        judge(reply)
        return reply.json()
    except (RequestRefusedError, TokenRefusedError) as error:
        raise _refused(error, hide) from None


def _lost(error: ActOnError, grant_type: str) -> TokenReplyLostError:
    step = "Run again: the next run logs in anew."
    if grant_type != "password":
        step = "It is not sent again, as it works only once. Log in again: the next run does so "
        step += "with OAuthPassword and initiate_oauth GETANDREFRESH; else set a new "
        step += "refresh_token or oauth_verifier."
    return TokenReplyLostError(
        f"A {_SENT[grant_type]} was sent, and no usable reply came",
        where=error.where,
        status=error.status,
        request_id=error.request_id,
        next_step=step,
    )


def _refused(error: ActOnError, hide: Mask) -> TokenRefusedError:
    if _NO_API in error.what:
        step = "Ask Act-On's support to enable the API for this account."
    elif error.code == "invalid_grant":
        step = "With OAuthPassword check username and password; else set a new refresh_token "
        step += "or oauth_verifier."
    else:
        step = "Check client_id and client_secret, and region or api_url."
    return TokenRefusedError(
        hide(error.what),
        where=error.where,
        status=error.status,
        code=error.code,
        request_id=error.request_id,
        next_step=step,
    )


def _tokens(data: Any, reply: Reply, sent_at: float) -> TokenSet:
    access_token = _token(data, "access_token")
    if access_token is None:
        raise UnexpectedReplyError(
            "The token endpoint's reply has no access_token",
            where=reply.where,
            status=reply.status,
        )
    return TokenSet(
        access_token=access_token,
        refresh_token=_token(data, "refresh_token"),
        issued_at=sent_at,
        expires_at=sent_at + _lifetime_s(data.get("expires_in")),
    )


def _token(data: Any, name: str) -> str | None:
    token = data.get(name) if isinstance(data, dict) else None
    if not isinstance(token, str) or not token:
        return None
    return token if token.isascii() and token.isprintable() else None


def _lifetime_s(expires_in: Any) -> float:
    try:
        lifetime_s = float(expires_in)
    except (TypeError, ValueError, OverflowError):
        return _LIFETIME_S
    # Neither nothing nor NaN: that would be a refresh for each request.
    return lifetime_s if 0 < lifetime_s < _LONGEST_LIFETIME_S else _LIFETIME_S
