"""Changes of the data between two requests of a client, declared as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from tap_acton.simulator.matching import matches
from tap_acton.simulator.wire import Request
from tap_acton.simulator.world import World
from tap_acton.simulator.world.message import SENT
from tap_acton.simulator.world.suppression import KINDS

ACTIONS: Final = ("insert", "update", "delete")
MESSAGES: Final = "messages"
CONTACTS: Final = "contacts"


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """Happens right before the `before`-th request whose path matches is answered.

    Only requests that reach their resource count, not those that a limit, a fault or a dead
    token keeps away. `target` is a list id, `contacts`, `messages` (the sent ones),
    `hardbounce`, `optout` or `spamcomplaint`; `count` rows from `position` on are deleted or
    updated, or so many are inserted there. `values` are cells by heading; without them inserted
    records are made-up people, and updated ones change only their date. Only records and
    contacts can be updated.

    Raises:
        ValueError: if the action is unknown or not possible on the target.
    """

    action: str
    target: str
    path: str = "*"
    before: int = 1
    position: int = 0
    count: int = 1
    values: Mapping[str, str] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Check the action."""
        possible = ACTIONS if self.target not in {MESSAGES, *KINDS} else ("insert", "delete")
        if self.action not in possible:
            msg = f"cannot {self.action} {self.target}; possible: {', '.join(possible)}"
            raise ValueError(msg)

    def aims_at(self, request: Request) -> bool:
        """Whether the request counts for this change."""
        return matches(request, method="*", path=self.path)

    def due(self, seen: int) -> bool:
        """Whether this is the request that it happens before."""
        return seen == self.before


def apply(change: Change, world: World, *, order: str) -> None:
    """Make the change; positions are those of the order in which clients see the rows.

    Raises:
        KeyError: if the target is neither a list nor one of the fixed words.
    """
    if change.target == MESSAGES:
        _change_messages(change, world)
    elif change.target == CONTACTS:
        _change_contacts(change, world, order)
    elif change.target in KINDS:
        _change_suppressed(change, world)
    else:
        _change_list(change, world, order)


def _change_list(change: Change, world: World, order: str) -> None:
    if change.action == "insert":
        for number in range(change.count):
            world.insert_record(change.target, change.values, position=change.position + number)
        return
    rows = world.contact_list(change.target).view(order)
    for row in rows[change.position : change.position + change.count]:
        if change.action == "delete":
            world.delete_record(row.id)
        else:
            world.update_record(row.id, change.values)


def _change_contacts(change: Change, world: World, order: str) -> None:
    if change.action == "insert":
        for number in range(change.count):
            world.add_contact(change.values, position=change.position + number)
        return
    rows = world.contacts.view(order)
    for contact in rows[change.position : change.position + change.count]:
        if change.action == "delete":
            world.delete_contact(contact.id)
        else:
            world.update_contact(contact.id, change.values)


def _change_messages(change: Change, world: World) -> None:
    if change.action == "insert":
        for _ in range(change.count):
            world.add_message(position=change.position)
        return
    sent = world.mailbox.of_type(SENT)
    for message in sent[change.position : change.position + change.count]:
        world.delete_message(message.id)


def _change_suppressed(change: Change, world: World) -> None:
    rows = world.suppressed(change.target)
    if change.action == "insert":
        for number in range(change.count):
            email = f"changed{len(rows) + number}@acton.example"
            world.add_suppressed(change.target, email, position=change.position + number)
        return
    for row in rows[change.position : change.position + change.count]:
        world.remove_suppressed(change.target, row.email)
