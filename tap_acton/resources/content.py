"""Images, media with their reports, logos, headers and footers."""

from __future__ import annotations

from dataclasses import replace

from tap_acton.resources.convert import Type
from tap_acton.resources.model import NOWHERE, RAW, RAW_COLUMN, Column, Evidence, Parents, Resource
from tap_acton.resources.paging import OffsetPaging, OnePage
from tap_acton.resources.rows import AnyObjects, Folders, Objects, OneObject

__all__ = [
    "FOOTERS",
    "HEADERS",
    "IMAGES",
    "LOGOS",
    "MEDIA",
    "MEDIA_MESSAGES",
    "MEDIA_REPORTS",
    "MEDIA_TIMELINE",
    "MEDIA_VIEWS",
]

_DOC = "https://developer.act-on.com/reference/"
_EACH_MEDIA = Parents(resource="media", take={"media_id": "id"})
_MADE = "Made of the object, if it has none"

IMAGES = Resource(
    name="images",
    table="Images",
    path="/api/1/image",
    doc=_DOC + "get_api-1-image",
    evidence=Evidence.DOCUMENTED,
    description="Images",
    shape=Folders(folder="name"),
    paging=OnePage(),
    keys=("id",),
    columns=(
        Column(name="id"),
        Column(name="name"),
        Column(name="folder", description="The folder that holds it"),
        Column(name="url"),
        Column(name="thumb"),
        Column(name="size", type=Type.INTEGER, description="Bytes"),
        Column(name="width", type=Type.INTEGER),
        Column(name="height", type=Type.INTEGER),
        Column(name="creation_time", type=Type.MOMENT),
        Column(name="last_modified", type=Type.MOMENT),
    ),
)

MEDIA = Resource(
    name="media",
    table="Media",
    path="/api/1/media/",
    doc=_DOC + "get_api-1-media",
    evidence=Evidence.DOCUMENTED,
    description="Media files, and links to media elsewhere",
    shape=Folders(folder="name"),
    paging=OnePage(),
    keys=("id",),
    columns=(
        Column(name="id"),
        Column(name="name"),
        Column(name="folder", description="The folder that holds it"),
        Column(name="url"),
        Column(name="target_url", description="Where a link leads; files have none"),
        Column(name="size", type=Type.INTEGER, description="Bytes; links have none"),
        Column(name="creation_time", type=Type.MOMENT),
        Column(name="last_modified", type=Type.MOMENT),
    ),
)

_COUNTS = (
    "total_known_views",
    "total_unknown_views",
    "unique_known_views",
    "unique_unknown_views",
    "total_messages",
    "total_from_messages",
    "unique_from_messages",
)

MEDIA_REPORTS = Resource(
    name="media_reports",
    table="MediaReports",
    path="/api/1/media/{media_id}/report/",
    doc=_DOC + "get_api-1-media-id-report",
    evidence=Evidence.DOCUMENTED,
    description="How often each media object was seen",
    shape=OneObject(),
    paging=OnePage(),
    bind=(_EACH_MEDIA,),
    keys=("media_id",),
    columns=(
        Column(name="media_id"),
        *(Column(name=name, type=Type.INTEGER) for name in _COUNTS),
    ),
)

MEDIA_VIEWS = Resource(
    name="media_views",
    table="MediaViews",
    path="/api/1/media/{media_id}/report/views",
    doc=_DOC + "get_api-1-media-id-report-views",
    evidence=Evidence.DOCUMENTED,
    description="Who saw each media object, and when",
    shape=Objects(),
    paging=OnePage(),
    bind=(_EACH_MEDIA,),
    keys=("id",),
    columns=(
        Column(
            name="id",
            source=NOWHERE,
            made_of=(
                *("media_id", "recipient", "campaign", "action"),
                *("source_id", "contact_id", "timestamp"),
            ),
            description="Made of the view: Act-On gives it none",
        ),
        Column(name="media_id"),
        Column(name="known", type=Type.BOOLEAN, description="Whether the visitor is a contact"),
        Column(name="recipient", description="The contact, or the visitor's network"),
        Column(name="campaign"),
        Column(name="action"),
        Column(name="total_count", type=Type.INTEGER),
        Column(name="source_id", source=("srcid",)),
        Column(name="contact_id", source=("cid",)),
        Column(name="timestamp", type=Type.MOMENT, source=("tstamp",)),
    ),
)

MEDIA_TIMELINE = Resource(
    name="media_timeline",
    table="MediaTimeline",
    path="/api/1/media/{media_id}/report/timeline",
    doc=_DOC + "get_api-1-media-id-report-timeline",
    evidence=Evidence.DOCUMENTED,
    description="Views of each media object by day",
    shape=Objects(),
    paging=OnePage(),
    bind=(_EACH_MEDIA,),
    keys=("media_id", "date"),
    columns=(
        Column(name="media_id"),
        Column(name="date", type=Type.DATE),
        Column(name="unique", type=Type.INTEGER),
        Column(name="total", type=Type.INTEGER),
        Column(name="known", type=Type.INTEGER),
        Column(name="unknown", type=Type.INTEGER),
    ),
)

MEDIA_MESSAGES = Resource(
    name="media_messages",
    table="MediaMessages",
    path="/api/1/media/{media_id}/report/messages",
    doc=_DOC + "get_api-1-media-id-report-messages",
    evidence=Evidence.UNKNOWN,
    description="Messages that link to each media object. No document shows a reply",
    shape=AnyObjects(likely=("result", "messages", "data")),
    paging=OnePage(),
    bind=(_EACH_MEDIA,),
    keys=("media_id", "message_id"),
    columns=(
        Column(name="media_id"),
        Column(
            name="message_id",
            source=("msgId", "msg_id", "messageId", "id"),
            made_of=(RAW,),
            description=_MADE,
        ),
        Column(name="title", source=("title", "name", "message")),
        RAW_COLUMN,
    ),
)

LOGOS = Resource(
    name="logos",
    table="Logos",
    path="/api/1/logo",
    doc=_DOC + "get_api-1-logo",
    evidence=Evidence.DOCUMENTED,
    description="Logos. Act-On's `url_str_ts` is left out: it differs in every reply",
    shape=Objects("result"),
    paging=OffsetPaging(),
    keys=("id",),
    columns=(
        Column(name="id"),
        Column(name="title"),
        Column(name="url", source=("url_str",)),
        Column(name="target_url"),
        Column(name="alt_text", source=("alt_txt",)),
        Column(name="tool_tip"),
    ),
)

HEADERS = Resource(
    name="headers",
    table="Header",
    path="/api/1/header",
    doc=_DOC + "get_api-1-header",
    evidence=Evidence.UNKNOWN,
    description="Headers of messages. No document shows a reply",
    shape=AnyObjects(likely=("result", "data")),
    paging=OnePage(),
    keys=("id",),
    columns=(
        Column(
            name="id",
            source=("id", "headerid", "headerId"),
            made_of=(RAW,),
            description=_MADE,
        ),
        Column(name="title", source=("title", "name", "headername")),
        Column(name="html", source=("html", "htmlbody")),
        Column(name="text", source=("text", "textbody")),
        RAW_COLUMN,
    ),
)

FOOTERS = replace(
    HEADERS,
    name="footers",
    table="Footer",
    path="/api/1/footer",
    doc=_DOC + "get_api-1-footer",
    description="Footers of messages. No document shows a reply",
    columns=(
        replace(HEADERS.columns[0], source=("id", "footerid", "footerId")),
        replace(HEADERS.columns[1], source=("title", "name", "footername")),
        *HEADERS.columns[2:],
    ),
)
