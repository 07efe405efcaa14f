"""Resources whose columns depend on the account, and what a catalog remembers of them.

Discovery makes them from what the account answers; a sync that is given a catalog makes the same
ones from the catalog alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tap_acton.resources.contacts import CONTACTS
from tap_acton.resources.convert import Type
from tap_acton.resources.custom_objects import CUSTOM_OBJECT_TEMPLATE
from tap_acton.resources.lists import LIST_TEMPLATE, as_csv
from tap_acton.resources.model import MISFITS, RAW, Column, Parents, Resource, Words
from tap_acton.resources.rows import JSON_COLUMNS
from tap_acton.resources.segments import (
    EARLY_SEGMENT_TEMPLATE,
    LIST_SEGMENT_TEMPLATE,
    SEGMENT_TEMPLATE,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tap_acton.resources.binding import Binding

__all__ = [
    "Origin",
    "catalog_columns",
    "is_kind",
    "is_table",
    "list_resource",
    "origin_of",
    "renamed",
    "resource_of",
]

_TEMPLATES = {
    "list": LIST_TEMPLATE,
    "list_segment": LIST_SEGMENT_TEMPLATE,
    "segment": SEGMENT_TEMPLATE,
    "early_segment": EARLY_SEGMENT_TEMPLATE,
    "contacts": CONTACTS,
    "custom_object": CUSTOM_OBJECT_TEMPLATE,
}
_VARIABLE = {
    "list": "list_id",
    "list_segment": "list_id",
    "segment": "segment_id",
    "early_segment": "segment_id",
    "custom_object": "object_id",
}
"""The variable that takes the id of an origin."""
_KINDS = {(each.path, each.replication_key): kind for kind, each in _TEMPLATES.items()}


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """What a resource is made from."""

    kind: str
    """One of the templates' names."""
    id: str = ""
    """The id in Act-On of the list, segment or custom object."""


def origin_of(resource: Resource) -> Origin | None:
    """Return what a resource is made from; None if it is the same in every account."""
    kind = _KINDS.get((resource.path, resource.replication_key))
    if kind is None:
        return None
    variable = _VARIABLE.get(kind, "")
    words = [
        (each.words if isinstance(each, Words) else each.among.get(variable, ()))
        for each in resource.bind
        if isinstance(each, Words | Parents) and variable in each.variables
    ]
    return Origin(kind=kind, id=words[0][0] if words and words[0] else "")


def is_kind(kind: str) -> bool:
    """Tell whether there are resources of a kind."""
    return kind in _TEMPLATES


def resource_of(
    origin: Origin, stream: str, columns: Iterable[Column], *, title: str | None = None
) -> Resource:
    """Return a resource of the account.

    Args:
        origin: What it is made from.
        stream: The stream's name.
        columns: Its own columns, and those of the template that the account calls otherwise.
        title: Its name in Act-On.
    """
    template = _TEMPLATES[origin.kind]
    if is_table(origin):
        columns = (replace(each, exact=each.type is not Type.TEXT) for each in columns)
    own = {column.name: column for column in columns}
    fixed = [own.pop(column.name, column) for column in template.columns]
    raw = [column for column in fixed if column.name == RAW]
    resource = replace(
        template,
        name=stream,
        table=f"{template.table}_{title or stream}" if origin.id else template.table,
        columns=(*(each for each in fixed if each.name != RAW), *own.values(), *raw),
        bind=_bound_to(origin, template),
    )
    is_wide = len(resource.columns) >= JSON_COLUMNS
    return as_csv(resource) if is_wide and is_table(origin) else resource


def is_table(origin: Origin) -> bool:
    """Tell whether the columns are those of a list, which its users may add and remove."""
    return _TEMPLATES[origin.kind].path == LIST_TEMPLATE.path


def list_resource(
    stream: str, list_id: str, columns: Iterable[Column], *, title: str | None = None
) -> Resource:
    """Return the resource of one list; see `resource_of`."""
    return resource_of(Origin(kind="list", id=list_id), stream, columns, title=title)


def catalog_columns(kind: str, properties: Mapping[str, Any]) -> Iterator[Column]:
    """Yield the columns that a catalog's entry remembers, beyond those of the template.

    Args:
        kind: The kind of the resource.
        properties: Those of the entry's schema. A property's title is the heading that the
            account's users chose; its `$id` is where else the API has the value.
    """
    fixed = {column.name: column for column in _TEMPLATES[kind].columns}
    for name, schema in properties.items():
        title, place = getattr(schema, "title", None), getattr(schema, "id", None)
        if name in fixed and title is not None:
            yield renamed(fixed[name], title)
        elif name not in fixed and name != MISFITS:
            sources = [source for source in (place, title) if source is not None]
            yield Column(
                name=name,
                type=Type.of_schema(schema.to_dict()),
                title=title,
                source=tuple(sources) or (name,),
            )


def renamed(column: Column, title: str) -> Column:
    """Return a column of a template under the heading that an account has for it."""
    sources = dict.fromkeys((*(column.source or (column.name,)), title))
    return replace(column, title=title, source=tuple(sources))


def _bound_to(origin: Origin, template: Resource) -> tuple[Binding, ...]:
    if not origin.id:
        return template.bind
    variable = _VARIABLE[origin.kind]
    if variable not in template.variables:
        return (*template.bind, Words(variable=variable, words=(origin.id,)))
    return tuple(
        replace(each, among={variable: (origin.id,)})
        if isinstance(each, Parents) and variable in each.take
        else each
        for each in template.bind
    )
