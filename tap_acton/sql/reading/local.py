"""SQLite's view of the tables whose rows are made here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_acton.sql.schema.table import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import apsw

    from tap_acton.sql.schema.local import Local

__all__ = ["LocalTables"]

_EQUALS = 2  # SQLITE_INDEX_CONSTRAINT_EQ
_COST_OF_ALL, _COST_OF_ONE = 1e6, 10.0


_MODULE = "acton_local"


class LocalTables:
    """SQLite's module of them; the argument of each is its number here.

    Args:
        sqlite: The database in which statements run.
    """

    def __init__(self, sqlite: apsw.Connection) -> None:
        self._sqlite = sqlite
        self._tables: dict[str, Local] = {}
        sqlite.create_module(_MODULE, self)  # type: ignore[arg-type]

    def fill(self, local: Local) -> None:
        """Make a table known to SQLite; its rows are made when they are read."""
        if local.name not in self._tables:
            number = len(self._tables)
            self._tables[local.name] = local
            self._sqlite.execute(
                f"CREATE VIRTUAL TABLE {quoted(local.name)} USING {_MODULE}({number})"
            )

    def Connect(  # noqa: N802 - SQLite's names
        self, _connection: apsw.Connection, _module: str, _database: str, _name: str, *args: Any
    ) -> tuple[str, _Table]:
        """Return a table's declaration, and the table."""
        local = list(self._tables.values())[int(args[0])]
        return local.declaration, _Table(local)

    Create = Connect


class _Table:
    def __init__(self, local: Local) -> None:
        self._local = local
        self._of_table = local.column("TableName") if local.of_table else None

    def BestIndex(  # noqa: N802
        self, constraints: Sequence[tuple[int, int]], _orders: Any
    ) -> tuple[Any, ...]:
        """Take one table's name; SQLite checks it again."""
        wanted = [each == (self._of_table, _EQUALS) for each in constraints]
        if True not in wanted:
            return (None, 0, None, False, _COST_OF_ALL)
        used: list[Any] = [None] * len(wanted)
        used[wanted.index(True)] = (0, False)
        return (used, 1, None, False, _COST_OF_ONE)

    def Open(self) -> _Cursor:  # noqa: N802
        return _Cursor(self._local)

    def Disconnect(self) -> None:  # noqa: N802
        """Nothing is held."""

    Destroy = Disconnect


class _Cursor:
    def __init__(self, local: Local) -> None:
        self._local = local
        self._rows: Iterator[tuple[Any, ...]] = iter(())
        self._row: tuple[Any, ...] | None = None
        self._number = 0

    def Filter(self, is_one: int, _: Any, wanted: Sequence[Any]) -> None:  # noqa: N802
        of_table = self._local.of_table
        rows = of_table(str(wanted[0])) if is_one and of_table else self._local.rows()
        self._rows, self._number = iter(rows), 0
        self.Next()

    def Eof(self) -> bool:  # noqa: N802
        return self._row is None

    def Next(self) -> None:  # noqa: N802
        self._row = next(self._rows, None)
        self._number += 1

    def Rowid(self) -> int:  # noqa: N802
        return self._number

    def Column(self, number: int) -> Any:  # noqa: N802
        if number < 0 or self._row is None:
            return self._number
        value = self._row[number]
        return int(value) if isinstance(value, bool) else value

    def Close(self) -> None:  # noqa: N802
        self._rows = iter(())
