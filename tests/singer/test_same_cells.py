"""Records that are written by the page have the same cells as those that are taken one by one."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from singer_sdk.singerlib import RecordMessage
from singer_sdk.singerlib.json import serialize_json

from tap_acton.dynamic import list_resource
from tap_acton.resources.contacts import CONTACTS
from tap_acton.resources.convert import Type, to_moment
from tap_acton.resources.detect import exactly
from tap_acton.resources.labels import CREATED, MODIFIED, list_labels
from tap_acton.resources.messages import MESSAGE_REPORTS, MESSAGES
from tap_acton.resources.model import MISFITS, WHOLE, Column, Resource
from tap_acton.resources.programs import PROGRAMS
from tap_acton.resources.records import Typed, mark
from tap_acton.resources.rows import Table
from tap_acton.resources.suppression import HARD_BOUNCES, OPT_OUTS
from tap_acton.singer.record_lines import RecordLines, message_lines
from tap_acton.singer.state import iso
from tap_acton.transport.replies import Reply
from tests.cells import adversarial
from tests.harness import discover, everything, sync

if TYPE_CHECKING:
    from tests.conftest import Configure, Simulate

BOUNDED = settings(max_examples=150, deadline=None, derandomize=True, database=None)
READ = datetime(2026, 1, 31, 8, 0, 0, 123_456, tzinfo=UTC)
BOUND = {"list_id": "l-0001"}
HEADINGS = ["_contact_id_", "Name", "Score", "Name", "Joined", "Odd \u2028 heading"]
TYPES = {
    "none": [Type.TEXT] * 5,
    "sample": [Type.TEXT, Type.INTEGER, Type.NUMBER, Type.MOMENT, Type.BOOLEAN],
}

odd_texts = st.sampled_from(
    ["\ud800", "é\udc80", "a\u2028b\u2029c\x85d", "\x00\x1c\n\r", '"\\', "1e400", "NaN", "🎉",
     "1725641452528", "1725641452.5", "0", "9999999999999", "12", "-0", "1.50", "1.5", "true",
     "2026-01-31", "2026-01-31T08:00:00+01:00", "0001-01-01", "9999-12-31T23:59:59.999999"]
)  # fmt: skip
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**30, -(2**63), 2**64, 1725641452528, 1e16, 1e22, -0.0])
    | st.floats()
    | st.text(st.characters(exclude_categories=()))
    | odd_texts
)
cells = scalars | st.lists(scalars, max_size=2) | st.dictionaries(st.text(), scalars, max_size=2)
texts = st.none() | st.text() | odd_texts
ids = st.integers(0, 10**6).map("l-0001:{:x}".format)


def a_list(kinds: list[Type]) -> Resource:
    labels = list_labels(HEADINGS)[1:]
    own = [
        Column(name=f"c{number}", type=kind, source=(label,), title=label)
        for number, (label, kind) in enumerate(zip(labels, kinds, strict=True))
    ]
    return list_resource("list_x", "l-0001", own)


def one_by_one(resource: Resource, row: dict[str, Any], bound: dict[str, str]) -> dict[str, Any]:
    """Return the record of a row, cell after cell, as a reader of the resource would say it."""
    shaped = resource.reshape({**row, **bound}) if resource.reshape else row
    record: dict[str, Any] = {}
    misfits: dict[str, Any] = {}
    for column in resource.columns:
        record[column.name] = None
        if column.source == WHOLE:
            record[column.name] = Type.JSON.convert(row)
            continue
        place = bound if column.name in bound else shaped
        for source in column.source or (column.name,):
            if record[column.name] is None and place.get(source) is not None:
                try:
                    cell = place[source]
                    value = (
                        exactly(column.type, cell) if column.exact else column.type.convert(cell)
                    )
                except (ValueError, TypeError, OverflowError):
                    misfits[column.name] = place[source]
                else:
                    record[column.name] = value
                    if value is not None:
                        misfits.pop(column.name, None)
    record[MISFITS] = Type.JSON.convert(misfits) if misfits else None
    return record


def as_singer(record: dict[str, Any]) -> Any:
    said = {
        name: iso(value) if isinstance(value, datetime) else value for name, value in record.items()
    }
    return json.loads(serialize_json(said))


def both_ways(
    resource: Resource, typed: Typed, version: int | None = None
) -> list[list[dict[str, Any]]]:
    """Return the messages of the page, and those that the SDK's would be."""
    kinds = {column.name: column.type is Type.MOMENT for column in resource.columns}
    exact = {column.name for column in resource.columns if column.exact}
    made = RecordLines(
        'a "stream"',
        {name: is_moment and name not in exact for name, is_moment in kinds.items()}
        | {MISFITS: False},
    )
    records = typed.records()
    messages = [
        RecordMessage(stream='a "stream"', record=each, version=version, time_extracted=READ)
        for each in made.dicts(records)
    ]
    blocks = (made.lines(records, version=version, extracted=READ), message_lines(messages))
    return [[json.loads(line) for line in block.decode().splitlines()] for block in blocks]


