"""The download of one list, as JSON by pages or as CSV at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tap_acton.simulator.api1.csvtext import csv_reply
from tap_acton.simulator.api1.paging import MOST, window
from tap_acton.simulator.envelopes import refuse
from tap_acton.simulator.routing import Call, Route
from tap_acton.simulator.wire import Reply, json_reply
from tap_acton.simulator.world.contact_list import ContactList, Row, Segment

if TYPE_CHECKING:
    from collections.abc import Callable

ID_HEADING: Final = "_contact_id_"
# "255 fields" (HC 360063284973); that more are cut off, ids and dates counted, is a guess.
JSON_COLUMNS: Final = 255
_FOREVER_MS: Final = 10**15


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """Headings and rows as they go out; `email_column` counts the id column too."""

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    email_column: int

    def narrowed(self, width: int) -> "Table":
        """The first columns."""
        if len(self.headings) <= width:
            return self
        return Table(
            headings=self.headings[:width],
            rows=[row[:width] for row in self.rows],
            email_column=self.email_column,
        )


def download(call: Call) -> Reply:
    """The rows of a list or (INFERRED) of a segment."""
    found = call.world.find(call.names["listid"])
    if found is None:
        raise refuse(10004)
    as_csv = call.param("responseformat").upper() == "CSV"
    # CSV "can return the entire list"; its count has no ceiling (guess).
    asked = window(call, default=None, most=None) if as_csv else window(call, default=MOST)
    rows = _matching(call, *found)
    some = asked.cut(rows)
    table = _table(call, found[0], some)
    if as_csv:
        return csv_reply(table.headings, table.rows)
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


def _table(call: Call, found: ContactList, rows: Sequence[Row]) -> Table:
    dated = call.param("datequalifiers").lower() == "true"
    if call.param("fields"):
        if dated:
            # "cannot be used in conjunction" (SPEC download-list); the reply is a guess.
            raise refuse(10010)
        return _chosen(call.param("fields").split(";"), found, rows)
    table = _whole(found, rows)
    return _with_dates(call, table, rows) if dated else table


def _whole(found: ContactList, rows: Sequence[Row]) -> Table:
    return Table(
        headings=(ID_HEADING, *found.facts.headings),
        rows=[(row.id, *row.cells) for row in rows],
        email_column=found.facts.email_column + 1 if found.facts.email_column >= 0 else -1,
    )


def _chosen(names: Sequence[str], found: ContactList, rows: Sequence[Row]) -> Table:
    # Ids stay, columns come in the order asked for, equal headings all come, and an unknown
    # one is refused with 10010: guesses.
    headings = found.facts.headings
    columns = [at for name in names for at, heading in enumerate(headings) if heading == name]
    if not set(names) - {ID_HEADING} <= set(headings):
        raise refuse(10010)
    email = found.facts.email_column
    return Table(
        headings=(ID_HEADING, *(headings[at] for at in columns)),
        rows=[(row.id, *(row.cells[at] for at in columns)) for row in rows],
        email_column=columns.index(email) + 1 if email in columns else -1,
    )


def _with_dates(call: Call, table: Table, rows: Sequence[Row]) -> Table:
    # SPEC: created_date, modified_date; OLD and HC: with two underscores. Place: guess.
    marks = "__" if call.options.date_headings == "underscored" else ""
    # The format of the values is unknown: an option.
    zone = call.options.zone
    writers: dict[str, Callable[[int], str]] = {
        "ms": str,
        "second": zone.second,
        "minute": zone.minute,
    }
    write = writers[call.options.date_values]
    return Table(
        headings=(*table.headings, f"{marks}created_date", f"{marks}modified_date"),
        rows=[
            (*cells, write(row.created_ms), write(row.modified_ms))
            for cells, row in zip(table.rows, rows, strict=True)
        ],
        email_column=table.email_column,
    )


ROUTES = (
    Route(
        method="GET",
        path="/api/1/list/{listid}",
        handler=download,
        source="SPEC download-list, HC 360063284973; units: OLD download-a-list",
    ),
)
