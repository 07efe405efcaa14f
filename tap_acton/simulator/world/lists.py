"""Generation of contact lists and segments."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tap_acton.simulator.options import Options
from tap_acton.simulator.world import names
from tap_acton.simulator.world.contact_list import ContactList, ListFacts, Row, Segment
from tap_acton.simulator.world.dice import Dice
from tap_acton.simulator.world.moments import FIRST_MS, LAST_MS
from tap_acton.simulator.world.people import Person

USUAL: Final = (
    "First Name", "Last Name", "Job Title", "Company", "Business City", "E-mail Address",
    "Lead Source", "Timezone",
)  # fmt: skip
EMAIL_COLUMN: Final = USUAL.index("E-mail Address")
_AWKWARD_LIST: Final = 2
_TWICE_EVERY: Final = 97
EXTRA: Final = ("Postal Code", "Notes", "Score", "Member Since")


@dataclass(frozen=True, kw_only=True, slots=True)
class ListPlan:
    """A list to generate: its number counts from 1."""

    number: int
    name: str
    extra: tuple[str, ...]

    @property
    def id(self) -> str:
        """The id of the list."""
        return f"l-{self.number:04x}"


def make_lists(options: Options, people: Sequence[Person]) -> Iterator[ContactList]:
    """All contact lists of the account, filled."""
    for plan in _plans(options):
        facts = _facts(plan, options)
        yield ContactList(facts, _rows(plan, options, people))


def make_segments(options: Options, lists: Sequence[ContactList]) -> Iterator[Segment]:
    """The query segments, each over one list."""
    for number in range(options.segments if lists else 0):
        parent = lists[number % len(lists)].facts
        name = f"{parent.name}: part {number + 1}"
        yield Segment(id=f"q-{number + 1:04x}", name=name, list_id=parent.id, remainder=number % 3)


def sample_cells(facts: ListFacts, person: Person, number: int) -> tuple[str, ...]:
    """Cells for one more row of a list, as the generated ones look."""
    known = dict(zip(USUAL, _usual(person), strict=True))
    dice = Dice("sample", facts.id, number)
    return tuple(
        person.email
        if column == facts.email_column
        else known.get(heading) or _extra(heading, dice)
        for column, heading in enumerate(facts.headings)
    )


def _plans(options: Options) -> Iterator[ListPlan]:
    for index in range(options.lists):
        name = names.LISTS[index] if index < len(names.LISTS) else f"List {index + 1}"
        extra = _extra_headings(options.columns)
        awkward = names.AWKWARD if index == _AWKWARD_LIST else ()
        yield ListPlan(number=index + 1, name=name, extra=extra + awkward)
    if options.wide_columns:
        yield ListPlan(
            number=options.lists + 1,
            name="Wide List",
            extra=_extra_headings(max(0, options.wide_columns - len(USUAL))),
        )


def _extra_headings(count: int) -> tuple[str, ...]:
    return tuple(
        EXTRA[index] if index < len(EXTRA) else f"Custom {index + 1}" for index in range(count)
    )


def _facts(plan: ListPlan, options: Options) -> ListFacts:
    dice = Dice("list", options.seed, plan.id)
    return ListFacts(
        id=plan.id,
        name=plan.name,
        headings=USUAL + plan.extra,
        email_column=EMAIL_COLUMN,
        folder=dice.pick(names.FOLDERS),
        description="Uploaded Marketing List",
        made_ms=dice.between(FIRST_MS, FIRST_MS + 86_400_000),
    )


def _rows(plan: ListPlan, options: Options, people: Sequence[Person]) -> Iterator[Row]:
    dice = Dice("rows", options.seed, plan.id)
    start = plan.number * options.contacts // 4
    step_ms = (LAST_MS - FIRST_MS) // (options.contacts + 2)
    for number in range(options.contacts):
        # Some records repeat the person before: a list may hold one address twice.
        again = number % _TWICE_EVERY == _TWICE_EVERY - 1
        person = people[(start + number - again) % len(people)]
        created_ms = FIRST_MS + (number + 1) * step_ms + dice.between(0, step_ms)
        late = dice.chance(25)
        yield Row(
            id=f"{plan.id}:{number:x}",
            cells=_usual(person) + tuple(_extra(heading, dice) for heading in plan.extra),
            created_ms=created_ms,
            modified_ms=dice.between(created_ms, LAST_MS) if late else created_ms,
        )


def _usual(person: Person) -> tuple[str, ...]:
    return (
        person.first,
        person.last,
        person.job,
        person.company,
        person.city,
        person.email,
        person.source,
        person.timezone,
    )


def _extra(heading: str, dice: Dice) -> str:
    roll = dice.roll()
    if heading == "Postal Code":
        return f"{roll % 100_000:05d}"
    if heading == "Notes":
        return names.NOTES[roll % len(names.NOTES)]
    if heading == "Score":
        return str(roll % 400 - 100)
    if heading == "Member Since":
        return f"20{roll % 26:02d}-{roll // 32 % 12 + 1:02d}-{roll // 512 % 28 + 1:02d}"
    return "" if roll % 4 == 0 else f"value {roll % 1000}"
