"""Statements that are answered from a cache: which tables they get from there."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from tap_acton.resources.convert import Type
from tap_acton.sql.cache import SCHEMA
from tap_acton.sql.exceptions import OperationalError
from tap_acton.sql.schema.fixed import FIXED
from tap_acton.sql.schema.table import BINARY, Field, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import apsw

    from tap_acton.sql.cache import Cache
    from tap_acton.sql.language.tree import Name
    from tap_acton.sql.result import Result
    from tap_acton.sql.schema.table import Table

__all__ = ["CachedTables"]

_BUSY_MS = 60_000
_TYPES = {
    "INTEGER": Type.INTEGER,
    "DOUBLE": Type.NUMBER,
    "BOOLEAN": Type.BOOLEAN,
    "TIMESTAMP": Type.MOMENT,
}


class CachedTables:
    """Gives statements the tables of a cache, which is filled where it may be.

    Args:
        sqlite: The database in which statements run.
        cache: Where the tables are.
        read: Reads all rows of a table of the account.
    """

    def __init__(
        self, sqlite: apsw.Connection, cache: Cache, read: Callable[[Name], tuple[Table, Result]]
    ) -> None:
        self.cache = cache
        self._sqlite = sqlite
        self._read = read
        self._is_passed_by = False
        sqlite.execute(f"ATTACH ? AS {SCHEMA}", (str(cache.file),))
        sqlite.set_busy_timeout(_BUSY_MS)

    @property
    def answers(self) -> bool:
        """Whether statements get tables from here."""
        return (self.cache.auto or self.cache.offline) and not self._is_passed_by

    @contextmanager
    def passed_by(self) -> Iterator[None]:
        """Let the block's statements read the account."""
        before, self._is_passed_by = self._is_passed_by, True
        try:
            yield
        finally:
            self._is_passed_by = before

    def find(self, name: Name) -> tuple[str, tuple[Field, ...]]:
        """Return what a table is called in the schema of the cache, and its columns.

        Raises:
            OperationalError: It is not there, and nothing may be asked for.
            ActOnError: It cannot be read.
        """
        kept = self.cache.find(name.name)
        if kept is None and self.cache.offline:
            raise OperationalError(f"{name.name} is not in the cache, and Offline is true.")
        if kept is None:
            with self.passed_by():
                kept = self.cache.keep_whole(*self._read(name))
        described = self._sqlite.execute(f"PRAGMA {SCHEMA}.table_info({quoted(kept)})")
        fixed = FIXED.get(kept)
        collations = {each.name: each.collation for each in fixed.fields} if fixed else {}
        return kept, tuple(
            Field(
                name=column,
                column=column,
                type=_TYPES.get(declared, Type.TEXT),
                collation=collations.get(column, BINARY),
            )
            for _, column, declared, *_ in described
        )
