"""Reading a resource page by page without losing a row that was there all the time.

Act-On pages by offset over rows that others insert, change and delete meanwhile, in an order that
no document promises. What we rely on is that rows which nobody touches keep their order among
themselves. So each page repeats the last row of the page before (the seam). If a page begins with
a row that we have read, unchanged, then nothing untouched before it is unread; if it does not, we
go back until one does. Rows met again are dropped. The end is believed only of a page that is not
full and whose seam is where it was. What moving rows cannot explain (a page that repeats for ever,
a table that ends before its total) is asked for again, and at last an error. A CSV may break off,
hold more rows than were asked for, or begin with the first row whatever the offset: see
`.github/decisions/0005` and 0035.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tap_acton.errors import ActOnError, RequestRefusedError, UnexpectedReplyError
from tap_acton.resources.pages import ANCHORS, BLIND, Page, Position
from tap_acton.resources.seen import LastMarks, OneReply, Seen

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from tap_acton.resources.pages import Batch, Outlook, Source

__all__ = ["Walk"]

_PATIENCE = 5
"""Equal replies in a row before the server is called wrong."""
_STEPS = 3
"""Steps back by a page each; then they double."""
_DENIALS = 2
"""How often a list is read again because it has more rows, before that is an error."""
_FAR = 10**9
"""An offset at which no list has a row."""


@dataclass(kw_only=True, slots=True)
class Walk:
    """One reading of all rows."""

    ask: Callable[[int, int], tuple[int, Batch]]
    """Requests so many rows from an offset; tells where they begin, which may be before it."""
    count: int
    filtered: bool
    resume: Position
    expect: Callable[[int, int, int], None] = lambda _offset, _end, _step: None
    """Lets pages be asked for ahead: from an offset to before another, so many rows apart."""
    outlook: Outlook = BLIND
    source: Source | None = None
    """Where the rows come from, if its replies may break off, or have more than was asked for."""
    next: int = 0
    """Offset of the first row that has not been read."""
    last: tuple[str, ...] = ()
    """Marks of the rows before it, the last one last."""
    seen: Seen = field(default_factory=Seen)
    marks: LastMarks = field(default_factory=LastMarks)
    """To find the place again after rows have moved."""
    before: bytes | None = None
    """What stands for all that was in the reply before this one."""
    widest: int = 0
    """Rows of the largest reply: the server may give fewer than we ask for."""
    reply: OneReply | None = None
    """The one before, if it was whole and its rows joined."""
    repeats: int = 0
    """Replies in a row that were like the one before."""
    fruitless: int = 0
    """Replies in a row without a new row."""
    ignores_offset: bool | None = None
    """Whether each reply begins with the first row; None while nobody knows."""
    complete: int | None = None
    """Rows of the reply before this one, if it was whole and began with the first."""
    tail: str | None = None
    """Identity of the last row."""
    doubted: int | None = None
    """Rows that had been read when it was last asked whether there are more."""
    denials: int = 0
    """How often in a row there were, though reading again brought none."""

    def pages(self) -> Iterator[Page]:
        """Yield the new rows of each reply, in one page or more."""
        if self.resume.anchors:
            self.next, self.last = self.resume.offset, self.resume.anchors
            self.widest = min(2, len(self.last))
            self.marks.add(self.last)
        done = False
        while not done and not self._has_all():
            was_at, seam, knew = self.next, self.last[-1:], self.ignores_offset
            offset, batch = yield from self._joining()
            try:
                if self.ignores_offset and not knew and self.complete is not None:
                    continue  # now we know that the reply before may have had all
                as_expected = self._fits(offset, batch)
                reply = self.reply = OneReply.of(batch, offset)
                yield from self._read(reply, batch, repeats_from=was_at if as_expected else None)
            finally:
                batch.close()
            if reply.is_whole:
                done = self._is_end(reply, seam, as_expected=as_expected)
                if not done:
                    self._check_progress(reply)

    def _read(self, reply: OneReply, batch: Batch, *, repeats_from: int | None) -> Iterator[Page]:
        try:
            for part in batch.parts():
                offset = reply.begins + reply.rows
                page = self.take(offset, part, repeats_from=repeats_from)
                reply.note(part, len(page.records))
                self.widest = max(self.widest, reply.rows)
                yield page
            reply.is_whole = True
        except ActOnError as error:
            self._wait_after(error, has_progressed=reply.new > 0)
        contents = reply.contents.digest() if reply.is_whole else None
        self.repeats = self.repeats + 1 if contents and contents == self.before else 0
        self.fruitless, self.before = (0 if reply.new else self.fruitless + 1), contents
        from_start = reply.is_whole and (self.ignores_offset or not reply.begins)
        self.complete = self.next if from_start else None

    def _wait_after(self, error: ActOnError, *, has_progressed: bool) -> None:
        if self.source is None:
            raise error
        self.source.wait_after(error, has_progressed=has_progressed)

    def _fits(self, offset: int, batch: Batch) -> bool:
        """Tell whether the rows before the next one are where they were."""
        overlap = self.next - offset
        known = self.last[-overlap:] if overlap else ()
        return not self.next or tuple(batch.marks[overlap - len(known) : overlap]) == known != ()

    def _joining(self) -> Generator[Page, None, tuple[int, Batch]]:
        """Return a batch that joins what has been read, and its offset.

        A step back is a page without rows: a run that ends there need not go all the way again.
        """
        # If rows come one by one, a seam would be all.
        seam = int(self.widest > 1 or self.reply is None or not self.reply.is_whole)
        offset = max(0, self.next - seam)
        self._look_ahead(offset)
        offset, batch = self._ask(offset)
        if self._ignores_offset(offset, batch, self.last[-seam:] if seam else ()):
            return self._unread(batch)
        for step in itertools.count(1):
            if not offset or self._joins(offset, batch):
                break
            batch.close()
            self.expect(0, 0, 1)
            pages = 2 ** max(0, step - _STEPS)
            offset = max(0, offset - pages * max(1, self.widest - 1))
            yield Page(records=[], position=Position(offset=offset, anchors=self.last))
            offset, batch = self._ask(offset)
        return offset, batch

    def _look_ahead(self, offset: int) -> None:
        """Let what is asked for from an offset on be sent: this page, and those known to follow.

        Pages may be answered in any order: the seam says the same whichever was read first.
        """
        step, before = max(1, self.widest - 1), self.reply
        if before is None:
            self.expect(offset, max(offset + 1, (self.outlook.rows or 0) - 1), self.count - 1)
        else:
            is_full = before.rows == self.widest and (before.begins or before.rows >= self.count)
            end = self.outlook.end(offset, before.total, page=step if is_full else 0)
            self.expect(offset, end, step)

    def _joins(self, offset: int, batch: Batch) -> bool:
        if offset == self.next:
            return not batch.marks
        # Whatever is before an anchor has been read, by the walk that set it.
        return bool(batch.marks) and (
            self.marks.meet(batch.marks) or not set(self.resume.anchors).isdisjoint(batch.marks)
        )

    def _ask(self, offset: int) -> tuple[int, Batch]:
        begins, batch = self.ask(offset, self.count)
        self.widest = max(self.widest, len(batch.marks))
        return begins, batch

    def _ignores_offset(self, offset: int, batch: Batch, seam: tuple[str, ...]) -> bool:
        """Find out whether a reply that does not begin with the seam is one from the start."""
        if self.source is None or not offset or tuple(batch.marks[:1]) in ((), seam):
            return bool(self.ignores_offset)
        if self.ignores_offset is None:
            try:
                _, beyond = self.ask(_FAR, self.count)
            except RequestRefusedError:
                self.ignores_offset = False
            else:
                self.ignores_offset = bool(beyond.marks)
                beyond.close()
        return self.ignores_offset

    def _unread(self, batch: Batch) -> tuple[int, Batch]:
        """Skip what the run before has read, in a reply from the start."""
        anchors = frozenset(self.resume.anchors)
        skipped = 0
        while anchors:
            try:
                for part in itertools.chain([batch], batch.rest or ()):  # leaves the rest open
                    known = [at for at, mark in enumerate(part.marks, 1) if mark in anchors]
                    if known:
                        return skipped + known[-1], part.behind(known[-1], rest=batch.rest)
                    skipped += len(part.marks)
                self.resume, anchors = Position(), frozenset()  # they are gone
            except ActOnError as error:
                self._wait_after(error, has_progressed=False)
            batch.close()
            skipped, (_, batch) = 0, self._ask(0)
        return 0, batch

    def _has_all(self) -> bool:
        """Tell whether the whole reply before, from a server that ignores the offset, had all.

        Raises:
            UnexpectedReplyError: It never has.
        """
        if not self.ignores_offset or self.complete is None or self.source is None:
            return False
        before = 1 if self.complete else 0  # the last row, to see whether it is where it was
        params = {"count": "2", "offset": str(self.complete - before)}
        there = self.source.in_json(params)
        total = self.complete if there.total is None else there.total
        goes_on = len(there.identities) > before or (total > self.complete and not self.filtered)
        found_none = self.doubted == self.seen.rows
        proven = there.identities == [self.tail] or (found_none and not self.denials)
        self.doubted = self.seen.rows
        self.denials = (self.denials if found_none else 0) + 1 if goes_on else 0
        if self.denials > _DENIALS:
            raise UnexpectedReplyError(
                f"Act-On's CSV of the list ends after {self.complete:,} rows and ignores the "
                "offset, and there are more rows",
                next_step="The list cannot be read whole; ask Act-On's support, or split it.",
            )
        return proven and not goes_on

    def take(self, offset: int, batch: Batch, *, repeats_from: int | None) -> Page:
        """Return the new rows; from an offset on, those that equal others are new too."""
        from_row = None if repeats_from is None else repeats_from - offset
        new, numbers = self.seen.new(batch, repeats_from=from_row)
        before, marks = self.last, batch.marks
        self.next, self.last = offset + len(marks), (*before, *marks[-ANCHORS:])[-ANCHORS:]
        self.tail = batch.identities[-1] if batch.identities else self.tail
        self.marks.add(marks)
        return Page(
            records=new,
            position=Position(offset=self.next, anchors=self.last),
            before=before,
            marks=marks,
            behind=[len(marks) - 1 - number for number in numbers],
            total=batch.total,
            is_whole=not offset and batch.total == len(marks) < self.count and not batch.rest,
        )

    def _is_end(self, reply: OneReply, seam: tuple[str, ...], *, as_expected: bool) -> bool:
        if self.ignores_offset:
            return False  # see _has_all
        total = reply.total
        short = reply.rows < self.widest and not reply.is_full  # then the server has no more
        proves = short if reply.begins else reply.rows < self.count  # the total may err
        if self.next == total and proves and (as_expected or (short and self._ends_here())):
            return True
        if total is not None and self.next < total and not self.filtered:
            return False
        if not reply.rows:  # behind the only row, or there is none: the second reply is believed
            return self.next > 0 or (not self.seen.rows and self.fruitless > 1)
        ends = short and (reply.tail,) == seam and (as_expected or self._ends_here())
        return ends or self._ignores_paging(reply)

    def _ends_here(self) -> bool:
        """Tell whether there is nothing a page farther, so that the server minds the offset."""
        try:
            offset, beyond = self._ask(self.next + self.widest)
        except RequestRefusedError:
            if self.source is None:
                raise
            return True  # of CSV no document says that an offset past the end is no error
        beyond.close()
        return offset + len(beyond.marks) <= self.next + self.widest

    def _ignores_paging(self, reply: OneReply) -> bool:
        """Tell whether the server shows everything, whatever it is asked for."""
        if not self.repeats or reply.total is not None or self.source:
            return False
        if reply.rows in (1, self.count):
            return False  # it rather repeats a page
        return reply.rows == self.seen.rows == len(self.ask(0, 1)[1].marks)

    def _check_progress(self, reply: OneReply) -> None:
        rounds = self.seen.rows // max(1, self.widest - 1)
        if self.repeats < _PATIENCE and self.fruitless <= _PATIENCE + rounds:
            return
        total = "" if reply.total is None else f" of {reply.total:,}"
        raise UnexpectedReplyError(
            f"The server's pages do not add up (row {self.next:,}{total})",
            next_step="Rows change too fast, or the server errs; run again later.",
        )
