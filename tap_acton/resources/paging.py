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
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, Self

from tap_acton.errors import RequestRefusedError, UnexpectedReplyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tap_acton.resources.convert import Record

__all__ = [
    "Batch",
    "OffsetPaging",
    "OnePage",
    "Page",
    "PageNumbers",
    "Paging",
    "Params",
    "Position",
    "page_size_params",
]

Params = dict[str, Any]
"""What a request for a page says beyond the resource's own parameters."""

_ANCHORS = 10
"""Rows remembered across runs; one of them is enough to find the place again."""
_MARKS = 100_000
"""Rows remembered within a run, to find the place again after rows have moved."""
_PATIENCE = 5
"""Equal replies in a row before the server is called wrong."""
_STEPS = 3
"""Steps back by a page each; then they double."""
_SMALLER_SIZES = (100, 50)
"""Asked for where a server refuses more; 50 is the documented default."""
_BAD_REQUEST = 400


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
    renumbered: Callable[[Record, int], Record | None] = lambda _record, _number: None
    """Returns a record as the n-th of its equals; None if equal rows are one row."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """New records, and where to read on after them."""

    records: list[Record]
    position: Position


class Paging(Protocol):
    """A way of reading all rows."""

    @property
    def in_body(self) -> bool:
        """Whether parameters go out as a JSON body, by POST, instead of in the query."""
        ...

    def first(self, rows: int) -> Params:
        """Return the parameters of a request for the first so many rows."""
        ...

    def pages(
        self,
        fetch: Callable[[Params], Batch],
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

    in_body: bool = False

    def first(self, rows: int) -> Params:  # noqa: ARG002 - as the others
        """Return none: there is no way to ask for fewer rows."""
        return {}

    def pages(
        self,
        fetch: Callable[[Params], Batch],
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
        rows = _Seen()
        records = [rows.new(batch, number, may_repeat=True) for number in range(len(batch.marks))]
        yield Page(records=[each for each in records if each is not None], position=Position())


@dataclass(frozen=True, slots=True)
class OffsetPaging:
    """`count` and `offset`."""

    may_give_all: bool = False
    """Whether the documents allow the server to ignore both, and to give all rows at once."""
    in_body: bool = False

    def first(self, rows: int) -> Params:
        """Return the parameters of a request for the first so many rows."""
        return _offset_params(0, rows)

    def pages(
        self,
        fetch: Callable[[Params], Batch],
        *,
        page_size: int,
        filtered: bool,
        resume: Position,
    ) -> Iterator[Page]:
        """Yield pages, each row once.

        Raises:
            UnexpectedReplyError: The server's pages do not add up, however often they are read.
        """

        def ask(offset: int, count: int) -> tuple[int, Batch]:
            return offset, fetch(_offset_params(offset, count))

        return _Walk(
            ask=ask,
            count=max(2, page_size),  # one row is the seam
            filtered=filtered,
            resume=resume,
            may_give_all=self.may_give_all,
        ).pages()


def _offset_params(offset: int, count: int) -> Params:
    return {"count": str(count), "offset": str(offset)}


def page_size_params(page: int, size: int) -> Params:
    """Return the parameters of the Act-On Contacts' present API."""
    return {"page": str(page), "pageSize": str(size)}


@dataclass(frozen=True, slots=True)
class PageNumbers:
    """The number of a page, from 0, and the size of all pages.

    Pages of one size have no row in common. So the sizes vary: a page that begins at or before
    a row is page `ceil(row / most)` where each has `floor(row / that)` rows.
    """

    params: Callable[[int, int], Params] = page_size_params
    """Returns the parameters for a page's number and size."""
    in_body: bool = False

    def first(self, rows: int) -> Params:
        """Return the parameters of a request for the first so many rows."""
        return self.params(0, rows)

    def pages(
        self,
        fetch: Callable[[Params], Batch],
        *,
        page_size: int,
        filtered: bool,
        resume: Position,
    ) -> Iterator[Page]:
        """Yield pages, each row once.

        Raises:
            UnexpectedReplyError: The server's pages do not add up, however often they are read.
        """
        numbered = _Numbered(params=self.params, fetch=fetch)
        return _Walk(
            ask=numbered.ask, count=max(2, page_size), filtered=filtered, resume=resume
        ).pages()


