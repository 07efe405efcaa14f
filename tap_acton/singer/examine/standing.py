"""How a login and its limits stand after a test. It holds no secret and no name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tap_acton.auth.account import open_store
from tap_acton.auth.status import iso_time, kept_facts, way_in

if TYPE_CHECKING:
    from tap_acton.auth.tokens import Memory
    from tap_acton.settings import Settings

__all__ = ["Standing", "kept_before", "standing_after"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """What is known of a login. Moments are texts, in UTC."""

    way: str
    """By what Act-On was reached."""
    valid_until: str | None
    """When the access token ends; None if nobody has told."""
    requests: int
    """Requests counted: today, or in this run alone if nothing is kept."""
    requests_left: int
    logins_left: int | None
    """Logins left this hour; None if nothing is kept."""


def kept_before(settings: Settings) -> Memory | None:
    """Return what is kept before the first request; None if the settings keep nothing.

    Raises:
        ConfigError: It cannot be read.
    """
    return None if settings.mode == "OFF" else open_store(settings).load()


def standing_after(settings: Settings, before: Memory | None, requests: int) -> Standing:
    """Return how things stand once all requests are sent and counted.

    Args:
        settings: Those of the account.
        before: What `kept_before` gave.
        requests: How many requests this run has sent.

    Raises:
        SettingsFileError: What is kept cannot be read.
    """
    budget = settings.daily_request_budget
    if before is None:
        return Standing(
            way="access_token of the settings",
            valid_until=_end_of_given(settings),
            requests=requests,
            requests_left=max(0, budget - requests),
            logins_left=None,
        )
    facts = kept_facts(settings)
    left: int = facts["requests_left_today"]
    return Standing(
        way=way_in(settings, before, open_store(settings).load()),
        valid_until=facts["expires"],
        requests=budget - left,
        requests_left=left,
        logins_left=facts["logins_left_this_hour"],
    )


def _end_of_given(settings: Settings) -> str | None:
    stamp_ms, lifetime_s = settings.oauth_token_timestamp, settings.oauth_expires_in
    if stamp_ms is None or lifetime_s is None:
        return None
    return iso_time(stamp_ms / 1000 + lifetime_s)
