"""What a sync emits, compared with what the simulated account holds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tap_acton.config import check_catalog
from tap_acton.resources.catalog import RESOURCES
from tap_acton.simulator import Change, Fault, Options, Simulator
from tests.harness import Messages, config_for, discover, everything, only, sync

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SMALL = Options(
    lists=3,
    contacts=60,
    messages=12,
    suppressed=7,
    requests_per_second=0,
    daily_requests=0,
    logins_per_hour=0,
)


@pytest.fixture(scope="module")
def account() -> Iterator[Simulator]:
    """An account that no test of this module changes."""
    with Simulator(SMALL) as simulator:
        yield simulator


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """An account for one test."""
    with Simulator(SMALL) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def messages(account: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Messages:
    """The messages of a sync of everything."""
    config = config_for(account, tmp_path_factory.mktemp("home"), page_size=25)
    return sync(config, everything(discover(config)))


def list_streams(catalog: dict[str, Any]) -> dict[str, str]:
    """Return the list id of each list's stream."""
    return {
        stream["tap_stream_id"]: stream["table_name"]
        for stream in catalog["streams"]
        if stream.get("database_name") == "list"
    }


def timeless(message: Any) -> Any:
    """Return a message without what tells when it was made."""
    if isinstance(message, dict):
        times = ("time_extracted", "until", "version")
        return {key: timeless(each) for key, each in message.items() if key not in times}
    return message


def test_messages_are_the_same_however_many_requests_are_on_their_way(
    account: Simulator, tmp_path: Path
) -> None:
    config = config_for(account, tmp_path, page_size=7)
    catalog = everything(discover(config))
    found = {
        in_flight: sync({**config, "requests_in_flight": in_flight}, catalog).raw
        for in_flight in (1, 3, 16)
    }
    alone = [json.dumps(timeless(message)) for message in found.pop(1)]
    for messages in found.values():
        assert [json.dumps(timeless(message)) for message in messages] == alone


def test_every_cell_of_every_list_arrives(
    account: Simulator, messages: Messages, tmp_path: Path
) -> None:
    catalog = discover(config_for(account, tmp_path))
    for stream, list_id in list_streams(catalog).items():
        titles = {
            schema["title"]: name
            for name, schema in messages.schemas[stream]["properties"].items()
            if "title" in schema
        }
        headings = list(account.world.headers(list_id))
        assert [
            [record[name] for name in titles.values()] for record in messages.records[stream]
        ] == [list(row.cells) for row in account.world.rows(list_id)]
        assert len(titles) == len(headings)


def test_no_key_is_emitted_twice(messages: Messages) -> None:
    for stream, records in messages.records.items():
        identities = [tuple(record[key] for key in messages.keys[stream]) for record in records]
        assert len(set(identities)) == len(identities), stream
        assert all(None not in identity for identity in identities), stream


def test_the_fixed_streams_are_complete(account: Simulator, messages: Messages) -> None:
    sent_and_triggered = [
        record for record in messages.records["messages"] if record["type"] in {"SENT", "TRIGGERED"}
    ]
    assert (
        messages.counts()
        | {
            "account": 1,
            "lists": len(account.world.lists) + len(account.world.segments),
            "message_reports": len(sent_and_triggered),
            "hard_bounces": 7,
            "opt_outs": 7,
            "spam_complaints": 7,
            "forms": account.options.forms,
            "landing_pages": account.options.pages,
            "campaigns": account.options.campaigns,
            "programs": 3 * account.options.programs,
            "senders": account.options.senders,
            "subscription_categories": account.options.categories,
        }
        == messages.counts()
    )


def test_each_stream_has_one_schema_and_the_last_message_is_a_state(messages: Messages) -> None:
    assert len(set(messages.schema_order)) == len(messages.schema_order)
    assert set(RESOURCES) <= set(messages.schema_order)
    assert messages.types[-1] == "STATE"


def test_moments_are_utc_texts_of_milliseconds(messages: Messages) -> None:
    record = messages.records["hard_bounces"][0]
    assert record["timestamp"].endswith("Z")
    assert len(record["timestamp"]) == len("2026-01-31T08:00:00.000Z")


def test_a_second_run_emits_only_changes(simulator: Simulator, tmp_path: Path) -> None:
    config = config_for(simulator, tmp_path)
    catalog = discover(config)
    stream, list_id = next(iter(list_streams(catalog).items()))
    chosen = only(catalog, *list_streams(catalog), "hard_bounces", "opt_outs", "spam_complaints")
    first = sync(config, chosen)
    changed = simulator.world.record_ids(list_id)[5]
    simulator.world.update_record(changed, {"Job Title": "Changed"})
    added = simulator.world.insert_record(list_id)
    second = sync(config, chosen, first.state)
    third = sync(config, chosen, second.state)
    assert {record["contact_id"] for record in second.records[stream]} == {changed, added}
    assert second.counts() == {stream: 2}
    assert third.counts() == {}


