"""The people of the account: they appear on several lists, and many of them share a company."""

from dataclasses import dataclass

from tap_acton.simulator.world import names
from tap_acton.simulator.world.dice import Dice


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Someone who may be a record of several lists."""

    first: str
    last: str
    job: str
    company: str
    city: str
    email: str
    source: str
    timezone: str


def make_people(seed: int, count: int) -> tuple[Person, ...]:
    """So many people, each with an address of their own."""
    dice = Dice("people", seed)
    return tuple(make_person(dice, number) for number in range(count))


def make_person(dice: Dice, number: int) -> Person:
    """One person; `number` keeps the address apart from everyone else's."""
    first, first_ascii = dice.pick(names.FIRST)
    last, last_ascii = dice.pick(names.LAST)
    company, domain = _company(dice)
    city, timezone = dice.pick(names.CITIES)
    return Person(
        first=first,
        last=last,
        job=dice.pick(names.JOBS),
        company=company,
        city=city,
        email=f"{first_ascii}.{last_ascii}{number}@{domain}",
        source=dice.pick(names.SOURCES),
        timezone=timezone,
    )


def _company(dice: Dice) -> tuple[str, str]:
    # The smaller of two picks: the first companies employ most people, the last ones few.
    size = len(names.COMPANIES)
    return names.COMPANIES[min(dice.between(0, size - 1), dice.between(0, size - 1))]
