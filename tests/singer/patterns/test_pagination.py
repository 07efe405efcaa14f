"""Rows come once each, whatever the size of a page, and are those that the account has."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tap_acton.resources.paging import OnePage
from tests.singer.patterns.account import (
    INCREMENTAL,
    STREAMS,
    SUPPRESSION,
    Accounts,
    opened,
    opened_early,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tap_acton.simulator.world import World
    from tests.singer.patterns.account import Account

Rows = list[tuple[Any, ...]]
PLACES = {"count", "offset", "page", "pageSize", "pageNumber"}


def moment(ms: int) -> str:
    text = datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def suppressed(kind: str) -> Callable[[World], Rows]:
    return lambda world: [
        (row.email, moment(row.timestamp_ms), row.origin) for row in world.suppressed(kind)
    ]


def records_of(list_id: str) -> Callable[[World], Rows]:
    return lambda world: [(row.id, moment(row.modified_ms)) for row in world.rows(list_id)]


def records_in(segment_id: str) -> Callable[[World], Rows]:
    return lambda world: [
        (row.id, moment(row.modified_ms))
        for row in world.rows(world.segments[segment_id].list_id)
        if world.segments[segment_id].holds(row)
    ]


def members_of(segment_id: str) -> Callable[[World], Rows]:
    def rows(world: World) -> Rows:
        segment = world.contact_segments.get(segment_id)
        assert segment is not None
        found = world.contact_segments.contacts(segment, "inserted")
        return [(each.id, each.get("email")) for each in found]

    return rows


def rows_of(object_name: str) -> Callable[[World], Rows]:
    return lambda world: [
        (dataset.id, row)
        for dataset in world.objects.datasets.values()
        if dataset.schema.name == object_name
        for row in dataset.rows
    ]


def messages(world: World) -> Rows:
    types = world.mailbox.counts()
    return [
        (each.id, kind, moment(each.ts_ms))
        for kind in types
        for each in world.mailbox.of_type(kind)
    ]


def events(world: World) -> Rows:
    return [
        (message.id, event.verb, event.recipient.record_id, moment(event.ts_ms))
        for kind in ("SENT", "TRIGGERED")
        for message in world.mailbox.of_type(kind)
        for event in world.mailbox.events(message)
    ]


LIST_ROW = ("contact_id", "modified_date")
PAGED: dict[str, tuple[tuple[str, ...], Callable[[World], Rows]]] = {
    "lists": (
        ("id", "name"),
        lambda world: [
            *((each.facts.id, each.facts.name) for each in world.lists),
            *((each.id, each.name) for each in world.segments.values()),
        ],
    ),
    "contacts": (
        ("id", "email", "updated_date"),
        lambda world: [
            (each.id, each.get("email"), moment(each.updated_ms))
            for each in world.contacts.view("inserted")
        ],
    ),
    "segments": (
        ("id", "name"),
        lambda world: [(each.id, each.name) for each in world.contact_segments.all()],
    ),
    "messages": (("id", "type", "timestamp"), messages),
    "message_events": (("message_id", "event", "record_id", "timestamp"), events),
    "hard_bounces": (("email", "timestamp", "origin"), suppressed("hardbounce")),
    "spam_complaints": (("email", "timestamp", "origin"), suppressed("spamcomplaint")),
    "opt_outs": (("email", "timestamp", "origin"), suppressed("optout")),
    "subscription_opt_outs": (
        ("category", "email", "timestamp"),
        lambda world: [
            (each.name, row.email, moment(row.timestamp_ms))
            for each in world.categories
            for row in each.opted_out
        ],
    ),
    "logos": (("id",), lambda world: [(each.id,) for each in world.assets.logos]),
    "list_api_example_list": (LIST_ROW, records_of("l-0001")),
    "list_messages": (LIST_ROW, records_of("l-0002")),
    "list_wide_list": (LIST_ROW, records_of("l-0006")),
    "segment_api_example_list_part_1": (LIST_ROW, records_in("q-0001")),
    "segment_messages_part_2": (LIST_ROW, records_in("q-0002")),
    "segment_invoice_notice_2": (("id", "email"), members_of("q-1002")),
    "segment_monthly_update_1": (("id", "email"), members_of("g-0001")),
    "segment_of_2022": (("id", "email"), members_of("g-0001")),
    "custom_membership": (("dataset_id", "row_id"), rows_of("Membership")),
    "custom_orders": (("dataset_id", "row_id"), rows_of("Orders")),
}
"""Each paged stream: columns, and their values in the account."""
each_paged = pytest.mark.parametrize("stream", PAGED)
NUMBERED = {
    *("contacts", "segments", "segment_invoice_notice_2", "segment_monthly_update_1"),
    *("segment_of_2022", "custom_membership", "custom_orders"),
}
"""Numbered pages have 20 rows at least; a short table is one of them."""


@pytest.fixture(scope="module")
def larger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Accounts]:
    """Accounts with enough of everything that is paged."""
    more: dict[str, Any] = {
        "lists": 5,
        "contacts": 24,
        "ucl_contacts": 50,
        "ucl_segments": 8,
        "logos": 8,
        "messages": 12,
        "recipients": 20,
        "suppressed": 9,
        "custom_object_rows": 30,
    }
    with (
        opened(tmp_path_factory.mktemp("today"), **more) as today,
        opened_early(tmp_path_factory.mktemp("early"), ucl_contacts=50) as early,
    ):
        yield Accounts(today=today, early=early)


def longest(account: Account) -> int:
    """Return the most requests for pages of the same rows."""
    pages = Counter(
        (entry.path, *((name, text) for name, text in entry.query.items() if name not in PLACES))
        for entry in account.sim.journal.matching(path="*")
    )
    return max(pages.values())


def assert_complete(account: Account, stream: str, **settings: Any) -> list[dict[str, Any]]:
    """Check that a run brings each row of the world once, and return its records."""
    columns, rows = PAGED[stream]
    account.sim.journal.clear()
    records = account.sync(account.alone(stream), **settings).records[stream]
    found = [tuple(record[name] for name in columns) for record in records]
    assert sorted(found) == sorted(rows(account.sim.world))
    return records


@each_paged
@pytest.mark.parametrize("size", [1, 2])
def test_small_pages_bring_each_row_once(stream: str, size: int, larger: Accounts) -> None:
    account = larger.of(stream)
    assert_complete(account, stream, page_size=size, list_download="json")
    assert longest(account) > (0 if stream in {*NUMBERED, "list_wide_list"} else 2)


@pytest.mark.parametrize("stream", [each for each in PAGED if each.startswith("list_")])
@pytest.mark.parametrize("list_download", ["auto", "csv"])
def test_a_list_comes_at_once_behind_its_first_page(
    stream: str, list_download: str, larger: Accounts
) -> None:
    account = larger.of(stream)
    assert_complete(account, stream, page_size=2, list_download=list_download)
    assert longest(account) <= 2


@each_paged
def test_a_last_page_may_be_of_any_length(stream: str, larger: Accounts) -> None:
    account = larger.of(stream)
    assert_complete(account, stream, page_size=7)


@each_paged
@pytest.mark.parametrize("more", [0, 1], ids=["just as many", "one more"])
def test_one_page_may_have_all_rows(stream: str, more: int, larger: Accounts) -> None:
    account = larger.of(stream)
    rows = len(PAGED[stream][1](account.sim.world))
    assert_complete(account, stream, page_size=rows + more)
    if stream in SUPPRESSION:  # without a total a reply must show that there are no more rows,
        assert longest(account) <= (2 if more else 3)  # and behind a full page one may be in vain
    else:
        assert longest(account) <= (1 if more else 2)


@pytest.mark.parametrize("stream", sorted({*PAGED} & {*INCREMENTAL}))
@pytest.mark.parametrize("size", [2, 7])
def test_pages_of_a_filtered_reading_bring_each_row_once(
    stream: str, size: int, larger: Accounts
) -> None:
    account = larger.of(stream)
    assert_complete(account, stream, page_size=size, start_date="2001-01-01")


def test_every_paged_stream_is_tested(accounts: Accounts) -> None:
    paged = {
        stream
        for stream in STREAMS
        if not isinstance(accounts.of(stream).resources[stream].paging, OnePage)
    }
    assert paged == set(PAGED)
