"""How a moment is written into a query parameter, widened by a unit at the boundary.

The units differ between endpoints: lists count milliseconds, suppression lists seconds or
milliseconds (the documents disagree). Seconds where milliseconds are meant ask for too much, and
milliseconds where seconds are meant ask for nothing at all; so whoever is in doubt sends seconds,
and only as a lower bound. Months are bound values of their own, and not widened here.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "milliseconds_after",
    "milliseconds_before",
    "month",
    "months",
    "seconds_after",
    "seconds_before",
]


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


def month(moment: datetime) -> str:
    """Return a moment's month as YYMM."""
    return f"{moment:%y%m}"


def months(first: str, last: datetime) -> Iterator[str]:
    """Yield each month as YYMM, from one to that of a moment. Raises ValueError if it is none."""
    each = datetime.strptime(f"{first}01", "%y%m%d").replace(tzinfo=UTC)
    while each <= last:
        yield month(each)
        years, number = divmod(each.month, 12)
        each = each.replace(year=each.year + years, month=number + 1)
