"""The report of a message, counted from its events."""

from collections.abc import Iterable
from typing import Final

from tap_acton.simulator.timetext import ago
from tap_acton.simulator.world.events import Event
from tap_acton.simulator.world.message import Message

# Fields that `World.set_report` may set (SPEC get-message-report).
REPORT_FIELDS: Final = frozenset(
    {
        "status", "sent", "delivered", "bounced", "hardBounced", "softBounced", "opened",
        "effectiveopened", "clicked", "notsent", "notopened", "optout", "spam", "lastOpenTS",
        "lastClickTS", "rebroadcast", "rebroadcastClick", "subject", "title", "sentto",
        "suppressedon",
    }
)  # fmt: skip


def make_report(message: Message, events: Iterable[Event], *, now_ms: int) -> dict[str, object]:
    """The report, with the fields of the example in SPEC get-message-report.

    `opened`, `clicked` and `notsent` are pairs of unique and total numbers; those about opens
    and clicks are missing where there was none (guess).
    """
    by_verb: dict[str, list[Event]] = {}
    for event in events:
        by_verb.setdefault(event.verb, []).append(event)
    return {
        "status": "ok",
        **_counts(by_verb),
        **_last("lastOpen", by_verb.get("OPENED", []), now_ms=now_ms),
        **_last("lastClick", by_verb.get("CLICKED", []), now_ms=now_ms),
        "rebroadcast": 0,
        "rebroadcastClick": 0,
        "msgId": message.id,
        "subject": message.subject,
        "title": message.title,
        "sentto": list(message.sent_to),
        "suppressedon": [],
    }


def _counts(by_verb: dict[str, list[Event]]) -> dict[str, object]:
    sent = by_verb.get("SENT", [])
    bounced = by_verb.get("BOUNCED", [])
    hard = sum(event.data == "HARD" for event in bounced)
    opened = _pair(by_verb.get("OPENED", []))
    return {
        "sent": len(sent),
        "delivered": len(sent) - len(bounced),
        "bounced": len(bounced),
        "hardBounced": hard,
        "softBounced": len(bounced) - hard,
        "opened": opened,
        "effectiveopened": [0, 0],
        "clicked": _pair(by_verb.get("CLICKED", [])),
        "notsent": _pair(by_verb.get("SUPPRESSED", [])),
        "notopened": len(sent) - len(bounced) - opened[0],
        "optout": len(by_verb.get("OPT_OUT", [])),
        "spam": len(by_verb.get("SPAM", [])),
    }


def _pair(events: list[Event]) -> list[int]:
    return [len({event.recipient.record_id for event in events}), len(events)]


def _last(name: str, events: list[Event], *, now_ms: int) -> dict[str, object]:
    if not events:
        return {}
    ts_ms = max(event.ts_ms for event in events)
    return {name: ago(ts_ms, now_ms=now_ms), f"{name}TS": ts_ms}
