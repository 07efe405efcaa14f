"""Paging of queries, by number or by a token (SPEC PaginationDTO)."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from tap_acton.simulator.objects.joins import Joined

# The example of SPEC shows 20; that it is the default, and the ceiling, are guesses.
_SIZE: Final = 20
_MOST: Final = 1000

Cut = tuple[Sequence[Joined], Mapping[str, object]]


class Page(Protocol):
    """The part of the rows that a query asks for."""

    def cut(self, rows: Sequence[Joined]) -> Cut:
        """The rows inside, and what is said of them around."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class NumberedPage:
    """`OFFSET`, the default: a page by its number, from 0."""

    number: int
    size: int

    def cut(self, rows: Sequence[Joined]) -> Cut:
        """The rows inside; none past the end."""
        start = self.number * self.size
        frame = {"page": self.number, "size": self.size, "totalCount": len(rows)}
        return rows[start : start + self.size], frame


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenPage:
    """`CURSOR`: what follows the row that a token names; without a token, the first rows.

    The token of the next page is null on the last one (guess). Deleted rows do not move the
    others: if the token's row is gone, the page begins with the next one by number.
    """

    token: str
    size: int

    def cut(self, rows: Sequence[Joined]) -> Cut:
        """The rows inside.

        Raises:
            ValueError: if the token is none of ours.
        """
        start = _start(rows, self.token) if self.token else 0
        some = rows[start : start + self.size]
        more = start + self.size < len(rows)
        token = _token(some[-1]) if some and more else None
        return some, {"size": self.size, "totalCount": len(rows), "nextPageToken": token}


def read_page(asked: Mapping[str, Any]) -> Page:
    """Read `pagination`, or the deprecated `page` and `size`.

    Raises:
        ValueError: if a value is out of range.
    """
    given = asked.get("pagination") or asked
    size, number = given.get("size", _SIZE), given.get("page", 0)
    if not isinstance(size, int) or not isinstance(number, int) or size < 1 or number < 0:
        msg = "page and size must be whole numbers, size at least 1"
        raise ValueError(msg)
    token = given.get("nextPageToken") or ""
    if not isinstance(token, str):
        msg = "Invalid nextPageToken"
        raise ValueError(msg)  # noqa: TRY004 - every bad body is answered alike
    strategy = given.get("pageStrategy") or "OFFSET"
    if strategy == "CURSOR":
        return TokenPage(token=token, size=min(size, _MOST))
    if strategy != "OFFSET":
        msg = f"Unknown pageStrategy: {strategy}"
        raise ValueError(msg)
    return NumberedPage(number=number, size=min(size, _MOST))


def _token(last: Joined) -> str:
    return base64.urlsafe_b64encode(f"{last.row.number} {last.id}".encode()).decode()


def _start(rows: Sequence[Joined], token: str) -> int:
    try:
        number, _, last = base64.urlsafe_b64decode(token).decode().partition(" ")
        gone = int(number)
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        msg = "Invalid nextPageToken"
        raise ValueError(msg) from error
    for at, pair in enumerate(rows):
        if pair.id == last:
            return at + 1
    return next((at for at, pair in enumerate(rows) if pair.row.number > gone), len(rows))
