"""Bars that move on a terminal while streams are read, with log lines above them.

This is the only module that knows rich. A terminal that goes away ends the bars and nothing else.
"""

from __future__ import annotations

import atexit
import io
import logging
import sys
from typing import TYPE_CHECKING, TextIO, cast

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Column, Table
from rich.text import Text

from tap_acton.interrupts import whole_step
from tap_acton.singer.console.layout import duration, percent
from tap_acton.singer.console.progress import DISCOVERY
from tap_acton.singer.console.tally import Outcome, Tally

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import ConsoleOptions, RenderResult

    from tap_acton.singer.console.progress import Progress

__all__ = ["Bars"]

_A_SECOND = 4
"""How often the bars move."""
_MOST_ROWS = 10
_NAME_WIDTH = 36
_BAR_WIDTH = 24
_STYLES = {
    Outcome.FAILED: "red",
    Outcome.HIDDEN: "dim",
    Outcome.CUT: "yellow",
    Outcome.COMPLETE: "green",
    Outcome.READING: "bold",
}


class Bars:
    """Shows on stderr how far each stream is.

    Args:
        progress: What is shown.
        stderr: The terminal; `sys.stderr` if not given.
        width: Columns of the terminal; it is asked, if not given.
        moves: Whether the bars move by themselves; else `refresh` moves them.
    """

    def __init__(
        self,
        progress: Progress,
        *,
        stderr: TextIO | None = None,
        width: int | None = None,
        moves: bool = True,
    ) -> None:
        self._progress = progress
        self._stderr = stderr or sys.stderr
        patient = cast("TextIO", _Patient(self._stderr))  # all of it that rich uses
        console = Console(file=patient, width=width, highlight=False, markup=False)
        self._live = Live(
            get_renderable=lambda: _Streams(progress),
            console=console,
            refresh_per_second=_A_SECOND,
            auto_refresh=moves,
            transient=True,  # the table says it all again
            redirect_stdout=False,  # it belongs to messages
            redirect_stderr=False,
        )
        self._above = _Above(console, self._stderr)
        self._handlers: list[logging.StreamHandler[TextIO]] = []

    def start(self) -> None:
        """Show them, and let what is written to stderr appear above them."""
        with whole_step():
            atexit.register(self.stop)  # a signal may come just before somebody stops them
            self._live.start()
            self._progress.is_watched = True
            for handler in logging.getLogger().handlers:
                if isinstance(handler, logging.StreamHandler) and handler.stream is self._stderr:
                    handler.setStream(self._above)
                    self._handlers.append(handler)
            if sys.stderr is self._stderr:
                sys.stderr = self._above

    def refresh(self) -> None:
        """Move them."""
        self._live.refresh()

    def stop(self) -> None:
        """Take them away, and give the terminal back as it was."""
        with whole_step():
            atexit.unregister(self.stop)
            if sys.stderr is self._above:
                sys.stderr = self._stderr
            while self._handlers:
                self._handlers.pop().setStream(self._stderr)
            self._above.finish()
            self._progress.is_watched = False
            self._live.stop()