def test_a_row_changed_during_a_run_comes_with_the_next(
    simulator: Simulator, tmp_path: Path
) -> None:
    config = config_for(simulator, tmp_path, page_size=20)
    catalog = discover(config)
    stream, list_id = next(iter(list_streams(catalog).items()))
    chosen = only(catalog, stream)
    simulator.changes.add(
        Change(action="update", target=list_id, path=f"/api/1/list/{list_id}", before=3, position=0)
    )
    first = sync(config, chosen)
    second = sync(config, chosen, first.state)
    assert [record["contact_id"] for record in second.records[stream]] == [
        simulator.world.record_ids(list_id)[0]
    ]


def test_a_catalog_saves_every_metadata_request(simulator: Simulator, tmp_path: Path) -> None:
    config = config_for(simulator, tmp_path)
    catalog = discover(config)
    stream, list_id = next(iter(list_streams(catalog).items()))
    simulator.journal.clear()
    sync(config, only(catalog, stream))
    assert [entry.path for entry in simulator.journal] == [f"/api/1/list/{list_id}"]


def test_a_stream_that_is_not_selected_costs_no_request(
    simulator: Simulator, tmp_path: Path
) -> None:
    config = config_for(simulator, tmp_path)
    catalog = discover(config)
    simulator.journal.clear()
    messages = sync(config, only(catalog, "forms"))
    assert [entry.path for entry in simulator.journal] == ["/api/1/form"]
    assert set(messages.schemas) == {"forms"}


def test_a_deselected_column_leaves_no_trace(simulator: Simulator, tmp_path: Path) -> None:
    config = config_for(simulator, tmp_path)
    catalog = only(discover(config), "hard_bounces")
    for stream in catalog["streams"]:
        for entry in stream["metadata"]:
            if entry["breadcrumb"] == ["properties", "origin"]:
                entry["metadata"]["selected"] = False
    messages = sync(config, catalog)
    assert "origin" not in messages.schemas["hard_bounces"]["properties"]
    assert all("origin" not in record for record in messages.records["hard_bounces"])


def test_a_message_is_listed_once_for_its_stream_and_its_reports(
    simulator: Simulator, tmp_path: Path
) -> None:
    config = config_for(simulator, tmp_path)
    catalog = discover(config)
    simulator.journal.clear()
    sync(config, only(catalog, "messages", "message_reports"))
    types = [entry.query["type"] for entry in simulator.journal.matching(path="/api/1/message")]
    assert sorted(types) == ["DRAFT", "FAILED", "SCHEDULED", "SENT", "TEMPLATE", "TRIGGERED"]


@pytest.mark.parametrize("shape", ["2019", "mixed"])
def test_both_generations_of_message_rows_make_the_same_records(
    shape: str, account: Simulator, messages: Messages, tmp_path: Path
) -> None:
    del account
    options = Options(
        lists=3, contacts=60, messages=12, suppressed=7, requests_per_second=0, message_shape=shape
    )
    with Simulator(options) as older:
        config = config_for(older, tmp_path)
        found = sync(config, only(discover(config), "messages"))
    common = ("id", "type", "title", "timestamp", "sender_id", "sender_email", "is_text_only")
    assert [[record[name] for name in common] for record in found.records["messages"]] == [
        [record[name] for name in common] for record in messages.records["messages"]
    ]


def test_a_list_beyond_255_columns_arrives_whole(tmp_path: Path) -> None:
    options = Options(lists=1, contacts=30, wide_columns=300, requests_per_second=0)
    with Simulator(options) as simulator:
        config = config_for(simulator, tmp_path, page_size=10)
        catalog = discover(config)
        stream, list_id = next(
            (stream, list_id)
            for stream, list_id in list_streams(catalog).items()
            if len(simulator.world.headers(list_id)) > 255
        )
        messages = sync(config, only(catalog, stream))
        titles = [
            name
            for name, schema in messages.schemas[stream]["properties"].items()
            if "title" in schema
        ]
        cells = [[record[name] for name in titles] for record in messages.records[stream]]
        assert cells == [list(row.cells) for row in simulator.world.rows(list_id)]
        assert all(record["modified_date"] for record in messages.records[stream])


