"""A long list as CSV flows: little of it is ever in memory, however long it is."""

from __future__ import annotations

import gc
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

import pytest

from tap_acton.auth.account import Account
from tap_acton.auth.authenticator import FixedToken
from tap_acton.client import ActOnClient
from tap_acton.resources.pages import Batch
from tap_acton.transport.expected import Expected
from tap_acton.transport.replies import Reply
from tap_acton.transport.streaming import Body
from tests.downloads import DATES, csv_text, plain_list
from tests.fakes import idle

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from tap_acton.transport.session import Transport

T = TypeVar("T")

LIST, HEADINGS = "l-0001", ("_contact_id_", "A", "B", *DATES)
PIECE = 500
"""Rows that come together."""
PART = 20_000 // 6
"""Rows of a part: 20,000 cells of the list's six columns."""


def row(number: int) -> list[str]:
    return [f"{LIST}:{number:x}", f'a, "{number}"', "b" * 100, "1700000000000", "1700000000000"]


@dataclass(kw_only=True)
class Feed:
    """A transport whose CSV is made while it is read."""

    rows: int
    given: int = 0
    """Rows that have been read of it."""
    closed: bool = False

    def get(
        self, _path: str, params: dict[str, str], *, decode: Callable[[Reply], T], **_: Any
    ) -> T:
        offset = int(params["offset"])
        some = range(offset, min(self.rows, offset + int(params["count"])))
        page = {"headers": HEADINGS, "data": [row(n) for n in some], "totalCount": self.rows}
        body = json.dumps(page).encode()
        return decode(Reply(where="GET", status=200, headers={}, body=body))

    def stream(self, *_: object, decode: Callable[[Body], T], **__: object) -> T:
        return decode(Body(where="GET", head=csv_text([list(HEADINGS)]), rest=self._pieces()))

    def expectations(self) -> Expected:
        """Let nothing be sent ahead."""
        return Expected(idle(0))

    def _pieces(self) -> Generator[bytes]:
        try:
            for begin in range(0, self.rows, PIECE):
                self.given = begin + PIECE
                yield csv_text(row(number) for number in range(begin, begin + PIECE))
        finally:
            self.closed = True


def client_of(feed: Feed) -> ActOnClient:
    grants: Any = None  # nobody logs in
    transport = cast("Transport", feed)
    return ActOnClient(Account(transport=transport, auth=FixedToken("any"), grants=grants))


def rows_alive() -> int:
    batches = [each for each in gc.get_objects() if type(each) is Batch]
    return len({id(record) for each in batches for record in each.records})


@pytest.mark.parametrize("rows", [20_000, 100_000])
def test_no_more_is_read_ahead_or_kept_than_a_few_parts(rows: int) -> None:
    feed, came = Feed(rows=rows), 0
    for page in client_of(feed).pages(plain_list(LIST, "A", "B")):
        came += len(page.records)
        assert feed.given - came <= PART + 2 * PIECE
        assert rows_alive() <= 3 * PART
    assert (came, feed.closed) == (rows, True)


def test_leaving_a_long_list_leaves_the_rest_unread() -> None:
    feed = Feed(rows=100_000)
    pages = client_of(feed).pages(plain_list(LIST, "A", "B"))
    for _ in range(3):
        next(pages)
    pages.close()  # type: ignore[attr-defined]  # it is a generator
    assert feed.closed
    assert feed.given < 3 * PART + 2 * PIECE
