"""What one statement has read, for when SQLite wants it again: nothing is asked for twice."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Generator, Iterator, Mapping, Sequence

    from tap_acton.sql.reading.want import Want

__all__ = ["Memory", "Page"]

Token = tuple[Any, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Values by field, of each as many as there are rows."""

    values: Mapping[int, Sequence[Any]]
    rows: int


class _Reading:
    """Pages that came, and those that are to come: whoever is first asks for them."""

    def __init__(self, source: Generator[Page]) -> None:
        self._source = source
        self._pages: list[Page] = []

    def pages(self) -> Iterator[Page]:
        """Yield all of them."""
        number = 0
        while True:
            if number == len(self._pages):
                page = next(self._source, None)
                if page is None:
                    return
                self._pages.append(page)
            yield self._pages[number]
            number += 1

    def close(self) -> None:
        """Leave what has not come."""
        self._source.close()

    def has(self, fields: Sequence[int]) -> bool:
        """Tell whether the pages show some fields."""
        return not self._pages or set(fields) <= self._pages[0].values.keys()


@dataclass(kw_only=True, slots=True)
class Memory:
    """What one statement has read.

    Only what may be wanted again is kept: the outermost loop of a join goes through its table
    once, however long that is.
    """

    keeps: Container[int] = ()
    """The numbers of the wants that may come again."""
    _fields: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    _readings: dict[Token, _Reading] = field(default_factory=dict)
    _keys: dict[str, set[Token]] = field(default_factory=lambda: defaultdict(set))
    _cursors: int = 0

    def look_at(self, table: str, fields: Sequence[int]) -> None:
        """Take note that the statement looks at some fields of a table."""
        self._fields[table].update(fields)

    def fields_of(self, table: str) -> set[int]:
        """Return the fields of a table that the statement looks at anywhere."""
        return self._fields[table]

    def count(self, table: str, tokens: set[Token]) -> int:
        """Return of how many keys rows of a table were asked for, these among them."""
        self._keys[table] |= tokens
        return len(self._keys[table])

    def pages(
        self, token: Token, want: Want, read: Callable[[], Generator[Page]]
    ) -> Iterator[Page]:
        """Return pages, those that came before without a request.

        Args:
            token: What is the same for the same rows.
            want: What is wanted of them.
            read: Asks for them.
        """
        known = self._readings.get(token)
        if known is not None and known.has(want.fields):
            return known.pages()
        if want.number not in self.keeps:
            return read()
        self._readings[token] = _Reading(read())
        return self._readings[token].pages()

    def opened(self) -> None:
        """Take note of one more cursor of the statement."""
        self._cursors += 1

    def closed(self) -> None:
        """Forget everything with the last cursor."""
        self._cursors -= 1
        if not self._cursors:
            for each in self._readings.values():
                each.close()
            self._readings.clear()
            self._keys.clear()
