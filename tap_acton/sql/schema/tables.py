"""The account as tables: which names there are, and what their columns are called in SQL."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from tap_acton.names import did_you_mean
from tap_acton.parts import REFUSED
from tap_acton.sql.exceptions import ProgrammingError
from tap_acton.sql.schema.fixed import FIXED
from tap_acton.sql.schema.options import TableOptions
from tap_acton.sql.schema.own import OwnTables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_acton.client import ActOnClient
    from tap_acton.sql.schema.own import Entry
    from tap_acton.sql.schema.table import Kind, Table

__all__ = ["Tables"]

logger = logging.getLogger("tap-acton")

_DEFAULT = TableOptions()


class Tables:
    """Finds tables by name, in any case.

    Args:
        client: The account.
        options: What the properties say of tables.
    """

    def __init__(self, client: ActOnClient, options: TableOptions = _DEFAULT) -> None:
        self._options = options
        self._own = OwnTables(client, options.rows)
        self._fixed = {
            name.casefold(): options.shown(table)
            for name, table in FIXED.items()
            if options.allows(name, table.kind)
        }

    @property
    def is_listed(self) -> bool:
        """Whether the schema is told of, with what is in it."""
        return self._options.is_listed

    def find(self, name: str) -> Table:
        """Return the table of a name.

        Raises:
            ProgrammingError: There is none.
            ActOnError: The account's lists, or the columns of this one, cannot be read.
        """
        key = name.casefold()
        if key in self._fixed:
            return self._fixed[key]
        entry = self._own.find(key)
        if entry is None or not self._options.allows(entry.name, entry.kind):
            raise ProgrammingError(f"There is no table {name!r}.{self._nearest(key)}")
        return self._table(entry)

    def names(self, name: str | None = None) -> Iterator[tuple[str, Kind, str]]:
        """Yield name, kind and description of tables, without asking for any list's columns.

        Args:
            name: The only one that is wanted, in any case.

        Raises:
            ActOnError: The account's lists cannot be read.
        """
        if not self.is_listed:
            return
        key = name and name.casefold()
        for own, table in self._fixed.items():
            if key in (None, own):
                yield table.name, table.kind, table.description
        for entry in self._entries(key):
            yield entry.name, entry.kind, entry.description

    def every(self) -> Iterator[Table]:
        """Yield all tables, the account's own after the others.

        What Act-On does not show is left out with a warning.

        Raises:
            ActOnError: A request failed for good.
        """
        if not self.is_listed:
            return
        yield from self._fixed.values()
        for entry in self._entries(None):
            try:
                yield self._table(entry)
            except REFUSED as error:
                logger.warning("Leaving out %s: %s", entry.name, error)

    def _entries(self, key: str | None) -> Iterator[Entry]:
        found = self._own.every() if key is None else filter(None, [self._own.find(key)])
        return (each for each in found if self._options.allows(each.name, each.kind))

    def _table(self, entry: Entry) -> Table:
        return self._options.shown(self._own.table(entry))

    def _nearest(self, key: str) -> str:
        known = self._own.known()
        own = (each.name for each in known if self._options.allows(each.name, each.kind))
        fixed = (table.name for table in self._fixed.values())
        return did_you_mean(key, [*fixed, *own])
