"""Which rows one reading has had."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tap_acton.resources.convert import Record
    from tap_acton.resources.pages import Batch

__all__ = ["OneReply", "Seen"]


@dataclass(slots=True)
class Seen:
    """The rows of one reading, each once."""

    identities: set[int] = field(default_factory=set)
    """Hashes: a number takes half of the memory, and 64 bits make two rows one in no real list."""
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
        if hash(identity) in self.identities:
            if not may_repeat:
                return None
            again = batch.renumbered(record, self.equals[identity] + 2)
            self.equals[identity] += again is not None
            return again
        self.identities.add(hash(identity))
        return record


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