@pytest.mark.parametrize("kinds", TYPES.values(), ids=TYPES)
@pytest.mark.parametrize("given_cells", [texts, cells], ids=["texts", "anything"])
@BOUNDED
@given(data=st.data())
def test_a_table_has_the_same_cells_by_the_page_and_one_by_one(
    kinds: list[Type], given_cells: st.SearchStrategy[Any], data: st.DataObject
) -> None:
    resource = a_list(kinds)
    row = st.tuples(ids, st.lists(given_cells, max_size=7)).map(lambda each: [each[0], *each[1]])
    table = data.draw(st.lists(row, min_size=1, max_size=6))
    headings = [*HEADINGS, "__created_date", "__modified_date"]
    body = json.dumps({"headers": headings, "data": table, "totalCount": len(table)}).encode()
    found = Table().read(Reply(where="GET /", status=200, headers={}, body=body))
    labels = list_labels(headings)
    rows = [dict(zip(labels, cells, strict=False)) for cells in json.loads(body)["data"]]
    by_page, by_message = both_ways(resource, Typed.of(resource, found.rows, BOUND), version=7)
    expected = [as_singer(one_by_one(resource, row, BOUND)) for row in rows]
    assert [each["record"] for each in by_page] == expected
    assert by_page == by_message
    assert {(each["version"], each["time_extracted"]) for each in by_page} == {
        (7, "2026-01-31T08:00:00.123456+00:00")
    }


def keys_of(resource: Resource) -> list[str]:
    named = [source for column in resource.columns for source in column.source or (column.name,)]
    return sorted({*named, "opened", "clicked"} - {*WHOLE})


@pytest.mark.parametrize(
    "resource",
    [MESSAGES, MESSAGE_REPORTS, PROGRAMS, HARD_BOUNCES, OPT_OUTS, CONTACTS],
    ids=lambda resource: resource.name,
)
@BOUNDED
@given(data=st.data())
def test_objects_have_the_same_cells_by_the_page_and_one_by_one(
    resource: Resource, data: st.DataObject
) -> None:
    rows = data.draw(
        st.lists(st.dictionaries(st.sampled_from(keys_of(resource)), cells), min_size=1, max_size=4)
    )
    bound = dict.fromkeys(resource.variables, "x")
    by_page, by_message = both_ways(resource, Typed.of(resource, rows, bound))
    expected = [as_singer(one_by_one(resource, row, bound)) for row in rows]
    made = {column.name for column in resource.columns if column.made_of}
    for message, record in zip(by_page, expected, strict=True):
        assert {
            name: value
            for name, value in message["record"].items()
            if name not in made or record[name]
        } == {name: value for name, value in record.items() if name not in made or value}
    assert by_page == by_message


@BOUNDED
@given(moments=st.lists(st.none() | st.datetimes(timezones=st.just(UTC)), min_size=1))
def test_moments_of_a_page_are_written_as_each_alone_is(moments: list[datetime | None]) -> None:
    records = [{"at": each} for each in moments]
    found = RecordLines("x", {"at": True}).dicts(records)
    assert [each["at"] for each in found] == [each and iso(each) for each in moments]


@BOUNDED
@given(milliseconds=st.integers(10**11, 10**14))
def test_a_moment_in_milliseconds_is_exact(milliseconds: int) -> None:
    expected = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
    assert to_moment(str(milliseconds)) == expected


@BOUNDED
@given(data=st.data())
def test_the_mark_of_a_row_depends_on_no_other_row(data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.dictionaries(st.sampled_from(keys_of(PROGRAMS)), cells)))
    typed = Typed.of(PROGRAMS, rows, {"type": "TRACK"})
    alone = [mark(record) for record in typed.records()]
    marks = typed.marks()
    assert list(marks) == [*marks[:1], *marks[1:]] == [marks[row] for row in range(len(rows))]
    assert list(marks) == alone


def test_a_mark_stays_what_it_is_in_the_state_of_earlier_runs() -> None:
    row = {"_contact_id_": "l-0001:0", CREATED: "1725641452528", MODIFIED: "1725641452529"}
    typed = Typed.of(a_list(TYPES["sample"]), [{**row, "Name": "é", "Score": "7"}], BOUND)
    assert list(typed.marks()) == ["2f2119e1ad6542a5"]


@pytest.mark.parametrize("detection", ["none", "sample"])
@pytest.mark.parametrize(
    "slow",
    [
        {"stream_maps": {"*": {}}},
        {"flattening_enabled": True, "flattening_max_depth": 3},
    ],
    ids=["maps", "flattening"],
)
def test_every_stream_has_the_same_cells_with_maps_that_change_nothing(
    detection: str, slow: dict[str, Any], simulator: Simulate, configure: Configure
) -> None:
    sim = simulator(lists=1)
    odd = adversarial(seed=1, count=300, surrogates=True)
    table = [odd[number : number + 10] for number in range(0, 300, 10)]
    sim.world.add_list("odd", [f"c{number}" for number in range(10)], table)
    config = configure(sim, page_size=20, type_detection=detection)
    catalog = everything(discover(config))
    fast = sync(config, catalog)
    slowly = sync({**config, **slow}, catalog)
    assert fast.records["list_odd"]
    assert slowly.records == {
        stream: [flat(record) if "flattening_enabled" in slow else record for record in records]
        for stream, records in fast.records.items()
    }


def flat(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record with arrays as texts, which is all that flattening changes."""
    return {
        name: json.dumps(value, separators=(",", ":")) if isinstance(value, list) else value
        for name, value in record.items()
    }
