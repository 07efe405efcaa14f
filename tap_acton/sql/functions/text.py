"""Functions over texts. Letters are compared as they are; bytes are UTF-8."""

from __future__ import annotations

import hashlib
import re
import sys
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from tap_acton.sql.functions.table import Function, Kept, text_of

__all__ = ["FUNCTIONS", "KEPT"]

_LONGEST = 10**8
_MOST_DECIMALS = 16
"""As in SQL Server."""
_EXACT = Context(prec=400, rounding=ROUND_HALF_UP)
_SURROGATES = range(0xD800, 0xE000)
_HASHES = {
    "MD5": "md5",
    "SHA1": "sha1",
    "SHA2_256": "sha256",
    "SHA2_512": "sha512",
    **{f"SHA3_{size}": f"sha3_{size}" for size in (224, 256, 384, 512)},
}
_QUOTES = {
    **dict.fromkeys("[]", "[]"),
    **dict.fromkeys("()", "()"),
    **dict.fromkeys("<>", "<>"),
    **dict.fromkeys("{}", "{}"),
    **{quote: quote * 2 for quote in "'\"`"},
}
_SOUNDS = {
    letter: digit
    for digit, letters in enumerate(("BFPV", "CGJKQSXZ", "DT", "L", "MN", "R"), 1)
    for letter in letters
}


def _ascii(text: str) -> int | None:
    """The code of the first character."""
    return ord(text[0]) if text else None


def _char(code: int) -> str:
    """The character of a code."""
    return _nchar(code)


def _nchar(code: int) -> str:
    """The character of a Unicode code."""
    if not 0 <= code <= sys.maxunicode or code in _SURROGATES:
        raise ValueError(f"no character has the code {code}")
    return chr(code)


def _charindex(find: str, text: str, start: int = 0) -> int:
    """Where a text begins in another, counted from 0; -1 if nowhere."""
    return text.find(find, max(start, 0))


def _indexof(text: str, find: str, start: int = 0) -> int:
    """Where another text begins in a text, counted from 0; -1 if nowhere."""
    return text.find(find, max(start, 0))


def _locate(find: str, text: str) -> int:
    """Where a text begins in another, counted from 1; 0 if nowhere."""
    return text.find(find) + 1


def _position(find: str, text: str) -> int:
    """Where a text begins in another, counted from 1; 0 if nowhere. Also `POSITION(a IN b)`."""
    return text.find(find) + 1


def _patindex(pattern: str, text: str) -> int:
    """Where a pattern with %, _ and [a-z] begins, counted from 1; 0 if nowhere. As LIKE does."""
    open_start, open_end = pattern.startswith("%"), pattern.endswith("%")
    tokens = re.findall(r"\[\^?[^\]]+\]|.", pattern.strip("%"), re.DOTALL)
    middle = "".join(_regex(token) for token in tokens)
    start, end = "" if open_start else r"\A", "" if open_end else r"\Z"
    try:
        found = re.search(start + middle + end, text, re.IGNORECASE | re.DOTALL)
    except re.error:
        raise ValueError(f"{pattern[:40]!r} is no pattern") from None
    return found.start() + 1 if found else 0


def _regex(token: str) -> str:
    if len(token) > 1:
        negation = "^" if token[1] == "^" else ""
        members = token[1 + len(negation) : -1]
        return f"[{negation}{re.escape(members).replace(chr(92) + '-', '-')}]"
    return {"%": ".*?", "_": "."}.get(token) or re.escape(token)


def _char_length(text: str) -> int:
    """How many characters a text has."""
    return len(text)


def _len(text: str) -> int:
    """How many characters a text has."""
    return len(text)


def _contains(text: str, find: str) -> bool:
    """Whether a text is part of another."""
    return find in text


def _startswith(text: str, find: str) -> bool:
    """Whether a text begins with another."""
    return text.startswith(find)


def _endswith(text: str, find: str) -> bool:
    """Whether a text ends with another."""
    return text.endswith(find)


def _hashbytes(algorithm: str, value: Any) -> bytes:
    """The hash of a value, as bytes: MD5, SHA1, SHA2_256, SHA2_512, SHA3_224 to SHA3_512."""
    name = _HASHES.get(algorithm.upper())
    if name is None:
        raise ValueError(f"the algorithm must be one of {', '.join(_HASHES)}")
    data = value if isinstance(value, bytes) else str(value).encode()
    return hashlib.new(name, data, usedforsecurity=False).digest()


def _isnull(value: Any, replacement: Any) -> Any:
    """A value, or its replacement where it is NULL."""
    return replacement if value is None else value


def _left(text: str, count: int) -> str:
    """The first characters."""
    return text[: max(count, 0)]


def _right(text: str, count: int) -> str:
    """The last characters."""
    return text[-count:] if count > 0 else ""


def _lower(text: str) -> str:
    """A text in small letters."""
    return text.lower()


