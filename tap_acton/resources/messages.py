"""Messages and their reports."""

from __future__ import annotations

from typing import Any

from tap_acton.resources.convert import Type
from tap_acton.resources.model import (
    NOWHERE,
    RAW_COLUMN,
    Column,
    Evidence,
    Months,
    Parents,
    Resource,
    Words,
)
from tap_acton.resources.paging import OffsetPaging, OnePage
from tap_acton.resources.rows import Objects, OneObject

__all__ = [
    "EVENTS",
    "MESSAGES",
    "MESSAGE_EVENTS",
    "MESSAGE_REPORTS",
    "MESSAGE_REPORT_DAYS",
    "REPORT_COUNTS",
]

_TYPES = ("SENT", "TRIGGERED", "SCHEDULED", "FAILED", "DRAFT", "TEMPLATE")
_PAIRS = {"opened": "opened", "effectiveopened": "effective_opened", "clicked": "clicked"}


def _sent_once(row: dict[str, Any]) -> dict[str, Any]:
    """Give a message that went out once its date under a name of its own."""
    if row["type"] != "SENT":
        return row
    return {**row, "sent_at": row.get("timeStamp", row.get("timestamp"))}


MESSAGES = Resource(
    name="messages",
    table="Messages",
    path="/api/1/message",
    doc="https://developer.act-on.com/hc/en-us/articles/1500004067522-Get-List-of-Messages",
    evidence=Evidence.DOCUMENTED,
    description="Messages of all six types. Two generations of the API name their fields "
    "differently; both are read",
    shape=Objects("msgresult"),
    paging=OffsetPaging(),
    bind=(Words(variable="type", words=_TYPES),),
    keys=("id",),
    reshape=_sent_once,
    columns=(
        Column(name="id", source=("msgId", "msg_id")),
        Column(name="type", description="The type under which the message is listed"),
        Column(name="title", source=("title", "name")),
        Column(
            name="timestamp",
            type=Type.MOMENT,
            source=("timeStamp", "timestamp"),
            description="When it was sent, or last changed",
        ),
        Column(
            name="sent_at",
            type=Type.MOMENT,
            description="When it was sent; empty for messages that are sent again and again",
        ),
        Column(name="time_when", source=("timeWhen", "time_when"), description="Without a year"),
        Column(name="folder_name", source=("folderName", "folder_name")),
        Column(name="msg_type", source=("msgType", "msg_type")),
        Column(name="sender_id", source=("senderId", "sender_id")),
        Column(name="sender_name", source=("senderName", "sender_name")),
        Column(name="sender_email", source=("senderEmail", "sender_email")),
        Column(name="is_text_only", type=Type.BOOLEAN, source=("isTextOnly", "is_text_only")),
    ),
)


def _pairs_apart(row: dict[str, Any]) -> dict[str, Any]:
    """Give the numbers of [unique, total] a name each."""
    apart = dict(row)
    for key, name in _PAIRS.items():
        pair = row.get(key)
        if isinstance(pair, list) and len(pair) == len(("unique", "total")):
            apart[f"{name}_unique"], apart[f"{name}_total"] = pair
        else:
            apart[f"{name}_total"] = pair
    return apart


MESSAGE_REPORTS = Resource(
    name="message_reports",
    table="Reports",
    path="/api/1/message/{message_id}/report",
    doc="https://developer.act-on.com/hc/en-us/articles/360063318433-Get-Message-Report",
    evidence=Evidence.DOCUMENTED,
    description="Counts of what became of each sent or triggered message. They keep moving",
    shape=OneObject(),
    paging=OnePage(),
    bind=(
        Parents(
            resource="messages",
            take={"message_id": "id"},
            carry={"sent_at": "sent_at"},
            among={"type": ("SENT", "TRIGGERED")},
        ),
    ),
    keys=("message_id",),
    replication_key="sent_at",
    reshape=_pairs_apart,
    columns=(
        Column(name="message_id"),
        Column(
            name="sent_at",
            type=Type.MOMENT,
            description="When the message was sent; empty for triggered ones",
        ),
        Column(name="title"),
        Column(name="subject"),
        Column(name="status"),
        Column(name="sent", type=Type.INTEGER),
        Column(
            name="delivered",
            type=Type.INTEGER,
            description="Unreliable: Act-On calls it deprecated, and still fills it at times",
        ),
        Column(name="bounced", type=Type.INTEGER),
        Column(name="hard_bounced", type=Type.INTEGER, source=("hardBounced",)),
        Column(name="soft_bounced", type=Type.INTEGER, source=("softBounced",)),
        Column(name="opened_unique", type=Type.INTEGER),
        Column(name="opened_total", type=Type.INTEGER),
        Column(name="effective_opened_unique", type=Type.INTEGER),
        Column(name="effective_opened_total", type=Type.INTEGER),
        Column(name="clicked_unique", type=Type.INTEGER),
        Column(name="clicked_total", type=Type.INTEGER),
        Column(name="not_opened", type=Type.INTEGER, source=("notopened",)),
        Column(
            name="not_sent",
            type=Type.JSON,
            source=("notsent",),
            description="Two numbers; no document says what each counts",
        ),
        Column(name="opt_out", type=Type.INTEGER, source=("optout",)),
        Column(name="spam", type=Type.INTEGER),
        Column(name="last_open", type=Type.MOMENT, source=("lastOpenTS",)),
        Column(name="last_click", type=Type.MOMENT, source=("lastClickTS",)),
        Column(name="rebroadcast", type=Type.INTEGER),
        Column(name="rebroadcast_click", type=Type.INTEGER, source=("rebroadcastClick",)),
        Column(name="sent_to", type=Type.TEXTS, source=("sentto",)),
        Column(name="suppressed_on", type=Type.TEXTS, source=("suppressedon",)),
    ),
)

