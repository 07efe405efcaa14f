"""The download of one list, as JSON by pages or as CSV at once."""

from collections.abc import Sequence
from typing import Final

from tap_acton.simulator.api1.list_table import make_table
from tap_acton.simulator.api1.paging import MOST, Window, window
from tap_acton.simulator.csvtext import csv_reply
from tap_acton.simulator.envelopes import gateway_error, refuse
from tap_acton.simulator.routing import Call, Route
from tap_acton.simulator.wire import Reply, json_reply
from tap_acton.simulator.world.contact_list import ContactList, Row, Segment

# "255 fields" (HC 360063284973); that more are cut off, ids and dates counted, is a guess.
JSON_COLUMNS: Final = 255
_FOREVER_MS: Final = 10**15


def download(call: Call) -> Reply:
    """The rows of a list or (INFERRED) of a segment."""
    found = call.world.find(call.names["listid"])
    if found is None:
        raise refuse(10004)
    as_csv = call.param("responseformat").upper() == "CSV"
    rows = _matching(call, *found)
    if as_csv:
        return _as_csv(call, found[0], _csv_window(call).cut(rows))
    asked = window(call, default=MOST)
    some = asked.cut(rows)
    table = make_table(call, found[0], some)
    table = table.narrowed(JSON_COLUMNS)
    return json_reply(
        {
            "listId": call.names["listid"],
            "offset": asked.offset,
            "count": len(some),
            "totalCount": len(rows),
            "emailColumn": table.email_column,
            "headers": table.headings,
            "data": table.rows,
        }
    )


def _csv_window(call: Call) -> Window:
    # CSV "can return the entire list" (HC 360063284973). Whether count and offset hold then is
    # unknown: an option. That its count has no ceiling is a guess.
    behaviour, most = call.options.csv_download, call.options.csv_most
    if behaviour == "whole":
        return Window(offset=0, count=None)
    if behaviour == "capped":
        return Window(offset=0, count=min(call.number("count", most), most))
    if behaviour == "limited":
        return window(call, default=most, most=most)
    return window(call, default=None, most=None)


def _as_csv(call: Call, found: ContactList, rows: Sequence[Row]) -> Reply:
    if len(rows) > call.options.csv_most:
        # That a large CSV is refused, or not ready in time, is a guess, and so are the replies.
        if call.options.csv_download == "refused":
            raise refuse(10010)
        if call.options.csv_download == "late":
            return gateway_error(504)
    table = make_table(call, found, rows, dates=call.options.csv_dates)
    # Whether a table as CSV has ids and dates is unknown: an option.
    if call.options.csv_download == "no_ids":
        table = table.without_ids()
    if call.options.csv_download == "no_dates":
        table = table.without_dates()
    return csv_reply(table.headings, table.rows)


def _matching(call: Call, found: ContactList, segment: Segment | None) -> Sequence[Row]:
    rows = found.view(call.options.order)
    if segment:
        rows = [row for row in rows if segment.holds(row)]
    if not {"modbefore", "modafter", "createdbefore", "createdafter"} & set(call.request.query):
        return rows
    # In milliseconds (OLD download-a-list). Limits are left out, and totalCount counts what
    # is left: both guesses.
    modified = call.number("modafter", -1), call.number("modbefore", _FOREVER_MS)
    created = call.number("createdafter", -1), call.number("createdbefore", _FOREVER_MS)
    return [
        row
        for row in rows
        if modified[0] < row.modified_ms < modified[1] and created[0] < row.created_ms < created[1]
    ]


ROUTES = (
    Route(
        method="GET",
        path="/api/1/list/{listid}",
        handler=download,
        source="SPEC download-list, HC 360063284973; units: OLD download-a-list",
    ),
)
