"""What has become of one stream in this run, in numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from tap_acton.resources.paging import OnePage

if TYPE_CHECKING:
    from tap_acton.client import Bound, Place, RecordsPage
    from tap_acton.resources.model import Condition, Resource

__all__ = ["Outcome", "Source", "Tally"]


class Outcome(Enum):
    """How the reading of a stream stands."""

    READING = "reading"
    COMPLETE = "complete"
    HIDDEN = "not shown"
    FAILED = "failed"
    CUT = "cut short"


@dataclass(kw_only=True, slots=True)
class Source:
    """How many rows the server says there are, over all bound values that were read.

    Totals move while rows are read: the least and the most are kept beside the last. Only those
    of one set of bound values are in memory.
    """

    is_part: bool = False
    """Whether the reading is one of some of the rows: totals may be of these or of all."""
    was_told: bool = False
    has_gap: bool = False
    """Whether rows came of which no total was said."""
    least: int = 0
    most: int = 0
    last: int = 0
    _bound: Bound | None = None
    _totals: list[int] = field(default_factory=list)
    """Least, most and last for these bound values."""
    _rows: int = 0

    def meets(self, bound: Bound, total: int | None, rows: int) -> None:
        """Take note of a page."""
        if bound != self._bound:
            self.fold()
            self._bound = bound
        self._rows += rows
        if total is not None:
            least, most, _ = self._totals or (total, total, total)
            self._totals = [min(least, total), max(most, total), total]
            self.was_told = True

    def fold(self) -> None:
        """Add what was said for the last bound values to the sums."""
        if self._totals:
            least, most, last = self._totals
            self.least += least
            self.most += most
            self.last += last
        elif self._rows:
            self.has_gap = True
        self._bound, self._totals, self._rows = None, [], 0

    @property
    def in_all(self) -> int | None:
        """The rows that were said to be there, up to now; None if nobody told of all."""
        if self.is_part or self.has_gap or not self.was_told:
            return None
        return self.last + (self._totals[-1] if self._totals else 0)


@dataclass(kw_only=True, slots=True)
class Tally:
    """Counts of one stream. Moments are by a clock that never goes back, in seconds."""

    stream: str
    began: float
    ended: float | None = None
    outcome: Outcome = Outcome.READING
    requests: int = 0
    request_s: float = 0.0
    """Seconds that the requests took, one after another or not."""
    accepted: int = 0
    """Rows that are of this reading."""
    left_out: int = 0
    """Those of them that stream maps leave out."""
    unwanted: int = 0
    """Rows that are not: outside of the dates, or known."""
    before: int = 0
    """Rows that the run before had read."""
    not_shown: int = 0
    """Objects that Act-On did not show."""
    is_shown: bool = False
    is_single: bool = True
    """Whether there is one set of bound values, so that its first total is the whole."""
    is_one_reply: bool = False
    """Whether a reply has all rows."""
    source: Source = field(default_factory=Source)
    expected_rows: int | None = None
    expected_requests: int | None = None

    def opens(
        self, resource: Resource, conditions: tuple[Condition, ...], place: Place | None
    ) -> None:
        """Take note of what a reading is of.

        Args:
            resource: What is read.
            conditions: What the server, or the reading, selects by.
            place: Where the run before stopped.
        """
        self.is_single = all(binding.number in ("", "1") for binding in resource.bind)
        self.is_one_reply = isinstance(resource.paging, OnePage)
        is_part = place is not None or bool(conditions)
        self.source.is_part = bool(resource.query(conditions)) or (is_part and not self.is_single)
        position = place.position if place and self.is_single else None
        if position:  # the seam, which shows the place, comes once more
            self.before = max(0, position.offset - (len(position.anchors) > 1))

    def meets(self, page: RecordsPage, accepted: int) -> None:
        """Count a page that was read, and how many of its records were emitted."""
        self.accepted += accepted
        self.unwanted += len(page.records) - accepted
        self.source.meets(page.place.bound, page.total, len(page.records))

    def closes(self, outcome: Outcome, now: float) -> None:
        """Take note of how it ended, once."""
        if self.ended is None:
            self.source.fold()
            self.outcome, self.ended = outcome, now

    @property
    def rows(self) -> int:
        """The rows that are accounted for, in this run or before."""
        return self.accepted + self.unwanted + self.before

    @property
    def emitted(self) -> int:
        """The rows that were handed to the target."""
        return self.accepted - self.left_out

    @property
    def skipped(self) -> int:
        """Rows of the source that were not emitted, for a reason that is known."""
        return self.unwanted + self.before + self.left_out

    @property
    def source_rows(self) -> int | None:
        """The rows that the server has, as it said last; None if it did not say all."""
        is_whole = self.outcome is Outcome.COMPLETE or self.is_single
        return self.source.in_all if is_whole else None

    @property
    def whole_rows(self) -> int | None:
        """The rows of a whole reading, the same however often it was cut; None if nobody knows."""
        if not self.is_single or self.source.is_part:
            return None
        return self.rows if self.is_one_reply else self.source.in_all

    @property
    def total_rows(self) -> int | None:
        """The rows to expect, by the server or else by what was known before."""
        told = self.source.in_all if self.is_single else None
        return self.expected_rows if told is None else told

    @property
    def unexplained(self) -> int:
        """Rows that did not come though the server counted them; negative if more came."""
        if self.outcome is not Outcome.COMPLETE or self.source_rows is None:
            return 0
        missing = max(0, self.source.least - self.rows)
        surplus = 0 if self.before else max(0, self.rows - self.source.most)
        return missing - surplus

    @property
    def fraction(self) -> float | None:
        """How much of it is read, of one; None if nobody knows how much there is."""
        done, in_all = self._measured
        return min(1.0, done / in_all) if in_all else None

    def seconds_to_go(self, now: float) -> float | None:
        """Return how long the rest takes at the speed so far; None if nobody knows."""
        done, in_all = self._measured
        done_now = done - self.before if self.total_rows else done
        if not in_all or done_now <= 0:
            return None
        return max(0, in_all - done) * self.seconds(now) / done_now

    @property
    def _measured(self) -> tuple[int, int | None]:
        """What is done and what there is in all: rows, or else requests."""
        if self.total_rows:
            return self.rows, self.total_rows
        return self.requests, self.expected_requests

    def seconds(self, now: float) -> float:
        """Return how long it has been read, or was."""
        return (self.ended if self.ended is not None else now) - self.began

    def share(self, now: float, per_second: float) -> float:
        """Return the share of the requests that could have been sent: 1 for all.

        The first goes out at once, so that a few would be more than their seconds allow.
        """
        allowed = self.seconds(now) * per_second
        return min(1.0, self.requests / allowed) if allowed > 0 else 0.0
