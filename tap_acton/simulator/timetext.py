"""The date texts that Act-On writes, in the account's time zone.

Formats as in REST examples: `Aug 27 2024 4:14 PM PDT`, `2024-09-03 12:47:01 PDT`,
`Fri Sep 6 9:50 AM PDT`, `09/06/2024`, `2 days ago`; of contacts in the help centre:
`Aug 30 2022 13:06 Pacific/Marquesas`, `Thu May 13 2021, 03:00 PM`. Names of months are
written out here, because those of `strftime` change with the locale of the process.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun",
                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")  # fmt: skip
MONTH_NAMES: Final = ("January", "February", "March", "April", "May", "June", "July",
                      "August", "September", "October", "November", "December")  # fmt: skip
DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DAY_MS: Final = 86_400_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Zone:
    """Writes moments as an account in one time zone shows them."""

    name: str

    def moment(self, ms: int) -> datetime:
        """The moment as a date and time of this zone."""
        return datetime.fromtimestamp(ms / 1000, ZoneInfo(self.name))

    def minute(self, ms: int) -> str:
        """`Aug 27 2024 4:14 PM PDT`."""
        at = self.moment(ms)
        return f"{MONTHS[at.month - 1]} {at.day} {at.year} {_clock(at)} {_zone(at)}"

    def second(self, ms: int) -> str:
        """`2024-09-03 12:47:01 PDT`."""
        at = self.moment(ms)
        return f"{at:%Y-%m-%d %H:%M:%S} {_zone(at)}"

    def weekday(self, ms: int) -> str:
        """`Fri Sep 6 9:50 AM PDT`; Act-On leaves the year out."""
        at = self.moment(ms)
        return f"{DAYS[at.weekday()]} {MONTHS[at.month - 1]} {at.day} {_clock(at)} {_zone(at)}"

    def day(self, ms: int) -> str:
        """`09/06/2024`."""
        return f"{self.moment(ms):%m/%d/%Y}"

    def offset_time(self, ms: int) -> str:
        """`2024-09-03T12:47:01.123-07:00`."""
        return self.moment(ms).isoformat(timespec="milliseconds")

    def named(self, ms: int) -> str:
        """`Aug 30 2022 13:06 Pacific/Marquesas`."""
        at = self.moment(ms)
        return f"{MONTHS[at.month - 1]} {at.day} {at.year} {at:%H:%M} {self.name}"

    def long_day(self, ms: int) -> str:
        """`Thu May 13 2021, 03:00 PM`."""
        at = self.moment(ms)
        half = "PM" if at.hour // 12 else "AM"
        date = f"{DAYS[at.weekday()]} {MONTHS[at.month - 1]} {at.day:02d} {at.year}"
        return f"{date}, {at.hour % 12 or 12:02d}:{at.minute:02d} {half}"


def known_zone(name: str) -> Zone:
    """The zone with an IANA name.

    Raises:
        ValueError: if there is none.
    """
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError) as error:
        msg = f"not a known IANA time zone: {name!r}"
        raise ValueError(msg) from error
    return Zone(name=name)


def iso(ms: int) -> str:
    """`2024-09-03T19:47:01.123Z`."""
    text = datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def ago(ms: int, *, now_ms: int) -> str:
    """`Today`, `1 day ago`, `2 days ago`: text that changes from day to day."""
    days = max(0, (now_ms - ms) // DAY_MS)
    if days == 0:
        return "Today"
    return "1 day ago" if days == 1 else f"{days} days ago"


def _clock(at: datetime) -> str:
    half = "PM" if at.hour // 12 else "AM"
    return f"{at.hour % 12 or 12}:{at.minute:02d} {half}"


def _zone(at: datetime) -> str:
    name = at.tzname() or "UTC"
    return name if name.isalpha() else _offset(at.utcoffset() or timedelta())


def _offset(offset: timedelta) -> str:
    minutes = int(offset.total_seconds()) // 60
    sign = "-" if minutes < 0 else "+"
    return f"GMT{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
