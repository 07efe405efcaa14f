"""Reads an Act-On account: a Singer tap, a SQL connector (`cdata.acton`), and a client for scripts.

What scripts need is here, and loaded when it is asked for: `ActOnClient`, and the errors that one
can do something about. `tap_acton.errors` draws them all.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tap_acton.client import ActOnClient
    from tap_acton.errors import (
        ActOnError,
        BudgetSpentError,
        ConfigError,
        LoginRequiredError,
        RateLimitedError,
        RequestRefusedError,
        UnwritableError,
        WriteUnknownError,
    )

__all__ = [
    "ActOnClient",
    "ActOnError",
    "BudgetSpentError",
    "ConfigError",
    "LoginRequiredError",
    "RateLimitedError",
    "RequestRefusedError",
    "UnwritableError",
    "WriteUnknownError",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = "client" if name == "ActOnClient" else "errors"
    return getattr(import_module(f"{__name__}.{home}"), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
