"""A table as CSV, read while it arrives: no more of it is kept than a row."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from tap_acton.errors import ServerFailedError, UnexpectedReplyError
from tap_acton.resources.labels import list_labels
from tap_acton.resources.rows import Cells, Rows
from tap_acton.transport.streaming import Body

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from tap_acton.transport.replies import Reply

__all__ = ["CsvTable"]

_LARGEST_CELL = 2**31 - 1
"""The csv module's own limit, 128 KiB, is a guess at what a cell may be."""
_CUT_CHARACTER = "unexpected end of data"


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
        lines = self._lines(body)
        labels = tuple(list_labels(next(lines)))
        if self.only and len(labels) > len(self.needs):
            raise UnexpectedReplyError("The CSV has more columns", where=body.where)
        return labels, self._rows(labels, lines, body)

    def _rows(
        self, labels: tuple[str, ...], lines: Iterator[list[str]], body: Body
    ) -> Iterator[list[str]]:
        for cells in lines:
            if len(cells) > len(labels):
                raise UnexpectedReplyError(
                    "A row has more cells than there are headings", where=body.where
                )
            yield cells

    def _lines(self, body: Body) -> Iterator[list[str]]:
        text = _Text(body)
        lines = (cells for cells in _parsed(text, body) if cells)
        headings = next(lines, [])
        missing = set(self.needs).difference(headings, list_labels(headings))
        if missing and (text.is_cut or text.is_page):
            raise _cut_off(body)
        if missing:
            names = ", ".join(sorted(label.removeprefix("@") for label in missing))
            raise UnexpectedReplyError(f"The CSV has no column {names}", where=body.where)
        yield headings
        for cells in lines:
            if text.is_cut and (len(cells) < len(headings) or not body.has_length):
                raise _cut_off(body)
            yield cells


class _Text:
    """The lines of a body, each with its end, also those inside of a cell."""

    def __init__(self, body: Body) -> None:
        self._lines = io.TextIOWrapper(
            _Bytes(iter(body)),  # type: ignore[type-var]  # the stubs want more than it calls
            encoding="utf-8-sig",
            newline="",
        )
        self.is_page = body.head.lstrip()[:1] in (b"", b"<")
        """Whether it is empty, or HTML, as a server sends it that is being repaired."""
        self.is_cut = False
        """Whether the line before has no end."""
        self.has_ended = False

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = self._lines.readline()
        if not line:
            self.has_ended = True
            raise StopIteration
        self.is_cut = line[-1] not in "\r\n"
        return line


class _Bytes(io.RawIOBase):
    """Pieces of bytes as a file."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._left = memoryview(piece)
        size = min(len(buffer), len(self._left))
        buffer[:size] = self._left[:size]
        self._left = self._left[size:]
        return size


def _nothing() -> Generator[bytes]:
    yield from ()


def _parsed(text: _Text, body: Body) -> Iterator[list[str]]:
    csv.field_size_limit(_LARGEST_CELL)
    try:
        yield from csv.reader(text, strict=True)
    except UnicodeDecodeError as error:
        if error.reason == _CUT_CHARACTER:
            raise _cut_off(body) from None
        raise _no_csv(body) from None
    except csv.Error:
        raise (_cut_off(body) if text.has_ended else _no_csv(body)) from None


def _cut_off(body: Body) -> ServerFailedError:
    return ServerFailedError("Act-On's reply is not whole CSV", where=body.where)


def _no_csv(body: Body) -> UnexpectedReplyError:
    return UnexpectedReplyError("The reply is not CSV in UTF-8", where=body.where)
