"""The families of paging: how a server is asked for the rows that it has."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tap_acton.errors import NoReplyError, RequestRefusedError, ServerFailedError
from tap_acton.resources.pages import Batch, Page, Paging, Params, Position, Source
from tap_acton.resources.seen import Seen
from tap_acton.resources.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = [
    "Batch",
    "CsvPaging",
    "OffsetPaging",
    "OnePage",
    "Page",
    "PageNumbers",
    "Paging",
    "Params",
    "Position",
    "Source",
    "offset_params",
    "page_size_params",
]

_SMALLER_SIZES = (100, 50)
"""Asked for where a server refuses more; 50 is the documented default."""
_ALL = 10**9
"""Rows: more than any list has."""
_BAD_REQUEST = 400
_NOT_FOUND = 404
_LEAST = 20
"""Rows of a numbered page. With sizes up to 20, every row below 232,792,559 is on some page with
the row behind it."""


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
        rows = Seen()
        new = [rows.new(batch, number, may_repeat=True) for number in range(len(batch.marks))]
        records = [each for each in new if each is not None]
        yield Page(records=records, position=Position(), is_whole=True)


@dataclass(frozen=True, slots=True)
class OffsetPaging:
    """`count` and `offset`."""

    in_body: bool = False

    def first(self, rows: int) -> Params:
        """Return the parameters of a request for the first so many rows."""
        return offset_params(0, rows)

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
        return self.walk(fetch, page_size=page_size, filtered=filtered, resume=resume).pages()

    def walk(
        self,
        fetch: Callable[[Params], Batch],
        *,
        page_size: int,
        filtered: bool,
        resume: Position,
    ) -> Walk:
        """Return what reads the pages; for the arguments see `Paging.pages`."""

        def ask(offset: int, count: int) -> tuple[int, Batch]:
            return offset, fetch(offset_params(offset, count))

        return Walk(
            ask=ask,
            count=max(2, page_size),  # one row is the seam
            filtered=filtered,
            resume=resume,
        )


@dataclass(frozen=True, slots=True)
class CsvPaging:
    """`count` and `offset` of a CSV download, of which no document says whether they count.

    Act-On's CSV "can return the entire list". So all rows are asked for at once, or a page's, where
    that fails. A reply may have more rows than were asked for, and is read while it arrives; what
    a server does that ignores the offset, `Walk` tells.
    """

    in_body: bool = False

    def first(self, rows: int) -> Params:
        """Return the parameters of a request for the first so many rows."""
        return offset_params(0, rows)

    def pages(
        self,
        fetch: Source,
        *,
        page_size: int,
        filtered: bool,
        resume: Position,
    ) -> Iterator[Page]:
        """Yield pages, each row once. A reply that breaks off is read on from there.

        Raises:
            NoReplyError: Replies broke off too often.
            ServerFailedError: The same, or they were cut off.
            UnexpectedReplyError: The server does not show all rows, or they do not add up.
        """
        may_be_all = True

        def ask(offset: int, count: int) -> tuple[int, Batch]:
            nonlocal may_be_all
            if may_be_all:
                try:
                    return offset, fetch.once(offset_params(offset, _ALL))
                except (NoReplyError, RequestRefusedError, ServerFailedError):
                    may_be_all = False
            return offset, fetch(offset_params(offset, count))

        return Walk(
            ask=ask,
            count=max(2, page_size),
            filtered=filtered,
            resume=resume,
            source=fetch,
        ).pages()


def offset_params(offset: int, count: int) -> Params:
    """Return the parameters of so many rows from an offset on."""
    return {"count": str(count), "offset": str(offset)}


def page_size_params(page: int, size: int) -> Params:
    """Return the parameters of the Act-On Contacts' present API."""
    return {"page": str(page), "pageSize": str(size)}


@dataclass(frozen=True, slots=True)
class PageNumbers:
    """The number of a page, from 0, and the size of all pages.

    Pages of one size have no row in common. So the sizes vary: of the pages with a certain row,
    one for each size, that is asked for which ends last.
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
        return Walk(
            ask=numbered.ask, count=max(_LEAST, page_size), filtered=filtered, resume=resume
        ).pages()


@dataclass(kw_only=True, slots=True)
class _Numbered:
    """Asks for pages by number. No document tells the largest size; the first page does.

    Act-On calls the older generation's `pageNumber` an "element offset". Where a page begins
    with the row of its number, it is one.
    """

    params: Callable[[int, int], Params]
    fetch: Callable[[Params], Batch]
    most: int = 0
    first: list[str] = field(default_factory=list)
    """Marks of the first page."""
    by_row: bool = False
    """Whether a page's number is that of its first row."""

    def ask(self, offset: int, count: int) -> tuple[int, Batch]:
        """Return a batch that begins at the offset, and the offset."""
        if not self.most:
            first = self._first(count)
            self.first = first.marks
            self.most = min(count, len(first.marks)) or count
            if not offset:
                return 0, first
        size = min(count, self.most)
        if not self.by_row and size > 1 and _reach(offset, size) == 1:
            return offset, self._apart(offset, size)
        begins, page = self._page(offset, size)
        return offset, page.behind(offset - begins, rest=None)

    def _page(self, row: int, most: int) -> tuple[int, Batch]:
        """Return the page with a row that ends last, and where it begins."""
        if self.by_row:
            return row, self._fetch(row, most)
        size = max(range(1, most + 1), key=lambda each: each - row % each)
        number = row // size
        batch = self._fetch(number, size)
        if number and size > 1 and self._begins_with_row(number, batch.marks):
            self.by_row = True
            return self._page(row, most)
        return number * size, batch

    def _fetch(self, number: int, size: int) -> Batch:
        try:
            return self.fetch(self.params(number, size))
        except RequestRefusedError as error:
            if number and error.status == _NOT_FOUND and error.code is None:
                return Batch(records=[], identities=[], marks=[], total=None)  # behind the end
            raise

    def _apart(self, row: int, most: int) -> Batch:
        """Return a row and those behind it where no page holds both.

        The row is asked for last: if it is where it was, nothing has moved in between.
        """
        begins, page = self._page(row + 1, most)
        behind = page.behind(row + 1 - begins, rest=None)
        _, first = self._page(row, 1)
        return replace(
            behind,
            records=[*first.records, *behind.records],
            identities=[*first.identities, *behind.identities],
            marks=[*first.marks, *behind.marks],
        )

    def _begins_with_row(self, number: int, marks: list[str]) -> bool:
        there, here = self.first[number : number + 2], marks[:2]
        return len(there) > 1 and there == here and self.first.count(there[0]) == 1

    def _first(self, count: int) -> Batch:
        for size in (count, *(each for each in _SMALLER_SIZES if each < count)):
            try:
                return self.fetch(self.params(0, size))
            except RequestRefusedError as error:
                refused = error
                if error.status != _BAD_REQUEST or error.code is not None:
                    break
        raise refused


def _reach(row: int, most: int) -> int:
    """Return how many rows from this one on a page with it holds at the best."""
    return max(size - row % size for size in range(1, most + 1))
