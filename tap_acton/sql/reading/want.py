"""What a statement wants of a table, and SQLite's choice of it: which conditions Act-On can check.

Conditions on variables are exact: no other request is made. Those on moments let more through
than SQLite does, which checks every row again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import apsw

from tap_acton.resources.binding import Months, Operator, Parents, Words
from tap_acton.resources.convert import Type
from tap_acton.resources.paging import OnePage
from tap_acton.sql.schema.table import BINARY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tap_acton.resources.model import Resource
    from tap_acton.sql.schema.table import Field, Table, Way

__all__ = ["Given", "Key", "Moment", "Want", "choose", "want_of"]

_EQUAL = apsw.SQLITE_INDEX_CONSTRAINT_EQ
_AFTER, _BEFORE = (Operator.AFTER,), (Operator.BEFORE,)
_COMPARED = {
    _EQUAL: (*_AFTER, *_BEFORE),
    apsw.SQLITE_INDEX_CONSTRAINT_GT: _AFTER,
    apsw.SQLITE_INDEX_CONSTRAINT_GE: _AFTER,
    apsw.SQLITE_INDEX_CONSTRAINT_LT: _BEFORE,
    apsw.SQLITE_INDEX_CONSTRAINT_LE: _BEFORE,
}
_LAST_BIT = 63
"""Of `colUsed`: any column from there on."""
_REQUEST = 1000.0
"""What a request costs, in rows."""
_ROWS = {True: 20, False: 1000}
"""Rows for one set of bound values: of one page, and of several."""
_PARENTS = 1000
_MONTHS = 24
_KEYS_OF_IN = 5


@dataclass(frozen=True, slots=True)
class Key:
    """A field's values are given, by `=` or IN."""

    field: int


