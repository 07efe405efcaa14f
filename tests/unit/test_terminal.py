"""Where bars move, and how the terminal is when they are gone."""

from __future__ import annotations

import io
import logging
import os
import re
import sys
from contextlib import contextmanager, redirect_stderr
from typing import TYPE_CHECKING, TextIO

import pytest

from tap_acton.client import Place, RecordsPage
from tap_acton.dynamic import list_resource
from tap_acton.errors import NoReplyError
from tap_acton.interrupts import Interrupted
from tap_acton.resources.pages import Position
from tap_acton.singer.console.bars import Bars
from tap_acton.singer.console.plan import Estimate, Plan
from tap_acton.singer.console.progress import Progress
from tap_acton.singer.console.terminal import can_show_bars
from tap_acton.transport.session import Sent
from tests.fakes import FakeClock

if TYPE_CHECKING:
    from collections.abc import Iterator

ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
SHOW_CURSOR, HIDE_CURSOR = "\x1b[?25h", "\x1b[?25l"
GOOD = {"TERM": "xterm-256color"}


class Screen(io.StringIO):
    """A terminal that keeps what was written; it goes away when it is told to."""

    encoding = "utf-8"

    def __init__(self) -> None:
        super().__init__()
        self.is_gone = False

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        return 2

    def write(self, text: str) -> int:
        if self.is_gone:
            raise OSError(5, "Input/output error")
        return super().write(text)

    def text(self) -> str:
        """Return what was written, without colours and moves of the cursor."""
        return ESCAPES.sub("", self.getvalue())

    def last(self) -> list[str]:
        """Return the lines that were shown last."""
        return ESCAPES.sub("", self.getvalue().rpartition("\x1b[2K")[2]).splitlines()


class Pipe(io.StringIO):
    """What is no terminal."""


@pytest.mark.parametrize(
    ("stdout", "stderr", "environment", "shown"),
    [
        (Pipe(), Screen(), GOOD, True),
        (None, Screen(), GOOD, True),
        (Screen(), Screen(), GOOD, False),
        (Pipe(), Pipe(), GOOD, False),
        (Pipe(), None, GOOD, False),
        (Pipe(), Screen(), {**GOOD, "CI": "true"}, False),
        (Pipe(), Screen(), {**GOOD, "CI": ""}, True),
        (Pipe(), Screen(), {**GOOD, "NO_COLOR": "1"}, False),
        (Pipe(), Screen(), {"TERM": "dumb"}, False),
        (Pipe(), Screen(), {}, False),
    ],
    ids=[
        "terminal",
        "no stdout",
        "messages on the terminal",
        "pipe",
        "no stderr",
        "CI",
        "no CI",
        "NO_COLOR",
        "dumb",
        "unknown",
    ],
)
def test_bars_move_only_where_somebody_can_see_them(
    stdout: TextIO | None, stderr: TextIO | None, environment: dict[str, str], *, shown: bool
) -> None:
    assert can_show_bars(stdout, stderr, environment) is shown


def underway(clock: FakeClock, *names: str) -> Progress:
    """Return a run that has a plan of lists with 1,000 rows each."""
    progress = Progress(clock, per_second=5)
    estimates = tuple(Estimate(stream=name, most=2, rows=1000) for name in names)
    progress.tell = lambda _line: None
    progress.expects(Plan(estimates=estimates, per_second=5, daily=30_000, left_today=400))
    return progress


def reads(progress: Progress, stream: str, rows: int, total: int) -> None:
    progress.begins(stream)
    progress.current.opens(list_resource(stream, "l-1", ()), (), None)
    progress.sent(Sent(where="GET /", status=200, seconds=0.1, size=1))
    place = Place(bound={"list_id": "l-1"}, position=Position())
    progress.read(rows, RecordsPage(records=[{}] * rows, place=place, total=total))


@contextmanager
def shown(progress: Progress, screen: Screen) -> Iterator[Bars]:
    """Show bars on a terminal that is this process's stderr meanwhile."""
    with redirect_stderr(screen):
        bars = Bars(progress, width=120, moves=False)
        try:
            bars.start()
            assert sys.stderr is not screen
            yield bars
        finally:
            bars.stop()
            assert sys.stderr is screen


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    monkeypatch.setenv("TERM", "xterm-256color")
    return Screen()


