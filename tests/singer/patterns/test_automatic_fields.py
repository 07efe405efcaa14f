"""Without any column selected, keys and replication keys come all the same, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.harness import select_columns
from tests.singer.patterns.account import each_stream

if TYPE_CHECKING:
    from tests.singer.patterns.account import Accounts


@each_stream
def test_keys_and_replication_keys_come_of_every_record(stream: str, accounts: Accounts) -> None:
    account = accounts.of(stream)
    entry = account.entry(stream)
    automatic = {*entry["key_properties"], entry.get("replication_key")} - {None}
    run = account.sync(select_columns(account.alone(stream), stream))
    assert set(run.schemas[stream]["properties"]) == automatic
    assert run.records[stream] == [
        {name: record[name] for name in record if name in automatic}
        for record in account.whole.records[stream]
    ]
    assert run.records[stream]
