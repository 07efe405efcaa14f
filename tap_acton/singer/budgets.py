"""Whether a run has a chance: a budget so small that no number of runs would read everything.

A run that a budget ends keeps what it has, so that runs in a row come to an end; see
`.github/decisions/0021` and 0029. That needs a few requests a run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_acton.auth.account import daily_budget
from tap_acton.errors import BudgetSpentError
from tap_acton.remembered import EVERY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_acton.resources.model import Resource
    from tap_acton.settings import Settings
    from tap_acton.singer.streams import ResourceStream

__all__ = ["check_discovery", "check_run", "left_today"]

_DISCOVERY = 4
"""The listings of lists, contact fields, segments and custom objects; then it looks into lists."""


def check_run(
    streams: Sequence[ResourceStream], settings: Settings, *, knows_account: bool
) -> None:
    """Refuse a run that could never come to an end.

    Args:
        streams: Those that the run is to read.
        settings: The budget of a run.
        knows_account: Whether the account's number is known, or is kept once it was asked for.

    Raises:
        BudgetSpentError: `max_requests_per_run` is smaller than what one of them takes at once.
    """
    limit = settings.max_requests_per_run
    if limit is None or not streams:
        return
    least = {
        stream.name: stream.at_once + _ancestors(stream.resource, knows_account=knows_account)
        for stream in streams
    }
    too_large = [name for name, requests in least.items() if requests > limit]
    if too_large:
        needed = max(least.values())
        raise BudgetSpentError(
            f"Runs of {limit:,} requests would never read {', '.join(too_large)}",
            next_step=f"Set max_requests_per_run to {needed} or more, or deselect these streams. "
            "Nothing was asked for.",
        )


def check_discovery(settings: Settings) -> None:
    """Refuse a sync without a catalog whose discovery would spend each run's requests.

    Raises:
        BudgetSpentError: `max_requests_per_run` leaves nothing for the streams.
    """
    limit = settings.max_requests_per_run
    if limit is not None and limit <= _DISCOVERY:
        raise BudgetSpentError(
            f"Without a catalog each run begins with discovery, and {limit:,} requests are too "
            "few for that",
            next_step="Set max_requests_per_run higher, or make the catalog once with --discover, "
            "without that setting, and give it with --catalog. Nothing was asked for.",
        )


def left_today(settings: Settings) -> int:
    """Return the requests that are left of the day's budget, without asking for anything.

    Raises:
        SettingsFileError: What is kept cannot be read.
    """
    keeps_count = settings.mode != "OFF"
    return daily_budget(settings).remaining() if keeps_count else settings.daily_request_budget


def _ancestors(resource: Resource, *, knows_account: bool) -> int:
    """Return the requests for the first parents, when nothing of them is known."""
    names: set[str] = set()
    left = [resource]
    while left:
        new = {*left.pop().parents} - names
        names |= new
        left += [EVERY[name] for name in new]
    return len(names - {"account"}) + ("account" in names and not knows_account)
