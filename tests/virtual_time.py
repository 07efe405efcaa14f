"""Time that passes only when everybody waits: programs that wait, run as if at once."""

from __future__ import annotations

import heapq
import itertools
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["VirtualTime"]


class VirtualTime:
    """A `tap_acton.clock.Clock` and what lets several programs wait on it.

    One program runs at a time, until it waits or ends; then the clock goes to the next moment
    at which there is something to do. So a run depends on nothing but its arguments.

    Args:
        oversleep: How many seconds too late each wait ends.
    """

    def __init__(self, oversleep: Callable[[], float] = lambda: 0.0) -> None:
        self._oversleep = oversleep
        self._now_s = 1000.0
        self._ahead_s = 0.0
        self._order = itertools.count()
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._waits = threading.Semaphore(0)

    def now(self) -> float:
        return self._now_s + self._ahead_s

    def monotonic(self) -> float:
        return self._now_s + self._ahead_s

    def sleep(self, seconds: float) -> None:
        wake = threading.Semaphore(0)
        self.after(seconds + self._oversleep(), lambda: self._let_run(wake.release))
        self._waits.release()
        wake.acquire()

    def true(self) -> float:
        """Return the time that has passed, whatever the clock shows."""
        return self._now_s

    def put(self, seconds: float) -> None:
        """Put the clock on, or back; waits take as long as before."""
        self._ahead_s += seconds

    def after(self, seconds: float, act: Callable[[], None]) -> None:
        """Do something later that does not wait."""
        heapq.heappush(self._due, (self._now_s + seconds, next(self._order), act))

    def run(self, *programs: Callable[[], None]) -> None:
        """Run programs to their end."""
        threads = [threading.Thread(target=self._whole, args=(each,)) for each in programs]
        for thread in threads:
            self.after(0, lambda start=thread.start: self._let_run(start))  # type: ignore[misc]  # a default that mypy cannot infer
        while self._due:
            self._now_s, _, act = heapq.heappop(self._due)
            act()
        for thread in threads:
            thread.join()

    def _whole(self, program: Callable[[], None]) -> None:
        try:
            program()
        finally:
            self._waits.release()

    def _let_run(self, start: Callable[[], None]) -> None:
        start()
        self._waits.acquire()
