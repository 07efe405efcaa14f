"""Jobs that take in data: uploads of lists and custom events, and imports of contacts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tap_acton.simulator.options import Options
from tap_acton.simulator.world import names
from tap_acton.simulator.world.dice import Dice

DONE: Final = "done"
RUNNING: Final = "running"
PENDING: Final = "pending"
_STATES: Final = (DONE, RUNNING, PENDING)


@dataclass(frozen=True, kw_only=True, slots=True)
class Upload:
    """One upload; the rejected rows of a finished one are in a file."""

    id: str
    state: str
    list_id: str
    appended: int
    updated: int
    rejected: Sequence[tuple[str, str]] = ()

    @property
    def file(self) -> str:
        """The name of the file with the rejected rows (guess, after `bad_optout_records_….csv`)."""
        return f"bad_records_{self.id}.csv"


@dataclass(frozen=True, kw_only=True, slots=True)
class Import:
    """A definition of imports of contacts, and the one import that used it."""

    definition_id: int
    name: str
    external: bool
    import_id: str
    state: str
    created: int
    updated: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Uploads:
    """All jobs of the account by kind; with three or more, one is done, one runs, one waits."""

    lists: tuple[Upload, ...]
    events: tuple[Upload, ...]
    imports: tuple[Import, ...]


def make_uploads(options: Options) -> Uploads:
    """Generate all jobs."""
    numbers = range(options.uploads)
    return Uploads(
        lists=tuple(_upload(Dice("uploads", options.seed, at), at) for at in numbers),
        events=tuple(_upload(Dice("events", options.seed, at), at) for at in numbers),
        imports=tuple(
            _import(Dice("imports", options.seed, at), at) for at in range(options.imports)
        ),
    )


def _upload(dice: Dice, number: int) -> Upload:
    bad = ((f"not an address {at}", "Invalid e-mail address") for at in range(dice.between(1, 4)))
    return Upload(
        id=str(dice.between(1_000_000, 9_999_999)),
        state=_STATES[number % 3],
        list_id="l-0001",
        appended=dice.between(0, 50),
        updated=dice.between(0, 50),
        rejected=tuple(bad),
    )


def _import(dice: Dice, number: int) -> Import:
    return Import(
        definition_id=987_654 + number,
        name=names.TITLES[number % len(names.TITLES)],
        external=number % 2 == 0,
        import_id=dice.uuid(),
        state=(DONE, RUNNING)[number % 2],
        created=dice.between(0, 900),
        updated=dice.between(0, 90),
    )
