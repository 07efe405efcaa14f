"""Reading a resource page by page without losing a row that was there all the time.

Act-On pages by offset over rows that others insert, change and delete meanwhile, in an order that
no document promises. What we rely on is that rows which nobody touches keep their order among
themselves. So each page repeats the last row of the page before (the seam). If a page begins with
a row that we have read, unchanged, then nothing untouched before it is unread; if it does not, we
go back until one does. Rows met again are dropped. The end is believed only of a page whose seam
is where it was. What moving rows cannot explain (a page that repeats for ever, a table that ends
before its total) is asked for again, and at last an error.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, Self

from tap_acton.errors import UnexpectedReplyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tap_acton.resources.convert import Record

__all__ = ["Batch", "OffsetPaging", "OnePage", "Page", "Paging", "Position"]

_ANCHORS = 10
"""Rows remembered across runs; one of them is enough to find the place again."""
_MARKS = 100_000
"""Rows remembered within a run, to find the place again after rows have moved."""
_PATIENCE = 5
"""Equal replies in a row before the server is called wrong."""
_STEPS = 3
"""Steps back by a page each; then they double."""


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
    """What one request brought."""

    records: list[Record]
    identities: list[str]
    """One for each record: equal if both are the same row, changed or not."""
    marks: list[str]
    """One for each record: equal if both are the same row, unchanged."""
    total: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """New records, and where to read on after them."""

    records: list[Record]
    position: Position


class Paging(Protocol):
    """A way of reading all rows."""

    def pages(
        self,
        fetch: Callable[[dict[str, str]], Batch],
        *,
        page_size: int,
        filtered: bool,
        resume: Position,
    ) -> Iterator[Page]:
        """Yield pages until there are no more rows.

        Args:
            fetch: Sends a request with these parameters.
            page_size: Rows to ask for.
            filtered: Whether the request has conditions, which the total may not know of.
            resume: Where to begin.
        """
        ...


@dataclass(frozen=True, slots=True)
class OnePage:
    """Everything comes in one reply, unless the reply says that there is more."""

    def pages(
        self,
        fetch: Callable[[dict[str, str]], Batch],
        *,
        page_size: int,
        filtered: bool,
        resume: Position,
    ) -> Iterator[Page]:
        """Yield the one page, each row once; or pages by offset, if it proves to be the first."""
        batch = fetch({})
        if batch.total is not None and batch.total > len(batch.records):
            pages = OffsetPaging()
            yield from pages.pages(fetch, page_size=page_size, filtered=filtered, resume=resume)
            return
        first_of_each: dict[str, Record] = {}
        for identity, record in zip(batch.identities, batch.records, strict=True):
            first_of_each.setdefault(identity, record)
        yield Page(records=list(first_of_each.values()), position=Position())


@dataclass(frozen=True, slots=True)
class OffsetPaging:
    """`count` and `offset`."""

    may_give_all: bool = False
    """Whether the documents allow the server to ignore both, and to give all rows at once."""

    def pages(
        self,
        fetch: Callable[[dict[str, str]], Batch],
        *,
        page_size: int,
        filtered: bool,
        resume: Position,
    ) -> Iterator[Page]:
        """Yield pages, each row once.

        Raises:
            UnexpectedReplyError: The server's pages do not add up, however often they are read.
        """
        count = max(2, page_size)  # one row is the seam
        return _Walk(
            fetch=fetch,
            count=count,
            filtered=filtered,
            resume=resume,
            may_give_all=self.may_give_all,
        ).pages()


@dataclass(kw_only=True, slots=True)
class _Walk:
    """One reading of all rows."""

    fetch: Callable[[dict[str, str]], Batch]
    count: int
    filtered: bool
    resume: Position
    may_give_all: bool
    next: int = 0
    """Offset of the first row that has not been read."""
    last: tuple[str, ...] = ()
    """Marks of the rows before it, the last one last."""
    seen: set[str] = field(default_factory=set)
    marks: dict[str, None] = field(default_factory=dict)
    before: list[str] | None = None
    """Marks of the batch before this one."""
    widest: int = 0
    """Rows of the largest batch: the server may give fewer than we ask for."""
    repeats: int = 0
    """Batches in a row that were like the one before."""
    fruitless: int = 0
    """Batches in a row without a new row."""

    def pages(self) -> Iterator[Page]:
        if self.resume.anchors:
            self.next, self.last = self.resume.offset, self.resume.anchors
            self.widest = min(2, len(self.last))
            self._remember(self.last)
        done = False
        while not done:
            was_at, seam = self.next, self.last[-1:]
            offset, batch = self._joining()
            as_expected = not was_at or (offset < was_at and batch.marks[:1] == list(seam))
            new = self._take(offset, batch)
            done = self._is_end(batch, seam, as_expected=as_expected)
            if not done:
                self._check_progress(batch)
            yield Page(records=new, position=Position(offset=self.next, anchors=self.last))

    def _joining(self) -> tuple[int, Batch]:
        """Return a batch that joins what has been read, and its offset."""
        seam = 1 if self.widest > 1 else 0  # if rows come one by one, a seam would be all
        offset = max(0, self.next - seam)
        batch = self._ask(offset)
        for step in itertools.count(1):
            if not offset or self._joins(offset, batch):
                break
            pages = 2 ** max(0, step - _STEPS)
            offset = max(0, offset - pages * max(1, self.widest - 1))
            batch = self._ask(offset)
        return offset, batch

    def _joins(self, offset: int, batch: Batch) -> bool:
        if offset == self.next:
            return not batch.marks
        # Whatever is before an anchor has been read, by the walk that set it.
        return bool(batch.marks) and (
            batch.marks[0] in self.marks or not self._anchors.isdisjoint(batch.marks)
        )

    @property
    def _anchors(self) -> frozenset[str]:
        return frozenset(self.resume.anchors)

    def _ask(self, offset: int) -> Batch:
        batch = self.fetch({"count": str(self.count), "offset": str(offset)})
        self.widest = max(self.widest, len(batch.marks))
        return batch

    def _take(self, offset: int, batch: Batch) -> list[Record]:
        new = []
        for record, identity in zip(batch.records, batch.identities, strict=True):
            if identity not in self.seen:
                self.seen.add(identity)
                new.append(record)
        self.repeats = self.repeats + 1 if batch.marks == self.before else 0
        self.fruitless = 0 if new else self.fruitless + 1
        self.before = batch.marks
        self.next = offset + len(batch.marks)
        self.last = (*self.last, *batch.marks)[-_ANCHORS:]
        self._remember(batch.marks)
        return new

    def _remember(self, marks: Iterable[str]) -> None:
        self.marks.update(dict.fromkeys(marks))
        for mark in list(itertools.islice(self.marks, max(0, len(self.marks) - _MARKS))):
            del self.marks[mark]

    def _is_end(self, batch: Batch, seam: tuple[str, ...], *, as_expected: bool) -> bool:
        total = batch.total
        short = len(batch.marks) < self.widest  # a server that gives fewer rows has no more
        if self.next == total and (as_expected or short):
            return True
        if total is not None and self.next < total and not self.filtered:
            return False
        if not batch.marks:  # behind the only row, or there is none: the second reply is believed
            return self.next > 0 or (not self.seen and self.fruitless > 1)
        return (short and batch.marks[-1:] == list(seam)) or self._ignores_paging(batch)

    def _ignores_paging(self, batch: Batch) -> bool:
        """Tell whether the server shows everything, whatever it is asked for."""
        size = len(batch.marks)
        if not self.repeats or batch.total is not None:
            return False
        if size in (1, self.count) and not self.may_give_all:
            return False  # it rather repeats a page
        return size == len(self.seen) == len(self.fetch({"count": "1", "offset": "0"}).marks)

    def _check_progress(self, batch: Batch) -> None:
        rounds = len(self.seen) // max(1, self.widest - 1)
        if self.repeats < _PATIENCE and self.fruitless <= _PATIENCE + rounds:
            return
        total = "" if batch.total is None else f" of {batch.total:,}"
        raise UnexpectedReplyError(
            f"The server's pages do not add up (row {self.next:,}{total})",
            next_step="Rows change too fast, or the server errs; run again later.",
        )
