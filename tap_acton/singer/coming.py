"""What may be asked for streams that come next, while one is read: their first pages.

An account has lists by the hundred, and a run asks most of them for one page of changes. One after
another, each would take a round trip.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from tap_acton.resources.paging import OnePage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tap_acton.client import ActOnClient
    from tap_acton.singer.streams import ResourceStream

__all__ = ["Coming"]


class Coming:
    """The streams of a run, each given out while the first pages of those behind are on their way.

    Only behind a stream that promises to be short: what has come must not grow old meanwhile.

    Args:
        streams: In order.
        client: Sends requests ahead.
    """

    def __init__(self, streams: Sequence[ResourceStream], client: ActOnClient) -> None:
        self._streams = streams
        self._client = client
        self._expected = client.requests.expectations()

    def __iter__(self) -> Iterator[ResourceStream]:
        """Yield the streams."""
        try:
            for number, stream in enumerate(self._streams):
                if stream.is_late:
                    self._expected.clear()
                self._look_ahead(self._streams[number:])
                yield stream
        finally:
            self._expected.clear()

    def _look_ahead(self, streams: Sequence[ResourceStream]) -> None:
        if not self._expected.most or self._client.server_time()[1] is None:
            return  # the first reply tells the time, by which readings begin
        for stream, following in pairwise(streams):
            if not (self._is_short(stream) and self._announces(following)):
                return

    def _is_short(self, stream: ResourceStream) -> bool:
        """Tell whether a page or two will do, as far as is known."""
        if not self._is_alone(stream):
            return False
        reading, rows = stream.begun[0], stream.row_count
        is_one_page = isinstance(stream.resource.paging, OnePage)
        fits = rows is not None and rows <= self._client.page_size
        return reading.place is None and (is_one_page or bool(reading.conditions) or fits)

    def _announces(self, stream: ResourceStream) -> bool:
        """Let a stream's first request be sent, if it is known; tell whether there is room."""
        if not self._is_alone(stream):
            return True
        reading = stream.begun[0]
        opening = self._client.opening(stream.asks(reading), reading.conditions)
        return reading.place is not None or opening is None or self._expected.add(opening)

    def _is_alone(self, stream: ResourceStream) -> bool:
        """Tell whether a stream is one series of pages, whose first is known."""
        return self._client.opening(stream.resource, ()) is not None
