"""Which rows one reading has had, in memory that does not grow with them."""

from __future__ import annotations

import bisect
import hashlib
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from tap_acton.resources.ids import Ids
from tap_acton.resources.pages import ANCHORS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_acton.resources.convert import Record
    from tap_acton.resources.pages import Batch

__all__ = ["LastMarks", "OneReply", "Seen"]

_FEW = 64
"""Rows of a page whose marks are all remembered."""
_APART = 16
"""Of more rows, every so many are: marks take time."""
_KEPT = 10_000
"""Marks of the last 100,000 rows, if they come by the hundred or more."""


@dataclass(slots=True)
class Seen:
    """The rows of one reading, each once."""

    ids: Ids = field(default_factory=Ids)
    """Identities, and the numbers of rows that are equal in all that theirs are made of."""
    rows: int = 0
    """Rows that have an identity of their own."""

    def new(self, batch: Batch, *, repeats_from: int | None) -> tuple[Sequence[Record], list[int]]:
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
        begin = len(known)
        if known == list(range(begin)) and (repeats_from is None or begin <= repeats_from):
            return batch.records[begin:], list(range(begin, len(batch.records)))  # the seam alone
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
    """Marks of rows that were read last: of small pages all, of large ones some.

    They are looked for once a page at the most, and nearly always found at the end.
    """

    kept: array[int] = field(default_factory=lambda: array("q"))
    """Their hashes: texts would lie between those of rows, and hold on to the memory of those."""

    def add(self, marks: Sequence[str]) -> None:
        """Remember a page, and forget what is too long ago."""
        some = marks[: -ANCHORS : _apart(marks)]
        self.kept.extend(map(hash, (*some, *marks[-ANCHORS:])))
        del self.kept[:-_KEPT]

    def meet(self, marks: Sequence[str]) -> bool:
        """Tell whether a page begins with rows that were read: its first, or one or two of some."""
        begin = set(map(hash, marks[: 2 * _apart(marks) - 1]))
        return any(each in begin for each in reversed(self.kept))


def _apart(marks: Sequence[str]) -> int:
    return 1 if len(marks) <= _FEW else _APART


@dataclass(kw_only=True, slots=True)
class OneReply:
    """What has been read of one reply."""

    begins: int
    """Offset of its first row."""
    total: int | None
    is_full: bool = False
    rows: int = 0
    new: int = 0
    tail: str | None = None
    """Mark of its last row."""
    is_whole: bool = False
    contents: hashlib.blake2b = field(default_factory=lambda: hashlib.blake2b(digest_size=16))
    """Which rows they are."""

    @classmethod
    def of(cls, batch: Batch, begins: int) -> Self:
        """Return a reply of which nothing has been read."""
        return cls(begins=begins, total=batch.total, is_full=batch.is_full)

    def note(self, part: Batch, new: int) -> None:
        """Take note of some rows more, so many of them new."""
        self.rows += len(part.marks)
        self.new += new
        self.tail = part.marks[-1] if part.marks else self.tail
        self.contents.update("\n".join(part.identities).encode(errors="surrogatepass"))
