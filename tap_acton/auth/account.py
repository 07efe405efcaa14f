"""The parts that one set of settings makes: a transport, and what signs its requests."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING

from tap_acton.auth.authenticator import FixedToken, TokenKeeper
from tap_acton.auth.grants import Grants
from tap_acton.auth.store import Store, open_store
from tap_acton.clock import SYSTEM_CLOCK, Clock
from tap_acton.transport.limits import AllLimits, DailyBudget, Limit, Pace, RunBudget
from tap_acton.transport.retry import RetryPolicy
from tap_acton.transport.route import route_of
from tap_acton.transport.session import Sent, Transport

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_acton.auth.authenticator import Authorize
    from tap_acton.settings import Settings

__all__ = ["Account", "daily_budget", "open_account", "open_store"]

_OF_A_BUDGET = 8
"""What rows that move may waste of a run's requests: one in so many."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """How to reach an Act-On account."""

    transport: Transport
    auth: FixedToken | TokenKeeper
    grants: Grants
    """The token endpoint, for those who ask it themselves."""


def open_account(
    settings: Settings,
    *,
    clock: Clock = SYSTEM_CLOCK,
    observe: Callable[[Sent], None] = lambda _sent: None,
    authorize: Authorize | None = None,
) -> Account:
    """Put the parts together. Nothing is sent or read yet.

    Args:
        settings: Where the account is and how to log in.
        clock: Where time comes from.
        observe: Called after each attempt to send a request.
        authorize: Lets somebody log in, if the settings allow it and nothing else is left.
    """
    store = None if settings.mode == "OFF" else open_store(settings)
    transport = Transport(
        settings.base_url,
        limits=_limits(settings, store, clock),
        retry=RetryPolicy(longest_s=settings.max_retry_seconds, clock=clock),
        timeout_s=settings.timeout,
        user_agent=settings.user_agent or f"tap-acton/{metadata.version('tap-acton')}",
        in_flight=_in_flight(settings),
        route=route_of(settings),
        observe=observe,
    )
    grants = Grants(transport=transport, settings=settings, clock=clock)
    auth: FixedToken | TokenKeeper = FixedToken(settings.access_token)
    if store is not None:
        auth = TokenKeeper(settings, store, grants, clock, authorize)
    return Account(transport=transport, auth=auth, grants=grants)


def daily_budget(settings: Settings, clock: Clock = SYSTEM_CLOCK) -> DailyBudget:
    """Return the day's requests of the account, counted beside its tokens."""
    return _budget(settings, open_store(settings), clock)


def _budget(settings: Settings, store: Store, clock: Clock) -> DailyBudget:
    return DailyBudget(store.ledger(), settings.daily_request_budget, clock)


def _limits(settings: Settings, store: Store | None, clock: Clock) -> Limit:
    limits: list[Limit] = [Pace(settings.requests_per_second, clock)]
    if store is None:  # the count ends with the run
        limits.insert(0, RunBudget(settings.daily_request_budget, setting="daily_request_budget"))
    else:
        limits.insert(0, _budget(settings, store, clock))
    if settings.max_requests_per_run:
        limits.insert(0, RunBudget(settings.max_requests_per_run))
    return AllLimits(limits)


def _in_flight(settings: Settings) -> int:
    """Return how many requests may be under way: what is sent ahead must not eat a small budget."""
    most = settings.requests_in_flight
    budget = settings.max_requests_per_run
    return min(most, budget // _OF_A_BUDGET) if budget else most
