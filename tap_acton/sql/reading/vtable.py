"""SQLite's view of a table: rows that are requested when SQLite steps to them."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from tap_acton.sql.reading.memory import Memory
from tap_acton.sql.reading.reader import Reader
from tap_acton.sql.reading.rescans import PLAN
from tap_acton.sql.reading.want import choose

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

    import apsw

    from tap_acton.client import ActOnClient
    from tap_acton.sql.reading.memory import Page
    from tap_acton.sql.reading.want import Want
    from tap_acton.sql.schema.table import Table

__all__ = ["VirtualTables"]


class VirtualTables:
    """SQLite's module of an account's tables; the argument of each is its number here."""

    def __init__(self, client: ActOnClient) -> None:
        self.tables: list[Table] = []
        self.reader = Reader(client)
        self.memory = Memory()
        self._wants: dict[tuple[str, Want], Want] = {}
        self._by_number: list[tuple[str, Want]] = []

    def begin(self) -> None:
        """Begin a statement: what it reads is remembered for it alone."""
        self.memory = Memory()
        self.reader.begin()

    def numbered(self, table: str, want: Want) -> Want:
        """Return what is wanted of a table with its number."""
        known = self._wants.get((table, want))
        if known is None:
            known = replace(want, number=len(self._by_number))
            self._wants[table, want] = known
            self._by_number.append((table, known))
        return known

    def want(self, number: int) -> Want:
        """Return what a number stands for."""
        return self._by_number[number][1]

    def table(self, number: int) -> str:
        """Return the table of which a number's rows are wanted."""
        return self._by_number[number][0]

    def Connect(  # noqa: N802 - SQLite's names
        self, _connection: apsw.Connection, _module: str, _database: str, _name: str, *args: Any
    ) -> tuple[str, _Table]:
        """Return a table's declaration, and the table."""
        table = self.tables[int(args[0])]
        return table.declaration, _Table(self, table)

    Create = Connect


class _Table:
    def __init__(self, tables: VirtualTables, table: Table) -> None:
        self._tables = tables
        self._table = table

    def BestIndexObject(self, info: apsw.IndexInfo) -> bool:  # noqa: N802
        want = choose(self._table, info)
        self._tables.memory.look_at(self._table.name, want.fields)
        info.idxStr = PLAN
        info.idxNum = self._tables.numbered(self._table.name, want).number
        return True

    def Open(self) -> _Cursor:  # noqa: N802
        return _Cursor(self._tables, self._table)

    def Disconnect(self) -> None:  # noqa: N802
        """Nothing is held."""

    Destroy = Disconnect


class _Cursor:
    def __init__(self, tables: VirtualTables, table: Table) -> None:
        self._tables = tables
        self._table = table
        self._memory = tables.memory
        self._memory.opened()
        self._pages: Generator[Page] | None = None
        self._rows: Iterator[tuple[Any, ...]] = iter(())
        self._row: tuple[Any, ...] | None = None
        self._places = [0] * len(table.fields)
        self._key: tuple[int, ...] = ()
        self._equals: Counter[int] = Counter()

    def Filter(self, number: int, _name: str | None, values: tuple[Any, ...]) -> None:  # noqa: N802
        want = self._tables.want(number)
        for place, each in enumerate(want.fields):
            self._places[each] = place
        self._key = tuple(self._places[each] for each in want.row_key)
        self._equals.clear()
        self._stop()
        self._pages = self._tables.reader.pages(self._table, want, values, self._memory)
        lines = partial(_lines, want.fields)
        self._rows = itertools.chain.from_iterable(map(lines, self._pages))
        self.Next()

    def Eof(self) -> bool:  # noqa: N802
        return self._row is None

    def Next(self) -> None:  # noqa: N802
        self._row = next(self._rows, None)

    def Rowid(self) -> int:  # noqa: N802
        """Return what is the same for a row however it is found: SQLite joins OR's rows by it."""
        row = self._row or ()
        rowid = hash(tuple([row[place] for place in self._key]))
        self._equals[rowid] += 1
        return hash((rowid, self._equals[rowid]))

    def Column(self, number: int) -> Any:  # noqa: N802
        if number < 0:
            return self.Rowid()
        return self._row[self._places[number]]  # type: ignore[index]  # there is a row

    def Close(self) -> None:  # noqa: N802
        self._stop()
        self._memory.closed()

    def _stop(self) -> None:
        if self._pages is not None:
            self._pages.close()
            self._pages = None


def _lines(fields: tuple[int, ...], page: Page) -> Iterable[tuple[Any, ...]]:
    if not fields:
        return itertools.repeat((), page.rows)
    return zip(*[page.values[each] for each in fields], strict=True)
