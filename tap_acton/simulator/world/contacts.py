"""The Act-On Contacts: the account's one list of people, apart from its other lists."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from threading import RLock
from typing import Final

from tap_acton.simulator.clock import Clock
from tap_acton.simulator.options import Options
from tap_acton.simulator.world import names
from tap_acton.simulator.world.contact_fields import (
    BY_KEY,
    CREATED,
    FIELDS,
    UPDATED,
    ContactField,
    named_field,
)
from tap_acton.simulator.world.dice import Dice
from tap_acton.simulator.world.moments import FIRST_MS, LAST_MS
from tap_acton.simulator.world.people import Person, make_people, make_person

UNIFIED: Final = "l-unified-contacts"
_TWICE_EVERY: Final = 37
# An object type of a CRM, and how its ids begin.
_OBJECT_TYPES: Final = (("Lead", "00Q"), ("Contact", "003"), ("", ""))
_EMPTY_PERCENT: Final = 25


@dataclass(frozen=True, kw_only=True, slots=True)
class Contact:
    """One contact; `values` are texts by column index, empty ones left out."""

    id: str
    cookie: str
    values: Mapping[int, str] = field(repr=False)
    created_ms: int
    updated_ms: int

    def get(self, key: str) -> str:
        """The value of a documented property, or empty."""
        return self.values.get(BY_KEY[key].index, "")


class Contacts:
    """The contacts in the order in which they came; methods that change them are thread-safe."""

    def __init__(
        self, options: Options, people: Sequence[Person], clock: Clock, lock: RLock
    ) -> None:
        """Generate the contacts, of the first people first."""
        self._seed = options.seed
        self._clock = clock
        self._lock = lock
        self._contacts = {made.id: made for made in _make_contacts(options, people)}
        self._next = len(self._contacts)

    def __len__(self) -> int:
        """Count the contacts."""
        return len(self._contacts)

    def view(self, order: str) -> Sequence[Contact]:
        """All contacts, `inserted` or `newest` (updated last, first)."""
        with self._lock:
            found = list(self._contacts.values())
        return sorted(found, key=lambda each: -each.updated_ms) if order == "newest" else found

    def get(self, contact_id: str) -> Contact | None:
        """The contact with this id."""
        return self._contacts.get(contact_id)

    def by_email(self, email: str) -> Sequence[Contact]:
        """The contacts with an address, in any case of letters; nobody has an empty one."""
        wanted = email.lower()
        found = self._contacts.values() if wanted else ()
        return [each for each in found if each.get("email").lower() == wanted]

    def by_external_id(self, object_type: str, external_id: str) -> Contact | None:
        """The contact that another system knows by a type and an id."""
        wanted = (object_type, external_id)
        return next(
            (
                each
                for each in self._contacts.values()
                if (each.get("objectType"), each.get("externalId")) == wanted
            ),
            None,
        )

    def by_cookie(self, cookie: str) -> Contact | None:
        """The contact whose browser has a cookie."""
        return next((each for each in self._contacts.values() if each.cookie == cookie), None)

    def add(self, values: Mapping[str, str] | None = None, *, position: int | None = None) -> str:
        """Add a contact, last unless a position is given, and return its id.

        `values` go by property (`firstName`), name of column or column index; without them the
        contact is a made-up person.

        Raises:
            ValueError: if a name is unknown, or that of a date that the clock gives.
        """
        with self._lock:
            number, now_ms = self._next, self._clock.now_ms()
            made = _sample(self._seed, number) if values is None else _by_index(values)
            contact = _contact(self._seed, number, made, created_ms=now_ms, updated_ms=now_ms)
            self._next += 1
            self._place(contact, position)
            return contact.id

    def update(self, contact_id: str, values: Mapping[str, str] | None = None) -> None:
        """Change values by name; without values only the date of the update changes.

        Raises:
            KeyError: if there is no such contact.
            ValueError: if a name is unknown, or that of a date that the clock gives.
        """
        with self._lock:
            old = self._contacts[contact_id]
            new = {**old.values, **_by_index(values or {})}
            now_ms = self._clock.now_ms()
            self._contacts[contact_id] = replace(old, values=new, updated_ms=now_ms)

    def delete(self, contact_id: str) -> None:
        """Delete a contact; its id is never used again.

        Raises:
            KeyError: if there is no such contact.
        """
        with self._lock:
            del self._contacts[contact_id]

    def ids(self) -> tuple[str, ...]:
        """The ids of the contacts in the order in which they came."""
        with self._lock:
            return tuple(self._contacts)

    def _place(self, contact: Contact, position: int | None) -> None:
        if position is None:
            self._contacts[contact.id] = contact
            return
        found = list(self._contacts.values())
        found.insert(position, contact)
        self._contacts = {each.id: each for each in found}


def contact_number(contact_id: str) -> int:
    """The number inside an id: 794 for `l-unified-contacts:31a` (HC 8368580743575)."""
    return int(contact_id.rpartition(":")[2], 16)


def contact_people(
    options: Options, people: Sequence[Person], opted_out: Sequence[str]
) -> Sequence[Person]:
    """Enough people for the contacts, beginning with the first one who opted out."""
    if options.ucl_contacts > len(people):
        people = make_people(options.seed, options.ucl_contacts)
    emails = [person.email for person in people]
    start = emails.index(opted_out[0]) if opted_out else 0
    return (*people[start:], *people[:start])


def _make_contacts(options: Options, people: Sequence[Person]) -> Iterator[Contact]:
    dice = Dice("contacts", options.seed)
    step_ms = (LAST_MS - FIRST_MS) // (options.ucl_contacts + 2)
    for number in range(options.ucl_contacts):
        # Some contacts repeat the person before: an address may belong to several.
        again = number % _TWICE_EVERY == _TWICE_EVERY - 1
        created_ms = FIRST_MS + (number + 1) * step_ms + dice.between(0, step_ms)
        late = dice.chance(_EMPTY_PERCENT)
        yield _contact(
            options.seed,
            number,
            _values(people[(number - again) % len(people)], Dice("contact", options.seed, number)),
            created_ms=created_ms,
            updated_ms=dice.between(created_ms, LAST_MS) if late else created_ms,
        )


def _contact(
    seed: int, number: int, values: Mapping[int, str], *, created_ms: int, updated_ms: int
) -> Contact:
    return Contact(
        id=f"{UNIFIED}:{number:x}",
        cookie=Dice("cookie", seed, number).uuid(),
        values={index: text for index, text in values.items() if text},
        created_ms=created_ms,
        updated_ms=updated_ms,
    )


def _sample(seed: int, number: int) -> dict[int, str]:
    dice = Dice("contact", seed, number)
    return _values(make_person(dice, 2 * 10**9 + number), dice)


def _by_index(values: Mapping[str, str]) -> dict[int, str]:
    found = {named_field(name): text for name, text in values.items()}
    if {CREATED, UPDATED} & set(found):
        msg = "the clock dates contacts"
        raise ValueError(msg)
    return {column.index: text for column, text in found.items()}


def _values(person: Person, dice: Dice) -> dict[int, str]:
    object_type, prefix = dice.pick(_OBJECT_TYPES)
    known = {
        "objectType": object_type,
        "externalId": f"{prefix}{dice.digits(12)}" if prefix else "",
        "actonPrimaryScore": str(dice.between(0, 120)),
        "firstName": person.first,
        "lastName": person.last,
        "company": person.company,
        "email": person.email,
        "title": person.job,
        "businessCity": person.city,
        "timezone": person.timezone,
        "dateOfBirth": f"19{dice.between(50, 99)}-{dice.between(1, 12):02d}-28",
    }
    own = {each.index: _own(each, dice) for each in FIELDS if not each.key}
    return {**{BY_KEY[key].index: text for key, text in known.items()}, **own}


def _own(column: ContactField, dice: Dice) -> str:
    roll, empty = dice.roll(), dice.chance(_EMPTY_PERCENT)
    if empty:
        return ""
    if column.type in {"SCORE", "NUMBER"}:
        return str(roll % 400)
    if column.type == "DATETIME":
        return str(FIRST_MS + roll % (LAST_MS - FIRST_MS))
    words = {
        "BOOLEAN": ("true", "false")[roll % 2],
        "DATE": f"20{roll % 26:02d}-{roll // 32 % 12 + 1:02d}-{roll // 512 % 28 + 1:02d}",
        "EMAIL": f"second{roll % 10**6}@acton.example",
        "MULTI-TEXT": ";".join(names.JOBS[: 1 + roll % 3]),
    }
    return words.get(column.type, f"value {roll % 1000}")
