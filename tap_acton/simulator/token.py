"""`POST /token`: password, refresh_token and authorization_code."""

from collections.abc import Callable, Mapping
from typing import Final

from tap_acton.simulator.envelopes import oauth_error
from tap_acton.simulator.limits import Limits
from tap_acton.simulator.tokens import TokenDesk
from tap_acton.simulator.wire import Reply, Request, json_reply

PATH: Final = "/token"
Params = Mapping[str, str]


def answer(request: Request, desk: TokenDesk, limits: Limits, *, limit_status: int) -> Reply:
    """Issue tokens or refuse to.

    Parameters come in the query or a form (SPEC grant-type-password, and client code). A
    wrong client is refused before anything else (PROBE).
    """
    params = request.params
    if params.get("grant_type") in _LOGINS and not limits.admit_login():
        # Documented is the limit (REF api-overview), not its reply: status is an option,
        # the body a guess.
        return oauth_error(limit_status, "access_denied", "Too many authentication attempts")
    if not _is_client(params, desk):
        return oauth_error(401, "access_denied", "Unauthorized")
    grant = _GRANTS.get(params.get("grant_type", ""))
    if grant is None:
        # Guess, after RFC 6749 §5.2.
        return oauth_error(400, "unsupported_grant_type", "Unsupported grant type.")
    return grant(params, desk)


def is_user(params: Params, desk: TokenDesk) -> bool:
    """Whether username and password are right."""
    known = desk.credentials
    return (params.get("username"), params.get("password")) == (known.username, known.password)


def _is_client(params: Params, desk: TokenDesk) -> bool:
    known = desk.credentials
    given = params.get("client_id"), params.get("client_secret")
    return given == (known.client_id, known.client_secret)


def _password(params: Params, desk: TokenDesk) -> Reply:
    if not is_user(params, desk):
        return oauth_error(403, "invalid_grant", "Wrong email or password.")
    return json_reply(desk.issue())


def _refresh(params: Params, desk: TokenDesk) -> Reply:
    if not desk.redeem_refresh(params.get("refresh_token", "")):
        return oauth_error(403, "invalid_grant", "Unknown or invalid refresh token.")
    return json_reply(desk.issue())


def _code(params: Params, desk: TokenDesk) -> Reply:
    """Exchange a code; the refusal is INFERRED, its text a guess."""
    if not desk.redeem_code(params.get("code", ""), params.get("redirect_uri", "")):
        return oauth_error(403, "invalid_grant", "Unknown or invalid authorization code.")
    return json_reply(desk.issue())


_GRANTS: Final[Mapping[str, Callable[[Params, TokenDesk], Reply]]] = {
    "password": _password,
    "refresh_token": _refresh,
    "authorization_code": _code,
}
# REF grant-type-refresh: password and code grants are limited to 5 attempts an hour. That
# failed attempts count, and refreshes do not, is INFERRED.
_LOGINS: Final = frozenset({"password", "authorization_code"})