REPORT_COUNTS = tuple(
    column.name
    for column in MESSAGE_REPORTS.columns
    if column.type in {Type.INTEGER, Type.JSON, Type.MOMENT}
    and column.name not in {"sent_at", "delivered"}
)
"""The columns of a report of which one moves with every event."""

EVENTS = ("SENT", "SUPPRESSED", "OPENED", "CLICKED", "BOUNCED", "OPT_OUT", "SPAM")

MESSAGE_EVENTS = Resource(
    name="message_events",
    table="DrilldownReports",
    path="/api/1/message/{message_id}/report/{event}",
    doc="https://developer.act-on.com/hc/en-us/articles/1500002887621-Get-Message-Report-Drilldown",
    evidence=Evidence.INFERRED,
    description="What became of each message, recipient by recipient. Documented for clicks; the "
    "other events are read in the same form",
    shape=Objects("result"),
    paging=OffsetPaging(),
    bind=(
        Parents(
            resource="messages",
            take={"message_id": "id"},
            carry={"sent_at": "sent_at"},
            among={"type": ("SENT", "TRIGGERED")},
        ),
        Words(variable="event", words=EVENTS),
    ),
    keys=("id",),
    replication_key="sent_at",
    columns=(
        Column(
            name="id",
            source=NOWHERE,
            made_of=(
                *("message_id", "event", "list_id", "record_id", "email"),
                *("timestamp", "data", "action", "link", "ip"),
            ),
            description="Made of the event: Act-On gives it none",
        ),
        Column(name="message_id"),
        Column(
            name="sent_at",
            type=Type.MOMENT,
            description="When the message was sent; empty for triggered ones",
        ),
        Column(name="event", description="SENT, SUPPRESSED, OPENED, CLICKED, BOUNCED, …"),
        Column(name="timestamp", type=Type.MOMENT, source=("ts",)),
        Column(name="when", description="The same as a text, in the account's time zone"),
        Column(name="email"),
        Column(name="name"),
        Column(name="list_id", source=("listid",)),
        Column(name="record_id", source=("recid",)),
        Column(name="action"),
        Column(name="data"),
        Column(name="link", source=("linkURI",)),
        Column(name="ip"),
        Column(name="os"),
        Column(name="browser"),
        RAW_COLUMN,
    ),
)


def _dated(row: dict[str, Any]) -> dict[str, Any]:
    """Give a day of a month its date: the reply has neither year nor month."""
    period, day = row["period"], row.get("dayOfMonth")
    return {**row, "date": f"20{period[:2]}-{period[2:]}-{int(day):02d}" if day else None}


MESSAGE_REPORT_DAYS = Resource(
    name="message_report_days",
    table="ReportsByPeriod",
    path="/api/1/message/report",
    doc="https://developer.act-on.com/reference/get_api-1-message-report",
    evidence=Evidence.DOCUMENTED,
    description="Counts of all messages by day, from the month of the first message on",
    shape=Objects("counts"),
    paging=OnePage(),
    bind=(
        Months(
            variable="period",
            resource="messages",
            column="sent_at",
            date="date",
            among={"type": ("SENT",)},
        ),
    ),
    keys=("date",),
    replication_key="date",
    reshape=_dated,
    columns=(
        Column(
            name="date",
            type=Type.MOMENT,
            description="The day, as its midnight in UTC; days are those of the account's time "
            "zone (inferred)",
        ),
        Column(
            name="day_of_week", type=Type.INTEGER, source=("dayOfWeek",), description="1 is Sunday"
        ),
        Column(name="sent", type=Type.INTEGER),
        Column(name="opened", type=Type.INTEGER),
        Column(name="clicked", type=Type.INTEGER),
        Column(name="bounced", type=Type.INTEGER),
        Column(name="hard_bounced", type=Type.INTEGER, source=("hardBounced",)),
        Column(name="soft_bounced", type=Type.INTEGER, source=("softBounced",)),
        Column(name="opted_out", type=Type.INTEGER, source=("optedOut",)),
    ),
)
