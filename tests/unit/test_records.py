"""From a row to a record: typed, whole, and told apart from other rows."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tap_acton.dynamic import Origin, list_resource, resource_of
from tap_acton.resources.account import SENDERS
from tap_acton.resources.columnar import Records, values_of
from tap_acton.resources.convert import Type
from tap_acton.resources.lists import LIST_SCORES
from tap_acton.resources.messages import MESSAGE_REPORTS, MESSAGES
from tap_acton.resources.model import MISFITS, RAW, Column, Resource
from tap_acton.resources.programs import PROGRAMS
from tap_acton.resources.records import digest, identity, mark, to_record
from tap_acton.resources.suppression import OPT_OUTS

if TYPE_CHECKING:
    from collections.abc import Mapping

BOUNDED = settings(max_examples=200, deadline=None, derandomize=True, database=None)
SENT = {"type": "SENT"}
DRAFT = {"type": "DRAFT"}


def a_list(*headings: str) -> Resource:
    columns = [Column(name=heading.lower(), source=(heading,)) for heading in headings]
    return list_resource("list_x", "l-0001", columns)


@pytest.mark.parametrize(
    "row",
    [
        {"msgId": "s-1", "name": "News", "timeStamp": "1725641452528", "isTextOnly": "false"},
        {"msg_id": "s-1", "title": "News", "timestamp": 1725641452528, "is_text_only": "false"},
    ],
    ids=["2024", "2019"],
)
def test_both_generations_of_messages_make_the_same_record(row: dict[str, Any]) -> None:
    record, _ = to_record(MESSAGES, row, SENT)
    assert {name: value for name, value in record.items() if value is not None} == {
        "id": "s-1",
        "type": "SENT",
        "title": "News",
        "timestamp": datetime(2024, 9, 6, 16, 50, 52, 528_000, tzinfo=UTC),
        "sent_at": datetime(2024, 9, 6, 16, 50, 52, 528_000, tzinfo=UTC),
        "is_text_only": False,
    }


def test_a_misfit_is_kept_as_it_was() -> None:
    record, _ = to_record(MESSAGES, {"msgId": "s-1", "timeStamp": "2 days ago"}, DRAFT)
    assert record["timestamp"] is None
    assert json.loads(record[MISFITS]) == {"timestamp": "2 days ago"}


def test_a_misfit_is_counted_by_its_column() -> None:
    _, misfits = to_record(MESSAGES, {"timeStamp": "soon", "isTextOnly": "perhaps"}, DRAFT)
    assert list(misfits) == ["timestamp", "is_text_only"]


def test_a_misfit_of_a_custom_objects_own_field_is_kept_and_counted() -> None:
    points = Column(name="points", type=Type.NUMBER, source=("points", "Points"), title="Points")
    resource = resource_of(Origin(kind="custom_object", id="o-1"), "custom_x", [points])
    record, misfits = to_record(resource, {"id": "1", "points": "many"}, {"object_id": "o-1"})
    assert (record["points"], json.loads(record[MISFITS])) == (None, {"points": "many"})
    assert list(misfits) == ["points"]


@pytest.mark.parametrize("cell", [" 7 ", "1,234", "07", "7.0", 7], ids=repr)
def test_a_typed_column_of_a_list_takes_nothing_that_it_would_change(cell: Any) -> None:
    own = Column(name="score", type=Type.INTEGER, source=("Score",), title="Score")
    resource = list_resource("list_x", "l-0001", [own])
    record, misfits = to_record(resource, {"_contact_id_": "l-0001:0", "Score": cell}, {})
    assert (record["score"], json.loads(record[MISFITS])) == (None, {"score": cell})
    assert misfits == {"score": cell}


def test_a_misfit_gives_way_to_a_second_source_that_fits() -> None:
    row = {"modifiedTs": "soon", "modified": "Oct 7 2019 11:52 AM GMT-12:00"}
    record, misfits = to_record(PROGRAMS, row, {"type": "TRACK"})
    assert record["modified"] == datetime(2019, 10, 7, 23, 52, tzinfo=UTC)
    assert misfits == {}


def test_an_epoch_of_nought_gives_way_to_the_text() -> None:
    row = {"modifiedTs": 0, "modified": "Oct 7 2019 11:52 AM GMT-12:00"}
    record, _ = to_record(PROGRAMS, row, {"type": "TRACK"})
    assert record["modified"] == datetime(2019, 10, 7, 23, 52, tzinfo=UTC)


def test_a_row_without_misfits_says_nothing_of_them() -> None:
    record, _ = to_record(MESSAGES, {"msgId": "s-1"}, SENT)
    assert record[MISFITS] is None


def test_an_unknown_object_is_kept_whole() -> None:
    row = {"senderId": 5, "nested": {"a": [1, "é"]}}
    record, _ = to_record(SENDERS, row, {})
    assert json.loads(record[RAW]) == row


def test_a_lists_own_column_named_raw_is_its_own() -> None:
    record, _ = to_record(a_list("raw"), {"_contact_id_": "l-0001:0", "raw": "fish"}, {})
    assert record["raw"] == "fish"


def test_a_lists_own_column_named_as_a_variable_is_its_own() -> None:
    own = Column(name="list_id_1", source=("list_id",))
    resource = list_resource("list_x", "l-0001", [own])
    record, _ = to_record(resource, {"list_id": "mine"}, {"list_id": "l-0001"})
    assert (record["list_id"], record["list_id_1"]) == ("l-0001", "mine")


def test_pairs_become_two_columns() -> None:
    record, _ = to_record(MESSAGE_REPORTS, {"opened": [2, 8], "clicked": [1, 1]}, {})
    assert (record["opened_unique"], record["opened_total"]) == (2, 8)


@pytest.mark.parametrize("opened", [7, None, [], [1, 2, 3]], ids=repr)
def test_a_pair_of_another_shape_harms_nothing(opened: Any) -> None:
    row = {"opened": opened, "sent": 3}
    record, _ = to_record(MESSAGE_REPORTS, row, {"message_id": "s-1"})
    assert (record["message_id"], record["sent"], record["opened_unique"]) == ("s-1", 3, None)


@BOUNDED
@given(st.dictionaries(st.sampled_from(["A", "B"]), st.text(), min_size=2))
def test_cells_of_any_text_are_unharmed(cells: dict[str, str]) -> None:
    record, _ = to_record(a_list("A", "B"), {"_contact_id_": "l-0001:0", **cells}, {})
    assert (record["a"], record["b"]) == (cells["A"], cells["B"])


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=4,
)
sources = sorted({source for column in MESSAGE_REPORTS.columns for source in column.source})


@BOUNDED
@given(st.dictionaries(st.sampled_from([*sources, "sent", "opened", "clicked"]), values))
def test_no_value_is_lost_or_raises(row: dict[str, Any]) -> None:
    record, misfits = to_record(MESSAGE_REPORTS, row, {"message_id": "s-1"})
    for column in MESSAGE_REPORTS.columns:
        given = [row[key] for key in column.source or (column.name,) if row.get(key) is not None]
        empty = all(value in ("", 0) or not str(value).strip() for value in given)
        assert empty or record[column.name] is not None or column.name in misfits


# Which rows are the same


def test_a_changed_row_is_the_same_row() -> None:
    old, new = {"id": "1", "title": "a"}, {"id": "1", "title": "b"}
    assert identity(MESSAGES, old) == identity(MESSAGES, new)


def test_a_changed_row_has_another_mark() -> None:
    assert mark({"id": "1", "title": "a"}) != mark({"id": "1", "title": "b"})


def test_rows_without_their_key_are_not_taken_for_each_other() -> None:
    rows = [{"fromAddress": "a@x.example"}, {"fromAddress": "b@x.example"}]
    records = [to_record(SENDERS, row, {})[0] for row in rows]
    assert len({identity(SENDERS, record) for record in records}) == 2


def test_rows_with_an_empty_key_are_not_taken_for_each_other() -> None:
    assert identity(MESSAGES, {"id": "", "title": "a"}) != identity(
        MESSAGES, {"id": "", "title": "b"}
    )


def test_keys_of_two_columns_do_not_run_into_each_other() -> None:
    at = datetime(2024, 1, 1, tzinfo=UTC)
    one, other = {"email": "a", "timestamp": at}, {"email": f"a{at}", "timestamp": at}
    assert identity(OPT_OUTS, one) != identity(OPT_OUTS, other)


def test_a_resource_without_keys_tells_rows_by_all_they_hold() -> None:
    keyless = replace(MESSAGES, keys=())
    assert identity(keyless, {"id": "1", "title": "a"}) != identity(
        keyless, {"id": "1", "title": "b"}
    )


@pytest.mark.parametrize("text", ["", "john.doe@act-on.com", "\ud800", "é\x00"], ids=repr)
def test_a_digest_shows_nothing_of_its_text(text: str) -> None:
    assert len(bytes.fromhex(digest(text))) == 8


@pytest.mark.parametrize("text", ["\ud800", "\x00", "\U0001f389"], ids=repr)
def test_a_row_of_any_text_can_be_told_again(text: str) -> None:
    records = [to_record(SENDERS, {"id": text}, {})[0] for _ in range(2)]
    assert mark(records[0]) == mark(records[1])


@pytest.mark.parametrize("inside", [False, True], ids=["outside", "inside"])
def test_the_order_of_keys_makes_no_other_row(inside: bool) -> None:
    row = {"fromAddress": "a@x.example", "isDefault": True}
    other = dict(reversed(row.items()))
    rows = [{"senderName": "A", "of": row}, {"senderName": "A", "of": other}]
    records = [to_record(SENDERS, each, {})[0] for each in (rows if inside else (row, other))]
    assert records[0] == records[1]


def test_a_score_is_the_same_tomorrow() -> None:
    bound = {"list_id": "l-0001", "contact_id": "l-0001:0"}

    def row(ago: str) -> dict[str, Any]:
        return {"activity": {"score": 7}, "activitylist": [{"Verb": "fs", "ago": ago}, "odd"]}

    today, _ = to_record(LIST_SCORES, row("0"), bound)
    tomorrow, _ = to_record(LIST_SCORES, row("1"), bound)
    assert today == tomorrow
    assert (today["score"], json.loads(today["activities"])) == (7, [{"Verb": "fs"}, "odd"])


def test_records_in_columns_are_a_sequence_of_records() -> None:
    found = Records.of({"a": [1, 2, 3], "b": ("x", None, "z")})
    whole: list[Mapping[str, Any]] = [{"a": 1, "b": "x"}, {"a": 2, "b": None}, {"a": 3, "b": "z"}]
    assert [dict(each) for each in found] == whole
    assert [dict(found[row]) for row in (0, 1, -1)] == whole
    assert [dict(each) for each in found[1:]] == whole[1:]
    assert len(found) == 3
    assert not found[3:]
    assert values_of(found[:2], "a") == values_of(whole[:2], "a") == [1, 2]
    assert values_of(found, "c") == values_of(whole, "c") == [None] * 3
