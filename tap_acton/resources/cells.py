"""Plain rows, as a reply has them: cells under headings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Protocol, overload

if TYPE_CHECKING:
    from tap_acton.transport.replies import Reply

__all__ = ["Cells", "Row", "Rows", "Shape"]

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Cells(Sequence[Row]):
    """The rows of a table, as arrays of cells. A row becomes a dict when somebody asks for it."""

    labels: tuple[str, ...]
    cells: Sequence[Sequence[Any]]
    """Of each row, perhaps fewer than there are labels, and not more."""
    are_texts: bool = False
    """Whether it is known that each cell is a text or none."""

    def __len__(self) -> int:
        return len(self.cells)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # as of a list

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> Cells: ...
    def __getitem__(self, at: int | slice) -> Row | Cells:
        if isinstance(at, slice):
            return Cells(self.labels, self.cells[at], self.are_texts)
        return dict(zip(self.labels, self.cells[at], strict=False))

    def columns(self) -> dict[str, Sequence[Any]]:
        """Return the cells by label, a cell for each row; not those of labels without any."""
        return dict(zip(self.labels, zip_longest(*self.cells), strict=False))


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows:
    """The rows of one reply, in its order."""

    rows: Sequence[Row]
    total: int | None = None
    """How many rows there are in all, if the reply says so. Act-On's -1 means it does not."""
    labels: tuple[str, ...] = ()
    """The table's unique headings, also if it has no rows; empty if the reply is no table."""


class Shape(Protocol):
    """A form of reply."""

    def read(self, reply: Reply) -> Rows:
        """Return the rows of a reply. Raises UnexpectedReplyError if it is of another form."""
        ...