@pytest.fixture
def handler(screen: Screen) -> Iterator[logging.StreamHandler[TextIO]]:
    added: logging.StreamHandler[TextIO] = logging.StreamHandler(screen)
    logging.getLogger().addHandler(added)
    yield added
    logging.getLogger().removeHandler(added)


def test_a_line_for_each_stream_says_how_far_it_is(screen: Screen) -> None:
    clock = FakeClock()
    progress = underway(clock, "list_one", "list_two", "list_three")
    with shown(progress, screen) as bars:
        reads(progress, "list_one", 1000, 1000)
        progress.shows()
        progress.completes()
        reads(progress, "list_two", 250, 1000)
        clock.advance(10)
        bars.refresh()
        one, two, three, total = screen.last()
    assert re.fullmatch(r"list_one +━+ +1,000 +1 request, 0\.0 s *", one)
    assert re.fullmatch(r"list_two +\S+ +250 of 1,000 +0\.1 requests/s, 30 s to go *", two)
    assert re.fullmatch(r"list_three +━+ +1,000 *", three)
    assert total == (
        "1 of 3 streams · records: 1,250 · requests: 2 (4.0 % of the ceiling) · "
        "budget left: 398 · 10 s, 30 s to go"  # with two requests for the third
    )


def test_of_many_streams_those_around_the_present_one_are_shown(screen: Screen) -> None:
    names = [f"list_{number:03}" for number in range(200)]
    progress = underway(FakeClock(), *names)
    with shown(progress, screen) as bars:
        progress.begins("list_100")
        bars.refresh()
        lines = screen.last()
    assert len(lines) == 11
    assert any(line.startswith("list_100 ") for line in lines)


def test_log_lines_appear_whole_above_the_bars(
    screen: Screen, handler: logging.StreamHandler[TextIO]
) -> None:
    progress = underway(FakeClock(), "list_one")
    long = "x" * 300
    with shown(progress, screen):
        progress.begins("list_one")
        logging.getLogger("tap-acton").warning("Skipping [red]%s[/red]", long)
        sys.stderr.write("Open this ")
        sys.stderr.write("address\n")
    assert f"Skipping [red]{long}[/red]\n" in screen.text()
    assert "Open this address\n" in screen.text()
    assert handler.stream is screen


@pytest.mark.parametrize(
    "error", [Interrupted(2), NoReplyError("Nothing came back")], ids=["signal", "error"]
)
def test_whatever_ends_a_run_the_terminal_is_as_before(
    error: BaseException, screen: Screen, handler: logging.StreamHandler[TextIO]
) -> None:
    progress = underway(FakeClock(), "list_one")

    def cut() -> None:
        with shown(progress, screen):
            assert progress.is_watched
            raise error

    with pytest.raises(type(error)):
        cut()
    assert screen.getvalue().rfind(SHOW_CURSOR) > screen.getvalue().rfind(HIDE_CURSOR) >= 0
    assert handler.stream is screen
    assert not progress.is_watched


def test_bars_that_were_stopped_can_be_stopped_again(screen: Screen) -> None:
    bars = Bars(underway(FakeClock(), "list_one"), stderr=screen, moves=False)
    bars.start()
    bars.stop()
    before = screen.getvalue()
    bars.stop()
    assert screen.getvalue() == before


def test_a_terminal_that_goes_away_ends_nothing(screen: Screen) -> None:
    progress = underway(FakeClock(), "list_one")
    before = os.fstat(1)
    with shown(progress, screen) as bars:
        screen.is_gone = True
        reads(progress, "list_one", 10, 10)
        bars.refresh()
        logging.getLogger("tap-acton").info("Nobody reads this")
    assert os.path.samestat(before, os.fstat(1))  # where messages go


def test_no_line_is_logged_while_the_bars_tell(
    screen: Screen, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    clock = FakeClock()
    progress = underway(clock, "list_one")
    with shown(progress, screen):
        progress.begins("list_one")
        clock.advance(31)
        progress.read(1)
    assert not caplog.messages
    progress.read(1)
    assert [message[:17] for message in caplog.messages] == ["Reading list_one:"]
