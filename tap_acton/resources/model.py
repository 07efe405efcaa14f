"""The words in which a resource is described. A description is data: no I/O, no conditions."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

from tap_acton.resources.convert import Record, Type

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from tap_acton.resources.paging import Paging
    from tap_acton.resources.rows import Shape

__all__ = [
    "MISFITS",
    "RAW",
    "Column",
    "Condition",
    "Evidence",
    "Filter",
    "Operator",
    "Parents",
    "Record",
    "Resource",
    "Words",
]

MISFITS = "_raw"
"""Holds the values that did not fit their columns, as JSON by column name."""
RAW = "raw"
"""Holds the whole object, as JSON, where no document describes it."""


class Evidence(Enum):
    """How sure it is that a reply looks as described."""

    DOCUMENTED = "documented"
    INFERRED = "inferred"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A column, and where its values are in a row of the reply."""

    name: str
    type: Type = Type.TEXT
    source: tuple[str, ...] = ()
    """The row's keys that may hold it; the first that gives a value wins. If none, `name`."""
    title: str | None = None
    """The heading, where the account's users chose it."""
    description: str = ""


class Operator(Enum):
    """What a filter compares."""

    AFTER = "at or after"
    BEFORE = "at or before"


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """A condition that the server can check, through a query parameter.

    No document says whether the boundary is included, so `encode` widens it by a unit, and
    whoever filters checks the rows again.
    """

    column: str
    operator: Operator
    parameter: str
    encode: Callable[[datetime], str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """A condition that somebody wants to hold for each row."""

    column: str
    operator: Operator
    value: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """A path or query variable that takes each of a few words in turn."""

    variable: str
    words: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Parents:
    """A path or query variable that takes the key of each record of another resource."""

    variable: str
    resource: str
    column: str
    among: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Only parents whose own variables have these words."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Resource:
    """Something that the API lets us read."""

    name: str
    """The stream's name."""
    table: str
    """Its name in SQL."""
    path: str
    """Below the API's address; `{variable}` stands for a bound value."""
    doc: str
    """Where Act-On documents it."""
    evidence: Evidence
    description: str
    shape: Shape
    paging: Paging
    columns: tuple[Column, ...]
    keys: tuple[str, ...]
    params: Mapping[str, str] = field(default_factory=dict)
    bind: tuple[Words | Parents, ...] = ()
    """Bound values are also columns, under the variable's name."""
    replication_key: str | None = None
    filters: tuple[Filter, ...] = ()
    reshape: Callable[[Record], Record] | None = None
    """Changes a row of the reply before its values are read."""

    def query(self, conditions: tuple[Condition, ...]) -> dict[str, str]:
        """Return the query parameters for the conditions that the server can check."""
        return {
            filter_.parameter: filter_.encode(condition.value)
            for condition in conditions
            for filter_ in self.filters
            if (filter_.column, filter_.operator) == (condition.column, condition.operator)
        }

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of its records."""
        properties = {column.name: _property(column) for column in self.columns}
        properties[MISFITS] = {
            **Type.JSON.schema,
            "description": "Values that did not fit their columns' types, by column",
        }
        return {"type": "object", "properties": properties}


def _property(column: Column) -> dict[str, Any]:
    words = {"title": column.title, "description": column.description or None}
    return {**column.type.schema, **{key: text for key, text in words.items() if text is not None}}