@dataclass(kw_only=True, slots=True)
class _Numbered:
    """Asks for pages by number. No document tells the largest size; the first page does."""

    params: Callable[[int, int], Params]
    fetch: Callable[[Params], Batch]
    most: int = 0

    def ask(self, offset: int, count: int) -> tuple[int, Batch]:
        """Return a batch that begins at the offset or before, and where it begins."""
        if not self.most:
            first = self._first(count)
            self.most = min(count, len(first.marks)) or count
            if not offset:
                return 0, first
        number = -(-offset // min(count, self.most))
        size = offset // number if number else min(count, self.most)
        return number * size, self.fetch(self.params(number, size))

    def _first(self, count: int) -> Batch:
        for size in (count, *(each for each in _SMALLER_SIZES if each < count)):
            try:
                return self.fetch(self.params(0, size))
            except RequestRefusedError as error:
                refused = error
                if error.status != _BAD_REQUEST or error.code is not None:
                    break
        raise refused


@dataclass(slots=True)
class _Seen:
    """The rows of one reading, each once."""

    identities: set[str] = field(default_factory=set)
    equals: Counter[str] = field(default_factory=Counter)
    """How many rows more than one are equal in all that their ids are made of."""

    def new(self, batch: Batch, number: int, *, may_repeat: bool) -> Record | None:
        """Return a record of a batch if it is a new row.

        Args:
            batch: What one request brought.
            number: Which of its records.
            may_repeat: Whether a row that equals one of before must be another one.
        """
        record, identity = batch.records[number], batch.identities[number]
        if identity in self.identities:
            if not may_repeat:
                return None
            again = batch.renumbered(record, self.equals[identity] + 2)
            self.equals[identity] += again is not None
            return again
        self.identities.add(identity)
        return record


@dataclass(kw_only=True, slots=True)
class _Walk:
    """One reading of all rows."""

    ask: Callable[[int, int], tuple[int, Batch]]
    """Requests so many rows from an offset; tells where they begin, which may be before it."""
    count: int
    filtered: bool
    resume: Position
    may_give_all: bool = False
    next: int = 0
    """Offset of the first row that has not been read."""
    last: tuple[str, ...] = ()
    """Marks of the rows before it, the last one last."""
    seen: _Seen = field(default_factory=_Seen)
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
            as_expected = self._fits(offset, batch)
            new = self._take(offset, batch, repeats_from=was_at if as_expected else None)
            done = self._is_end(batch, seam, as_expected=as_expected)
            if not done:
                self._check_progress(batch)
            yield Page(records=new, position=Position(offset=self.next, anchors=self.last))

    def _fits(self, offset: int, batch: Batch) -> bool:
        """Tell whether the rows before the next one are where they were."""
        if not self.next:
            return True
        overlap = self.next - offset
        known = self.last[-overlap:] if overlap else ()
        return bool(known) and tuple(batch.marks[overlap - len(known) : overlap]) == known

    def _joining(self) -> tuple[int, Batch]:
        """Return a batch that joins what has been read, and its offset."""
        seam = 1 if self.widest > 1 else 0  # if rows come one by one, a seam would be all
        offset, batch = self._ask(max(0, self.next - seam))
        for step in itertools.count(1):
            if not offset or self._joins(offset, batch):
                break
            pages = 2 ** max(0, step - _STEPS)
            offset, batch = self._ask(max(0, offset - pages * max(1, self.widest - 1)))
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

    def _ask(self, offset: int) -> tuple[int, Batch]:
        begins, batch = self.ask(offset, self.count)
        self.widest = max(self.widest, len(batch.marks))
        return begins, batch

    def _take(self, offset: int, batch: Batch, *, repeats_from: int | None) -> list[Record]:
        """Return the new rows; from an offset on, those that equal others are new too."""
        new = []
        for number in range(len(batch.marks)):
            may_repeat = repeats_from is not None and offset + number >= repeats_from
            record = self.seen.new(batch, number, may_repeat=may_repeat)
            if record is not None:
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
            return self.next > 0 or (not self.seen.identities and self.fruitless > 1)
        return (short and batch.marks[-1:] == list(seam)) or self._ignores_paging(batch)

    def _ignores_paging(self, batch: Batch) -> bool:
        """Tell whether the server shows everything, whatever it is asked for."""
        size = len(batch.marks)
        if not self.repeats or batch.total is not None:
            return False
        if size in (1, self.count) and not self.may_give_all:
            return False  # it rather repeats a page
        return size == len(self.seen.identities) == len(self.ask(0, 1)[1].marks)

    def _check_progress(self, batch: Batch) -> None:
        rounds = len(self.seen.identities) // max(1, self.widest - 1)
        if self.repeats < _PATIENCE and self.fruitless <= _PATIENCE + rounds:
            return
        total = "" if batch.total is None else f" of {batch.total:,}"
        raise UnexpectedReplyError(
            f"The server's pages do not add up (row {self.next:,}{total})",
            next_step="Rows change too fast, or the server errs; run again later.",
        )
