"""A server's table that others change meanwhile, in memory."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from tap_acton.resources.paging import Batch

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ENOUGH_REQUESTS", "TOTALS", "Act", "Row", "Table", "acts"]

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
    spoil: Callable[[int, list[Row]], list[Row]] = lambda _number, rows: rows
    """Changes the rows of a reply, by the number of the request."""
    rows: list[Row] = field(default_factory=list)
    touched: set[int] = field(default_factory=set)
    requests: list[tuple[int, int]] = field(default_factory=list)
    """Offset and count of each."""

    def __post_init__(self) -> None:
        self.rows = [Row(key) for key in range(self.size)]
        self._keys = itertools.count(self.size)

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


acts = st.builds(
    Act,
    before=st.integers(1, 12),
    kind=st.sampled_from(["insert", "update", "delete", "move"]),
    at=st.integers(0, 60),
    to=st.integers(0, 60),
    rows=st.integers(1, 6),
)
