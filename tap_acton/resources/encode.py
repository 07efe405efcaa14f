"""How a moment is written into a query parameter, widened by a unit at the boundary.

The units differ between endpoints: lists count milliseconds, suppression lists seconds or
milliseconds (the documents disagree). Seconds where milliseconds are meant ask for too much, and
milliseconds where seconds are meant ask for nothing at all; so whoever is in doubt sends seconds,
and only as a lower bound.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["milliseconds_after", "milliseconds_before", "seconds_after", "seconds_before"]


def milliseconds_after(moment: datetime) -> str:
    """Return milliseconds since 1970, one less."""
    return str(math.floor(moment.timestamp() * 1000) - 1)


def milliseconds_before(moment: datetime) -> str:
    """Return milliseconds since 1970, one more."""
    return str(math.ceil(moment.timestamp() * 1000) + 1)


def seconds_after(moment: datetime) -> str:
    """Return seconds since 1970, one less."""
    return str(math.floor(moment.timestamp()) - 1)


def seconds_before(moment: datetime) -> str:
    """Return seconds since 1970, one more."""
    return str(math.ceil(moment.timestamp()) + 1)
