"""What a run is going to cost, by what is known before its first request.

It knows the numbers of rows that discovery has written into the catalog, those that earlier runs
have left in the state, and what the account answered to a test. What nobody knows stays unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import ceil, prod
from typing import TYPE_CHECKING, Any

from tap_acton.clock import SYSTEM_CLOCK, Clock, moment
from tap_acton.dynamic import origin_of
from tap_acton.remembered import EVERY
from tap_acton.resources.binding import Months, Operator, Parents, Words
from tap_acton.resources.catalog import PARENTS_ONLY
from tap_acton.resources.encode import month, months
from tap_acton.resources.paging import CsvPaging, OnePage
from tap_acton.singer.console.layout import aligned, duration, percent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from tap_acton.client import Place
    from tap_acton.resources.binding import Binding
    from tap_acton.resources.model import Condition, Resource
    from tap_acton.settings import Settings

__all__ = ["ROWS", "Estimate", "Plan", "Task", "known_rows", "make_plan"]

ROWS = "rows"
"""Where a stream's state has how many rows there were, of a stream that was read whole."""

_HEADINGS = ("stream", "requests", "at the ceiling", "of today's budget")
_ONE_DAY = timedelta(days=1)
_LIST_RECORDS = next(iter(PARENTS_ONLY))


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """A stream that is to be read, and what of it."""

    resource: Resource
    conditions: tuple[Condition, ...] = ()
    """What the server, or the reading, selects by."""
    place: Place | None = None
    """Where the run before stopped."""
    cost: Callable[[int], int] = lambda bounds: bounds
    """Returns the requests that so many sets of bound values take at the most, without pages."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """The requests that a stream takes."""

    stream: str
    most: int | None
    """None if nobody knows."""
    is_range: bool = False
    """Whether it may be as few as one: only what has changed is asked for, or of some parents; or
    a CSV may bring all at once."""
    rows: int | None = None
    """The rows that there will be; None if nobody knows, or only some of them are wanted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What a run is going to read."""

    estimates: tuple[Estimate, ...]
    per_second: float
    """Requests that the ceiling allows."""
    daily: int
    """Requests of a day."""
    left_today: int
    per_run: int | None = None
    """Requests that this run may send."""

    def of(self, stream: str) -> Estimate | None:
        """Return what is estimated for a stream."""
        return next((each for each in self.estimates if each.stream == stream), None)

    def lines(self) -> Iterator[str]:
        """Yield the plan as a table, with lines for the sum and for the budgets."""
        known = [each.most for each in self.estimates if each.most is not None]
        unknown = len(self.estimates) - len(known)
        ranged = any(each.is_range and (each.most or 0) > 1 for each in self.estimates)
        at_most = "at most " if ranged else ""
        beside = f" and {unknown} unknown" if unknown else ""
        total = ("total", f"{at_most}{sum(known):,}{beside}", *self._shares(sum(known), at_most))
        yield from aligned([_HEADINGS, *map(self._cells, self.estimates), total], right=(1, 2, 3))
        yield self._budgets(sum(known))

    def _cells(self, estimate: Estimate) -> tuple[str, ...]:
        if estimate.most is None:
            return (estimate.stream, *["unknown"] * (len(_HEADINGS) - 1))
        ranged = estimate.is_range and estimate.most > 1
        least, at_most = ("1 to ", "at most ") if ranged else ("", "")
        shares = self._shares(estimate.most, at_most)
        return (estimate.stream, f"{least}{estimate.most:,}", *shares)

    def _shares(self, requests: int, at_most: str) -> tuple[str, str]:
        time, share = duration(requests / self.per_second), percent(requests / self.daily)
        return f"{at_most}{time}", f"{at_most}{share}"

    def _budgets(self, requests: int) -> str:
        per_run = "" if self.per_run is None else f"; this run may send {self.per_run:,}"
        text = f"Requests left today: {self.left_today:,} of {self.daily:,}{per_run}"
        if requests <= min(self.left_today, self.per_run or self.left_today):
            return text
        return f"{text}. That is less than planned: what is finished is kept, and later runs go on"


def make_plan(
    tasks: Iterable[Task],
    known: Mapping[str, int],
    settings: Settings,
    *,
    left_today: int,
    clock: Clock = SYSTEM_CLOCK,
) -> Plan:
    """Return the plan of a run.

    Args:
        tasks: The streams to read, in order.
        known: Numbers of rows, by resource or stream; see `known_rows`.
        settings: The pace, the budgets and the size of pages.
        left_today: Requests that are left of the day's budget.
        clock: Where the time of day comes from.
    """
    tasks = list(tasks)
    estimator = _Estimator(
        known=known,
        planned={task.resource.name for task in tasks},
        page_size=settings.page_size,
        now=moment(clock.now()),
    )
    return Plan(
        estimates=tuple(map(estimator.of, tasks)),
        per_second=settings.requests_per_second,
        daily=settings.daily_request_budget,
        left_today=left_today,
        per_run=settings.max_requests_per_run,
    )


def known_rows(
    resources: Iterable[Resource], counted: Mapping[str, int | None], state: Mapping[str, Any]
) -> dict[str, int]:
    """Return numbers of rows by stream, and that of the records of all lists if each is known.

    Args:
        resources: All streams of the account.
        counted: What discovery has counted, by stream.
        state: The tap's; each stream's may have the number that its last whole reading met.
    """
    kept = {name: each.get(ROWS) for name, each in state.get("bookmarks", {}).items()}
    told = {**kept, **{name: rows for name, rows in counted.items() if rows is not None}}
    known = {name: rows for name, rows in told.items() if isinstance(rows, int) and rows >= 0}
    lists = [each.name for each in resources if (found := origin_of(each)) and found.kind == "list"]
    if lists and known.keys() >= {*lists}:
        known[_LIST_RECORDS] = sum(known[name] for name in lists)
    return known


@dataclass(frozen=True, kw_only=True, slots=True)
class _Estimator:
    known: Mapping[str, int]
    planned: set[str]
    page_size: int
    now: datetime

    def of(self, task: Task) -> Estimate:
        """Return what a stream takes: pages of parents too, unless the parents are a stream."""
        resource, rows = task.resource, self.known.get(task.resource.name)
        since = [each.value for each in task.conditions if each.operator is Operator.AFTER]
        bounds = self._bounds(resource, max(since, default=None))
        own = self._own(task, bounds, rows)
        parents = self._parents(resource)
        most = None if own is None or parents is None else own + parents
        is_part = bool(since) or (task.place is not None and bounds != 1)
        return Estimate(
            stream=resource.name,
            most=most,
            is_range=is_part or _may_take_less(resource),
            rows=None if is_part else rows,
        )

    def _own(self, task: Task, bounds: int | None, rows: int | None) -> int | None:
        if bounds is None:
            return None
        if isinstance(task.resource.paging, OnePage):
            return task.cost(bounds)
        if rows is None:
            return None
        offset = task.place.position.offset if task.place and task.place.position else 0
        return task.cost(bounds) + self._more_pages(rows - offset, bounds)

    def _more_pages(self, rows: int, bounds: int) -> int:
        """Return the pages beyond the first ones; each repeats the last row of the one before."""
        size = max(2, self.page_size)
        return max(0, ceil((rows - bounds) / (size - 1)) - bounds)

    def _bounds(self, resource: Resource, since: datetime | None) -> int | None:
        numbers = [self._number(binding, since) for binding in resource.bind]
        told = [number for number in numbers if number is not None]
        return prod(told) if len(told) == len(numbers) else None

    def _number(self, binding: Binding, since: datetime | None) -> int | None:
        if isinstance(binding, Words):
            return len(binding.words)
        if isinstance(binding, Parents):
            return 1 if binding.is_one else self.known.get(binding.resource)
        if isinstance(binding, Months) and since is not None:
            return sum(1 for _ in months(month(since - _ONE_DAY), self.now + _ONE_DAY))
        return None

    def _parents(self, resource: Resource) -> int | None:
        """Return the requests for parents that no other stream brings."""
        requests = 0
        for name in resource.parents:
            if name == "account" or name in self.planned:
                continue
            parent = self.of(Task(resource=EVERY[name]))
            if parent.most is None:
                return None
            requests += parent.most
        return requests


def _may_take_less(resource: Resource) -> bool:
    of_some = any(isinstance(each, Parents) and each.among for each in resource.bind)
    return of_some or isinstance(resource.paging, CsvPaging)
