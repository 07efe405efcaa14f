"""The columns of a list over time: types that only widen, columns that come and go."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import pytest

from tap_acton.errors import ConfigError
from tap_acton.simulator import Fault
from tests.harness import (
    Messages,
    deselect,
    discover,
    only,
    select_columns,
    sync,
    with_column_on_page_two,
)

if TYPE_CHECKING:
    from tap_acton.simulator import Simulator
    from tests.conftest import Configure, Simulate

LIST = "list_ratings"
SEGMENT = "segment_api_example_list_part_1"


@pytest.fixture
def sim(simulator: Simulate) -> Simulator:
    """An account with hardly anything in it."""
    return simulator(lists=1)


def add_scores(sim: Simulator, *scores: str) -> str:
    """Add a list of these cells, and return its id."""
    return sim.world.add_list("Ratings", ["Name", "Score"], [["Ann", score] for score in scores])


def kind_of(messages: Messages, column: str = "score") -> Any:
    schema = messages.schemas[LIST]["properties"][column]
    return schema["type"][0], schema.get("format")


def values(messages: Messages, column: str = "score", stream: str = LIST) -> list[Any]:
    return [record.get(column) for record in messages.records[stream]]


def raw(messages: Messages) -> list[Any]:
    return [record["_raw"] and json.loads(record["_raw"]) for record in messages.records[LIST]]


def warnings(caplog: pytest.LogCaptureFixture, *words: str) -> list[str]:
    """Return the warnings that have all of the words."""
    texts = [each.getMessage() for each in caplog.records if each.levelno == logging.WARNING]
    return [text for text in texts if all(word in text for word in words)]


def state_of(messages: Messages, stream: str = LIST) -> dict[str, Any]:
    state: dict[str, Any] = messages.state["bookmarks"][stream]
    return state


# Types from a sample


@pytest.mark.parametrize(
    ("cells", "kind", "expected"),
    [
        (["1", "", "-20"], ("integer", None), [1, None, -20]),
        (["1", "2.5"], ("number", None), [1, 2.5]),
        (["true", "false"], ("boolean", None), [True, False]),
        (["2024-02-29", ""], ("string", "date"), ["2024-02-29", None]),
        (
            ["2024-02-29", "2024-09-03T12:47:01+02:00"],
            ("string", "date-time"),
            ["2024-02-29T00:00:00-00:00", "2024-09-03T12:47:01+02:00"],
        ),
        (["1", "00501", ""], ("string", None), ["1", "00501", ""]),
        (["", ""], ("string", None), ["", ""]),
    ],
    ids=["integer", "number", "boolean", "date", "moment", "text", "empty"],
)
def test_a_sample_types_a_column(
    cells: list[str],
    kind: tuple[str, str | None],
    expected: list[Any],
    sim: Simulator,
    configure: Configure,
) -> None:
    add_scores(sim, *cells)
    config = configure(sim, type_detection="sample")
    messages = sync(config, only(discover(config), LIST))
    assert (kind_of(messages), values(messages)) == (kind, expected)
    assert kind_of(messages, "name") == ("string", None)


def test_columns_are_texts_unless_a_sample_is_wished(sim: Simulator, configure: Configure) -> None:
    add_scores(sim, "1", " 2 ")
    config = configure(sim)
    messages = sync(config, only(discover(config), LIST))
    assert (kind_of(messages), values(messages)) == (("string", None), ["1", " 2 "])


def test_a_sample_takes_no_request_more(sim: Simulator, configure: Configure) -> None:
    add_scores(sim, *map(str, range(150)))
    counts = []
    for setting in ("none", "sample"):
        sim.journal.clear()
        discover(configure(sim, type_detection=setting))
        counts.append(len(sim.journal.matching(path="/api/1/list*")))
        asked = [entry.query["count"] for entry in sim.journal.matching(path="/api/1/list/l-*")]
        assert set(asked) == {"1" if setting == "none" else "100"}
    assert counts[0] == counts[1]


def test_a_sample_types_the_columns_of_a_wide_list(sim: Simulator, configure: Configure) -> None:
    headings = [f"c{number}" for number in range(260)]
    sim.world.add_list("Ratings", headings, [[str(number) for number in range(260)]])
    config = configure(sim, type_detection="sample")
    messages = sync(config, only(discover(config), LIST))
    assert [messages.records[LIST][0][name] for name in headings] == list(range(260))


# What does not fit


def test_a_cell_that_does_not_fit_is_kept_as_it_is_and_its_column_wider_from_then_on(
    sim: Simulator, configure: Configure, caplog: pytest.LogCaptureFixture
) -> None:
    list_id = add_scores(sim, *["7"] * 120)
    config = configure(sim, type_detection="sample")
    catalog = only(discover(config), LIST)
    first = sync(config, catalog)
    rows = sim.world.record_ids(list_id)
    sim.world.update_record(rows[0], {"Score": "1.5"})
    second = sync(config, catalog, first.state)
    assert (kind_of(second), values(second), raw(second)) == (
        ("integer", None),
        [None],
        [{"score": "1.5"}],
    )
    assert warnings(caplog, f"did not fit {LIST}.score", "1")
    sim.world.update_record(rows[1], {"Score": "1.5"})
    sim.world.update_record(rows[2], {"Score": "00501"})
    third = sync(config, catalog, second.state)
    assert kind_of(third) == ("number", None)
    assert (values(third), raw(third)) == ([1.5, None], [None, {"score": "00501"}])
    sim.world.update_record(rows[3], {"Score": "00501"})
    fourth = sync(config, catalog, third.state)
    assert (kind_of(fourth), values(fourth)) == (("string", None), ["00501"])


def test_a_sample_that_looks_narrower_later_narrows_nothing(
    sim: Simulator, configure: Configure
) -> None:
    list_id = add_scores(sim, "1.5", "2")
    config = configure(sim, type_detection="sample")
    first = sync(config, only(discover(config), LIST))
    sim.world.update_record(sim.world.record_ids(list_id)[0], {"Score": "1", "Name": "true"})
    sim.world.update_record(sim.world.record_ids(list_id)[1], {"Name": "false"})
    catalog = only(discover(config), LIST)
    second = sync(config, catalog, first.state)
    assert (kind_of(second), values(second)) == (("number", None), [1, 2])
    assert kind_of(second, "name") == ("string", None)
    assert kind_of(sync(config, catalog)) == ("integer", None)


def test_columns_that_were_texts_stay_so(sim: Simulator, configure: Configure) -> None:
    list_id = add_scores(sim, "1")
    config = configure(sim)
    first = sync(config, only(discover(config), LIST))
    assert state_of(first)["types"] == {"*": "text"}
    sampling = configure(sim, type_detection="sample")
    sim.world.update_record(sim.world.record_ids(list_id)[0])
    second = sync(sampling, only(discover(sampling), LIST), first.state)
    assert (kind_of(second), values(second)) == (("string", None), ["1"])


def test_a_state_of_one_column_leaves_the_others_as_the_catalog_has_them(
    sim: Simulator, configure: Configure
) -> None:
    add_scores(sim, "1")
    config = configure(sim, type_detection="sample")
    state = {"bookmarks": {LIST: {"types": {"score": "number"}}}}
    messages = sync(config, only(discover(config), LIST), state)
    assert (kind_of(messages), kind_of(messages, "name")) == (("number", None), ("string", None))


@pytest.mark.parametrize(
    "broken",
    [{"types": {"score": "giant"}}, {"types": []}, {"types": {"score": 1}}, {"columns": 5}],
    ids=repr,
)
def test_a_state_of_unknown_types_is_refused(
    broken: dict[str, Any], sim: Simulator, configure: Configure
) -> None:
    add_scores(sim, "1")
    config = configure(sim, auto_add_columns=True)
    messages = sync(config, only(discover(config), LIST), {"bookmarks": {LIST: broken}})
    assert isinstance(messages.error, ConfigError)
    assert LIST in str(messages.error)
    assert "SCHEMA" not in messages.types


def test_wider_columns_reach_stream_maps(sim: Simulator, configure: Configure) -> None:
    add_scores(sim, "1")
    maps = {LIST: {"contact_id": "contact_id", "again": "score", "__else__": None}}
    config = configure(sim, type_detection="sample", stream_maps=maps)
    state = {"bookmarks": {LIST: {"types": {"score": "text"}}}}
    messages = sync(config, only(discover(config), LIST), state)
    assert values(messages, "again") == ["1"]
    assert "string" in messages.schemas[LIST]["properties"]["again"]["type"]


def test_a_deselected_column_that_is_wider_stays_deselected(
    sim: Simulator, configure: Configure
) -> None:
    add_scores(sim, "1")
    config = configure(sim, type_detection="sample")
    state = {"bookmarks": {LIST: {"types": {"score": "text"}}}}
    messages = sync(config, deselect(only(discover(config), LIST), LIST, "score"), state)
    assert "score" not in messages.schemas[LIST]["properties"]
    assert "score" not in messages.records[LIST][0]


# Columns that appear


def test_a_new_column_is_reported_once_and_left_out(
    sim: Simulator, configure: Configure, caplog: pytest.LogCaptureFixture
) -> None:
    list_id = add_scores(sim, *"123456")
    config = configure(sim, page_size=2)
    catalog = only(discover(config), LIST)
    sim.world.add_column(list_id, "Nick Name")
    messages = sync(config, catalog)
    (warning,) = warnings(caplog, LIST)
    assert "'Nick Name'" in warning
    assert "--discover" in warning
    assert "auto_add_columns" in warning
    assert len(messages.records[LIST]) == 6
    assert "nick_name" not in messages.schemas[LIST]["properties"]


def test_an_unchanged_list_is_reported_by_no_warning(
    sim: Simulator, configure: Configure, caplog: pytest.LogCaptureFixture
) -> None:
    list_id = sim.world.add_list("Ratings", ["created_date", "list_id", "Topic", "Topic", ""])
    sim.world.insert_record(list_id, ["a", "b", "c", "d", "e"])
    config = configure(sim, auto_add_columns=True)
    messages = sync(config, only(discover(config), LIST))
    assert not warnings(caplog, "columns")
    assert messages.schema_order == [LIST]


def test_a_new_column_is_added_under_the_name_that_discovery_gives_it(
    sim: Simulator, configure: Configure
) -> None:
    list_id = sim.world.add_list("Ratings", ["Name", "nick name"], [["Ann", "a"]])
    config = configure(sim, auto_add_columns=True)
    catalog = only(discover(config), LIST)
    sim.world.add_column(list_id, "Nick Name")
    sim.world.update_record(sim.world.record_ids(list_id)[0], {"Nick Name": "Anny"})
    messages = sync(config, catalog)
    (name,) = (
        messages.schemas[LIST]["properties"].keys()
        - sync(configure(sim), catalog).schemas[LIST]["properties"].keys()
    )
    properties = sync(config, only(discover(config), LIST)).schemas[LIST]["properties"]
    assert messages.schemas[LIST]["properties"][name] == properties[name]
    assert properties[name] == {"type": ["string", "null"], "title": "Nick Name"}
    assert values(messages, name) == ["Anny"]
    assert values(messages, "nick_name") == ["a"]


def test_a_column_may_appear_between_two_pages(sim: Simulator, configure: Configure) -> None:
    list_id = add_scores(sim, "1", "2", "3")
    config = configure(sim, page_size=2, auto_add_columns=True)
    catalog = only(discover(config), LIST)
    path = f"/api/1/list/{list_id}"
    sim.faults.add(with_column_on_page_two(sim, list_id, "Nick"))
    sim.journal.clear()
    messages = sync(config, catalog)
    assert len(sim.journal.matching(path=path)) == 3
    assert values(messages) == ["1", "2", "3"]
    assert [record.get("nick", "absent") for record in messages.records[LIST]] == [
        "absent",
        "absent",
        "new",
    ]
    assert [each for each in messages.types if each != "STATE"] == [
        "SCHEMA",
        "RECORD",
        "RECORD",
        "SCHEMA",
        "RECORD",
    ]
    assert messages.schema_order == [LIST, LIST]


def test_an_added_column_is_declared_at_once_by_the_next_run(
    sim: Simulator, configure: Configure
) -> None:
    list_id = add_scores(sim, "1")
    config = configure(sim, auto_add_columns=True)
    catalog = only(discover(config), LIST)
    sim.world.add_column(list_id, "Nick")
    first = sync(config, catalog)
    (row,) = sim.world.record_ids(list_id)
    sim.world.add_column(list_id, "nick")  # in the catalog, it could have the plain name
    sim.world.update_record(row, {"Nick": "Anny", "nick": "Annie"})
    second = sync(config, catalog, first.state)
    third = sync(config, catalog, second.state)
    assert state_of(first)["columns"] == {"nick": "Nick"}
    assert values(second, "nick") == ["Anny"]
    (other,) = third.schemas[LIST]["properties"].keys() - first.schemas[LIST]["properties"].keys()
    assert (other.startswith("nick_"), values(second, other)) == (True, ["Annie"])
    assert (second.schema_order, third.schema_order) == ([LIST, LIST], [LIST])
    assert third.records[LIST] == []


def test_an_added_column_that_the_catalog_has_by_now_is_the_catalogs(
    sim: Simulator, configure: Configure
) -> None:
    list_id = add_scores(sim, "1")
    config = configure(sim, auto_add_columns=True, type_detection="sample")
    catalog = only(discover(config), LIST)
    sim.world.add_column(list_id, "Nick")
    (row,) = sim.world.record_ids(list_id)
    sim.world.update_record(row, {"Nick": "5"})
    first = sync(config, catalog)
    sim.world.update_record(row)
    second = sync(config, only(discover(config), LIST), first.state)
    assert (values(first, "nick"), values(second, "nick")) == (["5"], ["5"])
    assert kind_of(second, "nick") == ("string", None)
    assert second.schema_order == [LIST]


def test_an_added_column_whose_name_is_taken_by_now_gets_another(
    sim: Simulator, configure: Configure
) -> None:
    list_id = sim.world.add_list("Ratings", ["Nick"], [["a"]])
    config = configure(sim, auto_add_columns=True)
    catalog = only(discover(config), LIST)
    sim.world.add_column(list_id, "NICK")
    sim.world.update_record(sim.world.record_ids(list_id)[0], {"NICK": "b"})
    state = {"bookmarks": {LIST: {"columns": {"nick": "NICK"}}}}
    (record,) = sync(config, catalog, state).records[LIST]
    (other,) = (name for name in record if name.startswith("nick_"))
    assert (record["nick"], record[other]) == ("a", "b")


def test_an_added_column_reaches_stream_maps_and_keeps_what_is_deselected_out(
    sim: Simulator, configure: Configure
) -> None:
    list_id = add_scores(sim, "1")
    maps = {
        LIST: {"loud": "name.upper()"},
        "aliased": {"__source__": LIST, "contact_id": "contact_id"},
        "bare": {"__source__": LIST, "contact_id": "contact_id", "__else__": None},
    }
    config = configure(sim, auto_add_columns=True, stream_maps=maps)
    catalog = deselect(only(discover(config), LIST), LIST, "score")
    sim.world.add_column(list_id, "Nick")
    sim.world.update_record(sim.world.record_ids(list_id)[0], {"Nick": "Anny"})
    messages = sync(config, catalog)
    (record,) = messages.records[LIST]
    assert (record["nick"], record["loud"], "score" in record) == ("Anny", "ANN", False)
    for stream in (LIST, "aliased"):
        properties = messages.schemas[stream]["properties"]
        assert "nick" in properties
        assert "score" not in properties
        assert set(messages.records[stream][0]) == set(properties)
    assert set(messages.schemas["bare"]["properties"]) == {"contact_id"}
    assert set(messages.records["bare"][0]) == {"contact_id"}


def test_an_added_column_is_flattened_with_the_others(sim: Simulator, configure: Configure) -> None:
    list_id = add_scores(sim, "1")
    config = configure(sim, auto_add_columns=True, flattening_enabled=True, flattening_max_depth=1)
    catalog = only(discover(config), LIST)
    sim.world.add_column(list_id, "Nick")
    messages = sync(config, catalog)
    assert "nick" in messages.schemas[LIST]["properties"]
    assert values(messages, "nick") == [""]


def test_a_wide_lists_new_column_is_added_too(sim: Simulator, configure: Configure) -> None:
    headings = [f"c{number}" for number in range(260)]
    list_id = sim.world.add_list("Ratings", headings, [headings, headings])
    config = configure(sim, auto_add_columns=True)
    catalog = only(discover(config), LIST)
    sim.world.add_column(list_id, "Nick")
    sim.world.update_record(sim.world.record_ids(list_id)[1], {"Nick": "Anny"})
    assert values(sync(config, catalog), "nick") == ["", "Anny"]


def test_an_interrupted_run_goes_on_where_it_was_though_a_column_was_added(
    sim: Simulator, configure: Configure
) -> None:
    list_id = add_scores(sim, *"123456")
    config = configure(
        sim, page_size=3, auto_add_columns=True, max_retry_seconds=0, requests_in_flight=1
    )
    catalog = only(discover(config), LIST)
    path = f"/api/1/list/{list_id}"
    fault = sim.faults.add(Fault(kind="status", status=500, path=path, first=2, times=0))
    first = sync(config, catalog)
    assert (first.error is not None, values(first)) == (True, ["1", "2", "3"])
    sim.faults.remove(fault)
    sim.world.add_column(list_id, "Nick")
    sim.journal.clear()
    second = sync(config, catalog, first.state)
    assert values(second) == ["3", "4", "5", "6"]  # the seam comes again
    assert sim.journal.matching(path=path)[0].query["offset"] == "2"


def test_an_interrupted_run_goes_on_where_it_was_though_a_column_is_wider(
    sim: Simulator, configure: Configure
) -> None:
    list_id = add_scores(sim, *"123456")
    config = configure(
        sim, page_size=3, type_detection="sample", max_retry_seconds=0, requests_in_flight=1
    )
    catalog = only(discover(config), LIST)
    sim.world.update_record(sim.world.record_ids(list_id)[2], {"Score": "many"})
    path = f"/api/1/list/{list_id}"
    fault = sim.faults.add(Fault(kind="status", status=500, path=path, first=2, times=0))
    first = sync(config, catalog)
    assert (first.error is not None, values(first)) == (True, [1, 2, None])
    sim.faults.remove(fault)
    sim.journal.clear()
    second = sync(config, catalog, first.state)
    assert values(second) == ["many", "4", "5", "6"]
    assert [each.query["offset"] for each in sim.journal.matching(path=path)] == ["2", "4"]


def test_a_request_for_certain_columns_reports_nothing(
    sim: Simulator, configure: Configure, caplog: pytest.LogCaptureFixture
) -> None:
    config = configure(sim)
    catalog = select_columns(only(discover(config), SEGMENT), SEGMENT, "company")
    sim.world.add_column("l-0001", "Nick")
    sim.journal.clear()
    sync(config, catalog)
    assert "fields" in sim.journal.matching(path="/api/1/list/q-0001")[0].query
    assert not warnings(caplog, "columns")


def test_with_auto_add_columns_a_segment_is_asked_for_all_of_them(
    sim: Simulator, configure: Configure
) -> None:
    config = configure(sim, auto_add_columns=True)
    catalog = select_columns(only(discover(config), SEGMENT), SEGMENT, "company")
    sim.world.add_column("l-0001", "Nick")
    messages = sync(config, catalog)
    assert set(messages.records[SEGMENT][0]) == {"contact_id", "company", "nick"}


# Columns that are gone


def test_a_column_that_is_gone_is_reported_once_and_null(
    sim: Simulator, configure: Configure, caplog: pytest.LogCaptureFixture
) -> None:
    list_id = add_scores(sim, *"123456")
    config = configure(sim, page_size=2)
    catalog = only(discover(config), LIST)
    sim.world.drop_column(list_id, "Name")
    messages = sync(config, catalog)
    (warning,) = warnings(caplog, LIST)
    assert "'Name'" in warning
    assert (values(messages, "name"), values(messages)) == ([None] * 6, list("123456"))
    assert "name" in messages.schemas[LIST]["properties"]


def test_an_empty_list_reports_its_columns_too(
    sim: Simulator, configure: Configure, caplog: pytest.LogCaptureFixture
) -> None:
    list_id = add_scores(sim)
    config = configure(sim)
    catalog = only(discover(config), LIST)
    sim.world.drop_column(list_id, "Name")
    sim.world.add_column(list_id, "Nick")
    sync(config, catalog)
    assert len(warnings(caplog, LIST, "'Name'")) == 1
    assert len(warnings(caplog, LIST, "'Nick'")) == 1


def test_a_deselected_column_that_is_gone_is_no_matter(
    sim: Simulator, configure: Configure, caplog: pytest.LogCaptureFixture
) -> None:
    list_id = add_scores(sim, "1")
    config = configure(sim)
    catalog = deselect(only(discover(config), LIST), LIST, "name")
    sim.world.drop_column(list_id, "Name")
    sync(config, catalog)
    assert not warnings(caplog, "columns")


def test_a_wanted_column_of_a_segment_that_is_gone_is_reported(
    sim: Simulator, configure: Configure, caplog: pytest.LogCaptureFixture
) -> None:
    config = configure(sim)
    catalog = select_columns(only(discover(config), SEGMENT), SEGMENT, "company")
    sim.world.drop_column("l-0001", "Company")
    messages = sync(config, catalog)
    assert len(warnings(caplog, SEGMENT, "'Company'")) == 1
    assert set(values(messages, "company", SEGMENT)) == {None}


# Columns of other streams


def test_a_contacts_misfit_is_kept_and_counted_and_that_is_all(
    sim: Simulator, configure: Configure, caplog: pytest.LogCaptureFixture
) -> None:
    fields = {"columns": [{"fieldId": 1, "columnIndex": 5, "name": "Points", "type": "NUMBER"}]}
    contacts = {"data": [{"id": "c-1", "customFields": {"5": "many"}}], "totalCount": 1}
    for path, body in (("/ucl/v2/*/schema/", fields), ("/ucl/v2/*/contact/", contacts)):
        text = json.dumps(body)
        sim.faults.add(Fault(kind="status", status=200, body=text, path=path, times=0))
    config = configure(sim)
    catalog = only(discover(config), "contacts")
    first = sync(config, catalog)
    second = sync(config, catalog, first.state)
    for messages in (first, second):
        (record,) = messages.records["contacts"]
        assert (record["points"], json.loads(record["_raw"])) == (None, {"points": "many"})
        assert messages.schemas["contacts"]["properties"]["points"]["type"] == ["number", "null"]
        assert "types" not in state_of(messages, "contacts")
    assert len(warnings(caplog, "did not fit contacts.points")) == 2
