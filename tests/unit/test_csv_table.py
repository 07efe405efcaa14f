"""CSV as it arrives: cells of any text, pieces of any size, and what is cut off."""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tap_acton.errors import ServerFailedError, UnexpectedReplyError
from tap_acton.resources.csv_table import CsvTable
from tap_acton.resources.labels import CREATED, MODIFIED
from tap_acton.transport.replies import Reply
from tap_acton.transport.streaming import Body

if TYPE_CHECKING:
    from collections.abc import Generator

BOUNDED = settings(max_examples=200, deadline=None, derandomize=True, database=None)
CELLS = st.lists(
    st.sampled_from(
        ["a", " ", ",", '"', "\n", "\r\n", "\r", "\u00e9", "\U0001f600", "\ufeff", "\x00"]
    ),
    max_size=8,
).map("".join)


def reply(body: bytes | str) -> Reply:
    data = body.encode() if isinstance(body, str) else body
    return Reply(where="GET /api/1/list/l-0001", status=200, headers={}, body=data)


def text_of(lines: list[list[str]], end: str = "\r\n") -> bytes:
    text = io.StringIO(newline="")
    if end == "\r\n":
        csv.writer(text).writerows(lines)
    else:
        csv.writer(text, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(lines)
    return text.getvalue().encode()


def as_csv(lines: list[list[str]]) -> Reply:
    return reply(text_of(lines))


def pieces(text: bytes, sizes: list[int], *, has_length: bool = True) -> Body:
    """Return a body that arrives in pieces of these sizes, and the rest in one."""

    def coming() -> Generator[bytes]:
        begin = 0
        for size in sizes:
            yield text[begin : begin + size]
            begin += size
        yield text[begin:]

    return Body(where="GET /", head=b"", rest=coming(), has_length=has_length)


@BOUNDED
@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=8),
            min_size=2,
            max_size=2,
        )
    )
)
def test_cells_of_any_text_come_through_csv(cells: list[list[str]]) -> None:
    lines = [[f"l:{number}", *row] for number, row in enumerate(cells)]
    found = CsvTable().read(as_csv([["_contact_id_", "A", "B"], *lines])).rows
    assert [list(row.values()) for row in found] == lines


def test_line_ends_of_any_kind_come_through_csv() -> None:
    cell = "one\r\ntwo\nthree\rfour"
    found = CsvTable().read(reply(f'_contact_id_,A\r\nl:0,"{cell}"\r\n'))
    assert found.rows[0]["A"] == cell


def test_a_byte_order_mark_is_no_part_of_the_first_heading() -> None:
    labels, _ = CsvTable().table(pieces("\ufeff_contact_id_,A\n".encode(), []))
    assert labels == ("_contact_id_", "A")


def test_csv_states_no_total() -> None:
    assert CsvTable().read(as_csv([["_contact_id_"], ["l:0"]])).total is None


def test_csv_of_headings_alone_has_no_rows() -> None:
    assert CsvTable().read(as_csv([["_contact_id_", "A"]])).rows == []


def test_csv_has_no_limit_of_columns() -> None:
    headings = ["_contact_id_", *(str(number) for number in range(400))]
    assert len(CsvTable().read(as_csv([headings, headings])).rows[0]) == 401


@pytest.mark.parametrize(
    "body",
    [
        b"_contact_id_,A\nl:0,\xff\nl:1,x\n",
        b"A,B\n1,2\n",
        b"_contact_id_,A\nl:0,1,2\n",
        b'_contact_id_,A\nl:0,"x"y',
    ],
    ids=["no UTF-8", "no id", "long row", "text behind a quote"],
)
def test_what_is_no_csv_of_a_list_is_an_error(body: bytes) -> None:
    with pytest.raises(UnexpectedReplyError):
        CsvTable().read(reply(body))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\n\n",
        b"<html>We'll be right back</html>",
        b'_contact_id_,A\nl:0,"cut off',
        b'_contact_id_,A\nl:0,"cut off\n',
        b"_contact_id_,A\nl:0,x\nl:1",
        b"_contact_id_,A\nl:0,\xc3",
        b"_contact",
    ],
    ids=[
        "empty",
        "blank",
        "html",
        "in a cell",
        "at a line in a cell",
        "between cells",
        "in a character",
        "in the headings",
    ],
)
def test_what_is_cut_off_may_be_asked_for_again(body: bytes) -> None:
    with pytest.raises(ServerFailedError):
        CsvTable().read(reply(body))


