"""A bookmark that says nothing is none, and one that is garbage is refused."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from tap_acton.errors import ConfigError
from tests.harness import only, run_tap
from tests.singer.patterns.account import each_incremental, each_stream, each_whole

if TYPE_CHECKING:
    from pathlib import Path

    from tests.singer.patterns.account import Accounts

NOTHING: dict[str, dict[str, Any]] = {
    "empty": {},
    "null": {"replication_key_value": None},
    "empty text": {"replication_key_value": ""},
    "without its key": {"replication_key": None},
}
GARBAGE: dict[str, Any] = {
    "words": "yesterday",
    "a list": ["2026-01-01T00:00:00Z"],
    "an object": {"value": "2026-01-01T00:00:00Z"},
    "a flag": True,
}
each_nothing = pytest.mark.parametrize("nothing", NOTHING.values(), ids=NOTHING)


@each_incremental
@each_nothing
def test_without_a_value_a_stream_is_read_from_its_start(
    nothing: dict[str, Any], stream: str, accounts: Accounts
) -> None:
    account = accounts.today
    key = {"replication_key": account.replication_key(stream)} if nothing else {}
    run = account.sync(account.alone(stream), {"bookmarks": {stream: {**key, **nothing}}})
    assert run.error is None
    assert run.records[stream] == account.whole.records[stream]
    assert run.state["bookmarks"][stream] == account.whole.state["bookmarks"][stream]


@each_whole
def test_a_bookmark_of_a_stream_that_is_read_whole_is_no_matter(
    stream: str, accounts: Accounts
) -> None:
    account = accounts.of(stream)
    bookmark = {"replication_key": None, "replication_key_value": None}
    run = account.sync(account.alone(stream), {"bookmarks": {stream: bookmark}})
    assert run.error is None
    assert run.records[stream] == account.whole.records[stream]


@pytest.mark.parametrize("state", [{}, {"bookmarks": {}}], ids=["nothing", "no bookmarks"])
def test_an_empty_state_is_that_of_a_first_run(state: dict[str, Any], accounts: Accounts) -> None:
    account = accounts.today
    run = account.sync(account.alone("hard_bounces"), state)
    assert run.records["hard_bounces"] == account.whole.records["hard_bounces"]


@each_stream
def test_the_state_of_what_is_not_selected_stays_as_it_was(stream: str, accounts: Accounts) -> None:
    account = accounts.of(stream)
    before = copy.deepcopy(account.whole.state)
    before["bookmarks"]["list_gone"] = {"replication_key_value": "2026-01-01", "list_id": "l-99"}
    before["bookmarks"]["another_taps"] = {"starting_replication_value": None, "note": [1]}
    run = account.sync(only(account.catalog, stream), before, report_lookback_days=0)
    for state in (before, run.state):
        state["bookmarks"].pop(stream)
    assert run.state == before


@each_incremental
@pytest.mark.parametrize("value", GARBAGE.values(), ids=GARBAGE)
def test_garbage_is_refused_before_any_request(value: Any, stream: str, accounts: Accounts) -> None:
    account = accounts.today
    bookmark = {
        "replication_key": account.replication_key(stream),
        "replication_key_value": value,
    }
    account.sim.journal.clear()
    run = account.sync(account.alone("account", stream), {"bookmarks": {stream: bookmark}})
    assert isinstance(run.error, ConfigError)
    assert stream in str(run.error)
    assert account.asked() == []
    assert run.counts() == {}


def test_garbage_is_one_line_and_the_exit_code_two(accounts: Accounts, tmp_path: Path) -> None:
    account = accounts.today
    bookmark = {"replication_key": "timestamp", "replication_key_value": "yesterday"}
    files = {
        "config": account.config,
        "catalog": account.alone("hard_bounces"),
        "state": {"bookmarks": {"hard_bounces": bookmark}},
    }
    arguments: list[str] = []
    for name, content in files.items():
        (tmp_path / name).write_text(json.dumps(content))
        arguments += [f"--{name}", str(tmp_path / name)]
    ended = run_tap(*arguments)
    assert ended.returncode == 2
    (line,) = (line for line in ended.stderr.splitlines() if " | " not in line)
    assert line.startswith("Error: The state of stream 'hard_bounces' cannot be read")
