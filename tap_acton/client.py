"""`ActOnClient`: a resource and conditions in, pages of typed records out, in order.

Both front ends read through it. It knows nothing of Singer or SQL.
"""

from __future__ import annotations

import itertools
import json
import logging
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import quote

from tap_acton.auth.account import Account, open_account
from tap_acton.clock import SYSTEM_CLOCK, Clock, moment
from tap_acton.errors import ActOnError, RequestRefusedError
from tap_acton.resources.catalog import RESOURCES
from tap_acton.resources.model import Condition, Parents, Record, Resource, Words
from tap_acton.resources.paging import Batch, Page, Position
from tap_acton.resources.records import identity, mark, to_record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from tap_acton.auth.authenticator import Authorize
    from tap_acton.settings import Settings
    from tap_acton.transport.replies import Reply
    from tap_acton.transport.session import Sent

__all__ = ["ActOnClient", "Bound", "Place", "RecordsPage", "Skipped"]

T = TypeVar("T")
logger = logging.getLogger("tap-acton")

Bound = dict[str, str]
"""Values of a resource's path and query variables."""

_NOT_FOUND_CODES = {"10004", "10008", "10012", "10013", "10030", "10054"}
_NOT_FOUND_STATUSES = {204, 403, 404}
_FAILURES = 5
"""Bound values of one resource that may fail before the rest is given up."""
_PARENTS = {
    variable.resource
    for resource in RESOURCES.values()
    for variable in resource.bind
    if isinstance(variable, Parents)
}
"""Resources whose records others are bound to; they are remembered once read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """How far the reading of a resource has come: which bound values, and where in their rows."""

    bound: Bound = field(default_factory=dict)
    position: Position | None = None
    """None once all rows for these bound values have been read."""

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON data."""
        position = self.position.to_json() if self.position else None
        return {"bound": self.bound, "position": position}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Return what `to_json` gave. Raises KeyError, TypeError or ValueError if it did not."""
        position = data["position"]
        return cls(
            bound=dict(data["bound"]),
            position=Position.from_json(position) if position is not None else None,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordsPage:
    """Records that no page before had, and the place to resume from after them."""

    records: list[Record]
    place: Place
    hidden: bool = False
    """Whether Act-On shows nothing here, so that the rows that were there may still be."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Skipped:
    """An object that Act-On does not show us: deleted, forbidden, or not enabled."""

    resource: str
    bound: Bound


