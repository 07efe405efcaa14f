"""Records in columns, and their marks: a row is put together when somebody asks for it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, overload

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_acton.resources.convert import Record

__all__ = ["Columns", "Line", "Marks", "Records", "mark", "values_of"]

Columns = dict[str, Sequence[Any]]
"""Values by the names of columns, in each one for each row."""

_ENCODER = msgspec.json.Encoder()


class Line(Mapping[str, Any]):
    """A record: a line of values, and the place of each name in it, which all of a page share."""

    __slots__ = ("line", "places")

    def __init__(self, places: Mapping[str, int], line: tuple[Any, ...]) -> None:
        self.places = places
        self.line = line

    def __getitem__(self, name: str) -> Any:
        return self.line[self.places[name]]

    def __iter__(self) -> Iterator[str]:
        return iter(self.places)

    def __len__(self) -> int:
        return len(self.places)

    def __repr__(self) -> str:
        return repr(dict(self))


@dataclass(frozen=True, slots=True, eq=False)
class Records(Sequence[Mapping[str, Any]]):
    """Records in columns. One becomes a `Line` when somebody asks for it."""

    columns: Columns
    places: Mapping[str, int]

    @classmethod
    def of(cls, columns: Columns) -> Self:
        """Return the records that have these values, in each column one for each record."""
        return cls(columns, {name: place for place, name in enumerate(columns)})

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    @overload
    def __getitem__(self, at: int) -> Line: ...
    @overload
    def __getitem__(self, at: slice) -> Records: ...
    def __getitem__(self, at: int | slice) -> Line | Records:
        if isinstance(at, slice):
            columns = {name: values[at] for name, values in self.columns.items()}
            return Records(columns, self.places)
        return Line(self.places, tuple([values[at] for values in self.columns.values()]))

    def __iter__(self) -> Iterator[Line]:
        for line in zip(*self.columns.values(), strict=True):
            yield Line(self.places, line)


@dataclass(frozen=True, slots=True, eq=False)
class Marks(Sequence[str]):
    """The marks of rows. They are made when somebody looks at them: few are ever looked at."""

    columns: Sequence[Sequence[Any]]

    def __len__(self) -> int:
        return len(self.columns[0])

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> Marks: ...
    def __getitem__(self, at: int | slice) -> str | Marks:
        if isinstance(at, slice):
            return Marks([values[at] for values in self.columns])
        return _digests([tuple([values[at] for values in self.columns])])[0]

    def __iter__(self) -> Iterator[str]:
        return iter(_digests(list(zip(*self.columns, strict=True))))


def values_of(records: Sequence[Record], name: str) -> Sequence[Any]:
    """Return the values of a column, none if there is no such."""
    if isinstance(records, Records):
        return records.columns.get(name) or [None] * len(records)
    return [record.get(name) for record in records]


def mark(record: Record) -> str:
    """Return what is the same for the same row only while it is unchanged."""
    return _digests([tuple(record.values())])[0]


def _digests(lines: list[tuple[Any, ...]]) -> list[str]:
    try:
        encoded = _ENCODER.encode_lines(lines).split(b"\n")[: len(lines)]
    except UnicodeEncodeError:  # half of a character: JSON can say it, UTF-8 cannot
        encoded = list(map(_encoded, lines))
    return [hashlib.blake2b(each, digest_size=8).hexdigest() for each in encoded]


def _encoded(line: tuple[Any, ...]) -> bytes:
    try:
        return _ENCODER.encode(line)
    except UnicodeEncodeError:
        return json.dumps(line, default=str).encode()
