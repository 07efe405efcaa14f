"""What depends on the account: its lists, segments, contacts and custom objects become resources.

Discovery asks for the listing of each kind, and for one row of each list, whose reply says how
many there are. What an account does not have or show is left out with a warning.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from tap_acton.dynamic import Origin, resource_of
from tap_acton.errors import ServerFailedError
from tap_acton.lookout import Window
from tap_acton.names import did_you_mean, matches
from tap_acton.parts import (
    REFUSED,
    SAMPLE,
    Counts,
    Listed,
    custom_objects,
    fields_of_contacts,
    list_names,
    listing,
    one_list,
    one_segment,
    question,
    segment_names,
    with_segments,
)
from tap_acton.resources.contacts import CONTACTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tap_acton.page_reader import PageReader
    from tap_acton.resources.model import Column, Resource
    from tap_acton.transport.ahead import Early

__all__ = ["discover", "discover_lists"]

logger = logging.getLogger("tap-acton")


def discover(
    client: PageReader,
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
    listed = listing(client, counts)
    of_contacts = fields_of_contacts(client, counts)
    yield resource_of(Origin(kind="contacts"), CONTACTS.name, of_contacts)
    rows = SAMPLE if sample else 0
    yield from _segments(client, listed, of_contacts, rows, counts)
    yield from custom_objects(client, counts)
    yield from _lists(client, listed, patterns, rows, counts)


def discover_lists(client: PageReader, patterns: tuple[str, ...] = ()) -> Iterator[Resource]:
    """Yield a resource for each list of the account; see `discover`."""
    counts: Counts = {}
    return _lists(client, listing(client, counts), patterns, 0, counts)


def _lists(
    client: PageReader,
    listed: Listed,
    patterns: tuple[str, ...],
    rows: int,
    counts: Counts,
) -> Iterator[Resource]:
    _tell_of_idle(patterns, listed.lists)
    names = list_names(listed)
    wanted = [each for each in sorted(listed.lists) if matches(patterns, each, listed.lists[each])]
    for list_id in _ahead(client, iter(wanted), rows, among={*wanted}):
        try:
            found, total = one_list(
                client, list_id, rows, stream=names[list_id], title=listed.lists[list_id]
            )
        except REFUSED as error:
            logger.warning("Leaving out list %s: %s", list_id, error)
            continue
        except ServerFailedError as error:
            error.next_step = f"Run again later, or leave the list out: '!{list_id}' in 'lists'."
            raise
        counts[names[list_id]] = total
        yield found


def _tell_of_idle(patterns: tuple[str, ...], lists: Mapping[str, str]) -> None:
    """Warn of globs that fit no list: a misspelt name would be missed in silence, or read."""
    for pattern in patterns:
        glob = pattern.removeprefix("!")
        if not any(matches((glob,), *each) for each in lists.items()):
            near = did_you_mean(glob, lists.values())
            logger.warning("Setting 'lists': no list fits %r.%s", pattern, near)


def _segments(
    client: PageReader,
    listed: Listed,
    columns: list[Column],
    rows: int,
    counts: Counts,
) -> Iterator[Resource]:
    listed = with_segments(client, listed, counts)
    names = segment_names(listed)
    lists = listed.segments.keys() - listed.of_contacts
    for segment_id in _ahead(client, iter(sorted(names)), rows, among=lists):
        try:
            found, total = one_segment(
                client, listed, segment_id, lambda: columns, rows, stream=names[segment_id]
            )
        except REFUSED as error:
            logger.warning("Leaving out segment %s: %s", segment_id, error)
            continue
        counts[names[segment_id]] = total
        yield found


def _ahead(
    client: PageReader, ids: Iterator[str], sample: int, *, among: set[str]
) -> Iterator[str]:
    """Yield ids while requests for the tables of the next are on their way, if lists are among."""

    def announcement(each: str) -> Callable[[], Early] | None:
        return client.requests.expecting(*question(each, sample)) if each in among else None

    return Window(ids, client.requests.expectations(), announcement).items()
