"""Paging by the number of a page, from 0, and the size of all pages."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tap_acton.errors import RequestRefusedError
from tap_acton.resources.pages import BLIND, Batch, Outlook, Page, Params, Position
from tap_acton.resources.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["PageNumbers", "page_size_params"]

_SMALLER_SIZES = (100, 50)
"""Asked for where a server refuses more; 50 is the documented default."""
_BAD_REQUEST = 400
_NOT_FOUND = 404
_LEAST = 20
"""Rows of a numbered page. With sizes up to 20, every row below 232,792,559 is on some page with
the row behind it."""


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

    def opening(self, page_size: int) -> Params:
        """Return what a reading from the start asks for first."""
        return self.params(0, max(_LEAST, page_size))

    def pages(
        self,
        fetch: Callable[[Params], Batch],
        *,
        page_size: int,
        filtered: bool,
        resume: Position,
        outlook: Outlook = BLIND,
    ) -> Iterator[Page]:
        """Yield pages, each row once.

        Raises:
            UnexpectedReplyError: The server's pages do not add up, however often they are read.
        """
        numbered = _Numbered(params=self.params, fetch=fetch)

        def expect(offset: int, end: int, _step: int) -> None:
            outlook.expect(numbered.coming(offset, end))

        return Walk(
            ask=numbered.ask,
            expect=expect,
            count=max(_LEAST, page_size),
            filtered=filtered,
            resume=resume,
            outlook=outlook,
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
            self.first = list(first.marks)
            self.most = min(count, len(first.marks)) or count
            if not offset:
                return 0, first
        size = min(count, self.most)
        if not self.by_row and size > 1 and _reach(offset, size) == 1:
            return offset, self._apart(offset, size)
        begins, page = self._page(offset, size)
        return offset, page.behind(offset - begins, rest=None)

    def coming(self, offset: int, end: int) -> Iterator[Params]:
        """Yield what is asked for from an offset on, as far as that is known before the replies.

        Where no page holds a row and the one behind it, two are asked for, and those are not named.
        """
        at, size = offset, self.most
        while at < end and size > 1 and (self.by_row or _reach(at, size) > 1):
            number, size_of_it = (at, size) if self.by_row else _reaching(at, size)
            yield self.params(number, size_of_it)
            behind = at + size if self.by_row else (number + 1) * size_of_it
            at = behind - 1

    def _page(self, row: int, most: int) -> tuple[int, Batch]:
        """Return the page with a row that ends last, and where it begins."""
        if self.by_row:
            return row, self._fetch(row, most)
        number, size = _reaching(row, most)
        batch = self._fetch(number, size)
        if number and size > 1 and self._begins_with_row(number, batch.marks):
            by_row = self._fetch(row, most)
            if self.first[row : row + 1] in ([], list(by_row.marks[:1])):  # and by no accident
                self.by_row = True
                return row, by_row
        return number * size, batch

    def _fetch(self, number: int, size: int) -> Batch:
        try:
            batch = self.fetch(self.params(number, size))
            return replace(batch, is_full=len(batch.marks) >= size)
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

    def _begins_with_row(self, number: int, marks: Sequence[str]) -> bool:
        there, here = self.first[number : number + 2], list(marks[:2])
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


def _reaching(row: int, most: int) -> tuple[int, int]:
    """Return the number and the size of the page with a row that ends last."""
    size = max(range(1, most + 1), key=lambda each: each - row % each)
    return row // size, size


def _reach(row: int, most: int) -> int:
    """Return how many rows from this one on a page with it holds at the best."""
    return max(size - row % size for size in range(1, most + 1))
