"""Runs that are cut short bring together what one run would, and end with its state."""

from __future__ import annotations

import json
import signal
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tap_acton.simulator import Fault
from tests.harness import TAP, Messages, unmeasured, wait_until
from tests.singer.patterns.account import LISTS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.singer.patterns.account import Account, Accounts
    from tests.singer.patterns.conftest import Open

Found = dict[str, set[str]]
PLACES = {
    "in the second page of a list": ("list_api_example_list", "/api/1/list/l-0001", 2),
    "in the third page of a CSV": ("list_wide_list", "/api/1/list/l-0003", 3),
    "in the second page of contacts": ("contacts", "/ucl/v2/*/contact/", 2),
    "in the third report": ("message_reports", "/api/1/message/*/report", 3),
    "in the second dataset": ("custom_orders", "/custom-objects/*/joinWithOther", 4),
}


def texts(run: Messages) -> Found:
    """Return the records by stream, after checking that none comes twice."""
    found: Found = {}
    for stream, records in run.records.items():
        keys = [tuple(record[name] for name in run.keys[stream]) for record in records]
        assert len(set(keys)) == len(keys)
        found[stream] = {json.dumps(record, sort_keys=True) for record in records}
    return found


def timeless(run: Messages) -> dict[str, Any]:
    """Return the states without what differs from reading to reading."""
    return {
        stream: {name: value for name, value in bookmark.items() if name != "version"}
        for stream, bookmark in run.state["bookmarks"].items()
    }


def completed(run: Messages) -> set[str]:
    """Return the streams that the state says this round has read."""
    return {name for name, bookmark in run.state["bookmarks"].items() if bookmark.get("complete")}


@pytest.mark.parametrize("budget", [19, 47, 110])
def test_budgeted_runs_bring_together_what_one_run_would(budget: int, accounts: Accounts) -> None:
    account = accounts.today
    found: Found = {}
    done: set[str] = set()
    state: dict[str, Any] | None = None
    runs = 0
    while runs < 60:
        run = account.sync(state=state, max_requests_per_run=budget, page_size=4)
        runs, state = runs + 1, run.state
        for stream, records in texts(run).items():
            found.setdefault(stream, set()).update(records)
        assert not done & set(run.schemas)
        if run.error is None:
            break
        assert run.error.exit_code == 75
        assert run.types[-1] == "STATE"
        assert done <= completed(run)
        done = completed(run)
    assert run.error is None
    assert runs > 2
    assert found == texts(account.whole)
    assert timeless(run) == timeless(account.whole)


def killed(account: Account, catalog: dict[str, Any], folder: Path, path: str, at: int) -> Messages:
    """Run the command, and send it SIGTERM while it waits for a reply."""
    arguments: list[str] = []
    config = {**account.config, "page_size": 4, "requests_in_flight": 1}  # or none is "the third"
    for name, content in (("config", config), ("catalog", catalog)):
        (folder / name).write_text(json.dumps(content))
        arguments += [f"--{name}", str(folder / name)]
    account.sim.faults.add(Fault(kind="slow", path=path, first=at, delay_s=600))
    account.sim.journal.clear()
    with (
        (folder / "messages").open("w") as stdout,
        subprocess.Popen(
            [TAP, *arguments], env=unmeasured(), stdout=stdout, stderr=subprocess.DEVNULL
        ) as process,
    ):
        wait_until(lambda: len(account.asked(path)) >= at)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 143
    account.sim.faults.clear()
    run = Messages.parse((folder / "messages").read_text().splitlines())
    assert run.types[-1:] == ["STATE"]
    return run


@pytest.mark.parametrize(("stream", "path", "at"), PLACES.values(), ids=PLACES)
def test_after_a_signal_the_next_run_brings_the_rest(
    stream: str, path: str, at: int, fresh: Open, tmp_path: Path
) -> None:
    account = fresh(ucl_contacts=30, custom_object_rows=30)
    catalog = account.alone(*dict.fromkeys(("account", "hard_bounces", stream, *LISTS)))
    whole = account.sync(catalog)
    cut = killed(account, catalog, tmp_path, path, at)
    rest = account.sync(catalog, cut.state, page_size=4)
    before, after = texts(cut), texts(rest)
    assert rest.error is None
    assert {name: before.get(name, set()) | after.get(name, set()) for name in texts(whole)} == (
        texts(whole)
    )
    assert timeless(rest) == timeless(whole)
    assert before[stream]
    assert len(before[stream] & after[stream]) <= 1  # the row that shows the place
    if "hard_bounces" in before:
        assert "hard_bounces" not in after
