"""The Singer tap."""

from __future__ import annotations

from contextlib import AbstractContextManager, closing
from functools import cached_property
from typing import IO, TYPE_CHECKING, Any, ClassVar

import click
from singer_sdk import Tap
from singer_sdk.exceptions import MapExpressionError, StreamMapConfigError
from singer_sdk.helpers.capabilities import PluginCapabilities, TapCapabilities
from singer_sdk.singerlib import StateMessage
from singer_sdk.tap_base import CliTestOptionValue

from tap_acton.auth.browser import code_from_browser
from tap_acton.client import ActOnClient
from tap_acton.config import (
    check_catalog,
    check_state,
    parse_json_object,
    read_config,
    read_settings,
)
from tap_acton.dynamic import is_table, origin_of
from tap_acton.errors import ConfigError
from tap_acton.resources.catalog import RESOURCES
from tap_acton.resources.messages import MESSAGE_EVENTS
from tap_acton.settings import Settings, config_schema
from tap_acton.singer.about import about_in
from tap_acton.singer.batch_files import check_batches, read_batch_config
from tap_acton.singer.budgets import check_discovery, check_run, left_today
from tap_acton.singer.catalog import catalogued, discovered, map_streams
from tap_acton.singer.command import explained
from tap_acton.singer.console.plan import Plan, known_rows, make_plan
from tap_acton.singer.console.progress import Progress
from tap_acton.singer.console.terminal import has_bars, run_with_bars, say, somebody_is_there
from tap_acton.singer.events import MessageEventsStream
from tap_acton.singer.examine import examine
from tap_acton.singer.list_streams import ListStream
from tap_acton.singer.rounds import Round
from tap_acton.singer.streams import ResourceStream, stream_class
from tap_acton.singer.sync import Sync
from tap_acton.singer.writer import BlockWriter, write_block

if TYPE_CHECKING:
    from singer_sdk.helpers.capabilities import CapabilitiesEnum
    from singer_sdk.plugin_base import _ConfigInput

    from tap_acton.resources.model import Resource

__all__ = ["TapActOn"]


