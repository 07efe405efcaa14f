"""Which parents there are: the records to whose keys other resources are bound.

Parents are asked for once and remembered, whoever asks first; only the columns that children
need are kept.
"""

from __future__ import annotations

import itertools
import json
from collections import defaultdict
from typing import TYPE_CHECKING, Protocol

from tap_acton.errors import RequestRefusedError
from tap_acton.names import matches
from tap_acton.resources.binding import Months, Parents
from tap_acton.resources.catalog import PARENTS_ONLY, RESOURCES
from tap_acton.resources.custom_objects import CUSTOM_OBJECT_TEMPLATE
from tap_acton.resources.messages import REPORT_COUNTS
from tap_acton.resources.paging import Position

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from tap_acton.resources.binding import Binding, Bound, Condition
    from tap_acton.resources.model import Record, Resource
    from tap_acton.resources.paging import Page

__all__ = ["Family"]

_EVERY = {**RESOURCES, **PARENTS_ONLY}
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


def _kept_columns() -> dict[str, set[str]]:
    kept: dict[str, set[str]] = defaultdict(set)
    for resource in (*_EVERY.values(), CUSTOM_OBJECT_TEMPLATE):
        for binding in resource.bind:
            if isinstance(binding, Parents):
                kept[binding.resource] |= {*binding.take.values(), *binding.carry.values()}
            elif isinstance(binding, Months):
                kept[binding.resource].add(binding.column)
    kept["lists"] |= {"name", "b_is_list"}
    kept["message_reports"] |= {*REPORT_COUNTS}
    return dict(kept)


_KEPT = _kept_columns()


class Family:
    """The parents of one account.

    Args:
        reader: Reads them.
        lists: Globs on the names or ids of the lists that may be parents.
    """

    def __init__(self, reader: Reader, *, lists: tuple[str, ...] = ()) -> None:
        self._reader = reader
        self._lists = lists
        self._known: dict[tuple[str, str], list[Record]] = {}
        self._refused: dict[tuple[str, str], RequestRefusedError] = {}

    def bounds(
        self,
        resource: Resource,
        conditions: tuple[Condition, ...] = (),
        *,
        given: Mapping[str, str],
        among: Mapping[str, tuple[str, ...]],
    ) -> list[Bound]:
        """Return the values of a resource's variables, in an order that does not change.

        Args:
            resource: What has the variables.
            conditions: What is wanted of its records.
            given: Values of some of them; no parents are asked for.
            among: Words that some of them are restricted to.

        Raises:
            ActOnError: A parent cannot be read.
        """
        choices = [self._choices(each, conditions, given, among) for each in resource.bind]
        return [
            {name: value for chosen in combination for name, value in chosen.items()}
            for combination in itertools.product(*choices)
        ]

    def records(self, resource: str, among: Mapping[str, tuple[str, ...]]) -> Iterable[Record]:
        """Return the records of a resource, as far as Act-On shows them.

        Raises:
            ActOnError: They cannot be read.
        """
        if resource == "account":
            return [{"account_id": self._account_id()}]
        parent = _EVERY[resource]
        records = [
            record
            for bound in self.bounds(parent, given={}, among=among)
            for record in self.of(parent, bound)
        ]
        return filter(self._is_wanted_list, records) if resource == "lists" else records

    def of(self, parent: Resource, bound: Bound) -> list[Record]:
        """Return the records for one set of bound values, as far as Act-On shows them.

        Raises:
            ActOnError: They cannot be read.
        """
        key = _key(parent, bound)
        if key not in self._known and key not in self._refused:
            try:
                for _ in self._reader.pages_of(parent, (), bound, Position()):
                    pass
            except RequestRefusedError as error:
                self._refused[key] = error
        if key in self._refused:
            self._reader.skip(parent, bound, self._refused[key])
            return []
        return self._known[key]

    def now(self) -> datetime:
        """Return the server's time."""
        return self._reader.server_time()[0]

    def noting(self, resource: Resource, bound: Bound, pages: Iterable[Page]) -> Iterator[Page]:
        """Yield the pages of a whole reading, and remember what children need of them."""
        columns = _KEPT.get(resource.name)
        kept: list[Record] = []
        for page in pages:
            if columns:
                kept += [{name: record[name] for name in columns} for record in page.records]
            yield page
        if columns:
            self._known[_key(resource, bound)] = kept

    def _choices(
        self,
        binding: Binding,
        conditions: tuple[Condition, ...],
        given: Mapping[str, str],
        among: Mapping[str, tuple[str, ...]],
    ) -> list[Bound]:
        if set(binding.variables) <= given.keys():
            return [{name: given[name] for name in binding.variables}]
        return binding.choices(self, conditions, among)

    def _account_id(self) -> str:
        known = self._reader.known_account_id()
        if known is not None:
            return known
        found = next(iter(self.of(_EVERY["account"], {})), None)
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


def _key(resource: Resource, bound: Bound) -> tuple[str, str]:
    return resource.name, json.dumps(bound)
