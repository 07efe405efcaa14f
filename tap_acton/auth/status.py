"""What is known of a login without asking Act-On: the kept tokens, and what is left of the limits.

It names no secret.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_acton.auth.account import daily_budget, open_store
from tap_acton.auth.rotation import LOGINS_AN_HOUR
from tap_acton.clock import SYSTEM_CLOCK, moment

if TYPE_CHECKING:
    from tap_acton.auth.tokens import Memory
    from tap_acton.settings import Settings

__all__ = ["iso_time", "kept_facts", "way_in"]


def kept_facts(settings: Settings) -> dict[str, Any]:
    """Return what is kept for the account, by name. Times are texts, in UTC.

    Raises:
        SettingsFileError: It cannot be read.
    """
    store = open_store(settings)
    memory, now = store.load(), SYSTEM_CLOCK.now()
    tokens, owner = memory.tokens, memory.owner
    return {
        "api": settings.base_url,
        "client_id": owner.client_id or settings.client_id,
        "user": owner.username or settings.username,
        "account_id": settings.account_id,
        "store": store.place,
        "access_token": tokens.age(now).value if tokens else "none",
        "expires": iso_time(tokens.expires_at) if tokens else None,
        "generation": memory.generation,
        "can_refresh": bool(
            tokens and tokens.refresh_token and not memory.is_spent(tokens.refresh_token)
        ),
        "logins_left_this_hour": LOGINS_AN_HOUR - len(memory.recent_logins(now)),
        "requests_left_today": daily_budget(settings).remaining(),
    }


def way_in(settings: Settings, before: Memory, after: Memory) -> str:
    """Name the way by which the tokens of `after` came, if `before` was kept until then."""
    if after.generation == before.generation:
        return "kept tokens"
    if after.tokens and after.tokens.access_token == settings.access_token:
        return "access_token of the settings"
    if after.logins[-1:] != before.logins[-1:]:
        return "the password" if settings.auth_scheme == "OAuthPassword" else "a new login"
    return "a refresh token"


def iso_time(timestamp_s: float | None) -> str | None:
    """Return a moment, in seconds since 1970, as a text in UTC."""
    return moment(timestamp_s).isoformat(timespec="seconds") if timestamp_s else None