@dataclass(frozen=True, slots=True)
class Moment:
    """A field's values are bounded."""

    field: int
    operators: tuple[Operator, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Want:
    """What is wanted of a table. The values of its parts come in their order."""

    number: int = 0
    """What SQLite calls it."""
    parts: tuple[Key | Moment, ...] = ()
    fields: tuple[int, ...] = ()
    """The fields that are looked at."""
    row_key: tuple[int, ...] = ()
    """Those that tell rows apart: SQLite puts rows together that it found in several ways."""
    by_key: bool = False
    carries: bool = False
    """Whether parents must be found, because rows take over something from them."""
    rows: int | None = None
    """How many are enough."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """A condition of a statement on a field, that some values are given for it."""

    column: int
    is_in: bool
    at: int = 0
    """Its number in SQLite's list."""
    operator: int = _EQUAL
    is_own: bool = True
    """Whether values are compared as the field's own are."""

    @property
    def factor(self) -> int:
        """About how many values are given."""
        return _KEYS_OF_IN if self.is_in else 1


def want_of(table: Table, givens: list[Given], used: tuple[int, ...]) -> Want | None:
    """Return what is wanted where nothing but values of variables is given, each once.

    None if that does not say exactly which rows are wanted.
    """
    keys, is_by_key = _choice(table, givens, used)
    if is_by_key or len(keys) != len(givens) or len({each.column for each in keys}) != len(keys):
        return None
    parts = tuple(Key(each.column) for each in keys)
    return Want(parts=parts, fields=used, carries=_carries(table, used))


def choose(table: Table, info: apsw.IndexInfo) -> Want:
    """Return what a statement can want, and tell SQLite which values that takes and its cost."""
    usable = list(_usable(info, table.fields))
    used = _used(info, len(table.fields))
    keys, is_by_key = _choice(table, usable, used)
    moments = [] if is_by_key else _moments(table, usable)
    parts: list[Key | Moment] = [Key(each.column) for each in keys]
    parts += [Moment(each.column, _COMPARED[each.operator]) for each in moments]
    for number, each in enumerate((*keys, *moments)):
        _take(info, each, number + 1)
    row_key = _row_key(table)
    want = Want(
        parts=tuple(parts),
        fields=tuple(sorted({*used, *row_key})),
        row_key=row_key,
        by_key=is_by_key,
        carries=not is_by_key and _carries(table, used),
        rows=_enough(info, keys, moments),
    )
    _estimate(info, table, want, keys)
    return want


def _choice(table: Table, usable: list[Given], used: tuple[int, ...]) -> tuple[list[Given], bool]:
    """Return the conditions that give values, and whether a row is asked for by its key."""
    keys = _keys(table.fields, table.way, usable)
    row = _row_of_key(table, usable, used)
    if row is None or _is_one(table, keys):
        return keys, False
    return row, True


def _usable(info: apsw.IndexInfo, fields: tuple[Field, ...]) -> Iterator[Given]:
    for at in range(info.nConstraint):
        operator = info.get_aConstraint_op(at)
        if info.get_aConstraint_usable(at) and operator in _COMPARED:
            column = info.get_aConstraint_iColumn(at)
            if column >= 0:
                yield Given(
                    at=at,
                    column=column,
                    operator=operator,
                    is_own=info.get_aConstraint_collation(at) in {BINARY, fields[column].collation},
                    is_in=info.get_aConstraintUsage_in(at),
                )


def _keys(fields: tuple[Field, ...], way: Way, usable: list[Given]) -> list[Given]:
    """Return the constraints that give values of variables."""
    free = set(way.resource.variables) - way.given.keys()
    return [
        each
        for each in usable
        if each.operator == _EQUAL
        and each.is_own
        and fields[each.column].type is Type.TEXT
        and fields[each.column].column in free
    ]


def _row_of_key(table: Table, usable: list[Given], used: tuple[int, ...]) -> list[Given] | None:
    """Return the constraints that give a row's whole key, if that shows all that is looked at."""
    way = table.by_key
    if way is None:
        return None
    fields = table.fields
    keys = _keys(fields, way, usable)
    known = {fields[each.column].column for each in keys} | way.given.keys()
    shown = {column.name for column in way.resource.columns}
    is_shown = all(fields[each].column in shown for each in used)
    return keys if known >= {*way.resource.variables} and is_shown else None


def _is_one(table: Table, keys: list[Given]) -> bool:
    """Tell whether the constraints bind all variables of a table that comes in one page."""
    resource = table.way.resource
    known = {table.fields[each.column].column for each in keys} | table.way.given.keys()
    is_bound = bool(keys) and known >= {*resource.variables}
    return is_bound and isinstance(resource.paging, OnePage)


def _moments(table: Table, usable: list[Given]) -> list[Given]:
    """Return the constraints on moments that Act-On, or the choice of parents, can check."""
    resource = table.way.resource
    known = {each.column for each in resource.filters}
    known |= {name for binding in resource.bind for name in binding.dates}
    return [
        each
        for each in usable
        if not each.is_in
        and table.fields[each.column].type is Type.MOMENT
        and table.fields[each.column].column in known
    ]


def _take(info: apsw.IndexInfo, constraint: Given, number: int) -> None:
    info.set_aConstraintUsage_argvIndex(constraint.at, number)
    if constraint.is_in:
        info.set_aConstraintUsage_in(constraint.at, True)  # noqa: FBT003 - takes no names


def _used(info: apsw.IndexInfo, number: int) -> tuple[int, ...]:
    used = info.colUsed
    return tuple(each for each in range(number) if min(each, _LAST_BIT) in used)


def _row_key(table: Table) -> tuple[int, ...]:
    keys = [number for number, each in enumerate(table.fields) if each.is_key]
    return tuple(keys or range(len(table.fields)))


def _carries(table: Table, used: tuple[int, ...]) -> bool:
    carried = {
        name
        for binding in table.way.resource.bind
        if isinstance(binding, Parents)
        for name in binding.carry
    }
    return any(table.fields[each].column in carried for each in used)


def _enough(info: apsw.IndexInfo, keys: list[Given], moments: list[Given]) -> int | None:
    """Return how many rows are enough, if SQLite leaves out none of them."""
    found = {}
    for at in range(info.nConstraint):
        operator = info.get_aConstraint_op(at)
        if operator in {apsw.SQLITE_INDEX_CONSTRAINT_LIMIT, apsw.SQLITE_INDEX_CONSTRAINT_OFFSET}:
            found[operator] = info.get_aConstraint_rhs(at)
    others = info.nConstraint - len(found) - len(keys)
    limit = found.get(apsw.SQLITE_INDEX_CONSTRAINT_LIMIT)
    offset = found.get(apsw.SQLITE_INDEX_CONSTRAINT_OFFSET, 0)
    if others or moments or not isinstance(limit, int) or not isinstance(offset, int) or limit < 0:
        return None
    return limit + max(0, offset)


def _estimate(info: apsw.IndexInfo, table: Table, want: Want, keys: list[Given]) -> None:
    """Tell SQLite about how many requests and rows there are: a request costs a thousand rows."""
    given: dict[str, int] = {}
    for each in keys:
        name = table.fields[each.column].column
        given[name] = min(each.factor, given.get(name, each.factor))
    way = table.by_key if want.by_key and table.by_key else table.way
    series = _series(way.resource, {**dict.fromkeys(way.given, 1), **given})
    rows = series * (1 if want.by_key else _ROWS[isinstance(way.resource.paging, OnePage)])
    requests = series * (1 + want.carries)
    for part in want.parts:
        rows /= 2 if isinstance(part, Moment) else 1
    info.estimatedCost = requests * _REQUEST + rows
    info.estimatedRows = max(1, math.ceil(rows))


def _series(resource: Resource, given: Mapping[str, int]) -> float:
    """Return about how many sets of bound values there are."""
    number = 1.0
    for binding in resource.bind:
        known = [given[name] for name in binding.variables if name in given]
        if len(known) == len(binding.variables):
            number *= math.prod(known)
        elif isinstance(binding, Words):
            number *= len(binding.words)
        elif isinstance(binding, Months):
            number *= _MONTHS
        elif isinstance(binding, Parents) and not binding.is_one:
            number *= _PARENTS ** (1 - len(known) / len(binding.variables) / 2)
    return number
