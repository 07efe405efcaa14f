"""The three limits of an account: requests a second, requests a day, logins an hour.

Documented are the numbers (REF api-overview). How they are counted is not: sliding windows,
a UTC day, and token requests counted like any other are guesses.
"""

from collections import deque
from dataclasses import dataclass, fields, replace
from datetime import date

from tap_acton.simulator.clock import Clock


class SlidingWindow:
    """Admits at most `limit` events in any window of `seconds`."""

    def __init__(self, *, seconds: float) -> None:
        """Start empty."""
        self._seconds = seconds
        self._times: deque[float] = deque()

    def used(self, now_s: float) -> int:
        """Events inside the window that ends now."""
        while self._times and self._times[0] <= now_s - self._seconds:
            self._times.popleft()
        return len(self._times)

    def admit(self, now_s: float, *, limit: int, count_rejected: bool) -> bool:
        """Admit an event, and remember it if it was admitted or if rejected ones count too."""
        used = self.used(now_s)
        admitted = not limit or used < limit
        if admitted or count_rejected:
            self._times.append(now_s)
        return admitted


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """The numbers in force; 0 means no limit."""

    requests_per_second: int
    daily_requests: int
    logins_per_hour: int
    count_rejected: bool


class Limits:
    """Counts what one account uses."""

    def __init__(self, rules: Rules, clock: Clock) -> None:
        """Start with nothing used."""
        self._rules = rules
        self._clock = clock
        self._second = SlidingWindow(seconds=1.0)
        self._hour = SlidingWindow(seconds=3600.0)
        self._day = clock.today()
        self._used_today = 0

    @property
    def rules(self) -> Rules:
        """The numbers in force."""
        return self._rules

    def change(self, **numbers: int) -> None:
        """Replace numbers by name; `used_today` sets what the day has used so far.

        Raises:
            ValueError: if a name is not one of the rules, or a number negative.
        """
        if any(number < 0 for number in numbers.values()):
            msg = "a limit is a number from 0"
            raise ValueError(msg)
        used = numbers.pop("used_today", None)
        unknown = set(numbers) - {rule.name for rule in fields(Rules)}
        if unknown:
            msg = f"unknown limit: {', '.join(sorted(unknown))}"
            raise ValueError(msg)
        self._rules = replace(self._rules, **numbers)  # type: ignore[arg-type]  # names checked
        if used is not None:
            self._day, self._used_today = self._clock.today(), used

    def admit_request(self) -> bool:
        """Count a request, unless the second or the day is full."""
        rejected_too = self._rules.count_rejected
        now_s = self._clock.monotonic_s()
        if not self._day_has_room():
            self._used_today += rejected_too
            return False
        limit = self._rules.requests_per_second
        admitted = self._second.admit(now_s, limit=limit, count_rejected=rejected_too)
        self._used_today += admitted or rejected_too
        return admitted

    def admit_login(self) -> bool:
        """Count a password or code grant, unless the hour is full."""
        return self._hour.admit(
            self._clock.monotonic_s(),
            limit=self._rules.logins_per_hour,
            count_rejected=self._rules.count_rejected,
        )

    def used(self) -> dict[str, int]:
        """What is used up of each limit."""
        now_s = self._clock.monotonic_s()
        self._turn_day(self._clock.today())
        return {
            "used_this_second": self._second.used(now_s),
            "used_today": self._used_today,
            "logins_this_hour": self._hour.used(now_s),
        }

    def _day_has_room(self) -> bool:
        self._turn_day(self._clock.today())
        limit = self._rules.daily_requests
        return not limit or self._used_today < limit

    def _turn_day(self, today: date) -> None:
        if today != self._day:
            self._day, self._used_today = today, 0
