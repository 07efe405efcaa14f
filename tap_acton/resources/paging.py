"""The families of paging: how a server is asked for the rows that it has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tap_acton.errors import NoReplyError, RequestRefusedError, ServerFailedError
from tap_acton.resources.numbered import PageNumbers, page_size_params
from tap_acton.resources.pages import (
    BLIND,
    Batch,
    Outlook,
    Page,
    Paging,
    Params,
    Position,
    Source,
)
from tap_acton.resources.seen import Seen
from tap_acton.resources.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = [
    "Batch",
    "CsvPaging",
    "OffsetPaging",
    "OnePage",
    "Outlook",
    "Page",
    "PageNumbers",
    "Paging",
    "Params",
    "Position",
    "Source",
    "offset_params",
    "page_size_params",
]

_ALL = 10**9
"""Rows: more than any list has."""


@dataclass(frozen=True, slots=True)
class OnePage:
    """Everything comes in one reply, unless the reply says that there is more."""

    in_body: bool = False

    def first(self, rows: int) -> Params:  # noqa: ARG002 - as the others
        """Return none: there is no way to ask for fewer rows."""
        return {}

    def opening(self, page_size: int) -> Params:  # noqa: ARG002 - as the others
        """Return what the request says."""
        return {}

    def pages(
        self,
        fetch: Callable[[Params], Batch],
        *,
        page_size: int,
        filtered: bool,
        resume: Position,
        outlook: Outlook = BLIND,
    ) -> Iterator[Page]:
        """Yield the one page, each row once; or pages by offset, if it proves to be the first."""
        batch = fetch({})
        if batch.total is not None and batch.total > len(batch.records):
            yield from OffsetPaging().pages(
                fetch, page_size=page_size, filtered=filtered, resume=resume, outlook=outlook
            )
            return
        records, _ = Seen().new(batch, repeats_from=0)
        yield Page(records=records, position=Position(), is_whole=True)


@dataclass(frozen=True, slots=True)
class OffsetPaging:
    """`count` and `offset`."""

    in_body: bool = False

    def first(self, rows: int) -> Params:
        """Return the parameters of a request for the first so many rows."""
        return offset_params(0, rows)

    def opening(self, page_size: int) -> Params:
        """Return what a reading from the start asks for first."""
        return offset_params(0, _with_seam(page_size))

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
        return self.walk(
            fetch, page_size=page_size, filtered=filtered, resume=resume, outlook=outlook
        ).pages()

    def walk(
        self,
        fetch: Callable[[Params], Batch],
        *,
        page_size: int,
        filtered: bool,
        resume: Position,
        outlook: Outlook,
    ) -> Walk:
        """Return what reads the pages; for the arguments see `Paging.pages`."""
        count = _with_seam(page_size)

        def ask(offset: int, count: int) -> tuple[int, Batch]:
            return offset, fetch(offset_params(offset, count))

        def expect(offset: int, end: int, step: int) -> None:
            outlook.expect(offset_params(at, count) for at in range(offset, end, step))

        return Walk(
            ask=ask,
            expect=expect,
            count=count,
            filtered=filtered,
            resume=resume,
            outlook=outlook,
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

    def opening(self, page_size: int) -> None:
        """Return none: a reply is read while it arrives, so that it cannot wait."""

    def pages(
        self,
        fetch: Source,
        *,
        page_size: int,
        filtered: bool,
        resume: Position,
        outlook: Outlook = BLIND,  # noqa: ARG002 - a reply that is read while it arrives cannot wait
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
            count=_with_seam(page_size),
            filtered=filtered,
            resume=resume,
            source=fetch,
        ).pages()


def _with_seam(page_size: int) -> int:
    return max(2, page_size)  # one row is the seam


def offset_params(offset: int, count: int) -> Params:
    """Return the parameters of so many rows from an offset on."""
    return {"count": str(count), "offset": str(offset)}
