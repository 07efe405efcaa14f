"""What the variables in a resource's path or query stand for, and which values they take.

A resource without variables is one request, or one series of pages. One with variables is read
once for each of its bound values.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from tap_acton.resources.encode import month, months
from tap_acton.resources.ids import Ids
from tap_acton.resources.place import Bound, Choice, ParentsPage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from tap_acton.resources.convert import Record
    from tap_acton.resources.place import Place

__all__ = ["Binding", "Bound", "Condition", "Family", "Months", "Operator", "Parents", "Words"]

_ONE_DAY = timedelta(days=1)
_OLDEST = "oldest"
"""The oldest month so far, in places where the search for it goes on."""


class Operator(Enum):
    """What a condition compares."""

    AFTER = "at or after"
    BEFORE = "at or before"


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """A condition that somebody wants to hold for each row."""

    column: str
    operator: Operator
    value: datetime

    def holds_for(self, value: datetime | None) -> bool:
        """Tell whether it holds. Of what has no date nobody knows, so that it does."""
        if value is None:
            return True
        return value >= self.value if self.operator is Operator.AFTER else value <= self.value


class Family(Protocol):
    """Who knows the records to which others are bound, and what time it is."""

    def pages(
        self, resource: str, among: Mapping[str, tuple[str, ...]], resume: Place | None
    ) -> Iterator[ParentsPage]:
        """Yield the records of a resource, those whose own variables have these words."""
        ...

    def now(self) -> datetime:
        """Return the server's time."""
        ...


class Binding(Protocol):
    """Variables that are bound together."""

    @property
    def variables(self) -> tuple[str, ...]:
        """Their names."""
        ...

    @property
    def dates(self) -> tuple[str, ...]:
        """Columns that rows take over from here, and by which fewer values may be asked for."""
        ...

    @property
    def number(self) -> str:
        """How many values there are, as a factor of a formula; empty for one."""
        ...

    def choices(
        self,
        family: Family,
        conditions: tuple[Condition, ...],
        among: Mapping[str, tuple[str, ...]],
        resume: Place | None,
    ) -> Iterator[Choice]:
        """Yield the values, as they come.

        Args:
            family: Knows the parents.
            conditions: What is wanted of the rows.
            among: Words that a variable is restricted to.
            resume: Where an earlier reading of the rows stopped, perhaps inside of a value.
        """
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """A variable that takes each of a few words in turn."""

    variable: str
    words: tuple[str, ...]
    dates: tuple[str, ...] = ()

    @property
    def variables(self) -> tuple[str, ...]:
        """Its name."""
        return (self.variable,)

    @property
    def number(self) -> str:
        """The number of its words."""
        return str(len(self.words))

    def choices(
        self,
        family: Family,  # noqa: ARG002 - it has no parents
        conditions: tuple[Condition, ...],  # noqa: ARG002 - and no dates
        among: Mapping[str, tuple[str, ...]],
        resume: Place | None,
    ) -> Iterator[Choice]:
        """Yield a value for each word, from the one on that the place has."""
        allowed = among.get(self.variable, self.words)
        begun = resume.bound.get(self.variable) if resume else None
        first = self.words.index(begun) if begun in self.words else 0
        for word in self.words[first:]:
            if word in allowed:
                yield Choice(bound={self.variable: word})


