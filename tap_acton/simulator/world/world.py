"""The account's data, which tests may change while clients read it."""

from collections.abc import Mapping, Sequence
from threading import RLock

from tap_acton.simulator.clock import Clock
from tap_acton.simulator.options import Options
from tap_acton.simulator.world.assets import make_assets
from tap_acton.simulator.world.contact_list import ContactList, ListFacts, Row, Segment
from tap_acton.simulator.world.contact_segments import ContactSegments
from tap_acton.simulator.world.contacts import Contacts, contact_people
from tap_acton.simulator.world.dice import Dice
from tap_acton.simulator.world.lists import make_lists, make_segments, sample_cells
from tap_acton.simulator.world.mailbox import Mailbox
from tap_acton.simulator.world.message import NOBODY, SENT, Message, Recipient
from tap_acton.simulator.world.messages import addressees, recipients_of
from tap_acton.simulator.world.objects import CustomObjects
from tap_acton.simulator.world.people import make_people, make_person
from tap_acton.simulator.world.suppression import SuppressionLists, make_categories
from tap_acton.simulator.world.uploads import make_uploads
from tap_acton.simulator.world.values import Values, cells_of, column_of, first_mail_column


class World:
    """All that the simulated account holds; lists and messages here, the rest in its parts.

    What changes a part may be called here too, as control calls do. Methods that change it are
    thread-safe and stamp what they change with the simulator's clock. The server answers each
    request under the same lock, so a client sees either all of a change or none of it.
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
        self.suppression = SuppressionLists(options, people, clock, lock)
        self.categories = make_categories(options, people)
        self.assets = make_assets(options)
        self.uploads = make_uploads(options)
        opted_out = [row.email for row in self.suppression.rows("optout")]
        self.contacts = Contacts(options, contact_people(options, people, opted_out), clock, lock)
        self.contact_segments = ContactSegments(options, self.contacts, lock)
        emails = [each.get("email") for each in self.contacts.view("inserted")]
        self.objects = CustomObjects(options, emails, clock, lock)
        self._name_calls()

    def _name_calls(self) -> None:
        # One flat set of names, as control calls use them.
        self.suppressed = self.suppression.rows
        self.add_suppressed = self.suppression.add
        self.remove_suppressed = self.suppression.remove
        self.add_contact = self.contacts.add
        self.update_contact = self.contacts.update
        self.delete_contact = self.contacts.delete
        self.contact_ids = self.contacts.ids
        self.add_segment = self.contact_segments.add
        self.delete_segment = self.contact_segments.delete
        self.add_segment_member = self.contact_segments.add_member
        self.remove_segment_member = self.contact_segments.remove_member
        self.insert_object_row = self.objects.insert
        self.update_object_row = self.objects.update
        self.delete_object_row = self.objects.delete
        self.object_row_ids = self.objects.row_ids

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
                email_column=first_mail_column(headers) if email_column is None else email_column,
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
            cells = self._sample(target) if values is None else cells_of(target.facts, values)
            return target.insert(cells, at_ms=self.clock.now_ms(), position=position).id

    def update_record(self, record_id: str, values: Mapping[str, str] | None = None) -> None:
        """Change cells by heading; without values only the date of modification changes.

        Raises:
            KeyError: if there is no such record.
            ValueError: if a heading is unknown.
        """
        with self._lock:
            target = self._lists[_list_of(record_id)]
            cells = {column_of(target.facts, name): cell for name, cell in (values or {}).items()}
            target.update(record_id, cells, at_ms=self.clock.now_ms())

    def delete_record(self, record_id: str) -> None:
        """Delete a record.

        Raises:
            KeyError: if there is no such record.
        """
        with self._lock:
            self._lists[_list_of(record_id)].delete(record_id, at_ms=self.clock.now_ms())

    def add_column(self, list_id: str, heading: str, *, cell: str = "") -> None:
        """Add a last column with the same cell in every row; dates of rows stay (guess).

        Raises:
            KeyError: if there is no such list.
        """
        with self._lock:
            self._lists[list_id].add_column(heading, cell, at_ms=self.clock.now_ms())

    def rename_column(self, list_id: str, heading: str, new: str) -> None:
        """Rename a column, the first of equal headings.

        Raises:
            KeyError: if there is no such list.
            ValueError: if the heading is unknown.
        """
        with self._lock:
            target = self._lists[list_id]
            column = column_of(target.facts, heading)
            target.rename_column(column, new, at_ms=self.clock.now_ms())

    def drop_column(self, list_id: str, heading: str) -> None:
        """Remove a column with its cells, the first of equal headings.

        Raises:
            KeyError: if there is no such list.
            ValueError: if the heading is unknown.
        """
        with self._lock:
            target = self._lists[list_id]
            target.drop_column(column_of(target.facts, heading), at_ms=self.clock.now_ms())

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

    def add_event(
        self, message_id: str, event: str, email: str, *, data: str = "", link: str = ""
    ) -> None:
        """Let something happen to a message now: a row of a drill-down, counted in the report.

        `event` is the verb of the drill-down; `data` its detail, as `SOFT` of a bounce; `link`
        what was clicked. Who is addressed is known from the message, else from the lists.

        Raises:
            KeyError: if there is no such message, or nobody has the address.
            ValueError: if the verb is unknown, or the message has no report.
        """
        with self._lock:
            known = (found for each in self.lists for found in addressees(each, email))
            self.mailbox.add_event(
                message_id, event, email, known, data=data, link=link, at_ms=self.clock.now_ms()
            )

    def delete_asset(self, kind: str, asset_id: str) -> None:
        """Delete one of `forms`, `pages`, `media`, `images`, `logos`, `campaigns` and the like.

        Raises:
            KeyError: if there is no such asset.
            ValueError: if the kind is unknown.
        """
        with self._lock:
            self.assets = self.assets.without(kind, asset_id)

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
