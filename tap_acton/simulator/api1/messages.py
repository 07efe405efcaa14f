"""The listing of messages, in the row shape of 2024 or of the years before; their content."""

from html import escape

from tap_acton.simulator.api1.paging import window
from tap_acton.simulator.envelopes import refuse
from tap_acton.simulator.routing import Call, Route
from tap_acton.simulator.timetext import Zone
from tap_acton.simulator.wire import HTML, Reply, json_reply
from tap_acton.simulator.world.message import SENT, Message


def listing(call: Call) -> Reply:
    """A page of the messages of one type.

    Without a type the sent ones come, an unknown type is empty, and rows of the types other
    than SENT look like theirs: guesses.
    """
    asked = window(call)
    messages = call.world.mailbox.of_type((call.param("type") or SENT).upper())
    some = asked.cut(messages)
    rows = [_row(call, message, asked.offset + at) for at, message in enumerate(some)]
    return json_reply(
        {
            "count": len(rows),
            "totalCount": len(messages),
            "offset": asked.offset,
            "msgresult": rows,
            "id": 0,
        }
    )


def _row(call: Call, message: Message, position: int) -> dict[str, object]:
    shape = call.options.message_shape
    # `mixed` alternates, to catch clients that judge all rows by the first.
    if shape == "2019" or (shape == "mixed" and position % 2):
        return _row_2019(message, call.options.zone)
    return _row_2024(message, call.options.zone)


def _row_2024(message: Message, zone: Zone) -> dict[str, object]:
    """As in SPEC get-message-list: `timeStamp` is text, and so is `isTextOnly`."""
    return {
        "name": message.title,
        "msgId": message.id,
        "msgType": message.type,
        "timeStamp": str(message.ts_ms),
        "timeWhen": zone.weekday(message.ts_ms),
        "senderName": message.sender.name,
        "senderId": message.sender.id,
        "isTextOnly": "false",
        "senderEmail": message.sender.email,
    }


def _row_2019(message: Message, zone: Zone) -> dict[str, object]:
    """As in HC 1500004067522: `timestamp` is a number."""
    return {
        "title": message.title,
        "msg_id": message.id,
        "time_when": zone.weekday(message.ts_ms),
        "sender_name": message.sender.name,
        "sender_id": message.sender.id,
        "is_text_only": "false",
        "timestamp": message.ts_ms,
        "sender_email": message.sender.email,
    }


def content(call: Call) -> Reply:
    """A message as one of its recipients sees it, as a page.

    That it is a page, personal for a known record, and that an unknown one is refused, are
    guesses.
    """
    message = call.world.mailbox.get(call.names["id"])
    if message is None:
        raise refuse(10030, status=404)
    record_id = call.names["recid"]
    found = call.world.find(record_id.partition(":")[0])
    row = found[0].get(record_id) if found else None
    if row is None:
        raise refuse(10008)
    name, subject = (escape(text) for text in (row.cells[0] if row.cells else "", message.subject))
    text = f"<title>{subject}</title></head><body><p>Dear {name},</p><h1>{subject}</h1>"
    page = f"<!DOCTYPE html><html><head>{text}</body></html>"
    return Reply(body=page.encode(), content_type=HTML)


ROUTES = (
    Route(
        method="GET",
        path="/api/1/message",
        handler=listing,
        source="SPEC get-message-list, HC 1500004067522",
    ),
    Route(
        method="GET",
        path="/api/1/message/{id}/{recid}",
        handler=content,
        source="guess; path: SPEC get-message-html-contents",
    ),
)
