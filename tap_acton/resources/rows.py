"""Where the rows are in a reply. A shape turns a reply into plain rows and the total it states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeGuard

import msgspec

from tap_acton.errors import UnexpectedReplyError
from tap_acton.resources.cells import Cells, Row, Rows
from tap_acton.resources.labels import CREATED, MODIFIED, list_labels, unique_labels

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tap_acton.transport.replies import Reply

__all__ = [
    "CREATED",
    "JSON_COLUMNS",
    "MODIFIED",
    "AnyObjects",
    "Contacts",
    "Folders",
    "Objects",
    "OneObject",
    "Table",
    "list_labels",
    "read_cut_table",
    "read_json_headings",
    "unique_labels",
]

JSON_COLUMNS = 255
"""Act-On's JSON stops at so many columns; CSV does not.
https://developer.act-on.com/hc/en-us/articles/360063284973"""

_CONTACTS_AT = ("data", "contacts", "result", "results", "items", "content")


@dataclass(frozen=True, slots=True)
class Objects:
    """An array of objects, at a key of the reply or as the reply itself."""

    key: str | None = None

    def read(self, reply: Reply) -> Rows:
        """Return the objects."""
        body = reply.json()
        rows = body if self.key is None else _member(reply, body, self.key)
        return Rows(rows=_objects(reply, rows), total=_total(body))


@dataclass(frozen=True, slots=True)
class OneObject:
    """The reply itself is the one row."""

    def read(self, reply: Reply) -> Rows:
        """Return the object."""
        return Rows(rows=_objects(reply, [reply.json()]))


@dataclass(frozen=True, kw_only=True, slots=True)
class Folders:
    """Folders of objects. An object that is in several folders is one row.

    Each row gets the key `folder`. A folder that shows all objects again (`everything`) names
    the row only if no other does.
    """

    key: str | None = None
    """Where the array of folders is; None if it is the reply itself."""
    entries: str = "entries"
    folder: str = "folder"
    everything: str | None = None

    def read(self, reply: Reply) -> Rows:
        """Return the objects of all folders, each once."""
        body = reply.json()
        folders = _objects(reply, body if self.key is None else _member(reply, body, self.key))
        folders.sort(key=lambda folder: folder.get(self.folder) == self.everything)
        found: dict[str, Row] = {}
        for folder in folders:
            is_empty = self.entries in folder and folder[self.entries] is None
            entries = [] if is_empty else _member(reply, folder, self.entries)
            for row in _objects(reply, entries):
                given = row.get("id")
                identity = f"row {len(found)}" if given in (None, "") else str(given)
                found.setdefault(identity, {**row, "folder": folder.get(self.folder)})
        return Rows(rows=list(found.values()))


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """Headings and rows of cells (`headers`, `data`). A heading that repeats is numbered."""

    needs: str | None = None
    """The heading without which a row cannot be used."""
    may_be_cut: bool = False
    """Whether columns that JSON cuts off are of no use."""

    def read(self, reply: Reply) -> Rows:
        """Return the rows under their headings."""
        found = read_cut_table(reply)
        if len(found.labels) >= JSON_COLUMNS and not self.may_be_cut:
            raise UnexpectedReplyError(
                f"The list has {JSON_COLUMNS} columns or more, and JSON shows no more",
                where=reply.where,
                next_step="Discover the catalog again: such lists are read as CSV.",
            )
        if self.needs is not None and self.needs not in found.labels:
            raise UnexpectedReplyError(f"The list has no column {self.needs}", where=reply.where)
        return found


@dataclass(frozen=True, kw_only=True, slots=True)
class AnyObjects:
    """Objects wherever the reply has them, for endpoints whose replies nobody documents.

    It finds the array at one of the likely keys, or else the arrays of objects that are least
    deep. Without any, the reply is the row, unless it says that there are none.
    """

    likely: tuple[str, ...] = ()
    """Keys under which the rows may be, or one row."""
    paged: bool = False
    """Whether a reply that holds no objects is an empty page, and never a row."""

    def read(self, reply: Reply) -> Rows:
        """Return the objects."""
        body = reply.json()
        rows = self._likely(body)
        if rows is None:
            rows = _first_objects(body)
        if rows is None:
            nothing = _is_empty(body) or (self.paged and _holds_empty(body))
            rows = [] if nothing else self._alone(reply, body)
        return Rows(rows=rows, total=_total(body))

    def _likely(self, body: Any) -> list[Row] | None:
        if not isinstance(body, dict):
            return None
        found = next((body[key] for key in self.likely if body.get(key) not in (None, "")), None)
        if isinstance(found, dict):
            return self._inside(found)
        if found == [] or (found is None and self.paged and self._says_none(body)):
            return []
        return _without_folders(found) if _is_objects(found) else None

    def _inside(self, found: Row) -> list[Row]:
        rows = self._likely(found)
        if rows is None:
            rows = _first_objects(found)
        if rows is None:
            rows = [] if _is_empty(found) else [found]
        return rows

    def _says_none(self, body: Row) -> bool:
        """Tell whether null stands where the rows would be, without a text that says why."""
        texts = any(isinstance(value, str) and value for value in body.values())
        return not texts and any(key in body for key in self.likely)

    def _alone(self, reply: Reply, body: Any) -> list[Row]:
        if self.paged:
            raise UnexpectedReplyError("The reply holds no rows", where=reply.where)
        return _objects(reply, [body])


