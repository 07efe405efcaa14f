"""Repeatable choices: splitmix64, seeded by any words.

Not `random`: its choices may change between Python versions, and the data of a seed must not.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final, TypeVar

T = TypeVar("T")

_MASK: Final = 0xFFFFFFFFFFFFFFFF
_STEP: Final = 0x9E3779B97F4A7C15


class Dice:
    """A stream of choices that depends on nothing but its key."""

    def __init__(self, *key: str | int) -> None:
        """Seed the stream."""
        text = "\x1f".join(map(str, key)).encode()
        self._state = int.from_bytes(blake2b(text, digest_size=8).digest(), "big")

    def roll(self) -> int:
        """The next 64 bits."""
        self._state = (self._state + _STEP) & _MASK
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        return mixed ^ (mixed >> 31)

    def between(self, low: int, high: int) -> int:
        """A number from `low` to `high`, both included."""
        return low + self.roll() % (high - low + 1)

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices."""
        return choices[self.roll() % len(choices)]

    def chance(self, percent: int) -> bool:
        """True in so many cases of a hundred."""
        return self.roll() % 100 < percent

    def digits(self, length: int) -> str:
        """So many hexadecimal digits, at most 16."""
        return f"{self.roll():016x}"[:length]

    def uuid(self) -> str:
        """Text in the shape of a UUID."""
        text = f"{self.roll():016x}{self.roll():016x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
