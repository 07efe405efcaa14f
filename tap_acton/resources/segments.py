"""Segments: parts of a list or of the Act-On Contacts, and who is in them."""

from __future__ import annotations

from dataclasses import replace

from tap_acton.resources.account import ACCOUNT_NUMBER
from tap_acton.resources.contacts import CONTACTS
from tap_acton.resources.convert import Type
from tap_acton.resources.lists import LIST_TEMPLATE
from tap_acton.resources.model import RAW, RAW_COLUMN, Column, Evidence, Resource
from tap_acton.resources.paging import PageNumbers, Params
from tap_acton.resources.rows import AnyObjects

__all__ = ["EARLY_SEGMENT_TEMPLATE", "LIST_SEGMENT_TEMPLATE", "SEGMENTS", "SEGMENT_TEMPLATE"]

_SEGMENTS_AT = ("data", "segments", "result", "results", "items", "content")

SEGMENTS = Resource(
    name="segments",
    table="Segments",
    path="/ucl/v2/{account_id}/segment/",
    doc="https://developer.act-on.com/reference/get_ucl-v2-accountid-segment",
    evidence=Evidence.INFERRED,
    description="Segments of the Act-On Contacts. Their properties are documented, the reply "
    "around them is not",
    shape=AnyObjects(likely=_SEGMENTS_AT, paged=True),
    paging=PageNumbers(),
    bind=(ACCOUNT_NUMBER,),
    keys=("id",),
    columns=(
        Column(
            name="id",
            source=("id", "segmentId"),
            made_of=(RAW,),
            description="Made of the object, if it has none",
        ),
        Column(name="name"),
        Column(name="type", description="DIRECT_SELECT, QUERY or SEARCH"),
        Column(name="parent_id", source=("parentId",)),
        Column(name="filter", type=Type.JSON),
        RAW_COLUMN,
    ),
)

SEGMENT_TEMPLATE = replace(
    CONTACTS,
    name="segment",
    table="Segment",
    path="/ucl/v2/{account_id}/segment/{segment_id}/contacts",
    doc="https://developer.act-on.com/reference/get_ucl-v2-accountid-segment-segmentid-contacts",
    description="The contacts in one segment",
    replication_key=None,  # who joins or leaves is not changed by it
    filters=(),
    columns=(Column(name="segment_id", description="Id of the segment"), *CONTACTS.columns),
)


def _early_params(page: int, size: int) -> Params:
    return {"pageNumber": str(page), "pageSize": str(size), "responseFormat": "JSON"}


EARLY_SEGMENT_TEMPLATE = replace(
    SEGMENT_TEMPLATE,
    name="early_segment",
    path="/ucl/v2/segment/contacts/{account_id}/list/{segment_id}",
    doc="https://developer.act-on.com/hc/en-us/articles/8368580743575",
    paging=PageNumbers(params=_early_params),
)

LIST_SEGMENT_TEMPLATE = replace(
    LIST_TEMPLATE,
    name="list_segment",
    table="Segment",
    description="The records in one segment of a list; its columns are the list's own",
    evidence=Evidence.INFERRED,
    replication_key=None,
    filters=(),
)
