"""Segments of the Act-On Contacts: chosen members, or all contacts that a rule holds for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from threading import RLock
from typing import Final

from tap_acton.simulator.options import Options
from tap_acton.simulator.world import names
from tap_acton.simulator.world.contacts import UNIFIED, Contact, Contacts, contact_number

DIRECT_SELECT: Final = "DIRECT_SELECT"
QUERY: Final = "QUERY"
# Beyond the query segments of other lists.
_QUERY_IDS_FROM: Final = 0x1000


@dataclass(frozen=True, kw_only=True, slots=True)
class ContactSegment:
    """One segment (SPEC create-a-segment).

    One of type DIRECT_SELECT has the members with the given ids; one of type QUERY every third
    contact, by the remainder of its number, whoever comes or goes.
    """

    id: str
    name: str
    type: str
    parent_id: str = UNIFIED
    members: tuple[str, ...] = ()
    remainder: int = 0

    def holds(self, contact: Contact) -> bool:
        """Whether a contact belongs to the segment."""
        if self.type == DIRECT_SELECT:
            return contact.id in self.members
        return contact_number(contact.id) % 3 == self.remainder


class ContactSegments:
    """The segments; methods that change them are thread-safe."""

    def __init__(self, options: Options, contacts: Contacts, lock: RLock) -> None:
        """Generate the segments."""
        self._contacts = contacts
        self._lock = lock
        self._segments = {made.id: made for made in _make_segments(options, contacts)}
        self._next = len(self._segments) + 1

    def all(self) -> Sequence[ContactSegment]:
        """All segments in the order in which they came."""
        return tuple(self._segments.values())

    def get(self, segment_id: str) -> ContactSegment | None:
        """The segment with this id."""
        return self._segments.get(segment_id)

    def contacts(self, segment: ContactSegment, order: str) -> Sequence[Contact]:
        """The contacts that belong to a segment."""
        return [each for each in self._contacts.view(order) if segment.holds(each)]

    def add(self, name: str, contact_ids: Sequence[str] | None = None) -> str:
        """Add a segment and return its id.

        With ids it is of type DIRECT_SELECT and has these members; without, it is of type
        QUERY and holds every third contact by a rule that stays.
        """
        with self._lock:
            number = self._next
            self._next += 1
            if contact_ids is None:
                segment = _query(number, name)
            else:
                segment = _direct(number, name, contact_ids)
            self._segments[segment.id] = segment
            return segment.id

    def delete(self, segment_id: str) -> None:
        """Delete a segment, not its contacts.

        Raises:
            KeyError: if there is none.
        """
        with self._lock:
            del self._segments[segment_id]

    def add_member(self, segment_id: str, contact_id: str) -> None:
        """Put a contact into a segment of type DIRECT_SELECT; being in it already is fine.

        Raises:
            KeyError: if there is no such segment or contact.
            ValueError: if a rule decides who belongs to the segment.
        """
        with self._lock:
            if self._contacts.get(contact_id) is None:
                raise KeyError(contact_id)
            old = self._direct(segment_id)
            members = tuple(dict.fromkeys((*old.members, contact_id)))
            self._segments[segment_id] = replace(old, members=members)

    def remove_member(self, segment_id: str, contact_id: str) -> None:
        """Take a contact out of a segment of type DIRECT_SELECT.

        Raises:
            KeyError: if there is no such segment.
            ValueError: if a rule decides who belongs to it, or the contact does not.
        """
        with self._lock:
            members = list(self._direct(segment_id).members)
            members.remove(contact_id)
            self._segments[segment_id] = replace(self._segments[segment_id], members=tuple(members))

    def _direct(self, segment_id: str) -> ContactSegment:
        segment = self._segments[segment_id]
        if segment.type != DIRECT_SELECT:
            msg = f"a rule decides who belongs to {segment_id}"
            raise ValueError(msg)
        return segment


def _make_segments(options: Options, contacts: Contacts) -> Iterator[ContactSegment]:
    ids = contacts.ids()
    for number in range(1, options.ucl_segments + 1):
        name = f"{names.TITLES[(number - 1) % len(names.TITLES)]} #{number}"
        yield _direct(number, name, ids[::2]) if number % 2 else _query(number, name)


def _direct(number: int, name: str, contact_ids: Sequence[str]) -> ContactSegment:
    members = tuple(contact_ids)
    return ContactSegment(id=f"g-{number:04x}", name=name, type=DIRECT_SELECT, members=members)


def _query(number: int, name: str) -> ContactSegment:
    segment_id = f"q-{_QUERY_IDS_FROM + number:04x}"
    return ContactSegment(id=segment_id, name=name, type=QUERY, remainder=number % 3)
