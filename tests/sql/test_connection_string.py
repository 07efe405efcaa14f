"""Connection strings are read as people write them, and faults are named without a value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_acton.sql.connection_string import folded, parse
from tap_acton.sql.exceptions import InterfaceError


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        pytest.param("", [], id="nothing"),
        pytest.param(";; ;", [], id="only semicolons"),
        pytest.param("User=me;Password=x", [("User", "me"), ("Password", "x")], id="two"),
        pytest.param("User=me;", [("User", "me")], id="a semicolon at the end"),
        pytest.param(" Auth Scheme = OAuth ;", [("Auth Scheme", "OAuth")], id="blanks"),
        pytest.param("User=;Scope=", [("User", ""), ("Scope", "")], id="empty values"),
        pytest.param("Password=a=b==", [("Password", "a=b==")], id="equals signs"),
        pytest.param('Password="a;b=\'c"', [("Password", "a;b='c")], id="double quotes"),
        pytest.param("Password='a;\"b'", [("Password", 'a;"b')], id="single quotes"),
        pytest.param('Password="say ""hi"""', [("Password", 'say "hi"')], id="doubled quotes"),
        pytest.param("Password='it''s'", [("Password", "it's")], id="doubled single quotes"),
        pytest.param('Password=" x " ;User=me', [("Password", " x "), ("User", "me")], id="inside"),
        pytest.param('Password=a"b', [("Password", 'a"b')], id="a quote inside"),
        pytest.param("Cert='-----\nx\n'", [("Cert", "-----\nx\n")], id="line breaks"),
    ],
)
def test_a_connection_string_is_read(text: str, pairs: list[tuple[str, str]]) -> None:
    assert parse(text) == pairs


@pytest.mark.parametrize(
    ("text", "place"),
    [
        pytest.param("User=me;hush", "Part 2", id="no equals sign"),
        pytest.param("=hush", "Part 1", id="no name"),
        pytest.param('User=me;Password="hush', "Password", id="open quote"),
        pytest.param("Password='hush'hush", "Password", id="text behind the quotes"),
    ],
)
def test_a_fault_is_named_by_its_place_and_never_quoted(text: str, place: str) -> None:
    with pytest.raises(InterfaceError, match=place) as caught:
        parse(text)
    assert "hush" not in str(caught.value)


NAMES = st.text("abcXYZ ", min_size=1).filter(str.strip)


@given(st.lists(st.tuples(NAMES, st.text(), st.sampled_from("\"'"))))
def test_any_value_survives_its_quotes(parts: list[tuple[str, str, str]]) -> None:
    text = ";".join(
        f"{name}={quote}{value.replace(quote, 2 * quote)}{quote}" for name, value, quote in parts
    )
    assert parse(text) == [(name.strip(), value) for name, value, _ in parts]


def test_names_are_compared_without_case_and_blanks() -> None:
    assert folded(" OAuth Client Id ") == folded("oauthclientID")
