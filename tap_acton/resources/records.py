"""From rows of a reply to records: values under their columns' names, typed.

A reply is worked through column by column, not row by row: most columns hold nothing but texts,
and those are taken as they are. See `.github/decisions/0027`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import partial
from types import NoneType
from typing import TYPE_CHECKING, Any, Self

from tap_acton.resources.cells import Cells
from tap_acton.resources.columnar import Marks, Records, mark, values_of
from tap_acton.resources.convert import Type, moments
from tap_acton.resources.detect import all_exactly, exactly
from tap_acton.resources.model import MISFITS, WHOLE, Evidence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tap_acton.resources.cells import Row
    from tap_acton.resources.columnar import Columns
    from tap_acton.resources.model import Column, Record, Resource

__all__ = ["Typed", "digest", "identity", "mark", "renumbered", "to_record", "values_of"]

_UNFIT = (ValueError, TypeError, OverflowError)
_TEXTS = frozenset((str, NoneType))


@dataclass(frozen=True, kw_only=True, slots=True)
class Typed:
    """The rows of one reply in columns, each with a value for each row."""

    resource: Resource
    columns: Columns
    """Typed values by column, those of `_raw` last."""
    added: Columns
    """Texts of columns that the resource does not have. Rows are not told apart by them."""
    received: Columns
    """Cells as they came, where a column's type may be wider in the next run."""
    misfits: dict[int, dict[str, Any]]
    """Values that did not fit, by row and column. They are in `_raw` too, so that none is lost."""

    @classmethod
    def of(
        cls,
        resource: Resource,
        rows: Sequence[Row],
        bound: Mapping[str, str],
        added: Iterable[Column] = (),
    ) -> Self:
        """Return rows with typed values.

        Args:
            resource: What they are of.
            rows: The rows.
            bound: Values of the resource's variables.
            added: Columns of texts to read beyond the resource's.
        """
        found = _Found(resource, rows, bound)
        columns = {column.name: found.values(column) for column in resource.columns}
        for column in resource.columns:
            if column.made_of:
                columns[column.name] = _with_made(column, columns)
        raw = (found.misfits.get(number) for number in range(len(rows)))
        columns[MISFITS] = [each and Type.JSON.convert(each) for each in raw]
        return cls(
            resource=resource,
            columns=columns,
            added={column.name: found.values(column) for column in added},
            received={
                each.name: found.cells(each, each.source[0]) or [None] * len(rows)
                for each in resource.columns
                if each.exact
            },
            misfits=found.misfits,
        )

    def records(self) -> Records:
        """Return the rows as records, the values of added columns last."""
        return Records.of(self.columns | self.added)

    def marks(self) -> Marks:
        """Return for each row what is the same for it only while it is unchanged."""
        columns = self.columns | self.received
        if self.received:
            columns[MISFITS] = [None] * len(columns[MISFITS])
        return Marks(list(columns.values()))

    def identities(self, marks: Marks) -> list[str]:
        """Return for each row what is the same for it, changed or not; see `identity`."""
        keys = _keys(self.resource)
        if not keys:
            return list(marks)
        first, *others = (self.columns[key] for key in keys)
        if not others and all(first) and {*map(type, first)} == {str}:
            return list(first)
        values = zip(first, *others, strict=True)
        return [_joined(each) or marks[row] for row, each in enumerate(values)]


