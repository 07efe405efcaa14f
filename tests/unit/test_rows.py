"""Where the rows are in a reply."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tap_acton.errors import ServerFailedError, UnexpectedReplyError
from tap_acton.resources.labels import CREATED, MODIFIED, list_labels
from tap_acton.resources.rows import (
    AnyObjects,
    Folders,
    Objects,
    OneObject,
    Table,
    read_json_headings,
    unique_labels,
)
from tap_acton.transport.replies import Reply

if TYPE_CHECKING:
    from tap_acton.resources.cells import Shape

BOUNDED = settings(max_examples=200, deadline=None, derandomize=True, database=None)
FORMS = Folders(everything="All Forms")
PROGRAMS = Folders(key="folders", entries="programs", folder="name")


def reply(body: bytes | str) -> Reply:
    data = body.encode() if isinstance(body, str) else body
    return Reply(where="GET /api/1/thing", status=200, headers={}, body=data)


def as_json(body: Any) -> Reply:
    return reply(json.dumps(body))


def table(headings: list[str], *lines: list[Any], **more: Any) -> Reply:
    return as_json({"headers": headings, "data": lines, **more})


# Totals


@pytest.mark.parametrize(
    ("stated", "total"),
    [(5, 5), ("5", 5), (0, 0), (-1, None), ("-1", None), (None, None), ("many", None), ([], None)],
    ids=repr,
)
def test_a_total_is_a_number_or_nothing(stated: Any, total: int | None) -> None:
    assert Objects("result").read(as_json({"result": [], "totalCount": stated})).total == total


def test_a_reply_that_states_no_total_has_none() -> None:
    assert Objects("result").read(as_json({"result": []})).total is None


# Tables


def test_cells_stand_under_their_headings() -> None:
    rows = Table().read(table(["_contact_id_", "A"], ["l:0", "x"], totalCount=7))
    assert (rows.rows, rows.total) == ([{"_contact_id_": "l:0", "A": "x"}], 7)


def test_equal_headings_keep_all_their_cells() -> None:
    rows = Table().read(table(["A", "A", "", ""], ["1", "2", "3", "4"])).rows
    assert rows == [{"A": "1", "A [2]": "2", "": "3", " [2]": "4"}]


def test_a_short_row_lacks_its_last_cells() -> None:
    assert Table().read(table(["A", "B"], ["1"])).rows == [{"A": "1"}]


def test_a_row_longer_than_the_headings_is_an_error() -> None:
    with pytest.raises(UnexpectedReplyError):
        Table().read(table(["A"], ["1", "2"]))


@pytest.mark.parametrize("width", [255, 256])
def test_a_table_that_json_may_have_cut_is_an_error(width: int) -> None:
    with pytest.raises(UnexpectedReplyError, match="255"):
        Table().read(table([str(number) for number in range(width)]))


@pytest.mark.parametrize(
    ("headings", "dates"),
    [
        (["A", "created_date", "modified_date"], [1, 2]),
        (["A", "__created_date", "__modified_date"], [1, 2]),
        (["__created_date", "__modified_date", "modified_date"], [0, 1]),
        (["created_date", "modified_date", "__modified_date"], [0, 1]),
        (["modified_date", "created_date", "modified_date"], [1, 2]),
        (["__modified_date", "__created_date", "__modified_date"], [1, 2]),
        (["__created_date", "__modified_date", "created_date", "modified_date"], [2, 3]),
        (["created_date", "modified_date", "__created_date", "__modified_date"], [2, 3]),
        (["A", "__modified_date"], [1]),
    ],
    ids=repr,
)
def test_a_lists_own_dates_are_not_taken_for_the_apis(
    headings: list[str], dates: list[int]
) -> None:
    labels = list_labels(headings)
    assert len(set(labels)) == len(headings)
    assert [labels.index(label) for label in (CREATED, MODIFIED) if label in labels] == dates


def test_a_table_of_254_columns_is_whole() -> None:
    headings = [str(number) for number in range(254)]
    assert Table().read(table(headings, headings)).rows == [
        dict(zip(headings, headings, strict=True))
    ]


@BOUNDED
@given(st.lists(st.sampled_from(["A", "A [2]", "", "B"])))
def test_labels_are_all_different(headings: list[str]) -> None:
    labels = unique_labels(headings)
    assert len(set(labels)) == len(headings)


def test_a_heading_behind_the_others_changes_no_label() -> None:
    assert unique_labels(["A", "A", "B", "A"])[:3] == unique_labels(["A", "A", "B"])


def test_a_table_tells_its_labels_even_without_rows() -> None:
    found = Table().read(table(["_contact_id_", "A", "A"]))
    assert (found.labels, found.rows) == (("_contact_id_", "A", "A [2]"), [])


def test_headings_are_read_from_json() -> None:
    assert read_json_headings(table(["_contact_id_", "A", "A"])) == ["_contact_id_", "A", "A"]


# Folders


def test_an_object_of_two_folders_is_one_row() -> None:
    form = {"id": "1", "title": "a"}
    body = [{"folder": "All Forms", "entries": [form]}, {"folder": "Q1", "entries": [form]}]
    assert FORMS.read(as_json(body)).rows == [{**form, "folder": "Q1"}]


def test_the_folder_of_everything_counts_if_there_is_no_other() -> None:
    body = [{"folder": "All Forms", "entries": [{"id": "1"}]}]
    assert FORMS.read(as_json(body)).rows == [{"id": "1", "folder": "All Forms"}]


@pytest.mark.parametrize("key", [None, "", "missing"], ids=repr)
def test_objects_of_folders_without_an_id_are_all_kept(key: str | None) -> None:
    entries = [{"title": name, **({} if key == "missing" else {"id": key})} for name in "abc"]
    rows = FORMS.read(as_json([{"folder": "Q1", "entries": entries}])).rows
    assert [row["title"] for row in rows] == ["a", "b", "c"]


@pytest.mark.parametrize("identity", [0, 5, [1], {"a": 1}], ids=repr)
def test_an_id_may_be_anything(identity: Any) -> None:
    entries = [{"id": identity}, {"id": identity}, {"id": "x"}]
    assert len(FORMS.read(as_json([{"folder": "Q1", "entries": entries}])).rows) == 2


def test_programs_are_in_folders_of_another_name() -> None:
    body = {"folders": [{"id": -1, "name": "", "programs": [{"id": "tr-1"}]}], "anyRunning": False}
    assert PROGRAMS.read(as_json(body)).rows == [{"id": "tr-1", "folder": ""}]


# Shapes that nobody documents


@pytest.mark.parametrize(
    "body",
    [
        [{"id": 1}, {"id": 2}],
        {"result": [{"id": 1}, {"id": 2}], "totalCount": 2},
        {"offset": 0, "tags": ["x"], "data": {"items": [{"id": 1}, {"id": 2}]}},
        [{"folder": "a", "entries": [{"id": 1}]}, {"folder": "b", "entries": [{"id": 2}]}],
    ],
    ids=["array", "member", "deep", "folders"],
)
def test_objects_are_found_wherever_they_are(body: Any) -> None:
    assert AnyObjects().read(as_json(body)).rows == [{"id": 1}, {"id": 2}]


def test_an_object_without_an_array_is_the_row() -> None:
    body = {"id": 1, "tags": []}
    assert AnyObjects().read(as_json(body)).rows == [body]


@pytest.mark.parametrize(
    "body",
    [[], {}, None, {"senders": []}, {"offset": 0, "count": 0, "totalCount": 0, "result": []}],
    ids=repr,
)
def test_a_reply_that_holds_nothing_has_no_rows(body: Any) -> None:
    assert AnyObjects().read(as_json(body)).rows == []


@pytest.mark.parametrize("paged", [False, True], ids=["whole", "paged"])
@pytest.mark.parametrize(
    "body", [{"data": {}}, {"data": {"rows": None, "totalCount": 0}}], ids=["nothing", "null"]
)
def test_an_envelope_around_nothing_is_no_row(body: Any, paged: bool) -> None:
    assert AnyObjects(likely=("data", "rows"), paged=paged).read(as_json(body)).rows == []


@pytest.mark.parametrize(
    "body",
    [{"rows": None}, {"rows": None, "total": 5}, {"data": {"rows": None, "totalCount": 5}}],
    ids=["alone", "total", "inside"],
)
def test_null_in_place_of_the_rows_is_an_empty_page(body: Any) -> None:
    assert AnyObjects(likely=("data", "rows"), paged=True).read(as_json(body)).rows == []


def test_null_beside_a_text_that_says_why_is_no_empty_page() -> None:
    body = {"rows": None, "problem": "no service"}
    with pytest.raises(UnexpectedReplyError):
        AnyObjects(likely=("rows",), paged=True).read(as_json(body))


@pytest.mark.parametrize("body", [["a@x"], "text", 5, [{"id": 1}, None]], ids=repr)
def test_a_reply_without_objects_is_an_error_and_not_empty(body: Any) -> None:
    with pytest.raises(UnexpectedReplyError):
        AnyObjects().read(as_json(body))


# Replies of another form


@pytest.mark.parametrize(
    ("shape", "body"),
    [
        (Objects("result"), {"data": []}),
        (Objects("result"), {"result": None}),
        (Objects("result"), {"result": {}}),
        (Objects("result"), {"result": ["text"]}),
        (Objects("result"), []),
        (Objects(), {"result": []}),
        (OneObject(), []),
        (OneObject(), None),
        (FORMS, {"entries": []}),
        (FORMS, [{"folder": "Q1"}]),
        (FORMS, [{"folder": "Q1", "entries": ["x"]}]),
        (PROGRAMS, {"folders": "none"}),
        (Table(), {"headers": ["A"]}),
        (Table(), {"data": []}),
        (Table(), {"headers": ["A"], "data": [{"A": 1}]}),
        (Table(), "text"),
    ],
    ids=lambda given: getattr(type(given), "__name__", "") + repr(given)[:30],
)
def test_a_reply_of_another_form_is_an_error_and_not_empty(shape: Shape, body: Any) -> None:
    with pytest.raises(UnexpectedReplyError, match="GET /api/1/thing"):
        shape.read(as_json(body))


@pytest.mark.parametrize("body", ["", "<html>", '{"result":[{"id"'], ids=repr)
@pytest.mark.parametrize("shape", [Objects("result"), Table(), FORMS, AnyObjects(), OneObject()])
def test_a_body_that_is_no_whole_json_may_be_asked_for_again(shape: Shape, body: str) -> None:
    with pytest.raises(ServerFailedError):
        shape.read(reply(body))


def test_an_error_quotes_nothing_of_the_reply() -> None:
    with pytest.raises(UnexpectedReplyError) as raised:
        Objects("result").read(as_json({"email": "john.doe@act-on.com"}))
    assert "john" not in str(raised.value)
