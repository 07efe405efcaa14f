"""Connection strings: `Name=Value;Name=Value`, as ADO.NET writes them and CData's connectors read.

Names are in any case, with or without blanks. A value in single or double quotes may hold
anything; the quote itself is doubled there. Without quotes it ends at the next semicolon.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tap_acton.sql.exceptions import InterfaceError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["folded", "parse"]

_QUOTED = re.compile(r"""\s*(?:"((?:[^"]|"")*)"|'((?:[^']|'')*)')\s*(;|$)""", re.DOTALL)
_PLAIN = re.compile(r"([^;]*)(?:;|$)", re.DOTALL)


def parse(text: str) -> list[tuple[str, str]]:
    """Return the names and values of a connection string, in order.

    Raises:
        InterfaceError: A part is no `Name=Value`, or a quote is not closed. It names the place
            and never a value.
    """
    return list(_pairs(text))


def folded(name: str) -> str:
    """Return a property's name as names are compared: without case and blanks."""
    return "".join(name.split()).casefold()


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    place = number = 0
    while place < len(text):
        number += 1
        plain = _PLAIN.match(text, place)
        assert plain  # it matches anything  # noqa: S101
        name, equals, _ = plain[1].partition("=")
        if not plain[1].strip():
            place = plain.end()
            continue
        if not equals or not name.strip():
            raise InterfaceError(
                f"Part {number} of the connection string is no Name=Value. Put a value that "
                "holds a semicolon into quotes."
            )
        value, place = _value(text, place + len(name) + 1, name.strip(), plain)
        yield name.strip(), value


def _value(text: str, start: int, name: str, plain: re.Match[str]) -> tuple[str, int]:
    if quoted := _QUOTED.match(text, start):
        if quoted[1] is not None:
            return quoted[1].replace('""', '"'), quoted.end()
        return quoted[2].replace("''", "'"), quoted.end()
    value = text[start : plain.end(1)].strip()
    if value[:1] in {'"', "'"}:
        raise InterfaceError(
            f"The value of {name} in the connection string begins with a quote that does not end "
            "it. Double the quotes inside, and close it."
        )
    return value, plain.end()
