"""Statements in one string, and what an EXECUTE statement asks for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tap_acton.sql.exceptions import ProgrammingError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = [
    "WRITES",
    "Call",
    "call_of",
    "count_of_marks",
    "first_word",
    "is_whole",
    "names_of_parameters",
    "plain",
    "shared",
    "split",
]

WRITES = frozenset({"INSERT", "UPDATE", "DELETE", "UPSERT", "MERGE"})
"""What statements that write begin with."""

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<comment>--[^\n]*|/\*.*?\*/)
    |(?P<text>'(?:[^']|'')*')
    |(?P<name>\[[^\]]*\]|"(?:[^"]|"")*")
    |(?P<number>[+-]?\d+(?:\.\d+)?)
    |(?P<parameter>\?)
    |(?P<word>@?\w+)
    |(?P<mark>\S)
    )""",
    re.VERBOSE | re.DOTALL,
)
_TEMPORARY = re.compile(r"#TEMP\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """A procedure's name as written, and its input by name."""

    procedure: str
    inputs: dict[str, Any]


def split(text: str) -> list[str]:
    """Return the statements of a text; a semicolon inside quotes or comments ends none."""
    statements, start, place = [], 0, 0
    while found := _next(text, place):
        if found["mark"] == ";":
            statements.append(text[start : found.start("mark")])
            start = found.end()
        place = found.end()
    return [each.strip() for each in (*statements, text[start:]) if _words(each)]


def count_of_marks(statement: str) -> int:
    """Return how many question marks want a parameter."""
    return sum(kind == "parameter" for kind, _ in _tokens(statement))


def shared(
    statements: Sequence[str], parameters: Sequence[Any] | Mapping[str, Any]
) -> list[Sequence[Any] | Mapping[str, Any]]:
    """Return the parameters of each statement; those in order go to the marks in order.

    Raises:
        ProgrammingError: There are more, or fewer, than question marks.
    """
    if isinstance(parameters, Mapping) or len(statements) == 1:
        return [parameters] * len(statements)
    counts = [count_of_marks(statement) for statement in statements]
    if sum(counts) != len(parameters):
        raise ProgrammingError(
            f"The statements have {sum(counts)} question marks, and got {len(parameters)} "
            "parameters."
        )
    left = iter(parameters)
    return [[next(left) for _ in range(count)] for count in counts]


def names_of_parameters(statement: str) -> set[str]:
    """Return the names behind `@`, without case."""
    tokens = _tokens(statement)
    return {token[1:].casefold() for kind, token in tokens if kind == "word" and token[0] == "@"}


def plain(statement: str) -> str:
    """Return a statement without comments, and `[name]#TEMP` as `[name#TEMP]`."""
    pieces, start, place = [], 0, 0
    while found := _next(statement, place):
        place = found.end()
        if found["comment"]:
            pieces += [statement[start : found.start("comment")], " "]
            start = place
        elif found["name"] and (temporary := _TEMPORARY.match(statement, place)):
            pieces += [statement[start : place - 1], temporary[0], found["name"][-1]]
            start = place = temporary.end()
    return "".join((*pieces, statement[start:])).strip()


def is_whole(text: str) -> bool:
    """Tell whether a text ends with a semicolon that ends a statement."""
    marks = list(_tokens(text))
    return bool(marks) and marks[-1] == ("mark", ";")


def first_word(statement: str) -> str:
    """Return what a statement begins with, in capitals."""
    words = _words(statement)
    return words[0].upper() if words else ""


def call_of(statement: str, parameters: Sequence[Any] | Mapping[str, Any]) -> Call:
    """Return what an EXECUTE statement asks for.

    Args:
        statement: `EXECUTE name [@]input = value, …`.
        parameters: Values for `?` in order, or for `@name` by name.

    Raises:
        ProgrammingError: It is written differently, or its parameters do not fit.
    """
    tokens = _tokens(statement)
    next(tokens)  # EXECUTE
    kind, name = next(tokens, ("", ""))
    if kind not in {"word", "name"}:
        raise ProgrammingError("EXECUTE needs the name of a procedure.")
    values = _Values(parameters)
    inputs = dict(_inputs(tokens, values))
    values.check_all_used()
    return Call(procedure=_plain(name), inputs=inputs)


class _Values:
    """Gives each parameter of a statement its value."""

    def __init__(self, parameters: Sequence[Any] | Mapping[str, Any]) -> None:
        self._by_name: dict[str, Any] = {}
        self._in_order: list[Any] = []
        if isinstance(parameters, dict):
            named = parameters.items()
            self._by_name = {name.lstrip("@").casefold(): value for name, value in named}
        else:
            self._in_order = list(parameters)

    def of(self, kind: str, token: str) -> Any:
        if kind == "text":
            return token[1:-1].replace("''", "'")
        if kind == "number":
            return token
        if kind == "parameter" and self._in_order:
            return self._in_order.pop(0)
        if token.upper() == "NULL":
            return None
        if token.startswith("@") and token[1:].casefold() in self._by_name:
            return self._by_name[token[1:].casefold()]
        raise ProgrammingError(
            "A value of EXECUTE must be a text in single quotes, a number, NULL, or a parameter "
            "that has a value."
        )

    def check_all_used(self) -> None:
        if self._in_order:
            raise ProgrammingError("There are more parameters than question marks.")


def _inputs(tokens: Iterator[tuple[str, str]], values: _Values) -> Iterator[tuple[str, Any]]:
    for kind, name in tokens:
        if kind not in {"word", "name"} or next(tokens, None) != ("mark", "="):
            raise ProgrammingError("The inputs of EXECUTE are given by name: input = value, …")
        yield _plain(name), values.of(*next(tokens, ("", "")))
        if next(tokens, ("mark", ",")) != ("mark", ","):
            raise ProgrammingError("The inputs of EXECUTE stand between commas.")


def _plain(name: str) -> str:
    return name[1:-1] if name[:1] in {"[", '"'} else name.removeprefix("@")


def _tokens(statement: str) -> Iterator[tuple[str, str]]:
    place = 0
    while found := _next(statement, place):
        place = found.end()
        kind = found.lastgroup or ""
        if kind != "comment":
            yield kind, found[kind]


def _words(text: str) -> list[str]:
    return [token for _, token in _tokens(text)]


def _next(text: str, place: int) -> re.Match[str] | None:
    return _TOKEN.match(text, place)
