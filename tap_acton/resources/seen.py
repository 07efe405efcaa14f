"""Which rows one reading has had, in memory that does not grow with them."""

from __future__ import annotations

import bisect
import hashlib
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tap_acton.resources.ids import Ids

if TYPE_CHECKING:
    from collections.abc import Collection

    from tap_acton.resources.convert import Record
    from tap_acton.resources.pages import Batch

__all__ = ["LastMarks", "OneReply", "Seen"]

_ROWS_IN_TEXT = 500


@dataclass(slots=True)
class Seen:
    """The rows of one reading, each once."""

    ids: Ids = field(default_factory=Ids)
    """Identities, and the numbers of rows that are equal in all that theirs are made of."""
    rows: int = 0
    """Rows that have an identity of their own."""

    def new(self, batch: Batch, *, repeats_from: int | None) -> tuple[list[Record], list[int]]:
        """Return the new rows of a batch, and which of its rows they are.

        Args:
            batch: What one request brought.
            repeats_from: The first of its rows that is another one than those before it, even if
                it equals one; None if there is none.

        Raises:
            ConfigError: The temporary folder has no room.
        """
        known = self.ids.add(batch.identities)
        self.rows += len(batch.identities) - len(known)
        if not known:
            return batch.records, list(range(len(batch.records)))
        new = dict(enumerate(batch.records))
        for row in known:
            may_repeat = repeats_from is not None and row >= repeats_from
            again = self._again(batch, row) if may_repeat else None
            if again is None:
                del new[row]
            else:
                new[row] = again
        return list(new.values()), list(new)

    def _again(self, batch: Batch, row: int) -> Record | None:
        identity = batch.identities[row]
        number = self._free_number(identity)
        again = batch.renumbered(batch.records[row], number)
        if again is not None:
            self.ids.add([_numbered(identity, number)])
        return again

    def _free_number(self, identity: str) -> int:
        """Return the first number from 2 on that none of the equal rows has."""
        above = 2
        while _numbered(identity, above) in self.ids:
            above *= 2
        numbers = range(above // 2 + 1, above)
        is_free = bisect.bisect_left(
            numbers, x=True, key=lambda each: _numbered(identity, each) not in self.ids
        )
        return numbers.start + is_free


def _numbered(identity: str, number: int) -> str:
    return f"{identity}\x1d{number}"


@dataclass(slots=True)
class LastMarks:
    """Marks of the rows read last, in texts of a page or more: 17 bytes a row.

    They are looked for once a page at the most, and nearly always found in the last text.
    """

    least: int = 100_000
    """Rows remembered; some more may be."""
    texts: deque[str] = field(default_factory=deque)
    lengths: deque[int] = field(default_factory=deque)
    rows: int = 0

    def add(self, marks: Collection[str]) -> None:
        """Remember more, and forget what is too long ago."""
        if not marks:
            return
        text = "\n".join(("", *marks, ""))
        if self.lengths and self.lengths[-1] < _ROWS_IN_TEXT:
            self.texts[-1] += text
            self.lengths[-1] += len(marks)
        else:
            self.texts.append(text)
            self.lengths.append(len(marks))
        self.rows += len(marks)
        while self.rows - self.lengths[0] >= self.least:
            self.rows -= self.lengths.popleft()
            self.texts.popleft()

    def __contains__(self, mark: str) -> bool:
        return any(f"\n{mark}\n" in text for text in reversed(self.texts))


@dataclass(kw_only=True, slots=True)
class OneReply:
    """What has been read of one reply."""

    begins: int
    """Offset of its first row."""
    total: int | None
    rows: int = 0
    new: int = 0
    tail: str | None = None
    """Mark of its last row."""
    is_whole: bool = False
    contents: hashlib.blake2b = field(default_factory=lambda: hashlib.blake2b(digest_size=16))

    def note(self, marks: list[str], new: int) -> None:
        """Take note of some rows more, so many of them new."""
        self.rows += len(marks)
        self.new += new
        self.tail = marks[-1] if marks else self.tail
        self.contents.update("".join(marks).encode())
