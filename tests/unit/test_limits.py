"""The limits of requests: a second, a run, a day."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tap_acton.auth.account import daily_budget
from tap_acton.config import read_settings
from tap_acton.errors import BudgetSpentError, SettingsFileAccessError
from tap_acton.transport.ledger import FileLedger
from tap_acton.transport.limits import AllLimits, DailyBudget, Pace, RunBudget
from tests.fakes import FakeClock

if TYPE_CHECKING:
    from pathlib import Path

DAY_S = 86_400


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


def test_throttling_slows_the_pace() -> None:
    clock = FakeClock()
    pace = Pace(5, clock)
    pace.throttled()
    assert moments(pace, clock, 2)[-1] == pytest.approx(1.5 / 4.9)


def test_much_throttling_slows_to_a_quarter_and_no_further() -> None:
    clock = FakeClock()
    pace = Pace(5, clock)
    for _ in range(100):
        pace.throttled()
    assert moments(pace, clock, 2)[-1] == pytest.approx(4 / 4.9)


def test_the_pace_recovers() -> None:
    clock = FakeClock()
    pace = Pace(5, clock)
    pace.throttled()
    taken = moments(pace, clock, 102)
    assert taken[-1] - taken[-2] == pytest.approx(1 / 4.9)


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
