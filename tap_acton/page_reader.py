"""`PageReader`: a resource and conditions in, pages of typed records out, in order.

It knows nothing of Singer or SQL, and resources only as they are given to it.
"""

from __future__ import annotations

import copy
import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

from tap_acton.changes import Changes
from tap_acton.clock import moment
from tap_acton.errors import ActOnError, RequestRefusedError
from tap_acton.family import Family, Query
from tap_acton.hidden import Skipped, is_gone, shows_nothing
from tap_acton.lookout import EVERYTHING, Gate, Lookout, Visit
from tap_acton.resources.downloads import ListDownloads
from tap_acton.resources.paging import Position
from tap_acton.resources.place import Place
from tap_acton.source import Follower, Requests, Source

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from tap_acton.auth.account import Account
    from tap_acton.resources.model import Condition, Record, Resource
    from tap_acton.resources.paging import Page
    from tap_acton.resources.place import Bound
    from tap_acton.transport.ahead import Early

__all__ = ["PageReader", "RecordsPage"]

NOTHING: Mapping[str, Any] = {}
logger = logging.getLogger("tap-acton")
_OTHERS = "An object of %s failed; the others are read: %s"
_FAILURES = 5
"""Bound values of one resource that may fail before the rest is given up."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordsPage:
    """Records that no page before had, and the place to resume from after them."""

    records: Sequence[Record]
    place: Place
    hidden: bool = False
    """Whether Act-On shows nothing here, so that the rows that were there may still be.

    So it is too where only the reading of the parents has come further.
    """
    total: int | None = None
    """How many rows there are for these bound values, if the reply says so."""


class PageReader:
    """Reads an Act-On account.

    Args:
        account: How to reach it.
        page_size: Rows to ask for in one request.
        account_id: The account's number; asked for when it is needed, if not given.
        lists: Globs on the names or ids of the lists to whose records others are bound.
        list_download: How lists come: as `json`, as `csv`, or `auto`, as whichever is better.
    """

    def __init__(
        self,
        account: Account,
        *,
        page_size: int = 1000,
        account_id: str | None = None,
        lists: tuple[str, ...] = (),
        list_download: str = "auto",
    ) -> None:
        self._account = account
        self.requests = Requests(account=account, downloads=ListDownloads(way=list_download))
        """For whoever wants one reply and no reading."""
        self.changes = Changes(account)
        self.page_size = page_size
        self._account_id = account_id
        self._family = Family(self, lists=lists)
        self._lookout = Lookout(self.requests, self._family.remembered, page_size=page_size)
        self.skipped: list[Skipped] = []
        self.misfits: Counter[str] = self.requests.misfits
        """Values that did not fit, by "resource.column"."""

    def for_rows(self, rows: int) -> Self:
        """Return a client that asks for no larger pages than it takes to show so many rows."""
        fewer = copy.copy(self)
        fewer.page_size = min(self.page_size, max(1, rows))
        return fewer

    def forget(self) -> None:
        """Forget which parents there are."""
        self._family.remembered.clear()

    def close(self) -> None:
        """Close the connections."""
        self._account.transport.close()

    def server_time(self, at: float | None = None) -> tuple[datetime, datetime | None]:
        """Return the server's time of day, as the earliest and the latest it may be.

        Args:
            at: A moment by our clock, in seconds since 1970; else now.
        """
        earliest, latest = self._account.transport.server_time(at)
        return moment(earliest), moment(latest) if latest else None

    def bounds(self, resource: Resource, *, given: Mapping[str, str] = NOTHING) -> Iterator[Bound]:
        """Yield the values of a resource's variables, as its parents come.

        Args:
            resource: What has the variables.
            given: Values of some variables; no parents are asked for them.

        Raises:
            ActOnError: A parent cannot be read.
        """
        for visit in self._family.visits(resource, Query(given=given)):
            if visit.position is not None:
                yield visit.bound

    def about(
        self, resource: Resource, conditions: tuple[Condition, ...], *, resume: Place | None
    ) -> int | None:
        """Return about how many sets of bound values are left to read; it asks for nothing.

        None if nothing tells yet: no page of the parents has come in this run. For the arguments
        see `pages`.
        """
        return self._family.about(resource, conditions, resume)

    def pages(
        self,
        resource: Resource,
        conditions: tuple[Condition, ...] = (),
        *,
        given: Mapping[str, str] = NOTHING,
        resume: Place | None = None,
        gate: Gate = EVERYTHING,
        rows: int | None = None,
        among: Mapping[str, tuple[str, ...]] = NOTHING,
    ) -> Iterator[RecordsPage]:
        """Yield the records that meet at least the conditions that the server can check.

        Args:
            resource: What to read.
            conditions: What the caller is going to require of each record.
            given: Values of some variables; no parents are asked for them.
            resume: Where an earlier reading stopped.
            gate: Tells for which bound values to read the rows.
            rows: About how many there are, if known: so many are asked for ahead.
            among: Values that some variables are restricted to; their parents are looked for.

        Raises:
            ActOnError: A request failed for good, or the rows do not add up. Where there are
                several bound values, the others are read first. An object that is deleted,
                forbidden or not enabled is no error: it is noted in `skipped`.
        """
        failures: list[ActOnError] = []
        untold: ActOnError | None = None
        asked = Query(conditions=conditions, given=given, among=among)
        places = self._places(resource, asked, resume)
        for visit in self._lookout.visits(resource, conditions, places, gate):
            if visit.place.position is not None and untold:
                logger.warning(_OTHERS, resource.name, untold)
                untold = None
            try:
                yield from self._pages_at(visit, resource, conditions, rows)
            except ActOnError as error:
                untold = error
                failures.append(error)
                if error.stops_run or len(failures) >= _FAILURES:
                    raise
        if failures:
            raise failures[0]

    def ahead(self, resource: Resource, visits: Iterator[Place]) -> Iterator[Place]:
        """Yield visits of parents, while requests for those behind are on their way."""
        return self._lookout.parents(resource, visits)

    def _places(self, resource: Resource, query: Query, resume: Place | None) -> Iterator[Place]:
        is_any = False
        try:
            for visit in self._family.visits(resource, query, resume):
                is_any = True
                yield visit
        except RequestRefusedError as error:
            if is_any:
                raise
            self.skip(resource, {}, error)
            yield Place()

    def _pages_at(
        self,
        visit: Visit,
        resource: Resource,
        conditions: tuple[Condition, ...],
        rows: int | None,
    ) -> Iterator[RecordsPage]:
        place, shown = visit.place, False
        if visit.error:
            raise visit.error
        if place.position is None or not visit.is_wanted:
            hidden = place.position is None
            yield RecordsPage(records=[], place=replace(place, position=None), hidden=hidden)
            return
        try:
            for page in self.pages_of(resource, conditions, place.bound, place.position, rows=rows):
                shown = True
                reached = replace(place, position=page.position)
                yield RecordsPage(records=page.records, place=reached, total=page.total)
        except RequestRefusedError as error:
            if shown:
                raise
            self.skip(resource, place.bound, error)
        yield RecordsPage(records=[], place=replace(place, position=None), hidden=not shown)

    def opening(
        self, resource: Resource, conditions: tuple[Condition, ...]
    ) -> Callable[[], Early] | None:
        """Return what lets the first request of a reading be sent before the reading begins.

        None if it is not known without a request, or is one of several.
        """
        bound = self._family.only(resource)
        if bound is None:
            return None
        start = Place(bound=bound, position=Position())
        return self._lookout.opening(resource, resource.query(conditions), start)

    def record(self, resource: Resource, bound: Bound) -> Record | None:
        """Return what children need of the one record for bound values, asking for it once.

        None if Act-On does not show it, which is noted in `skipped`. Raises ActOnError.
        """
        return self._family.first(resource, bound)

    def follow(self, resource: Resource, follower: Follower) -> None:
        """Tell somebody of the columns of each page of a table, from now on."""
        self.requests.followers[resource.name] = follower

    def pages_of(
        self,
        resource: Resource,
        conditions: tuple[Condition, ...],
        bound: Bound,
        resume: Position,
        rows: int | None = None,
    ) -> Iterator[Page]:
        """Yield the pages for one set of bound values. Raises ActOnError."""
        query = resource.query(conditions)
        source = Source(requests=self.requests, resource=resource, query=query, bound=bound)
        pages = source.pages(page_size=self.page_size, resume=resume, rows=rows)
        return pages if query else self._family.remembered.noting(resource, bound, pages, resume)

    def skip(self, resource: Resource, bound: Bound, error: RequestRefusedError) -> None:
        """Note an object that Act-On does not show us; raise the error if it is another."""
        if not shows_nothing(error):
            raise error
        about = {name: bound[name] for name in resource.variables if name in bound}
        self.skipped.append(Skipped(resource=resource.name, bound=about, gone=is_gone(error)))
        logger.warning("Skipping an object of %s: %s", resource.name, error)

    def known_account_id(self) -> str | None:
        """Return the account's number, if it is known without a request."""
        if self._account_id is None:
            self._account_id = self._account.auth.account_id()
        return self._account_id

    def remember_account_id(self, account_id: str) -> None:
        """Keep the account's number for later runs, beside the tokens."""
        self._account_id = account_id
        self._account.auth.note_account_id(account_id)
