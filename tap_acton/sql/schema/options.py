"""What the properties of a connection say of tables."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tap_acton.sql.name_lists import names_in, pairs_in
from tap_acton.sql.schema.local import SCHEMA, VIEWS
from tap_acton.sql.schema.table import Kind

if TYPE_CHECKING:
    from tap_acton.sql.properties import ConnectorSettings
    from tap_acton.sql.schema.table import Field, Table

__all__ = ["TableOptions", "options_of"]

logger = logging.getLogger("tap-acton")

_MOST_ROWS = 1000
"""Those of a page."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TableOptions:
    """Which tables there are, and what they show. Names are in small letters."""

    rows: int = 0
    """The first rows of a list that tell the types of its columns; 0 for texts."""
    tables: frozenset[str] | None = None
    """The tables that can be named; None for all."""
    views: frozenset[str] | None = None
    """The same of views."""
    is_listed: bool = True
    """Whether the schema is told of, with what is in it."""
    shows_views: bool = True
    """The same of the user's own views."""
    pseudo_columns: frozenset[tuple[str, str]] = frozenset()
    """Pseudo-columns that are columns, by table and name; `*` stands for any."""

    def allows(self, name: str, kind: Kind) -> bool:
        """Tell whether a table can be named."""
        names = self.tables if kind is Kind.TABLE else self.views
        return names is None or name.casefold() in names

    def shown(self, table: Table) -> Table:
        """Return a table with the pseudo-columns that are to be columns."""
        if not self.pseudo_columns:
            return table
        return replace(table, fields=tuple(self._field(table, each) for each in table.fields))

    def _field(self, table: Table, field: Field) -> Field:
        tables, names = {"*", table.name.casefold()}, {"*", field.name.casefold()}
        is_wanted = any(of in tables and name in names for of, name in self.pseudo_columns)
        return replace(field, is_pseudo=field.is_pseudo and not is_wanted)


def options_of(properties: ConnectorSettings) -> TableOptions:
    """Return what properties say of tables."""
    depth = min(properties.row_scan_depth or _MOST_ROWS, _MOST_ROWS)
    if properties.row_scan_depth > depth:
        logger.warning("RowScanDepth: the first %s rows tell the types of columns.", f"{depth:,}")
    tables, views = (each and names_in(each) for each in (properties.tables, properties.views))
    schemas = names_in(properties.browsable_schemas or "")
    return TableOptions(
        rows=depth if properties.type_detection_scheme == "RowScan" else 0,
        tables=tables or None,
        views=views or None,
        is_listed=not schemas or SCHEMA.casefold() in schemas,
        shows_views=not schemas or VIEWS.casefold() in schemas,
        pseudo_columns=pairs_in(properties.pseudo_columns or ""),
    )
