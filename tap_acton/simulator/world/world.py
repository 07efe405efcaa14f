"""The account's data, which tests may change while clients read it."""

from collections.abc import Mapping, Sequence
from threading import RLock

from tap_acton.simulator.clock import Clock
from tap_acton.simulator.options import Options
from tap_acton.simulator.world.assets import make_assets
from tap_acton.simulator.world.contact_list import ContactList, ListFacts, Row, Segment
from tap_acton.simulator.world.dice import Dice
from tap_acton.simulator.world.lists import make_lists, make_segments, sample_cells
from tap_acton.simulator.world.mailbox import Mailbox
from tap_acton.simulator.world.message import NOBODY, SENT, Message, Recipient
from tap_acton.simulator.world.messages import recipients_of
from tap_acton.simulator.world.people import make_people, make_person
from tap_acton.simulator.world.suppression import Suppressed, make_categories, make_suppressed

Values = Mapping[str, str] | Sequence[str]


class World:
    """All that the simulated account holds.

    Methods that change it are thread-safe and stamp what they change with the simulator's
    clock. The server answers each request under the same lock, so a client sees either all of
    a change or none of it.
    """

    def __init__(self, options: Options, clock: Clock, lock: RLock) -> None:
        """Generate the account."""
        people = make_people(options.seed, max(40, options.contacts * 5 // 4))
        self.clock = clock
        self._seed = options.seed
        self._lock = lock
        self._lists = {made.facts.id: made for made in make_lists(options, people)}
        self._last_list = len(self._lists)
        self.segments = {made.id: made for made in make_segments(options, self.lists)}
        self.mailbox = Mailbox(options, self.lists)
        self._suppressed = make_suppressed(options, people)
        self.categories = make_categories(options, people)
        self.assets = make_assets(options)

    @property
    def lists(self) -> tuple[ContactList, ...]:
        """All contact lists."""
        return tuple(self._lists.values())

    def contact_list(self, list_id: str) -> ContactList:
        """The contact list with this id.

        Raises:
            KeyError: if there is none.
        """
        return self._lists[list_id]

    def find(self, list_id: str) -> tuple[ContactList, Segment | None] | None:
        """A list, or a segment with the list that it is part of."""
        segment = self.segments.get(list_id)
        found = self._lists.get(segment.list_id if segment else list_id)
        return None if found is None else (found, segment)

    def suppressed(self, kind: str) -> tuple[Suppressed, ...]:
        """The rows of `hardbounce`, `optout` or `spamcomplaint`.

        Raises:
            KeyError: if `kind` is none of these.
        """
        return tuple(self._suppressed[kind])

    def headers(self, list_id: str) -> tuple[str, ...]:
        """The headings of a list, `_contact_id_` not among them."""
        return self._lists[list_id].facts.headings

    def rows(self, list_id: str) -> tuple[Row, ...]:
        """The rows of a list in order of insertion."""
        with self._lock:
            return tuple(self._lists[list_id].view("inserted"))

    def record_ids(self, list_id: str) -> tuple[str, ...]:
        """The record ids of a list in order of insertion."""
        return tuple(row.id for row in self.rows(list_id))

    def add_list(
        self,
        name: str,
        headers: Sequence[str],
        rows: Sequence[Values] = (),
        *,
        folder: str = "Default Folder",
        email_column: int | None = None,
    ) -> str:
        """Add a list with rows and return its id.

        `email_column` counts from 0 without `_contact_id_`; by default it is the first
        heading that speaks of mail.
        """
        with self._lock:
            self._last_list += 1
            facts = ListFacts(
                id=f"l-{self._last_list:04x}",
                name=name,
                headings=tuple(headers),
                email_column=_email_column(headers) if email_column is None else email_column,
                folder=folder,
                description="",
                made_ms=self.clock.now_ms(),
            )
            self._lists[facts.id] = ContactList(facts)
            for values in rows:
                self.insert_record(facts.id, values)
            return facts.id

    def delete_list(self, list_id: str) -> None:
        """Delete a list; its segments answer like unknown lists from then on.

        Raises:
            KeyError: if there is none.
        """
        with self._lock:
            del self._lists[list_id]

    def add_column(self, list_id: str, heading: str) -> None:
        """Add a column to a list, last and empty.

        Raises:
            KeyError: if there is no such list.
        """
        with self._lock:
            self._lists[list_id].add_column(heading)

    def drop_column(self, list_id: str, heading: str) -> None:
        """Drop a column of a list with its cells, the first of equal headings.

        Raises:
            KeyError: if there is no such list.
            ValueError: if the heading is unknown.
        """
        with self._lock:
            target = self._lists[list_id]
            target.drop_column(_column(target.facts, heading))

    def insert_record(
        self, list_id: str, values: Values | None = None, *, position: int | None = None
    ) -> str:
        """Insert a record, last unless a position is given, and return its id.

        `values` are cells in order, or by heading (the first of equal headings); without them
        the record is a made-up person.

        Raises:
            KeyError: if there is no such list.
            ValueError: if a heading is unknown.
        """
        with self._lock:
            target = self._lists[list_id]
            cells = self._sample(target) if values is None else _cells(target.facts, values)
            return target.insert(cells, at_ms=self.clock.now_ms(), position=position).id

    def update_record(self, record_id: str, values: Mapping[str, str] | None = None) -> None:
        """Change cells by heading; without values only the date of modification changes.

        Raises:
            KeyError: if there is no such record.
            ValueError: if a heading is unknown.
        """
        with self._lock:
            target = self._lists[_list_of(record_id)]
            cells = {_column(target.facts, name): cell for name, cell in (values or {}).items()}
            target.update(record_id, cells, at_ms=self.clock.now_ms())

    def delete_record(self, record_id: str) -> None:
        """Delete a record.

        Raises:
            KeyError: if there is no such record.
        """
        with self._lock:
            self._lists[_list_of(record_id)].delete(record_id, at_ms=self.clock.now_ms())

    def add_message(
        self,
        *,
        title: str = "Added",
        subject: str = "Added at run time",
        kind: str = SENT,
        list_id: str | None = None,
        recipients: int = 10,
        position: int = 0,
    ) -> str:
        """Add a message sent now to the first records of a list, and return its id."""
        with self._lock:
            at_ms = self.clock.now_ms()
            addressed = self._addressed(list_id, recipients) if list_id else ()
            message = Message(
                id=self.mailbox.new_id(kind, at_ms),
                type=kind,
                title=title,
                subject=subject,
                ts_ms=at_ms,
                sender=(*self.mailbox.senders, NOBODY)[0],
                spread_ms=1000,
                sent_to=(list_id,) if list_id else (),
                recipients=addressed,
            )
            self.mailbox.add(message, position=position)
            return message.id

    def delete_message(self, message_id: str) -> None:
        """Delete a message; its reports then answer with error 10030.

        Raises:
            KeyError: if there is none.
        """
        with self._lock:
            self.mailbox.delete(message_id)

    def set_report(self, message_id: str, **values: object) -> None:
        """Set fields of a message's report, as `set_report("s-0001-2409", clicked=[2, 9])`.

        Raises:
            KeyError: if there is no such message.
            ValueError: if a name is not a field of reports.
        """
        with self._lock:
            self.mailbox.set_report(message_id, values)

    def add_suppressed(
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
            at_ms = self.clock.now_ms() if timestamp_ms is None else timestamp_ms
            rows = self._suppressed[kind]
            row = Suppressed(email=email, timestamp_ms=at_ms, origin=origin)
            rows.insert(len(rows) if position is None else position, row)

    def remove_suppressed(self, kind: str, email: str) -> None:
        """Hide an address, as an opt-in does.

        Raises:
            KeyError: if `kind` is not a suppression list.
        """
        with self._lock:
            kept = [row for row in self._suppressed[kind] if row.email != email]
            self._suppressed[kind] = kept

    def _addressed(self, list_id: str, count: int) -> tuple[Recipient, ...]:
        target = self._lists[list_id]
        rows = target.view("inserted")[:count]
        return recipients_of(list_id, rows, target.facts.email_column)

    def _sample(self, target: ContactList) -> Sequence[str]:
        number = target.next_number
        person = make_person(Dice("sample", self._seed, target.facts.id, number), 10**9 + number)
        return sample_cells(target.facts, person, number)


def _list_of(record_id: str) -> str:
    return record_id.partition(":")[0]


def _email_column(headers: Sequence[str]) -> int:
    return next((at for at, name in enumerate(headers) if "mail" in name.lower()), -1)


def _cells(facts: ListFacts, values: Values) -> Sequence[str]:
    if not isinstance(values, Mapping):
        return values
    cells = [""] * len(facts.headings)
    for name, cell in values.items():
        cells[_column(facts, name)] = cell
    return cells


def _column(facts: ListFacts, heading: str) -> int:
    if heading not in facts.headings:
        msg = f"list {facts.id} has no heading {heading!r}"
        raise ValueError(msg)
    return facts.headings.index(heading)
