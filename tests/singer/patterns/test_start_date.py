"""A start date leaves out what is older, an end date what is not, and neither anything else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.singer.patterns.account import each_incremental, each_whole

if TYPE_CHECKING:
    from tests.singer.patterns.account import Account, Accounts


def dates(account: Account, stream: str) -> tuple[str, str]:
    """Return two dates that records have, an earlier and a later one."""
    key = account.replication_key(stream)
    found = sorted({record[key] for record in account.whole.records[stream] if record[key]})
    early, late = found[len(found) // 3], found[2 * len(found) // 3]
    assert found[0] < early < late
    return early, late


def within(account: Account, stream: str, start: str = "", end: str = "9") -> list[dict[str, Any]]:
    """Return the records of a whole reading from a date on and before another, or of no date."""
    key = account.replication_key(stream)
    return [
        record
        for record in account.whole.records[stream]
        if record[key] is None or start <= record[key] < end
    ]


@each_incremental
def test_a_later_start_date_brings_the_part_that_is_as_late(
    stream: str, accounts: Accounts
) -> None:
    account = accounts.today
    early, late = dates(account, stream)
    for start in (early, late):
        run = account.sync(account.alone(stream), start_date=start)
        assert run.records[stream] == within(account, stream, start)
    assert len(within(account, stream, late)) < len(within(account, stream, early))
    assert len(within(account, stream, early)) < len(account.whole.records[stream])


@each_incremental
def test_an_end_date_leaves_itself_out(stream: str, accounts: Accounts) -> None:
    account = accounts.today
    early, late = dates(account, stream)
    run = account.sync(account.alone(stream), start_date=early, end_date=late)
    assert run.records[stream] == within(account, stream, early, late)
    assert run.state["bookmarks"][stream]["replication_key_value"] < late


@each_incremental
def test_a_bookmark_counts_more_than_an_earlier_start_date(stream: str, accounts: Accounts) -> None:
    account = accounts.today
    early, late = dates(account, stream)
    state = {
        "bookmarks": {
            stream: {
                "replication_key": account.replication_key(stream),
                "replication_key_value": late,
            }
        }
    }
    catalog = account.alone(stream)
    run = account.sync(catalog, state, start_date=early, report_lookback_days=0)
    assert run.records[stream] == within(account, stream, late)


@each_whole
def test_a_stream_without_dates_comes_whole_whatever_they_are(
    stream: str, accounts: Accounts
) -> None:
    account = accounts.of(stream)
    run = account.sync(account.alone(stream), start_date="2026-07-01", end_date="2026-07-02")
    assert run.records[stream] == account.whole.records[stream]
