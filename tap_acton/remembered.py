"""What is remembered of the readings of one run, so that no parent is asked for twice."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tap_acton.resources.binding import Months, Parents
from tap_acton.resources.catalog import PARENTS_ONLY, RESOURCES
from tap_acton.resources.custom_objects import CUSTOM_OBJECT_TEMPLATE
from tap_acton.resources.messages import REPORT_COUNTS
from tap_acton.resources.pages import Page, Position

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tap_acton.errors import RequestRefusedError
    from tap_acton.resources.model import Record, Resource
    from tap_acton.resources.place import Bound

__all__ = ["EVERY", "Remembered"]

EVERY = {**RESOURCES, **PARENTS_ONLY}
"""All that others may be bound to."""
_MOST = 20_000
"""Records remembered in one run, a few columns of each: some 10 MB. What is beyond that is asked
for again, page by page."""


def _kept_columns() -> dict[str, set[str]]:
    kept: dict[str, set[str]] = defaultdict(set)
    for resource in (*EVERY.values(), CUSTOM_OBJECT_TEMPLATE):
        for binding in resource.bind:
            if isinstance(binding, Parents):
                kept[binding.resource] |= {*binding.take.values(), *binding.carry.values()}
            elif isinstance(binding, Months):
                kept[binding.resource].add(binding.column)
    kept["lists"] |= {"name", "b_is_list", "source_size"}
    kept["message_reports"] |= {*REPORT_COUNTS}
    return dict(kept)


_KEPT = _kept_columns()


@dataclass(kw_only=True, slots=True)
class Remembered:
    """Pages of whole readings, refusals, and how many rows first pages speak of."""

    most: int = _MOST
    """Records to remember."""
    pages: dict[tuple[str, str], list[Page]] = field(default_factory=dict)
    refused: dict[tuple[str, str], RequestRefusedError] = field(default_factory=dict)
    totals: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    """Rows that are left to read, by resource and bound values."""

    def noting(
        self, resource: Resource, bound: Bound, pages: Iterable[Page], resume: Position
    ) -> Iterator[Page]:
        """Yield the pages of a reading; if it is whole, remember what children need of them."""
        columns = _KEPT.get(resource.name)
        if columns is None:
            yield from pages
            return
        kept: list[Page] | None = [] if resume == Position() else None
        try:
            for number, page in enumerate(pages):
                if not number and page.total is not None:
                    self.totals[resource.name][_text(bound)] = page.total - resume.offset
                kept = self._with(kept, resource, page, columns)
                if page.is_whole:
                    self._remember(resource, bound, kept)
                yield page
            self._remember(resource, bound, kept)
        finally:
            if kept is not self.pages.get(_key(resource, bound)):
                self._forget(kept)

    def clear(self) -> None:
        """Forget everything."""
        for pages in self.pages.values():
            self._forget(pages)
        self.pages.clear()
        self.refused.clear()
        self.totals.clear()

    def left(self, resource: Resource, bound: Bound, position: Position) -> list[Page] | None:
        """Return the pages behind a position; None if a reading must ask for them."""
        pages = self.pages.get(_key(resource, bound))
        if pages is None or position == Position():
            return pages
        return _behind(pages, position)

    def knows(self, resource: Resource, bound: Bound) -> bool:
        """Tell whether a reading from the start asks for nothing."""
        key = _key(resource, bound)
        return key in self.pages or key in self.refused

    def refusal(self, resource: Resource, bound: Bound) -> RequestRefusedError | None:
        """Return how Act-On has refused to show the rows for bound values."""
        return self.refused.get(_key(resource, bound))

    def refuse(self, resource: Resource, bound: Bound, error: RequestRefusedError) -> None:
        """Remember that Act-On has refused them."""
        self.refused[_key(resource, bound)] = error

    def count_lists(self, lists: Iterable[Record]) -> None:
        """Take the sizes that lists state for the numbers of their records, until those tell."""
        for each in lists:
            if each["source_size"] is not None:
                sizes = self.totals["list_records"]
                sizes.setdefault(_text({"list_id": str(each["id"])}), each["source_size"])

    def counted(self, name: str, among: Mapping[str, tuple[str, ...]]) -> list[int]:
        """Return the numbers of rows known so far, for bound values that have these words."""
        return [
            total
            for text, total in self.totals[name].items()
            if all(word in among.get(each, (word,)) for each, word in json.loads(text).items())
        ]

    def _with(
        self, kept: list[Page] | None, resource: Resource, page: Page, columns: set[str]
    ) -> list[Page] | None:
        """Return what is kept of a reading with one more page; None if that is too much.

        Places are found again by all columns that children's reading of their parents has.
        """
        is_same = page.is_whole or resource.columns == EVERY[resource.name].columns
        if kept is None or not is_same or len(page.records) > self.most:
            self._forget(kept)
            return None
        self.most -= len(page.records)
        records: list[Record] = [
            {name: record[name] for name in columns} for record in page.records
        ]
        return [*kept, replace(page, records=records, marks=tuple(page.marks))]

    def _forget(self, kept: list[Page] | None) -> None:
        self.most += sum(len(page.records) for page in kept or ())

    def _remember(self, resource: Resource, bound: Bound, kept: list[Page] | None) -> None:
        key = _key(resource, bound)
        known = self.pages.get(key)
        if kept is not None and kept is not known:
            self._forget(known)
            self.pages[key] = kept


def _behind(pages: list[Page], position: Position) -> list[Page] | None:
    """Return what is behind the last row that the position remembers; None if it is gone."""
    ends = [
        (at, number)
        for at, page in enumerate(pages)
        for number in range(len(page.records))
        if {*page.after(number).anchors[-1:]} & {*position.anchors}
    ]
    if not ends:
        return None
    at, number = ends[-1]
    page = pages[at]
    behind = replace(page, records=page.records[number + 1 :], behind=page.behind[number + 1 :])
    return [behind, *pages[at + 1 :]]


def _key(resource: Resource, bound: Bound) -> tuple[str, str]:
    return resource.name, _text(bound)


def _text(bound: Bound) -> str:
    return json.dumps(bound)