@BOUNDED
@given(
    rows=st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=5),
    sizes=st.lists(st.integers(1, 40)),
    mark=st.sampled_from([b"", b"\xef\xbb\xbf"]),
    end=st.sampled_from(["\r\n", "\n", "\r"]),
    tail=st.sampled_from([b"", b"\r\n", b"\n\n"]),
)
def test_it_does_not_matter_where_the_pieces_of_a_reply_end(
    rows: list[list[str]], sizes: list[int], mark: bytes, end: str, tail: bytes
) -> None:
    lines = [[f"l:{number}", *row] for number, row in enumerate(rows)]
    text = text_of([["_contact_id_", "A", "B"], *lines], end=end)
    labels, found = CsvTable().table(pieces(mark + text + tail, sizes))
    assert labels == ("_contact_id_", "A", "B")
    assert list(found) == lines


@BOUNDED
@given(rows=st.lists(CELLS, min_size=1, max_size=5), data=st.data())
def test_of_a_reply_that_is_cut_off_only_whole_rows_are_read(
    rows: list[str], data: st.DataObject
) -> None:
    lines = [[cell, f"l:{number}"] for number, cell in enumerate(rows)]
    text = text_of([["A", "_contact_id_"], *lines])
    cut = text[: data.draw(st.integers(0, len(text) - 1))]
    found: list[list[str]] = []
    with suppress(ServerFailedError):
        _, rows_of_it = CsvTable().table(pieces(cut, [], has_length=False))
        found.extend(rows_of_it)
    assert found == lines[: len(found)]


def test_blank_lines_are_no_rows() -> None:
    found = CsvTable().read(reply("\n\n_contact_id_,A\n\nl:0,x\n\n")).rows
    assert found == [{"_contact_id_": "l:0", "A": "x"}]


def test_headings_are_read_before_the_rest_has_come() -> None:
    def coming() -> Generator[bytes]:
        yield b"A\nl:0,x\n"
        raise AssertionError("it reads on")

    body = Body(where="GET /", head=b"_contact_id_,", rest=coming())
    assert CsvTable().table(body)[0] == ("_contact_id_", "A")


def test_a_row_is_read_before_the_next_has_come() -> None:
    def coming() -> Generator[bytes]:
        yield b"l:0,x\n"
        raise AssertionError("it reads on")

    _, rows = CsvTable().table(Body(where="GET /", head=b"_contact_id_,A\n", rest=coming()))
    assert next(rows) == ["l:0", "x"]


@pytest.mark.parametrize("mark", ["", "__"])
def test_a_csv_whose_dates_are_needed_has_them_under_either_name(mark: str) -> None:
    headings = f"_contact_id_,{mark}created_date,{mark}modified_date"
    assert (
        CsvTable(needs=("_contact_id_", CREATED, MODIFIED)).read(reply(f"{headings}\n")).rows == []
    )


@pytest.mark.parametrize("missing", ["_contact_id_", "created_date", "modified_date"])
def test_a_column_that_is_missing_is_named(missing: str) -> None:
    headings = [
        each for each in ("_contact_id_", "created_date", "modified_date") if each != missing
    ]
    with pytest.raises(UnexpectedReplyError, match=missing):
        CsvTable(needs=("_contact_id_", CREATED, MODIFIED)).read(as_csv([headings, ["1", "2"]]))
