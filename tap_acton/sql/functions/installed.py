"""All functions in one table, and how SQLite gets them."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from tap_acton.sql.functions import aggregates, calendars, documents, moments, numbers, text
from tap_acton.sql.functions.periods import PERIODS
from tap_acton.sql.functions.rows import RowFunction

if TYPE_CHECKING:
    from collections.abc import Mapping

    import apsw

    from tap_acton.clock import Clock
    from tap_acton.sql.functions.aggregates import Aggregate
    from tap_acton.sql.functions.table import Function, Kept

__all__ = ["NAMES", "RESULTS", "ROWS", "TABLE", "Documented", "install"]


class Documented(Protocol):
    """What the documents say of a function: its name, how it is written, what it gives."""

    @property
    def name(self) -> str:
        """In capitals."""
        ...

    @property
    def usage(self) -> str:
        """With its arguments."""
        ...

    @property
    def words(self) -> str:
        """One line."""
        ...


_SCALARS = tuple(
    function
    for module in (text, numbers, calendars, moments, documents)
    for function in module.FUNCTIONS
)
_SECTIONS: dict[str, tuple[tuple[Function | Kept | Aggregate, ...], ...]] = {
    "Text": (text.FUNCTIONS, text.KEPT),
    "Numbers": (numbers.FUNCTIONS, numbers.KEPT),
    "Dates": (calendars.FUNCTIONS, moments.FUNCTIONS),
    "JSON and XML": (documents.FUNCTIONS,),
    "Aggregates and windows": (aggregates.AGGREGATES, aggregates.KEPT),
}
TABLE: Mapping[str, tuple[Function | Kept | Aggregate, ...]] = MappingProxyType(
    {
        section: tuple(sorted((each for part in parts for each in part), key=lambda one: one.name))
        for section, parts in _SECTIONS.items()
    }
)
"""The functions by section, as they are documented."""
ROWS = tuple(RowFunction(rows) for rows in documents.TABLES)
"""The functions that give rows."""
_EVERY = tuple(function for section in TABLE.values() for function in section)
NAMES: frozenset[str] = frozenset(function.name for function in _EVERY) | PERIODS
"""The names of all functions, in capitals; those of periods are gone before SQLite runs."""
RESULTS: Mapping[str, str] = MappingProxyType(
    {function.name: function.result for function in _EVERY if function.result != "VARCHAR"}
)
"""The SQL type of what a function gives, by name, where it is one and not VARCHAR."""


def install(connection: apsw.Connection, clock: Clock) -> None:
    """Let a connection of SQLite call the functions.

    Args:
        connection: It knows them from then on.
        clock: Tells the time to those that ask for it.
    """
    for function in _SCALARS:
        connection.create_scalar_function(
            function.name, function.for_sqlite(clock), deterministic=function.pure
        )
    for aggregate in aggregates.AGGREGATES:
        connection.create_window_function(aggregate.name, aggregate.window)
    for rows in ROWS:
        connection.create_module(
            rows.name,
            rows,  # type: ignore[arg-type]  # a module needs no Create if it is eponymous alone
            use_bestindex_object=True,
            eponymous=True,
            eponymous_only=True,
            read_only=True,
        )
