"""The stream of what became of each message, recipient by recipient."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from math import ceil
from typing import TYPE_CHECKING, Any

from singer_sdk.singerlib.catalog import REPLICATION_FULL_TABLE as FULL_TABLE

from tap_acton.resources.messages import EVENTS, MESSAGE_REPORTS, REPORT_COUNTS
from tap_acton.resources.records import digest
from tap_acton.singer.streams import ResourceStream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_acton.client import Bound, Place, RecordsPage
    from tap_acton.singer.state import Reading

__all__ = ["MessageEventsStream"]

_REPORTS = "reports"
_VISITED = "visited"
_BEGUN = "begun"


class MessageEventsStream(ResourceStream):
    """Reads the events only of messages whose report has moved since they were last read.

    A message has seven kinds of events, and a request for each; most messages are at rest. The
    state keeps a digest of each report in the look-back window. A report is asked for before the
    events, so that what happens in between makes another difference. Until a reading is complete,
    the state also keeps which messages it has come to, when those were sent, and of the last one
    the digest and what is unread, for a run that goes on there.
    """

    _message: str | None = None
    _counts: str | None = None
    """Digest of the message's report; None if Act-On does not show it."""
    _unread: frozenset[str] = frozenset()
    """Kinds of events of the message that have not been read since its report."""

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
        for page in self._client.pages(
            self.resource, reading.conditions, resume=reading.place, wanted=self._has_moved
        ):
            yield page if self._counts else replace(page, hidden=True)
        self._forget_settled(reading)

    def _has_moved(self, bound: Bound) -> bool:
        if bound["message_id"] != self._message:
            self._begin(bound)
        return self._counts is not None and self._counts != self._reports.get(bound["message_id"])

    def _begin(self, bound: Bound) -> None:
        self._message = message = bound["message_id"]
        sent_at = bound.get("sent_at")
        sent_s = ceil(datetime.fromisoformat(sent_at).timestamp()) if sent_at else None
        self._visited[message] = sent_s
        begun = self.stream_state.get(_BEGUN) or {}
        if begun.get("message") == message:
            self._counts = begun.get("counts")
            self._unread = frozenset(begun.get("unread") or EVENTS)
        else:
            self._counts, self._unread = self._counts_of(bound), frozenset(EVENTS)

    def _counts_of(self, bound: Bound) -> str | None:
        message = {name: value for name, value in bound.items() if name != "event"}
        report = self._client.record(MESSAGE_REPORTS, message)
        return digest(repr([report[name] for name in REPORT_COUNTS])) if report else None

    def _reached(self, place: Place) -> None:
        if place.position is not None:
            return
        self._unread -= {place.bound.get("event")}
        if self._message and self._counts:
            self.stream_state[_BEGUN] = {
                "message": self._message,
                "counts": self._counts,
                "unread": sorted(self._unread),
            }
            if not self._unread:
                self._reports[self._message] = self._counts

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
