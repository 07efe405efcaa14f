"""The tables that an account has of its own: of its lists, segments and custom objects.

A name that begins as theirs do asks for the listing of its kind, and no more; the columns of a
list are asked for when that list is named.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from tap_acton.parts import (
    Listed,
    custom_objects,
    fields_of_contacts,
    list_names,
    listing,
    one_list,
    one_segment,
    segment_names,
    with_segments,
)
from tap_acton.resources.convert import Type
from tap_acton.resources.lists import FIXED_LIST_COLUMNS, LIST_SCORES, LIST_TEMPLATE
from tap_acton.resources.model import Parents
from tap_acton.resources.segments import LIST_SEGMENT_TEMPLATE, SEGMENT_TEMPLATE
from tap_acton.sql.schema.fields import table_of, writable
from tap_acton.sql.schema.table import Kind, Operation, Way

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tap_acton.client import ActOnClient
    from tap_acton.resources.model import Column, Resource
    from tap_acton.sql.schema.table import Table

__all__ = ["Entry", "OwnTables"]

_FIXED = {column.name for column in FIXED_LIST_COLUMNS}


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A table that is known to be there, and how its columns are asked for."""

    name: str
    kind: Kind = Kind.VIEW
    description: str
    make: Callable[[str], Table]
    """Returns the table, under a name."""


class OwnTables:
    """Finds an account's own tables. What has been asked for is not asked for again.

    Args:
        client: The account.
        rows: The first rows of a list that tell the types of its columns; 0 for texts.
    """

    def __init__(self, client: ActOnClient, rows: int) -> None:
        self._client = client
        self._rows = rows
        self._kinds: dict[str, Callable[[], Iterable[Entry]]] = {
            "list_": self._lists,
            "segment_": self._segments,
            "custom_": self._custom_objects,
        }
        self._entries: dict[str, dict[str, Entry]] = {}
        self._tables: dict[str, Table] = {}
        self._listed: Listed | None = None
        self._contact_columns: list[Column] | None = None

    def prefix(self, key: str) -> str | None:
        """Return what the names of a kind begin with, if a name in small letters does."""
        return next((each for each in self._kinds if key.startswith(each)), None)

    def find(self, key: str) -> Entry | None:
        """Return the entry of a name in small letters.

        If it is not listed, Act-On is asked once more: it may be new.

        Raises:
            ActOnError: The listing cannot be read.
        """
        prefix = self.prefix(key)
        if prefix is None:
            return None
        was_known = prefix in self._entries
        found = self._of(prefix).get(key)
        if found is None and was_known:
            del self._entries[prefix]
            self._listed = None
            found = self._of(prefix).get(key)
        return found

    def known(self) -> Iterator[Entry]:
        """Yield the entries that have been asked for."""
        for entries in self._entries.values():
            yield from entries.values()

    def every(self) -> Iterator[Entry]:
        """Yield all entries, asking for the listings.

        Raises:
            ActOnError: A listing cannot be read.
        """
        for prefix in self._kinds:
            yield from self._of(prefix).values()

    def table(self, entry: Entry) -> Table:
        """Return the table of an entry, asking for its columns once.

        Raises:
            ActOnError: They cannot be read.
        """
        if entry.name not in self._tables:
            self._tables[entry.name] = entry.make(entry.name)
        return self._tables[entry.name]

    def _of(self, prefix: str) -> dict[str, Entry]:
        if prefix not in self._entries:
            self._entries[prefix] = {each.name.casefold(): each for each in self._kinds[prefix]()}
        return self._entries[prefix]

    def _shown(self) -> Listed:
        if self._listed is None:
            self._listed = listing(self._client)
        return self._listed

    def _lists(self) -> Iterator[Entry]:
        listed = self._shown()
        names = list_names(listed)
        titled = _titled("List", {each: listed.lists[each] for each in names}, names)
        for list_id, name in titled.items():
            make = partial(self._list, list_id, names[list_id], listed.lists[list_id])
            description = LIST_TEMPLATE.description
            yield Entry(name=name, kind=Kind.TABLE, description=description, make=make)
        yield from _scores(titled, names, taken={*map(str.casefold, titled.values())})

    def _list(self, list_id: str, stream: str, title: str, name: str) -> Table:
        found, _ = one_list(self._client, list_id, self._rows, stream=stream, title=title)
        table = writable(
            table_of(_kept(found), name), {each.name for each in found.columns} - _FIXED
        )
        return replace(table, kind=Kind.TABLE, operations=frozenset(Operation))

    def _segments(self) -> Iterator[Entry]:
        listed = with_segments(self._client, self._shown())
        names = segment_names(listed)
        titles = {**listed.of_contacts, **listed.segments}
        titled = _titled("Segment", {each: titles[each] for each in names}, names)
        for segment_id, name in titled.items():
            is_list = segment_id in listed.segments and segment_id not in listed.of_contacts
            template = LIST_SEGMENT_TEMPLATE if is_list else SEGMENT_TEMPLATE
            make = partial(self._segment, listed, segment_id, names[segment_id])
            yield Entry(name=name, description=template.description, make=make)
        of_lists = {each: name for each, name in titled.items() if each in listed.segments}
        yield from _scores(of_lists, names, taken={*map(str.casefold, titled.values())})

    def _segment(self, listed: Listed, segment_id: str, stream: str, name: str) -> Table:
        found, _ = one_segment(
            self._client, listed, segment_id, self._of_contacts, self._rows, stream=stream
        )
        return table_of(_kept(found), name)

    def _custom_objects(self) -> Iterator[Entry]:
        found = {each.name: each for each in custom_objects(self._client)}
        titles = {name: each.table.partition("_")[2] for name, each in found.items()}
        for stream, name in _titled("Custom", titles, dict(zip(found, found, strict=True))).items():
            resource = found[stream]
            make = partial(table_of, resource)
            yield Entry(name=name, description=resource.description, make=make)

    def _of_contacts(self) -> list[Column]:
        if self._contact_columns is None:
            self._contact_columns = fields_of_contacts(self._client)
        return self._contact_columns


