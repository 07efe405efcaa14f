"""The limits of requests: a second, a run, a day."""

from __future__ import annotations

import json
import signal
import stat
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from tap_acton.auth.account import daily_budget
from tap_acton.config import read_settings
from tap_acton.errors import BudgetSpentError, SettingsFileAccessError
from tap_acton.interrupts import Interrupted
from tap_acton.transport.ledger import FileLedger
from tap_acton.transport.limits import AllLimits, DailyBudget, Pace, RunBudget
from tests.fakes import FakeClock

if TYPE_CHECKING:
    from pathlib import Path

    from tap_acton.transport.turns import Turn

DAY_S = 86_400
USUAL_S = 1 / (5 * 0.985)


class LateClock(FakeClock):
    """A clock on which waits end too late."""

    oversleeps_s = 0.0

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds + self.oversleeps_s)


class InterruptedClock(FakeClock):
    """A clock whose first wait a signal ends."""

    is_interrupted = False

    def sleep(self, seconds: float) -> None:
        if not self.is_interrupted:
            self.is_interrupted = True
            raise Interrupted(signal.SIGTERM)
        super().sleep(seconds)


class EndlessWait(FakeClock):
    """A clock on which a wait ends when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.over = threading.Event(), threading.Event()

    def sleep(self, seconds: float) -> None:
        self.begun.set()
        self.over.wait()
        super().sleep(seconds)


class Unreachable:
    """`Turns` in a place that is gone."""

    def __init__(self) -> None:
        self.asked = 0

    def reserve(self, gap_s: float) -> Turn:
        self.asked += 1
        raise SettingsFileAccessError("Gone", where=f"{gap_s}")

    def delay(self, turn: Turn, by_s: float) -> bool:
        raise AssertionError((turn, by_s))

    def slow(self) -> None:
        raise SettingsFileAccessError("Gone")

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "tokens.json.budget"


def moments(pace: Pace, clock: FakeClock, number: int) -> list[float]:
    """Take turns and return when they came."""
    taken = []
    for _ in range(number):
        pace.take()
        taken.append(clock.monotonic())
    return taken


def spend(budget: DailyBudget | RunBudget) -> int:
    """Take until nothing is left; return how many there were."""
    taken = 0
    try:
        while True:
            budget.take()
            taken += 1
    except BudgetSpentError:
        return taken


def test_no_second_holds_more_requests_than_allowed() -> None:
    clock = FakeClock()
    taken = moments(Pace(5, clock), clock, 100)
    assert all(later - sooner > 1 for sooner, later in zip(taken, taken[5:], strict=False))


def test_the_pace_uses_nearly_all_that_is_allowed() -> None:
    clock = FakeClock()
    assert moments(Pace(5, clock), clock, 51)[-1] == pytest.approx(10, rel=0.05)


def test_the_first_request_does_not_wait() -> None:
    clock = FakeClock()
    Pace(5, clock).take()
    assert clock.slept == []


def test_idle_time_is_not_saved_up_for_a_burst() -> None:
    clock = FakeClock()
    pace = Pace(5, clock)
    pace.take()
    clock.advance(60)
    taken = moments(pace, clock, 6)
    assert taken[-1] - taken[0] > 1


def gap(pace: Pace, clock: FakeClock) -> float:
    """Return how far the next two turns are apart, as a multiple of the usual."""
    sooner, later = moments(pace, clock, 2)
    return (later - sooner) / USUAL_S


def complain(pace: Pace, clock: FakeClock, times: int) -> None:
    """Let the server complain, each time of another second."""
    for _ in range(times):
        pace.throttled()
        clock.advance(1)


def test_throttling_slows_the_pace() -> None:
    clock = FakeClock()
    pace = Pace(5, clock)
    pace.throttled()
    assert gap(pace, clock) == pytest.approx(1.04)


def test_complaints_of_one_second_are_one() -> None:
    clock = FakeClock()
    pace = Pace(5, clock)
    for _ in range(8):
        pace.throttled()
        clock.advance(0.1)
    assert gap(pace, clock) == pytest.approx(1.04, abs=0.001)


def test_complaints_that_go_on_slow_it_further() -> None:
    clock = FakeClock()
    pace = Pace(5, clock)
    complain(pace, clock, 20)
    assert gap(pace, clock) > 1.5


def test_much_throttling_slows_to_a_quarter_and_no_further() -> None:
    clock = FakeClock()
    pace = Pace(5, clock)
    complain(pace, clock, 500)
    pace.throttled()
    assert gap(pace, clock) == pytest.approx(4, rel=0.02)


def test_the_pace_recovers_while_it_is_used() -> None:
    clock = FakeClock()
    pace = Pace(5, clock)
    complain(pace, clock, 20)
    moments(pace, clock, 2000)
    assert gap(pace, clock) == pytest.approx(1, rel=0.02)


def test_the_pace_recovers_while_nobody_sends_anything() -> None:
    clock = FakeClock()
    pace = Pace(5, clock)
    complain(pace, clock, 20)
    clock.advance(DAY_S)
    pace.take()
    assert gap(pace, clock) == pytest.approx(1)


def test_a_turn_that_is_met_late_moves_the_next() -> None:
    clock = LateClock()
    pace = Pace(5, clock)
    pace.take()
    clock.oversleeps_s = 0.1
    sooner, later = moments(pace, clock, 2)
    assert later - sooner >= USUAL_S


def test_a_turn_that_is_met_a_little_late_costs_nothing() -> None:
    clock = LateClock()
    pace = Pace(5, clock)
    pace.take()
    clock.oversleeps_s = 0.005
    taken = moments(pace, clock, 101)
    assert taken[-1] - taken[0] == pytest.approx(100 * USUAL_S)


def test_threads_of_a_process_have_one_turn_at_a_time() -> None:
    pace = Pace(5, waits := EndlessWait())
    pace.take()
    threads = [threading.Thread(target=pace.take) for _ in range(4)]
    for thread in threads:
        thread.start()
    waits.begun.wait()
    other = Pace(5, FakeClock(), pace._turns)
    assert pace._turns.reserve(0).at_s == pytest.approx(USUAL_S)
    other.throttled()  # and nobody who waits keeps others from telling
    pace.throttled()
    waits.over.set()
    for thread in threads:
        thread.join()


def test_an_interrupted_wait_keeps_nobody_else_from_the_next_turn() -> None:
    clock = InterruptedClock()
    pace = Pace(5, clock)
    pace.take()
    with pytest.raises(Interrupted):
        pace.take()
    pace.take()
    assert clock.slept == [pytest.approx(2 * USUAL_S)]


def test_a_queue_that_cannot_be_reached_is_told_once_and_done_without(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = FakeClock()
    pace = Pace(5, clock, Unreachable())
    taken = moments(pace, clock, 10)
    pace.throttled()
    assert all(later - sooner > 1 for sooner, later in zip(taken, taken[5:], strict=False))
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "own for now, not shared: Gone" in caplog.text


def test_a_queue_that_can_be_reached_again_is_used_again() -> None:
    clock = FakeClock()
    pace = Pace(5, clock, turns := Unreachable())
    moments(pace, clock, 100)
    assert turns.asked == 1
    clock.advance(30)
    pace.take()
    assert turns.asked == 2


def test_a_run_spends_its_requests_and_no_more() -> None:
    assert spend(RunBudget(7)) == 7


def test_a_spent_run_names_its_setting() -> None:
    with pytest.raises(BudgetSpentError, match="max_requests_per_run"):
        RunBudget(0).take()


def test_a_spent_budget_is_a_temporary_failure() -> None:
    assert BudgetSpentError("x").exit_code == 75


@pytest.mark.parametrize("limit", [1, 7, 250, 10_000])
def test_a_day_spends_its_requests_and_no_more(path: Path, limit: int) -> None:
    assert spend(DailyBudget(FileLedger(path), limit, FakeClock())) == limit


def test_a_spent_day_says_when_there_are_more(path: Path) -> None:
    with pytest.raises(BudgetSpentError, match=r"after 2026-06-02T00:00:00\+00:00.*daily_request"):
        DailyBudget(FileLedger(path), 0, FakeClock()).take()


def test_the_next_day_has_all_requests_again(path: Path) -> None:
    clock = FakeClock()
    budget = DailyBudget(FileLedger(path), 7, clock)
    spend(budget)
    clock.advance(DAY_S)
    assert spend(budget) == 7


def test_what_was_set_aside_yesterday_is_not_spent_today(path: Path) -> None:
    clock = FakeClock()
    budget = DailyBudget(FileLedger(path), 1000, clock)
    budget.take()
    clock.advance(DAY_S)
    budget.take()
    budget.close()
    assert budget.remaining() == 999


def test_processes_share_the_days_requests(path: Path) -> None:
    clock = FakeClock()
    one, two = (DailyBudget(FileLedger(path), 1000, clock) for _ in range(2))
    one.take()
    assert 1 + spend(two) + spend(one) == 1000


def test_a_finished_process_gives_back_what_it_set_aside(path: Path) -> None:
    budget = DailyBudget(FileLedger(path), 1000, FakeClock())
    budget.take()
    budget.close()
    assert DailyBudget(FileLedger(path), 1000, FakeClock()).remaining() == 999


def test_closing_twice_gives_back_once(path: Path) -> None:
    budget = DailyBudget(FileLedger(path), 1000, FakeClock())
    budget.take()
    budget.close()
    budget.close()
    assert budget.remaining() == 999


def test_a_killed_process_leaves_at_most_fifty_unused(path: Path) -> None:
    killed = DailyBudget(FileLedger(path), 30_000, FakeClock())
    killed.take()
    assert DailyBudget(FileLedger(path), 30_000, FakeClock()).remaining() >= 30_000 - 50


def test_a_smaller_limit_than_what_was_spent_leaves_nothing(path: Path) -> None:
    spend(DailyBudget(FileLedger(path), 10, FakeClock()))
    assert DailyBudget(FileLedger(path), 5, FakeClock()).remaining() == 0


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"day": 1}'])
def test_a_damaged_count_begins_anew(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    assert spend(DailyBudget(FileLedger(path), 7, FakeClock())) == 7


def test_the_count_is_readable_by_its_owner_only(path: Path) -> None:
    DailyBudget(FileLedger(path), 7, FakeClock()).take()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_count_that_cannot_be_written_is_said_to_be_that(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    budget = DailyBudget(FileLedger(tmp_path / "file" / "budget"), 7, FakeClock())
    with pytest.raises(SettingsFileAccessError, match=r"Cannot write.*oauth_settings_location"):
        budget.take()


def test_a_count_that_cannot_be_read_is_said_to_be_that(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(SettingsFileAccessError, match="Cannot read"):
        DailyBudget(FileLedger(path), 7, FakeClock()).remaining()


def test_a_run_that_is_done_does_not_fail_on_giving_back(path: Path) -> None:
    budget = DailyBudget(FileLedger(path), 1000, FakeClock())
    budget.take()
    path.unlink()
    path.mkdir()
    budget.close()


def test_a_refusal_of_one_limit_costs_nothing_of_those_behind_it(path: Path) -> None:
    budget = DailyBudget(FileLedger(path), 1000, FakeClock())
    with pytest.raises(BudgetSpentError, match="This run"):
        AllLimits([RunBudget(0), budget]).take()
    assert budget.remaining() == 1000


def test_two_names_of_a_settings_file_share_one_budget(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    client = {"client_id": "x", "client_secret": "x", "daily_request_budget": 10}
    one, two = (
        daily_budget(
            read_settings({**client, "oauth_settings_location": str(tmp_path / name / "t.json")})
        )
        for name in ("real", "link")
    )
    assert spend(one) + spend(two) == 10


def test_a_process_that_ends_without_closing_gives_the_rest_back(tmp_path: Path) -> None:
    counted = tmp_path / "counted"
    code = f"""
from pathlib import Path
from tap_acton.transport.ledger import FileLedger
from tap_acton.transport.limits import DailyBudget
DailyBudget(FileLedger(Path({str(counted)!r})), 30_000).take()
"""
    subprocess.run([sys.executable, "-c", code], check=True)
    assert json.loads(counted.read_text())["spent"] == 1
