"""What is selected comes as it would in company; what is not leaves no trace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.harness import deselect, only
from tests.singer.patterns.account import each_stream

if TYPE_CHECKING:
    from tests.singer.patterns.account import Accounts


@each_stream
@pytest.mark.parametrize("first", [0, 1], ids=["odd columns", "even columns"])
def test_some_columns_have_the_values_that_they_have_among_all(
    stream: str, first: int, accounts: Accounts
) -> None:
    account = accounts.of(stream)
    entry = account.entry(stream)
    automatic = {*entry["key_properties"], entry.get("replication_key")}
    columns = [*entry["schema"]["properties"]]
    out = {name for name in columns[first::2] if name not in automatic}
    run = account.sync(deselect(account.alone(stream), stream, *out))
    assert [*run.schemas[stream]["properties"]] == [name for name in columns if name not in out]
    assert run.records[stream] == [
        {name: value for name, value in record.items() if name not in out}
        for record in account.whole.records[stream]
    ]


@each_stream
def test_a_stream_comes_alone_as_it_comes_with_all_others(stream: str, accounts: Accounts) -> None:
    account = accounts.of(stream)
    alone = account.sync(only(account.catalog, stream))
    assert alone.schemas == {stream: account.whole.schemas[stream]}
    assert alone.records == {stream: account.whole.records[stream]}
    assert set(alone.state["bookmarks"]) == {stream}
