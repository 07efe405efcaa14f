"""Bookmarks: every change comes in some run, whatever changes meanwhile, whatever clocks say.

The server is a table in memory with a clock of its own. Runs read it through the paging and the
state that the tap uses.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tap_acton.client import Place
from tap_acton.dynamic import list_resource
from tap_acton.resources.convert import Type
from tap_acton.resources.lists import LIST_TEMPLATE
from tap_acton.resources.model import Column
from tap_acton.resources.paging import Batch, OffsetPaging, Position
from tap_acton.resources.records import identity, mark
from tap_acton.resources.suppression import OPT_OUTS
from tap_acton.singer.state import Reading, iso

if TYPE_CHECKING:
    from tap_acton.resources.model import Record, Resource

BOUNDED = settings(
    max_examples=300, deadline=None, derandomize=True, database=None, report_multiple_bugs=False
)
VERSION = Column(name="version", type=Type.INTEGER)
LIST = list_resource("list_x", "l-0001", [VERSION])
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NOON_MS = 1_780_315_200_000
UNITS_MS = {"ms": 1, "second": 1_000, "minute": 60_000}


def at(ms: float) -> datetime:
    return EPOCH + timedelta(milliseconds=ms)


@dataclass(frozen=True)
class Act:
    """A change, some time after the last event."""

    before: int
    """Number of the run's request before which it happens."""
    kind: str
    row: int
    wait_ms: int


@dataclass(frozen=True)
class Run:
    """A run of the tap, some time after the one before."""

    wait_ms: int
    acts: tuple[Act, ...] = ()
    killed_after: int | None = None
    """Pages after which it is killed."""


