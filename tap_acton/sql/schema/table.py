"""What a table is: its columns, the ways to its rows, and what may be written."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from tap_acton.resources.convert import Type

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tap_acton.resources.model import Resource

__all__ = ["BINARY", "Field", "Kind", "Operation", "Table", "Way", "declaration", "quoted"]

BINARY = "BINARY"
"""The collation in which texts are equal that are the same."""
_NOTHING: Mapping[str, str] = {}
_DECLARED = {
    Type.INTEGER: "INTEGER",
    Type.NUMBER: "DOUBLE",
    Type.BOOLEAN: "BOOLEAN",
    Type.MOMENT: "TIMESTAMP",
}


class Kind(Enum):
    """What `sys_tables` calls it."""

    TABLE = "TABLE"
    VIEW = "VIEW"


class Operation(Enum):
    """What may be done to rows."""

    INSERT = "INSERT"
    UPDATE = "UPDATE"
    DELETE = "DELETE"
    UPSERT = "UPSERT"


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """A column in SQL."""

    name: str
    column: str
    """The column of the resource's records that it shows."""
    type: Type = Type.TEXT
    description: str = ""
    is_key: bool = False
    is_pseudo: bool = False
    """Whether it can be named and is not in `*`: a filter, in CData's manner."""
    is_readonly: bool = True
    collation: str = BINARY
    """Which of its values are equal, as SQLite calls that: see `language.runtime.WORDS`."""

    @property
    def declared(self) -> str:
        """Its type as SQLite is told."""
        return _DECLARED.get(self.type, "VARCHAR")


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """A way to rows of a table: a resource, and the values that some variables always have."""

    resource: Resource
    given: Mapping[str, str] = field(default_factory=lambda: _NOTHING)


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A table, or a view, of the account."""

    name: str
    fields: tuple[Field, ...]
    way: Way
    """How all of its rows are read."""
    by_key: Way | None = None
    """How the row of one key is read; its resource has the key's columns as variables."""
    description: str = ""
    kind: Kind = Kind.VIEW
    operations: frozenset[Operation] = frozenset()

    @property
    def keys(self) -> tuple[Field, ...]:
        """The columns that tell its rows apart."""
        return tuple(each for each in self.fields if each.is_key)

    @property
    def declaration(self) -> str:
        """The statement that declares its columns to SQLite."""
        return declaration(self.fields)


def declaration(fields: Iterable[Field]) -> str:
    """Return the statement that declares columns to SQLite."""
    columns = (
        f"{quoted(each.name)} {each.declared}{' HIDDEN' if each.is_pseudo else ''}"
        for each in fields
    )
    return f"CREATE TABLE t ({', '.join(columns)})"


def quoted(name: str) -> str:
    """Return a name as SQLite's identifier."""
    return '"' + name.replace('"', '""') + '"'
