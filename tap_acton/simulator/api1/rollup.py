"""The report of a month: one row a day, summed over the messages sent on that day."""

from calendar import monthrange
from collections import Counter
from datetime import date
from typing import Final

from tap_acton.simulator.envelopes import refuse
from tap_acton.simulator.routing import Call
from tap_acton.simulator.timetext import MONTH_NAMES
from tap_acton.simulator.world.message import SENT, Message

# Field of the row, and the drill-down verb that it counts.
_COUNTED: Final = {
    "optedOut": "OPT_OUT",
    "opened": "OPENED",
    "bounced": "BOUNCED",
    "clicked": "CLICKED",
    "sent": "SENT",
}


def month_report(call: Call, period: str | None) -> dict[str, object]:
    """`{"month":"September 2024","counts":[…]}` (SPEC get-message-report-by-time-period).

    Without a period the current month counts (guess); of the current month only the days so
    far come (INFERRED), of a later one none (guess). A day is one of the account's time zone
    (INFERRED).

    Raises:
        RefusedError: 10160 if the period is not `YYMM`.
    """
    today = call.options.zone.moment(call.world.clock.now_ms()).date()
    first = _first_day(f"{today:%y%m}" if period is None else period)
    by_day = _by_day(call, first)
    last = monthrange(first.year, first.month)[1]
    days = (first.replace(day=day) for day in range(1, last + 1))
    rows = [_row(call, day, by_day.get(day, [])) for day in days if day <= today]
    return {"month": f"{MONTH_NAMES[first.month - 1]} {first.year}", "counts": rows}


def _first_day(period: str) -> date:
    try:
        if len(period) != len("YYMM") or not period.isdecimal():
            raise refuse(10160)
        return date(2000 + int(period[:2]), int(period[2:]), 1)
    except ValueError as error:
        raise refuse(10160) from error


def _by_day(call: Call, first: date) -> dict[date, list[Message]]:
    days: dict[date, list[Message]] = {}
    for message in call.world.mailbox.of_type(SENT):
        day = call.options.zone.moment(message.ts_ms).date()
        if (day.year, day.month) == (first.year, first.month):
            days.setdefault(day, []).append(message)
    return days


def _row(call: Call, day: date, messages: list[Message]) -> dict[str, object]:
    events = [event for each in messages for event in call.world.mailbox.events(each)]
    verbs = Counter(event.verb for event in events)
    hard = sum(event.verb == "BOUNCED" and event.data == "HARD" for event in events)
    return {
        "dayOfWeek": day.isoweekday() % 7 + 1,  # 1 is Sunday
        "dayOfMonth": day.day,
        "hardBounced": hard,
        "softBounced": verbs["BOUNCED"] - hard,
        **{name: verbs[verb] for name, verb in _COUNTED.items()},
    }
