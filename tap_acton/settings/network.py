"""Settings of the network: which server, and how much is asked of it."""

from __future__ import annotations

from dataclasses import dataclass

from tap_acton.kinds import Choice, Integer, Number, Text, Url
from tap_acton.settings.table import setting

__all__ = ["LimitSettings", "NetworkSettings"]


@dataclass(frozen=True, kw_only=True)
class NetworkSettings:
    """Server and connection."""

    region: str = setting(
        "Which servers of Act-On are asked: us, or eu to keep the traffic inside the European "
        "Union.",
        Choice(words=("us", "eu")),
        title="Region",
        default="us",
    )
    api_url: str | None = setting(
        "Address of the API, in place of the region's: a gateway of your own, or the simulator.",
        Url(),
        title="API URL",
    )
    timeout: int = setting(
        "Seconds without a byte from the server after which a request is given up; 0 for never.",
        Integer(minimum=0, maximum=3600),
        property="Timeout",
        title="Timeout",
        default=60,
    )
    max_retry_seconds: int = setting(
        "Seconds during which a failed request is tried again.",
        Integer(minimum=0, maximum=86_400),
        title="Retry time",
        default=120,
    )
    user_agent: str | None = setting(
        "User agent of the requests. If not set, tap-acton and its version.",
        Text(ascii=True),
        title="User agent",
    )
    ssl_server_cert: str | None = setting(
        "Certificate to trust beside those of the usual authorities, the server's own or its "
        "authority's: the path of a PEM file, or PEM text. Or the thumbprint (MD5, SHA-1 or "
        "SHA-256) of the one certificate to accept. Or *, which accepts any and is for tests "
        "only.",
        Text(lines=True),
        property="SSLServerCert",
        title="Server certificate",
    )


@dataclass(frozen=True, kw_only=True)
class LimitSettings:
    """Limits."""

    requests_per_second: float = setting(
        "Most requests in a second. Act-On allows an account 5, for all of its integrations "
        "together: with less the tap leaves some to the others.",
        Number(minimum=0.01, maximum=100_000),
        title="Requests per second",
        default=5.0,
    )
    daily_request_budget: int = setting(
        "Most requests in a day (UTC), by all runs that share oauth_settings_location; with "
        "initiate_oauth OFF nothing is kept, and each run has a budget of its own. Act-On allows "
        "an account 30,000, with free plans 1,000.",
        Integer(minimum=1, maximum=100_000_000),
        title="Daily request budget",
        default=30_000,
    )
    max_requests_per_run: int | None = setting(
        "Most requests of one run. A run that reaches it keeps what it has and exits with 75; the "
        "next run goes on from there. If not set, the day's budget is the only one.",
        Integer(minimum=1, maximum=100_000_000),
        title="Requests per run",
    )
    requests_in_flight: int = setting(
        "Most requests under way at once, so that slow replies do not slow the reading; 1 for one "
        "after another. A small max_requests_per_run lowers it.",
        Integer(minimum=1, maximum=64),
        property="",
        title="Requests in flight",
        default=16,
    )
