"""The account as tables: which names there are, and what their columns are called in SQL."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from tap_acton.discovery import discover_lists
from tap_acton.sql.exceptions import ProgrammingError
from tap_acton.sql.schema.fields import table_of
from tap_acton.sql.schema.fixed import FIXED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tap_acton.client import ActOnClient
    from tap_acton.resources.model import Resource
    from tap_acton.sql.schema.table import Table

__all__ = ["Tables"]

_LIST_PREFIX = "list_"


class Tables:
    """Finds tables by name, in any case.

    The account's lists are asked for when a name can be only a list's, once for a connection.
    """

    def __init__(self, client: ActOnClient) -> None:
        self._client = client
        self._fixed = {name.casefold(): table for name, table in FIXED.items()}
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

    def every(self) -> Iterator[Table]:
        """Yield all tables, those of lists after the others.

        Raises:
            ActOnError: The account's lists cannot be read.
        """
        if self._lists is None:
            self._lists = _by_name(discover_lists(self._client))
        yield from (*self._fixed.values(), *self._lists.values())

    def _nearest(self, key: str) -> str:
        names = {**self._fixed, **(self._lists or {})}
        near = difflib.get_close_matches(key, names, n=1)
        return f" Did you mean {names[near[0]].name!r}?" if near else ""


def _by_name(resources: Iterable[Resource]) -> dict[str, Table]:
    """Return tables by name; of two with one name, the later has its stream's name behind it."""
    tables: dict[str, Table] = {}
    for resource in resources:
        name = resource.table
        if name.casefold() in tables:
            name = f"{name}_{resource.name}"
        tables[name.casefold()] = table_of(resource, name)
    return tables
