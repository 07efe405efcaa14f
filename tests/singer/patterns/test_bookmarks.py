"""A run goes on from the bookmark of the run before, and brings what changed since and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.singer.patterns.account import BY_ROW, each_incremental
from tests.singer.patterns.changes import change, identities

if TYPE_CHECKING:
    from tests.harness import Messages
    from tests.singer.patterns.account import Account
    from tests.singer.patterns.conftest import Open


def bookmark(run: Messages, stream: str) -> str:
    value: str = run.state["bookmarks"][stream]["replication_key_value"]
    return value


def highest(run: Messages, stream: str, key: str) -> str:
    values: list[str] = [record[key] for record in run.records[stream] if record[key]]
    return max(values)


def first_run(account: Account, stream: str, **settings: Any) -> Messages:
    return account.sync(account.alone(stream), page_size=4, **settings)


@each_incremental
def test_a_first_run_leaves_the_highest_value_as_bookmark(stream: str, fresh: Open) -> None:
    account = fresh()
    run = first_run(account, stream)
    key = account.replication_key(stream)
    assert run.state["bookmarks"][stream]["replication_key"] == key
    assert bookmark(run, stream) == highest(run, stream, key)


@pytest.mark.parametrize("order", ["inserted", "newest"])
@pytest.mark.parametrize("stream", BY_ROW)
def test_runs_bring_changes_once_and_then_nothing(stream: str, order: str, fresh: Open) -> None:
    account = fresh(order=order)
    catalog, key = account.alone(stream), account.replication_key(stream)
    first = first_run(account, stream)
    changed = change(account, stream)
    second = account.sync(catalog, first.state)
    third = account.sync(catalog, second.state)
    assert identities(account, stream, second) == sorted(changed)
    assert bookmark(second, stream) == highest(second, stream, key) > bookmark(first, stream)
    assert third.counts() == {}
    assert third.state == second.state


@pytest.mark.parametrize("stream", BY_ROW)
def test_the_server_is_asked_only_for_what_may_have_changed(stream: str, fresh: Open) -> None:
    account = fresh()
    first = first_run(account, stream)
    account.sim.journal.clear()
    account.sync(account.alone(stream), first.state)
    queries = [
        {*entry.query} & {"modafter", "createdafter", "updatedAfter"}
        for entry in account.sim.journal.matching(path="*")
        if entry.path != "/token"
    ]
    assert queries
    assert all(queries)


def test_a_new_message_comes_and_the_newest_and_undated_ones_come_again(fresh: Open) -> None:
    stream = "message_reports"
    account = fresh()
    catalog = account.alone(stream)
    first = first_run(account, stream, report_lookback_days=0)
    again = {
        record["message_id"]
        for record in first.records[stream]
        if record["sent_at"] in {bookmark(first, stream), None}
    }
    new = change(account, stream)
    second = account.sync(catalog, first.state, report_lookback_days=0)
    third = account.sync(catalog, second.state, report_lookback_days=0)
    assert identities(account, stream, second) == sorted(again | new)
    assert bookmark(second, stream) > bookmark(first, stream)
    undated = {each["message_id"] for each in second.records[stream] if each["sent_at"] is None}
    assert identities(account, stream, third) == sorted(undated | new)
    assert bookmark(third, stream) == bookmark(second, stream)


def test_events_come_of_a_new_message_and_of_one_to_which_something_happened(
    fresh: Open,
) -> None:
    stream = "message_events"
    account = fresh(messages=6)
    catalog = account.alone(stream)
    first = first_run(account, stream, report_lookback_days=3650)
    moved = account.sim.world.mailbox.of_type("SENT")[2]
    account.sim.world.add_event(moved.id, "OPENED", moved.recipients[0].email)
    new = change(account, stream)
    second = account.sync(catalog, first.state, report_lookback_days=3650)
    third = account.sync(catalog, second.state, report_lookback_days=3650)
    assert identities(account, stream, second) == sorted({moved.id} | new)
    assert bookmark(second, stream) > bookmark(first, stream)
    assert third.counts() == {}
    assert third.state == second.state


def test_days_come_from_the_last_one_on(fresh: Open) -> None:
    stream = "message_report_days"
    account = fresh()
    catalog = account.alone(stream)
    first = first_run(account, stream, report_lookback_days=0)
    (new,) = change(account, stream)
    second = account.sync(catalog, first.state, report_lookback_days=0)
    third = account.sync(catalog, second.state, report_lookback_days=0)
    assert first.records[stream][-1]["sent"] == 0
    assert identities(account, stream, second) == identities(account, stream, third) == [new]
    assert second.records[stream][0]["sent"] > 0
    assert bookmark(second, stream)[:10] == new >= bookmark(first, stream)[:10]
    assert third.state == second.state