class TapActOn(Tap):
    """Reads an Act-On account: lists with their records, messages with their reports, and more."""

    name = "tap-acton"
    package_name = "tap-acton"
    config_jsonschema: ClassVar[dict[str, Any]] = config_schema()
    dynamic_catalog = True
    message_writer_class = BlockWriter
    capabilities: ClassVar[list[CapabilitiesEnum]] = [
        TapCapabilities.CATALOG,
        TapCapabilities.STATE,
        TapCapabilities.DISCOVER,
        PluginCapabilities.ABOUT,
        PluginCapabilities.STREAM_MAPS,
        PluginCapabilities.FLATTENING,
        PluginCapabilities.BATCH,
        PluginCapabilities.STRUCTURED_LOGGING,
    ]

    settings: Settings

    @cached_property
    def progress(self) -> Progress:
        """What this run has done so far."""
        progress = Progress(per_second=self.settings.requests_per_second)
        if has_bars():
            progress.tell = say
        return progress

    @cached_property
    def client(self) -> ActOnClient:
        """The account."""
        return ActOnClient.from_settings(
            self.settings,
            observe=self.progress.sent,
            authorize=self._browser_login if somebody_is_there() else None,
        )

    def discover_streams(self) -> list[ResourceStream]:
        """Return the streams: from the catalog if there is one, without a request."""
        if self.input_catalog is not None:
            return [self._stream(*each) for each in catalogued(self.input_catalog)]
        return [self._stream(*each) for each in discovered(self.client, self.settings)]

    def run_discovery(self) -> str:
        """Print the catalog, and give back what was set aside to make it."""
        with closing(self.client):
            text = self.catalog_json_text
            write_block(f"{text}\n".encode())
        return text

    def test(self) -> None:
        """Print what the account answers: at most one request for each stream, and no data.

        Raises:
            ActOnError: See `examine`; or the catalog is none of this tap's.
        """
        self.settings = self.settings.in_turn()
        chosen = None if self.input_catalog is None else self._in_order()
        known = {} if chosen is None else self._known_rows()
        examine(self.client, self.settings, chosen, known, self.progress)

    def setup_mapper(self) -> None:
        """Set up stream maps.

        Raises:
            ConfigError: They do not fit the streams.
            BudgetSpentError: See `check_discovery`.
        """
        if self.input_catalog is None:
            check_discovery(self.settings)
        try:
            super(Tap, self).setup_mapper()
            map_streams(self.mapper, self.catalog)
        except (StreamMapConfigError, MapExpressionError) as error:
            raise ConfigError(
                f"Setting 'stream_maps' cannot be used: {str(error).rstrip('.')}"
            ) from None

    def load_state(self, state: dict[str, Any]) -> None:
        """Take over the state of the run before.

        Raises:
            ConfigError: It is no state.
        """
        super().load_state(check_state(state))

    def sync_all(self) -> None:  # type: ignore[misc]  # the SDK's ends at the first failure
        """Sync the selected streams. One that fails does not stop the others.

        Raises:
            ActOnError: See `Sync.run`; or a stream's state cannot be read.
        """
        self._reset_state_progress_markers()
        streams = self._in_order()
        if not streams:
            self.logger.warning("No stream is selected, so that nothing is read")
        for stream in streams:
            stream.check_state()
        round_ = Round(self.state.setdefault("bookmarks", {}), [stream.name for stream in streams])
        streams = [stream for stream in streams if stream.name in round_.pending]
        self._check_budget(streams)
        sync = Sync(streams, round_=round_, progress=self.progress, client=self.client)
        try:
            self.progress.expects(self._plan(streams))
            run_with_bars(sync.run, self.progress)
        finally:
            self._finish()

    def _browser_login(self) -> AbstractContextManager[str]:
        return code_from_browser(self.settings)

    def _stream(self, resource: Resource, row_count: int | None) -> ResourceStream:
        stream = stream_class(resource, _base_of(resource))(
            self, client=self.client, settings=self.settings, progress=self.progress
        )
        stream.row_count = row_count
        return stream

    def _check_budget(self, streams: list[ResourceStream]) -> None:
        """Refuse a run that has no chance, before it asks for anything."""
        keeps = self.settings.mode != "OFF"
        known = keeps or self.client.known_account_id() is not None
        check_run(streams, self.settings, knows_account=known)

    def _plan(self, streams: list[ResourceStream]) -> Plan:
        return make_plan(
            [stream.task() for stream in streams],
            self._known_rows(),
            self.settings,
            left_today=left_today(self.settings),
        )

    def _known_rows(self) -> dict[str, int]:
        streams = [each for each in self.streams.values() if isinstance(each, ResourceStream)]
        counted = {each.name: each.row_count for each in streams}
        return known_rows([each.resource for each in streams], counted, self.state)

    def _in_order(self) -> list[ResourceStream]:
        """Return the selected streams, parents before children, lists last."""
        order = {name: place for place, name in enumerate(RESOURCES)}
        selected = [
            stream
            for stream in self.streams.values()
            if isinstance(stream, ResourceStream) and stream.selected
        ]
        return sorted(
            selected, key=lambda stream: (order.get(stream.name, len(order)), stream.name)
        )

    def _finish(self) -> None:
        """Say last what the state is, whatever happened."""
        writer = self.message_writer
        if isinstance(writer, BlockWriter):
            writer.write_last(StateMessage(value=self.state))
        self.client.close()
        self.progress.ends(skipped=len(self.client.skipped), misfits=self.client.misfits)

    # The SDK's plumbing, made to fit.

    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:  # noqa: ARG002
        """Check the configuration ourselves: the SDK's messages quote values, secrets too."""
        self.append_builtin_config(self.config_jsonschema)
        self.settings = read_settings(self._config)
        if batches := read_batch_config(self._config.get("batch_config")):
            check_batches(batches)
        return []

    def _setup_signal_handlers(self) -> None:
        """Leave signals to the command: a script that imports the tap has its own."""

    @classmethod
    def invoke(  # type: ignore[override]  # as the SDK's own
        cls,
        *,
        about: bool = False,
        about_format: str | None = None,
        config: _ConfigInput | None = None,
        state: IO[str] | None = None,
        catalog: IO[str] | None = None,
        test: str = CliTestOptionValue.Disabled.value,
    ) -> None:
        """Run a sync or a test from the command line, or print what the tap is.

        Raises:
            ActOnError: See `sync_all` and `test`; or one of the files is not what it should be.
        """
        if about:
            cls.print_about(about_format)
            return
        tap = cls(
            config=config.config if config else {},
            state=_content(state, "state") if state else None,
            catalog=check_catalog(_content(catalog, "catalog")) if catalog else None,
            setup_mapper=test != CliTestOptionValue.All.value,  # it would ask for every list
        )
        if test == CliTestOptionValue.All.value:
            tap.test()
        elif test == CliTestOptionValue.Schema.value:
            tap.write_schemas()
            tap.client.close()
        else:
            tap.sync_all()

    @classmethod
    def get_singer_command(cls) -> click.Command:
        """Return the command."""
        return explained(super().get_singer_command())

    @classmethod
    def print_about(cls, output_format: str | None = None) -> None:
        """Print what the tap is."""
        click.echo(about_in(cls._get_about_info(), output_format or "text"))

    @classmethod
    def cb_config(
        cls,
        ctx: click.Context,  # noqa: ARG003 - click's signature
        param: click.Option,  # noqa: ARG003 - click's signature
        value: tuple[str, ...],
    ) -> _ConfigInput:
        """Read the configuration.

        Raises:
            ConfigError: A source cannot be read.
        """
        from singer_sdk.plugin_base import _ConfigInput

        return _ConfigInput(config=read_config(value))


def _base_of(resource: Resource) -> type[ResourceStream]:
    """Return the class of a stream; some need more than their resource says."""
    if resource is MESSAGE_EVENTS:
        return MessageEventsStream
    origin = origin_of(resource)
    return ListStream if origin and is_table(origin) else ResourceStream


def _content(file: IO[str], what: str) -> dict[str, Any]:
    try:
        text = file.read()
    except UnicodeDecodeError:
        raise ConfigError(f"The {what} file {file.name} is not JSON in UTF-8") from None
    return parse_json_object(text, f"{what} file {file.name}")
