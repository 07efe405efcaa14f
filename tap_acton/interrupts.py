"""SIGTERM and SIGINT, taken between steps that must not be cut in two.

A signal raises `Interrupted` in the main thread at once, so that no wait or blocking read
delays it. Inside `whole_step()` it is held back until the step is done: a line half written to
stdout, or a token received and not yet saved, would be worse than a second's delay.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

__all__ = ["Interrupted", "listen", "undisturbed", "whole_step"]


_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Interrupted(BaseException):
    """A signal asked the program to stop. Its exit code is 128 plus the signal's number."""

    def __init__(self, signal_number: int) -> None:
        super().__init__(signal_number)
        self.exit_code = 128 + signal_number


class _Gate:
    """Signals are a process's own, and so is this."""

    def __init__(self) -> None:
        self.depth = 0
        self.held: int | None = None

    def on_signal(self, signal_number: int, _frame: FrameType | None) -> None:
        for number in _SIGNALS:
            signal.signal(number, _do_nothing)  # one is enough: what follows is the way out
        if self.depth:
            self.held = signal_number
        else:
            raise Interrupted(signal_number)


def _do_nothing(_signal_number: int, _frame: FrameType | None) -> None:
    """Unlike SIG_IGN, no race with a signal that is on its way."""


_gate = _Gate()


def listen() -> None:
    """Turn SIGTERM and SIGINT into `Interrupted`. Only the main thread may call this."""
    for number in _SIGNALS:
        signal.signal(number, _gate.on_signal)


@contextlib.contextmanager
def whole_step() -> Iterator[None]:
    """Hold signals back until the block is left.

    Raises:
        Interrupted: On leaving, if a signal came meanwhile.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _gate.depth += 1
    try:
        yield
    finally:
        _gate.depth -= 1
        if _gate.held is not None and not _gate.depth:
            held, _gate.held = _gate.held, None
            raise Interrupted(held)


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Hold signals back until the block is left, in programs that do not `listen` too.

    Then they do what they would have done. It costs more than `whole_step`, which is for lines.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held: list[int] = []
    found = {number: signal.getsignal(number) for number in _SIGNALS}
    handlers = {number: handler for number, handler in found.items() if handler is not None}
    for number in handlers:
        signal.signal(number, lambda number, _frame: held.append(number))
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        if held:
            signal.raise_signal(held[0])
