"""What a statement asks for, once it has been read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlglot import exp

__all__ = [
    "Deletion",
    "Insertion",
    "LocalView",
    "Name",
    "Query",
    "SelectInto",
    "Statement",
    "Update",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Name:
    """A table's name as it was written."""

    name: str
    schema: str = ""
    catalog: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """Rows that SQLite works out."""

    tree: exp.Expr
    """A SELECT, several with UNION, or VALUES."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SelectInto:
    """Rows that go into a file, such as `csv://people.csv;delimiter=tab`."""

    query: Query
    target: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Insertion:
    """Rows for a table, from values or from a query."""

    table: Name
    columns: tuple[str, ...]
    rows: Query
    is_upsert: bool = False
    returning: tuple[str, ...] = ()
    """Columns of the new rows that are wanted back."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Update:
    """New values for rows of a table.

    Either of those that fit `where`, or, if there are `rows`, of those whose keys these bring.
    """

    table: Name
    values: Mapping[str, exp.Expr]
    """The new values by column."""
    where: exp.Expr | None = None
    columns: tuple[str, ...] = ()
    rows: Query | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Deletion:
    """Rows of a table that go: those that fit `where`, or whose keys `rows` bring."""

    table: Name
    where: exp.Expr | None = None
    rows: Query | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class LocalView:
    """A view of the user's own is made, changed, or dropped."""

    verb: str
    """CREATE, ALTER or DROP."""
    name: str
    query: str = ""


Statement = Query | SelectInto | Insertion | Update | Deletion | LocalView
