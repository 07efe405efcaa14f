"""Singer streams, made from resources. Each is a class of its own, as Singer's streams are."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from singer_sdk.helpers.conform import TypeConformanceLevel
from singer_sdk.singerlib.catalog import REPLICATION_FULL_TABLE as FULL_TABLE

from tap_acton.clock import SYSTEM_CLOCK
from tap_acton.dynamic import origin_of
from tap_acton.errors import ActOnError, ConfigError
from tap_acton.names import snake_case
from tap_acton.resources.convert import Type
from tap_acton.resources.suppression import HARD_BOUNCES, OPT_OUTS, SPAM_COMPLAINTS
from tap_acton.singer.console.plan import Task
from tap_acton.singer.paged_streams import PagedStream
from tap_acton.singer.state import Reading

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from singer_sdk import Tap
    from singer_sdk.helpers.types import Context
    from singer_sdk.singerlib import CatalogEntry

    from tap_acton.client import ActOnClient, Place, RecordsPage
    from tap_acton.resources.model import Record, Resource
    from tap_acton.settings import Settings
    from tap_acton.singer.console.progress import Progress

__all__ = ["NO_STATE", "ResourceStream", "stream_class"]

NO_STATE = (KeyError, TypeError, ValueError, AttributeError)
"""What comes of a state that is not ours."""
_FRESH_S = 60.0
"""How old a reading may be that begins, and a first page that came before."""
_ORIGIN = "origin"
_SNAPSHOTS = {resource.name for resource in (HARD_BOUNCES, SPAM_COMPLAINTS, OPT_OUTS)}


class ResourceStream(PagedStream):
    """A stream whose records are those of a resource."""

    resource: ClassVar[Resource]
    row_count: int | None = None
    """How many rows it has, as discovery has seen."""

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
        self._ends_version = False
        self._begun: tuple[Reading, float] | None = None

    @property
    def begun(self) -> tuple[Reading, float]:
        """The reading that comes next, and when it began, which is now or a little ago.

        In seconds since 1970. What it asks for is settled from then on.
        """
        if self._begun is None or self.is_late:
            self._forget_another(self.stream_state)
            self._begun = self._reading(self.stream_state), SYSTEM_CLOCK.now()
        return self._begun

    @property
    def is_late(self) -> bool:
        """Whether the reading that comes next began too long ago to go on with."""
        return self._begun is not None and SYSTEM_CLOCK.now() - self._begun[1] > _FRESH_S

    @property
    def replication_method(self) -> str:
        """Return how the stream is read; a setting can ask for whole suppression lists."""
        if self._settings.suppression_snapshots and self.name in _SNAPSHOTS:
            return FULL_TABLE
        return super().replication_method

    def _records(self) -> Iterator[Sequence[Record]]:
        """Yield the records that this run is to read, and keep the state up with them."""
        state = self.stream_state
        (reading, began), self._begun = self.begun, None
        if self._settings.emit_activate_version_messages and reading.replication_key is None:
            self._stream_version = reading.version
        try:
            yield from self._accepted(reading, began)
        except ActOnError as error:
            if not error.stops_run and origin_of(self.resource) is None:
                state.pop("resume", None)  # or each run would begin behind what failed
            raise

    def activate_version(self) -> None:
        """Tell the target that rows of earlier readings are gone, if this one was whole."""
        if self._ends_version and self._stream_version is not None:
            self._write_activate_version_message(self._stream_version)

    def _accepted(self, reading: Reading, began: float) -> Iterator[Sequence[Record]]:
        state = self.stream_state
        skipped, told = len(self._client.skipped), not self.resource.is_costly
        self._progress.current.opens(self.resource, reading.conditions, reading.place)
        if reading.shown:
            self._progress.shows()
        for number, page in enumerate(self._pages(reading)):
            if not number:
                began_at = self._client.server_time(began)[0]
                reading.begins_with([] if self._rows(reading) else page.records, began_at)
            told = told or self._tells_cost(reading)
            accepted = reading.accepted(page.records)
            self._read(page.records)
            yield accepted
            self._progress.read(len(accepted), page)
            if not page.hidden:
                reading.shown = True
                self._progress.shows()
            elif reading.replication_key and not self.resource.looks_back:
                return  # nothing was read, so the bookmark and the place stay
            reading.partial |= any(not each.gone for each in self._client.skipped[skipped:])
            reading.interrupted(state, page.place)
            self._reached(page.place)
            self._write_state_message()
        reading.completed(state)
        self._progress.keep_rows(state)
        self._ends_version = reading.shown and not reading.partial

    def _pages(self, reading: Reading) -> Iterator[RecordsPage]:
        return self._client.pages(
            self.resource, reading.conditions, resume=reading.place, rows=self._rows(reading)
        )

    def _rows(self, reading: Reading) -> int | None:
        """Return how many rows to ask for before the first reply; None for its page alone."""
        is_whole = reading.place is None and not reading.conditions
        rows = self.row_count if is_whole and self._settings.list_download == "json" else None
        return rows if rows and rows > self._settings.page_size else None

    def _leaves_out(self) -> None:
        """Take note that the stream maps leave a record out."""
        self._progress.current.left_out += 1

    def asks(self, reading: Reading) -> Resource:
        """Return what a reading asks for: the resource, or less of it."""
        del reading
        return self.resource

    def _read(self, records: Sequence[Record]) -> None:
        """Take note of records before they are emitted."""

    def _reached(self, place: Place) -> None:
        """Take note of what the reading has come to."""

    def _tells_cost(self, reading: Reading) -> bool:
        bounds = self._client.about(self.resource, reading.conditions, resume=reading.place)
        if bounds is not None:
            self._progress.costs(self.cost(bounds), self._settings)
        return bounds is not None

    def cost(self, bounds: int) -> int:
        """Return the requests that so many sets of bound values take at the most, without pages."""
        return bounds

    @property
    def at_once(self) -> int:
        """The requests that bring a reading further, beyond those for its parents."""
        return 1

    def check_state(self) -> None:
        """Find out whether the state can be read and is of this list, before anything is emitted.

        Raises:
            ConfigError: It cannot be read.
        """
        self.task()

    def task(self) -> Task:
        """Return what a reading would ask for now.

        Raises:
            ConfigError: The state cannot be read.
        """
        self._forget_another(self.stream_state)
        reading = self._reading(self.stream_state)
        return Task(
            resource=self.resource,
            conditions=reading.conditions,
            place=reading.place,
            cost=self.cost,
        )

    def _forget_another(self, state: dict[str, Any]) -> None:
        origin = origin_of(self.resource)
        if origin is None or not origin.id:
            return
        if state.get(_ORIGIN, origin.id) != origin.id:
            self.logger.warning("%s is another list now; it is read from its start", self.name)
            state.clear()
        state[_ORIGIN] = origin.id

    def _reading(self, state: dict[str, Any]) -> Reading:
        incremental = self.replication_method != FULL_TABLE
        own = state if incremental else {name: state.get(name) for name in ("resume", "version")}
        try:
            return Reading.from_state(
                own,
                self.resource,
                replication_key=self.replication_key if incremental else None,
                start_date=self._settings.start_date,
                end_date=self._settings.end_date,
                look_back=self._look_back,
                now=self._client.server_time(),
            )
        except NO_STATE:
            raise self._unreadable_state() from None

    def _unreadable_state(self) -> ConfigError:
        return ConfigError(
            f"The state of stream {self.name!r} cannot be read",
            next_step="Remove it from the state; the stream is then read from its start.",
        )

    @property
    def _look_back(self) -> timedelta | None:
        days = timedelta(days=self._settings.report_lookback_days)
        return days if self.resource.looks_back else None

    def _columns(self) -> dict[str, bool]:
        kinds = {each.name: each.type for each in self.resource.columns if not each.exact}
        return {
            name: kinds.get(name) is Type.MOMENT
            for name in self.effective_schema["properties"]
            if self.mask["properties", name]
        }

    @property
    def _singer_catalog_entry(self) -> CatalogEntry:
        """The catalog's entry; it says what the stream is made from, so that no sync need ask."""
        entry = super()._singer_catalog_entry
        if origin := origin_of(self.resource):
            entry.database, entry.table = origin.kind, origin.id or None
        entry.row_count = self.row_count
        return entry

    # The SDK's own bookkeeping, which `Reading`, `Progress` and `activate_version` replace.

    emit_activate_version_messages = False
    """The SDK would say so before the records."""

    def _write_state_message(self) -> None:
        """Write the state, but not more often than a target has use for."""
        if self._progress.state_is_due():
            super()._write_state_message()

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


def stream_class(
    resource: Resource, base: type[ResourceStream] = ResourceStream
) -> type[ResourceStream]:
    """Return a stream class for a resource."""
    name = "".join(word.title() for word in snake_case(resource.name).split("_")) + "Stream"
    members = {
        "resource": resource,
        "selected_by_default": not resource.is_costly,
        "__doc__": resource.description,
    }
    return type(name, (base,), members)
