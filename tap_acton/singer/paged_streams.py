"""Streams that write their records by the page, where the SDK takes them one by one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from itertools import chain
from typing import TYPE_CHECKING, Any, cast

from singer_sdk.mapper import SameRecordTransform
from singer_sdk.singerlib import RecordMessage

from tap_acton.clock import SYSTEM_CLOCK, moment
from tap_acton.errors import ConfigError
from tap_acton.singer.batches import BatchedStream
from tap_acton.singer.record_lines import RecordLines, message_lines

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence
    from datetime import datetime

    from singer_sdk.helpers.types import Context

    from tap_acton.resources.model import Record
    from tap_acton.singer.writer import BlockWriter

__all__ = ["PagedStream"]

_AT_ONCE = 250
"""Records that are made into lines in one step: half a MiB, mostly."""


class PagedStream(BatchedStream, ABC):
    """A stream that makes lines of a page's records at once.

    Where stream maps change records, or files take them, the SDK's machinery gets each as a dict.
    """

    _made: RecordLines | None = None
    _extracted: datetime | None = None
    """When the records were read that are being written."""

    def get_records(self, context: Context | None) -> Iterator[dict[str, Any]]:  # noqa: ARG002
        """Yield the records as dicts, for the SDK's dry runs."""
        for records in self._records():
            yield from self._record_lines.dicts(records)

    @abstractmethod
    def _records(self) -> Iterator[Sequence[Record]]:
        """Yield the records that this run is to read, a page at a time."""

    @abstractmethod
    def _columns(self) -> dict[str, bool]:
        """Return the names of what a record shall have, and whether each holds moments."""

    def _sync_records(
        self, context: Context | None = None, *, write_messages: bool = True
    ) -> Generator[dict[str, Any]]:
        """Write the records by the page; the SDK takes them one by one, even in a dry run."""
        if not write_messages or self.ABORT_AT_RECORD_COUNT is not None:
            yield from super()._sync_records(context, write_messages=write_messages)
            return
        with self.get_record_counter() as counter, self.get_sync_timer():
            for records in self._records():
                self._write_records(records)
                counter.increment(len(records))
        self._finalize_state(self.stream_state)
        self._write_state_message()

    def _generate_record_messages(self, record: dict[str, Any]) -> Generator[RecordMessage]:
        """Yield a record as the stream maps make it; the SDK's errors would quote it."""
        is_left_out = True
        try:
            for each in self.stream_maps:
                if (mapped := each.transform(record)) is not None:
                    is_left_out = False
                    yield RecordMessage(
                        stream=each.stream_alias,
                        record=mapped,
                        version=self._stream_version,
                        time_extracted=self._extracted,
                    )
        except Exception as error:  # noqa: BLE001 - users' expressions fail in any way
            raise ConfigError(
                f"Setting 'stream_maps' fails for a record of {self.name!r} "
                f"({type(error).__name__})",
                next_step="Let its expressions expect every value, also none.",
            ) from None
        if is_left_out:
            self._leaves_out()

    def _leaves_out(self) -> None:
        """Take note that the stream maps leave a record out."""

    def _write_records(self, records: Sequence[Record]) -> None:
        """Write records, some at a time; one by one where maps or files take them from here."""
        made, version = self._record_lines, self._stream_version
        self._extracted = moment(SYSTEM_CLOCK.now())
        for at in range(0, len(records), _AT_ONCE):
            some = records[at : at + _AT_ONCE]
            if self._batches is not None:
                for record in made.dicts(some):
                    self._write_record_message(record)
                continue
            if self._maps_change_nothing:
                lines = made.lines(some, version=version, extracted=self._extracted)
            else:
                lines = message_lines(chain(*map(self._generate_record_messages, made.dicts(some))))
            cast("BlockWriter", self._tap.message_writer).write_lines(lines)
            self.state_manager.is_flushed = False

    @property
    def _maps_change_nothing(self) -> bool:
        """Whether records go to the target as they are, also if they are flattened."""
        first, *others = self.stream_maps
        is_same = first.transformed_schema == first.raw_schema
        return not others and type(first) is SameRecordTransform and is_same

    @property
    def _record_lines(self) -> RecordLines:
        columns = self._columns()
        if self._made is None or self._made.columns != columns:
            self._made = RecordLines(self.name, columns)
        return self._made
