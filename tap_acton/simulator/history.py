"""What a contact has done, and its score: `/api/1` and `/ucl/v2` show them in the same shape."""

from datetime import datetime
from typing import Final

from tap_acton.simulator.routing import Call
from tap_acton.simulator.timetext import DAY_MS, MONTHS, ago
from tap_acton.simulator.world.dice import Dice

# Verb, bin, icon and text of activities; only the first is documented, the others are guesses.
_ACTIVITIES: Final = (
    ("fs", "FORM", "silk/application_form_add.png", "Submitted: Example", "form"),
    ("ms", "EMAIL", "silk/email_go.png", "Sent: Monthly Update", "msg"),
    ("mo", "EMAIL", "silk/email_open.png", "Opened: Monthly Update", "msg"),
    ("pv", "PAGE", "silk/page_world.png", "Viewed: Pricing", "page"),
)
_FIRST_YEAR: Final = 1970


def history(call: Call, record_id: str, created_ms: int, *, since_ms: int = 0) -> dict[str, object]:
    """History and score of a record (HC 1500004312282); the odd spelling of names is Act-On's.

    Whatever it does, it does in its first thirty days. Activities before `since_ms` are left out
    of the list; the score counts all of them.
    """
    dice = Dice("facts", record_id)
    now_ms = call.world.clock.now_ms()
    fated = [dice.between(created_ms, created_ms + 30 * DAY_MS) for _ in range(dice.between(0, 6))]
    moments = sorted(ts_ms for ts_ms in fated if ts_ms <= now_ms)
    activities = [(ts, _activity(call, dice, ts, now_ms)) for ts in reversed(moments)]
    return {
        "activity": _score(call, dice, moments),
        "activitylist": [each for ts_ms, each in activities if ts_ms >= since_ms],
    }


def months_ago_ms(call: Call, months: int) -> int:
    """The start of the month so many months before the current one, in the account's zone."""
    now = call.options.zone.moment(call.world.clock.now_ms())
    number = max(_FIRST_YEAR * 12, now.year * 12 + now.month - 1 - months)
    start = datetime(number // 12, number % 12 + 1, 1, tzinfo=now.tzinfo)
    return int(start.timestamp() * 1000)


def _activity(call: Call, dice: Dice, ts_ms: int, now_ms: int) -> dict[str, object]:
    verb, bin_, icon, what, kind = dice.pick(_ACTIVITIES)
    at = call.options.zone.moment(ts_ms)
    return {
        "Bin": bin_,
        "InScoreRange": True,
        "d": str(at.day),
        "WhenMillis": ts_ms,
        "What": what,
        "Verb": verb,
        "m": MONTHS[at.month - 1],
        # Counted by days of the calendar, as "Today" is (guess).
        "ago": str(max(0, (call.options.zone.moment(now_ms).date() - at.date()).days)),
        "Icon": icon,
        "y": f"{at:%y}",
        "Responses": [],
        "id": dice.uuid(),
        "idType": kind,
    }


def _score(call: Call, dice: Dice, moments: list[int]) -> dict[str, object]:
    score = dice.between(0, 100)
    now_ms = call.world.clock.now_ms()
    first = ago(moments[0], now_ms=now_ms).title() if moments else ""
    last = ago(moments[-1], now_ms=now_ms).title() if moments else ""
    detail = {
        "id": "s-0001-2409",
        "idType": "msg",
        "specific": False,
        "profile": False,
        "action": "MESSAGE_SEND",
        "score": score,
    }
    return {
        "lastInbound": last,
        "ScorePeriod": "all time",
        "lastOutbound": last,
        "ScoreDetails": [detail],
        "score": score,
        "entries": [],
        "firstOutbound": first,
        "EntryMonthsAvailable": sorted({f"{call.options.zone.moment(ts):%y%m}" for ts in moments}),
        "HasProfileScore": False,
        "HasScoreSheet": True,
        "HasBehaviorScore": True,
        "firstInbound": first,
    }
