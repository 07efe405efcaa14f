"""One run over the selected streams: each on its own feet, and an honest end."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from singer_sdk import metrics

from tap_acton.errors import (
    ActOnError,
    BudgetSpentError,
    RateLimitedError,
    RequestRefusedError,
    SyncIncompleteError,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_acton.singer.progress import Progress
    from tap_acton.singer.rounds import Round
    from tap_acton.singer.streams import ResourceStream

__all__ = ["Sync"]


class Sync:
    """Syncs streams one after another; one that fails does not stop the others.

    Args:
        streams: The selected streams, in order.
        round_: Which of them are left to read.
        progress: What is told of the run.
    """

    def __init__(
        self, streams: Sequence[ResourceStream], *, round_: Round, progress: Progress
    ) -> None:
        self._streams = [stream for stream in streams if stream.name in round_.pending]
        self._round = round_
        self._progress = progress

    def run(self) -> None:
        """Sync them.

        Raises:
            ActOnError: The run could not go on, and nothing was complete; or a budget is spent,
                or something must be changed.
            SyncIncompleteError: Some streams failed or were not reached.
            RequestRefusedError: Act-On showed none of them.
        """
        try:
            for stream in self._streams:
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
            requests = self._progress.requests[stream.name]
            tags = {metrics.Tag.STREAM.value: stream.name}
            point = metrics.Point("counter", metrics.Metric.HTTP_REQUEST_COUNT, requests, tags)
            metrics.log(stream.metrics_logger, point)

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
