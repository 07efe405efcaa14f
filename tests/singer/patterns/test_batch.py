"""Files of a batch hold what RECORD messages would."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from tests.harness import select_columns
from tests.singer.patterns.account import each_stream

if TYPE_CHECKING:
    from tests.harness import Messages
    from tests.singer.patterns.account import Accounts

ROWS = 4


def batching(folder: Path) -> dict[str, Any]:
    return {
        "encoding": {"format": "jsonl", "compression": "none"},
        "storage": {"root": str(folder)},
        "batch_size": ROWS,
    }


def files(run: Messages) -> list[list[dict[str, Any]]]:
    """Return the records of each file, in the order of the messages."""
    return [
        [json.loads(line) for line in path.read_text().splitlines()]
        for message in run.raw
        if message["type"] == "BATCH"
        for path in (Path(url2pathname(urlsplit(url).path)) for url in message["manifest"])
    ]


@each_stream
def test_batches_hold_the_records_of_messages(
    stream: str, accounts: Accounts, tmp_path: Path
) -> None:
    account = accounts.of(stream)
    run = account.sync(account.alone(stream), batch_config=batching(tmp_path))
    found = files(run)
    assert [record for file in found for record in file] == account.whole.records[stream]
    assert {len(file) for file in found[:-1]} <= {ROWS}
    assert run.schemas == {stream: account.whole.schemas[stream]}
    assert run.counts() == {}
    assert {*run.activated} == {*account.whole.activated} & {stream}


@each_stream
def test_batches_hold_no_column_that_is_not_selected(
    stream: str, accounts: Accounts, tmp_path: Path
) -> None:
    account = accounts.of(stream)
    entry = account.entry(stream)
    automatic = {*entry["key_properties"], entry.get("replication_key")} - {None}
    catalog = select_columns(account.alone(stream), stream)
    found = files(account.sync(catalog, batch_config=batching(tmp_path)))
    assert [record for file in found for record in file] == [
        {name: value for name, value in record.items() if name in automatic}
        for record in account.whole.records[stream]
    ]
