"""The stream of a list or of a segment of one: its columns are the account's, and change."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from tap_acton.errors import RequestRefusedError, UnexpectedReplyError
from tap_acton.resources.csv_table import CsvTable
from tap_acton.resources.lists import narrowed
from tap_acton.singer.columns import DeclaringStream, ListColumns
from tap_acton.singer.streams import NO_STATE, ResourceStream

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tap_acton.client import RecordsPage
    from tap_acton.resources.model import Record, Resource
    from tap_acton.singer.state import Reading

__all__ = ["ListStream"]

_NO_SUCH_COLUMN = "10010"


class ListStream(DeclaringStream, ResourceStream):
    """Reads a list, asks for selected columns alone where it can, and keeps up with new ones."""

    def check_state(self) -> None:
        """Find out whether the state can be read and is of this list, before anything is emitted.

        Raises:
            ConfigError: It cannot be read.
        """
        super().check_state()
        _ = self._list_columns

    def _pages(self, reading: Reading) -> Iterator[RecordsPage]:
        place, whole = reading.place, self._list_columns.resource
        resource = self.asks(reading)
        self._tell_of_csv(whole)
        if resource is whole:
            self._client.follow(whole, self._list_columns)
        try:
            rows = self._rows(reading)
            for page in self._client.pages(resource, reading.conditions, resume=place, rows=rows):
                place = page.place
                yield page
        except (RequestRefusedError, UnexpectedReplyError) as error:
            refused = isinstance(error, RequestRefusedError) and error.code != _NO_SUCH_COLUMN
            if resource is whole or refused:
                raise
            self.logger.debug("%s cannot be asked for some columns: %s", self.name, error)
            self._client.follow(whole, self._list_columns)
            yield from self._client.pages(whole, reading.conditions, resume=place)

    def asks(self, reading: Reading) -> Resource:
        """Return the list, or the selected columns of it."""
        whole = self._list_columns.resource
        return narrowed(whole, self._wanted) if self._may_narrow(reading) else whole

    def _may_narrow(self, reading: Reading) -> bool:
        adds, way = self._settings.auto_add_columns, self._settings.list_download
        return reading.replication_key is None and not adds and way != "csv"

    def _tell_of_csv(self, resource: Resource) -> None:
        if self._settings.list_download == "json" and isinstance(resource.shape, CsvTable):
            self.logger.info("%s comes as CSV: JSON would cut columns off", self.name)

    def _read(self, records: Sequence[Record]) -> None:
        self._list_columns.reads(records)
        if self._list_columns.has_news:
            self._write_schema_message()

    def _write_schema_message(self) -> None:
        """Say what columns there are: those of the catalog, as wide as ever, and added ones."""
        if news := self._list_columns.news():
            self._declare(news)
        super()._write_schema_message()

    @cached_property
    def _list_columns(self) -> ListColumns:
        self._forget_another(self.stream_state)
        try:
            return ListColumns(
                self.resource,
                self.stream_state,
                wanted=self._wanted,
                adds=self._settings.auto_add_columns,
            )
        except NO_STATE:
            raise self._unreadable_state() from None

    @property
    def _wanted(self) -> set[str]:
        """The columns that are selected."""
        names = self.effective_schema["properties"]
        return {name for name in names if self.mask.get(("properties", name), True)}
