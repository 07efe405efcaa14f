"""Properties that are lists of names: of tables, of views, of pseudo-columns.

A name may stand in brackets, and must if it holds a comma, a semicolon, `=` or a bracket; `]` is
doubled there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["NameList", "names_in", "pairs_in"]

_NAME = r"(?:\[((?:[^\]]|\]\])+)\]|([^\[\],;=]*[^\[\],;=\s]))"
_ONE = re.compile(rf"\s*{_NAME}\s*(?:,|$)")
_PAIR = re.compile(rf"\s*{_NAME}\s*=\s*{_NAME}\s*(?:;|$)")


def names_in(text: str) -> frozenset[str]:
    """Return the names of a list with commas, in small letters.

    Raises:
        ValueError: It is none.
    """
    found = _every(_ONE, text, "names with commas between, such as Messages, [List_My List]")
    return frozenset(_name(each, 1) for each in found)


def pairs_in(text: str) -> frozenset[tuple[str, str]]:
    """Return table and column of each pair of a list with semicolons, in small letters.

    Raises:
        ValueError: It is none.
    """
    found = _every(_PAIR, text, "Table=Column;Table=Column, or *=* for all")
    return frozenset((_name(each, 1), _name(each, 3)) for each in found)


@dataclass(frozen=True, kw_only=True, slots=True)
class NameList:
    """A text that one of the functions above reads."""

    check: Callable[[str], Any]

    @property
    def meltano(self) -> str:
        """Meltano's word for it."""
        return "string"

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of its values."""
        return {"type": ["string", "null"]}

    def read(self, value: Any) -> str:
        """Return the text. Raises ValueError."""
        self.check(str(value))
        return str(value)


def _every(pattern: re.Pattern[str], text: str, expected: str) -> list[re.Match[str]]:
    found: list[re.Match[str]] = []
    place = 0
    while text[place:].strip():
        match = pattern.match(text, place)
        if match is None:
            raise ValueError(expected)
        found.append(match)
        place = match.end()
    return found


def _name(match: re.Match[str], group: int) -> str:
    bracketed, plain = match[group], match[group + 1]
    return (plain if bracketed is None else bracketed.replace("]]", "]")).casefold()
