"""BATCH messages: the records of RECORD messages, in files that a target reads by itself.

No STATE is written while records wait for their file, so that no state covers a record that is
in none.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from singer_sdk import Stream
from singer_sdk.helpers._batch import SDKBatchMessage
from singer_sdk.singerlib.json import serialize_json

from tap_acton.interrupts import whole_step
from tap_acton.singer.batch_files import read_batch_config, write_batch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from singer_sdk.helpers._batch import BatchConfig
    from singer_sdk.helpers.types import Context, Record
    from singer_sdk.singerlib import Message, RecordMessage

__all__ = ["BatchedStream", "Batches"]


class Batches:
    """The records of one reading that wait for their files.

    Args:
        config: What files to write, and where.
        schemas: The JSON schema of each resulting stream.
        state: The stream's state. If a file cannot be written, it goes back to what the files
            before it cover.
        write: Takes a BATCH message.
    """

    def __init__(
        self,
        config: BatchConfig,
        *,
        schemas: Mapping[str, dict[str, Any]],
        state: dict[str, Any],
        write: Callable[[Message], None],
    ) -> None:
        self._config = config
        self._schemas = schemas
        self._state = state
        self._covered = copy.deepcopy(state)
        self._write = write
        self._waiting: dict[tuple[str, int | None], list[str]] = {}

    def declare(self, schemas: Mapping[str, dict[str, Any]]) -> None:
        """Take the records from now on as these schemas say; those before have their files."""
        self._schemas = schemas

    @property
    def wait(self) -> bool:
        """Whether there are records that are in no file."""
        return bool(self._waiting)

    @property
    def are_full(self) -> bool:
        """Whether a file has as many records as it may have."""
        return max(map(len, self._waiting.values()), default=0) >= self._config.batch_size

    def add(self, message: RecordMessage) -> None:
        """Let the record of a message wait for the next file of its stream."""
        waiting = self._waiting.setdefault((message.stream, message.version), [])
        waiting.append(serialize_json(message.record))

    def finish(self) -> None:
        """Write what waits, each file with its message. A signal waits for the two of them.

        Raises:
            ConfigError: The storage cannot be written, or a value does not fit its schema.
            TargetGoneError: Nobody reads the messages.
        """
        try:
            while self._waiting:
                with whole_step():
                    self._finish_one(*next(iter(self._waiting)))
        except Exception:
            self._waiting.clear()
            self._state.clear()
            self._state.update(self._covered)
            raise
        self._covered = copy.deepcopy(self._state)

    def _finish_one(self, stream: str, version: int | None) -> None:
        lines = self._waiting[stream, version]
        manifest = [write_batch(self._config, stream, self._schemas[stream], lines)]
        encoding = self._config.encoding
        self._write(SDKBatchMessage(stream, encoding=encoding, manifest=manifest, version=version))
        del self._waiting[stream, version]


class BatchedStream(Stream):
    """A stream that reads as ever, and puts its records into files if `batch_config` is set.

    The SDK's own way takes records before selection and stream maps are applied to them.
    """

    _batches: Batches | None = None

    def get_batch_config(self, config: Mapping[str, Any]) -> BatchConfig | None:
        """Return what the setting asks for.

        Raises:
            ConfigError: See `read_batch_config`.
        """
        return read_batch_config(config.get("batch_config"))

    def _sync_batches(self, batch_config: BatchConfig, context: Context | None = None) -> None:
        batches = self._batches = Batches(
            batch_config,
            schemas=self._schemas(),
            state=self.stream_state,
            write=self._tap.write_message,
        )
        try:
            for _ in self._sync_records(context):
                pass
        finally:
            try:
                batches.finish()
            finally:  # a signal may cut that short, but only once
                batches.finish()
        self._write_state_message()

    def _schemas(self) -> dict[str, dict[str, Any]]:
        return {each.stream: each.schema for each in self._generate_schema_messages()}

    def _write_schema_message(self) -> None:
        if self._batches is None:
            super()._write_schema_message()
            return
        self._batches.finish()  # what waits is as the schema before says
        super()._write_schema_message()
        self._batches.declare(self._schemas())

    def _write_record_message(self, record: Record) -> None:
        if self._batches is None:
            super()._write_record_message(record)
            return
        for message in self._generate_record_messages(record):
            self._batches.add(message)
        self.state_manager.is_flushed = False
        if self._batches.are_full:
            self._batches.finish()
            super()._write_state_message()

    def _write_state_message(self) -> None:
        if self._batches is None or not self._batches.wait:
            super()._write_state_message()
