"""What the recipients of a message did with it: the rows of its drill-down reports."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tap_acton.simulator.world import names
from tap_acton.simulator.world.dice import Dice
from tap_acton.simulator.world.message import Message, Recipient

# The documented verbs (SPEC get-message-report-drilldown).
VERBS: Final = ("SENT", "SUPPRESSED", "OPENED", "CLICKED", "BOUNCED", "OPT_OUT", "SPAM")
# What a row says of its event, unless it is told.
_DATA: Final = {
    "SENT": "SENT", "SUPPRESSED": "OPT_OUT", "OPENED": "OPEN", "CLICKED": "CLICK",
    "BOUNCED": "HARD", "OPT_OUT": "OPT_OUT", "SPAM": "SPAM",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One row of a drill-down report; the fields about a device may be empty."""

    verb: str
    recipient: Recipient
    ts_ms: int
    data: str
    os: str = ""
    browser: str = ""
    ip: str = ""
    link: str = ""


def make_events(message: Message) -> tuple[Event, ...]:
    """Everything that happened to a message, recipient by recipient.

    One person may open or click several times, so that totals differ from unique numbers.
    """
    return tuple(
        event for recipient in message.recipients for event in _Fate(message, recipient).events()
    )


def new_event(verb: str, recipient: Recipient, ts_ms: int, *, data: str, link: str) -> Event:
    """One event at a moment; opens and clicks come from a device.

    Raises:
        ValueError: if the verb is unknown.
    """
    if verb not in _DATA:
        msg = f"no verb {verb!r}; known: {', '.join(VERBS)}"
        raise ValueError(msg)
    os, browser = names.DEVICES[0] if verb in {"OPENED", "CLICKED"} else ("", "")
    return Event(
        verb=verb,
        recipient=recipient,
        ts_ms=ts_ms,
        data=data or _DATA[verb],
        os=os,
        browser=browser,
        ip="198.51.100.1" if os else "",
        link=link or (names.LINKS[0] if verb == "CLICKED" else ""),
    )


class _Fate:
    """One recipient's dealings with one message."""

    def __init__(self, message: Message, recipient: Recipient) -> None:
        self._message = message
        self._recipient = recipient
        self._dice = Dice("fate", message.id, recipient.record_id)

    def events(self) -> Iterator[Event]:
        if self._dice.chance(4):
            yield self._event("SUPPRESSED", "OPT_OUT", delay_ms=0)
            return
        yield self._event("SENT", "SENT", delay_ms=0)
        if self._dice.chance(5):
            yield self._event("BOUNCED", self._dice.pick(("HARD", "SOFT")))
            return
        yield from self._visits()
        for verb in ("OPT_OUT", "SPAM"):
            if self._dice.chance(2):
                yield self._event(verb, verb)

    def _visits(self) -> Iterator[Event]:
        opens = max(0, self._dice.between(-4, 4))
        for _ in range(opens):
            yield self._on_a_device("OPENED", "OPEN")
        clicks = max(0, self._dice.between(-3, 3)) if opens else 0
        for _ in range(clicks):
            yield self._on_a_device("CLICKED", "CLICK", link=self._dice.pick(names.LINKS))

    def _event(self, verb: str, data: str, *, delay_ms: int | None = None) -> Event:
        if delay_ms is None:
            delay_ms = self._dice.between(1, self._message.spread_ms)
        ts_ms = self._message.ts_ms + delay_ms
        return Event(verb=verb, recipient=self._recipient, ts_ms=ts_ms, data=data)

    def _on_a_device(self, verb: str, data: str, *, link: str = "") -> Event:
        os, browser = self._dice.pick(names.DEVICES)
        return Event(
            verb=verb,
            recipient=self._recipient,
            ts_ms=self._message.ts_ms + self._dice.between(1, self._message.spread_ms),
            data=data,
            os=os,
            browser=browser,
            ip=f"198.51.100.{self._dice.between(1, 254)}",
            link=link,
        )
