"""Reading a resource page by page without losing a row that was there all the time.

Act-On pages by offset over rows that others insert, change and delete meanwhile, in an order that
no document promises. What we rely on is that rows which nobody touches keep their order among
themselves. So each page repeats the last row of the page before (the seam). If a page begins with
a row that we have read, unchanged, then nothing untouched before it is unread; if it does not, we
go back until one does. Rows met again are dropped. What moving rows cannot explain (a page that
repeats for ever, a table that ends before its total) is asked for again, and at last an error.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, Self

from tap_acton.errors import UnexpectedReplyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tap_acton.resources.model import Record

__all__ = ["Batch", "OffsetPaging", "OnePage", "Page", "Paging", "Position"]

_ANCHORS = 10
"""Rows remembered across runs; one of them is enough to find the place again."""
_MARKS = 100_000
"""Rows remembered within a run, to find the place again after rows have moved."""
_PATIENCE = 3
"""Replies in a row that bring nothing before the server is called wrong."""


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
    """Everything comes in one reply."""

    def pages(
        self,
        fetch: Callable[[dict[str, str]], Batch],
        *,
        page_size: int,  # noqa: ARG002 - the endpoint has none
        filtered: bool,  # noqa: ARG002 - the same
        resume: Position,  # noqa: ARG002 - one page is read again
    ) -> Iterator[Page]:
        """Yield the one page, each row once."""
        batch = fetch({})
        first_of_each: dict[str, Record] = {}
        for identity, record in zip(batch.identities, batch.records, strict=True):
            first_of_each.setdefault(identity, record)
        yield Page(records=list(first_of_each.values()), position=Position())


@dataclass(frozen=True, slots=True)
class OffsetPaging:
    """`count` and `offset`."""

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
        return _Walk(fetch=fetch, count=count, filtered=filtered, resume=resume).pages()


@dataclass(kw_only=True, slots=True)
class _Walk:
    """One reading of all rows."""

    fetch: Callable[[dict[str, str]], Batch]
    count: int
    filtered: bool
    resume: Position
    next: int = 0
    """Offset of the first row that has not been read."""
    last: tuple[str, ...] = ()
    """Marks of the rows before it, the last one last."""
    seen: set[str] = field(default_factory=set)
    marks: dict[str, None] = field(default_factory=dict)
    before: list[str] = field(default_factory=list)
    """Marks of the batch before this one."""
    fruitless: int = 0

    def pages(self) -> Iterator[Page]:
        self.next, self.last = self.resume.offset, self.resume.anchors
        self._remember(self.last)
        done = False
        while not done:
            was_at = self.next
            offset, batch = self._joining()
            nothing_after = offset == was_at - 1 and batch.marks[-1:] == list(self.last[-1:])
            at_end = nothing_after or not batch.marks
            new = self._take(offset, batch)
            self.fruitless = 0 if new or self.next > was_at else self.fruitless + 1
            done = self._is_done(batch, at_end=at_end)
            yield Page(records=new, position=Position(offset=self.next, anchors=self.last))

    def _joining(self) -> tuple[int, Batch]:
        """Return a batch that joins what has been read, and its offset."""
        offset = self.next - 1 if self.last and self.next else self.next
        batch = self._ask(offset)
        if len(batch.marks) > 1 and batch.marks == self.before:
            batch = self._ask_again(offset, batch)
        step = self.count - 1
        while self.last and offset and not self._joins(batch):
            offset = max(0, offset - step)
            step *= 2
            batch = self._ask(offset)
        return offset, batch

    def _joins(self, batch: Batch) -> bool:
        return bool(batch.marks) and batch.marks[0] in self.marks

    def _ask(self, offset: int) -> Batch:
        return self.fetch({"count": str(self.count), "offset": str(offset)})

    def _ask_again(self, offset: int, repeated: Batch) -> Batch:
        """The page before came again: a fault that passes, or a server that does not page."""
        for _ in range(_PATIENCE):
            batch = self._ask(offset)
            if batch.marks != repeated.marks:
                return batch
        if repeated.total is None and len(repeated.marks) != self.count:
            return repeated  # it ignores count and offset, and so has shown everything
        raise UnexpectedReplyError(
            f"The server repeats a page (offset {offset:,})", next_step="Run again later."
        )

    def _take(self, offset: int, batch: Batch) -> list[Record]:
        new = []
        for record, identity in zip(batch.records, batch.identities, strict=True):
            if identity not in self.seen:
                self.seen.add(identity)
                new.append(record)
        self.before = batch.marks
        self.next = offset + len(batch.marks)
        self.last = (*self.last, *batch.marks)[-_ANCHORS:]
        self._remember(batch.marks)
        return new

    def _remember(self, marks: Iterable[str]) -> None:
        self.marks.update(dict.fromkeys(marks))
        for mark in list(itertools.islice(self.marks, max(0, len(self.marks) - _MARKS))):
            del self.marks[mark]

    def _is_done(self, batch: Batch, *, at_end: bool) -> bool:
        total = batch.total
        if total is not None and self.next == total:
            return True
        if total is None or self.filtered or self.next > total:
            return at_end
        if self.fruitless >= _PATIENCE:
            raise UnexpectedReplyError(
                f"The rows end at {self.next:,}, and the total says {total:,}",
                next_step="Rows change too fast, or the server miscounts; run again.",
            )
        return False