class _Streams:
    """A line for each of the streams around the one that is read, and one for all."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        most = max(1, min(_MOST_ROWS, console.size.height - 2))
        table = Table.grid(
            Column(no_wrap=True, overflow="ellipsis", max_width=_NAME_WIDTH),
            Column(width=_BAR_WIDTH),
            Column(justify="right", no_wrap=True),
            Column(no_wrap=True, overflow="ellipsis"),
            padding=(0, 2, 0, 0),
        )
        for name in _around(self._names, self._progress.stream, most):
            tally = self._progress.tallies.get(name)
            table.add_row(*(self._waiting(name) if tally is None else self._row(tally)))
        yield table
        yield Text(self._sum(), style="bold", no_wrap=True, overflow="ellipsis")

    @property
    def _names(self) -> list[str]:
        plan = self._progress.plan
        planned = [each.stream for each in plan.estimates] if plan else []
        begun = [name for name in self._progress.tallies if name != DISCOVERY]
        return [*dict.fromkeys([*planned, *begun])]

    def _row(self, tally: Tally) -> tuple[Text, ProgressBar, Text, Text]:
        done = tally.outcome is not Outcome.READING
        fraction = 1.0 if done else tally.fraction
        total = None if fraction is None else 1.0
        return (
            Text(tally.stream, style=_STYLES[tally.outcome]),
            ProgressBar(total=total, completed=fraction or 0.0, width=_BAR_WIDTH),
            Text(_rows(tally, done=done)),
            Text(self._pace(tally) if not done else _ended(tally)),
        )

    def _waiting(self, name: str) -> tuple[Text, ProgressBar, Text, Text]:
        plan = self._progress.plan
        estimate = plan.of(name) if plan else None
        known = estimate is not None and estimate.rows is not None
        rows = f"{estimate.rows:,}" if estimate and known else ""
        bar = ProgressBar(total=1.0, completed=0.0, width=_BAR_WIDTH)
        return Text(name, style="dim"), bar, Text(rows, style="dim"), Text("")

    def _pace(self, tally: Tally) -> str:
        to_go = tally.seconds_to_go(self._progress.clock.monotonic())
        soon = "" if to_go is None else f", {duration(to_go)} to go"
        return f"{self._progress.rate:.1f} requests/s{soon}"

    def _sum(self) -> str:
        progress = self._progress
        now = progress.clock.monotonic()
        seconds = now - progress.began
        share = min(1.0, progress.requests / max(seconds * progress.per_second, 1.0))
        left = "" if progress.budget_left is None else f" · budget left: {progress.budget_left:,}"
        to_go = progress.seconds_to_go
        soon = "" if to_go is None else f", {duration(to_go)} to go"
        begun = [progress.tallies[name] for name in self._names if name in progress.tallies]
        ended = sum(tally.outcome is not Outcome.READING for tally in begun)
        return (
            f"{ended} of {len(self._names)} streams · records: {progress.records:,} · "
            f"requests: {progress.requests:,} ({percent(share)} of the ceiling){left} · "
            f"{duration(seconds)}{soon}"
        )


class _Above(io.TextIOBase):
    """A stderr whose lines appear above the bars."""

    def __init__(self, console: Console, stderr: TextIO) -> None:
        self._console = console
        self._stderr = stderr
        self._rest = ""

    def write(self, text: str) -> int:
        """Take a text, and show the lines that are whole."""
        *lines, self._rest = (self._rest + text).split("\n")
        with whole_step():
            for line in lines:
                self._console.print(Text(line), soft_wrap=True)
        return len(text)

    def finish(self) -> None:
        """Show what is no whole line."""
        if self._rest:
            self.write("\n")

    def isatty(self) -> bool:
        """Return true: it is there for one."""
        return True

    def fileno(self) -> int:
        """Return the terminal's."""
        return self._stderr.fileno()


class _Patient(io.TextIOBase):
    """A terminal that may go away. Else rich would let stdout, too, write to nowhere."""

    def __init__(self, stderr: TextIO) -> None:
        self._stderr: TextIO | None = stderr
        self._number = stderr.fileno()

    @property
    def encoding(self) -> str:  # type: ignore[override]  # as of a text file that is open
        """How it writes characters."""
        return (self._stderr and self._stderr.encoding) or "utf-8"

    def write(self, text: str) -> int:
        """Write, as long as there is somebody."""
        if self._stderr is not None:
            try:
                self._stderr.write(text)
            except OSError:
                self._stderr = None
        return len(text)

    def flush(self) -> None:
        """Write what was kept back, as long as there is somebody."""
        if self._stderr is not None:
            try:
                self._stderr.flush()
            except OSError:
                self._stderr = None

    def isatty(self) -> bool:
        """Return true: it is there for one."""
        return True

    def fileno(self) -> int:
        """Return the terminal's."""
        return self._number


def _around(names: Sequence[str], current: str, most: int) -> Sequence[str]:
    at = names.index(current) if current in names else 0
    first = max(0, min(at - most // 2, len(names) - most))
    return names[first : first + most]


def _rows(tally: Tally, *, done: bool) -> str:
    if done:
        return f"{tally.rows:,}"
    if tally.total_rows is None and tally.expected_requests:
        return f"{tally.requests:,} of {tally.expected_requests:,} requests"
    return (
        f"{tally.rows:,}" if tally.total_rows is None else f"{tally.rows:,} of {tally.total_rows:,}"
    )


def _ended(tally: Tally) -> str:
    ended = tally.ended if tally.ended is not None else tally.began
    plural = "" if tally.requests == 1 else "s"
    took = f"{tally.requests:,} request{plural}, {duration(tally.seconds(ended))}"
    return took if tally.outcome is Outcome.COMPLETE else f"{tally.outcome.value}, {took}"
