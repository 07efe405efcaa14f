"""The parts that one set of settings makes: a transport, and what signs its requests."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING

from tap_acton.auth.authenticator import FixedToken, TokenKeeper
from tap_acton.auth.grants import Grants
from tap_acton.auth.store import FileStore
from tap_acton.clock import SYSTEM_CLOCK, Clock
from tap_acton.errors import ConfigError
from tap_acton.transport.limits import AllLimits, DailyBudget, Limit, Pace, RunBudget
from tap_acton.transport.retry import RetryPolicy
from tap_acton.transport.session import Authenticator, Sent, Transport

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tap_acton.settings import Settings

__all__ = ["Account", "daily_budget", "open_account", "open_store"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """How to reach an Act-On account."""

    transport: Transport
    auth: Authenticator


def open_account(
    settings: Settings,
    *,
    clock: Clock = SYSTEM_CLOCK,
    observe: Callable[[Sent], None] = lambda _sent: None,
) -> Account:
    """Put the parts together. Nothing is sent or read yet.

    Args:
        settings: Where the account is and how to log in.
        clock: Where time comes from.
        observe: Called after each attempt to send a request.
    """
    transport = Transport(
        settings.base_url,
        limits=_limits(settings, clock),
        retry=RetryPolicy(longest_s=settings.max_retry_seconds, clock=clock),
        timeout_s=settings.timeout,
        user_agent=settings.user_agent or f"tap-acton/{metadata.version('tap-acton')}",
        clock=clock,
        observe=observe,
    )
    if settings.mode == "OFF":
        return Account(transport=transport, auth=FixedToken(settings.access_token or ""))
    grants = Grants(transport=transport, settings=settings, clock=clock)
    keeper = TokenKeeper(settings, open_store(settings), grants, clock)
    return Account(transport=transport, auth=keeper)


def open_store(settings: Settings) -> FileStore:
    """Return the store that the settings name. Nothing is read yet.

    Raises:
        ConfigError: Nothing is there to encrypt it with.
    """
    passphrase = settings.oauth_settings_key or settings.client_secret
    if not passphrase:
        raise ConfigError(
            "Missing in the settings: client_secret",
            next_step="The settings file is encrypted with it, or with oauth_settings_key.",
        )
    return FileStore(_file(settings), passphrase)


def daily_budget(settings: Settings, clock: Clock = SYSTEM_CLOCK) -> DailyBudget:
    """Return the day's requests of the account whose tokens the settings file keeps."""
    path = _file(settings)
    return DailyBudget(path.with_name(path.name + ".budget"), settings.daily_request_budget, clock)


def _limits(settings: Settings, clock: Clock) -> Limit:
    limits: list[Limit] = [Pace(settings.requests_per_second, clock)]
    if settings.mode == "OFF":  # nothing is stored, so the count ends with the run
        limits.insert(0, RunBudget(settings.daily_request_budget, setting="daily_request_budget"))
    else:
        limits.insert(0, daily_budget(settings, clock))
    if settings.max_requests_per_run:
        limits.insert(0, RunBudget(settings.max_requests_per_run))
    return AllLimits(limits)


def _file(settings: Settings) -> Path:
    """Return the file itself: two names of one file must not have two locks."""
    return settings.settings_file.resolve()