class _Found:
    """The rows of a reply, by what their columns are called there."""

    def __init__(self, resource: Resource, rows: Sequence[Row], bound: Mapping[str, str]) -> None:
        self._rows = self._shaped = rows
        self._bound = bound
        self._are_texts = isinstance(rows, Cells) and rows.are_texts
        self._cells = None
        if resource.reshape:
            self._shaped = [resource.reshape({**row, **bound}) for row in rows]
        elif isinstance(rows, Cells):
            self._cells = rows.columns()
        self.misfits: dict[int, dict[str, Any]] = {}

    def cells(self, column: Column, source: str) -> Sequence[Any] | None:
        """Return what the rows have there, as it came; None if no row has anything."""
        if column.name in self._bound:
            return [self._bound.get(source)] * len(self._rows)
        if self._cells is not None:
            return self._cells.get(source)
        return [row.get(source) for row in self._shaped]

    def values(self, column: Column) -> Sequence[Any]:
        """Return a column's values, each from the first source that gives one."""
        if column.source == WHOLE:
            return [Type.JSON.convert(row) for row in self._rows]
        values: Sequence[Any] | None = None
        unfit: dict[int, Any] = {}
        for source in column.source or (column.name,):
            given = self.cells(column, source)
            if given is not None:
                fresh, odd = self._fitted(column, given)
                values = fresh if values is None else _filled(values, fresh)
                unfit = {at: cell for at, cell in (unfit | odd).items() if values[at] is None}
        for number, cell in unfit.items():
            self.misfits.setdefault(number, {})[column.name] = cell
        return [None] * len(self._rows) if values is None else values

    def _fitted(self, column: Column, given: Sequence[Any]) -> tuple[Sequence[Any], dict[int, Any]]:
        if self._are_texts or _TEXTS.issuperset(map(type, given)):
            known = _at_once(column, given)
            if known is not None:
                return known, {}
        convert = partial(exactly, column.type) if column.exact else column.type.convert
        values, unfit = [], {}
        for number, cell in enumerate(given):
            value = None
            if cell is not None:
                try:
                    value = convert(cell)
                except _UNFIT:
                    if column.keeps:
                        value = cell
                    else:
                        unfit[number] = cell
            values.append(value)
        return values, unfit


def _at_once(column: Column, texts: Sequence[str | None]) -> Sequence[Any] | None:
    """Return a column of texts typed, if it takes no look at each of them."""
    if column.type is Type.TEXT:
        return texts
    if column.exact:
        return all_exactly(column.type, texts)
    return moments(texts) if column.type is Type.MOMENT else None


def to_record(
    resource: Resource, row: Row, bound: Mapping[str, str]
) -> tuple[Record, dict[str, Any]]:
    """Return a row as a record, and the values that did not fit, by column."""
    typed = Typed.of(resource, [row], bound)
    return typed.records()[0], typed.misfits.get(0, {})


def identity(resource: Resource, record: Record) -> str:
    """Return what is the same for the same row, changed or not.

    Rows without a whole key, or of a resource that nobody documents, are the same only if they
    are equal in everything.
    """
    return _joined([record[key] for key in _keys(resource)]) or mark(record)


def renumbered(resource: Resource, record: Record, number: int) -> Record | None:
    """Return the record as the `number`-th of several that are equal in all that ids are made of.

    None if rows of this resource have ids of their own: then it is the same row once more.
    """
    if not resource.numbers_rows:
        return None
    column = next(column for column in resource.columns if column.made_of)
    made = record[column.name]
    if made != _made(record[name] for name in column.made_of):
        return None
    return {**record, column.name: digest(f"{made} {number}")}


def digest(text: str) -> str:
    """Return a short stand-in for a text: state holds no addresses."""
    data = text.encode(errors="surrogatepass")
    return hashlib.blake2b(data, digest_size=8).hexdigest()


def _keys(resource: Resource) -> tuple[str, ...]:
    return () if resource.evidence is Evidence.UNKNOWN else resource.keys


def _joined(values: Sequence[Any]) -> str:
    """Return the values of a key as one text; an empty one if the key is not whole."""
    return "" if None in values or "" in values else "\x1f".join(map(str, values))


def _filled(values: Sequence[Any], others: Sequence[Any]) -> list[Any]:
    pairs = zip(values, others, strict=True)
    return [other if value is None else value for value, other in pairs]


def _with_made(column: Column, columns: Columns) -> list[Any]:
    made_of = zip(*(columns[name] for name in column.made_of), strict=True)
    pairs = zip(columns[column.name], made_of, strict=True)
    return [value or _made(parts) for value, parts in pairs]


def _made(parts: Iterable[Any]) -> str:
    return digest("\x1f".join(map(str, parts)))