def test_one_failing_stream_does_not_stop_the_others(simulator: Simulator, tmp_path: Path) -> None:
    simulator.faults.add(Fault(kind="status", status=500, path="/api/1/form", times=0))
    messages = sync(config_for(simulator, tmp_path))
    assert messages.error is not None
    assert messages.error.exit_code == 3
    assert "forms" in str(messages.error)
    assert "forms" not in messages.records
    assert messages.counts()["programs"] == 3 * simulator.options.programs
    assert messages.types[-1] == "STATE"


def test_one_failing_report_does_not_hold_up_the_others(
    simulator: Simulator, tmp_path: Path
) -> None:
    config = config_for(simulator, tmp_path)
    chosen = only(discover(config), "messages", "message_reports")
    whole = sync(config, chosen)
    reports = whole.records["message_reports"]
    bad = reports[len(reports) // 2]["message_id"]
    path = f"/api/1/message/{bad}/report"
    simulator.faults.add(Fault(kind="status", status=500, path=path, times=0))
    state: dict[str, Any] | None = None
    for _ in range(2):
        run = sync(config, chosen, state)
        state = run.state
        assert run.error is not None
        assert run.error.exit_code == 3
        assert len(run.records["message_reports"]) == len(reports) - 1


def test_metadata_in_the_catalog_can_ask_for_everything(
    simulator: Simulator, tmp_path: Path
) -> None:
    config = config_for(simulator, tmp_path)
    chosen = only(discover(config), "hard_bounces")
    first = sync(config, chosen)
    for stream in chosen["streams"]:
        for entry in stream["metadata"]:
            if not entry["breadcrumb"] and stream["tap_stream_id"] == "hard_bounces":
                entry["metadata"]["replication-method"] = "FULL_TABLE"
    assert len(sync(config, check_catalog(chosen), first.state).records["hard_bounces"]) == 7


def test_a_bookmark_of_another_column_is_none(simulator: Simulator, tmp_path: Path) -> None:
    config = config_for(simulator, tmp_path)
    bookmark = {"replication_key": "created", "replication_key_value": "2030-01-01T00:00:00Z"}
    state = {"bookmarks": {"hard_bounces": bookmark}}
    messages = sync(config, only(discover(config), "hard_bounces"), state)
    assert len(messages.records["hard_bounces"]) == 7


def test_objects_of_an_undocumented_shape_all_come(simulator: Simulator, tmp_path: Path) -> None:
    config = config_for(simulator, tmp_path)
    chosen = only(discover(config), "campaigns")
    body = '{"a":[{"name":"X","k":1},{"name":"X","k":2}],"b":[{"name":"Y"}]}'
    simulator.faults.add(Fault(kind="status", status=200, body=body, path="/api/1/campaigns"))
    records = sync(config, chosen).records["campaigns"]
    assert [record["name"] for record in records] == ["X", "X", "Y"]
    assert len({record["id"] for record in records}) == 3


def test_a_list_that_was_deleted_is_skipped(simulator: Simulator, tmp_path: Path) -> None:
    config = config_for(simulator, tmp_path)
    catalog = discover(config)
    gone, kept = list(list_streams(catalog).items())[:2]
    simulator.world.delete_list(gone[1])
    messages = sync(config, only(catalog, gone[0], kept[0]))
    assert messages.error is None
    assert messages.counts() == {kept[0]: 60}


def test_a_list_refused_in_the_middle_fails_and_keeps_its_place(
    simulator: Simulator, tmp_path: Path
) -> None:
    config = config_for(simulator, tmp_path, page_size=20)
    stream = "list_api_example_list"
    chosen = only(discover(config), stream, "forms")
    simulator.faults.add(Fault(kind="status", status=403, path="/api/1/list/l-0001", first=3))
    cut = sync(config, chosen)
    rest = sync(config, chosen, cut.state)
    assert cut.error is not None
    assert cut.error.exit_code == 3
    found = [record["contact_id"] for run in (cut, rest) for record in run.records[stream]]
    assert sorted(set(found)) == sorted(simulator.world.record_ids("l-0001"))


def test_a_refused_category_among_empty_ones_is_no_error(
    simulator: Simulator, tmp_path: Path
) -> None:
    config = config_for(simulator, tmp_path)
    chosen = only(discover(config), "subscription_opt_outs")
    path = "/api/1/subscription/optout"
    simulator.faults.add(Fault(kind="status", status=403, path=path))
    empty = '{"offset":0,"count":0,"totalCount":0,"result":[]}'
    simulator.faults.add(Fault(kind="status", status=200, body=empty, path=path, first=2, times=0))
    messages = sync(config, chosen)
    assert messages.error is None
    assert messages.counts() == {}


def test_a_user_without_any_rights_is_an_error(simulator: Simulator, tmp_path: Path) -> None:
    config = config_for(simulator, tmp_path)
    chosen = only(discover(config), "forms", "messages")
    simulator.faults.add(Fault(kind="status", status=403, path="/api/1/*", times=0))
    messages = sync(config, chosen)
    assert messages.error is not None
    assert messages.error.exit_code == 1


@pytest.mark.parametrize("date_headings", ["plain", "underscored"])
def test_a_lists_own_date_columns_are_texts_like_any_other(
    date_headings: str, tmp_path: Path
) -> None:
    with Simulator(Options(lists=0, requests_per_second=0, date_headings=date_headings)) as account:
        account.world.add_list("Dates", ["created_date", "modified_date"], [["never", "ever"]])
        config = config_for(account, tmp_path)
        messages = sync(config, only(discover(config), "list_dates"))
    (record,) = messages.records["list_dates"]
    own = {name: value for name, value in record.items() if value in {"never", "ever"}}
    assert sorted(own.values()) == ["ever", "never"]
    assert record["modified_date"].endswith("Z")
    assert record["_raw"] is None


def test_a_new_list_that_takes_a_streams_name_is_read_from_its_start(
    simulator: Simulator, tmp_path: Path
) -> None:
    config = config_for(simulator, tmp_path)
    first = sync(config, only(discover(config), "list_api_example_list"))
    simulator.world.delete_list("l-0001")
    simulator.world.add_list("API Example List", ["Name"], [["Ann"], ["Ben"]])
    second = sync(config, only(discover(config), "list_api_example_list"), first.state)
    assert [record["name"] for record in second.records["list_api_example_list"]] == ["Ann", "Ben"]


@pytest.mark.parametrize("budget", [3, 7, 40])
def test_budgeted_runs_in_a_row_read_everything(
    budget: int, simulator: Simulator, tmp_path: Path
) -> None:
    everything = config_for(simulator, tmp_path, page_size=10)
    catalog = discover(everything)
    streams = {*list_streams(catalog), "hard_bounces", "messages"}
    chosen = only(catalog, *streams)
    whole = sync(everything, chosen)
    config = config_for(simulator, tmp_path, page_size=10, max_requests_per_run=budget)
    found: dict[str, set[str]] = {stream: set() for stream in streams}
    state: dict[str, Any] | None = None
    for _ in range(200):
        run = sync(config, chosen, state)
        state = run.state
        for stream, records in run.records.items():
            found[stream] |= {json.dumps(record, sort_keys=True) for record in records}
        if run.error is None:
            break
        assert run.error.exit_code == 75
        assert run.types[-1] == "STATE"
    else:
        pytest.fail("the runs never came to an end")
    assert found == {
        stream: {json.dumps(record, sort_keys=True) for record in whole.records[stream]}
        for stream in streams
    }


def test_start_and_end_date_bound_what_is_read(simulator: Simulator, tmp_path: Path) -> None:
    whole = sync(config_for(simulator, tmp_path))
    stream = "list_api_example_list"
    moments = sorted(record["modified_date"] for record in whole.records[stream])
    start, end = moments[20], moments[40]
    part = sync(config_for(simulator, tmp_path, start_date=start, end_date=end))
    assert sorted(record["modified_date"] for record in part.records[stream]) == [
        moment for moment in moments if start <= moment < end
    ]


def test_lists_are_chosen_by_name_or_id(simulator: Simulator, tmp_path: Path) -> None:
    catalog = discover(config_for(simulator, tmp_path, lists="api ex*, l-0002"))
    assert set(list_streams(catalog).values()) == {"l-0001", "l-0002"}


def test_state_grows_with_streams_and_not_with_rows(tmp_path: Path) -> None:
    sizes = []
    for contacts, messages in ((20, 6), (200, 60)):
        options = Options(
            lists=2, contacts=contacts, messages=messages, suppressed=5, requests_per_second=0
        )
        with Simulator(options) as simulator:
            folder = tmp_path / str(contacts)
            folder.mkdir()
            sizes.append(len(json.dumps(sync(config_for(simulator, folder)).state)))
    assert sizes[1] <= sizes[0] + 50


def test_state_holds_no_address(messages: Messages) -> None:
    assert "@" not in json.dumps(messages.state)


def test_stream_maps_reach_the_records(simulator: Simulator, tmp_path: Path) -> None:
    maps = {"hard_bounces": {"email": "md5(email)", "timestamp": "timestamp", "__else__": None}}
    config = config_for(simulator, tmp_path, stream_maps=maps)
    messages = sync(config, only(discover(config), "hard_bounces"))
    assert all(set(record) == {"email", "timestamp"} for record in messages.records["hard_bounces"])
    assert "@" not in json.dumps(messages.records["hard_bounces"])
