"""What the variables in a resource's path or query stand for, and which values they take.

A resource without variables is one request, or one series of pages. One with variables is read
once for each of its bound values.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tap_acton.resources.convert import Record

__all__ = ["Binding", "Bound", "Condition", "Family", "Months", "Operator", "Parents", "Words"]

_ONE_DAY = timedelta(days=1)
Bound = dict[str, str]
"""Values of a resource's variables, and what else its rows take over from their parent."""


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

    def records(self, resource: str, among: Mapping[str, tuple[str, ...]]) -> Iterable[Record]:
        """Return the records of a resource, those whose own variables have these words."""
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

    def rank(self, bound: Mapping[str, str]) -> tuple[str | int, ...]:
        """Return what sorts values into their order, also those that are gone."""
        ...

    def choices(
        self,
        family: Family,
        conditions: tuple[Condition, ...],
        among: Mapping[str, tuple[str, ...]],
    ) -> list[Bound]:
        """Return the values, in the order of their ranks.

        Args:
            family: Knows the parents.
            conditions: What is wanted of the rows.
            among: Words that a variable is restricted to.
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

    def rank(self, bound: Mapping[str, str]) -> tuple[str | int, ...]:
        """Return the place of the word."""
        word = bound.get(self.variable)
        return (self.words.index(word) if word in self.words else -1,)

    def choices(
        self,
        family: Family,  # noqa: ARG002 - it has no parents
        conditions: tuple[Condition, ...],  # noqa: ARG002 - and no dates
        among: Mapping[str, tuple[str, ...]],
    ) -> list[Bound]:
        """Return a value for each word."""
        allowed = among.get(self.variable, self.words)
        return [{self.variable: word} for word in self.words if word in allowed]


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
    def number(self) -> str:
        """The parents."""
        return "" if self.resource == "account" else self.resource

    def rank(self, bound: Mapping[str, str]) -> tuple[str | int, ...]:
        """Return the values themselves."""
        return tuple(bound.get(name, "") for name in self.take)

    def choices(
        self,
        family: Family,
        conditions: tuple[Condition, ...],
        among: Mapping[str, tuple[str, ...]],
    ) -> list[Bound]:
        """Return a value for each parent that has one and meets the conditions, sorted."""
        found: dict[tuple[str, ...], Bound] = {}
        among = {**self.among, **among}
        for record in family.records(self.resource, among):
            values = [record[column] for column in self.take.values()]
            if None in values or not self._is_wanted(record, conditions):
                continue
            key = tuple(map(str, values))
            bound = dict(zip(self.take, key, strict=True))
            if all(bound[name] in among.get(name, (bound[name],)) for name in bound):
                found[key] = bound | self._carried(record)
        return [found[key] for key in sorted(found)]

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

    def rank(self, bound: Mapping[str, str]) -> tuple[str | int, ...]:
        """Return the month itself."""
        return (bound.get(self.variable, ""),)

    def choices(
        self,
        family: Family,
        conditions: tuple[Condition, ...],
        among: Mapping[str, tuple[str, ...]],  # noqa: ARG002 - its variable has no words
    ) -> list[Bound]:
        """Return the months, oldest first. Days are the account's: a day more at each end."""
        wanted = [condition for condition in conditions if condition.column == self.date]
        starts = [each.value for each in wanted if each.operator is Operator.AFTER]
        ends = [each.value for each in wanted if each.operator is Operator.BEFORE]
        last = min([family.now(), *ends])
        first = max(starts) if starts else self._oldest(family) or last
        return [
            {self.variable: f"{month:%y%m}"} for month in _months(first - _ONE_DAY, last + _ONE_DAY)
        ]

    def _oldest(self, family: Family) -> datetime | None:
        records = family.records(self.resource, self.among)
        moments = (record[self.column] for record in records)
        return min(filter(None, moments), default=None)


def _months(first: datetime, last: datetime) -> Iterator[datetime]:
    month = datetime(first.year, first.month, 1, tzinfo=UTC)
    while month <= last:
        yield month
        years, months = divmod(month.month, 12)
        month = month.replace(year=month.year + years, month=months + 1)
