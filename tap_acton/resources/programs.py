"""Campaigns and automated programs."""

from __future__ import annotations

from tap_acton.resources.convert import Type
from tap_acton.resources.model import RAW, RAW_COLUMN, Column, Evidence, Parents, Resource, Words
from tap_acton.resources.paging import OnePage
from tap_acton.resources.rows import AnyObjects, Folders, OneObject

__all__ = ["CAMPAIGNS", "CAMPAIGN_DETAILS", "PROGRAMS"]

CAMPAIGNS = Resource(
    name="campaigns",
    table="Campaigns",
    path="/api/1/campaigns",
    doc="https://developer.act-on.com/reference/get_api-1-campaigns",
    evidence=Evidence.UNKNOWN,
    description="Campaigns. No document shows a reply",
    shape=AnyObjects(),
    paging=OnePage(),
    keys=("id",),
    columns=(
        Column(
            name="id",
            source=("id", "campaignId", "campaign_id"),
            made_of=(RAW,),
            description="Made of the object, if it has none",
        ),
        Column(name="name", source=("name", "title", "campaignName")),
        RAW_COLUMN,
    ),
)

CAMPAIGN_DETAILS = Resource(
    name="campaign_details",
    table="CampaignDetails",
    path="/api/1/campaigns/{campaign_id}",
    doc="https://developer.act-on.com/reference/get_api-1-campaigns-id",
    evidence=Evidence.UNKNOWN,
    description="Each campaign by itself. No document shows a reply",
    shape=OneObject(),
    paging=OnePage(),
    bind=(Parents(resource="campaigns", take={"campaign_id": "id"}),),
    keys=("campaign_id",),
    columns=(
        Column(name="campaign_id"),
        Column(name="name", source=("name", "title", "campaignName")),
        RAW_COLUMN,
    ),
)

PROGRAMS = Resource(
    name="programs",
    table="Programs",
    path="/api/1/program",
    doc="https://developer.act-on.com/hc/en-us/articles/1500003947281-Get-List-of-Programs",
    evidence=Evidence.DOCUMENTED,
    description="Automated programs, list maintenance programs and upcoming events",
    shape=Folders(key="folders", entries="programs", folder="name"),
    paging=OnePage(),
    bind=(Words(variable="type", words=("TRACK", "EVENT", "LIST_MAINT")),),
    keys=("id",),
    columns=(
        Column(name="id"),
        Column(name="type", description="The type under which the program is listed"),
        Column(name="name"),
        Column(name="folder"),
        Column(name="description"),
        Column(name="is_favorite", type=Type.BOOLEAN, source=("isFavorite",)),
        Column(name="state", source=("progstate",)),
        Column(name="valid", type=Type.BOOLEAN),
        Column(name="running", type=Type.BOOLEAN),
        Column(name="active", type=Type.INTEGER),
        Column(name="scheduled", type=Type.BOOLEAN),
        Column(name="created", type=Type.MOMENT, source=("createdTS", "created")),
        Column(name="modified", type=Type.MOMENT, source=("modifiedTs", "modifiedTS", "modified")),
        Column(name="next_run", type=Type.MOMENT, source=("nextrunTS", "nextrun")),
        Column(name="src_ids", type=Type.TEXTS, source=("srcIds",)),
        Column(name="src_names", type=Type.TEXTS, source=("srcNames",)),
        Column(name="message_ids", type=Type.TEXTS, source=("messageIds",)),
        Column(name="tag_names", type=Type.TEXTS, source=("tagNames",)),
    ),
)
