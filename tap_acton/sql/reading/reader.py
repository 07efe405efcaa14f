"""From a want and its values to pages of columns, each asked for once in a statement."""

from __future__ import annotations

import itertools
import logging
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tap_acton.errors import RequestRefusedError
from tap_acton.hidden import shows_nothing
from tap_acton.resources.bulk import ListPaging
from tap_acton.resources.columnar import values_of
from tap_acton.resources.model import Parents, Words
from tap_acton.sql.language.runtime import WORDS, own_word
from tap_acton.sql.reading.memory import Page
from tap_acton.sql.reading.values import as_key, as_sqlite, conditions
from tap_acton.sql.reading.want import Key

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence

    from tap_acton.client import ActOnClient
    from tap_acton.resources.convert import Record
    from tap_acton.resources.model import Condition
    from tap_acton.sql.reading.memory import Memory
    from tap_acton.sql.reading.want import Want
    from tap_acton.sql.schema.table import Field, Table, Way

__all__ = ["Asked", "Reader", "asked"]

logger = logging.getLogger("tap-acton")

_FEW = 20
"""Rows that are asked for one by one where the whole table is a few requests."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What Act-On is asked for."""

    way: Way
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Values of variables."""
    conditions: tuple[Condition, ...] = ()
    carries: bool = False
    is_nothing: bool = False

    @property
    def token(self) -> tuple[Any, ...]:
        """What is the same for what is asked for with the same words."""
        keys = tuple(sorted(self.keys.items()))
        return self.way.resource.name, self.way.resource.path, keys, self.conditions, self.carries

    def singles(self) -> Iterator[Asked]:
        """Yield what is asked for in turn: one value for each variable, or all at once.

        Where rows take over something from their parents, all are found in one reading of those.
        """
        if self.is_nothing:
            return
        if self.carries:
            yield self
            return
        for values in itertools.product(*self.keys.values()):
            keys = {name: (value,) for name, value in zip(self.keys, values, strict=True)}
            yield replace(self, keys=keys)

    def __str__(self) -> str:
        keys = [f"{len(values)} x {name}" for name, values in self.keys.items()]
        bounds = [f"{each.column} {each.operator.value} a moment" for each in self.conditions]
        return ", ".join(keys + bounds) or "all"


def asked(table: Table, want: Want, values: Sequence[Any]) -> Asked:
    """Return what Act-On is asked for.

    Args:
        table: The table.
        want: What is wanted of it.
        values: Those of its parts: one, or a set.
    """
    way = table.by_key if want.by_key and table.by_key else table.way
    keys: dict[str, tuple[str, ...]] = {}
    bounds: list[Condition] = []
    is_nothing = any(value is None for value in values)
    for part, value in zip(want.parts, values, strict=True):
        shown = table.fields[part.field]
        if isinstance(part, Key):
            found = _keys_of(shown, value if isinstance(value, set | frozenset) else {value})
            before = keys.get(shown.column, found)
            keys[shown.column] = tuple(each for each in found if each in before)
        elif value is not None:
            bounds += conditions(shown.column, part.operators, value)
    keys = {name: _known(way, name, found) for name, found in keys.items()}
    return Asked(
        way=way,
        keys=keys,
        conditions=tuple(bounds),
        carries=want.carries and bool(keys),
        is_nothing=is_nothing or not all(keys.values()),
    )


def _known(way: Way, name: str, values: tuple[str, ...]) -> tuple[str, ...]:
    """Return those values that a variable may have, words in Act-On's order."""
    for binding in way.resource.bind:
        if isinstance(binding, Words) and binding.variable == name:
            return tuple(each for each in binding.words if each in values)
    return values


def _keys_of(shown: Field, values: Any) -> tuple[str, ...]:
    texts = {text for text in map(as_key, values) if text is not None}
    return tuple(sorted(set(map(own_word, texts)) if shown.collation == WORDS else texts))


class Reader:
    """Reads what statements want.

    Args:
        client: The account.
    """

    def __init__(self, client: ActOnClient) -> None:
        self._client = client

    def begin(self) -> None:
        """Begin a statement: what an earlier one knew of parents may have changed."""
        self._client.forget()

    def pages(
        self, table: Table, want: Want, values: Sequence[Any], memory: Memory
    ) -> Generator[Page]:
        """Yield pages with values of the fields that are looked at, as SQLite compares them.

        Raises:
            ActOnError: They cannot be read.
        """
        ask = asked(table, want, values)
        rows = want.rows
        if want.by_key and _is_cheap(table.way):
            tokens = {each.token for each in ask.singles()}
            if memory.count(table.name, tokens) > _FEW:
                ask, rows = Asked(way=table.way), None
        logger.debug("Asking for %s by %s", table.name, ask)
        fields = memory.fields_of(table.name) | {*want.fields}
        columns = {each: table.fields[each].column for each in fields}
        for single in ask.singles():

            def read(single: Asked = single) -> Generator[Page]:
                for records in self.records(single, rows):
                    yield _page(columns, records)

            yield from memory.pages((table.name, single.token), want, read)

    def total(self, table: Table) -> int | None:
        """Return how many rows a list has, by one request; None if it must be counted.

        Raises:
            ActOnError: The list cannot be read.
        """
        way = table.way
        bound = dict(way.given)
        for each in way.resource.bind:
            if isinstance(each, Words) and len(each.words) == 1:
                bound[each.variable] = each.words[0]
        if not isinstance(way.resource.paging, ListPaging) or {*way.resource.variables} - {*bound}:
            return None
        logger.debug("Asking for the number of rows of %s", table.name)
        first = way.resource.paging.first(1)
        try:
            return self._client.requests.fetch(way.resource, first, bound).total
        except RequestRefusedError as error:
            if shows_nothing(error):
                return None  # as any reading does, counting says what is not shown
            raise

    def records(self, ask: Asked, rows: int | None = None) -> Iterator[Sequence[Record]]:
        """Yield pages of records.

        Args:
            ask: What is asked for.
            rows: How many are enough.

        Raises:
            ActOnError: They cannot be read.
        """
        client = self._client if rows is None else self._client.for_rows(rows)
        for single in ask.singles():
            given = dict(single.way.given)
            if not single.carries:
                given |= {name: values[0] for name, values in single.keys.items()}
            pages = client.pages(
                single.way.resource,
                single.conditions,
                given=given,
                among=single.keys if single.carries else {},
            )
            for page in pages:
                if page.records:
                    yield page.records


def _page(columns: Mapping[int, str], records: Sequence[Record]) -> Page:
    values = {each: as_sqlite(values_of(records, name)) for each, name in columns.items()}
    return Page(values=values, rows=len(records))


def _is_cheap(way: Way) -> bool:
    """Tell whether a whole table takes no request for each of many parents."""
    return all(
        isinstance(each, Words) or (isinstance(each, Parents) and each.is_one)
        for each in way.resource.bind
    )
