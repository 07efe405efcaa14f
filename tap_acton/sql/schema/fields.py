"""Tables from resources: what columns are called in SQL, and which of them may be written."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

from tap_acton.sql.schema.table import Field, Table, Way

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from tap_acton.resources.model import Column, Resource

__all__ = ["chosen", "table_of", "writable"]


def table_of(resource: Resource, name: str | None = None) -> Table:
    """Return a view of all columns of a resource.

    Args:
        resource: What it shows.
        name: What it is called, if not as the resource says.
    """
    fields = tuple(
        Field(
            name=title,
            column=column.name,
            type=column.type,
            description=column.description,
            is_key=column.name in resource.keys,
        )
        for column, title in zip(resource.columns, _titles(resource.columns), strict=True)
    )
    way = Way(resource=resource)
    return Table(
        name=name or resource.table, fields=fields, way=way, description=resource.description
    )


def chosen(table: Table, fields: Iterable[tuple[str, str]]) -> Table:
    """Return a table with some of its columns alone, under names of their own.

    Args:
        table: What has the columns.
        fields: Name in SQL and the resource's column of each.
    """
    known = {field.column: field for field in table.fields}
    return replace(
        table, fields=tuple(replace(known[column], name=name) for name, column in fields)
    )


def writable(table: Table, columns: Collection[str]) -> Table:
    """Return a table of which some of the resource's columns may be written."""
    fields = (
        replace(each, is_readonly=each.is_readonly and each.column not in columns)
        for each in table.fields
    )
    return replace(table, fields=tuple(fields))


def _titles(columns: Iterable[Column]) -> list[str]:
    """Return the columns' names; of two that differ by case alone, the later has a number."""
    titles: dict[str, str] = {}
    for column in columns:
        title = wanted = column.title or _pascal(column.name)
        for number in itertools.count(2):
            if title.casefold() not in titles:
                break
            title = f"{wanted}_{number}"
        titles[title.casefold()] = title
    return list(titles.values())


def _pascal(name: str) -> str:
    return "".join(word[:1].upper() + word[1:] for word in name.split("_"))
