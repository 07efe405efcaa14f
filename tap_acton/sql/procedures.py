"""Stored procedures: the steps of a login, for applications that look after their tokens.

Nothing here touches the place where a connection keeps its tokens: what the application does
not store is not stored.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tap_acton.auth.authorization import authorization_url
from tap_acton.names import did_you_mean
from tap_acton.sql.exceptions import InterfaceError, ProgrammingError
from tap_acton.sql.result import Result, ResultColumn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tap_acton.auth.account import Account
    from tap_acton.auth.tokens import TokenSet
    from tap_acton.settings import Settings

__all__ = ["PROCEDURES", "Input", "Procedure", "find", "run"]

_MODES = ("APP", "WEB")


@dataclass(frozen=True, kw_only=True, slots=True)
class Input:
    """A value that a procedure takes, always as a text."""

    name: str
    description: str
    default: str | None = None
    required: bool = False
    words: tuple[str, ...] = ()
    """The possible values, if they are few."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Procedure:
    """What a procedure takes, gives and does. It gives one row of texts."""

    name: str
    description: str
    inputs: tuple[Input, ...]
    outputs: tuple[str, ...]
    work: Callable[[Settings, Account, dict[str, str]], dict[str, str]]


def _authorization_url(
    settings: Settings, _account: Account, given: dict[str, str]
) -> dict[str, str]:
    return {"URL": authorization_url(_with(settings, given), state=given.get("State"))}


def _access_token(settings: Settings, account: Account, given: dict[str, str]) -> dict[str, str]:
    settings = _with(settings, given)
    grants = replace(account.grants, settings=settings)
    mode = given["AuthMode"].upper()
    if mode not in _MODES:
        raise ProgrammingError(f"AuthMode must be one of {', '.join(_MODES)}.")
    if mode == "APP":
        # It brings an HTTP server, which nobody else needs.
        from tap_acton.auth.browser import code_from_browser

        with code_from_browser(settings) as code:
            return _outputs(grants.with_code(code))
    if "Verifier" not in given:
        raise ProgrammingError("GetOAuthAccessToken needs Verifier, with AuthMode WEB.")
    return _outputs(grants.with_code(given["Verifier"]))


def _refreshed_token(
    _settings: Settings, account: Account, given: dict[str, str]
) -> dict[str, str]:
    return _outputs(account.grants.with_refresh_token(given["OAuthRefreshToken"]))


def _with(settings: Settings, given: Mapping[str, str]) -> Settings:
    url = given.get("CallbackURL", settings.callback_url)
    return replace(settings, callback_url=url, scope=given.get("Scope", settings.scope))


def _outputs(tokens: TokenSet) -> dict[str, str]:
    lifetime_s = (tokens.expires_at or tokens.issued_at) - tokens.issued_at
    return {
        "OAuthAccessToken": tokens.access_token,
        "OAuthRefreshToken": tokens.refresh_token or "",
        "ExpiresIn": f"{lifetime_s:.0f}",
        "OAuthTokenTimeStamp": f"{tokens.issued_at * 1000:.0f}",
    }


_CALLBACK = Input(
    name="CallbackURL", description="Callback URL of the application; else the connection's"
)
_SCOPE = Input(name="Scope", description="Scope of the page; else the connection's")
_STATE = Input(name="State", description="Comes back to the callback URL")

PROCEDURES = (
    Procedure(
        name="GetOAuthAuthorizationURL",
        description="Gives the address of the page where a user lets the application in",
        inputs=(_CALLBACK, _SCOPE, _STATE),
        outputs=("URL",),
        work=_authorization_url,
    ),
    Procedure(
        name="GetOAuthAccessToken",
        description="Gives tokens for the code of a login",
        inputs=(
            Input(
                name="AuthMode",
                description="WEB takes the code from Verifier; APP opens the browser here",
                default="APP",
                words=_MODES,
            ),
            _SCOPE,
            _CALLBACK,
            Input(name="Verifier", description="The code, for AuthMode WEB"),
            _STATE,
        ),
        outputs=("OAuthAccessToken", "OAuthRefreshToken", "ExpiresIn", "OAuthTokenTimeStamp"),
        work=_access_token,
    ),
    Procedure(
        name="RefreshOAuthAccessToken",
        description="Gives new tokens for a refresh token, which ends with that",
        inputs=(
            Input(
                name="OAuthRefreshToken", description="The refresh token to use up", required=True
            ),
        ),
        outputs=("OAuthAccessToken", "OAuthRefreshToken", "ExpiresIn"),
        work=_refreshed_token,
    ),
)


def find(name: str) -> Procedure:
    """Return the procedure of a name, in any case.

    Raises:
        ProgrammingError: There is none.
    """
    known = {procedure.name.casefold(): procedure for procedure in PROCEDURES}
    plain = name.rpartition(".")[2]
    if found := known.get(plain.casefold()):
        return found
    near = did_you_mean(plain, [procedure.name for procedure in PROCEDURES])
    raise ProgrammingError(f"There is no procedure {plain!r}.{near}")


def run(
    procedure: Procedure, inputs: Mapping[str, Any], *, settings: Settings, account: Account
) -> Result:
    """Run a procedure and return its one row.

    Raises:
        ProgrammingError: An input is missing, unknown, or not among the possible words.
        InterfaceError: The connection names no application.
        ActOnError: Act-On refuses, or cannot be reached.
    """
    given = _given(procedure, inputs)
    if not settings.client_id or not settings.client_secret:
        raise InterfaceError(
            "'OAuthClientId' and 'OAuthClientSecret' are needed to initiate OAuth."
        )
    outputs = procedure.work(settings, account, given)
    return Result(
        columns=tuple(ResultColumn(name=name, type_code=str) for name in procedure.outputs),
        rows=iter([tuple(outputs[name] for name in procedure.outputs)]),
        rowcount=1,
    )


def _given(procedure: Procedure, inputs: Mapping[str, Any]) -> dict[str, str]:
    """Return the inputs under their proper names; what is blank is not given."""
    known = {each.name.casefold(): each for each in procedure.inputs}
    given = {each.name: each.default for each in procedure.inputs if each.default is not None}
    for name, value in inputs.items():
        each = known.get(name.removeprefix("@").casefold())
        if each is None:
            near = did_you_mean(name, [known_input.name for known_input in procedure.inputs])
            raise ProgrammingError(f"{procedure.name} has no input {name!r}.{near}")
        if value is not None and str(value).strip():
            given[each.name] = str(value)
    for each in procedure.inputs:
        if each.required and each.name not in given:
            raise ProgrammingError(f"{procedure.name} needs {each.name}.")
    return given
