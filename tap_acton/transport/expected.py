"""What one reading has on its way: as much as may be, and no more."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tap_acton.transport.ahead import Ahead, Early

__all__ = ["Expected"]


class Expected:
    """What one reading has announced and nobody has claimed.

    Args:
        ahead: Sends it.
    """

    def __init__(self, ahead: Ahead) -> None:
        self._ahead = ahead
        self._early: list[Early] = []

    @property
    def most(self) -> int:
        """How many there may be; 0 if nothing is sent ahead."""
        return self._ahead.threads

    def add(self, announce: Callable[[], Early]) -> bool:
        """Let something be announced, if there is room; tell whether there was."""
        self._early = [early for early in self._early if self._ahead.is_waiting(early)]
        is_full = len(self._early) >= self._ahead.threads
        if is_full or any(early.is_unsigned for early in self._early):
            return False
        early = announce()
        if early not in self._early:
            self._early.append(early)
        return True

    def only(self, announcements: Iterable[Callable[[], Early]]) -> None:
        """Let as many of these be announced as there is room for, and drop all others."""
        before, self._early = self._early, []
        for announce in itertools.islice(announcements, self._ahead.threads):
            self._early.append(announce())
            if self._early[-1].is_unsigned:
                break  # neither would the others be
        for early in before:
            if early not in self._early:
                self._ahead.drop(early)

    def clear(self) -> None:
        """Drop them all."""
        for early in self._early:
            self._ahead.drop(early)
        self._early = []
