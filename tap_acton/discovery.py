"""What depends on the account: its lists, segments, contacts and custom objects become resources.

Discovery asks for the listing of each kind, and for one row of each list, whose reply says how
many there are. What an account does not have or show is left out with a warning.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from tap_acton.dynamic import Origin, list_resource, resource_of
from tap_acton.errors import RequestRefusedError, UnexpectedReplyError
from tap_acton.lookout import Window
from tap_acton.names import matches, stream_names
from tap_acton.own_columns import contact_columns, list_columns, own_columns
from tap_acton.resources.catalog import RESOURCES
from tap_acton.resources.cells import Cells, Rows
from tap_acton.resources.contacts import CONTACT_FIELDS, CONTACTS
from tap_acton.resources.custom_objects import CUSTOM_OBJECT_TEMPLATE, CUSTOM_OBJECTS, read_fields
from tap_acton.resources.lists import LISTS, WIDE_LIST, as_csv
from tap_acton.resources.rows import JSON_COLUMNS, read_cut_table
from tap_acton.resources.segments import SEGMENTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tap_acton.client import ActOnClient
    from tap_acton.resources.binding import Bound
    from tap_acton.resources.model import Column, Record, Resource
    from tap_acton.resources.pages import Params
    from tap_acton.transport.ahead import Early
    from tap_acton.transport.streaming import Body

__all__ = ["discover", "discover_lists"]

logger = logging.getLogger("tap-acton")

_REFUSED = (RequestRefusedError, UnexpectedReplyError)
_SAMPLE = 100
"""Rows."""
Counts = dict[str, int | None]
"""How many rows streams have, as far as replies have told."""


def discover(
    client: ActOnClient,
    patterns: tuple[str, ...] = (),
    *,
    sample: bool = False,
    counts: Counts | None = None,
) -> Iterator[Resource]:
    """Yield a resource for each part of the account that has columns of its own.

    Args:
        client: The account.
        patterns: Globs on a list's name or id; without any, all lists.
        sample: Whether the types of a list's columns are those of its first rows; else, texts.
        counts: Takes the numbers of rows that replies state, by the names of resources.

    Raises:
        ActOnError: A request failed for good. What cannot be read is left out with a warning.
    """
    counts = {} if counts is None else counts
    listed = _listed(client, counts)
    of_contacts = list(contact_columns(_what_is_shown(client, CONTACT_FIELDS, counts)))
    yield resource_of(Origin(kind="contacts"), CONTACTS.name, of_contacts)
    rows = _SAMPLE if sample else 0
    yield from _segments(client, listed, of_contacts, rows, counts)
    yield from _custom_objects(client, counts)
    yield from _lists(client, listed, patterns, rows, counts)


def discover_lists(client: ActOnClient, patterns: tuple[str, ...] = ()) -> Iterator[Resource]:
    """Yield a resource for each list of the account; see `discover`."""
    counts: Counts = {}
    return _lists(client, _listed(client, counts), patterns, 0, counts)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Listed:
    """What the listing of lists shows: names by id."""

    lists: dict[str, str]
    segments: dict[str, str]


def _listed(client: ActOnClient, counts: Counts) -> _Listed:
    listed = _Listed(lists={}, segments={})
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


def _what_is_shown(client: ActOnClient, resource: Resource, counts: Counts) -> list[Record]:
    """Return all records; none, with a warning, if Act-On refuses them or answers otherwise."""
    try:
        records = [record for page in client.pages(resource) for record in page.records]
    except _REFUSED as error:
        if error.stops_run:
            raise
        logger.warning("Leaving out %s at discovery: %s", resource.name, error)
        return []
    if records:  # none may mean that Act-On does not show them
        counts[resource.name] = len(records)
    return records


def _lists(
    client: ActOnClient,
    listed: _Listed,
    patterns: tuple[str, ...],
    rows: int,
    counts: Counts,
) -> Iterator[Resource]:
    names = stream_names("list", listed.lists.items(), taken=RESOURCES)
    wanted = [each for each in sorted(listed.lists) if matches(patterns, each, listed.lists[each])]
    for list_id in _ahead(client, iter(wanted), rows, among={*wanted}):
        name = listed.lists[list_id]
        try:
            table = _list_table(client, list_id, rows)
        except _REFUSED as error:
            logger.warning("Leaving out list %s: %s", list_id, error)
            continue
        counts[names[list_id]] = table.total
        yield list_resource(names[list_id], list_id, list_columns(table, rows), title=name)


def _segments(
    client: ActOnClient,
    listed: _Listed,
    contact_columns: list[Column],
    rows: int,
    counts: Counts,
) -> Iterator[Resource]:
    """Yield the members of each segment, by the first of three ways that the account answers.

    Segments of lists can be downloaded as lists. Those of the Act-On Contacts have addresses of
    their own, which the older generation of that API has elsewhere.
    """
    of_contacts = {
        record["id"]: record["name"] or "" for record in _what_is_shown(client, SEGMENTS, counts)
    }
    names = stream_names("segment", {**listed.segments, **of_contacts}.items(), taken=RESOURCES)
    lists = listed.segments.keys() - of_contacts
    for segment_id in _ahead(client, iter(sorted(names)), rows, among=lists):
        title = listed.segments.get(segment_id) or of_contacts.get(segment_id)
        stream = names[segment_id]
        refused: Exception | None = None
        for kind in _ways(segment_id, listed, of_contacts):
            try:
                origin = Origin(kind=kind, id=segment_id)
                segment, total = _segment(client, origin, stream, contact_columns, title, rows)
                counts[stream] = total
                yield segment
                refused = None
                break
            except _REFUSED as error:
                refused = error
        if refused:
            logger.warning("Leaving out segment %s: %s", segment_id, refused)


def _ways(segment_id: str, listed: _Listed, of_contacts: dict[str, str]) -> Iterator[str]:
    if segment_id in of_contacts:
        yield "segment"
    if segment_id in listed.segments:
        yield "list_segment"
    yield "early_segment"


def _segment(
    client: ActOnClient,
    origin: Origin,
    stream: str,
    contact_columns: list[Column],
    title: str | None,
    rows: int,
) -> tuple[Resource, int | None]:
    if origin.kind == "list_segment":
        table = _list_table(client, origin.id, rows)
        return resource_of(origin, stream, list_columns(table, rows), title=title), table.total
    resource = resource_of(origin, stream, contact_columns, title=title)
    if origin.kind != "early_segment":
        return resource, None
    bound = next(client.bounds(resource))  # nothing has shown that it is there
    return resource, client.requests.fetch(
        resource, {"pageNumber": "0", "pageSize": "1"}, bound
    ).total


def _custom_objects(client: ActOnClient, counts: Counts) -> Iterator[Resource]:
    objects = _what_is_shown(client, CUSTOM_OBJECTS, counts)
    titles = {record["id"]: record["name"] or "" for record in objects}
    names = stream_names("custom", titles.items(), taken=RESOURCES)
    taken = {column.name for column in CUSTOM_OBJECT_TEMPLATE.columns}
    for record in objects:
        fields = {field["place"]: field for field in read_fields(record["fields"])}
        columns = own_columns(fields, taken=taken)
        origin = Origin(kind="custom_object", id=record["id"])
        yield resource_of(origin, names[record["id"]], columns, title=record["name"])


def _list_table(client: ActOnClient, list_id: str, sample: int) -> Rows:
    """Return so many rows of a list with its headings: of CSV if JSON may have cut some off."""
    resource, params, bound = _question(list_id, sample)
    found = client.requests.reply(resource, params, bound, read_cut_table)
    if len(found.labels) < JSON_COLUMNS:
        return found
    wide = client.requests.head(as_csv(resource), params, bound, partial(_head, sample))
    return replace(wide, total=found.total)


def _question(list_id: str, sample: int) -> tuple[Resource, Params, Bound]:
    """Return what is asked for so many rows of a list, at least one."""
    params = {"count": str(max(1, sample)), "offset": "0"}
    return list_resource("list", list_id, ()), params, {"list_id": list_id}


def _ahead(
    client: ActOnClient, ids: Iterator[str], sample: int, *, among: set[str]
) -> Iterator[str]:
    """Yield ids while requests for the tables of the next are on their way, if lists are among."""

    def announcement(each: str) -> Callable[[], Early] | None:
        question = _question(each, sample)
        return client.requests.expecting(*question) if each in among else None

    return Window(ids, client.requests.expectations(), announcement).items()


def _head(sample: int, body: Body) -> Rows:
    labels, rows = WIDE_LIST.table(body)
    return Rows(rows=Cells(labels, list(islice(rows, sample))), labels=labels)
