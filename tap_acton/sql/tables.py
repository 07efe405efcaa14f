"""The account as tables: which names there are, and what their columns are called in SQL."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tap_acton.discovery import discover_lists
from tap_acton.resources.catalog import RESOURCES
from tap_acton.resources.convert import Type
from tap_acton.sql.exceptions import ProgrammingError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tap_acton.client import ActOnClient
    from tap_acton.resources.model import Column, Resource

__all__ = ["Table", "Tables"]

_DECLARED = {
    Type.INTEGER: "INTEGER",
    Type.NUMBER: "DOUBLE",
    Type.BOOLEAN: "BOOLEAN",
    Type.MOMENT: "TIMESTAMP",
}
_LIST_PREFIX = "list_"


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A resource under its name in SQL."""

    name: str
    resource: Resource

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names of its columns: a list's own headings, the others in Pascal case."""
        return tuple(column.title or _pascal(column.name) for column in self.resource.columns)

    @property
    def declaration(self) -> str:
        """The statement that declares its columns to SQLite."""
        columns = (
            f"{quoted(name)} {declared(column)}"
            for name, column in zip(self.column_names, self.resource.columns, strict=True)
        )
        return f"CREATE TABLE t ({', '.join(columns)})"


class Tables:
    """Finds tables by name, in any case.

    The account's lists are asked for when a name can be only a list's, once for a connection.
    """

    def __init__(self, client: ActOnClient) -> None:
        self._client = client
        self._fixed = _by_name(RESOURCES.values())
        self._lists: dict[str, Table] | None = None

    def find(self, name: str) -> Table:
        """Return the table of a name.

        Raises:
            ProgrammingError: There is none.
            ActOnError: The account's lists cannot be read.
        """
        key = name.casefold()
        table = self._fixed.get(key)
        if table is None and key.startswith(_LIST_PREFIX):
            if self._lists is None:
                self._lists = _by_name(discover_lists(self._client))
            table = self._lists.get(key)
        if table is None:
            raise ProgrammingError(f"There is no table {name!r}.{self._nearest(key)}")
        return table

    def _nearest(self, key: str) -> str:
        names = {**self._fixed, **(self._lists or {})}
        near = difflib.get_close_matches(key, names, n=1)
        return f" Did you mean {names[near[0]].name!r}?" if near else ""


def quoted(name: str) -> str:
    """Return a name as SQLite's identifier."""
    return '"' + name.replace('"', '""') + '"'


def declared(column: Column) -> str:
    """Return a column's type as SQLite is told."""
    return _DECLARED.get(column.type, "VARCHAR")


def _by_name(resources: Iterable[Resource]) -> dict[str, Table]:
    """Return tables by name; of two with one name, the later has its stream's name behind it."""
    tables: dict[str, Table] = {}
    for resource in resources:
        name = resource.table
        if name.casefold() in tables:
            name = f"{name}_{resource.name}"
        tables[name.casefold()] = Table(name=name, resource=resource)
    return tables


def _pascal(name: str) -> str:
    return "".join(word[:1].upper() + word[1:] for word in name.split("_"))