def _titled(prefix: str, titles: dict[str, str], streams: dict[str, str]) -> dict[str, str]:
    """Return the tables' names by id; of two with one name, the later has its stream's behind."""
    names: dict[str, str] = {}
    used: set[str] = set()
    for thing_id, title in titles.items():
        name = f"{prefix}_{title or streams[thing_id]}"
        if name.casefold() in used:
            name = f"{name}_{streams[thing_id]}"
        used.add(name.casefold())
        names[thing_id] = name
    return names


def _scores(names: dict[str, str], streams: dict[str, str], taken: set[str]) -> Iterator[Entry]:
    """Yield the tables of scores of lists or segments, by id."""
    for list_id, name in names.items():
        title = f"{name}_Score"
        if title.casefold() in taken:
            title = f"{title}_{streams[list_id]}"
        make = partial(_score, list_id, f"{streams[list_id]}_score")
        yield Entry(name=title, description=_SCORES, make=make)


_SCORES = "Score and history of each record; a request for each"


def _score(list_id: str, stream: str, name: str) -> Table:
    records = Parents(
        resource="list_records",
        take={"list_id": "list_id", "contact_id": "contact_id"},
        among={"list_id": (list_id,)},
    )
    resource = replace(LIST_SCORES, name=stream, description=_SCORES, bind=(records,))
    return replace(table_of(resource, name), way=Way(resource=resource, given={"list_id": list_id}))


def _kept(resource: Resource) -> Resource:
    """Return a list of whose cells none is lost: one that does not fit its type stays a text.

    Moments stay as they stand, with the zone that somebody has written.
    """
    return replace(resource, columns=tuple(map(_kept_column, resource.columns)))


def _kept_column(column: Column) -> Column:
    if not column.exact:
        return column
    if column.type is Type.MOMENT:
        return replace(column, type=Type.TEXT, exact=False)
    return replace(column, keeps=True)
