"""What an account has of its own, one at a time: lists, segments, contacts, custom objects.

To know what there is takes the listings; to know the columns of a list takes a request for each.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from tap_acton.dynamic import Origin, list_resource, resource_of
from tap_acton.errors import RequestRefusedError, UnexpectedReplyError
from tap_acton.names import stream_names
from tap_acton.own_columns import contact_columns, list_columns, own_columns
from tap_acton.resources.catalog import RESOURCES
from tap_acton.resources.cells import Cells, Rows
from tap_acton.resources.contacts import CONTACT_FIELDS
from tap_acton.resources.custom_objects import CUSTOM_OBJECT_TEMPLATE, CUSTOM_OBJECTS, read_fields
from tap_acton.resources.lists import LISTS, WIDE_LIST, as_csv
from tap_acton.resources.rows import JSON_COLUMNS, read_cut_table
from tap_acton.resources.segments import SEGMENTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tap_acton.page_reader import PageReader
    from tap_acton.resources.binding import Bound
    from tap_acton.resources.model import Column, Record, Resource
    from tap_acton.resources.pages import Params
    from tap_acton.transport.streaming import Body

__all__ = [
    "REFUSED",
    "SAMPLE",
    "Counts",
    "Listed",
    "custom_objects",
    "fields_of_contacts",
    "list_names",
    "listing",
    "one_list",
    "one_segment",
    "question",
    "segment_names",
    "with_segments",
]

logger = logging.getLogger("tap-acton")

REFUSED = (RequestRefusedError, UnexpectedReplyError)
"""What Act-On says of a part that it does not show, or not as it should."""
SAMPLE = 100
"""Rows that tell the types of a list's columns, where somebody wants to know them."""
Counts = dict[str, int | None]
"""How many rows streams have, as far as replies have told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """What the account's listings show: names by id."""

    lists: dict[str, str]
    segments: dict[str, str]
    """Those of lists."""
    of_contacts: dict[str, str] = field(default_factory=dict)
    """Segments of the Act-On Contacts, if somebody has asked for them."""


def listing(client: PageReader, counts: Counts | None = None) -> Listed:
    """Return the lists and their segments.

    Args:
        client: The account.
        counts: Takes the number of rows of the listing.

    Raises:
        ActOnError: A request failed for good.
    """
    counts = {} if counts is None else counts
    listed = Listed(lists={}, segments={})
    rows = 0
    for page in client.pages(LISTS):
        if page.hidden:
            raise RequestRefusedError(
                "Act-On does not show the account's lists",
                next_step="Check region or api_url, and the user's rights; the log says why.",
            )
        rows += len(page.records)
        for record in page.records:
            if record["id"]:
                found = listed.segments if record["b_is_list"] is False else listed.lists
                found[record["id"]] = record["name"] or ""
    counts[LISTS.name] = rows
    return listed


def with_segments(client: PageReader, listed: Listed, counts: Counts | None = None) -> Listed:
    """Return what is listed, with the segments of the contacts as far as Act-On shows them.

    Args:
        client: The account.
        listed: The lists, and their segments.
        counts: Takes the number of segments.

    Raises:
        ActOnError: A request failed for good.
    """
    shown = _what_is_shown(client, SEGMENTS, {} if counts is None else counts)
    return replace(listed, of_contacts={each["id"]: each["name"] or "" for each in shown})


def list_names(listed: Listed) -> dict[str, str]:
    """Return the name of each list's stream, by its id."""
    return stream_names("list", listed.lists.items(), taken=RESOURCES)


def segment_names(listed: Listed) -> dict[str, str]:
    """Return the name of each segment's stream, by its id."""
    every = {**listed.segments, **listed.of_contacts}
    return stream_names("segment", every.items(), taken=RESOURCES)


def one_list(
    client: PageReader, list_id: str, rows: int, *, stream: str, title: str
) -> tuple[Resource, int | None]:
    """Return a list, and the number of its rows if the reply states it.

    Args:
        client: The account.
        list_id: Which list.
        rows: The first rows, at most 1,000, that tell the types of its columns; 0 for texts.
        stream: The stream's name.
        title: The list's name.

    Raises:
        ActOnError: It cannot be read.
    """
    table = _list_table(client, list_id, rows)
    return list_resource(stream, list_id, list_columns(table, rows), title=title), table.total


