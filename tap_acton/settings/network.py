"""Settings of the network: which server, on what way, and how much of it."""

from __future__ import annotations

from dataclasses import dataclass

from tap_acton.kinds import Choice, Integer, Number, Text, Url
from tap_acton.settings.table import setting

__all__ = ["NetworkSettings"]


@dataclass(frozen=True, kw_only=True)
class NetworkSettings:
    """How to reach the server."""

    region: str = setting(
        "us, or eu to keep the traffic inside the European Union.",
        Choice(words=("us", "eu")),
        title="Region",
        default="us",
    )
    api_url: str | None = setting(
        "Address of the API, in place of the region's.",
        Url(),
        title="API URL",
    )
    timeout: int = setting(
        "Seconds without a byte from the server after which a request is given up.",
        Integer(minimum=1, maximum=3600),
        property="Timeout",
        title="Timeout",
        default=60,
    )
    max_retry_seconds: int = setting(
        "Seconds during which a failed request is tried again.",
        Integer(minimum=0, maximum=86_400),
        title="Longest retry",
        default=120,
    )
    requests_per_second: float = setting(
        "Act-On allows an account 5 requests a second, for all of its integrations together.",
        Number(minimum=0.01, maximum=100_000),
        title="Requests per second",
        default=5.0,
    )
    daily_request_budget: int = setting(
        "Requests that this account may spend in a day (UTC). Act-On allows 30,000; free plans "
        "have 1,000. Runs that share a settings file share the budget; with initiate_oauth OFF "
        "nothing is stored, and the budget is one run's.",
        Integer(minimum=1, maximum=100_000_000),
        title="Daily request budget",
        default=30_000,
    )
    max_requests_per_run: int | None = setting(
        "Requests that one run may spend. A run that reaches it keeps what it has, exits with 75, "
        "and the next run goes on from there.",
        Integer(minimum=1, maximum=100_000_000),
        title="Requests per run",
    )
    user_agent: str | None = setting(
        "User agent of the requests.",
        Text(ascii=True),
        title="User agent",
    )
