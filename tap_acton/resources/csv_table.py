"""A table as CSV, read while it arrives: no more of it is kept than a row."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tap_acton.errors import ServerFailedError, UnexpectedReplyError
from tap_acton.resources.cells import Cells, Rows
from tap_acton.resources.labels import list_labels
from tap_acton.transport.streaming import Body

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from tap_acton.transport.replies import Reply

__all__ = ["CsvTable"]

_LARGEST_CELL = 2**31 - 1
"""The csv module's own limit, 128 KiB, is a guess at what a cell may be."""
_CUT = "unexpected end of data"
"""What is said of a character, and of a cell, without its end."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CsvTable:
    """Headings and rows of cells as CSV. It says nothing of a total."""

    needs: tuple[str, ...] = ("_contact_id_",)
    """Labels of the columns without which a row cannot be used."""
    only: bool = False
    """Whether there must be no others."""

    def read(self, reply: Reply) -> Rows:
        """Return the rows of a whole reply under their headings."""
        body = Body(where=reply.where, head=reply.body, rest=_nothing())
        labels, rows = self.table(body)
        return Rows(rows=Cells(labels, list(rows), are_texts=True), labels=labels)

    def table(self, body: Body) -> tuple[tuple[str, ...], Iterator[list[str]]]:
        """Return the labels, and the cells of each row under them.

        Nothing behind what is read is waited for.

        Raises:
            NoReplyError: The reply broke off; the rows before have been yielded.
            ServerFailedError: It was cut off.
            UnexpectedReplyError: It is no CSV in UTF-8, a column is missing or one too many, or
                a row has more cells than there are headings.
        """
        source = _Bytes(body)
        lines = filter(None, _parsed(source, body))
        headings = next(lines, [])
        self._check(headings, source, body)
        labels = tuple(list_labels(headings))
        return labels, _rows(labels, lines, source, body)

    def _check(self, headings: list[str], source: _Bytes, body: Body) -> None:
        is_page = body.head.lstrip()[:1] in (b"", b"<")  # of a server that is being repaired
        missing = set(self.needs).difference(headings, list_labels(headings))
        if missing and (source.is_cut or is_page):
            raise _cut_off(body)
        if missing:
            names = ", ".join(sorted(label.removeprefix("@") for label in missing))
            raise UnexpectedReplyError(f"The CSV has no column {names}", where=body.where)
        if self.only and len(headings) > len(self.needs):
            raise UnexpectedReplyError("The CSV has more columns", where=body.where)


def _rows(
    labels: tuple[str, ...], lines: Iterator[list[str]], source: _Bytes, body: Body
) -> Iterator[list[str]]:
    width = len(labels)
    for cells in lines:
        if len(cells) > width:
            raise UnexpectedReplyError(
                "A row has more cells than there are headings", where=body.where
            )
        if source.is_cut and (len(cells) < width or not body.has_length):
            raise _cut_off(body)
        yield cells


class _Bytes(io.RawIOBase):
    """A body as a file."""

    def __init__(self, body: Body) -> None:
        self._pieces = iter(body)
        self._left = memoryview(b"")
        self._end = b"\n"
        self.is_cut = False
        """Whether all has been read, and the last line has no end. What is read last is that."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                self.is_cut = self._end not in b"\r\n"
                return 0
            self._left, self._end = memoryview(piece), piece[-1:] or self._end
        size = min(len(buffer), len(self._left))
        buffer[:size] = self._left[:size]
        self._left = self._left[size:]
        return size


def _nothing() -> Generator[bytes]:
    yield from ()


def _parsed(source: _Bytes, body: Body) -> Iterator[list[str]]:
    csv.field_size_limit(_LARGEST_CELL)
    text = io.TextIOWrapper(
        source,  # type: ignore[type-var]  # the stubs want more than it calls
        encoding="utf-8-sig",
        newline="",
    )
    try:
        yield from csv.reader(text, strict=True)
    except UnicodeDecodeError as error:
        raise (_cut_off if error.reason == _CUT else _no_csv)(body) from None
    except csv.Error as error:
        raise (_cut_off if str(error) == _CUT else _no_csv)(body) from None


def _cut_off(body: Body) -> ServerFailedError:
    return ServerFailedError("Act-On's reply is not whole CSV", where=body.where)


def _no_csv(body: Body) -> UnexpectedReplyError:
    return UnexpectedReplyError("The reply is not CSV in UTF-8", where=body.where)
