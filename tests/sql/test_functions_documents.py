"""Functions over JSON and XML, and the rows that texts in JSON, XML and CSV are."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_acton.sql.exceptions import DataError, ProgrammingError
from tests.called import called, rows_of

JSON = '{"a": {"b": [1, 2, "3", null]}, "c d": "x", "e": [{"n": 1}, {"n": 5}], "t": true}'
XML = "<r><i id='1'><n>a</n></i><i id='2'><n>b&amp;c</n></i></r>"
CELLS = st.text("ab,\" '\n", max_size=4)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("JSON_EXTRACT(?, '$.a.b[1]')", 2),
        ("JSON_EXTRACT(?, 'a.b[-2]')", "3"),
        ("JSON_EXTRACT(?, '$[''c d'']')", "x"),
        ("JSON_EXTRACT(?, '$.a')", '{"b":[1,2,"3",null]}'),
        ("JSON_EXTRACT(?, '$.e[*].n')", "[1,5]"),
        ("JSON_EXTRACT(?, '$.t')", 1),
        ("JSON_EXTRACT(?, '$.nope.b')", None),
        ("JSON_EXTRACT(?, '$.a.b[9]')", None),
        ("JSON_COUNT(?, '$.e')", 2),
        ("JSON_COUNT(?, '$.nope')", 0),
        ("JSON_AVG(?, '$.a.b')", 2),
        ("JSON_MAX(?, '$.e[*].n')", 5),
        ("JSON_MIN(?, '$.e[*].n')", 1),
        ("JSON_SUM(?, '$.a.b')", 6),
        ("JSON_SUM(?, '$.nope')", None),
    ],
)
def test_a_json_function_reads_a_path(call: str, expected: object) -> None:
    assert called(call, JSON) == expected


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("XML_EXTRACT(?, '/r/i/n')", "a,b&c"),
        ("XML_EXTRACT(?, '/r/i/n/text()', ';')", "a;b&c"),
        ("XML_EXTRACT(?, '//n')", "a,b&c"),
        ("XML_EXTRACT(?, '/r/i[@id=\"2\"]/n')", "b&c"),
        ("XML_EXTRACT(?, '/r/i/@id')", "1,2"),
        ("XML_EXTRACT(?, '/r/nope')", None),
    ],
)
def test_xml_extract_reads_a_path(call: str, expected: object) -> None:
    assert called(call, XML) == expected


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("JSON_EXTRACT('{', '$.a')", "JSON_EXTRACT.*no JSON"),
        ("JSON_EXTRACT('{}', '$..')", "JSON_EXTRACT.*no path"),
        ("JSON_SUM('[\"x\"]', '$')", "JSON_SUM.*a number, not 'x'"),
        ("XML_EXTRACT('<a>', '/a')", "XML_EXTRACT.*no XML"),
        ("XML_EXTRACT('<a/>', '/a[[')", "XML_EXTRACT.*no XPath"),
        ("XML_EXTRACT('<!DOCTYPE a [<!ENTITY e \"x\">]><a>&e;</a>', '/a')", "document type"),
    ],
)
def test_a_wrong_document_is_named_with_its_function(expression: str, words: str) -> None:
    with pytest.raises(DataError, match=words):
        called(expression)


def test_a_text_is_split_into_rows_in_order() -> None:
    assert rows_of("SELECT value, ordinal FROM STRING_SPLIT('a,b,,c', ',')") == [
        ("a", 1),
        ("b", 2),
        ("", 3),
        ("c", 4),
    ]


def test_rows_can_be_filtered_and_show_what_they_came_from() -> None:
    statement = "SELECT rowid, text FROM STRING_SPLIT('a,b', ',') WHERE value = 'b'"
    assert rows_of(statement) == [(2, "a,b")]


def test_rows_may_come_from_the_columns_of_another_table() -> None:
    statement = """
        SELECT s.value FROM STRING_SPLIT(t.column1, t.column2) AS s,
            (VALUES ('a,b', ','), (NULL, ','), ('c;d', ';')) AS t ORDER BY 1
    """
    assert rows_of(statement) == [("a",), ("b",), ("c",), ("d",)]


@pytest.mark.parametrize(
    ("source", "values", "expected"),
    [
        ("JSONTABLE(?, '$.e')", [JSON], [{"n": 1}, {"n": 5}]),
        ("JSONTABLE(?)", ["[1, 2]"], [1, 2]),
        ("CSVTABLE(?, ';')", ["a;b\n1;2\n3"], [{"a": "1", "b": "2"}, {"a": "3", "b": None}]),
        ("XMLTABLE(?)", [XML], [{"n": "a"}, {"n": "b&c"}]),
        ("XMLTABLE(?, '/r/i', 1)", [XML], [{"id": "1"}, {"id": "2"}]),
        ("XMLTABLE(?, '/r/i', 2)", [XML], [{"id": "1", "n": "a"}, {"id": "2", "n": "b&c"}]),
    ],
)
def test_documents_are_rows(source: str, values: list[str], expected: list[object]) -> None:
    found = [value for (value,) in rows_of(f"SELECT value FROM {source}", *values)]
    assert [json.loads(each) if isinstance(each, str) else each for each in found] == expected


@pytest.mark.parametrize(
    ("source", "error", "words"),
    [
        ("STRING_SPLIT('a')", ProgrammingError, r"STRING_SPLIT\(text, delimiter\)"),
        ("STRING_SPLIT('a', '')", DataError, "STRING_SPLIT.*separator"),
        ("JSONTABLE('{')", DataError, "JSONTABLE.*no JSON"),
        ("CSVTABLE('a', 'xy')", DataError, "CSVTABLE.*one character"),
        ("XMLTABLE('<a/>', '/a', 7)", DataError, "XMLTABLE.*0, 1 or 2"),
        ("XMLTABLE('<!DOCTYPE a><a/>')", DataError, "XMLTABLE.*document type"),
    ],
)
def test_what_gives_no_rows_says_why(source: str, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        rows_of(f"SELECT value FROM {source}")


@given(cells=st.lists(st.tuples(CELLS, CELLS), max_size=4))
def test_a_csv_gives_the_cells_that_were_written(cells: list[tuple[str, str]]) -> None:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([("a", "b"), *cells])
    statement = "SELECT JSON_EXTRACT(value, '$.a'), JSON_EXTRACT(value, '$.b') FROM CSVTABLE(?)"
    assert rows_of(statement, text.getvalue()) == cells
