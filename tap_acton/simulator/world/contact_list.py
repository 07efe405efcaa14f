"""A contact list: fixed facts, and rows that come, change and go."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One record; `cells` are in the order of the list's headings, without the id."""

    id: str
    cells: tuple[str, ...]
    created_ms: int
    modified_ms: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ListFacts:
    """What a list is, apart from its rows; `email_column` counts from 0, -1 = none."""

    id: str
    name: str
    headings: tuple[str, ...]
    email_column: int
    folder: str
    description: str
    made_ms: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Segment:
    """A query segment: the rows of a list whose number leaves `remainder` when halved in three."""

    id: str
    name: str
    list_id: str
    remainder: int

    def holds(self, row: Row) -> bool:
        """Whether a row of the parent list belongs to the segment."""
        return row_number(row.id) % 3 == self.remainder


class ContactList:
    """The rows of one list, in the order in which they were inserted."""

    def __init__(self, facts: ListFacts, rows: Iterable[Row] = ()) -> None:
        """Fill the list."""
        self.facts = facts
        self._rows = {row.id: row for row in rows}
        self._next = len(self._rows)
        self._changed_ms = max((row.modified_ms for row in self), default=facts.made_ms)
        self._views: dict[str, Sequence[Row]] = {}

    def __iter__(self) -> Iterator[Row]:
        """Walk the rows in order of insertion."""
        return iter(self._rows.values())

    def __len__(self) -> int:
        """Count the rows."""
        return len(self._rows)

    @property
    def next_number(self) -> int:
        """The number that the next row will get."""
        return self._next

    @property
    def changed_ms(self) -> int:
        """When a row last came, changed or went."""
        return self._changed_ms

    def view(self, order: str) -> Sequence[Row]:
        """All rows, `inserted` or `newest` (modified last, first); kept until a row changes."""
        if order not in self._views:
            rows = list(self._rows.values())
            if order == "newest":
                rows.sort(key=lambda row: -row.modified_ms)
            self._views[order] = rows
        return self._views[order]

    def get(self, record_id: str) -> Row | None:
        """The row with this id."""
        return self._rows.get(record_id)

    def insert(self, cells: Sequence[str], *, at_ms: int, position: int | None = None) -> Row:
        """Add a row, last or at a position in the order of insertion."""
        row = Row(
            id=f"{self.facts.id}:{self._next:x}",
            cells=self._fit(cells),
            created_ms=at_ms,
            modified_ms=at_ms,
        )
        self._next += 1
        self._place(row, position)
        self._touch(at_ms)
        return row

    def update(self, record_id: str, cells: Mapping[int, str], *, at_ms: int) -> Row:
        """Replace cells by column number.

        Raises:
            KeyError: if the list has no such row.
        """
        old = self._rows[record_id]
        new = tuple(cells.get(column, cell) for column, cell in enumerate(old.cells))
        self._rows[record_id] = replace(old, cells=new, modified_ms=at_ms)
        self._touch(at_ms)
        return self._rows[record_id]

    def delete(self, record_id: str, *, at_ms: int) -> None:
        """Remove a row; its id is never used again.

        Raises:
            KeyError: if the list has no such row.
        """
        del self._rows[record_id]
        self._touch(at_ms)

    def add_column(self, heading: str, cell: str, *, at_ms: int) -> None:
        """Add a last column with one cell for all rows; dates of rows stay."""
        self._reshape((*self.facts.headings, heading), lambda cells: (*cells, cell), at_ms=at_ms)

    def rename_column(self, column: int, heading: str, *, at_ms: int) -> None:
        """Give a column another heading."""
        old = self.facts.headings
        self._reshape((*old[:column], heading, *old[column + 1 :]), tuple, at_ms=at_ms)

    def drop_column(self, column: int, *, at_ms: int) -> None:
        """Remove a column with its cells; without the one of addresses the list has none."""
        old, email = self.facts.headings, self.facts.email_column
        self._reshape(
            (*old[:column], *old[column + 1 :]),
            lambda cells: (*cells[:column], *cells[column + 1 :]),
            at_ms=at_ms,
        )
        moved = -1 if email == column else email - (email > column)
        self.facts = replace(self.facts, email_column=moved)

    def _reshape(
        self,
        headings: tuple[str, ...],
        reshape: Callable[[tuple[str, ...]], tuple[str, ...]],
        *,
        at_ms: int,
    ) -> None:
        self.facts = replace(self.facts, headings=headings)
        self._rows = {row.id: replace(row, cells=reshape(row.cells)) for row in self._rows.values()}
        self._touch(at_ms)

    def _fit(self, cells: Sequence[str]) -> tuple[str, ...]:
        width = len(self.facts.headings)
        return tuple(cells[:width]) + ("",) * (width - len(cells))

    def _place(self, row: Row, position: int | None) -> None:
        if position is None:
            self._rows[row.id] = row
            return
        rows = list(self._rows.values())
        rows.insert(position, row)
        self._rows = {kept.id: kept for kept in rows}

    def _touch(self, at_ms: int) -> None:
        self._changed_ms = at_ms
        self._views.clear()


def row_number(record_id: str) -> int:
    """The row number inside a record id: 10 for `l-0001:a`."""
    return int(record_id.rpartition(":")[2], 16)
