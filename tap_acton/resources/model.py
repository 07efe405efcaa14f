"""The words in which a resource is described. A description is data: no I/O, no conditions."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

from tap_acton.resources.binding import Binding, Condition, Months, Operator, Parents, Words
from tap_acton.resources.convert import Record, Type
from tap_acton.resources.paging import OnePage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from tap_acton.resources.cells import Shape
    from tap_acton.resources.paging import Paging

__all__ = [
    "MISFITS",
    "NOWHERE",
    "RAW",
    "RAW_COLUMN",
    "WHOLE",
    "Column",
    "Condition",
    "Evidence",
    "Filter",
    "Months",
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
WHOLE = ("@whole",)
"""The source of a column that holds the whole row."""
_MANY = {"contacts", "list_records", "messages"}
NOWHERE = ("@nowhere",)
"""The source of a column that is always made of others."""


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
    made_of: tuple[str, ...] = ()
    """Columns that it is made of where the row gives no value: an id for rows without one."""
    description: str = ""
    exact: bool = False
    """Whether it takes only what can be had back from the typed value, character by character."""
    keeps: bool = False
    """Whether a value that does not fit stays as it came."""

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of its values."""
        is_elsewhere = self.title and self.source[:1] != (self.title,)
        place = self.source[0] if is_elsewhere else None
        words = {"title": self.title, "$id": place, "description": self.description or None}
        said = {key: text for key, text in words.items() if text is not None}
        return {**self.type.schema, **said}


RAW_COLUMN = Column(name=RAW, type=Type.JSON, source=WHOLE, description="The whole object")


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
    params: Mapping[str, Any] = field(default_factory=dict)
    bind: tuple[Binding, ...] = ()
    """Bound values are also columns, under the variable's name."""
    replication_key: str | None = None
    filters: tuple[Filter, ...] = ()
    reshape: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    """Changes a row of the reply, bound values with it, before its values are read."""

    @property
    def looks_back(self) -> bool:
        """Whether its rows have the date of what they tell of, and change long after it."""
        return any(self.replication_key in binding.dates for binding in self.bind)

    @property
    def numbers_rows(self) -> bool:
        """Whether rows that are equal in all that ids are made of get numbers, as they come."""
        return any(column.made_of and RAW not in column.made_of for column in self.columns)

    @property
    def is_costly(self) -> bool:
        """Whether it takes a request for each of what an account has by the thousand."""
        return not _MANY.isdisjoint(self.parents)

    @property
    def cost(self) -> str:
        """The requests for all of its rows, as a formula over their number and that of parents."""
        numbers = [binding.number for binding in self.bind if binding.number]
        requests = " * ".join(numbers) or "1"
        return requests if isinstance(self.paging, OnePage) else f"{requests} + rows / 999"

    @property
    def parents(self) -> tuple[str, ...]:
        """The resources whose records it is bound to."""
        return tuple(each.resource for each in self.bind if isinstance(each, Parents))

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the variables that a request needs values for."""
        return tuple(name for binding in self.bind for name in binding.variables)

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
        properties = {column.name: column.schema() for column in self.columns}
        properties[MISFITS] = {
            **Type.JSON.schema,
            "description": "Values that did not fit their columns' types, by column",
        }
        return {"type": "object", "properties": properties}
