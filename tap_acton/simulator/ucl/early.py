"""The generation of 2022 (HC): tables of contacts by heading.

Whether it still answers is unknown: an option.
"""

from collections.abc import Sequence
from typing import Final

from tap_acton.simulator.csvtext import csv_reply
from tap_acton.simulator.history import history, months_ago_ms
from tap_acton.simulator.routing import Call
from tap_acton.simulator.ucl.common import MOST, invalid, missing, route
from tap_acton.simulator.ucl.contact_json import cell
from tap_acton.simulator.wire import Reply, json_reply
from tap_acton.simulator.world.contact_fields import CREATED, FIELDS, UPDATED, ContactField
from tap_acton.simulator.world.contact_segments import ContactSegment
from tap_acton.simulator.world.contacts import Contact, contact_number

BASE: Final = "/ucl/v2/segment"
_PAGE_SIZE: Final = 100
# ObjectType first and the dates last, as in both examples; ids of other systems are left out
# (guess), and so are hidden columns.
_COLUMNS: Final = (
    *(
        each
        for each in FIELDS
        if not each.hidden
        and each.key not in {"externalId", "legacyRecordId", "createdDate", "updatedDate"}
    ),
    CREATED,
    UPDATED,
)


def segment(call: Call) -> Reply:
    """A page of the contacts of a segment.

    Ids come in `rowIds` alone. That the map has the order of the rows, that these stand in
    `data`, that `Search` looks for a text in any cell, and that an unknown column is refused,
    are guesses.
    """
    found = call.world.contact_segments.get(call.names["segmentId"])
    if found is None:
        raise missing()
    columns, rows = _asked_columns(call), _searched(call, found)
    size = min(call.number("pageSize", _PAGE_SIZE), MOST)
    number = call.number("pageNumber", 0)
    some = rows[number * size : (number + 1) * size]
    headings = [each.name for each in columns]
    cells = [_cells(call, each, columns) for each in some]
    if call.param("responseFormat").upper() == "CSV":
        return csv_reply(headings, cells)
    return json_reply(
        {
            "id": found.id,
            "pageNumber": number,
            "pageSize": size,
            "search": call.param("Search"),
            "headers": headings,
            "totalCount": len(rows),
            "rowIds": {each.id: contact_number(each.id) for each in some},
            "data": cells,
        }
    )


def lookup(call: Call) -> Reply:
    """The first contact with an address or a cookie, by heading; a miss is a 404 (guess)."""
    world = call.world
    if call.param("cookieid"):
        found = world.contacts.by_cookie(call.param("cookieid"))
    else:
        found = next(iter(world.contacts.by_email(call.param("email"))), None)
    if found is None:
        raise missing()
    # Of columns with equal names the first one counts (guess).
    cells: dict[str, str] = {}
    for column, text in zip(_COLUMNS, _cells(call, found, _COLUMNS), strict=True):
        cells.setdefault(column.name, text)
    return json_reply({"contactID": found.id, **cells})


def activity(call: Call) -> Reply:
    """What a contact did since the first day of the month so many `months` ago, default 0."""
    contact = call.world.contacts.get(call.param("contactid"))
    if contact is None:
        raise missing()
    since_ms = months_ago_ms(call, call.number("months", 0))
    return json_reply(history(call, contact.id, contact.created_ms, since_ms=since_ms))


def opt_outs(call: Call) -> Reply:
    """A page, counted from 1, of the contacts whose address is on the opt-out list.

    `count` is the size of the page, however few rows it has, as in the example; `hasNextPage`
    is right, which in the example it is not (guess).
    """
    rows = list(_opted_out(call))
    size = min(call.number("pageSize", _PAGE_SIZE), MOST)
    number = call.number("pageNumber", 1)
    start = max(0, number - 1) * size
    headings = ("_contact_id_", "Timestamp", "Origin", *(each.name for each in _COLUMNS))
    return json_reply(
        {
            "listId": "t",
            "headers": headings,
            "search": None,
            "offset": number,
            "data": rows[start : start + size],
            "hasNextPage": start + size < len(rows),
            "count": size,
            "totalCount": len(rows),
        }
    )


def _searched(call: Call, segment: ContactSegment) -> Sequence[Contact]:
    search = call.param("Search").lower()
    return [
        each
        for each in call.world.contact_segments.contacts(segment, call.options.order)
        if any(search in text.lower() for text in _cells(call, each, _COLUMNS))
    ]


def _opted_out(call: Call) -> Sequence[Sequence[str]]:
    zone = call.options.zone
    return [
        (contact.id, zone.long_day(row.timestamp_ms), row.origin, *_cells(call, contact, _COLUMNS))
        for row in call.world.suppressed("optout")
        for contact in call.world.contacts.by_email(row.email)
    ]


def _asked_columns(call: Call) -> Sequence[ContactField]:
    names = call.param("columns")
    if not names:
        return _COLUMNS
    by_name = {each.name: each for each in reversed(_COLUMNS)}
    asked = names.split(";")
    if unknown := [name for name in asked if name not in by_name]:
        raise invalid(f"Unknown column: {unknown[0]}")
    return [by_name[name] for name in asked]


def _cells(call: Call, contact: Contact, columns: Sequence[ContactField]) -> Sequence[str]:
    zone = call.options.zone
    return [cell(zone, contact, each, dates="words") for each in columns]


ROUTES = (
    route(
        f"{BASE}/contacts/{{accountId}}/list/{{segmentId}}",
        segment,
        "HC 8368580743575; rows: guess",
    ),
    route(f"{BASE}/contacts/{{accountId}}/lookup", lookup, "HC of 2022, as REF 12.2; miss: guess"),
    route(
        f"{BASE}/contacts/{{accountId}}/activity", activity, "HC of 2022, as REF 12; miss: guess"
    ),
    route(f"{BASE}/{{accountId}}/optout", opt_outs, "HC 8367779068311"),
)
