"""What changes long after its date is read again for so many days, to the second."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tap_acton.singer.state import iso
from tests.singer.patterns.account import BY_MESSAGE
from tests.singer.patterns.changes import identity

if TYPE_CHECKING:
    from tests.singer.patterns.account import Account
    from tests.singer.patterns.conftest import Open

DAYS = 30
each_by_message = pytest.mark.parametrize("stream", BY_MESSAGE)


def moved(account: Account) -> None:
    """Let something happen to every message."""
    for message in account.sim.world.mailbox.of_type("SENT"):
        account.sim.world.set_report(message.id, clicked=[7, 9])


def dated(account: Account, stream: str, records: list[dict[str, Any]]) -> dict[str, str]:
    """Return the date of each message or day, of those that have one."""
    key = account.replication_key(stream)
    return {identity(account, stream, each): each[key] for each in records if each[key]}


@each_by_message
@pytest.mark.parametrize("seconds", [-1, 0, 1])
def test_a_row_comes_again_until_it_is_as_old_as_the_look_back(
    stream: str, seconds: int, fresh: Open
) -> None:
    account = fresh()
    catalog = account.alone(stream)
    first = account.sync(catalog, report_lookback_days=3650)
    moments = dated(account, stream, first.records[stream])
    chosen = sorted(moments, key=moments.__getitem__)[len(moments) // 2]
    bookmark = datetime.fromisoformat(moments[chosen]) + timedelta(days=DAYS, seconds=seconds)
    first.state["bookmarks"][stream]["replication_key_value"] = iso(bookmark)
    moved(account)
    second = account.sync(catalog, first.state, report_lookback_days=DAYS)
    start = iso(bookmark - timedelta(days=DAYS))
    expected = {row for row, date in moments.items() if date >= start}
    assert set(dated(account, stream, second.records[stream])) == expected
    assert (chosen in expected) == (seconds <= 0)


@each_by_message
def test_a_look_back_of_no_days_begins_with_the_bookmark(stream: str, fresh: Open) -> None:
    account = fresh()
    catalog = account.alone(stream)
    first = account.sync(catalog, report_lookback_days=0)
    moments = dated(account, stream, first.records[stream])
    moved(account)
    second = account.sync(catalog, first.state, report_lookback_days=0)
    newest = {row for row, date in moments.items() if date == max(moments.values())}
    again = set(dated(account, stream, second.records[stream]))
    assert again == newest