@dataclass(frozen=True, kw_only=True, slots=True)
class Parents:
    """Variables that take their values from each record of another resource."""

    resource: str
    take: Mapping[str, str]
    """The parent's column for each variable."""
    carry: Mapping[str, str] = field(default_factory=dict)
    """The parent's column for each date that rows take over; no request needs it."""
    among: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Only parents whose own variables have these words."""

    @property
    def variables(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(self.take)

    @property
    def dates(self) -> tuple[str, ...]:
        """The dates that are carried."""
        return tuple(self.carry)

    @property
    def is_one(self) -> bool:
        """Whether there is always one, so that a place need not name it."""
        return self.resource == "account"

    @property
    def number(self) -> str:
        """The parents."""
        return "" if self.is_one else self.resource

    def choices(
        self,
        family: Family,
        conditions: tuple[Condition, ...],
        among: Mapping[str, tuple[str, ...]],
        resume: Place | None,
    ) -> Iterator[Choice]:
        """Yield a value for each parent that has one and meets the conditions, each once.

        That of the place comes first and without a request, whatever has become of it. Where all
        values that are allowed have been found, no more parents are asked for.
        """
        wanted = math.prod(len(among.get(name, ())) for name in self.take)
        among = {**self.among, **among}
        begun = self._begun(resume)
        seen, found = Ids(), 0
        if resume and begun:
            seen.add(["\x1f".join(self._key(begun))])
            yield Choice(bound=begun, parent=resume.parent)
        for page in family.pages(self.resource, among, resume.parent if resume else None):
            for bound, place in self._found(page, conditions, among):
                key = self._key(bound)
                is_read = resume and begun and page.is_whole and place == resume.parent
                if (is_read and begun and key < self._key(begun)) or seen.add(["\x1f".join(key)]):
                    continue
                yield Choice(bound=bound, parent=place)
                found += 1
            if wanted and found == wanted:
                return
            if page.place:
                yield Choice(bound={}, parent=page.place, is_found=False)

    def _begun(self, resume: Place | None) -> Bound | None:
        if resume is None or self.is_one or not resume.bound.keys() >= self.take.keys():
            return None
        return {
            name: resume.bound[name] for name in resume.bound if name in (*self.take, *self.carry)
        }

    def _key(self, bound: Bound) -> tuple[str, ...]:
        return tuple(bound[name] for name in self.take)

    def _found(
        self,
        page: ParentsPage,
        conditions: tuple[Condition, ...],
        among: Mapping[str, tuple[str, ...]],
    ) -> list[tuple[Bound, Place | None]]:
        """Return the wanted parents, those of a whole page by their keys."""
        found = []
        for record, place in page.records:
            values = [record[column] for column in self.take.values()]
            if None in values or not self._is_wanted(record, conditions):
                continue
            bound = dict(zip(self.take, map(str, values), strict=True))
            if all(bound[name] in among.get(name, (bound[name],)) for name in bound):
                found.append((bound | self._carried(record), place))
        return sorted(found, key=lambda each: self._key(each[0])) if page.is_whole else found

    def _is_wanted(self, record: Record, conditions: tuple[Condition, ...]) -> bool:
        return all(
            condition.holds_for(record[self.carry[condition.column]])
            for condition in conditions
            if condition.column in self.carry
        )

    def _carried(self, record: Record) -> Bound:
        dates = {name: record[column] for name, column in self.carry.items()}
        return {name: date.isoformat() for name, date in dates.items() if date is not None}


@dataclass(frozen=True, kw_only=True, slots=True)
class Months:
    """A variable that takes each month as YYMM, from that of the oldest record of another on."""

    variable: str
    resource: str
    column: str
    date: str
    """The column of the rows that tells their day."""
    among: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def variables(self) -> tuple[str, ...]:
        """Its name."""
        return (self.variable,)

    @property
    def dates(self) -> tuple[str, ...]:
        """The day of the rows."""
        return (self.date,)

    @property
    def number(self) -> str:
        """The months."""
        return "months"

    def choices(
        self,
        family: Family,
        conditions: tuple[Condition, ...],
        among: Mapping[str, tuple[str, ...]],  # noqa: ARG002 - its variable has no words
        resume: Place | None,
    ) -> Iterator[Choice]:
        """Yield the months, oldest first. Days are the account's: a day more at each end.

        A place without a month is one in the search for the oldest.
        """
        wanted = [condition for condition in conditions if condition.column == self.date]
        starts = [each.value for each in wanted if each.operator is Operator.AFTER]
        ends = [each.value for each in wanted if each.operator is Operator.BEFORE]
        last = min([family.now(), *ends])
        first = resume.bound.get(self.variable) if resume else None
        if first is None and starts:
            first = month(max(starts) - _ONE_DAY)
        elif first is None:
            oldest = resume.bound.get(_OLDEST, "") if resume else ""
            for page in family.pages(self.resource, self.among, resume.parent if resume else None):
                oldest = min(filter(None, [oldest, self._oldest(page)]), default="")
                yield Choice(bound={_OLDEST: oldest}, parent=page.place, is_found=False)
            first = oldest or month(last - _ONE_DAY)
        for each in months(first, last + _ONE_DAY):
            yield Choice(bound={self.variable: each})

    def _oldest(self, page: ParentsPage) -> str:
        dates = (record[self.column] for record, _ in page.records)
        oldest = min(filter(None, dates), default=None)
        return month(oldest - _ONE_DAY) if oldest else ""
