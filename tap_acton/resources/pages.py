"""The words in which pages are spoken of: what is asked, what comes, and how far a reading is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Sequence

    from tap_acton.errors import ActOnError
    from tap_acton.resources.convert import Record
    from tap_acton.resources.downloads import ListDownloads

__all__ = ["ANCHORS", "BLIND", "Batch", "Outlook", "Page", "Paging", "Params", "Position", "Source"]

ANCHORS = 10
"""Rows remembered across runs; one of them is enough to find the place again."""
Params = dict[str, Any]
"""What a request for a page says beyond the resource's own parameters."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Position:
    """How far a reading has come."""

    offset: int = 0
    anchors: tuple[str, ...] = ()
    """Marks of the last rows before the offset, the last one last."""

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return {"offset": self.offset, "anchors": list(self.anchors)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Return what `to_json` gave."""
        return cls(offset=int(data["offset"]), anchors=tuple(data["anchors"]))


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """What one request brought, or the first part of it."""

    records: Sequence[Record]
    identities: Sequence[str]
    """One for each record: equal if both are the same row, changed or not."""
    marks: Sequence[str]
    """One for each record: equal if both are the same row, unchanged."""
    total: int | None
    labels: tuple[str, ...] = ()
    """What a table's cells stand under."""
    renumbered: Callable[[Record, int], Record | None] = lambda _record, _number: None
    """Returns a record as the n-th of its equals; None if equal rows are one row."""
    is_full: bool = False
    """Whether it has all the rows that it was asked for, fewer though they may be than others."""
    rest: Generator[Batch] | None = None
    """The parts behind it, which are still arriving. It raises where the reply breaks off."""

    def parts(self) -> Iterator[Batch]:
        """Yield this part and those behind it."""
        yield self
        if self.rest is not None:
            yield from self.rest

    def close(self) -> None:
        """Leave what has not arrived."""
        if self.rest is not None:
            self.rest.close()

    def behind(self, number: int, *, rest: Generator[Batch] | None) -> Batch:
        """Return it without its first rows, and with other parts behind it."""
        return replace(
            self,
            records=self.records[number:],
            identities=self.identities[number:],
            marks=self.marks[number:],
            rest=rest,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """New records, and where to read on after them."""

    records: Sequence[Record]
    position: Position
    before: tuple[str, ...] = ()
    """Marks of the last rows before it."""
    marks: Sequence[str] = ()
    """Of its own rows, records that were dropped too."""
    behind: Sequence[int] = ()
    """How many of its rows are behind each record."""
    total: int | None = None
    """How many rows there are in all, if the reply says so."""
    is_whole: bool = False
    """Whether it is all there is, as one reply brought it."""

    def has_in(self, position: Position, number: int) -> bool:
        """Tell whether one of the records is among those that a position remembers, unchanged."""
        return not self.is_whole and self.marks[-1 - self.behind[number]] in position.anchors

    def after(self, number: int) -> Position:
        """Return where to read on after one of the records; of a whole page, its start."""
        if self.is_whole:
            return Position()
        behind = self.behind[number]
        end = len(self.marks) - behind
        anchors = (*self.before, *self.marks[max(0, end - ANCHORS) : end])[-ANCHORS:]
        if behind and len(anchors) == 1:
            anchors *= 2  # a single one would say that rows come one by one, and need no seam
        return Position(offset=self.position.offset - behind, anchors=anchors)


def _expect_nothing(_params: Iterable[Params], /) -> None:
    """Send nothing ahead."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outlook:
    """What a reading may ask for before it needs it."""

    expect: Callable[[Iterable[Params]], None] = _expect_nothing
    """Takes the requests that come next, in order, each time they are others."""
    totals_are_exact: bool = True
    """Whether the total counts just the rows that the conditions let through."""
    rows: int | None = None
    """How many rows there may be, if something told before the first reply."""

    def end(self, offset: int, total: int | None, *, page: int) -> int:
        """Return before which offset there are rows that need a request, at least one.

        Args:
            offset: The next one.
            total: What the reply before it says.
            page: New rows of a page; 0 if the one before was not full. Where nobody knows where
                the rows end, one page is asked for that may be in vain.
        """
        known = total - 1 if total is not None and self.totals_are_exact else offset + 1 + page
        return max(offset + 1, known)


BLIND = Outlook()
"""Each request is sent when its reply is needed."""


class Source(Protocol):
    """Where rows come from: one resource, with values for its variables and with conditions."""

    def __call__(self, params: Params, /) -> Batch:
        """Return what a request with these parameters brings."""
        ...

    @property
    def downloads(self) -> ListDownloads:
        """How the lists of this run come."""
        ...

    def once(self, params: Params, /) -> Batch:
        """Return the same; a CSV that does not begin to come is not tried again."""
        ...

    def as_csv(self, labels: tuple[str, ...] = ()) -> Source:
        """Return where the rows of a list come as CSV; with labels, only under just these."""
        ...

    def in_json(self, params: Params, /) -> Batch:
        """Return what JSON has for these parameters, whose rows may lack columns."""
        ...

    def wait_after(self, error: ActOnError, *, has_progressed: bool) -> None:
        """Wait until a reply that broke off may be asked for again, or raise its error.

        Args:
            error: What broke it off.
            has_progressed: Whether it brought anything new, so that earlier tries do not count.
        """
        ...


class Paging(Protocol):
    """A way of reading all rows."""

    @property
    def in_body(self) -> bool:
        """Whether parameters go out as a JSON body, by POST, instead of in the query."""
        ...

    def first(self, rows: int) -> Params:
        """Return the parameters of a request for the first so many rows."""
        ...

    def opening(self, page_size: int) -> Params | None:
        """Return what a reading from the start asks for first; None if it comes piece by piece."""
        ...

    def pages(
        self,
        fetch: Source,
        *,
        page_size: int,
        filtered: bool,
        resume: Position,
        outlook: Outlook = BLIND,
    ) -> Iterator[Page]:
        """Yield pages until there are no more rows.

        Args:
            fetch: Sends a request with these parameters.
            page_size: Rows to ask for.
            filtered: Whether the request has conditions, which the total may not know of.
            resume: Where to begin.
            outlook: What may be asked for ahead.
        """
        ...
