"""Whose turn it is next, and what may be asked for before: the rows for many bound values."""

from __future__ import annotations

from collections import deque
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from tap_acton.errors import ActOnError
from tap_acton.resources.bulk import ListPaging
from tap_acton.resources.pages import Position
from tap_acton.resources.place import Bound, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from tap_acton.remembered import Remembered
    from tap_acton.resources.binding import Condition
    from tap_acton.resources.model import Resource
    from tap_acton.resources.pages import Params
    from tap_acton.source import Requests
    from tap_acton.transport.ahead import Early
    from tap_acton.transport.expected import Expected

    Announcement = Callable[[], Early]

__all__ = ["EVERYTHING", "Asked", "Gate", "Lookout", "Visit", "Window"]

T = TypeVar("T")
Asked = tuple["Resource", Bound]
"""A resource, and values for all of its variables."""

_ITEMS = 4
"""Visits known ahead for each request under way: not every one takes one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Gate:
    """Which bound values are to be read."""

    opens: Callable[[Bound], bool] = lambda _bound: True
    """Tells of values, in their order but before their turn. It may ask for records."""
    asks: Callable[[Bound], Asked | None] = lambda _bound: None
    """What `opens` is going to ask for."""


EVERYTHING = Gate()


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """Bound values, and whether they are to be read."""

    place: Place
    is_wanted: bool = True
    error: ActOnError | None = None
    """Why nobody knows."""

    @classmethod
    def decided(cls, place: Place, gate: Gate) -> Visit:
        """Ask the gate. Raises ActOnError where the run cannot go on."""
        try:
            return cls(place=place, is_wanted=place.position is None or gate.opens(place.bound))
        except ActOnError as error:
            if error.stops_run:
                raise
            return cls(place=place, is_wanted=False, error=error)


class Lookout:
    """Lets requests be on their way before it is the turn of what they are for.

    Args:
        requests: Sends them.
        remembered: What needs no request.
        page_size: Rows to ask for in one.
    """

    def __init__(self, requests: Requests, remembered: Remembered, *, page_size: int) -> None:
        self._requests = requests
        self._remembered = remembered
        self._page_size = page_size

    def visits(
        self,
        resource: Resource,
        conditions: tuple[Condition, ...],
        places: Iterator[Place],
        gate: Gate,
    ) -> Iterator[Visit]:
        """Yield a visit to each place, in order."""
        query = resource.query(conditions)

        def opening(visit: Visit) -> Announcement | None:
            return self.opening(resource, query, visit.place) if visit.is_wanted else None

        with closing(self._window(places, self._questions(gate))) as known:
            visits = (Visit.decided(place, gate) for place in known)
            with closing(self._window(visits, opening)) as in_order:
                yield from in_order

    def parents(self, resource: Resource, visits: Iterator[Place]) -> Iterator[Place]:
        """Yield visits, of what may be remembered, in order."""

        def opening(visit: Place) -> Announcement | None:
            is_known = self._remembered.knows(resource, visit.bound)
            return None if is_known else self.opening(resource, {}, visit)

        with closing(self._window(visits, opening)) as in_order:
            yield from in_order

    def _questions(self, gate: Gate) -> Callable[[Place], Announcement | None]:
        last: Asked | None = None

        def question(visit: Place) -> Announcement | None:
            nonlocal last
            asked = gate.asks(visit.bound) if visit.position is not None else None
            if asked is None or asked == last or self._remembered.knows(*asked):
                return None
            last = asked
            resource, bound = asked
            return self.opening(resource, {}, Place(bound=bound, position=Position()))

        return question

    def opening(self, resource: Resource, query: Params, visit: Place) -> Announcement | None:
        """Return what announces the first request for bound values, if it is known."""
        opening = resource.paging.opening(self._page_size)
        is_csv = isinstance(resource.paging, ListPaging) and self._requests.downloads.way == "csv"
        if visit.position != Position() or opening is None or is_csv:
            return None
        return self._requests.expecting(resource, {**query, **opening}, visit.bound)

    def _window(
        self, items: Iterator[T], announcement: Callable[[T], Announcement | None]
    ) -> Generator[T]:
        return Window(items, self._requests.expectations(), announcement).items()


class Window(Generic[T]):
    """Items in their order, each given out when what those behind it take is on its way.

    Args:
        items: Where they come from. What it raises comes when the items before are through.
        expected: Takes what is asked for ahead.
        announcement: Returns what announces the request for an item, if it takes one.
    """

    def __init__(
        self,
        items: Iterator[T],
        expected: Expected,
        announcement: Callable[[T], Announcement | None],
    ) -> None:
        self._items = items
        self._expected = expected
        self._announcement = announcement
        self._coming: deque[T] = deque()
        self._unplaced: Announcement | None = None
        self._error: ActOnError | None = None

    def items(self) -> Generator[T]:
        """Yield the items."""
        if not self._expected.most:
            yield from self._items
            return
        try:
            while self._fill():
                yield self._coming.popleft()
                self._unplaced = self._unplaced if self._coming else None
            if self._error:
                raise self._error
        finally:
            self._expected.clear()

    def _fill(self) -> bool:
        """Look ahead as far as requests may be under way; tell whether there is an item."""
        most = self._expected.most * _ITEMS
        while self._error is None and len(self._coming) < most and self._place():
            try:
                item = next(self._items)
            except StopIteration:
                break
            except ActOnError as error:
                self._error = error
            else:
                self._coming.append(item)
                self._unplaced = self._announcement(item)
        return bool(self._coming)

    def _place(self) -> bool:
        if self._unplaced is None or self._expected.add(self._unplaced):
            self._unplaced = None
            return True
        return not self._coming
