"""What is selected comes as it would in company; what is not leaves no trace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.harness import deselect, only
from tests.singer.patterns.account import each_stream

if TYPE_CHECKING:
    from tests.singer.patterns.account import Accounts


@each_stream
def test_some_columns_have_the_values_that_they_have_among_all(
    stream: str, accounts: Accounts
) -> None:
    account = accounts.of(stream)
    entry = account.entry(stream)
    automatic = {*entry["key_properties"], entry.get("replication_key")}
    properties = entry["schema"]["properties"]
    columns = [*properties]
    dates = {name for name in columns if properties[name].get("format") == "date-time"}
    out = ({*columns[1::2]} | dates) - automatic  # without dates, a list is asked for less
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
