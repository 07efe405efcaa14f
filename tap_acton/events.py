"""The stream of what became of each message, recipient by recipient."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tap_acton.resources.messages import EVENTS, MESSAGE_REPORTS, REPORT_COUNTS
from tap_acton.resources.model import Condition, Operator
from tap_acton.resources.records import digest
from tap_acton.streams import ResourceStream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_acton.client import Bound, Place, RecordsPage
    from tap_acton.state import Reading

__all__ = ["MessageEventsStream"]

_REPORTS = "reports"


class MessageEventsStream(ResourceStream):
    """Reads the events only of messages whose report has moved since they were last read.

    A message has seven kinds of events, and a request for each; most messages are at rest. The
    state keeps a digest of each report in the look-back window. A report is asked for before the
    events, so that what happens in between makes another difference.
    """

    _message: str | None = None
    _counts: str | None = None
    """Digest of the message's report; None if Act-On does not show it."""
    _unread: frozenset[str] = frozenset()
    """Kinds of events of the message that this run has not read yet."""

    def cost(self, bounds: int) -> int:
        """Return the requests for the reports and, at the most, all kinds of events."""
        return bounds + bounds // len(EVENTS)

    def _pages(self, reading: Reading) -> Iterator[RecordsPage]:
        if reading.replication_key is None:
            yield from super()._pages(reading)
            return
        for page in self._client.pages(
            self.resource, reading.conditions, resume=reading.place, wanted=self._has_moved
        ):
            yield page if self._counts else replace(page, hidden=True)
        self._forget_settled(reading)

    def _has_moved(self, bound: Bound) -> bool:
        if bound["message_id"] != self._message:
            self._message, self._unread = bound["message_id"], frozenset(EVENTS)
            self._counts = self._counts_of(bound)
        return self._counts is not None and self._counts != self._reports.get(self._message)

    def _counts_of(self, bound: Bound) -> str | None:
        message = {name: value for name, value in bound.items() if name != "event"}
        report = self._client.record(MESSAGE_REPORTS, message)
        return digest(repr([report[name] for name in REPORT_COUNTS])) if report else None

    def _reached(self, place: Place) -> None:
        if place.position is not None:
            return
        self._unread -= {place.bound.get("event")}
        if not self._unread and self._message and self._counts:
            self._reports[self._message] = self._counts

    def _forget_settled(self, reading: Reading) -> None:
        """Forget the reports of messages that no later run looks at."""
        start = reading.next_start(self._look_back)
        conditions = (
            (Condition(column="sent_at", operator=Operator.AFTER, value=start),) if start else ()
        )
        bounds = self._client.bounds(self.resource, conditions)
        recent = {bound["message_id"] for bound in bounds}
        for message in self._reports.keys() - recent:
            del self._reports[message]

    @property
    def _reports(self) -> dict[str, Any]:
        reports: dict[str, Any] = self.stream_state.setdefault(_REPORTS, {})
        return reports
