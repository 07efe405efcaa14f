"""Columns of an account's own, from what Act-On says of lists, contacts and custom objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_acton.dynamic import renamed
from tap_acton.names import column_names, snake_case
from tap_acton.resources.contacts import CONTACTS, FIELD_TYPES
from tap_acton.resources.convert import Type
from tap_acton.resources.detect import detected
from tap_acton.resources.lists import FIXED_LIST_COLUMNS
from tap_acton.resources.model import MISFITS, Column
from tap_acton.resources.rows import unique_labels

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from tap_acton.resources.cells import Rows
    from tap_acton.resources.model import Record

__all__ = ["contact_columns", "list_columns", "own_columns"]


def contact_columns(fields: Collection[Record]) -> Iterator[Column]:
    """Yield the columns of the contact schema: those of our own, and ours by their headings.

    A field is one of ours by its mapping, or else by its name, if no other field is mapped to it.
    """
    standard = {source: column for column in CONTACTS.columns for source in column.source}
    mapped = {_camel(field["standard_field_mapping"] or "") for field in fields}
    by_name = {
        snake_case(source): column
        for source, column in standard.items()
        if column.source[0] not in mapped
    }
    own: dict[str, Record] = {}
    for field in fields:
        name = field["name"] or ""
        known = standard.get(_camel(field["standard_field_mapping"] or "")) or by_name.get(
            snake_case(name)
        )
        if known is not None:
            yield renamed(known, name or known.name)
        elif field["column_index"] is not None:
            own[f"customFields.{field['column_index']}"] = field
    yield from own_columns(own, taken={column.name for column in CONTACTS.columns})


def own_columns(fields: dict[str, Record], *, taken: set[str]) -> Iterator[Column]:
    """Yield columns of an account's own, under names that are not taken, by their places."""
    labels = dict(
        zip(fields, unique_labels([field["name"] or "" for field in fields.values()]), strict=True)
    )
    names = column_names(labels.values(), taken={*taken, MISFITS})
    for place, label in labels.items():
        kind = FIELD_TYPES.get(str(fields[place]["type"]).upper(), Type.TEXT)
        yield Column(name=names[label], type=kind, title=label, source=(place, label))


def list_columns(table: Rows, sample: int) -> Iterator[Column]:
    """Yield the columns of a list's own; so many of its rows tell their types."""
    fixed = {source for column in FIXED_LIST_COLUMNS for source in column.source}
    own = [label for label in table.labels if label not in fixed]
    names = column_names(own, taken={*(column.name for column in FIXED_LIST_COLUMNS), MISFITS})
    for label in own:
        kind = detected(row.get(label) for row in table.rows[:sample])
        yield Column(name=names[label], type=kind, title=label, source=(label,))


def _camel(mapping: str) -> str:
    """Return a standard field, such as BUSINESS_CITY, as a contact has it: `businessCity`."""
    first, *rest = mapping.lower().split("_")
    return first + "".join(map(str.title, rest))
