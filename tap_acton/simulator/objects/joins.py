"""The join of a query: rows of a dataset with contacts of the same address.

The words are SPEC's; how they work together follows from them (INFERRED). Left as they are by
default, they drop rows of equal addresses.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from tap_acton.simulator.world import World
from tap_acton.simulator.world.contacts import Contact
from tap_acton.simulator.world.object_schemas import ONE_TO_ONE
from tap_acton.simulator.world.objects import Dataset, ObjectRow

T = TypeVar("T")

DUPLICATES: Final = (
    "allow",
    "noOtherJoinFieldsDuplicates",
    "noBaseJoinFieldsDuplicates",
    "noJoinFieldsDuplicates",
)
_KEY: Final = "email"


@dataclass(frozen=True, kw_only=True, slots=True)
class Strategy:
    """How to join (SPEC JoinStrategyDTO)."""

    enabled: bool
    only_matching: bool
    duplicates: str
    other_last: bool
    base_last: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Joined:
    """A row, with a contact or without."""

    row: ObjectRow
    contact: Contact | None = None

    @property
    def id(self) -> str:
        """What sets the pair apart from the others."""
        return f"{self.row.id}/{self.contact.id if self.contact else ''}"


def read_strategy(given: Mapping[str, Any], dataset: Dataset) -> Strategy:
    """Read `joinStrategy`.

    Raises:
        ValueError: if a word is unknown.
    """
    asked = {} if given.get("useDefaults") is True else given
    one = dataset.schema.relationship == ONE_TO_ONE
    # For one-to-many the text says `noActOnContactsJoinFieldsDuplicates`, which is no word of
    # the list; that it means `noOther…` is INFERRED.
    default = "noJoinFieldsDuplicates" if one else "noOtherJoinFieldsDuplicates"
    duplicates = asked.get("duplicates") or default
    if duplicates not in DUPLICATES:
        msg = f"duplicates must be one of {', '.join(DUPLICATES)}"
        raise ValueError(msg)
    return Strategy(
        enabled=asked.get("joinEnabled") is not False,
        only_matching=asked.get("onlyMatching") is True,
        duplicates=duplicates,
        other_last=asked.get("otherSelector") != "first",
        base_last=asked.get("baseSelector") != "first",
    )


def join(world: World, dataset: Dataset, strategy: Strategy) -> Sequence[Joined]:
    """The rows of a dataset, each with its contacts."""
    rows: Sequence[ObjectRow] = tuple(dataset.rows.values())
    if not strategy.enabled:
        return [Joined(row=row) for row in rows]
    if strategy.duplicates in {"noBaseJoinFieldsDuplicates", "noJoinFieldsDuplicates"}:
        # Ordered by sys.createdAt, whatever baseOrderByField says (guess).
        rows = _one_each(rows, _address, lambda row: row.created_ms, last=strategy.base_last)
    contacts = _by_address(world.contacts.view("inserted"), strategy)
    return [pair for row in rows for pair in _pairs(row, contacts, strategy)]


def _pairs(
    row: ObjectRow, contacts: Mapping[str, Sequence[Contact]], strategy: Strategy
) -> Iterable[Joined]:
    found = contacts.get(_address(row), ())
    if not found and not strategy.only_matching:
        return [Joined(row=row)]
    return [Joined(row=row, contact=contact) for contact in found]


def _by_address(contacts: Sequence[Contact], strategy: Strategy) -> Mapping[str, Sequence[Contact]]:
    if strategy.duplicates in {"noOtherJoinFieldsDuplicates", "noJoinFieldsDuplicates"}:
        # Ordered by updatedDate, whatever otherOrderByField says (guess).
        contacts = _one_each(
            contacts,
            lambda each: each.get("email").lower(),
            lambda each: each.updated_ms,
            last=strategy.other_last,
        )
    grouped: dict[str, list[Contact]] = {}
    for contact in contacts:
        grouped.setdefault(contact.get("email").lower(), []).append(contact)
    return grouped


def _one_each(
    found: Sequence[T], key: Callable[[T], str], order: Callable[[T], int], *, last: bool
) -> Sequence[T]:
    """One of each key: the first or the last by order; those without a key all stay."""
    kept: dict[str, T] = {}
    for each in sorted(found, key=order, reverse=not last):
        kept[key(each)] = each
    return [each for each in found if not key(each) or kept[key(each)] is each]


def _address(row: ObjectRow) -> str:
    return str(row.values.get(_KEY) or "").lower()
