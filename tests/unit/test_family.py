"""Parents that come page by page while they move, for readings that are cut again and again.

Lists and their records are tables in memory, as in the tests of paging; what is bound to each
record is `list_scores`. A run is cut after some requests, and the next goes on from its place.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from tap_acton.errors import BudgetSpentError
from tap_acton.family import Family, Query
from tap_acton.lookout import Window
from tap_acton.resources.catalog import PARENTS_ONLY, RESOURCES
from tap_acton.resources.paging import OffsetPaging, Position
from tap_acton.resources.place import Place
from tap_acton.transport.expected import Expected
from tests.fakes import idle
from tests.tables import Act, Foresight, Table, acts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_acton.errors import RequestRefusedError
    from tap_acton.resources.binding import Bound, Condition
    from tap_acton.resources.model import Record, Resource
    from tap_acton.resources.paging import Batch, Page, Params

SCORES, RECORDS = RESOURCES["list_scores"], PARENTS_ONLY["list_records"]
MANY_RUNS = 400
ENDED = Place(bound={"ended": "yes"})
BOUNDED = settings(
    max_examples=150, deadline=None, derandomize=True, database=None, report_multiple_bugs=False
)


class CutError(BudgetSpentError):
    """The run may send no more requests."""


@dataclass(kw_only=True)
class Account:
    """Lists and their records, as a `Reader` of a family shows them."""

    lists: Table
    records: list[Table]
    page_size: int
    depth: int = 0
    """Requests that may be on their way before they are needed."""
    left: int = 10_000
    """Requests that the run may still send."""
    requests: list[str] = field(default_factory=list)
    """Of which list each request was, or of which child."""

    def pages_of(
        self,
        resource: Resource,
        conditions: tuple[Condition, ...],
        bound: Bound,
        resume: Position,
    ) -> Iterator[Page]:
        del conditions
        table = self.lists if resource.name == "lists" else self.table(bound["list_id"])

        def fetch(params: Params) -> Batch:
            self.spend(bound.get("list_id", "lists"))
            return table.fetch(params)

        reading = Foresight(fetch, depth=self.depth)
        pages = OffsetPaging().pages(
            reading,
            page_size=self.page_size,
            filtered=table.total == "whole",
            resume=resume,
            outlook=reading.outlook,
        )
        for page in pages:
            yield replace(page, records=[record_of(row, bound) for row in page.records])

    def spend(self, on: str) -> None:
        if not self.left:
            raise CutError("The run has spent its requests")
        self.left -= 1
        self.requests.append(on)

    def table(self, list_id: str) -> Table:
        return self.records[int(list_id) % len(self.records)]

    def ahead(self, resource: Resource, visits: Iterator[Place]) -> Iterator[Place]:
        del resource
        return self.looking_ahead(visits)

    def looking_ahead(self, visits: Iterator[Place]) -> Iterator[Place]:
        return Window(visits, Expected(idle(self.depth)), lambda _visit: None).items()

    def skip(self, resource: Resource, bound: Bound, error: RequestRefusedError) -> None:
        raise NotImplementedError(resource, bound) from error

    def server_time(self) -> tuple[datetime, datetime | None]:
        return datetime(2026, 6, 1, tzinfo=UTC), None

    def known_account_id(self) -> str | None:
        return "1"

    def remember_account_id(self, account_id: str) -> None:
        raise NotImplementedError(account_id)

    def run(self, resume: Place | None, budget: int) -> tuple[list[tuple[str, str]], Place | None]:
        """Read what is left, with so many requests. The place is `ENDED` after the last."""
        self.left, read, place = budget, [], resume
        try:
            for visit in self.looking_ahead(Family(self).visits(SCORES, Query(), resume)):
                if visit.position is not None:
                    child = visit.bound["list_id"], visit.bound["contact_id"]
                    self.spend("-".join(child))
                    read.append(child)
                place = replace(visit, position=None)
        except CutError:
            return read, Place.from_json(json.loads(json.dumps(place.to_json()))) if place else None
        return read, ENDED

    @property
    def untouched(self) -> set[tuple[str, str]]:
        return {
            (str(list_id), f"{list_id}-{row}")
            for list_id in self.lists.untouched
            for row in self.table(str(list_id)).untouched
        }


def record_of(row: Record, bound: Bound) -> Record:
    """Return a row of a table as a list, or as a record of one."""
    if "list_id" in bound:
        return {**bound, "contact_id": f"{bound['list_id']}-{row['key']}"}
    return {"id": str(row["key"]), "name": "A list", "b_is_list": True, "source_size": None}


def tables(most: int) -> st.SearchStrategy[Table]:
    return st.builds(
        Table,
        size=st.integers(1, most),
        acts=st.lists(acts, max_size=4).map(tuple),
        newest_first=st.booleans(),
        total=st.sampled_from(["exact", "none"]),
    )


accounts = st.builds(
    Account,
    lists=tables(7),
    records=st.lists(tables(9), min_size=1, max_size=3),
    page_size=st.integers(2, 10),
    depth=st.sampled_from([0, 0, 2, 5]),
)


@BOUNDED
@given(account=accounts, budgets=st.lists(st.integers(3, 12), min_size=1, max_size=5))
def test_runs_that_are_cut_read_every_child_that_stays_and_come_to_an_end(
    account: Account, budgets: list[int]
) -> None:
    found: set[tuple[str, str]] = set()
    place: Place | None = None
    account.depth = min(account.depth, min(budgets) // 8)
    for number in range(MANY_RUNS):
        read, place = account.run(place, budgets[number % len(budgets)])
        assert len(read) == len(set(read))
        found |= {*read}
        if place is ENDED:
            break
    assert place is ENDED
    assert account.untouched <= found


@BOUNDED
@given(account=accounts)
def test_a_run_that_is_not_cut_reads_each_child_once(account: Account) -> None:
    read, _ = account.run(None, 10_000)
    assert len(read) == len(set(read))
    assert account.untouched <= set(read)


def still(lists: int, records: int, page_size: int) -> Account:
    tables = [Table(size=records) for _ in range(lists)]
    return Account(lists=Table(size=lists), records=tables, page_size=page_size)


def test_a_run_goes_on_with_the_child_in_question_before_it_asks_for_any_parent() -> None:
    account = still(lists=3, records=9, page_size=4)
    _, place = account.run(None, 5)
    assert place is not None
    account.requests.clear()
    cut = replace(place, position=Position(offset=5, anchors=("x",)))
    assert next(Family(account).visits(SCORES, Query(), cut)) == cut
    assert account.requests == []


def test_a_run_asks_for_one_page_of_parents_to_go_on() -> None:
    account = still(lists=3, records=9, page_size=4)
    _, place = account.run(None, 5)
    account.requests.clear()
    account.run(place, 3)
    assert account.requests == ["0", "0-0-3", "0-0-4"]


def test_parents_are_asked_for_only_as_far_as_children_are_read() -> None:
    account = still(lists=40, records=40, page_size=4)
    account.run(None, 8)
    children = ["0-0-0", "0-0-1", "0-0-2", "0-0-3"]
    assert account.requests == ["lists", "0", *children, "0", "0-0-4"]


def test_a_list_that_changes_between_all_runs_is_not_begun_anew() -> None:
    """Where all lists come at once, their keys say which were read, and not how they look."""
    account, place = still(lists=3, records=9, page_size=4), None
    read: list[tuple[str, str]] = []
    while place is not ENDED:
        more, place = account.run(place, 3)
        read += more
        for _ in range(3):
            account.lists.change(Act(before=0, kind="update", at=2, to=0))
    assert len(read) == len(set(read)) == 27


def test_what_is_remembered_of_a_run_has_an_end() -> None:
    account = still(lists=1, records=50, page_size=10)
    family = Family(account)
    family.remembered.most = 20
    pages = account.pages_of(SCORES, (), {"list_id": "0"}, Position())
    noted = family.remembered.noting(RECORDS, {"list_id": "0"}, pages, Position())
    assert sum(len(page.records) for page in noted) == 50
    assert family.remembered.left(RECORDS, {"list_id": "0"}, Position()) is None
    assert family.remembered.most == 20
