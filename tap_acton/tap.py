"""The Singer tap."""

from __future__ import annotations

import sys
from dataclasses import replace
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
from tap_acton.discovery import discover
from tap_acton.dynamic import (
    Origin,
    catalog_columns,
    is_kind,
    is_table,
    origin_of,
    resource_of,
)
from tap_acton.errors import ConfigError
from tap_acton.resources.catalog import RESOURCES
from tap_acton.resources.messages import MESSAGE_EVENTS
from tap_acton.settings import Settings, config_schema
from tap_acton.singer.batch_files import check_batches, read_batch_config
from tap_acton.singer.events import MessageEventsStream
from tap_acton.singer.examine import examine
from tap_acton.singer.list_streams import ListStream
from tap_acton.singer.progress import Progress
from tap_acton.singer.rounds import Round
from tap_acton.singer.streams import ResourceStream, stream_class
from tap_acton.singer.sync import Sync
from tap_acton.singer.writer import BlockWriter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from contextlib import AbstractContextManager

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
        return Progress()

    @cached_property
    def client(self) -> ActOnClient:
        """The account."""
        return ActOnClient.from_settings(
            self.settings,
            observe=self.progress.sent,
            authorize=self._browser_login if _somebody_is_there() else None,
        )

    def discover_streams(self) -> list[ResourceStream]:
        """Return the streams: from the catalog if there is one, without a request."""
        resources = self._catalogued() if self.input_catalog is not None else self._discovered()
        return [
            stream_class(resource, _base_of(resource))(
                self, client=self.client, settings=self.settings, progress=self.progress
            )
            for resource in resources
        ]

    def run_discovery(self) -> str:
        """Print the catalog, and give back what was set aside to make it."""
        try:
            return super().run_discovery()
        finally:
            self.client.close()

    def test(self) -> None:
        """Print what the account answers: at most one request for each stream, and no data.

        Raises:
            ActOnError: See `examine`; or the catalog is none of this tap's.
        """
        self.settings = replace(self.settings, requests_in_flight=1)  # nothing for good measure
        chosen = None if self.input_catalog is None else self._in_order()
        resources = None if chosen is None else [stream.resource for stream in chosen]
        examine(self.client, self.settings, resources, self.progress)

    def setup_mapper(self) -> None:
        """Set up stream maps.

        Raises:
            ConfigError: They do not fit the streams.
        """
        try:
            super().setup_mapper()
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
        for stream in streams:
            stream.check_state()
        round_ = Round(self.state.setdefault("bookmarks", {}), [stream.name for stream in streams])
        try:
            Sync(streams, round_=round_, progress=self.progress).run()
        finally:
            self._finish()

    def _browser_login(self) -> AbstractContextManager[str]:
        return code_from_browser(self.settings)

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

    def _discovered(self) -> Iterable[Resource]:
        found = discover(
            self.client, self.settings.lists, sample=self.settings.type_detection == "sample"
        )
        return {**RESOURCES, **{resource.name: resource for resource in found}}.values()

    def _catalogued(self) -> Iterator[Resource]:
        for entry in (self.input_catalog or {}).values():
            kind = entry.database or ("list" if entry.table else "")
            if is_kind(kind):
                columns = catalog_columns(kind, entry.schema.properties or {})
                origin = Origin(kind=kind, id=entry.table or "")
                yield resource_of(origin, entry.tap_stream_id, columns)
            elif entry.tap_stream_id in RESOURCES:
                yield RESOURCES[entry.tap_stream_id]
            else:
                raise ConfigError(
                    f"The catalog's stream {entry.tap_stream_id!r} is none of this tap's",
                    next_step="Make the catalog again with --discover.",
                )

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
        """Return the command; `--test` is for `invoke`, which knows the catalog too."""
        command = super().get_singer_command()
        for option in command.params:
            if isinstance(option, click.Option) and option.name == "test":
                option.type = click.Choice([value.value for value in CliTestOptionValue])
                option.callback, option.expose_value = None, True
                option.help = (
                    "Report which streams the account answers, and how: one request each. "
                    "--test=schema prints the streams' schemas instead."
                )
        return command

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


def _somebody_is_there() -> bool:
    """Tell whether the tap runs in a terminal: a pipeline must never open a browser."""
    ends = (sys.stdin, sys.stderr)  # None where a service has none
    return all(end is not None and not end.closed and end.isatty() for end in ends)


def _content(file: IO[str], what: str) -> dict[str, Any]:
    try:
        text = file.read()
    except UnicodeDecodeError:
        raise ConfigError(f"The {what} file {file.name} is not JSON in UTF-8") from None
    return parse_json_object(text, f"{what} file {file.name}")
