"""Suppression lists of the account, and opt-outs by subscription category."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

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


def make_suppressed(options: Options, people: Sequence[Person]) -> dict[str, list[Suppressed]]:
    """The rows of the three suppression lists."""
    return {kind: _suppressed(kind, options, people) for kind in KINDS}


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
