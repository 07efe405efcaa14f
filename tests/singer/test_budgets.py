"""Runs that a budget ends, each with the state of the one before, over every stream there is."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tap_acton.simulator import Fault, Options, Simulator
from tests.harness import Messages, config_for, discover, everything, only, sync

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ONE_OF_EACH: dict[str, Any] = dict.fromkeys(
    ("segments", "programs", "logos", "ucl_segments", "imports"), 1
)
TWO_OR_THREE: dict[str, Any] = {
    **dict.fromkeys(("lists", "recipients", "pages", "images", "senders", "custom_objects"), 2),
    **dict.fromkeys(("forms", "campaigns", "media", "categories", "suppressed"), 3),
}
NO_LIMITS: dict[str, Any] = dict.fromkeys(
    ("requests_per_second", "daily_requests", "logins_per_hour"), 0
)
SMALL = Options(
    contacts=5,
    columns=0,
    messages=5,
    ucl_contacts=5,
    custom_object_rows=4,
    **ONE_OF_EACH,
    **TWO_OR_THREE,
    **NO_LIMITS,
)
MANY_RUNS = 200


@pytest.fixture(scope="module")
def account() -> Iterator[Simulator]:
    """A small account that no test changes."""
    with Simulator(SMALL) as simulator:
        yield simulator


def texts(records: list[dict[str, Any]]) -> set[str]:
    return {json.dumps(record, sort_keys=True) for record in records}


def budgeted(config: dict[str, Any], catalog: dict[str, Any]) -> Iterator[Messages]:
    """Yield runs, each with the state of the one before, until one is not cut."""
    state: dict[str, Any] | None = None
    for _ in range(MANY_RUNS):
        run = sync(config, catalog, state)
        yield run
        if run.error is None:
            return
        assert run.error.exit_code == 75
        state = run.state
    pytest.fail("the runs never came to an end")


@pytest.mark.parametrize(("budget", "page_size"), [(3, 4), (4, 3), (7, 4), (40, 10)])
def test_budgeted_runs_in_a_row_read_every_stream(
    budget: int, page_size: int, account: Simulator, tmp_path: Path
) -> None:
    config = config_for(account, tmp_path, page_size=page_size)
    catalog = everything(discover(config))
    whole = sync(config, catalog)
    assert whole.error is None
    found: dict[str, set[str]] = defaultdict(set)
    for run in budgeted({**config, "max_requests_per_run": budget}, catalog):
        for stream, records in run.records.items():
            keys = [tuple(record[key] for key in run.keys[stream]) for record in records]
            assert len(set(keys)) == len(keys), stream
            found[stream] |= texts(records)
    assert found == {stream: texts(records) for stream, records in whole.records.items()}


@pytest.mark.parametrize(
    "stream", ["message_reports", "message_report_days", "list_scores", "contact_scores"]
)
def test_a_budget_smaller_than_the_listing_of_parents_reads_their_children(
    stream: str, tmp_path: Path
) -> None:
    options = replace(SMALL, messages=24, contacts=10, ucl_contacts=24)
    with Simulator(options) as account:
        config = config_for(account, tmp_path, page_size=4)
        chosen = only(discover(config), stream)
        whole = sync(config, chosen)
        found: set[str] = set()
        for run in budgeted({**config, "max_requests_per_run": 4}, chosen):
            found |= texts(run.records[stream])
    assert found == texts(whole.records[stream])


def test_whole_streams_are_activated_though_their_last_run_shows_nothing(
    account: Simulator, tmp_path: Path
) -> None:
    config = config_for(account, tmp_path, page_size=3, emit_activate_version_messages=True)
    chosen = only(discover(config), "list_scores")
    *cut, last = budgeted({**config, "max_requests_per_run": 3}, chosen)
    assert cut
    assert not any(run.activated for run in cut)
    assert set(last.activated) == {"list_scores"}


SPENT_DAYS = {
    "a long wait": {"kind": "throttle", "retry_after": "3600"},
    "its words": {"kind": "status", "status": 429, "message": "Daily limit exceeded"},
}


@pytest.mark.parametrize("said", SPENT_DAYS.values(), ids=SPENT_DAYS)
def test_a_run_that_the_accounts_spent_day_ends_keeps_what_it_has_and_the_next_completes(
    said: dict[str, Any], tmp_path: Path
) -> None:
    with Simulator(SMALL) as account:
        config = config_for(account, tmp_path, page_size=3)
        catalog = only(discover(config), "landing_pages", "forms", "lists", "messages")
        whole = sync(config, catalog)
        number = account.faults.add(Fault(first=4, times=0, **said))
        cut = sync(config, catalog)
        assert cut.error
        assert cut.error.exit_code == 75
        assert cut.types[-1] == "STATE"
        assert "tomorrow" in str(cut.error)
        account.faults.remove(number)
        rest = sync(config, catalog, cut.state)
    assert rest.error is None
    for stream, records in whole.records.items():
        assert texts(cut.records[stream]) | texts(rest.records[stream]) == texts(records)
    assert 0 < sum(cut.counts().values()) < sum(whole.counts().values())
