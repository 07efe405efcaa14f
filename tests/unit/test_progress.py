"""How often a run writes its state, and what it tells of its cost."""

from __future__ import annotations

import pytest

from tap_acton.config import read_settings
from tap_acton.singer.progress import Progress
from tests.fakes import FakeClock

CONFIG = {"initiate_oauth": "OFF", "access_token": "t"}


def test_the_first_state_is_due_at_once() -> None:
    assert Progress(FakeClock()).state_is_due()


@pytest.mark.parametrize(
    ("seconds", "records", "is_due"),
    [(29, 9_999, False), (30, 0, True), (0, 10_000, True)],
    ids=["neither", "half a minute", "ten thousand records"],
)
def test_the_next_state_is_due_after_a_while(seconds: float, records: int, *, is_due: bool) -> None:
    clock = FakeClock()
    progress = Progress(clock)
    progress.state_is_due()
    clock.advance(seconds)
    progress.read(records)
    assert progress.state_is_due() is is_due


def test_a_state_that_was_due_is_not_due_again() -> None:
    clock = FakeClock()
    progress = Progress(clock)
    progress.state_is_due()
    clock.advance(30)
    assert [progress.state_is_due(), progress.state_is_due()] == [True, False]


@pytest.mark.parametrize(
    ("requests", "told"),
    [
        (299, "at most about 299 requests: less than a minute, 1.0 % of"),
        (12_000, "at most about 12,000 requests: 40 minutes, 40.0 % of"),
    ],
    ids=["few", "many"],
)
def test_a_cost_is_told_in_requests_minutes_and_share_of_the_day(
    requests: int, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    settings = read_settings({**CONFIG, "requests_per_second": 5, "daily_request_budget": 30_000})
    Progress(FakeClock()).costs(requests, settings)
    assert told in caplog.messages[-1]
