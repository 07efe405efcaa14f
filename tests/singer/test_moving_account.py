"""The whole tap against a list that others change between any two of its requests.

Whatever changes, however large a page is, however many requests are on their way, and wherever the
run is killed: what is there during a run is emitted by that run or the next, where a killed run and
those that go on with its reading are one; nothing comes twice in one run; and when all is quiet
again, the state is that of a run which nobody disturbed.
"""

from __future__ import annotations

import contextlib
import functools
import io
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import requests
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tap_acton.simulator import Change, Options, Simulator
from tap_acton.singer.writer import BlockWriter
from tap_acton.tap import TapActOn
from tests.harness import Messages, discover, only

if TYPE_CHECKING:
    from collections.abc import Iterator


LIST = "l-0001"
PATH = f"/api/1/list/{LIST}"
INCREMENTAL, WHOLE = "list_api_example_list", "segment_api_example_list_part_1"
QUIET_S = 3600.0
BOUNDED = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    report_multiple_bugs=False,
    phases=(Phase.generate,),  # each example is some runs; shrinking one takes minutes
)


class KilledError(Exception):
    """The process is gone."""


class DyingWriter(BlockWriter):
    """Writes so many messages, and then no more."""

    left: int | None = None

    def write_lines(self, lines: bytes) -> None:
        if self.left is None:
            super().write_lines(lines)
            return
        whole = lines.splitlines(keepends=True)
        written, self.left = whole[: self.left], max(0, self.left - len(whole))
        super().write_lines(b"".join(written))
        if len(written) < len(whole):
            raise KilledError


@dataclass(frozen=True)
class Act:
    """A change right before the tap's request of this number."""

    before: int
    action: str
    position: int
    count: int

    def change(self, path: str) -> Change:
        return Change(
            action=self.action,
            target=LIST,
            path=path,
            before=self.before,
            position=self.position,
            count=self.count,
        )


@dataclass(frozen=True)
class Plan:
    """What happens during one run."""

    acts: tuple[Act, ...]
    page_size: int
    in_flight: int
    killed_after: int | None
    """Messages that are written before the process is killed."""
    list_download: str = "auto"


acts = st.builds(
    Act,
    before=st.sampled_from([2, 3, 4, 1, 5, 6]),
    action=st.sampled_from(["delete", "insert", "update"]),
    position=st.sampled_from([0, 2, 5, 9, 15]),
    count=st.sampled_from([3, 1, 2, 4]),
)
plans = st.builds(
    Plan,
    acts=st.lists(acts, min_size=1, max_size=5).map(tuple),
    page_size=st.sampled_from([4, 1, 2, 3, 5, 8]),
    in_flight=st.sampled_from([1, 2, 4, 16]),
    killed_after=st.sampled_from([None, None, 0, 1, 3, 7, 15, 25]),
    list_download=st.sampled_from(["auto", "json", "csv"]),
)
CSV: list[dict[str, Any]] = [
    {},
    {"csv_download": "whole"},
    {"csv_download": "limited", "csv_most": 11},
]
"""What becomes of a list as CSV, for any way of downloading it."""


@dataclass(kw_only=True)
class Account:
    """A simulated account, and how the tap reads it."""

    sim: Simulator
    config: dict[str, Any]
    catalog: dict[str, Any]
    stream: str
    state: dict[str, Any] | None = None

    def run(self, plan: Plan) -> Messages:
        """Run the tap once, and go on from the last state that it wrote."""
        path = PATH if self.stream == INCREMENTAL else "/api/1/list/q-0001"
        for act in plan.acts:
            self.sim.changes.add(act.change(path))
        written = io.StringIO()
        writer = DyingWriter()
        with contextlib.redirect_stdout(written), contextlib.suppress(KilledError):
            tap = TapActOn(
                config={
                    **self.config,
                    "page_size": plan.page_size,
                    "list_download": plan.list_download,
                    "requests_in_flight": plan.in_flight,
                },
                catalog=self.catalog,
                state=self.state,
                message_writer=writer,
            )
            writer.left = plan.killed_after
            tap.sync_all()
        tap.client.close()
        self.sim.changes.clear()
        found = Messages.parse(written.getvalue().splitlines())
        if plan.killed_after is None:
            assert "STATE" in found.types
        self.state = found.state or self.state
        return found

    def is_amid_a_reading(self) -> bool:
        """Tell whether the next run goes on with the reading of one that was killed."""
        return self.state is not None and "resume" in self.state["bookmarks"].get(self.stream, {})

    def rows(self) -> dict[str, tuple[str, ...]]:
        """Return the rows of the stream as they are now: cells by id."""
        segment = self.sim.world.segments["q-0001"]
        return {
            row.id: row.cells
            for row in self.sim.world.rows(LIST)
            if self.stream == INCREMENTAL or segment.holds(row)
        }


