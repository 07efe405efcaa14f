"""The messages of the account with their events and reports."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from tap_acton.simulator.options import Options
from tap_acton.simulator.world.contact_list import ContactList
from tap_acton.simulator.world.events import Event, make_events, new_event
from tap_acton.simulator.world.message import Message, Recipient
from tap_acton.simulator.world.messages import NumberOfMonth, make_messages, make_senders
from tap_acton.simulator.world.report import REPORT_FIELDS, make_report


class Mailbox:
    """Messages by type, newest first; events are worked out when first asked for."""

    def __init__(self, options: Options, lists: Sequence[ContactList]) -> None:
        """Generate senders and messages."""
        self.senders = make_senders(options)
        self._numbers = NumberOfMonth()
        self._messages = make_messages(options, lists, self.senders, self._numbers)
        self._events: dict[str, tuple[Event, ...]] = {}
        self._set: dict[str, dict[str, object]] = {}

    def of_type(self, kind: str) -> Sequence[Message]:
        """The messages of one type; none for a type that is unknown."""
        return tuple(self._messages.get(kind, ()))

    def counts(self) -> dict[str, int]:
        """Number of messages by type."""
        return {kind: len(messages) for kind, messages in self._messages.items()}

    def get(self, message_id: str) -> Message | None:
        """The message with this id."""
        everything = chain.from_iterable(self._messages.values())
        return next((message for message in everything if message.id == message_id), None)

    def events(self, message: Message) -> tuple[Event, ...]:
        """All events of a message."""
        if message.id not in self._events:
            self._events[message.id] = make_events(message)
        return self._events[message.id]

    def add_event(
        self,
        message_id: str,
        verb: str,
        email: str,
        known: Iterable[Recipient],
        *,
        data: str,
        link: str,
        at_ms: int,
    ) -> None:
        """Add an event of a recipient with this address, or of the first one who is known.

        Raises:
            KeyError: if there is no such message, or nobody has the address.
            ValueError: if the verb is unknown, or the message has no report.
        """
        message = self._known(message_id)
        if not message.has_report:
            msg = f"message {message_id} has no report"
            raise ValueError(msg)
        addressed = (each for each in message.recipients if each.email == email)
        recipient = next(chain(addressed, known), None)
        if recipient is None:
            msg = f"nobody has the address {email}"
            raise KeyError(msg)
        added = new_event(verb, recipient, at_ms, data=data, link=link)
        self._events[message.id] = (*self.events(message), added)

    def report(self, message: Message, *, now_ms: int) -> dict[str, object]:
        """The report of a message, with what `set_report` has set."""
        counted = make_report(message, self.events(message), now_ms=now_ms)
        return {**counted, **self._set.get(message.id, {})}

    def set_report(self, message_id: str, values: Mapping[str, object]) -> None:
        """Set fields of a report, whatever the events say.

        Raises:
            KeyError: if there is no such message.
            ValueError: if a name is not a field of reports.
        """
        self._known(message_id)
        if unknown := set(values) - REPORT_FIELDS:
            msg = f"not fields of a report: {', '.join(sorted(unknown))}"
            raise ValueError(msg)
        self._set.setdefault(message_id, {}).update(values)

    def new_id(self, kind: str, ts_ms: int) -> str:
        """An id for a message of this type and moment.

        Raises:
            KeyError: if `kind` is not a type of messages.
        """
        return self._numbers.next_id(kind, ts_ms)

    def add(self, message: Message, *, position: int) -> None:
        """Put a message among those of its type."""
        self._messages[message.type].insert(position, message)

    def delete(self, message_id: str) -> None:
        """Delete a message.

        Raises:
            KeyError: if there is no such message.
        """
        message = self._known(message_id)
        self._messages[message.type].remove(message)

    def _known(self, message_id: str) -> Message:
        message = self.get(message_id)
        if message is None:
            msg = f"no message {message_id}"
            raise KeyError(msg)
        return message
