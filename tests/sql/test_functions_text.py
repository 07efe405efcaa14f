"""Functions over texts give what CData documents."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_acton.sql.exceptions import DataError
from tests.called import called, row_of

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("ASCII('Ab')", 65),
        ("ASCII('')", None),
        ("CHAR(65)", "A"),
        ("CHAR('65')", "A"),
        ("NCHAR(233)", "é"),
        ("CHARINDEX('456', '0123456')", 4),
        ("CHARINDEX('1', '0101', 2)", 3),
        ("CHARINDEX('x', '0123456')", -1),
        ("INDEXOF('0123456', '456')", 4),
        ("INDEXOF('0101', '1', 2)", 3),
        ("INDEXOF('0123456', 'x')", -1),
        ("LOCATE('456', '0123456')", 5),
        ("LOCATE('x', '0123456')", 0),
        ("POSITION('456', '0123456')", 5),
        ("POSITION('x', '0123456')", 0),
        ("PATINDEX('%34%', '0123456')", 4),
        ("PATINDEX('%[a-c]_e%', '12cde')", 3),
        ("PATINDEX('%[^0-9]%', '12-4')", 3),
        ("PATINDEX('12', '123')", 0),
        ("PATINDEX('12%', '123')", 1),
        ("PATINDEX('%23', '123')", 2),
        ("PATINDEX('%x%', '123')", 0),
        ("CHAR_LENGTH('é€')", 2),
        ("LEN('abc')", 3),
        ("OCTET_LENGTH('é€')", 5),
        ("CONCAT('a', 1, 'b')", "a1b"),
        ("CONTAINS('abcd', 'bc')", 1),
        ("CONTAINS('abcd', 'x')", 0),
        ("STARTSWITH('abcd', 'ab')", 1),
        ("ENDSWITH('abcd', 'ab')", 0),
        ('"ISNULL"(NULL, 5)', 5),
        ('"ISNULL"(4, 5)', 4),
        ("LEFT('abcd', 2)", "ab"),
        ("LEFT('abcd', 9)", "abcd"),
        ("RIGHT('abcd', 2)", "cd"),
        ("RIGHT('abcd', 0)", ""),
        ("LOWER('ÀB')", "àb"),
        ("UPPER('àb')", "ÀB"),
        ("LTRIM('  a ')", "a "),
        ("RTRIM(' a  ')", " a"),
        ("TRIM('xax', 'x')", "a"),
        ("MASK('123456789', '*')", "*********"),
        ("MASK('123456789', '*', 2)", "12*******"),
        ("MASK('123456789', '*', 2, 3)", "12****789"),
        ("MASK('12', '*', 2, 3)", "12"),
        ("QUOTENAME('a]b')", "[a]]b]"),
        ("QUOTENAME('ab', '\"')", '"ab"'),
        ("QUOTENAME('a)b', '(')", "(a))b)"),
        ("REPLACE('abab', 'a', 'x')", "xbxb"),
        ("REPLICATE('ab', 3)", "ababab"),
        ("REPLICATE('ab', -1)", ""),
        ("REVERSE('abc')", "cba"),
        ("SOUNDEX('Robert')", "R163"),
        ("SOUNDEX('Rupert')", "R163"),
        ("SOUNDEX('Ashcraft')", "A261"),
        ("SOUNDEX('Tymczak')", "T522"),
        ("SOUNDEX('Pfister')", "P236"),
        ("SPACE(3)", "   "),
        ("SPLIT('a/b/c/d', '/', 1)", "a"),
        ("SPLIT('a/b/c/d', '/', -2)", "c"),
        ("SPLIT('a/b/c/d', '/', 5)", None),
        ("SPLIT('a/b/c/d', '/', 0)", None),
        ("STR('123.456')", "123"),
        ("STR('123.456', 2)", "**"),
        ("STR(123.456, 6, 1)", "123.5"),
        ("STR(123.456, 5, 2)", "123.5"),
        ("STR(-1.5)", "-2"),
        ("STR(1e300)", "**********"),
        ("STR(1.5, 50, 40)", "1.5000000000000000"),
        ("STUFF('abcdef', 2, 3, 'xy')", "axyef"),
        ("STUFF('abc', 4, 1, 'x')", None),
        ("SUBSTRING('abcdef', 2, 3)", "bcd"),
        ("SUBSTRING('abcdef', 4)", "def"),
        ("TOSTRING(NULL)", ""),
        ("TOSTRING(12)", "12"),
        ("UNICODE('é')", 233),
    ],
)
def test_a_text_function_gives_what_is_documented(expression: str, expected: object) -> None:
    assert called(expression) == expected


@pytest.mark.parametrize(
    ("algorithm", "name"),
    [("MD5", "md5"), ("sha1", "sha1"), ("SHA2_256", "sha256"), ("SHA2_512", "sha512")],
)
def test_hashes_are_those_of_the_bytes(algorithm: str, name: str) -> None:
    assert called("HASHBYTES(?, 'é')", algorithm) == hashlib.new(name, "é".encode()).digest()


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("HASHBYTES('CRC', 'a')", "HASHBYTES.*MD5, SHA1"),
        ("QUOTENAME('a', 'x')", "QUOTENAME.*bracket"),
        ("PATINDEX('%[z-a]%', 'abc')", "PATINDEX.*no pattern"),
        ("CHAR(-1)", "CHAR.*no character"),
        ("NCHAR(55296)", "NCHAR.*no character"),
        ("LEFT('abc', 'x')", "LEFT.*count must be a whole number, not 'x'"),
        ("REPLICATE('abc', 999999999)", "REPLICATE.*at most"),
        ("SPACE(999999999999)", "SPACE.*at most"),
        ("SPLIT('abc', '', 1)", "SPLIT.*separator"),
    ],
)
def test_a_wrong_argument_is_named_with_its_function(expression: str, words: str) -> None:
    with pytest.raises(DataError, match=words):
        called(expression)


@given(text=TEXTS, find=TEXTS)
def test_searches_find_what_python_finds(text: str, find: str) -> None:
    calls = "CHARINDEX(?1, ?2), INDEXOF(?2, ?1), LOCATE(?1, ?2), POSITION(?1, ?2), CONTAINS(?2, ?1)"
    place = text.find(find)
    assert row_of(calls, find, text) == (place, place, place + 1, place + 1, find in text)


@given(text=TEXTS, count=st.integers(0, 15))
def test_parts_of_texts_are_those_of_python(text: str, count: int) -> None:
    calls = "LEFT(?1, ?2), RIGHT(?1, ?2), REVERSE(?1), LEN(?1), REPLICATE(?1, ?2)"
    ends = (text[:count], text[max(len(text) - count, 0) :])
    assert row_of(calls, text, count) == (*ends, text[::-1], len(text), text * count)


@given(text=TEXTS, pattern=TEXTS.filter(lambda each: not set(each) & set("%_[]^")))
def test_a_pattern_without_wildcards_is_found_as_it_is(text: str, pattern: str) -> None:
    found = called("PATINDEX('%' || ? || '%', ?)", pattern, text + pattern)
    assert 1 <= found <= (text + pattern).find(pattern) + 1