@functools.cache
def catalog() -> dict[str, Any]:
    """Return the catalog of all accounts of this module, which have the same columns."""
    with Simulator(options(contacts=5)) as sim:
        return discover(config_of(sim))


def config_of(sim: Simulator) -> dict[str, Any]:
    """Return a configuration with a token, so that no time goes into keeping it."""
    known = sim.credentials
    form = {"grant_type": "password", **asdict(known)}
    tokens = requests.post(f"{sim.url}/token", data=form, timeout=5).json()
    return {
        "initiate_oauth": "OFF",
        "access_token": tokens["access_token"],
        "api_url": sim.url,
        "requests_per_second": 100_000,
        "max_retry_seconds": 0,
    }


def options(**more: Any) -> Options:
    nothing: dict[str, Any] = dict.fromkeys(("messages", "forms", "pages", "programs", "images"), 0)
    no_limits: dict[str, Any] = dict.fromkeys(
        ("requests_per_second", "logins_per_hour", "daily_requests"), 0
    )
    return Options(lists=1, segments=1, expires_in=10**9, **nothing, **no_limits, **more)


@contextlib.contextmanager
def account(stream: str, **more: Any) -> Iterator[Account]:
    with Simulator(options(**more)) as sim:
        config = config_of(sim)
        yield Account(sim=sim, config=config, catalog=only(catalog(), stream), stream=stream)


def cells_of(found: Messages, stream: str) -> dict[str, tuple[Any, ...]]:
    """Return what was emitted: the list's own cells by id, of the last version."""
    columns = [
        name for name, schema in found.schemas.get(stream, {}).get("properties", {}).items()
        if "title" in schema
    ]  # fmt: skip
    return {
        record["contact_id"]: tuple(record[name] for name in columns)
        for record in found.records[stream]
    }


@BOUNDED
@given(
    stream=st.sampled_from([INCREMENTAL, WHOLE]),
    contacts=st.sampled_from([20, 5, 12, 25, 40]),
    order=st.sampled_from(["inserted", "newest"]),
    csv=st.sampled_from(CSV),
    disturbed=st.lists(plans, min_size=1, max_size=3),
)
def test_what_is_there_during_a_run_comes_with_it_or_the_next(
    stream: str,
    contacts: int,
    order: str,
    csv: dict[str, Any],
    disturbed: list[Plan],
) -> None:
    with account(stream, contacts=contacts, order=order, **csv) as each:
        emitted: dict[str, tuple[Any, ...]] = {}
        for plan in disturbed:
            before = set(each.rows())
            if not each.is_amid_a_reading():
                began_ms = each.sim.clock.now_ms()
            emitted |= assert_each_once(each.run(plan), stream)
            if plan.killed_after is None:
                left = changed_since(each, began_ms)  # comes with the next run
                assert before & set(each.rows()) <= set(emitted) | left
            each.sim.clock.advance(seconds=QUIET_S)
        quiet = Plan(acts=(), page_size=10, in_flight=16, killed_after=None)
        for _ in range(2):
            emitted |= assert_each_once(each.run(quiet), stream)
            each.sim.clock.advance(seconds=QUIET_S)
        assert {row: emitted[row] for row in each.rows()} == each.rows()
        if not any(act.action == "delete" for plan in disturbed for act in plan.acts):
            # Else the newest row may be one that is gone.
            is_counted = all(plan.list_download != "csv" for plan in disturbed)
            assert_as_undisturbed(each, quiet, is_counted=is_counted)


def changed_since(each: Account, began_ms: int) -> set[str]:
    """Return the rows that have changed since a moment."""
    return {row.id for row in each.sim.world.rows(LIST) if row.modified_ms >= began_ms}


def assert_each_once(found: Messages, stream: str) -> dict[str, tuple[Any, ...]]:
    ids = [record["contact_id"] for record in found.records[stream]]
    assert len(set(ids)) == len(ids)
    return cells_of(found, stream)


def assert_as_undisturbed(each: Account, quiet: Plan, *, is_counted: bool) -> None:
    """Check that the state is what a first run over the same rows would have left.

    Args:
        each: What was read.
        quiet: The first run.
        is_counted: Whether all replies told how many rows there are, as a CSV does not.
    """
    disturbed = bookmark(each, is_counted=is_counted)
    each.state = None
    each.run(quiet)
    assert bookmark(each, is_counted=is_counted) == disturbed


def bookmark(each: Account, *, is_counted: bool) -> dict[str, Any]:
    state = dict((each.state or {})["bookmarks"][each.stream])
    state.pop("version", None)  # another for each reading
    if not is_counted:
        state.pop("rows", None)
    return state
