"""A message and its recipients."""

from dataclasses import dataclass, field
from typing import Final

SENT: Final = "SENT"
# Documented types (SPEC get-message-list), with the prefix of their ids. s-, d- and t- are
# documented; that messages in the last three types look like sent ones is a guess.
PREFIXES: Final = {
    SENT: "s", "DRAFT": "d", "TEMPLATE": "t", "TRIGGERED": "s", "FAILED": "s", "SCHEDULED": "s",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Sender:
    """Someone in whose name messages go out."""

    id: str
    name: str
    email: str


NOBODY: Final = Sender(id="0", name="", email="")


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipient:
    """Someone to whom a message was addressed."""

    list_id: str
    record_id: str
    name: str
    email: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One message of any type; what happened to it lies within `spread_ms` after `ts_ms`."""

    id: str
    type: str
    title: str
    subject: str
    ts_ms: int
    sender: Sender
    spread_ms: int
    sent_to: tuple[str, ...] = ()
    recipients: tuple[Recipient, ...] = field(default=(), repr=False)

    @property
    def has_report(self) -> bool:
        """Whether the message went out, so that there is something to report."""
        return self.type in {SENT, "TRIGGERED"}
