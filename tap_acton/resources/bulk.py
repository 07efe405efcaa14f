"""Lists, which may come whole: in one request, as CSV.

Act-On says that CSV "can return the entire list", and nothing of how. So the first page comes as
JSON, which the documents do describe; if many are to follow, one request asks for the rest as
CSV. It is used as far as it repeats that page cell by cell; whatever else it may do, the reading
goes on as JSON from where it has come. See `.github/decisions/0026`.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tap_acton.errors import (
    NoReplyError,
    RequestRefusedError,
    ServerFailedError,
    UnexpectedReplyError,
)
from tap_acton.resources.pages import BLIND
from tap_acton.resources.paging import CsvPaging, OffsetPaging, offset_params

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from tap_acton.errors import ActOnError
    from tap_acton.resources.pages import Batch, Outlook, Page, Params, Position, Source
    from tap_acton.resources.walk import Walk

__all__ = ["ListPaging"]

_WORTH = 5
"""Pages that a CSV must save."""
_TOO_SHORT = "Act-On's CSV ends before the list does"
_DIFFERS = "Act-On's CSV has other rows or cells than its JSON"
_FAILURES = (NoReplyError, RequestRefusedError, ServerFailedError, UnexpectedReplyError)


@dataclass(frozen=True, slots=True)
class ListPaging:
    """`count` and `offset` as JSON, and as CSV where that is better; or as CSV alone."""

    in_body: bool = False

    def first(self, rows: int) -> Params:
        """Return the parameters of a request for the first so many rows."""
        return offset_params(0, rows)

    def opening(self, page_size: int) -> Params:
        """Return what a reading from the start asks for first, unless all is to come as CSV."""
        return OffsetPaging().opening(page_size)

    def pages(
        self,
        fetch: Source,
        *,
        page_size: int,
        filtered: bool,
        resume: Position,
        outlook: Outlook = BLIND,
    ) -> Iterator[Page]:
        """Yield pages, each row once.

        Raises:
            UnexpectedReplyError: The server's pages do not add up; or the list must come as CSV,
                and its CSV cannot be read.
        """
        if fetch.downloads.way == "csv":
            return _csv_alone(fetch, page_size, resume, filtered=filtered)
        walk = OffsetPaging().walk(
            fetch, page_size=page_size, filtered=filtered, resume=resume, outlook=outlook
        )
        if filtered or not fetch.downloads.may_be_csv:  # the total may not know of a filter
            return walk.pages()
        return _Reading(source=fetch, walk=walk).pages()


def _csv_alone(
    fetch: Source, page_size: int, resume: Position, *, filtered: bool
) -> Iterator[Page]:
    try:
        yield from CsvPaging().pages(
            fetch.as_csv(), page_size=page_size, filtered=filtered, resume=resume
        )
    except UnexpectedReplyError as error:
        error.next_step = "Set list_download to auto or json, which read this list page by page."
        raise


@dataclass(kw_only=True, slots=True)
class _Proof:
    """Rows that were read, and their place."""

    begins: int
    marks: Sequence[str]

    def holds(self, at: int, marks: Sequence[str]) -> bool:
        """Tell whether those of them that belong among some rows of a CSV are there, unchanged."""
        begin = max(at, self.begins)
        end = max(begin, min(at + len(marks), self.begins + len(self.marks)))
        expected = self.marks[begin - self.begins : end - self.begins]
        return list(marks[begin - at : end - at]) == list(expected)


@dataclass(kw_only=True, slots=True)
class _Reading:
    """One reading of a list without conditions."""

    source: Source
    walk: Walk
    """Has what was read, and reads what is left as JSON."""
    total: int = field(default=0, init=False)
    worth: int = field(default=0, init=False)
    """Rows for which a CSV is asked."""

    def pages(self) -> Iterator[Page]:
        """Yield the first page, the others as CSV or as JSON, and what is behind the last of them.

        However a CSV ends, the page behind it says whether that is the end (0035).
        """
        known = self.walk.resume.anchors
        begins = max(0, self.walk.resume.offset - (len(known) > 1)) if known else 0
        first = self.source(offset_params(begins, self.walk.count))
        if self._is_worth_it(begins, first):
            proof = _Proof(begins=begins, marks=list(first.marks))
            csv = self.source.as_csv(first.labels)
            yield self._take(begins, first)
            del first  # its records stay in memory as long as it does
            yield from self._as_csv(proof, csv)
        else:
            _begin_with(first, begins, self.walk)
        yield from self.walk.pages()

    def _is_worth_it(self, begins: int, first: Batch) -> bool:
        """Tell whether many rows are behind a page, and it is where it is expected."""
        rows = len(first.marks)
        joins = not begins or set(first.marks[:1]) & set(self.walk.resume.anchors)
        if not first.marks[1:] or not joins or not first.labels or first.total is None:
            return False
        self.total, self.worth = first.total, _WORTH * rows
        return self.total - begins - rows >= self.worth

    def _as_csv(self, proof: _Proof, csv: Source) -> Iterator[Page]:
        """Yield the rows behind the first page that come as CSV."""
        while True:
            left = self.total - self.walk.next
            failure = yield from self._one_reply(proof, csv)
            came, left = self.walk.next - (self.total - left), self.total - self.walk.next
            if left < self.worth:
                return
            if came < self.worth:
                self._doubt(failure)
                return
            anchors = self.walk.last  # it ended too soon, and yet it was worth it: once more
            proof = _Proof(begins=self.walk.next - len(anchors), marks=anchors)

    def _one_reply(self, proof: _Proof, csv: Source) -> Generator[Page, None, ActOnError | None]:
        """Yield the unread rows of one CSV, and return why it broke off, if it did."""
        try:
            batch = csv.once(offset_params(proof.begins, self.total - proof.begins))
            with closing(batch):
                minds_offset = proof.holds(proof.begins, batch.marks[:1])
                yield from self._unread(batch, proof.begins if minds_offset else 0, proof)
        except _FAILURES as error:
            if error.stops_run:
                raise
            return error
        return None

    def _unread(self, batch: Batch, at: int, proof: _Proof) -> Iterator[Page]:
        for part in batch.parts():
            if not proof.holds(at, part.marks):
                raise UnexpectedReplyError(_DIFFERS)
            known = self.walk.next - at
            if known < len(part.marks):
                new = replace(part.behind(known, rest=None), total=self.total)
                yield self._take(self.walk.next, new)
            at += len(part.marks)

    def _take(self, offset: int, batch: Batch) -> Page:
        page = self.walk.take(offset, batch, repeats_from=None)
        self.walk.resume = page.position
        return page

    def _doubt(self, failure: ActOnError | None) -> None:
        why = _TOO_SHORT if failure is None else failure.what
        may_pass = isinstance(failure, NoReplyError | ServerFailedError) or why == _DIFFERS
        self.source.downloads.doubt(why, for_good=not may_pass)


def _begin_with(first: Batch, begins: int, walk: Walk) -> None:
    """Let a reading find the page that it is going to ask for first."""
    ask, expect, unused = walk.ask, walk.expect, [first]

    def answer(offset: int, count: int) -> tuple[int, Batch]:
        if unused and offset == begins:
            return offset, unused.pop()
        return ask(offset, count)

    def send_ahead(offset: int, end: int, step: int) -> None:
        if not unused or offset != begins:
            expect(offset, end, step)

    walk.ask, walk.expect = answer, send_ahead
