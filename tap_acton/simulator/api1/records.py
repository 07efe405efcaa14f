"""Single records: by id, by address, and their history."""

from typing import Final

from tap_acton.simulator.envelopes import refuse
from tap_acton.simulator.routing import Call, Route
from tap_acton.simulator.timetext import MONTHS, ago
from tap_acton.simulator.wire import Reply, json_reply
from tap_acton.simulator.world.contact_list import ContactList, Row
from tap_acton.simulator.world.dice import Dice

# Verb, bin, icon and text of activities; only the first is documented, the others are guesses.
_ACTIVITIES: Final = (
    ("fs", "FORM", "silk/application_form_add.png", "Submitted: Example", "form"),
    ("ms", "EMAIL", "silk/email_go.png", "Sent: Monthly Update", "msg"),
    ("mo", "EMAIL", "silk/email_open.png", "Opened: Monthly Update", "msg"),
    ("pv", "PAGE", "silk/page_world.png", "Viewed: Pricing", "page"),
)


def record(call: Call) -> Reply:
    """One record: a bare array in the order of the list's headings."""
    _, row = _find(call)
    return json_reply([row.id, *row.cells])


def facts(call: Call) -> Reply:
    """History and score of a record; mixed spelling of names is Act-On's own."""
    _, row = _find(call)
    dice = Dice("facts", row.id)
    now_ms = call.world.clock.now_ms()
    moments = sorted(
        dice.between(row.created_ms, row.created_ms + 30 * 86_400_000)
        for _ in range(dice.between(0, 6))
    )
    activities = [_activity(call, dice, ts_ms, now_ms) for ts_ms in reversed(moments)]
    return json_reply({"activity": _score(call, dice, moments), "activitylist": activities})


def lookup(call: Call) -> Reply:
    """The first record of a list with an address, as an object; a miss is a 400 (SPEC)."""
    found = call.world.find(call.names["listid"])
    if found is None:
        raise refuse(10004)
    row = _by_email(found[0], call.param("email")) if call.param("email") else None
    if row is None:
        # 10008 is documented for the deletion of a contact; here it is a guess.
        raise refuse(10008)
    cells = dict(zip(found[0].facts.headings, row.cells, strict=True))
    return json_reply({"contactID": row.id, **cells})


def _find(call: Call) -> tuple[ContactList, Row]:
    found = call.world.find(call.names["listid"])
    row = found[0].get(call.names["recordid"]) if found else None
    if found is None or row is None:
        raise refuse(10004)
    return found[0], row


def _by_email(found: ContactList, email: str) -> Row | None:
    column = found.facts.email_column
    wanted = email.lower()
    return next((row for row in found if row.cells[column].lower() == wanted), None)


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
        "ago": str(max(0, (now_ms - ts_ms) // 86_400_000)),
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


ROUTES = (
    Route(
        method="GET",
        path="/api/1/list/lookup/{listid}",
        handler=lookup,
        source="HC 1500004179441; miss: guess",
    ),
    Route(
        method="GET",
        path="/api/1/list/{listid}/record/{recordid}",
        handler=record,
        source="SPEC get-contact-record",
    ),
    Route(
        method="GET",
        path="/api/1/list/{listid}/record/{recordid}/facts",
        handler=facts,
        source="HC 1500004312282; values: guess",
    ),
)
