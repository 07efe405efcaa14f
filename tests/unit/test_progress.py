"""How often a run writes its state, and what it tells of its cost and of how it goes."""

from __future__ import annotations

import re
import threading
from collections import Counter

import pytest

from tap_acton.client import Place, RecordsPage
from tap_acton.config import read_settings
from tap_acton.dynamic import list_resource
from tap_acton.errors import NoReplyError
from tap_acton.resources.pages import Position
from tap_acton.singer.console.plan import Estimate, Plan
from tap_acton.singer.console.progress import Progress
from tap_acton.transport.session import Sent
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


def one_request(seconds: float = 0.5) -> Sent:
    return Sent(where="GET /api/1/list/l-1", status=200, seconds=seconds, size=7)


def test_requests_of_many_threads_are_all_counted() -> None:
    progress = Progress(FakeClock())
    progress.begins("forms")
    ready = threading.Barrier(8)

    def send() -> None:
        ready.wait()
        for _ in range(500):
            progress.sent(one_request())

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (progress.requests, progress.current.requests) == (4000, 4000)
    assert progress.current.request_s == pytest.approx(2000)


def test_requests_before_the_first_stream_are_those_of_discovery() -> None:
    progress = Progress(FakeClock())
    progress.sent(one_request())
    progress.begins("forms")
    assert [(each.stream, each.requests) for each in progress.tallies.values()] == [
        ("discovery", 1),
        ("forms", 0),
    ]
    assert progress.completed == []


def test_a_long_reading_tells_every_half_minute_how_it_stands(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    clock = FakeClock()
    progress = Progress(clock, per_second=5)
    people = list_resource("list_people", "l-1", ())
    estimates = (Estimate(stream=people.name, most=1001, rows=1_000_000),)
    progress.expects(Plan(estimates=estimates, per_second=5, daily=30_000, left_today=20_000))
    caplog.clear()
    progress.begins(people.name)
    progress.current.opens(people, (), None)
    place = Place(bound={"list_id": "l-1"}, position=Position())
    for _ in range(40):
        clock.advance(1)
        for _ in range(4):
            progress.sent(one_request())
        progress.read(4000, RecordsPage(records=[{}] * 4000, place=place, total=1_000_000))
    (line,) = caplog.messages
    assert re.fullmatch(
        r"Reading list_people: 120,000 of 1,000,000 rows, 120 requests "
        r"\(4\.\d a second, 80 % of the ceiling, 19,880 left\); about 3 min 40 s to go",
        line,
    )


def test_what_is_left_is_the_smaller_of_the_budgets() -> None:
    progress = Progress(FakeClock())
    progress.sent(one_request())  # counted in what is left today, and not in what the run may send
    progress.expects(Plan(estimates=(), per_second=5, daily=100, left_today=50, per_run=20))
    assert progress.budget_left == 19
    progress.sent(one_request())
    assert progress.budget_left == 18


def test_a_run_that_ends_in_the_middle_of_a_stream_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    progress = Progress(FakeClock())
    for stream in ("senders", "forms", "media", "images"):
        progress.begins(stream)
        if stream == "senders":
            progress.shows()
            progress.completes()
        elif stream == "forms":
            progress.completes()
        elif stream == "media":
            progress.fails(NoReplyError("Nothing came back"))
    progress.ends(skipped=2, misfits=Counter({"forms.size": 3}))
    notes = {line.split()[0]: line.split("  ")[-1].strip() for line in caplog.messages}
    assert [notes[name] for name in ("forms", "media", "images")] == [
        "not shown",
        "failed",
        "cut short",
    ]
    assert (progress.completed, progress.hidden, progress.failed) == (
        ["senders"],
        ["forms"],
        ["media"],
    )
    assert caplog.messages[-2].startswith(
        "Streams complete: 1, failed: 1, not shown: 1, objects skipped: 2. "
    )
    assert caplog.messages[-1] == "Values that did not fit forms.size, and are in _raw: 3"
