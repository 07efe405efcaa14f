"""Where rows come from: the requests for a resource, their replies as records."""

from __future__ import annotations

import functools
import itertools
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol, TypeVar
from urllib.parse import quote

from tap_acton.errors import ActOnError
from tap_acton.resources.cells import Cells, Rows
from tap_acton.resources.csv_table import CsvTable
from tap_acton.resources.downloads import ListDownloads
from tap_acton.resources.lists import as_csv
from tap_acton.resources.pages import Batch, Outlook
from tap_acton.resources.records import Typed, renumbered
from tap_acton.resources.rows import read_cut_table

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence

    from tap_acton.auth.account import Account
    from tap_acton.resources.binding import Bound
    from tap_acton.resources.model import Column, Resource
    from tap_acton.resources.pages import Page, Params, Position
    from tap_acton.transport.ahead import Early
    from tap_acton.transport.expected import Expected
    from tap_acton.transport.replies import Reply
    from tap_acton.transport.retry import Tries
    from tap_acton.transport.streaming import Body

__all__ = ["Follower", "Requests", "Source"]

T = TypeVar("T")

_CELLS = 5_000
"""In one part of a reply that is read while it arrives: texts that a cache of 1 MB holds."""


class Follower(Protocol):
    """Who wants to know which columns a table has while it is read."""

    def meets(self, labels: tuple[str, ...]) -> Sequence[Column]:
        """Take note of a page's labels, and return columns of texts to read beyond the resource's.

        They are no part of what rows are told apart by: they may come between two pages.
        """
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Requests:
    """Sends the requests for resources."""

    account: Account
    misfits: Counter[str] = field(default_factory=Counter)
    """Values that did not fit, by "resource.column"."""
    downloads: ListDownloads = field(default_factory=ListDownloads)
    followers: dict[str, Follower] = field(default_factory=dict)
    """By the names of the resources that they follow."""
    exact_totals: dict[frozenset[str], bool] = field(default_factory=dict)
    """By the parameters of conditions: whether totals have counted just what met them."""

    def fetch(self, resource: Resource, params: Params, bound: Bound) -> Batch:
        """Return the rows of one request; its parameters are those of a page."""
        rows = self.reply(resource, params, bound, resource.shape.read)
        return self.batch(resource, rows, bound)

    def reply(
        self,
        resource: Resource,
        params: Params,
        bound: Bound,
        decode: Callable[[Reply], T],
    ) -> T:
        """Return what `decode` reads from the reply to one request."""
        path, sent = _address(resource, params, bound)
        transport = self.account.transport
        ask = transport.query if resource.paging.in_body else transport.get
        return ask(path, sent, auth=self.account.auth, decode=decode)

    def expectations(self) -> Expected:
        """Return a window for requests that somebody expects."""
        return self.account.transport.expectations()

    def expecting(self, resource: Resource, params: Params, bound: Bound) -> Callable[[], Early]:
        """Return what lets a request be sent before `fetch` or `reply` asks for it."""
        path, sent = _address(resource, params, bound)
        return functools.partial(
            self.account.transport.expect,
            path,
            sent,
            auth=self.account.auth,
            in_body=resource.paging.in_body,
        )

    def arriving(
        self,
        resource: Resource,
        params: Params,
        bound: Bound,
        decode: Callable[[Body], T],
        *,
        once: bool = False,
    ) -> T:
        """Return what `decode` makes of a reply that is read while it arrives."""
        path, sent = _address(resource, params, bound)
        auth = self.account.auth
        return self.account.transport.stream(path, sent, auth=auth, decode=decode, once=once)

    def head(
        self, resource: Resource, params: Params, bound: Bound, decode: Callable[[Body], T]
    ) -> T:
        """Return what `decode` reads from the start of a reply; the rest is not waited for."""

        def read(body: Body) -> T:
            with closing(body):
                return decode(body)

        return self.arriving(resource, params, bound, read)

    def parts(
        self,
        resource: Resource,
        bound: Bound,
        labels: tuple[str, ...],
        rows: Iterable[list[str]],
    ) -> Generator[Batch]:
        """Yield arriving rows in parts; those before a failure come before it is raised."""

        def batch(part: list[list[str]]) -> Batch:
            cells = Cells(labels, part, are_texts=True)
            return self.batch(resource, Rows(rows=cells, labels=labels), bound)

        size = max(1, _CELLS // len(resource.columns))
        part: list[list[str]] = []
        any_yet, left = False, iter(rows)
        try:
            # What an iterator gave before it failed stays in the list that it extends.
            part.extend(itertools.islice(left, size))
            while len(part) == size:
                yield batch(part)
                any_yet, part = True, []
                part.extend(itertools.islice(left, size))
        except ActOnError:
            if part:
                yield batch(part)
            raise
        if part or not any_yet:
            yield batch(part)

    def batch(self, resource: Resource, rows: Rows, bound: Bound) -> Batch:
        """Return rows as records, with what they are told apart by."""
        follower = self.followers.get(resource.name)
        added = follower.meets(rows.labels) if follower and rows.labels else ()
        typed = Typed.of(resource, rows.rows, bound, added)
        for misfits in typed.misfits.values():
            self.misfits.update(f"{resource.name}.{column}" for column in misfits)
        marks = typed.marks()
        return Batch(
            records=typed.records(),
            identities=typed.identities(marks),
            marks=marks,
            total=rows.total,
            labels=rows.labels,
            renumbered=functools.partial(renumbered, resource),
        )


@dataclass(kw_only=True, slots=True)
class Source:
    """One resource, with values for its variables and with conditions, as a paging reads it."""

    requests: Requests
    resource: Resource
    query: Mapping[str, str]
    bound: Bound
    tries: Tries | None = field(default=None, init=False)
    expected: Expected = field(init=False)

    def __post_init__(self) -> None:
        self.expected = self.requests.expectations()

    def pages(self, *, page_size: int, resume: Position, rows: int | None = None) -> Iterator[Page]:
        """Yield the pages, with those behind each on their way; see `Paging.pages`."""
        page: Page | None = None
        outlook = Outlook(
            expect=self.expect,
            totals_are_exact=self._totals_are_exact(),
            rows=None if self.query or resume.offset else rows,
        )
        pages = self.resource.paging.pages(
            self,
            page_size=page_size,
            filtered=bool(self.query),
            resume=resume,
            outlook=outlook,
        )
        try:
            for page in pages:
                yield page
        finally:
            self.expected.clear()
        if self.query and page and page.total is not None:
            self._learn(is_exact=page.total == page.position.offset)

    def _totals_are_exact(self) -> bool:
        """Tell whether totals count no rows that the conditions leave out, as far as was seen."""
        return not self.query or self.requests.exact_totals.get(frozenset(self.query), False)

    def _learn(self, *, is_exact: bool) -> None:
        known = self.requests.exact_totals
        known[frozenset(self.query)] = is_exact and known.get(frozenset(self.query), True)

    def expect(self, params: Iterable[Params]) -> None:
        """Let these requests be sent before their replies are asked for, and no others."""
        self.expected.only(
            self.requests.expecting(self.resource, {**self.query, **each}, self.bound)
            for each in params
        )

    def __call__(self, params: Params, /) -> Batch:
        """Return what a request brings; of CSV the first part, with the others behind it."""
        return self._ask(params, once=False)

    @property
    def downloads(self) -> ListDownloads:
        """How the lists of this run come."""
        return self.requests.downloads

    def once(self, params: Params, /) -> Batch:
        """Return the same; a CSV that does not begin to come is not tried again."""
        return self._ask(params, once=True)

    def as_csv(self, labels: tuple[str, ...] = ()) -> Source:
        """Return where the rows of a list come as CSV; with labels, only under just these."""
        return replace(self, resource=as_csv(self.resource, labels))

    def in_json(self, params: Params, /) -> Batch:
        """Return what the JSON of a list has, without the columns that it cuts off."""
        asked = {**self.query, "responseformat": "JSON", **params}
        rows = self.requests.reply(self.resource, asked, self.bound, read_cut_table)
        whole_or_cut = replace(rows, labels=())  # they say nothing of the list's columns
        return self.requests.batch(self.resource, whole_or_cut, self.bound)

    def wait_after(self, error: ActOnError, *, has_progressed: bool) -> None:
        """Wait as after any request that failed, or raise the error."""
        if self.tries is None or has_progressed:
            self.tries = self.requests.account.transport.tries()
        self.tries.wait_after(error)

    def _ask(self, params: Params, *, once: bool) -> Batch:
        asked, shape = {**self.query, **params}, self.resource.shape
        if not isinstance(shape, CsvTable):
            return self.requests.fetch(self.resource, asked, self.bound)
        begun = functools.partial(self._begun, shape)
        return self.requests.arriving(self.resource, asked, self.bound, begun, once=once)

    def _begun(self, shape: CsvTable, body: Body) -> Batch:
        parts = self._parts(shape, body)
        return replace(next(parts), rest=parts)

    def _parts(self, shape: CsvTable, body: Body) -> Generator[Batch]:
        try:
            yield from self.requests.parts(self.resource, self.bound, *shape.table(body))
        finally:
            body.close()


def _address(resource: Resource, params: Params, bound: Bound) -> tuple[str, Params]:
    """Return the path and the query of a request."""
    path = resource.path
    sent = {**resource.params, **params}
    for variable in resource.variables:
        if f"{{{variable}}}" in path:
            # An id may hold half of a character: JSON can, and UTF-8 cannot.
            value = quote(bound[variable], safe=":", errors="surrogatepass")
            path = path.replace(f"{{{variable}}}", value)
        else:
            sent[variable] = bound[variable]
    return path, sent
