"""Reports of messages: of one message, its drill-downs, and the days of a month."""

from typing import Final

from tap_acton.simulator.api1.paging import page, window
from tap_acton.simulator.api1.rollup import month_report
from tap_acton.simulator.csvtext import csv_reply
from tap_acton.simulator.envelopes import refuse
from tap_acton.simulator.routing import Call, Route
from tap_acton.simulator.timetext import Zone
from tap_acton.simulator.wire import Reply, json_reply
from tap_acton.simulator.world.events import VERBS, Event
from tap_acton.simulator.world.message import Message

# "Clickthrough" is documented, the other words are guesses.
_ACTIONS: Final = {
    "SENT": "Sent", "SUPPRESSED": "Suppressed", "OPENED": "Opened", "CLICKED": "Clickthrough",
    "BOUNCED": "Bounced", "OPT_OUT": "Opted out", "SPAM": "Reported as spam",
}  # fmt: skip


def report(call: Call) -> Reply:
    """The report of one message."""
    message = _message(call, status=400)
    now_ms = call.world.clock.now_ms()
    return json_reply(call.world.mailbox.report(message, now_ms=now_ms))


def drilldown(call: Call) -> Reply:
    """The events of one message and verb; rows have no id, and one person may have several.

    The fields of CLICKED are documented (HC 1500002887621), those of the others a guess.
    """
    verb = call.names["drilldown"]
    if verb not in VERBS:
        raise refuse(10089)
    message = _message(call, status=404)
    zone = call.options.zone
    rows = [_row(event, zone) for event in call.world.mailbox.events(message) if event.verb == verb]
    if call.param("responseformat").upper() == "CSV":
        return _as_csv(call, rows)
    return json_reply(page(call, rows))


def month(call: Call) -> Reply:
    """The days of a month, `period=YYMM`."""
    return json_reply(month_report(call, call.request.query.get("period")))


def _message(call: Call, *, status: int) -> Message:
    message = call.world.mailbox.get(call.names["id"])
    if message is None or not message.has_report:
        raise refuse(10030, status=status)
    return message


def _row(event: Event, zone: Zone) -> dict[str, object]:
    device = {"os": event.os, "ip": event.ip, "browser": event.browser} if event.ip else {}
    return {
        "listid": event.recipient.list_id,
        "data": event.data,
        **device,
        "name": event.recipient.name,
        "action": _ACTIONS[event.verb],
        "when": zone.minute(event.ts_ms),
        "recid": event.recipient.record_id,
        "email": event.recipient.email,
        "ts": event.ts_ms,
        **({"linkURI": event.link} if event.link else {}),
    }


def _as_csv(call: Call, rows: list[dict[str, object]]) -> Reply:
    asked = window(call, default=None, most=None)
    headings = list(rows[0]) if rows else []
    return csv_reply(headings, [[str(cell) for cell in row.values()] for row in asked.cut(rows)])


ROUTES = (
    Route(
        method="GET",
        path="/api/1/message/report",
        handler=month,
        source="SPEC get-message-report-by-time-period",
    ),
    Route(
        method="GET",
        path="/api/1/message/{id}/report",
        handler=report,
        source="SPEC get-message-report, HC 360063318433",
    ),
    Route(
        method="GET",
        path="/api/1/message/{id}/report/{drilldown}",
        handler=drilldown,
        source="SPEC get-message-report-drilldown, HC 1500002887621",
    ),
)
