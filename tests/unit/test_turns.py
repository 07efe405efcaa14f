"""A queue in a file: what becomes of it when the file, the machine or its clock is not as usual.

What every kind of queue promises is in `test_store_contract.py`.
"""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from tap_acton.auth.account import open_account
from tap_acton.config import read_settings
from tap_acton.errors import SettingsFileAccessError, SettingsFileLockedError
from tap_acton.transport.limits import Pace
from tap_acton.transport.turns import FileRoom, QueueTurns
from tests.fakes import FakeClock

if TYPE_CHECKING:
    from pathlib import Path

GAP_S = 10.0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "tokens.json.pace"


@pytest.fixture
def clock() -> FakeClock:
    clock = FakeClock()
    clock.advance(1000)
    return clock


@pytest.fixture
def turns(path: Path, clock: FakeClock) -> QueueTurns:
    return QueueTurns(FileRoom(path), clock)


def test_the_file_and_its_folder_are_for_their_owner(turns: QueueTurns, path: Path) -> None:
    turns.reserve(GAP_S)
    modes = [stat.S_IMODE(each.stat().st_mode) for each in (path, path.parent)]
    assert modes == [0o600, 0o700]


def test_the_file_stays_as_long_as_it_is(turns: QueueTurns, path: Path) -> None:
    lengths = set()
    for _ in range(5):
        turns.reserve(1 / 3)
        turns.slow()
        lengths.add(path.stat().st_size)
    assert len(lengths) == 1


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b"7",
        b'{"day": 1}',
        b'{"last_s": "x"}',
        b'{"last_s": null}',
        b'{"last_s": Infinity}',
        b'{"last_s": NaN, "written_s": 1}',
        b'{"last_s": 1, "written_s": 1, "slowness": 1e9}',
        b'{"last_s": 1, "written_s": 1, "slowness": 0}',
        b'{"last_s": 1' + b"0" * 400 + b"}",
        b" " * 10_000,
    ],
)
def test_a_damaged_file_is_as_good_as_none(
    turns: QueueTurns, path: Path, clock: FakeClock, content: bytes
) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    assert turns.reserve(GAP_S).at_s == clock.monotonic()
    assert turns.reserve(GAP_S).at_s == clock.monotonic() + GAP_S


def test_a_file_from_before_the_machine_was_started_anew_lets_nobody_wait(
    turns: QueueTurns, path: Path, clock: FakeClock
) -> None:
    turns.reserve(GAP_S)
    assert json.loads(path.read_text())["last_s"] == clock.monotonic()
    clock.advance(-990)
    turns.slow()
    assert turns.reserve(GAP_S).at_s == pytest.approx(clock.monotonic() + 1.04 * GAP_S)


def test_turns_that_were_given_still_count_when_the_clock_is_put_back(
    turns: QueueTurns, clock: FakeClock
) -> None:
    for _ in range(4):
        turns.reserve(GAP_S)
    clock.advance(-100)
    assert turns.reserve(GAP_S).at_s == clock.monotonic() + 4 * GAP_S


def test_a_file_that_a_stopped_process_holds_is_said_to_be_that(
    path: Path, clock: FakeClock
) -> None:
    path.parent.mkdir()
    turns = QueueTurns(FileRoom(path, lock_timeout_s=0.01), clock)
    with (
        FileLock(path.with_name(path.name + ".lock")),
        pytest.raises(SettingsFileLockedError, match="locked by another process"),
    ):
        turns.reserve(GAP_S)


def test_a_folder_that_cannot_be_made_is_said_to_be_that(tmp_path: Path, clock: FakeClock) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsFileAccessError, match=r"Cannot write.*oauth_settings_location"):
        QueueTurns(FileRoom(tmp_path / "file" / "pace"), clock).reserve(GAP_S)


def test_a_link_that_somebody_has_put_there_is_not_followed(
    turns: QueueTurns, path: Path, tmp_path: Path
) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    path.parent.mkdir()
    path.symlink_to(victim)
    with pytest.raises(SettingsFileAccessError):
        turns.reserve(GAP_S)
    assert victim.read_text() == "precious"


def test_a_run_goes_on_at_its_own_pace_if_the_file_cannot_be_used(
    path: Path, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    path.mkdir(parents=True)
    pace = Pace(5, clock, QueueTurns(FileRoom(path), clock))
    for _ in range(10):
        pace.take()
    assert sum(clock.slept) > 1.6
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert str(path) in caplog.text


def test_two_names_of_a_settings_file_share_one_queue(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    clock = FakeClock()
    for name in ("real", "link"):
        location = str(tmp_path / name / "t.json")
        client = {"client_id": "x", "client_secret": "x", "oauth_settings_location": location}
        account = open_account(read_settings(client), clock=clock)
        account.transport._limits.take()
        account.transport.close()
    assert clock.slept == [pytest.approx(1 / (5 * 0.985))]


def test_without_a_store_the_pace_leaves_no_file(tmp_path: Path, clock: FakeClock) -> None:
    location = str(tmp_path / "t.json")
    off = {"initiate_oauth": "OFF", "access_token": "x", "oauth_settings_location": location}
    account = open_account(read_settings(off), clock=clock)
    for _ in range(2):
        account.transport._limits.take()
    assert len(clock.slept) == 1
    assert list(tmp_path.iterdir()) == []
