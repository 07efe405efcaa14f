"""Reports and events of messages: they change long after the message was sent."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tap_acton.resources.messages import EVENTS
from tap_acton.simulator import Fault
from tests.harness import discover, everything, only, sync

if TYPE_CHECKING:
    from tap_acton.simulator import Simulator
    from tests.conftest import Configure, Simulate

DRILLDOWNS = "/api/1/message/*/report/*"
DATED = "SENT"
NOW_MS = 1_790_000_000_000


def asked(sim: Simulator, path: str) -> list[str]:
    """Return the paths of the requests so far that match, and forget them."""
    paths = [entry.path for entry in sim.journal.matching(path=path)]
    sim.journal.clear()
    return paths


def drilldowns(paths: list[str]) -> set[str]:
    """Return the messages whose events were asked for."""
    return {path.split("/")[4] for path in paths if path.count("/") == 6}


def sent(sim: Simulator) -> list[str]:
    """Return the messages that were sent once, oldest first."""
    found = sorted(sim.world.mailbox.of_type(DATED), key=lambda message: message.ts_ms)
    return [message.id for message in found]


def moment(record: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(record["sent_at"])


def test_the_first_run_reads_every_event_of_every_message(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator()
    config = configure(sim)
    chosen = only(discover(config), "message_events", "message_reports")
    messages = sync(config, chosen)
    counted = sum(record["clicked_total"] for record in messages.records["message_reports"])
    clicks = [row for row in messages.records["message_events"] if row["event"] == "CLICKED"]
    assert len(clicks) == counted
    keys = [row["id"] for row in messages.records["message_events"]]
    assert len(set(keys)) == len(keys) > 0


def test_messages_at_rest_cost_a_report_and_no_event(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator()
    config = configure(sim, report_lookback_days=3650)
    chosen = only(discover(config), "message_events")
    first = sync(config, chosen)
    sim.journal.clear()
    second = sync(config, chosen, first.state)
    assert second.counts() == {}
    assert drilldowns(asked(sim, "/api/1/message/*")) == set()


def test_only_a_message_that_moved_is_read_again(simulator: Simulate, configure: Configure) -> None:
    sim = simulator()
    config = configure(sim, report_lookback_days=3650)
    chosen = only(discover(config), "message_events")
    first = sync(config, chosen)
    moved = sent(sim)[0]
    sim.world.set_report(moved, clicked=[7, 9])
    sim.journal.clear()
    second = sync(config, chosen, first.state)
    paths = asked(sim, "/api/1/message/*")
    assert drilldowns(paths) == {moved}
    assert len([path for path in paths if path.count("/") == 6]) == len(EVENTS)
    assert {row["message_id"] for row in second.records["message_events"]} == {moved}


def test_reports_and_events_ask_for_each_report_once(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator()
    config = configure(sim)
    chosen = only(discover(config), "message_events", "message_reports")
    sim.journal.clear()
    sync(config, chosen)
    reports = [path for path in asked(sim, "/api/1/message/*/report") if path.count("/") == 5]
    assert len(set(reports)) == len(reports) > 0


@pytest.mark.parametrize("stream", ["message_reports", "message_events"])
def test_messages_beyond_the_look_back_are_left_alone(
    stream: str, simulator: Simulate, configure: Configure
) -> None:
    sim = simulator(messages=24)
    config = configure(sim, report_lookback_days=60)
    chosen = only(discover(config), stream)
    first = sync(config, chosen)
    bookmark = datetime.fromisoformat(first.state["bookmarks"][stream]["replication_key_value"])
    window = {
        message.id
        for message in sim.world.mailbox.of_type(DATED)
        if message.ts_ms >= (bookmark - timedelta(days=60)).timestamp() * 1000
    }
    for message in sent(sim):
        sim.world.set_report(message, clicked=[7, 9])
    sim.journal.clear()
    second = sync(config, chosen, first.state)
    dated = {row["message_id"] for row in second.records[stream] if row["sent_at"]}
    assert dated == window
    assert 0 < len(window) < 24


def test_triggered_messages_are_looked_at_in_every_run(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator(messages=6)
    config = configure(sim, report_lookback_days=0)
    chosen = only(discover(config), "message_events")
    first = sync(config, chosen)
    (triggered, *_) = [message.id for message in sim.world.mailbox.of_type("TRIGGERED")]
    sim.world.set_report(triggered, opened=[3, 30])
    second = sync(config, chosen, first.state)
    assert {row["message_id"] for row in second.records["message_events"]} == {triggered}


def test_the_state_forgets_messages_that_no_run_looks_at(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator(messages=24)
    config = configure(sim, report_lookback_days=60)
    run = sync(config, only(discover(config), "message_events"))
    kept = set(run.state["bookmarks"]["message_events"]["reports"])
    newest = sent(sim)[-1]
    assert newest in kept
    assert sent(sim)[0] not in kept


def test_the_state_of_ten_thousand_messages_stays_below_a_megabyte(
    simulator: Simulate, configure: Configure
) -> None:
    sizes = []
    for messages in (10, 60):
        sim = simulator(messages=messages, recipients=1)
        config = configure(
            sim, report_lookback_days=3650, oauth_settings_location=f"memory://{messages}"
        )
        run = sync(config, only(discover(config), "message_events"))
        sizes.append(len(json.dumps(run.state)))
    each = (sizes[1] - sizes[0]) / 50
    assert sizes[0] + 10_000 * each < 1_000_000


def read_in_parts(config: dict[str, Any], chosen: dict[str, Any], *, most: int) -> set[str]:
    """Return the ids of the events that runs bring until one ends, of so many at the most."""
    found: set[str] = set()
    state: dict[str, Any] | None = None
    for _ in range(most):
        run = sync(config, chosen, state)
        state = run.state
        found |= {row["id"] for row in run.records["message_events"]}
        if run.error is None:
            break
    assert run.error is None
    return found


def test_an_event_is_not_lost_when_a_run_is_cut_inside_a_message(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator()
    config = configure(sim, report_lookback_days=3650)
    chosen = only(discover(config), "message_events")
    whole = {row["id"] for row in sync(config, chosen).records["message_events"]}
    few = configure(sim, report_lookback_days=3650, max_requests_per_run=9)
    assert read_in_parts(few, chosen, most=100) == whole


def test_equal_events_stay_apart_wherever_a_run_is_cut(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator(messages=1, recipients=3)
    [message] = sent(sim)
    email = next(iter(sim.world.mailbox.of_type(DATED))).recipients[0].email
    for _ in range(6):
        sim.world.mailbox.add_event(message, "OPENED", email, (), data="", link="", at_ms=NOW_MS)
    config = configure(sim, page_size=2)
    chosen = only(discover(config), "message_events")
    whole = {row["id"] for row in sync(config, chosen).records["message_events"]}
    for requests in range(3, 30):
        few = configure(sim, page_size=2, max_requests_per_run=requests)
        cut = sync(few, chosen)
        rest = sync(config, chosen, cut.state)
        read = cut.records["message_events"] + rest.records["message_events"]
        assert {row["id"] for row in read} == whole, requests


def test_runs_that_are_shorter_than_the_events_of_one_kind_come_to_an_end(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator(messages=1, recipients=3)
    [message] = sent(sim)
    email = next(iter(sim.world.mailbox.of_type(DATED))).recipients[0].email
    for second in range(12):
        at_ms = NOW_MS + 1000 * second
        sim.world.mailbox.add_event(message, "OPENED", email, (), data="", link="", at_ms=at_ms)
    config = configure(sim, page_size=2)
    chosen = only(discover(config), "message_events")
    whole = {row["id"] for row in sync(config, chosen).records["message_events"]}
    few = configure(sim, page_size=2, max_requests_per_run=6)
    assert read_in_parts(few, chosen, most=30) == whole


def test_a_message_that_was_cut_is_read_on_and_not_again(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator()
    config = configure(sim, report_lookback_days=3650)
    chosen = only(discover(config), "message_events")
    # A listing, one report and three kinds of events or so: the message is not whole.
    cut = sync(configure(sim, report_lookback_days=3650, max_requests_per_run=5), chosen)
    begun = cut.records["message_events"][0]["message_id"]
    sim.journal.clear()
    second = sync(config, chosen, cut.state)
    reports = [path for path in asked(sim, "/api/1/message/*/report") if path.count("/") == 5]
    assert f"/api/1/message/{begun}/report" not in reports
    third = sync(config, chosen, second.state)
    assert third.counts() == {}
    assert drilldowns(asked(sim, "/api/1/message/*")) == set()


def test_a_message_that_moved_while_it_was_cut_is_read_again(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator()
    config = configure(sim, report_lookback_days=3650)
    chosen = only(discover(config), "message_events")
    cut = sync(configure(sim, report_lookback_days=3650, max_requests_per_run=5), chosen)
    begun = cut.records["message_events"][0]["message_id"]
    sim.world.set_report(begun, clicked=[7, 9])
    second = sync(config, chosen, cut.state)
    sim.journal.clear()
    sync(config, chosen, second.state)
    assert drilldowns(asked(sim, "/api/1/message/*")) == {begun}


def test_a_message_of_which_one_kind_failed_is_read_again(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator()
    config = configure(sim, report_lookback_days=3650, max_retry_seconds=0)
    chosen = only(discover(config), "message_events")
    bad = sent(sim)[2]
    path = f"/api/1/message/{bad}/report/OPENED"
    sim.faults.add(Fault(kind="status", status=500, path=path))
    first = sync(config, chosen)
    assert first.error is not None
    sim.journal.clear()
    second = sync(config, chosen, first.state)
    assert second.error is None
    assert drilldowns(asked(sim, "/api/1/message/*")) == {bad}


def test_a_message_that_was_deleted_costs_one_request_and_one_warning(
    simulator: Simulate, configure: Configure, caplog: pytest.LogCaptureFixture
) -> None:
    sim = simulator()
    config = configure(sim)
    chosen = only(discover(config), "message_events")
    gone = Fault(
        kind="status",
        status=400,
        envelope="api",
        code=10030,
        path=f"/api/1/message/{sent(sim)[0]}/report",
    )
    sim.faults.add(gone)
    caplog.clear()
    run = sync(config, chosen)
    assert run.error is None
    assert drilldowns(asked(sim, f"/api/1/message/{sent(sim)[0]}/*")) == set()
    assert sum("Skipping an object" in message for message in caplog.messages) == 1


def test_read_as_a_full_table_events_come_whole_each_time(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator()
    config = configure(sim)
    chosen = only(discover(config), "message_events")
    for stream in chosen["streams"]:
        if stream["tap_stream_id"] == "message_events":
            stream["replication_method"] = "FULL_TABLE"
    first = sync(config, chosen)
    second = sync(config, chosen, first.state)
    assert second.records["message_events"] == first.records["message_events"]
    assert set(second.activated) == {"message_events"}


def test_report_days_are_read_from_the_look_back_on(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator()
    config = configure(sim, report_lookback_days=40)
    chosen = only(discover(config), "message_report_days")
    first = sync(config, chosen)
    days = [row["date"] for row in first.records["message_report_days"]]
    sim.journal.clear()
    second = sync(config, chosen, first.state)
    last = datetime.fromisoformat(max(days))
    expected = [day for day in days if datetime.fromisoformat(day) >= last - timedelta(days=40)]
    assert [row["date"] for row in second.records["message_report_days"]] == expected
    assert len(asked(sim, "/api/1/message/report")) <= 3


@pytest.mark.parametrize("stream", ["message_reports", "message_events", "list_scores"])
def test_the_cost_is_told_before_a_costly_stream_starts(
    stream: str, simulator: Simulate, configure: Configure, caplog: pytest.LogCaptureFixture
) -> None:
    sim = simulator()
    config = configure(sim)
    chosen = only(discover(config), stream)
    caplog.set_level("INFO")
    caplog.clear()
    sync(config, chosen)
    told = [
        record.getMessage() for record in caplog.records if "takes at most about" in record.message
    ]
    assert len(told) == 1
    assert told[0].startswith(f"{stream} takes at most about ")


def test_costly_streams_are_read_only_if_somebody_asks_for_them(
    simulator: Simulate, configure: Configure
) -> None:
    messages = sync(configure(simulator()))
    costly = {"message_reports", "message_events", "list_scores", "contact_activity"}
    assert not costly & set(messages.schemas)
    assert "messages" in messages.schemas


def test_the_scores_of_a_list_that_json_cuts_are_read_too(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator(lists=1, segments=0, contacts=3, wide_columns=300)
    config = configure(sim)
    chosen = everything(discover(config))
    run = sync(config, chosen)
    assert run.error is None
    read = {
        row["contact_id"]
        for stream, rows in run.records.items()
        if stream.startswith("list_") and stream != "list_scores"
        for row in rows
    }
    assert len(read) == 6
    assert {row["contact_id"] for row in run.records["list_scores"]} == read
