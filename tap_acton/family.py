"""Which parents there are: the records to whose keys other resources are bound.

Parents are read as children need them, a page at a time, and the place of a child says how far
they have come. Those that were read whole are remembered, whoever asked first.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from tap_acton.errors import RequestRefusedError
from tap_acton.names import matches
from tap_acton.remembered import EVERY, Remembered
from tap_acton.resources.binding import Months, Parents, Words
from tap_acton.resources.paging import Position
from tap_acton.resources.place import Choice, ParentsPage, Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from tap_acton.resources.binding import Binding, Bound, Condition
    from tap_acton.resources.model import Record, Resource
    from tap_acton.resources.paging import Page

    Among = Mapping[str, tuple[str, ...]]

__all__ = ["Family", "Query"]

_NOT_FOUND = 404


class Reader(Protocol):
    """What a family needs of the client."""

    def pages_of(
        self,
        resource: Resource,
        conditions: tuple[Condition, ...],
        bound: Bound,
        resume: Position,
    ) -> Iterator[Page]:
        """Yield the pages for one set of bound values."""
        ...

    def ahead(self, resource: Resource, visits: Iterator[Place]) -> Iterator[Place]:
        """Yield visits, while what is going to be asked for those behind may be on its way."""
        ...

    def skip(self, resource: Resource, bound: Bound, error: RequestRefusedError) -> None:
        """Note an object that Act-On does not show us; raise the error if it is another."""
        ...

    def server_time(self) -> tuple[datetime, datetime | None]:
        """Return the server's time of day, as the earliest and the latest it may be."""
        ...

    def known_account_id(self) -> str | None:
        """Return the account's number, if it is known without a request."""
        ...

    def remember_account_id(self, account_id: str) -> None:
        """Keep the account's number for later runs."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """Which of a resource's records are wanted.

    Args:
        conditions: What is wanted of them.
        given: Values of some variables; no parents are asked for.
        among: Words that some variables are restricted to.
    """

    conditions: tuple[Condition, ...] = ()
    given: Mapping[str, str] | None = None
    among: Among | None = None


class Family:
    """The parents of one account.

    Args:
        reader: Reads them.
        lists: Globs on the names or ids of the lists that may be parents.
    """

    def __init__(self, reader: Reader, *, lists: tuple[str, ...] = ()) -> None:
        self._reader = reader
        self._lists = lists
        self.remembered = Remembered()

    def visits(
        self, resource: Resource, query: Query, resume: Place | None = None
    ) -> Iterator[Place]:
        """Yield for each set of bound values where to begin with its rows.

        A place without a position only says how far the reading of the parents has come.

        Args:
            resource: What has the variables.
            query: What is wanted of it.
            resume: Where an earlier reading stopped.

        Raises:
            ActOnError: A parent cannot be read.
        """
        return self._visits(resource.bind, query, Place(position=Position()), resume)

    def pages(self, resource: str, among: Among, resume: Place | None) -> Iterator[ParentsPage]:
        """Yield the records of a resource, as far as Act-On shows them.

        Raises:
            ActOnError: They cannot be read.
        """
        if resource == "account":
            yield ParentsPage(records=[({"account_id": self._account_id()}, None)])
            return
        parent = EVERY[resource]
        visits = self.visits(parent, Query(among=among, given=_given(parent, among)), resume)
        for visit in self._reader.ahead(parent, visits):
            if visit.position is not None:
                for page in self._series(parent, visit.bound, visit.position):
                    yield self._met(parent, visit, visit.position, page)
            yield ParentsPage(place=replace(visit, position=None))

    def first(self, resource: Resource, bound: Bound) -> Record | None:
        """Return the first record for bound values; None if Act-On shows none.

        Raises:
            ActOnError: It cannot be read.
        """
        pages = list(self._series(resource, bound, Position()))
        return next((record for page in pages for record in page.records), None)

    def only(self, resource: Resource) -> Bound | None:
        """Return a resource's bound values, if there is one set of them and no request is needed.

        A resource without variables has one set, which is empty.
        """
        if not self._knows_parents(resource, {}):
            return None
        visits = list(itertools.islice(self.visits(resource, Query()), 2))
        return visits[0].bound if len(visits) == 1 and visits[0].position else None

    def about(
        self, resource: Resource, conditions: tuple[Condition, ...], resume: Place | None
    ) -> int | None:
        """Return how many sets of bound values are left, about, without a request.

        Exact if all parents are remembered. Otherwise the totals of their first pages count; None
        if no page has said one.
        """
        if self._knows_parents(resource, {}):
            visits = self.visits(resource, Query(conditions=conditions), resume)
            return sum(visit.position is not None for visit in visits)
        return self._bounds_about(resource, {})

    def now(self) -> datetime:
        """Return the server's time."""
        return self._reader.server_time()[0]

    def _visits(
        self, bindings: tuple[Binding, ...], query: Query, so_far: Place, resume: Place | None
    ) -> Iterator[Place]:
        if not bindings:
            if resume is None:
                yield so_far
            elif resume.position is not None:
                yield replace(so_far, position=resume.position)
            return
        for choice in self._choices(bindings[0], query, resume):
            bound, parent = so_far.bound | choice.bound, choice.parent or so_far.parent
            if not choice.is_found:
                yield Place(bound=bound, parent=parent)
                continue
            place = replace(so_far, bound=bound, parent=parent)
            names = bindings[0].variables
            is_begun = resume and all(resume.bound.get(name) == bound[name] for name in names)
            yield from self._visits(bindings[1:], query, place, resume if is_begun else None)

    def _choices(self, binding: Binding, query: Query, resume: Place | None) -> Iterator[Choice]:
        given = query.given or {}
        if set(binding.variables) <= given.keys():
            return iter([Choice(bound={name: given[name] for name in binding.variables})])
        known = {name: (given[name],) for name in binding.variables if name in given}
        return binding.choices(self, query.conditions, {**(query.among or {}), **known}, resume)

    def _series(self, resource: Resource, bound: Bound, position: Position) -> Iterator[Page]:
        """Yield the pages for bound values; they are asked for unless they are remembered."""
        refusal = self.remembered.refusal(resource, bound)
        known: Iterable[Page] | None = self.remembered.left(resource, bound, position)
        is_shown = False
        try:
            if refusal:
                raise refusal
            if known is None:
                known = self._reader.pages_of(resource, (), bound, position)
            for page in known:
                is_shown = True
                yield page
        except RequestRefusedError as error:
            if is_shown:
                raise
            self.remembered.refuse(resource, bound, error)
            self._reader.skip(resource, bound, error)

    def _met(self, parent: Resource, visit: Place, begun: Position, page: Page) -> ParentsPage:
        records: list[tuple[Record, Place | None]] = [
            (record, replace(visit, position=page.after(number)))
            for number, record in enumerate(page.records)
            if not page.has_in(begun, number)  # as the seam, which comes again
        ]
        if parent.name == "lists":
            records = [each for each in records if self._is_wanted_list(each[0])]
            self.remembered.count_lists(record for record, _ in records)
        position = None if page.is_whole else page.position
        return ParentsPage(
            records=records, place=replace(visit, position=position), is_whole=page.is_whole
        )

    def _account_id(self) -> str:
        known = self._reader.known_account_id()
        if known is not None:
            return known
        found = self.first(EVERY["account"], {})
        if found is None or found["account_id"] is None:
            raise RequestRefusedError(
                "Act-On does not tell the account's number",
                status=_NOT_FOUND,
                next_step="Set account_id: the number behind the account's name on Act-On's "
                "start page.",
            )
        self._reader.remember_account_id(str(found["account_id"]))
        return str(found["account_id"])

    def _is_wanted_list(self, record: Record) -> bool:
        return record["b_is_list"] is not False and matches(
            self._lists, record["id"] or "", record["name"] or ""
        )

    def _knows_parents(self, resource: Resource, among: Among) -> bool:
        return all(
            self._knows(binding.resource, {**binding.among, **among})
            for binding in resource.bind
            if isinstance(binding, Parents | Months)
        )

    def _knows(self, name: str, among: Among) -> bool:
        if name == "account":
            return self._reader.known_account_id() is not None
        return self._knows_parents(EVERY[name], among) and all(
            self.remembered.left(EVERY[name], visit.bound, Position()) is not None
            for visit in self.visits(EVERY[name], Query(among=among))
            if visit.position is not None
        )

    def _bounds_about(self, resource: Resource, among: Among) -> int | None:
        number = 1
        for binding in resource.bind:
            if isinstance(binding, Words):
                number *= len(among.get(binding.variable, binding.words))
            elif isinstance(binding, Parents) and not binding.is_one:
                rows = self._rows_about(binding.resource, {**binding.among, **among})
                if rows is None:
                    return None
                number *= rows
        return number

    def _rows_about(self, name: str, among: Among) -> int | None:
        counted = self.remembered.counted(name, among)
        if not counted:
            return None
        if self._knows_parents(EVERY[name], among):
            visits = self.visits(EVERY[name], Query(among=among))
            series = sum(visit.position is not None for visit in visits)
        else:
            series = self._bounds_about(EVERY[name], among) or 0
        return round(sum(counted) / len(counted) * max(series, len(counted)))


def _given(parent: Resource, among: Among) -> dict[str, str]:
    """Return what a parent's own parents need not be asked for."""
    names = [name for each in parent.bind if isinstance(each, Parents) for name in each.variables]
    return {name: among[name][0] for name in names if len(among.get(name, ())) == 1}
