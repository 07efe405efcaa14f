"""The tables that every account has, under CData's names.

Images, Messages and Programs have CData's columns to the letter. Of its other tables only the
names are known: their columns are ours. A table is data here; Singer's streams do not change.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tap_acton.resources.assets import LANDING_PAGES
from tap_acton.resources.catalog import RESOURCES
from tap_acton.resources.content import FOOTERS, HEADERS, IMAGES
from tap_acton.resources.convert import Type
from tap_acton.resources.messages import MESSAGES
from tap_acton.resources.model import NOWHERE, Column, Parents, Words
from tap_acton.resources.programs import PROGRAMS
from tap_acton.resources.rows import OneObject
from tap_acton.resources.suppression import HARD_BOUNCES, OPT_OUTS
from tap_acton.sql.language.runtime import WORDS
from tap_acton.sql.schema.fields import chosen, table_of, writable
from tap_acton.sql.schema.table import BINARY, Field, Kind, Operation, Table, Way

if TYPE_CHECKING:
    from tap_acton.resources.model import Resource

__all__ = ["CDATA_COLUMNS", "CDATA_NAMES", "FIXED"]

CDATA_COLUMNS = frozenset({"Images", "Messages", "Programs"})
"""Tables whose columns are CData's own, by their names, order, types and keys."""
CDATA_NAMES = frozenset(
    {
        *("Campaigns", "Categories", "ContactList", "DrilldownReports", "Footer", "Hardbounce"),
        *("Header", "Images", "LandingPages", "Media", "Messages", "Optout", "OtherLists", "Pages"),
        *("Programs", "Reports", "ReportsByPeriod", "ScoreDetails", "Spamcomplaint"),
        *("SubscriptionOptOuts", "Users"),
    }
)
"""Tables that CData has too."""
_TYPE = Column(name="type", source=NOWHERE)


def _with_columns(resource: Resource, *columns: Column) -> Resource:
    """Return a copy of a resource with columns more, or others of the same names."""
    found = {column.name: column for column in (*resource.columns, *columns)}
    return replace(resource, columns=tuple(found.values()))


_SQL_IMAGES = _with_columns(
    IMAGES, Column(name="width"), Column(name="height"), replace(_TYPE, description="Always empty")
)
_IMAGE = replace(
    IMAGES,
    path="/api/1/image/{id}",
    doc="https://developer.act-on.com/reference/get_api-1-image-id",
    shape=OneObject(),
    bind=(Parents(resource="images", take={"id": "id"}),),
    columns=(
        Column(name="id"),
        Column(name="folder", source=("folder_name",)),
        Column(name="name", source=("display_name",)),
        Column(name="creation_time", type=Type.MOMENT),
        Column(name="last_modified", type=Type.MOMENT),
        Column(name="url", source=("image_url",)),
        Column(name="thumb", source=("thumb_url",)),
        Column(name="size", type=Type.INTEGER),
        _TYPE,
    ),
)
"""One image: Act-On shows neither width nor height here."""
_SQL_MESSAGES = _with_columns(
    MESSAGES,
    Column(name="is_bee_composer", type=Type.BOOLEAN, source=("isBeeComposer", "is_bee_composer")),
    Column(
        name="show_composer_indicator",
        type=Type.BOOLEAN,
        source=("showComposerIndicator", "show_composer_indicator"),
    ),
)
_OTHER_LISTS = replace(
    HARD_BOUNCES,
    name="other_lists",
    table="OtherLists",
    path="/api/1/list/{list_type}",
    description="Deprecated: the rows of Hardbounce, Spamcomplaint and Optout together",
    bind=(Words(variable="list_type", words=("hardbounce", "spamcomplaint", "optout")),),
    keys=("list_type", *HARD_BOUNCES.keys),
    columns=(
        Column(name="list_type", description="hardbounce, spamcomplaint or optout"),
        *HARD_BOUNCES.columns,
    ),
)

_IMAGES = (
    ("Id", "id"),
    ("FolderName", "folder"),
    ("Name", "name"),
    ("CreationTime", "creation_time"),
    ("LastModified", "last_modified"),
    ("ImageUrl", "url"),
    ("ThumbUrl", "thumb"),
    ("Size", "size"),
    ("Width", "width"),
    ("Height", "height"),
)
_MESSAGES = (
    ("Id", "id"),
    ("Timestamp", "timestamp"),
    ("Title", "title"),
    ("FolderName", "folder_name"),
    ("MsgType", "msg_type"),
    ("TimeWhen", "time_when"),
    ("SenderName", "sender_name"),
    ("SenderId", "sender_id"),
    ("IsTextOnly", "is_text_only"),
    ("SenderEmail", "sender_email"),
    ("IsBeeComposer", "is_bee_composer"),
    ("ShowComposerIndicator", "show_composer_indicator"),
)
_PROGRAMS = (
    ("Id", "id"),
    ("Name", "name"),
    ("IsFavorite", "is_favorite"),
    ("Description", "description"),
    ("SrcIds", "src_ids"),
    ("SrcNames", "src_names"),
    ("MessageIds", "message_ids"),
    ("Created", "created"),
    ("Modified", "modified"),
    ("NextRun", "next_run"),
    ("State", "state"),
    ("Running", "running"),
    ("Active", "active"),
    ("Scheduled", "scheduled"),
    ("TagNames", "tag_names"),
    ("Valid", "valid"),
)


def _cdata(
    resource: Resource, fields: tuple[tuple[str, str], ...], collation: str = BINARY
) -> Table:
    """Return a table of CData's columns, with its pseudo-column Type."""
    table = table_of(resource)
    described = next(each.description for each in resource.columns if each.name == "type")
    hidden = Field(
        name="Type", column="type", description=described, is_pseudo=True, collation=collation
    )
    return replace(chosen(table, fields), fields=(*chosen(table, fields).fields, hidden))


def _written(resource: Resource, columns: set[str], *operations: Operation) -> Table:
    table = writable(table_of(resource), columns)
    return replace(table, kind=Kind.TABLE, operations=frozenset(operations))


_STATIONERY = (Operation.INSERT, Operation.UPDATE, Operation.DELETE)
_OWN = (
    replace(_cdata(_SQL_IMAGES, _IMAGES), by_key=Way(resource=_IMAGE)),
    _cdata(_SQL_MESSAGES, _MESSAGES),
    _cdata(PROGRAMS, _PROGRAMS, WORDS),
    table_of(LANDING_PAGES, "Pages"),
    table_of(_OTHER_LISTS),
    _written(OPT_OUTS, {"email"}, Operation.INSERT, Operation.UPSERT, Operation.DELETE),
    _written(HEADERS, {"title", "html", "text"}, *_STATIONERY),
    _written(FOOTERS, {"title", "html", "text"}, *_STATIONERY),
)
FIXED = {table.name: table for table in (*(table_of(each) for each in RESOURCES.values()), *_OWN)}
"""The tables of every account, by name."""