@dataclass(kw_only=True)
class Server:
    """A list, and the time by the server's clock."""

    size: int = 0
    unit: str = "ms"
    newest_first: bool = False
    behind_ms: int = 0
    """How far the earliest and the latest guess at its time lie from the truth."""
    our_clock_ms: int | None = None
    """How far our clock is ahead, if that is all that we know before the first reply."""
    page_size: int = 3
    now_ms: int = NOON_MS
    rows: list[tuple[int, int, int]] = field(default_factory=list)
    """Key, version, time of the last change."""
    acts: tuple[Act, ...] = ()
    requests: int = 0

    def __post_init__(self) -> None:
        for _ in range(self.size):
            self.change("insert", 0)
            self.now_ms += 700

    def change(self, kind: str, row: int) -> None:
        place = row % len(self.rows) if self.rows else 0
        if kind == "insert":
            self.rows.append((self._next_key(), 0, self.now_ms))
        elif self.rows:
            key, version, _ = self.rows[place]
            self.rows[place] = (key, version + 1, self.now_ms)

    def _next_key(self) -> int:
        return 1 + max((key for key, *_ in self.rows), default=0)

    def latest(self) -> set[tuple[int, int]]:
        return {(key, version) for key, version, _ in self.rows}

    def guess(self) -> tuple[datetime, datetime | None]:
        """The server's time as the transport tells it before the first request."""
        if self.our_clock_ms is not None:
            return at(self.now_ms + self.our_clock_ms), None
        return at(self.now_ms - self.behind_ms), at(self.now_ms + self.behind_ms)

    def fetch(self, params: dict[str, str]) -> Batch:
        self.requests += 1
        for act in self.acts:
            if act.before == self.requests:
                self.now_ms += act.wait_ms
                self.change(act.kind, act.row)
        self.now_ms += 150
        return self._page(params)

    def _page(self, params: dict[str, str]) -> Batch:
        after, before = int(params.get("modafter", -1)), int(params.get("modbefore", 10**15))
        rows = [row for row in self.rows if after < row[2] < before]
        if self.newest_first:
            rows.sort(key=lambda row: -row[2])
        offset = int(params["offset"])
        records = [self._record(row) for row in rows[offset : offset + int(params["count"])]]
        return Batch(
            records=records,
            identities=[identity(LIST, record) for record in records],
            marks=[mark(record) for record in records],
            total=len(rows),
        )

    def _record(self, row: tuple[int, int, int]) -> Record:
        key, version, modified_ms = row
        unit_ms = UNITS_MS[self.unit]
        return {
            "contact_id": f"l-0001:{key:x}",
            "modified_date": at(modified_ms // unit_ms * unit_ms),
            "version": version,
        }


def run(
    server: Server, state: dict[str, Any], plan: Run, resource: Resource = LIST
) -> set[tuple[int, int]]:
    """Run the tap: the rows and versions that it emits. The state is changed."""
    server.now_ms += plan.wait_ms
    server.requests, server.acts = 0, plan.acts
    began = at(server.now_ms - server.behind_ms)
    reading = reading_of(state, now=server.guess(), resource=resource)
    query = resource.query(reading.conditions)
    pages = OffsetPaging().pages(
        lambda params: server.fetch({**query, **params}),
        page_size=server.page_size,
        filtered=bool(query),
        resume=reading.place.position or Position() if reading.place else Position(),
    )
    emitted: set[tuple[int, int]] = set()
    for number, page in enumerate(pages, 1):
        if number == 1:
            reading.begins_with(page.records, began)
        for record in reading.accepted(page.records):
            key = int(record["contact_id"].partition(":")[2], 16)
            emitted.add((key, record["version"]))
        reading.interrupted(state, Place(bound={"list_id": "l-0001"}, position=page.position))
        if number == plan.killed_after:
            return emitted
    reading.completed(state)
    return emitted


def reading_of(
    state: dict[str, Any],
    *,
    now: tuple[datetime, datetime | None] = (at(NOON_MS), at(NOON_MS)),
    resource: Resource = LIST,
    start_date: datetime | None = None,
    end_date: datetime | None = None,
) -> Reading:
    return Reading.from_state(
        json.loads(json.dumps(state)),
        resource,
        replication_key=resource.replication_key,
        start_date=start_date,
        end_date=end_date,
        now=now,
    )


waits = st.sampled_from([0, 1, 300, 999, 1_000, 2_500, 61_000, 3_600_000])
acts = st.builds(
    Act,
    before=st.integers(1, 6),
    kind=st.sampled_from(["insert", "update", "update"]),
    row=st.integers(0, 20),
    wait_ms=st.sampled_from([0, 1, 300, 999]),
)
some_acts = st.lists(acts, max_size=5).map(tuple)
runs = st.lists(st.builds(Run, waits, some_acts), min_size=1, max_size=5)
killed_runs = st.lists(
    st.builds(Run, waits, some_acts, st.none() | st.integers(1, 3)), min_size=1, max_size=6
)
servers = st.builds(
    Server,
    size=st.integers(0, 12),
    unit=st.sampled_from(list(UNITS_MS)),
    newest_first=st.booleans(),
    behind_ms=st.sampled_from([0, 500, 1_100]),
    our_clock_ms=st.none() | st.sampled_from([-600_000, -1_500, 1_500, 600_000]),
    page_size=st.sampled_from([3, 5, 100]),
)
QUIET = Run(wait_ms=300_000)


@BOUNDED
@given(server=servers, plans=runs)
def test_every_change_comes_in_some_run(server: Server, plans: list[Run]) -> None:
    state: dict[str, Any] = {}
    emitted = {found for plan in [*plans, QUIET] for found in run(server, state, plan)}
    assert server.latest() <= emitted


@BOUNDED
@given(server=servers, plans=killed_runs)
def test_every_change_comes_though_runs_are_killed(server: Server, plans: list[Run]) -> None:
    state: dict[str, Any] = {}
    emitted = {found for plan in [*plans, QUIET, QUIET] for found in run(server, state, plan)}
    assert server.latest() <= emitted


@BOUNDED
@given(server=servers, plans=killed_runs)
def test_a_run_after_which_nothing_changed_emits_nothing(server: Server, plans: list[Run]) -> None:
    state: dict[str, Any] = {}
    for plan in [*plans, QUIET, QUIET, QUIET]:
        run(server, state, plan)
    assert run(server, state, QUIET) == set()


@BOUNDED
@given(server=servers, plans=runs)
def test_a_bookmark_never_goes_back(server: Server, plans: list[Run]) -> None:
    state: dict[str, Any] = {}
    bookmarks = []
    for plan in plans:
        run(server, state, plan)
        bookmarks.append(state.get("replication_key_value", ""))
    assert bookmarks == sorted(bookmarks)


@BOUNDED
@given(server=servers, plans=runs)
def test_a_bookmark_never_lies_in_the_future(server: Server, plans: list[Run]) -> None:
    state: dict[str, Any] = {}
    for plan in plans:
        run(server, state, plan)
        assert state.get("replication_key_value", "") <= iso(at(server.now_ms))


# The boundary


def record(key: int, moment: datetime | None) -> Record:
    return {"contact_id": f"l-0001:{key:x}", "modified_date": moment, "version": 0}


def read(state: dict[str, Any], *records: Record, **how: Any) -> list[str]:
    """Read records to the end: the ids of those that are emitted."""
    reading = reading_of(state, **how)
    emitted = [each["contact_id"] for each in reading.accepted(records)]
    reading.completed(state)
    return emitted


OLD = at(NOON_MS - 3_600_123)


def test_a_row_of_the_same_moment_that_comes_later_is_emitted() -> None:
    state: dict[str, Any] = {}
    read(state, record(1, OLD))
    assert read(state, record(1, OLD), record(2, OLD)) == ["l-0001:2"]


def test_rows_of_the_bookmarks_moment_do_not_come_again() -> None:
    state: dict[str, Any] = {}
    rows = [record(number, OLD) for number in range(50)]
    read(state, *rows)
    assert read(state, *rows) == []


@pytest.mark.parametrize("ago", [timedelta(0), timedelta(seconds=30)], ids=str)
def test_a_row_of_a_minute_that_is_not_over_comes_again(ago: timedelta) -> None:
    state: dict[str, Any] = {}
    rows = [record(1, at(NOON_MS))]
    read(state, *rows, now=(at(NOON_MS) + ago, at(NOON_MS) + ago))
    assert read(state, *rows) == ["l-0001:1"]


@pytest.mark.parametrize("count", [999, 1_000, 1_001, 3_000])
def test_a_boundary_of_any_size_loses_no_row(count: int) -> None:
    state: dict[str, Any] = {}
    moment = at(NOON_MS - 60_123)
    read(state, *(record(number, moment) for number in range(count)))
    assert "l-0001:ffff" in read(state, record(0xFFFF, moment))


def test_a_boundary_takes_no_more_room_than_a_thousand_rows() -> None:
    state: dict[str, Any] = {}
    read(state, *(record(number, OLD) for number in range(5_000)))
    assert len(json.dumps(state)) < 1_000 * 24


def test_a_row_without_a_date_is_emitted_whenever_it_comes() -> None:
    state: dict[str, Any] = {}
    assert read(state, record(1, None), record(2, OLD)) == ["l-0001:1", "l-0001:2"]
    assert read(state, record(1, None)) == ["l-0001:1"]


@pytest.mark.parametrize("years", [1, 75])
def test_a_row_that_is_dated_in_the_future_holds_nothing_else_back(years: int) -> None:
    state: dict[str, Any] = {}
    future = at(NOON_MS) + timedelta(days=365 * years)
    reading = reading_of(state)
    page = [record(1, future), record(2, OLD)]
    reading.begins_with(page, at(NOON_MS))
    assert list(reading.accepted(page)) == page
    reading.completed(state)
    assert state["replication_key_value"] == iso(OLD)


# Dates in the settings


def test_nothing_older_than_the_start_date_is_emitted() -> None:
    rows = [record(1, OLD), record(2, OLD - timedelta(milliseconds=1))]
    assert read({}, *rows, start_date=OLD) == ["l-0001:1"]


def test_nothing_from_the_end_date_on_is_emitted() -> None:
    rows = [record(1, OLD), record(2, OLD - timedelta(milliseconds=1))]
    assert read({}, *rows, end_date=OLD) == ["l-0001:2"]


def test_the_later_of_bookmark_and_start_date_counts() -> None:
    state = {"replication_key": "modified_date", "replication_key_value": iso(OLD)}
    rows = [record(1, OLD), record(2, OLD + timedelta(seconds=9))]
    assert read(dict(state), *rows, start_date=OLD + timedelta(seconds=5)) == ["l-0001:2"]
    assert read(dict(state), *rows, start_date=OLD - timedelta(days=5)) == ["l-0001:1", "l-0001:2"]


def test_a_bookmark_stops_short_of_the_end_date() -> None:
    state: dict[str, Any] = {}
    read(state, record(1, OLD), record(2, OLD + timedelta(hours=2)), end_date=OLD + timedelta(1))
    assert state["replication_key_value"] <= iso(at(NOON_MS))


# What is asked of the server


def test_a_first_reading_asks_for_everything() -> None:
    assert reading_of({}).conditions == ()


def test_the_server_is_asked_for_the_bookmark_itself() -> None:
    state: dict[str, Any] = {}
    read(state, record(1, OLD))
    query = LIST.query(reading_of(state).conditions)
    assert int(query["modafter"]) < (OLD - EPOCH) // timedelta(milliseconds=1)


def test_the_server_is_not_told_an_end_that_nobody_knows() -> None:
    state: dict[str, Any] = {}
    read(state, record(1, OLD))
    assert set(LIST.query(reading_of(state, now=(at(NOON_MS), None)).conditions)) == {"modafter"}


def test_a_reading_without_a_replication_key_takes_all_rows_each_time() -> None:
    state: dict[str, Any] = {"replication_key_value": iso(OLD)}
    reading = Reading.from_state(
        state, LIST, replication_key=None, start_date=OLD, end_date=OLD, now=(OLD, OLD)
    )
    assert reading.conditions == ()
    assert reading.accepted([record(1, OLD)]) == [record(1, OLD)]


def whole_reading(state: dict[str, Any], now: datetime = OLD) -> Reading:
    return Reading.from_state(
        state, LIST, replication_key=None, start_date=None, end_date=None, now=(now, now)
    )


def test_a_reading_without_a_replication_key_leaves_no_bookmark() -> None:
    state: dict[str, Any] = {}
    reading = whole_reading(state)
    reading.accepted([record(1, OLD)])
    reading.completed(state)
    assert state == {"version": int(OLD.timestamp())}


@pytest.mark.parametrize("later_s", [-900, 0, 60], ids=["clock set back", "at once", "later"])
def test_each_whole_reading_has_a_higher_version(later_s: int) -> None:
    state: dict[str, Any] = {}
    first = whole_reading(state)
    first.completed(state)
    second = whole_reading(state, OLD + timedelta(seconds=later_s))
    assert second.version > first.version


def test_a_whole_reading_that_goes_on_keeps_its_version() -> None:
    state: dict[str, Any] = {}
    first = whole_reading(state)
    first.interrupted(state, Place(position=Position(offset=3, anchors=("x",))))
    assert whole_reading(state, OLD + timedelta(hours=1)).version == first.version


# The state itself


@pytest.mark.parametrize("email", ["john.doe@act-on.com", "\ud800@act-on.com"], ids=ascii)
def test_a_state_holds_no_address(email: str) -> None:
    state: dict[str, Any] = {}
    reading = reading_of(state, resource=OPT_OUTS)
    row = {"email": email, "timestamp": OLD, "origin": "User", "_raw": None}
    reading.accepted([row])
    position = Position(offset=1, anchors=(mark(row),))
    reading.interrupted(state, Place(position=position))
    reading.completed(copy := dict(state))
    assert "@" not in json.dumps([state, copy])


def test_a_state_is_plain_json() -> None:
    state: dict[str, Any] = {}
    run(Server(size=9), state, Run(wait_ms=0, killed_after=2))
    assert json.loads(json.dumps(state)) == state


def test_a_finished_reading_leaves_no_place() -> None:
    server, state = Server(size=9), dict[str, Any]()
    run(server, state, Run(wait_ms=0, killed_after=2))
    run(server, state, QUIET)
    assert set(state) == {"replication_key", "replication_key_value", "boundary"}


def test_a_killed_reading_leaves_the_bookmark_where_it_was() -> None:
    server, state = Server(size=9), dict[str, Any]()
    run(server, state, Run(wait_ms=0))
    bookmark = state["replication_key_value"]
    changes = tuple(Act(1, "update", row, 0) for row in range(9))
    run(server, state, Run(wait_ms=60_000, acts=changes, killed_after=1))
    assert state["replication_key_value"] == bookmark


@pytest.mark.parametrize(
    "state",
    [
        {"replication_key_value": "soon"},
        {"replication_key_value": "0001-01-01T00:00:00+14:00"},
        {"boundary": 5},
        {"resume": 5},
        {"resume": {}},
        {"resume": {"place": None, "until": iso(OLD), "highest": None, "boundary": []}},
        {"resume": {"place": {"bound": {}, "position": None}, "until": "soon"}},
    ],
    ids=repr,
)
def test_a_state_that_is_none_of_ours_is_refused(state: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError, AttributeError)):
        reading_of(state)


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2024, 9, 6, 16, 50, 52, 528_999, tzinfo=UTC), "2024-09-06T16:50:52.528Z"),
        (datetime(2024, 9, 6, tzinfo=UTC), "2024-09-06T00:00:00.000Z"),
    ],
    ids=["cut to milliseconds", "midnight"],
)
def test_moments_are_written_in_milliseconds(moment: datetime, text: str) -> None:
    assert iso(moment) == text


def test_rows_without_a_date_make_every_reading_one_of_everything() -> None:
    state: dict[str, Any] = {}
    row = {"contact_id": "1", "modified_date": None}
    dated = {"contact_id": "2", "modified_date": datetime(2026, 1, 1, 0, 0, 0, 1000, tzinfo=UTC)}
    for _ in range(2):
        reading = Reading.from_state(
            state,
            LIST_TEMPLATE,
            replication_key="modified_date",
            start_date=None,
            end_date=None,
            now=(datetime(2026, 2, 1, tzinfo=UTC), None),
        )
        assert reading.conditions == ()
        accepted = [record["contact_id"] for record in reading.accepted([row, dated])]
        reading.completed(state)
    assert accepted == ["1"]
    assert state["undated"] is True
