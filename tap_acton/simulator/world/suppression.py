"""Suppression lists of the account, and opt-outs by subscription category."""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import RLock
from typing import Final

from tap_acton.simulator.clock import Clock
from tap_acton.simulator.options import Options
from tap_acton.simulator.world import names
from tap_acton.simulator.world.dice import Dice
from tap_acton.simulator.world.moments import FIRST_MS, LAST_MS
from tap_acton.simulator.world.people import Person

# The three lists, as they are named in their paths.
KINDS: Final = ("hardbounce", "optout", "spamcomplaint")


@dataclass(frozen=True, kw_only=True, slots=True)
class Suppressed:
    """An address that gets no more mail; `origin` is free text."""

    email: str
    timestamp_ms: int
    origin: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Category:
    """A subscription category, its opt-outs, and the addresses that opted in."""

    id: str
    name: str
    description: str
    header_id: str
    header_name: str
    opted_out: tuple[Suppressed, ...]
    opted_in: frozenset[str]


class SuppressionLists:
    """The rows of the three lists; methods that change them are thread-safe."""

    def __init__(
        self, options: Options, people: Sequence[Person], clock: Clock, lock: RLock
    ) -> None:
        """Generate the rows."""
        self._clock = clock
        self._lock = lock
        self._rows = {kind: _suppressed(kind, options, people) for kind in KINDS}

    def rows(self, kind: str) -> tuple[Suppressed, ...]:
        """The rows of `hardbounce`, `optout` or `spamcomplaint`.

        Raises:
            KeyError: if `kind` is none of these.
        """
        return tuple(self._rows[kind])

    def add(
        self,
        kind: str,
        email: str,
        *,
        origin: str = "User: John Doe",
        timestamp_ms: int | None = None,
        position: int | None = None,
    ) -> None:
        """Add an address to a suppression list, last and dated now unless said otherwise.

        Raises:
            KeyError: if `kind` is not a suppression list.
        """
        with self._lock:
            at_ms = self._clock.now_ms() if timestamp_ms is None else timestamp_ms
            rows = self._rows[kind]
            row = Suppressed(email=email, timestamp_ms=at_ms, origin=origin)
            rows.insert(len(rows) if position is None else position, row)

    def remove(self, kind: str, email: str) -> None:
        """Hide an address, as an opt-in does.

        Raises:
            KeyError: if `kind` is not a suppression list.
        """
        with self._lock:
            self._rows[kind] = [row for row in self._rows[kind] if row.email != email]


def make_categories(options: Options, people: Sequence[Person]) -> tuple[Category, ...]:
    """The subscription categories; header ids are those of the first headers."""
    return tuple(_category(number, options, people) for number in range(options.categories))


def _suppressed(kind: str, options: Options, people: Sequence[Person]) -> list[Suppressed]:
    dice = Dice("suppressed", options.seed, kind)
    step_ms = (LAST_MS - FIRST_MS) // (options.suppressed + 1)
    start = dice.between(0, len(people) - 1)
    return [
        Suppressed(
            email=people[(start + number) % len(people)].email,
            timestamp_ms=FIRST_MS + number * step_ms + dice.between(0, step_ms),
            origin=dice.pick(names.ORIGINS),
        )
        for number in range(options.suppressed)
    ]


def _category(number: int, options: Options, people: Sequence[Person]) -> Category:
    name, description = names.CATEGORIES[number % len(names.CATEGORIES)]
    if number >= len(names.CATEGORIES):
        name = f"{name} {number + 1}"
    out = _suppressed(f"category {number}", options, people)
    gone = {row.email for row in out}
    chosen = {person.email for person in people[number :: options.categories + 1]}
    return Category(
        id=str(number + 1),
        name=name,
        description=description,
        header_id=str(number + 1),
        header_name=name,
        opted_out=tuple(Suppressed(email=row.email, timestamp_ms=row.timestamp_ms) for row in out),
        opted_in=frozenset(chosen - gone),
    )
