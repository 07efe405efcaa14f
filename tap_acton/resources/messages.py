"""Messages and their reports."""

from __future__ import annotations

from typing import Any

from tap_acton.resources.convert import Type
from tap_acton.resources.model import Column, Evidence, Parents, Resource, Words
from tap_acton.resources.paging import OffsetPaging, OnePage
from tap_acton.resources.rows import Objects, OneObject

__all__ = ["MESSAGES", "MESSAGE_REPORTS"]

_TYPES = ("SENT", "TRIGGERED", "SCHEDULED", "FAILED", "DRAFT", "TEMPLATE")
_PAIRS = {"opened": "opened", "effectiveopened": "effective_opened", "clicked": "clicked"}

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
            variable="message_id",
            resource="messages",
            column="id",
            among={"type": ("SENT", "TRIGGERED")},
        ),
    ),
    keys=("message_id",),
    reshape=_pairs_apart,
    columns=(
        Column(name="message_id"),
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
