"""A few rows of one resource, and what they tell of the form of its reply. It keeps no reply.

Of a reply only the names of its keys go further, and only where they are the API's and not the
account's own: headings and fields that users chose are data.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tap_acton.dynamic import Origin, origin_of, resource_of
from tap_acton.errors import UnexpectedReplyError
from tap_acton.resources.csv_table import CsvTable
from tap_acton.resources.model import NOWHERE
from tap_acton.resources.records import to_record

if TYPE_CHECKING:
    from tap_acton.client import ActOnClient, Bound
    from tap_acton.resources.model import Column, Record, Resource
    from tap_acton.transport.replies import Reply

__all__ = ["Sample", "sample"]

_PLAIN_NAME = re.compile(r"[A-Za-z_$@][A-Za-z0-9_.$-]{0,39}")
_MOST_NAMES = 40
_NOTHING = (None, "")


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """What one request for a resource brought."""

    records: list[Record]
    """Without ids that are made of a whole row: nobody can ask for those."""
    asked: int | None
    """Rows that were asked for; None if the request could not say."""
    total: int | None
    """How many rows there are in all, if the reply says so."""
    form: str
    """What the reply is, by the names of its keys."""
    keys: tuple[str, ...]
    """The names of the first object's keys."""
    problem: str | None
    """Why the rows could not be found."""
    keyless: tuple[str, ...]
    """Key columns that some row leaves empty."""
    unfilled: tuple[str, ...]
    """Columns that no row fills, if there are rows."""
    misfits: tuple[tuple[str, int], ...]
    """Columns with values that did not fit, and how many."""

    @property
    def as_expected(self) -> bool:
        """Whether nothing contradicts what is known of the resource."""
        return not (self.problem or self.keyless or self.misfits)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Seen:
    body: Any
    first: dict[str, Any]
    """The first row, or else the object that is the likeliest one."""
    pairs: list[tuple[Record, dict[str, Any]]]
    """A record for each row, and the values that did not fit."""
    total: int | None = None
    problem: str | None = None


def sample(client: ActOnClient, resource: Resource, bound: Bound, *, rows: int) -> Sample:
    """Ask for the first rows of a resource, once.

    Args:
        client: The account.
        resource: What to ask for.
        bound: Values of all of the resource's variables.
        rows: How many rows to ask for, where a request can say so.

    Raises:
        ActOnError: The request failed for good. A reply of another form is no error.
    """
    origin, given = origin_of(resource), _given_keys(resource)
    resource = _without_own_columns(resource)
    params = resource.paging.first(rows)
    seen = client.requests.reply(
        resource, params, bound, lambda reply: _read(resource, bound, reply)
    )
    records = [record for record, _ in seen.pairs]
    are_own = _are_own(origin, seen.body)
    return Sample(
        records=records,
        asked=rows if params else None,
        total=seen.total,
        form=_form(seen.body, are_own=are_own),
        keys=_names(seen.first, _sources(resource) if are_own else None),
        problem=seen.problem,
        keyless=tuple(key for key in given if any(record[key] in _NOTHING for record in records)),
        unfilled=tuple(_unfilled(resource.columns, records)),
        misfits=tuple(Counter(name for _, misfits in seen.pairs for name in misfits).items()),
    )


def _given_keys(resource: Resource) -> list[str]:
    made = {column.name for column in resource.columns if column.made_of}
    return [key for key in resource.keys if key not in made]


def _without_own_columns(resource: Resource) -> Resource:
    """Return the resource with no column but those of all accounts, none of them made up."""
    origin = origin_of(resource)
    columns = resource_of(origin, resource.name, ()).columns if origin else resource.columns
    return replace(resource, columns=tuple(replace(column, made_of=()) for column in columns))


def _read(resource: Resource, bound: Bound, reply: Reply) -> _Seen:
    body = None if isinstance(resource.shape, CsvTable) else reply.json()
    try:
        found = resource.shape.read(reply)
        pairs = [to_record(resource, row, bound) for row in found.rows]
    except UnexpectedReplyError as error:
        return _Seen(body=body, first=_first_object(body), pairs=[], problem=error.what)
    except (TypeError, ValueError, KeyError, AttributeError):  # nobody foresaw this form
        problem = "The rows cannot be read"
        return _Seen(body=body, first=_first_object(body), pairs=[], problem=problem)
    first = found.rows[0] if found.rows else _first_object(body)
    return _Seen(body=body, first=first, pairs=pairs, total=found.total)


def _unfilled(columns: tuple[Column, ...], records: list[Record]) -> list[str]:
    return [
        column.name
        for column in columns
        if records
        and column.source != NOWHERE
        and all(record[column.name] in _NOTHING for record in records)
    ]


def _are_own(origin: Origin | None, body: Any) -> bool:
    """Tell whether the keys of rows are names that the account's users chose."""
    return bool(origin and origin.id) or (isinstance(body, dict) and "headers" in body)


def _sources(resource: Resource) -> set[str]:
    return {source for column in resource.columns for source in (*column.source, column.name)}


def _form(body: Any, *, are_own: bool) -> str:
    if body is None:
        return "CSV"
    if not isinstance(body, dict):
        return "an array" if isinstance(body, list) else "neither an array nor an object"
    envelope = {
        key: value
        for key, value in body.items()
        if not are_own or isinstance(value, dict | list) or key == "totalCount"
    }
    quoted = [name if " " in name else f"'{name}'" for name in _names(envelope, None)]
    return f"an object with {', '.join(quoted)}" if quoted else "an object"


def _names(row: dict[str, Any], known: set[str] | None) -> tuple[str, ...]:
    """Return the names of an object's keys that are no data, and how many there are besides."""
    plain = [key for key in row if (known is None or key in known) and _PLAIN_NAME.fullmatch(key)][
        :_MOST_NAMES
    ]
    others = len(row) - len(plain)
    return (*plain, f"{others} more") if others else tuple(plain)


def _first_object(body: Any) -> dict[str, Any]:
    """Return the first object of the least deep array, or else the reply itself."""
    level = [body]
    while level:
        for value in level:
            if isinstance(value, list) and value and isinstance(value[0], dict):
                return dict(value[0])
        level = [inner for value in level if isinstance(value, dict) for inner in value.values()]
    return body if isinstance(body, dict) else {}
