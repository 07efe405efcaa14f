"""Which resources there are: those of a catalog, or else those that discovery finds."""

from __future__ import annotations

import fnmatch
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from singer_sdk.singerlib import Catalog, MetadataMapping

from tap_acton.discovery import discover
from tap_acton.dynamic import Origin, catalog_columns, is_kind, resource_of
from tap_acton.errors import BudgetSpentError, ConfigError
from tap_acton.names import did_you_mean
from tap_acton.resources.catalog import RESOURCES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from singer_sdk.mapper import PluginMapper
    from singer_sdk.singerlib import CatalogEntry

    from tap_acton.client import ActOnClient
    from tap_acton.resources.model import Resource
    from tap_acton.settings import Settings

__all__ = ["Found", "catalogued", "discovered", "map_streams"]

logger = logging.getLogger("tap-acton")

Found = tuple["Resource", "int | None"]
"""A resource, and how many rows it has if discovery has seen that."""


def discovered(client: ActOnClient, settings: Settings) -> Iterable[Found]:
    """Ask for the resources of an account, and return them with all that every account has.

    Raises:
        ActOnError: See `discover`.
    """
    counts: dict[str, int | None] = {}
    sample = settings.type_detection == "sample"
    try:
        found = list(discover(client, settings.lists, sample=sample, counts=counts))
    except BudgetSpentError as error:
        error.next_step = (
            f"{error.next_step} Discovery begins anew each time: a catalog that was made once, "
            "with --discover, saves its requests."
        )
        raise
    resources = {**RESOURCES, **{resource.name: resource for resource in found}}
    return [(resource, counts.get(name)) for name, resource in resources.items()]


def catalogued(catalog: Catalog) -> Iterator[Found]:
    """Yield the resources of a catalog, without a request.

    Raises:
        ConfigError: It has a stream that is none of this tap's.
    """
    for entry in catalog.values():
        yield _resource(entry), entry.row_count


def map_streams(mapper: PluginMapper, catalog: Catalog) -> None:
    """Tell stream maps of the streams, and warn of those that fit none: they would hide nothing.

    A stream that is not selected counts as whole here: without its keys, the SDK refuses its map.

    Raises:
        StreamMapConfigError, MapExpressionError: A map does not fit its stream.
    """
    whole = Catalog()
    for entry in catalog.streams:
        is_selected = entry.metadata.resolve_selection()[()]
        whole.add_stream(entry if is_selected else replace(entry, metadata=MetadataMapping()))
    mapper.register_raw_streams_from_catalog(whole)
    for name, stream_map in mapper.stream_maps_dict.items():
        source = stream_map.get("__source__", name) if isinstance(stream_map, dict) else name
        if not fnmatch.filter(catalog, source):
            near = did_you_mean(source, catalog)
            logger.warning("Setting 'stream_maps': no stream fits %r.%s", source, near)


def _resource(entry: CatalogEntry) -> Resource:
    kind = entry.database or ("list" if entry.table else "")
    if is_kind(kind):
        columns = catalog_columns(kind, entry.schema.properties or {})
        return resource_of(Origin(kind=kind, id=entry.table or ""), entry.tap_stream_id, columns)
    if entry.tap_stream_id in RESOURCES:
        return RESOURCES[entry.tap_stream_id]
    raise ConfigError(
        f"The catalog's stream {entry.tap_stream_id!r} is none of this tap's",
        next_step="Make the catalog again with --discover.",
    )
