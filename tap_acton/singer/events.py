"""The stream of what became of each message, recipient by recipient."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil
from typing import TYPE_CHECKING, Any

from singer_sdk.singerlib.catalog import REPLICATION_FULL_TABLE as FULL_TABLE

from tap_acton.client import Gate
from tap_acton.errors import ActOnError
from tap_acton.resources.messages import EVENTS, MESSAGE_REPORTS, REPORT_COUNTS
from tap_acton.resources.records import digest
from tap_acton.singer.streams import ResourceStream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_acton.client import Asked, Bound, Place, RecordsPage
    from tap_acton.singer.state import Reading

__all__ = ["MessageEventsStream"]

_REPORTS = "reports"
_VISITED = "visited"
_BEGUN = "begun"


@dataclass(kw_only=True, slots=True)
class _Message:
    """A message that the reading meets."""

    id: str
    sent_s: int | None
    """When it was sent, in seconds since 1970, rounded up; None for triggered ones."""
    counts: str | None = None
    """Digest of its report; None if Act-On does not show it."""
    error: ActOnError | None = None
    """Why the report could not be read."""
    unread: frozenset[str | None] = frozenset(EVENTS)
    """Kinds of events that have not been read since the report."""


class MessageEventsStream(ResourceStream):
    """Reads the events only of messages whose report has moved since they were last read.

    A message has seven kinds of events, and a request for each; most messages are at rest. The
    state keeps a digest of each report in the look-back window. A report is asked for before the
    events, so that what happens in between makes another difference. Until a reading is complete,
    the state also keeps which messages it has come to, when those were sent, and of the last one
    the digest and what is unread, for a run that goes on there.
    """

    _met: dict[str, _Message]
    """Those to which the reading is coming, by id."""
    _message: _Message | None = None
    """The one to which it has come."""

    def cost(self, bounds: int) -> int:
        """Return the requests for the reports and, at the most, all kinds of events."""
        return bounds + bounds // len(EVENTS)

    @property
    def at_once(self) -> int:
        """The requests that bring a reading further: a message's report, and events of it."""
        return 1 if self.replication_method == FULL_TABLE else 2

    def check_state(self) -> None:
        """Find out whether the state can be read, before anything is emitted.

        Raises:
            ConfigError: It cannot be read.
        """
        super().check_state()
        own = (self.stream_state.get(name) or {} for name in (_REPORTS, _VISITED, _BEGUN))
        if not all(isinstance(each, dict) for each in own):
            raise self._unreadable_state()

    def _pages(self, reading: Reading) -> Iterator[RecordsPage]:
        if reading.replication_key is None:
            yield from super()._pages(reading)
            return
        if reading.place is None:
            self.stream_state[_VISITED] = {}
        self._met = {}
        gate = Gate(opens=self._has_moved, asks=self._report_of)
        for page in self._client.pages(
            self.resource, reading.conditions, resume=reading.place, gate=gate
        ):
            self._come_to(page.place.bound.get("message_id"))
            is_shown = self._message is not None and self._message.counts is not None
            yield page if is_shown else replace(page, hidden=True)
        self._forget_settled(reading)

    def _has_moved(self, bound: Bound) -> bool:
        message_id = bound["message_id"]
        if message_id not in self._met:
            self._met[message_id] = self._meet(message_id, bound)
        if error := self._met[message_id].error:
            raise error
        counts = self._met[message_id].counts
        return counts is not None and counts != self._reports.get(message_id)

    def _meet(self, message_id: str, bound: Bound) -> _Message:
        sent_at = bound.get("sent_at")
        sent_s = ceil(datetime.fromisoformat(sent_at).timestamp()) if sent_at else None
        begun = self.stream_state.get(_BEGUN) or {}
        if begun.get("message") != message_id:
            return self._told(_Message(id=message_id, sent_s=sent_s), bound)
        unread = frozenset(begun.get("unread") or EVENTS)
        return _Message(id=message_id, sent_s=sent_s, counts=begun.get("counts"), unread=unread)

    def _report_of(self, bound: Bound) -> Asked | None:
        begun = self.stream_state.get(_BEGUN) or {}
        if bound["message_id"] in self._met or begun.get("message") == bound["message_id"]:
            return None
        return MESSAGE_REPORTS, _without_event(bound)

    def _told(self, message: _Message, bound: Bound) -> _Message:
        """Let the report tell of a message; it is asked for once, also if that fails."""
        try:
            report = self._client.record(MESSAGE_REPORTS, _without_event(bound))
        except ActOnError as error:
            if error.stops_run:
                raise
            message.error = error
        else:
            counts = [report[name] for name in REPORT_COUNTS] if report else None
            message.counts = digest(repr(counts)) if counts else None
        return message

    def _come_to(self, message_id: str | None) -> None:
        if message_id in self._met and self._met[message_id] is not self._message:
            if self._message is not None:
                self._met.pop(self._message.id, None)
            self._message = message = self._met[message_id]
            self._visited[message.id] = message.sent_s

    def _reached(self, place: Place) -> None:
        message = self._message
        if place.position is not None or message is None:
            return
        message.unread -= {place.bound.get("event")}
        if message.counts:
            self.stream_state[_BEGUN] = {
                "message": message.id,
                "counts": message.counts,
                "unread": sorted(message.unread),
            }
            if not message.unread:
                self._reports[message.id] = message.counts

    def _forget_settled(self, reading: Reading) -> None:
        """Forget the reports of messages that no later run looks at: old ones, and deleted ones."""
        for message in self._reports.keys() - self._visited.keys():
            del self._reports[message]
        start = reading.next_start(self._look_back)
        for message, sent_at in self._visited.items():
            if start and sent_at and sent_at < start.timestamp():
                self._reports.pop(message, None)
        for name in (_VISITED, _BEGUN):
            self.stream_state.pop(name, None)

    @property
    def _visited(self) -> dict[str, int | None]:
        """When each message that the reading has come to was sent; None for triggered ones.

        In seconds since 1970, rounded up.
        """
        visited: dict[str, int | None] = self.stream_state.setdefault(_VISITED, {})
        return visited

    @property
    def _reports(self) -> dict[str, Any]:
        reports: dict[str, Any] = self.stream_state.setdefault(_REPORTS, {})
        return reports


def _without_event(bound: Bound) -> Bound:
    return {name: value for name, value in bound.items() if name != "event"}