@dataclass(frozen=True, slots=True)
class Contacts:
    """Contacts, in any of the forms that the generations of the API have.

    The older one shows headings and arrays, and ids beside them (`rowIds`); of the present one no
    document tells more than the names of a contact's properties.
    """

    def read(self, reply: Reply) -> Rows:
        """Return the contacts."""
        body = reply.json()
        if not isinstance(body, dict) or not isinstance(body.get("headers"), list):
            return AnyObjects(likely=_CONTACTS_AT, paged=True).read(reply)
        labels = unique_labels(body["headers"])
        rows = [dict(zip(labels, cells, strict=False)) for cells in body.get("data") or ()]
        ids = list(body.get("rowIds") or ())
        if len(ids) == len(rows) and "_contact_id_" not in labels:
            rows = [
                {**row, "_contact_id_": contact_id}
                for row, contact_id in zip(rows, ids, strict=True)
            ]
        return Rows(rows=rows, total=_total(body))


def read_json_headings(reply: Reply) -> list[str]:
    """Return the headings of a table in JSON."""
    return [str(heading) for heading in _member(reply, reply.json(), "headers")]


def read_cut_table(reply: Reply) -> Rows:
    """Return the rows of a table in JSON without the columns that it cuts off."""
    try:
        texts = _TEXTS.decode(reply.body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return _table(reply, reply.json())
    labels = tuple(list_labels(texts.headers))
    _check_lengths(reply, labels, texts.data)
    rows = Cells(labels, texts.data, are_texts=True)
    return Rows(rows=rows, total=_total({"totalCount": texts.totalCount}), labels=labels)


class _TextTable(msgspec.Struct):
    """A table that holds nothing but texts, as the API's do."""

    headers: list[str]
    data: list[tuple[str | None, ...]]
    totalCount: Any = None  # noqa: N815 - the API's name


_TEXTS = msgspec.json.Decoder(_TextTable)


def _table(reply: Reply, body: Any) -> Rows:
    headings, rows = _member(reply, body, "headers"), _member(reply, body, "data")
    if not all(isinstance(row, list) for row in rows):
        raise UnexpectedReplyError("The reply's rows are no arrays", where=reply.where)
    labels = tuple(list_labels(headings))
    _check_lengths(reply, labels, rows)
    return Rows(rows=Cells(labels, rows), total=_total(body), labels=labels)


def _check_lengths(reply: Reply, labels: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> None:
    if max(map(len, rows), default=0) > len(labels):
        raise UnexpectedReplyError(
            "A row has more cells than there are headings", where=reply.where
        )


def _member(reply: Reply, body: Any, key: str) -> Any:
    if not isinstance(body, dict) or not isinstance(body.get(key), list):
        raise UnexpectedReplyError(f"The reply has no array {key!r}", where=reply.where)
    return body[key]


def _objects(reply: Reply, rows: Any) -> list[Row]:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UnexpectedReplyError("The reply holds no objects", where=reply.where)
    return rows


def _total(body: Any) -> int | None:
    total = body.get("totalCount") if isinstance(body, dict) else None
    try:
        number = int(str(total))
    except ValueError:
        return None
    return number if number >= 0 else None


def _first_objects(body: Any) -> list[Row] | None:
    level = [body]
    while level:
        found = [value for value in level if _is_objects(value)]
        if found:
            return [row for rows in found for row in _without_folders(rows)]
        level = [inner for value in level for inner in _inner(value)]
    return None


def _is_objects(value: Any) -> TypeGuard[list[Row]]:
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)


def _holds_empty(body: Any) -> bool:
    return [] in (body.values() if isinstance(body, dict) else ()) or any(
        _holds_empty(inner) for inner in _inner(body) if isinstance(inner, dict)
    )


def _is_empty(body: Any) -> bool:
    if not body:
        return True
    return isinstance(body, dict) and (_total(body) == 0 or list(body.values()) == [[]])


def _inner(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value.values()


def _without_folders(rows: list[Row]) -> list[Row]:
    inside = [row["entries"] for row in rows if isinstance(row.get("entries"), list)]
    if len(inside) != len(rows):
        return rows
    return [entry for entries in inside for entry in entries if isinstance(entry, dict)]
