"""A stream may be read whole for once, by the catalog's metadata, and its bookmark still holds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tap_acton.config import check_catalog
from tests.singer.patterns.account import BY_ROW, each_incremental, each_whole
from tests.singer.patterns.changes import change, identities

if TYPE_CHECKING:
    from tests.singer.patterns.account import Account, Accounts
    from tests.singer.patterns.conftest import Open


def switched(account: Account, stream: str, method: str) -> dict[str, Any]:
    """Return a stream's catalog, with another method in its metadata, as from a file."""
    catalog: dict[str, Any] = json.loads(json.dumps(account.alone(stream)))
    for entry in catalog["streams"][0]["metadata"]:
        if not entry["breadcrumb"]:
            entry["metadata"]["replication-method"] = method
    return check_catalog(catalog)


def without_version(bookmark: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in bookmark.items() if name != "version"}


@each_incremental
def test_read_whole_everything_comes_and_the_bookmark_stays(
    stream: str, accounts: Accounts
) -> None:
    account = accounts.today
    first = account.sync(account.alone(stream))
    whole = account.sync(switched(account, stream, "FULL_TABLE"), first.state)
    assert first.activated == {}
    assert whole.records[stream] == account.whole.records[stream]
    assert whole.versions == {stream: {whole.activated[stream]}}
    left, found = (run.state["bookmarks"][stream] for run in (whole, first))
    assert left["version"] == whole.activated[stream]
    assert without_version(left) == found


@pytest.mark.parametrize("stream", BY_ROW)
def test_back_at_the_bookmark_what_changed_before_and_after_comes(stream: str, fresh: Open) -> None:
    account = fresh()
    first = account.sync(account.alone(stream))
    changed = change(account, stream)
    whole = account.sync(switched(account, stream, "FULL_TABLE"), first.state)
    back = account.sync(switched(account, stream, "INCREMENTAL"), whole.state)
    after = account.sync(switched(account, stream, "INCREMENTAL"), back.state)
    assert changed < set(identities(account, stream, whole))
    assert identities(account, stream, back) == sorted(changed)
    assert back.activated == after.activated == {}
    assert back.versions == {stream: {None}}
    assert after.counts() == {}


@each_incremental
def test_read_whole_first_a_stream_has_no_bookmark_yet(stream: str, accounts: Accounts) -> None:
    account = accounts.today
    whole = account.sync(switched(account, stream, "FULL_TABLE"))
    assert "replication_key_value" not in whole.state["bookmarks"][stream]
    first = account.sync(switched(account, stream, "INCREMENTAL"), whole.state)
    assert first.records[stream] == account.whole.records[stream]
    assert first.state["bookmarks"][stream]["replication_key_value"]


@each_whole
def test_a_stream_without_dates_is_read_whole_whatever_the_metadata_says(
    stream: str, accounts: Accounts
) -> None:
    account = accounts.of(stream)
    first = account.sync(switched(account, stream, "INCREMENTAL"))
    second = account.sync(switched(account, stream, "INCREMENTAL"), first.state)
    for run in (first, second):
        assert run.error is None
        assert run.records[stream] == account.whole.records[stream]
