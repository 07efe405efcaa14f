"""Dates as texts have them: in ISO 8601, or as Americans write them, which CData reads too."""

from __future__ import annotations

import re
from datetime import UTC, datetime

__all__ = ["moment_in"]

_AMERICAN = re.compile(
    r"(?:(?P<month>\d{1,2})(?P<mark>[-/])(?P<day>\d{1,2})(?P=mark)(?P<year>\d{4})"
    r"|(?P<first>\d{4})/(?P<second>\d{1,2})/(?P<third>\d{1,2}))"
    r"(?:\s+(?P<hour>\d{1,2}):(?P<rest>\d\d(?::\d\d(?:\.\d+)?)?)(?:\s*(?P<half>[AP]M))?)?",
    re.IGNORECASE | re.ASCII,
)
_NOON = 12


def moment_in(text: str) -> datetime:
    """Return the moment that a text means, in UTC without a zone.

    Raises:
        ValueError: It means none.
        OverflowError: It is outside of the years 1 to 9999 in UTC.
    """
    text = text.strip()
    written = _AMERICAN.fullmatch(text)
    found = datetime.fromisoformat(_as_iso(written) if written else text)
    return found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else found


def _as_iso(written: re.Match[str]) -> str:
    year, month, day = written.group("year", "month", "day")
    if not year:
        year, month, day = written.group("first", "second", "third")
    hour, half = int(written["hour"] or 0), (written["half"] or "").upper()
    if half:
        if not 1 <= hour <= _NOON:
            raise ValueError("there is no such hour")
        hour = hour % _NOON + (_NOON if half == "PM" else 0)
    return f"{year}-{month:0>2}-{day:0>2} {hour:02}:{written['rest'] or '00'}"
