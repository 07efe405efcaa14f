"""Singer streams, made from resources. Each is a class of its own, as Singer's streams are."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, ClassVar

from singer_sdk import Stream
from singer_sdk.helpers.conform import TypeConformanceLevel

from tap_acton.clock import SYSTEM_CLOCK
from tap_acton.dynamic import origin_of
from tap_acton.errors import ActOnError, ConfigError
from tap_acton.names import snake_case
from tap_acton.resources.convert import Type
from tap_acton.state import Reading, iso

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from singer_sdk import Tap
    from singer_sdk.helpers.types import Context
    from singer_sdk.singerlib import CatalogEntry

    from tap_acton.client import ActOnClient, RecordsPage
    from tap_acton.progress import Progress
    from tap_acton.resources.model import Record, Resource
    from tap_acton.settings import Settings

__all__ = ["ResourceStream", "stream_class"]

_STATE_EVERY_S = 30
_ORIGIN = "list_id"


class ResourceStream(Stream):
    """A stream whose records are those of a resource."""

    resource: ClassVar[Resource]

    STATE_MSG_FREQUENCY = 10_000
    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE  # the client has typed the values

    def __init__(
        self, tap: Tap, *, client: ActOnClient, settings: Settings, progress: Progress
    ) -> None:
        super().__init__(tap, name=self.resource.name, schema=self.resource.schema())
        self._client = client
        self._settings = settings
        self._progress = progress
        self.primary_keys = list(self.resource.keys)
        self.replication_key = self.resource.replication_key
        self._told_at = SYSTEM_CLOCK.monotonic()

    def get_records(self, context: Context | None) -> Iterator[Record]:  # noqa: ARG002 - none
        """Yield the records that this run is to read, and keep the state up with them."""
        state, began = self.stream_state, SYSTEM_CLOCK.now()
        self._forget_another(state)
        reading = self._reading(state)
        pages = self._client.pages(self.resource, reading.conditions, resume=reading.place)
        try:
            yield from self._accepted(pages, reading, began)
        except ActOnError as error:
            if not error.stops_run and origin_of(self.resource) is None:
                state.pop("resume", None)  # or each run would begin behind what failed
            raise

    def _accepted(
        self, pages: Iterator[RecordsPage], reading: Reading, began: float
    ) -> Iterator[Record]:
        state, columns = self.stream_state, self._columns()
        moments = [name for name, kind in columns.items() if kind is Type.MOMENT]
        for number, page in enumerate(pages):
            if not number:
                reading.begins_with(page.records, self._client.server_time(began)[0])
            accepted = [record for record in page.records if reading.accepts(record)]
            for record in accepted:
                yield _singer_record(record, columns, moments)
            self._progress.read(len(accepted))
            if not page.hidden:
                self._progress.shows()
            elif reading.replication_key:
                return  # nothing was read, so the bookmark and the place stay
            reading.interrupted(state, page.place)
            self._tell_state(page)
        reading.completed(state)

    def check_state(self) -> None:
        """Find out whether the state can be read and is of this list, before anything is emitted.

        Raises:
            ConfigError: It cannot be read.
        """
        self._forget_another(self.stream_state)
        self._reading(self.stream_state)

    def _forget_another(self, state: dict[str, Any]) -> None:
        origin = origin_of(self.resource)
        if origin is None or not origin.id:
            return
        if state.get(_ORIGIN, origin.id) != origin.id:
            self.logger.warning("%s is another list now; it is read from its start", self.name)
            state.clear()
        state[_ORIGIN] = origin.id

    def _reading(self, state: dict[str, Any]) -> Reading:
        incremental = self.replication_method == "INCREMENTAL"
        try:
            return Reading.from_state(
                state if incremental else {"resume": state.get("resume")},
                self.resource,
                replication_key=self.replication_key if incremental else None,
                start_date=self._settings.start_date,
                end_date=self._settings.end_date,
                now=self._client.server_time(),
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            raise ConfigError(
                f"The state of stream {self.name!r} cannot be read",
                next_step="Remove it from the state; the stream is then read from its start.",
            ) from None

    def _columns(self) -> dict[str, Type]:
        wanted = self.effective_schema["properties"]
        columns = {column.name: column.type for column in self.resource.columns}
        return {name: columns.get(name, Type.JSON) for name in wanted}

    def _tell_state(self, page: RecordsPage) -> None:
        now = SYSTEM_CLOCK.monotonic()
        if page.records and now - self._told_at >= _STATE_EVERY_S:
            self._told_at = now
            self._write_state_message()

    @property
    def _singer_catalog_entry(self) -> CatalogEntry:
        """The catalog's entry; it says what the stream is made from, so that no sync need ask."""
        entry = super()._singer_catalog_entry
        if origin := origin_of(self.resource):
            entry.database, entry.table = origin.kind, origin.id or None
        return entry

    # The SDK's own bookkeeping, which `Reading` replaces.

    def _increment_stream_state(self, *args: Any, **kwargs: Any) -> None:
        """Bookmarks advance with whole readings, not with records."""

    def _write_starting_replication_value(self, context: Context | None) -> None:
        """The bookmark itself is where a reading starts."""

    def get_replication_key_signpost(self, context: Context | None = None) -> None:  # noqa: ARG002
        """Return nothing: `Reading` holds back what changes meanwhile."""
        return

    def generate_child_contexts(
        self,
        record: Mapping[str, Any],  # noqa: ARG002 - the SDK's signature
        context: Context | None,  # noqa: ARG002 - the SDK's signature
    ) -> Iterable[Context | None]:
        """Return nothing: the client fans out, and Singer sees one stream."""
        return ()

    def log(self, message: str, *args: Any, level: int = logging.INFO, **kwargs: Any) -> None:
        """Leave the story to `progress`; the SDK's lines are for debugging."""
        del level
        super().log(message, *args, level=logging.DEBUG, **kwargs)


def stream_class(resource: Resource) -> type[ResourceStream]:
    """Return a stream class for a resource."""
    name = "".join(word.title() for word in snake_case(resource.name).split("_")) + "Stream"
    return type(name, (ResourceStream,), {"resource": resource, "__doc__": resource.description})


def _singer_record(record: Record, columns: Iterable[str], moments: Iterable[str]) -> Record:
    singer = {name: record.get(name) for name in columns}
    for name in moments:
        value = singer[name]
        singer[name] = iso(value) if value is not None else None
    return singer
