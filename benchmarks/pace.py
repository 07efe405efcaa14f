"""What a journal tells of a pace: the share of the ceiling, and of requests that were refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.bench import Sample
    from benchmarks.target import Entry

__all__ = ["CEILING", "ceiling_share", "requests_made", "throttled_share", "token_posts"]

CEILING: Final = 5.0
"""Requests a second that Act-On allows an account."""
_OK: Final = 200
_THROTTLED: Final = frozenset({429, 503})


def ceiling_share(entries: Sequence[Entry] | None) -> float | None:
    """Return the answered data requests over what the ceiling allows from first to last.

    None without two of them.
    """
    at_s = sorted(each["at"] for each in _of_data(entries or ()) if each["status"] == _OK)
    if len(at_s) < len(("first", "last")):
        return None
    seconds: float = at_s[-1] - at_s[0]
    return (len(at_s) - 1) / seconds / CEILING


def throttled_share(entries: Sequence[Entry] | None) -> float | None:
    """Return the share of data requests that were above the limit; None without any."""
    asked = _of_data(entries or ())
    refused = [each for each in asked if each["status"] in _THROTTLED]
    return len(refused) / len(asked) if asked else None


def requests_made(sample: Sample) -> float | None:
    """Return the number of requests, tokens included; None without a journal."""
    return None if sample.requests is None else float(len(sample.requests))


def token_posts(entries: Sequence[Entry] | None) -> float | None:
    """Return the number of requests for tokens; None without a journal."""
    return None if entries is None else float(sum(each["path"] == "/token" for each in entries))


def _of_data(entries: Sequence[Entry]) -> list[Entry]:
    return [each for each in entries if each["method"] == "GET"]
