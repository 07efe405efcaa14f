"""The authorization page, and what comes back from it.

Source: https://developer.act-on.com/reference/grant-type-code. That the page may come back with an
error is not documented; the names are those of RFC 6749 §4.1.2.1.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from tap_acton.errors import LoginRequiredError
from tap_acton.redact import scrub

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_acton.settings import Settings

__all__ = ["authorization_url", "code_from_answer", "code_from_pasted", "new_state"]

_PATH = "/authorize"
_WORDS = {
    "access_denied": "The login was declined on Act-On's page",
    "server_error": "Act-On's login page failed",
    "temporarily_unavailable": "Act-On's login page is not available at the moment",
}


def new_state() -> str:
    """Return a text that nobody can guess; the answer to this login, and no other, repeats it."""
    return secrets.token_urlsafe(32)


def authorization_url(settings: Settings, *, state: str | None = None) -> str:
    """Return the address of the page where somebody lets the application in.

    Args:
        settings: The server, the application, its callback URL and the scope.
        state: Comes back with the answer.
    """
    asked = {
        "scope": settings.scope,
        "response_type": "code",
        "client_id": settings.client_id or "",
        "redirect_uri": settings.callback_url,
    }
    if state:
        asked["state"] = state
    return f"{settings.base_url}{_PATH}?{urlencode(asked, quote_via=quote)}"


def code_from_answer(answer: Mapping[str, str], state: str | None) -> str:
    """Return the code that the callback URL was opened with.

    Args:
        answer: The parameters of the callback.
        state: What the page was asked with; None if nobody knows.

    Raises:
        LoginRequiredError: The answer belongs to another login, is a refusal, or has no code.
    """
    if state is not None and not secrets.compare_digest(
        answer.get("state", "").encode(), state.encode()
    ):
        raise LoginRequiredError(
            "The answer belongs to another login: its state is not the one that was asked with",
            next_step="Start the login again, and use the page that it opens.",
        )
    if "error" in answer:
        raise _refused(answer["error"], answer.get("error_description", ""))
    if not answer.get("code"):
        raise LoginRequiredError(
            "The answer of Act-On's login page has no code",
            next_step="Start the login again.",
        )
    return answer["code"]


def code_from_pasted(text: str, state: str | None) -> str:
    """Return the code that somebody copied: the code itself, or all of the redirected address.

    Raises:
        LoginRequiredError: See `code_from_answer`.
    """
    text = text.strip()
    if "://" not in text and "?" not in text:
        return code_from_answer({"code": text}, None)
    query = parse_qs(urlsplit(text).query, keep_blank_values=True)
    return code_from_answer({name: values[-1] for name, values in query.items()}, state)


def _refused(error: str, description: str) -> LoginRequiredError:
    what = _WORDS.get(error, f"Act-On's login page answered {scrub(error)!r}")
    said = scrub(description).rstrip(".")
    return LoginRequiredError(
        f"{what}: {said}" if said else what,
        next_step="Start the login again, and choose to authorize the application.",
    )