class ActOnClient:
    """Reads an Act-On account.

    Args:
        account: How to reach it.
        page_size: Rows to ask for in one request.
    """

    def __init__(self, account: Account, *, page_size: int = 1000) -> None:
        self._account = account
        self._page_size = page_size
        self._parents: dict[tuple[str, str], list[Record]] = {}
        self.skipped: list[Skipped] = []
        self.misfits: Counter[str] = Counter()
        """Values that did not fit, by "resource.column"."""

    @classmethod
    def from_settings(
        cls,
        settings: Settings,
        *,
        clock: Clock = SYSTEM_CLOCK,
        observe: Callable[[Sent], None] = lambda _sent: None,
        authorize: Authorize | None = None,
    ) -> Self:
        """Return a client of the account that the settings name, as `open_account` makes it."""
        account = open_account(settings, clock=clock, observe=observe, authorize=authorize)
        return cls(account, page_size=settings.page_size)

    def close(self) -> None:
        """Close the connections."""
        self._account.transport.close()

    def server_time(self, at: float | None = None) -> tuple[datetime, datetime | None]:
        """Return the server's time of day, as the earliest and the latest it may be.

        Args:
            at: A moment by our clock, in seconds since 1970; now, if not given.
        """
        earliest, latest = self._account.transport.server_time(at)
        return moment(earliest), moment(latest) if latest else None

    def pages(
        self,
        resource: Resource,
        conditions: tuple[Condition, ...] = (),
        *,
        resume: Place | None = None,
    ) -> Iterator[RecordsPage]:
        """Yield the records that meet at least the conditions that the server can check.

        Args:
            resource: What to read.
            conditions: What the caller is going to require of each record.
            resume: Where an earlier reading stopped.

        Raises:
            ActOnError: A request failed for good, or the rows do not add up. Where there are
                several bound values, the others are read first. An object that is deleted,
                forbidden or not enabled is no error: it is noted in `skipped`.
        """
        failures: list[ActOnError] = []
        bounds = self._bounds(resource, {}, resume)
        for bound in bounds:
            position = Position()
            if resume and resume.position and resume.bound == bound:
                position = resume.position
            try:
                yield from self._pages_bound(resource, conditions, bound, position)
            except ActOnError as error:
                failures.append(error)
                if error.stops_run or len(bounds) == 1 or len(failures) >= _FAILURES:
                    raise
                logger.warning(
                    "An object of %s failed; the others are read: %s", resource.name, error
                )
        if failures:
            raise failures[0]

    def _pages_bound(
        self,
        resource: Resource,
        conditions: tuple[Condition, ...],
        bound: Bound,
        position: Position,
    ) -> Iterator[RecordsPage]:
        shown = False
        try:
            for page in self._pages_of(resource, conditions, bound, position):
                shown = True
                place = Place(bound=bound, position=page.position)
                yield RecordsPage(records=page.records, place=place)
        except RequestRefusedError as error:
            if shown:
                raise
            self._skip(resource, bound, error)
        yield RecordsPage(records=[], place=Place(bound=bound), hidden=not shown)

    def fetch(self, resource: Resource, params: Mapping[str, str], bound: Bound) -> Batch:
        """Return the rows of one request.

        Args:
            resource: What to read.
            params: Query parameters beyond the resource's own.
            bound: Values of all of the resource's variables.
        """
        rows = self.reply(resource, params, bound, resource.shape.read)
        records = [self._record(resource, row, bound) for row in rows.rows]
        return Batch(
            records=records,
            identities=[identity(resource, record) for record in records],
            marks=[mark(record) for record in records],
            total=rows.total,
        )

    def reply(
        self,
        resource: Resource,
        params: Mapping[str, str],
        bound: Bound,
        decode: Callable[[Reply], T],
    ) -> T:
        """Return what `decode` reads from the reply to one request for a resource."""
        path = resource.path
        query = {**resource.params, **params}
        for variable, value in bound.items():
            if f"{{{variable}}}" in path:
                path = path.replace(f"{{{variable}}}", quote(value, safe=":"))
            else:
                query[variable] = value
        return self._account.transport.get(path, query, auth=self._account.auth, decode=decode)

    def _pages_of(
        self,
        resource: Resource,
        conditions: tuple[Condition, ...],
        bound: Bound,
        resume: Position,
    ) -> Iterator[Page]:
        query = resource.query(conditions)
        pages = resource.paging.pages(
            lambda params: self.fetch(resource, {**query, **params}, bound),
            page_size=self._page_size,
            filtered=bool(query),
            resume=resume,
        )
        if resource.name in _PARENTS and resume == Position() and not query:
            return self._remembered(resource, bound, pages)
        return pages

    def _remembered(
        self, resource: Resource, bound: Bound, pages: Iterable[Page]
    ) -> Iterator[Page]:
        records: list[Record] = []
        for page in pages:
            records.extend(page.records)
            yield page
        self._parents[resource.name, json.dumps(bound)] = records

    def _bounds(
        self, resource: Resource, among: Mapping[str, tuple[str, ...]], resume: Place | None
    ) -> list[Bound]:
        """Return the bound values that are still to be read, in their fixed order."""
        choices = [self._values(variable, among) for variable in resource.bind]
        names = [variable.variable for variable in resource.bind]
        every = [dict(zip(names, values, strict=True)) for values in itertools.product(*choices)]
        if resume is None or resume.bound not in every:
            return every
        return every[every.index(resume.bound) + (0 if resume.position else 1) :]

    def _values(
        self, variable: Words | Parents, among: Mapping[str, tuple[str, ...]]
    ) -> Iterable[str]:
        if isinstance(variable, Words):
            allowed = among.get(variable.variable, variable.words)
            return [word for word in variable.words if word in allowed]
        parent = RESOURCES[variable.resource]
        found: set[str] = set()
        for bound in self._bounds(parent, variable.among, None):
            for record in self._parent_records(parent, bound):
                if record[variable.column] is not None:
                    found.add(str(record[variable.column]))
        return sorted(found)

    def _parent_records(self, parent: Resource, bound: Bound) -> list[Record]:
        key = (parent.name, json.dumps(bound))
        if key not in self._parents:
            try:
                for _ in self._pages_of(parent, (), bound, Position()):
                    pass
            except RequestRefusedError as error:
                self._skip(parent, bound, error)
        return self._parents.get(key, [])

    def _record(self, resource: Resource, row: dict[str, Any], bound: Bound) -> Record:
        record, misfits = to_record(resource, row, bound)
        self.misfits.update(f"{resource.name}.{column}" for column in misfits)
        return record

    def _skip(self, resource: Resource, bound: Bound, error: RequestRefusedError) -> None:
        if error.status not in _NOT_FOUND_STATUSES and error.code not in _NOT_FOUND_CODES:
            raise error
        self.skipped.append(Skipped(resource=resource.name, bound=bound))
        logger.warning("Skipping an object of %s: %s", resource.name, error)
