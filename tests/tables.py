"""A server's table that others change meanwhile, in memory."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from tap_acton.errors import ActOnError
from tap_acton.resources.paging import Batch, Outlook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["ENOUGH_REQUESTS", "TOTALS", "Act", "Foresight", "Row", "Table", "acts"]

ENOUGH_REQUESTS = 2_000
TOTALS = ("exact", "none", "whole")
"""What the server's total counts: the rows; nothing; rows that the filter leaves out, too."""


@dataclass(frozen=True)
class Row:
    key: int
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class Act:
    """A change that somebody makes right before a request."""

    before: int
    """Number of the request, from 1."""
    kind: str
    at: int
    """Position in the table; beyond its end counts from its start again."""
    to: int = 0
    rows: int = 1


@dataclass(kw_only=True)
class Table:
    """A server's table, and the server."""

    size: int
    acts: tuple[Act, ...] = ()
    newest_first: bool = False
    """Whether changed and new rows go to the front."""
    total: str = "exact"
    cap: int = 1_000
    depth: int = 0
    """Requests that a reading may have on their way before it needs them."""
    overtakes: int = 0
    """Which of those that are on their way is answered first, counted in turn."""
    spoil: Callable[[int, list[Row]], list[Row]] = lambda _number, rows: rows
    """Changes the rows of a reply, by the number of the request."""
    rows: list[Row] = field(default_factory=list)
    touched: set[int] = field(default_factory=set)
    requests: list[tuple[int, int]] = field(default_factory=list)
    """Offset and count of each."""

    def __post_init__(self) -> None:
        self.rows = [Row(key) for key in range(self.size)]
        self._keys = itertools.count(self.size)

    def reading(self) -> Foresight:
        """Return a way of reading that asks ahead."""
        return Foresight(self.fetch, depth=self.depth, overtakes=self.overtakes)

    def fetch(self, params: dict[str, str]) -> Batch:
        offset, count = int(params["offset"]), int(params["count"])
        number = self.asked(offset, count)
        return self.batch(self.spoil(number, self.page(offset, count)))

    def asked(self, offset: int, count: int) -> int:
        """Note a request, make the changes before it, and return its number."""
        self.requests.append((offset, count))
        assert len(self.requests) < ENOUGH_REQUESTS, "it reads for ever"
        number = len(self.requests)
        for act in self.acts:
            if act.before == number:
                self.change(act)
        return number

    def page(self, offset: int, count: int) -> list[Row]:
        return self.rows[offset : offset + min(count, self.cap)]

    def batch(self, rows: list[Row]) -> Batch:
        return Batch(
            records=[{"key": row.key, "version": row.version} for row in rows],
            identities=[str(row.key) for row in rows],
            marks=[f"{row.key}.{row.version}" for row in rows],
            total={"exact": len(self.rows), "none": None, "whole": len(self.rows) + 7}[self.total],
        )

    def change(self, act: Act) -> None:
        for number in range(act.rows):
            self._change_one(act, number)

    def _change_one(self, act: Act, number: int) -> None:
        if act.kind == "insert":
            at = 0 if self.newest_first else act.at % (len(self.rows) + 1) + number
            self.rows.insert(at, Row(next(self._keys)))
            return
        if len(self.rows) <= 1:
            return  # the last row stays, so that there is something not to lose
        row = self.rows.pop(act.at % len(self.rows))
        self.touched.add(row.key)
        if act.kind != "delete":
            to = 0 if self.newest_first else (act.to if act.kind == "move" else act.at)
            self.rows.insert(to % (len(self.rows) + 1), replace(row, version=row.version + 1))

    @property
    def untouched(self) -> set[int]:
        return set(range(self.size)) - self.touched


class Foresight:
    """Has replies before they are asked for: those expected first, in an order of its own.

    Args:
        fetch: Asks the server.
        depth: Requests that may be on their way.
        overtakes: Which of those is answered first, counted in turn.
    """

    def __init__(
        self, fetch: Callable[[dict[str, str]], Batch], *, depth: int, overtakes: int = 0
    ) -> None:
        self._fetch = fetch
        self._depth = depth
        self._overtakes = overtakes
        self._replies: dict[str, Batch | ActOnError] = {}
        self.outlook = Outlook(expect=self._expect)

    def __call__(self, params: dict[str, str]) -> Batch:
        reply = self._replies.pop(repr(params), None) or self._fetch(params)
        if isinstance(reply, ActOnError):
            raise reply
        return reply

    def _expect(self, expected: Iterable[dict[str, str]]) -> None:
        wanted = list(itertools.islice(expected, self._depth))
        names = {repr(params) for params in wanted}
        self._replies = {name: each for name, each in self._replies.items() if name in names}
        sent = [params for params in wanted if repr(params) not in self._replies]
        while sent:
            params = sent.pop(self._overtakes % len(sent))
            try:
                self._replies[repr(params)] = self._fetch(params)
            except ActOnError as error:
                self._replies[repr(params)] = error


acts = st.builds(
    Act,
    before=st.integers(1, 12),
    kind=st.sampled_from(["insert", "update", "delete", "move"]),
    at=st.integers(0, 60),
    to=st.integers(0, 60),
    rows=st.integers(1, 6),
)
