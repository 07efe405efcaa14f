"""Generation of senders and messages."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from tap_acton.simulator.options import Options
from tap_acton.simulator.world import names
from tap_acton.simulator.world.contact_list import ContactList, Row
from tap_acton.simulator.world.dice import Dice
from tap_acton.simulator.world.message import NOBODY, PREFIXES, SENT, Message, Recipient, Sender
from tap_acton.simulator.world.moments import FIRST_MS, LAST_MS

_TWO_WEEKS_MS: Final = 14 * 86_400_000


def make_senders(options: Options) -> tuple[Sender, ...]:
    """The e-mail senders of the account."""
    return tuple(
        Sender(
            id=str(434330 + number),
            name=names.SENDERS[number % len(names.SENDERS)],
            email=f"sender{number}@acton.example",
        )
        for number in range(options.senders)
    )


class NumberOfMonth:
    """Hands out message ids: `s-NNNN-YYMM` for those that go out, else `d-0004`."""

    def __init__(self) -> None:
        """Start every count at one."""
        self._last: dict[str, int] = {}

    def next_id(self, kind: str, ts_ms: int) -> str:
        """The next id of a type, in the month of `ts_ms`."""
        prefix = PREFIXES[kind]
        month = f"{datetime.fromtimestamp(ts_ms / 1000, UTC):-%y%m}" if prefix == "s" else ""
        number = self._last[prefix + month] = self._last.get(prefix + month, 0) + 1
        return f"{prefix}-{number:04d}{month}"


def make_messages(
    options: Options,
    lists: Sequence[ContactList],
    senders: Sequence[Sender],
    numbers: NumberOfMonth,
) -> dict[str, list[Message]]:
    """All messages by type, newest first as in the documented example."""
    return {
        kind: sorted(
            _of_type(kind, options, lists, senders, numbers),
            key=lambda message: (-message.ts_ms, message.id),
        )
        for kind in PREFIXES
    }


def recipients_of(facts_id: str, rows: Sequence[Row], email_column: int) -> tuple[Recipient, ...]:
    """The recipients that rows of a list stand for."""
    return tuple(
        Recipient(
            list_id=facts_id,
            record_id=row.id,
            name=" ".join(row.cells[:2]),
            email=row.cells[email_column],
        )
        for row in rows
    )


def addressees(found: ContactList, email: str) -> Iterator[Recipient]:
    """The records of a list with an address, as recipients."""
    column = found.facts.email_column
    if column >= 0:
        rows = [row for row in found if row.cells[column] == email]
        yield from recipients_of(found.facts.id, rows, column)


def _of_type(
    kind: str,
    options: Options,
    lists: Sequence[ContactList],
    senders: Sequence[Sender],
    numbers: NumberOfMonth,
) -> Iterator[Message]:
    dice = Dice("messages", options.seed, kind)
    count = options.messages if kind == SENT else options.messages // 6
    for _ in range(count):
        ts_ms = dice.between(FIRST_MS, LAST_MS - _TWO_WEEKS_MS)
        topic = dice.between(0, len(names.TITLES) - 1)
        addressed = _addressed(dice, options, lists)
        yield Message(
            id=numbers.next_id(kind, ts_ms),
            type=kind,
            title=names.TITLES[topic],
            subject=names.SUBJECTS[topic],
            ts_ms=ts_ms,
            sender=dice.pick(senders) if senders else NOBODY,
            spread_ms=_TWO_WEEKS_MS,
            sent_to=tuple(dict.fromkeys(recipient.list_id for recipient in addressed)),
            recipients=addressed,
        )


def _addressed(dice: Dice, options: Options, lists: Sequence[ContactList]) -> tuple[Recipient, ...]:
    if not lists or not options.contacts or not options.recipients:
        return ()
    chosen = dice.pick(lists)
    rows = chosen.view("inserted")
    start = dice.between(0, len(rows) - 1)
    some = rows[start : start + dice.between(1, options.recipients)]
    return recipients_of(chosen.facts.id, some, chosen.facts.email_column)
