"""From a row of a reply to a record: values under their columns' names, typed."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from tap_acton.resources.convert import Type
from tap_acton.resources.detect import exactly
from tap_acton.resources.model import MISFITS, RAW, WHOLE, Evidence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tap_acton.resources.model import Column, Record, Resource

__all__ = [
    "as_received",
    "digest",
    "identity",
    "mark",
    "more_values",
    "renumbered",
    "to_record",
]

_Misfits = dict[str, Any]


def to_record(
    resource: Resource, row: dict[str, Any], bound: Mapping[str, str]
) -> tuple[Record, _Misfits]:
    """Return a row as a record, and the values that did not fit, by column.

    Misfits are in the record too, as JSON in the column `_raw`, so that none is lost.
    """
    shaped = resource.reshape({**row, **bound}) if resource.reshape else row
    misfits: _Misfits = {}
    record = {
        column.name: _value(column, bound if column.name in bound else shaped, misfits)
        for column in resource.columns
    }
    for column in resource.columns:
        if column.source == WHOLE:
            record[column.name] = Type.JSON.convert(row)
    for column in resource.columns:
        if column.made_of and not record[column.name]:
            record[column.name] = _made(column, record)
    record[MISFITS] = Type.JSON.convert(misfits) if misfits else None
    return record, misfits


def more_values(columns: Iterable[Column], row: Mapping[str, Any]) -> Record:
    """Return what a row holds in columns of texts that its resource does not have."""
    return {column.name: _value(column, row, {}) for column in columns}


def identity(resource: Resource, record: Record) -> str:
    """Return what is the same for the same row, changed or not.

    Rows without a whole key, or of a resource that nobody documents, are the same only if they
    are equal in everything.
    """
    if resource.evidence is Evidence.UNKNOWN:
        return mark(record)
    values = [record[key] for key in resource.keys]
    if not values or None in values or "" in values:
        return mark(record)
    return "\x1f".join(map(str, values))


def renumbered(resource: Resource, record: Record, number: int) -> Record | None:
    """Return the record as the `number`-th of several that are equal in all that ids are made of.

    None if rows of this resource have ids of their own: then it is the same row once more.
    """
    made = next((column for column in resource.columns if column.made_of), None)
    if made is None or RAW in made.made_of or record[made.name] != _made(made, record):
        return None
    return {**record, made.name: digest(f"{record[made.name]} {number}")}


def digest(text: str) -> str:
    """Return a short stand-in for a text: state holds no addresses."""
    return hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=8).hexdigest()


def as_received(exact: Sequence[Column], record: Record, row: Mapping[str, Any]) -> Record:
    """Return a record with its cells as they came, where types may be wider in the next run."""
    if not exact:
        return record
    return {**record, **{each.name: row.get(each.source[0]) for each in exact}, MISFITS: None}


def mark(record: Record) -> str:
    """Return what is the same for the same row only while it is unchanged."""
    return digest(repr(record))


def _made(column: Column, record: Record) -> str:
    return digest("\x1f".join(str(record[name]) for name in column.made_of))


def _value(column: Column, row: Mapping[str, Any], misfits: _Misfits) -> Any:
    for source in column.source or (column.name,):
        given = row.get(source)
        if given is None:
            continue
        try:
            value = exactly(column.type, given) if column.exact else column.type.convert(given)
        except (ValueError, TypeError, OverflowError):
            misfits[column.name] = given
            continue
        if value is not None:
            misfits.pop(column.name, None)
            return value
    return None
