"""Whether somebody sits at a terminal, and what is different then."""

from __future__ import annotations

import logging
import os
import sys
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tap_acton.singer.console.progress import Progress

__all__ = ["can_show_bars", "has_bars", "is_terminal", "run_with_bars", "say", "somebody_is_there"]

logger = logging.getLogger("tap-acton")

_NO_BARS = ("CI", "NO_COLOR")
"""Variables that ask for plain lines, or say that nobody watches."""
_DUMB = ("", "dumb", "unknown")


def somebody_is_there() -> bool:
    """Tell whether the tap runs in a terminal: a pipeline must never open a browser."""
    return is_terminal(sys.stdin) and is_terminal(sys.stderr)


def has_bars() -> bool:
    """Tell whether this process shows bars."""
    if not logger.isEnabledFor(logging.INFO):
        return False
    return can_show_bars(sys.stdout, sys.stderr, os.environ)


def can_show_bars(
    stdout: IO[Any] | None, stderr: IO[Any] | None, environment: Mapping[str, str]
) -> bool:
    """Tell whether bars can move on stderr.

    Messages on the same terminal would tear them, so that there are none where stdout is one too.
    """
    asks_for_lines = any(environment.get(name) for name in _NO_BARS)
    is_dumb = environment.get("TERM", "") in _DUMB
    return is_terminal(stderr) and not (is_terminal(stdout) or asks_for_lines or is_dumb)


def say(line: str) -> None:
    """Write a line to stderr, without the words of a log, as long as somebody is there."""
    with suppress(OSError):
        sys.stderr.write(f"{line}\n")


def run_with_bars(run: Callable[[], None], progress: Progress) -> None:
    """Run something, and show how it goes if somebody sees it."""
    if not has_bars():
        run()
        return
    from tap_acton.singer.console.bars import Bars  # with rich, which a pipeline does not need

    bars = Bars(progress)
    try:
        bars.start()
        run()
    finally:
        bars.stop()


def is_terminal(stream: IO[Any] | None) -> bool:
    """Tell whether a stream is there and leads to a terminal."""
    return stream is not None and not stream.closed and stream.isatty()  # a service may have none
