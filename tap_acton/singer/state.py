"""A stream's state: where the next run begins, and how far this one has come.

A bookmark is the highest replication value that was read, and only of rows that were there when
the reading began: a row that changes meanwhile is left to the next run, whatever its place in the
paging. The server is asked for rows from the bookmark on (not only after it: others may carry the
same value), and the rows that were read at exactly that value are remembered, so that they do not
come again.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import compress
from typing import TYPE_CHECKING, Any, Self

from tap_acton.client import Place
from tap_acton.resources.convert import to_moment
from tap_acton.resources.model import Condition, Operator
from tap_acton.resources.pages import Position
from tap_acton.resources.records import digest, identity, values_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_acton.resources.model import Record, Resource

__all__ = ["Reading", "iso"]

_BOUNDARY_KEPT = 1000
_CLOCKS_DIFFER = timedelta(seconds=2)
_LONG_PAST = timedelta(minutes=15)
_LONGEST_PAGE = timedelta(minutes=15)
"""A date later than this after the request lies in the future: somebody's mistake."""
_ALL = "*"


def iso(moment: datetime) -> str:
    """Return a UTC moment as text, in milliseconds."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(kw_only=True, slots=True)
class Reading:
    """One reading of one stream, perhaps over several runs."""

    resource: Resource
    replication_key: str | None
    """None reads everything, always."""
    start: datetime | None
    """Only rows from this moment on; None for all."""
    until: datetime
    """No bookmark lies after it: when the reading began, by the server's clock, or the end date."""
    before: datetime | None
    """The latest moment that the server may call the beginning; None if nobody knows."""
    end: datetime | None
    """Only rows before this moment; None for all."""
    bookmark: datetime | None = None
    known: frozenset[str] = frozenset()
    """Rows that an earlier reading has read at the bookmark; `_ALL` stands for every one."""
    highest: datetime | None = None
    boundary: list[str] = field(default_factory=list)
    """Rows read at the highest value."""
    place: Place | None = None
    looks_back: bool = False
    """Whether rows of before the bookmark are read again, because they change after their date."""
    undated_before: bool = False
    """Whether the last reading met rows without a date, which no condition would find."""
    undated: bool = False
    """Whether this one did."""
    version: int = 0
    """Tells the rows of this reading from those of the ones before."""
    partial: bool = False
    """Whether Act-On did not show some rows that may still be there."""
    shown: bool = False
    """Whether Act-On has shown anything."""

    @classmethod
    def from_state(
        cls,
        state: dict[str, Any],
        resource: Resource,
        *,
        replication_key: str | None,
        start_date: datetime | None,
        end_date: datetime | None,
        look_back: timedelta | None = None,
        now: tuple[datetime, datetime | None],
    ) -> Self:
        """Return the reading that a stream's state asks for.

        Args:
            state: The stream's state.
            resource: What is read.
            replication_key: The column that bookmarks are values of, if the stream has one.
            start_date: The setting.
            end_date: The setting.
            look_back: How long rows change after the date that they have, if they do.
            now: The server's time: the earliest it may be, and the latest if known.

        Raises:
            ValueError, KeyError, TypeError: The state is not what `to_state` wrote.
        """
        is_ours = state.get("replication_key", replication_key) == replication_key
        bookmark = to_moment(state.get("replication_key_value") or "") if is_ours else None
        earliest, latest = now
        if end_date:
            earliest, latest = min(earliest, end_date), min(latest or end_date, end_date)
        since = bookmark - look_back if bookmark and look_back else bookmark
        start = max((moment for moment in (since, start_date) if moment), default=None)
        resume = state.get("resume")
        reading = cls(
            resource=resource,
            replication_key=replication_key,
            start=start if replication_key else None,
            until=earliest,
            before=latest,
            end=end_date if replication_key else None,
            bookmark=bookmark,
            known=frozenset(() if look_back else state.get("boundary", ())),
            highest=bookmark,
            boundary=list(state.get("boundary", ())),
            looks_back=look_back is not None,
            undated_before=bool(state.get("undated")),
            version=max(int(earliest.timestamp()), int(state.get("version") or 0) + 1),
        )
        if resume is not None and resume["bounds"] == reading._bounds:
            reading.place = Place.from_json(resume["place"])
            reading.until = to_moment(resume["until"]) or earliest
            reading.highest = to_moment(resume["highest"] or "")
            reading.boundary = list(resume["boundary"])
            reading.undated = bool(resume["undated"])
            reading.version = int(resume.get("version", reading.version))
            reading.partial = bool(resume.get("partial"))
            reading.shown = bool(resume.get("shown", True))
        return reading

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What the server should select by, if it can.

        A reading of everything has no upper condition: rows without a date must not be missed,
        and those that are inserted meanwhile do no harm. Where there are rows without a date,
        every reading is one of everything: no document says that a condition finds new ones.
        """
        if self.replication_key is None or (self.undated_before and not self.looks_back):
            return ()
        conditions = []
        if self.start:
            conditions.append(self._condition(Operator.AFTER, self.start))
        if self.before and (self.end or (self.start and self.start < self.before)):
            conditions.append(self._condition(Operator.BEFORE, self.before))
        return tuple(conditions)

    def next_start(self, look_back: timedelta | None) -> datetime | None:
        """Return from which moment on the next reading reads, if this one ends now."""
        return self.highest - (look_back or timedelta()) if self.highest else None

    def begins_with(self, records: Sequence[Record], began: datetime) -> None:
        """Take note of the first page, which is safe: what changes later has a later date.

        Args:
            records: The records of the first page.
            began: The server's time before that page, at the earliest.
        """
        if self.place is not None or self.replication_key is None:
            return
        seen = values_of(records, self.replication_key)
        past = (value for value in seen if value and value < began + _LONGEST_PAGE)
        self.until = max([min(began, self.end or began), *past])

    def accepted(self, records: Sequence[Record]) -> Sequence[Record]:
        """Return those of some records that belong to this reading, and take note of them."""
        if self.replication_key is None:
            return records
        values = values_of(records, self.replication_key)
        self.undated |= None in values
        if self.start or self.end:
            inside = list(map(self._is_inside, values))
            records, values = list(compress(records, inside)), list(compress(values, inside))
        past = (value for value in values if value is not None and value <= self.until)
        self._rises_to(max(past, default=None))
        ends = (self.highest, self.bookmark)
        known = {
            row
            for row, value in enumerate(values)
            if value is not None and value in ends and not self._is_new(records[row], value)
        }
        return [each for row, each in enumerate(records) if row not in known] if known else records

    def _is_inside(self, value: datetime | None) -> bool:
        return value is None or not (
            (self.start and value < self.start) or (self.end and value >= self.end)
        )

    def _rises_to(self, highest: datetime | None) -> None:
        if highest is not None and (self.highest is None or highest > self.highest):
            self.highest, self.boundary = highest, []

    def _is_new(self, record: Record, value: datetime) -> bool:
        """Note a row at the highest value, and tell whether no earlier reading has read it."""
        row = digest(identity(self.resource, record))
        is_wanted = value == self.highest and not self.looks_back
        if is_wanted and len(self.boundary) <= _BOUNDARY_KEPT and row not in self.boundary:
            self.boundary.append(row)
        return value != self.bookmark or not self.known & {row, _ALL}

    def interrupted(self, state: dict[str, Any], place: Place) -> None:
        """Write into the stream's state that the reading has come to a place."""
        state["resume"] = {
            "place": self._kept(place).to_json(),
            "until": iso(self.until),
            "highest": iso(self.highest) if self.highest else None,
            "boundary": list(self.boundary),
            "undated": self.undated,
            "version": self.version,
            "partial": self.partial,
            "shown": self.shown,
            "bounds": self._bounds,
        }

    def _kept(self, place: Place) -> Place:
        """Return where to go on: with the first of rows that only a number may tell apart.

        But behind those that were read if a run begins and ends among them: it would for ever.
        """
        began_there = self.place is not None and self.place.bound == place.bound
        if place.position is None or began_there or not self.resource.numbers_rows:
            return place
        return replace(place, position=Position())

    def completed(self, state: dict[str, Any]) -> None:
        """Write into the stream's state that everything has been read."""
        state.pop("resume", None)
        if self.replication_key is None:
            state["version"] = self.version  # a bookmark of another way of reading stays
            return
        state.pop("boundary", None)
        state.pop("undated", None)
        if self.undated and not self.looks_back:
            state["undated"] = True
        if self.highest is None:
            return
        state["replication_key"] = self.replication_key
        state["replication_key_value"] = iso(self.highest)
        if self.looks_back:
            return
        if len(self.boundary) <= _BOUNDARY_KEPT:
            if self._is_settled():
                state["boundary"] = list(self.boundary)
        elif self.highest + _LONG_PAST <= self.until:
            state["boundary"] = [_ALL]  # an import of many rows at once, long over

    @property
    def _bounds(self) -> list[str | None]:
        """What rows the reading is of; a place in other rows would be none."""
        return [iso(bound) if bound else None for bound in (self.start, self.end)]

    def _is_settled(self) -> bool:
        """Tell whether no row can get the highest value any more.

        A server that shows seconds or minutes may change a row again within the same one.
        """
        if self.highest is None or self.highest.microsecond:
            return True
        unit = timedelta(seconds=1 if self.highest.second else 60)
        return self.highest + unit + _CLOCKS_DIFFER <= self.until

    def _condition(self, operator: Operator, value: datetime) -> Condition:
        return Condition(column=self.replication_key or "", operator=operator, value=value)
