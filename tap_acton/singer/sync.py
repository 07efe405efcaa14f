"""One run over the selected streams: each on its own feet, and an honest end."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NoReturn

from singer_sdk import metrics

from tap_acton.errors import (
    ActOnError,
    BudgetSpentError,
    RateLimitedError,
    RequestRefusedError,
    SyncIncompleteError,
)
from tap_acton.singer.coming import Coming

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tap_acton.client import ActOnClient
    from tap_acton.singer.console.progress import Progress
    from tap_acton.singer.console.tally import Tally
    from tap_acton.singer.rounds import Round
    from tap_acton.singer.streams import ResourceStream

__all__ = ["Sync"]


class Sync:
    """Syncs streams one after another; one that fails does not stop the others.

    Args:
        streams: The streams to read, in order.
        round_: Which of all selected ones are complete.
        progress: What is told of the run.
        client: The account.
    """

    def __init__(
        self,
        streams: Sequence[ResourceStream],
        *,
        round_: Round,
        progress: Progress,
        client: ActOnClient,
    ) -> None:
        self._streams = streams
        self._round = round_
        self._progress = progress
        self._client = client

    def run(self) -> None:
        """Sync them.

        Raises:
            ActOnError: The run could not go on, and nothing was complete; or a budget is spent,
                or something must be changed.
            SyncIncompleteError: Some streams failed or were not reached.
            RequestRefusedError: Act-On showed none of them.
        """
        try:
            for stream in Coming(self._streams, self._client):
                self._sync(stream)
        except (BudgetSpentError, RateLimitedError) as error:
            self._round.cut(self._progress.completed)
            self._stop(error)
        except ActOnError as error:
            self._stop(error)
        self._round.end()
        self._check_outcome()

    def _sync(self, stream: ResourceStream) -> None:
        self._progress.begins(stream.name)
        skipped = len(self._client.skipped)
        try:
            stream.sync()
            stream.activate_version()
        except ActOnError as error:
            if error.stops_run:
                raise
            self._progress.fails(error)
        else:
            self._progress.completes()
        finally:
            self._progress.current.not_shown = len(self._client.skipped) - skipped
            for point in _points(self._progress.current):
                extra = {"stream_name": stream.name}
                stream.metrics_logger.info("METRIC: %s", point, extra=extra)

    def _stop(self, error: ActOnError) -> NoReturn:
        if error.exit_code != ActOnError.exit_code or not self._progress.completed:
            raise error
        self._progress.fails(error)
        raise self._incomplete() from error

    def _check_outcome(self) -> None:
        if self._progress.failed:
            raise self._incomplete()
        something_shown = self._progress.completed or self._round.is_continued
        if self._progress.hidden and not something_shown:
            raise RequestRefusedError(
                "Act-On showed none of the selected streams",
                next_step="Does the user have the rights? The log says what was refused, and why.",
            )

    def _incomplete(self) -> SyncIncompleteError:
        done = {*self._progress.completed, *self._progress.hidden}
        failed = [name for name in self._progress.failed if name not in done]
        unread = len(self._streams) - len(done) - len(failed)
        not_reached = f"; streams not reached: {unread}" if unread else ""
        error = SyncIncompleteError(
            f"Streams that failed: {', '.join(failed)}{not_reached}",
            next_step="What is complete is kept; the next run reads what is missing.",
        )
        if not self._progress.completed:
            error.exit_code = ActOnError.exit_code
        return error


def _points(tally: Tally) -> Iterator[metrics.Point[float]]:
    """Yield what the SDK does not measure: it counts records and times the stream."""
    tags = {metrics.Tag.STREAM.value: tally.stream, metrics.Tag.PID.value: os.getpid()}
    yield metrics.Point("counter", metrics.Metric.HTTP_REQUEST_COUNT, tally.requests, tags)
    if tally.requests:
        mean_s = round(tally.request_s / tally.requests, 3)
        yield metrics.Point("timer", metrics.Metric.HTTP_REQUEST_DURATION, mean_s, tags)