def one_segment(
    client: PageReader,
    listed: Listed,
    segment_id: str,
    columns: Callable[[], list[Column]],
    rows: int,
    *,
    stream: str,
) -> tuple[Resource, int | None]:
    """Return the members of a segment, and their number if a reply states it.

    Of three ways the first that the account answers is taken. Segments of lists can be downloaded
    as lists. Those of the Act-On Contacts have addresses of their own, which the older generation
    of that API has elsewhere.

    Args:
        client: The account.
        listed: What its listings show.
        segment_id: Which segment.
        columns: Asked for the columns of contacts, if it has those.
        rows: The first rows that tell the types of a list's columns; 0 for texts.
        stream: The stream's name.

    Raises:
        ActOnError: It cannot be read in any way.
    """
    title = listed.segments.get(segment_id) or listed.of_contacts.get(segment_id)
    read = partial(_segment, client, columns=columns, title=title, rows=rows, stream=stream)
    *ways, last = _ways(segment_id, listed)
    for kind in ways:
        try:
            return read(Origin(kind=kind, id=segment_id))
        except REFUSED:
            continue
    return read(Origin(kind=last, id=segment_id))


def _ways(segment_id: str, listed: Listed) -> Iterator[str]:
    if segment_id in listed.of_contacts:
        yield "segment"
    if segment_id in listed.segments:
        yield "list_segment"
    yield "early_segment"


def _segment(
    client: PageReader,
    origin: Origin,
    *,
    columns: Callable[[], list[Column]],
    title: str | None,
    rows: int,
    stream: str,
) -> tuple[Resource, int | None]:
    if origin.kind == "list_segment":
        table = _list_table(client, origin.id, rows)
        return resource_of(origin, stream, list_columns(table, rows), title=title), table.total
    resource = resource_of(origin, stream, columns(), title=title)
    if origin.kind != "early_segment":
        return resource, None
    bound = next(client.bounds(resource))  # nothing has shown that it is there
    return resource, client.requests.fetch(
        resource, {"pageNumber": "0", "pageSize": "1"}, bound
    ).total


def fields_of_contacts(client: PageReader, counts: Counts | None = None) -> list[Column]:
    """Return the columns of contacts, those of the account too, as far as Act-On shows them.

    Raises:
        ActOnError: A request failed for good.
    """
    shown = _what_is_shown(client, CONTACT_FIELDS, {} if counts is None else counts)
    return list(contact_columns(shown))


def custom_objects(client: PageReader, counts: Counts | None = None) -> Iterator[Resource]:
    """Yield the custom objects, as far as Act-On shows them.

    Raises:
        ActOnError: A request failed for good.
    """
    objects = _what_is_shown(client, CUSTOM_OBJECTS, {} if counts is None else counts)
    titles = {record["id"]: record["name"] or "" for record in objects}
    names = stream_names("custom", titles.items(), taken=RESOURCES)
    taken = {column.name for column in CUSTOM_OBJECT_TEMPLATE.columns}
    for record in objects:
        fields = {field["place"]: field for field in read_fields(record["fields"])}
        columns = own_columns(fields, taken=taken)
        origin = Origin(kind="custom_object", id=record["id"])
        yield resource_of(origin, names[record["id"]], columns, title=record["name"])


def _what_is_shown(client: PageReader, resource: Resource, counts: Counts) -> list[Record]:
    """Return all records; none, with a warning, if Act-On refuses them or answers otherwise."""
    try:
        records = [record for page in client.pages(resource) for record in page.records]
    except REFUSED as error:
        if error.stops_run:
            raise
        logger.warning("Leaving out %s at discovery: %s", resource.name, error)
        return []
    if records:  # none may mean that Act-On does not show them
        counts[resource.name] = len(records)
    return records


def _list_table(client: PageReader, list_id: str, sample: int) -> Rows:
    """Return so many rows of a list with its headings: of CSV if JSON may have cut some off."""
    resource, params, bound = question(list_id, sample)
    found = client.requests.reply(resource, params, bound, read_cut_table)
    if len(found.labels) < JSON_COLUMNS:
        return found
    wide = client.requests.head(as_csv(resource), params, bound, partial(_head, sample))
    return replace(wide, total=found.total)


def question(list_id: str, sample: int) -> tuple[Resource, Params, Bound]:
    """Return what is asked for so many rows of a list, at least one, to know its columns."""
    params = {"count": str(max(1, sample)), "offset": "0"}
    return list_resource("list", list_id, ()), params, {"list_id": list_id}


def _head(sample: int, body: Body) -> Rows:
    labels, rows = WIDE_LIST.table(body)
    return Rows(rows=Cells(labels, list(islice(rows, sample))), labels=labels)