def _upper(text: str) -> str:
    """A text in capitals."""
    return text.upper()


def _mask(text: str, mask: str, start_keep: int = 0, end_keep: int = 0) -> str:
    """A text with each character masked, but for some at its start and end."""
    end = max(len(text) - max(end_keep, 0), 0)
    start = min(max(start_keep, 0), end)
    return text[:start] + mask * (end - start) + text[end:]


def _quotename(text: str, quote: str = "[") -> str:
    """A text in brackets or quotes, as the name of a column is written."""
    if quote[:1] not in _QUOTES:
        raise ValueError("quote must be a bracket or a quotation mark")
    pair = _QUOTES[quote[0]]
    return pair[0] + text.replace(pair[1], pair[1] * 2) + pair[1]


def _replicate(text: str, count: int) -> str:
    """A text several times."""
    if len(text) * count > _LONGEST:
        raise ValueError(f"a text has at most {_LONGEST:,} characters")
    return text * count


def _reverse(text: str) -> str:
    """A text from its end to its start."""
    return text[::-1]


def _soundex(text: str) -> str:
    """How a word sounds in English: a letter and three digits."""
    letters = [letter for letter in text.upper() if "A" <= letter <= "Z"]
    if not letters:
        return ""
    code, last = letters[0], _SOUNDS.get(letters[0])
    for letter in letters[1:]:
        sound = _SOUNDS.get(letter)
        if sound and sound != last:
            code += str(sound)
        if letter not in "HW":  # they do not part equal sounds
            last = sound
    return f"{code:0<4}"[:4]


def _space(count: int) -> str:
    """Several spaces."""
    return _replicate(" ", count)


def _split(text: str, delimiter: str, offset: int) -> str | None:
    """One part of a text, counted from 1, or from -1 at its end; NULL if there are fewer."""
    parts = text.split(delimiter)
    place = offset - 1 if offset > 0 else len(parts) + offset
    return parts[place] if offset and 0 <= place < len(parts) else None


def _str(number: float, length: int = 10, decimals: int = 0) -> str:
    """A number as text, rounded until it fits; as many `*` as fit where it does not."""
    exact = Decimal(str(number))
    for places in range(min(max(decimals, 0), _MOST_DECIMALS), -1, -1):
        shown = f"{_EXACT.quantize(exact, Decimal(1).scaleb(-places)):f}"
        if len(shown) <= length:
            return shown
    return _replicate("*", length)


def _stuff(text: str, start: int, length: int, replacement: str) -> str | None:
    """A text with some characters, counted from 1, replaced; NULL if it is shorter than that."""
    if not 1 <= start <= len(text) or length < 0:
        return None
    return text[: start - 1] + replacement + text[start - 1 + length :]


def _tostring(value: Any) -> str:
    """A value as text; of NULL, an empty one."""
    return "" if value is None else text_of(value)


_WHOLE = (_ascii, _charindex, _indexof, _locate, _position, _patindex, _char_length, _len)
_TEXT = (
    _char, _nchar, _left, _right, _lower, _upper, _mask, _quotename, _replicate,
    _reverse, _soundex, _space, _split, _str, _stuff,
)  # fmt: skip

FUNCTIONS = (
    *(Function(call, "INTEGER") for call in _WHOLE),
    *(Function(call, "BOOLEAN") for call in (_contains, _startswith, _endswith)),
    *(Function(call) for call in _TEXT),
    Function(_hashbytes, "BINARY"),
    *(Function(call, takes_null=True) for call in (_isnull, _tostring)),
)
KEPT = (
    Kept(name="COALESCE", usage="COALESCE(a, b, …)", words="The first that is not NULL."),
    Kept(name="CONCAT", usage="CONCAT(a, b, …)", words="All as one text; NULL adds nothing."),
    Kept(name="LTRIM", usage="LTRIM(text[, characters])", words="A text without spaces before it."),
    Kept(name="NULLIF", usage="NULLIF(a, b)", words="NULL if both are equal, else the first."),
    Kept(
        name="OCTET_LENGTH",
        usage="OCTET_LENGTH(text)",
        words="How many bytes a text has.",
        result="INTEGER",
    ),
    Kept(
        name="REPLACE",
        usage="REPLACE(text, find, replacement)",
        words="A text with each place of another one replaced.",
    ),
    Kept(name="RTRIM", usage="RTRIM(text[, characters])", words="A text without spaces behind it."),
    Kept(
        name="SUBSTRING",
        usage="SUBSTRING(text, start[, length])",
        words="A part of a text, counted from 1. Also `SUBSTRING(s FROM i FOR n)`.",
    ),
    Kept(
        name="TRIM",
        usage="TRIM(text[, characters])",
        words="A text without spaces around it. Also `TRIM(BOTH c FROM s)`.",
    ),
    Kept(
        name="UNICODE",
        usage="UNICODE(text)",
        words="The Unicode code of the first character.",
        result="INTEGER",
    ),
)
