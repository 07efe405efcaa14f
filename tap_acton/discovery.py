"""What depends on the account: its lists become resources.

Discovery asks for the lists and for one row of each. A sync that is given a catalog asks for
nothing: `list_resource` makes the same resource from what the catalog remembers.
"""

from __future__ import annotations

import fnmatch
import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tap_acton.errors import RequestRefusedError, UnexpectedReplyError
from tap_acton.names import column_names, stream_names
from tap_acton.resources.catalog import RESOURCES
from tap_acton.resources.convert import Type
from tap_acton.resources.lists import FIXED_LIST_COLUMNS, LIST_TEMPLATE, LISTS, as_csv
from tap_acton.resources.model import MISFITS, Column, Resource, Words
from tap_acton.resources.rows import (
    JSON_COLUMNS,
    list_labels,
    read_csv_headings,
    read_json_headings,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tap_acton.client import ActOnClient

__all__ = ["catalog_columns", "discover_lists", "list_id_of", "list_resource"]

logger = logging.getLogger("tap-acton")

_FIXED_NAMES = {column.name for column in FIXED_LIST_COLUMNS}


def discover_lists(client: ActOnClient, patterns: tuple[str, ...] = ()) -> Iterator[Resource]:
    """Yield a resource for each list of the account.

    Args:
        client: The account.
        patterns: Globs on a list's name or id; without any, all lists.

    Raises:
        ActOnError: A request failed for good. A list that cannot be read is left out with a
            warning.
    """
    found: dict[str, str] = {}
    for page in client.pages(LISTS):
        if page.hidden:
            raise RequestRefusedError(
                "Act-On does not show the account's lists",
                next_step="Check region or api_url, and the user's rights; the log says why.",
            )
        for record in page.records:
            if record["id"] and record["b_is_list"] is not False:
                found[record["id"]] = record["name"] or ""
    names = stream_names(found.items(), taken=RESOURCES)
    for list_id, name in sorted(found.items()):
        if not _matches(list_id, name, patterns):
            continue
        try:
            columns = list(_columns(_headings(client, list_id)))
        except (RequestRefusedError, UnexpectedReplyError) as error:
            logger.warning("Leaving out list %s: %s", list_id, error)
            continue
        yield list_resource(names[list_id], list_id, columns, title=name)


def list_resource(
    stream: str, list_id: str, columns: Iterable[Column], *, title: str | None = None
) -> Resource:
    """Return the resource of one list.

    Args:
        stream: The stream's name.
        list_id: The list's id in Act-On.
        columns: The list's own columns.
        title: The list's name in Act-On.
    """
    own = tuple(columns)
    resource = replace(
        LIST_TEMPLATE,
        name=stream,
        table=f"List_{title or stream}",
        columns=(*FIXED_LIST_COLUMNS, *own),
        bind=(Words(variable="list_id", words=(list_id,)),),
    )
    return as_csv(resource) if len(own) + len(FIXED_LIST_COLUMNS) >= JSON_COLUMNS else resource


def list_id_of(resource: Resource) -> str | None:
    """Return the id of the list whose records a resource is, if it is one."""
    if resource.path != LIST_TEMPLATE.path:
        return None
    return next(bind.words[0] for bind in resource.bind if isinstance(bind, Words))


def catalog_columns(properties: dict[str, Any]) -> Iterator[Column]:
    """Yield a list's own columns from the properties of its schema in a catalog."""
    for name, schema in properties.items():
        if name not in _FIXED_NAMES and name != MISFITS:
            title = getattr(schema, "title", None)
            yield Column(name=name, title=title, source=(name if title is None else title,))


def _headings(client: ActOnClient, list_id: str) -> list[str]:
    """Return a list's headings: from JSON, or from CSV if JSON may have cut some off."""
    params = {"count": "1", "offset": "0"}
    headings = client.reply(LIST_TEMPLATE, params, {"list_id": list_id}, read_json_headings)
    if len(headings) < JSON_COLUMNS:
        return headings
    wide = as_csv(LIST_TEMPLATE)
    return client.reply(wide, params, {"list_id": list_id}, read_csv_headings)


def _columns(headings: list[str]) -> Iterator[Column]:
    labels = list_labels(headings)
    fixed = {source for column in FIXED_LIST_COLUMNS for source in column.source}
    own = [label for label in labels if label not in fixed]
    names = column_names(own, taken={*_FIXED_NAMES, MISFITS})
    for label in own:
        yield Column(name=names[label], type=Type.TEXT, title=label, source=(label,))


def _matches(list_id: str, name: str, patterns: tuple[str, ...]) -> bool:
    return not patterns or any(
        fnmatch.fnmatchcase(text.casefold(), pattern.casefold())
        for pattern in patterns
        for text in (list_id, name)
    )
