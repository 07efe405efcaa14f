"""Lists, and the records of one list."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tap_acton.resources.bulk import ListPaging
from tap_acton.resources.convert import Type
from tap_acton.resources.csv_table import CsvTable
from tap_acton.resources.encode import milliseconds_after, milliseconds_before
from tap_acton.resources.model import Column, Evidence, Filter, Operator, Parents, Resource
from tap_acton.resources.paging import CsvPaging, OffsetPaging, OnePage
from tap_acton.resources.rows import CREATED, JSON_COLUMNS, MODIFIED, Objects, OneObject, Table

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = [
    "FIXED_LIST_COLUMNS",
    "LISTS",
    "LIST_RECORDS",
    "LIST_SCORES",
    "LIST_TEMPLATE",
    "WIDE_LIST",
    "as_csv",
    "narrowed",
]

ID_HEADING = "_contact_id_"
_DATES = {"created_date", "modified_date"}
_API_DATES = {*_DATES, *(f"__{name}" for name in _DATES)}
"""Headings of the API's own dates: a list's own under one of them would be taken for these."""
_NUMBERED = re.compile(r" \[\d+\]$")
_LONGEST_FIELDS = 4000
"""Characters; servers refuse addresses of more than 8,000 or so."""

LISTS = Resource(
    name="lists",
    table="ContactList",
    path="/api/1/list",
    doc="https://developer.act-on.com/reference/get_api-1-list",
    evidence=Evidence.DOCUMENTED,
    description="All lists of the account",
    shape=Objects("result"),
    paging=OffsetPaging(),
    keys=("id",),
    columns=(
        Column(name="id"),
        Column(name="name"),
        Column(name="folder_name", source=("folderName",)),
        Column(name="description"),
        Column(name="source_id", source=("sourceId",)),
        Column(name="source_name", source=("sourceName",)),
        Column(
            name="source_size",
            type=Type.INTEGER,
            source=("sourceSize",),
            description="Records in the source, when last counted",
        ),
        Column(name="base_id", source=("baseId",)),
        Column(name="ts_last_modified", type=Type.MOMENT, source=("tsLastModified",)),
        Column(name="ts_last_counted", type=Type.MOMENT, source=("tsLastCounted",)),
        Column(name="ts_source", type=Type.MOMENT, source=("tsSource",)),
        Column(name="source_ts", source=("sourceTS",), description="As a text with a zone"),
        Column(name="b_is_singleton", type=Type.BOOLEAN, source=("bIsSingleton",)),
        Column(
            name="b_is_list",
            type=Type.BOOLEAN,
            source=("bIsList",),
            description="False for what only looks like a list, such as a segment",
        ),
        Column(name="b_is_sforce", type=Type.BOOLEAN, source=("bIsSforce",)),
        Column(name="b_is_sforce_report", type=Type.BOOLEAN, source=("bIsSforceReport",)),
        Column(name="b_is_sforce_available", type=Type.BOOLEAN, source=("bIsSforceAvailable",)),
        Column(name="b_is_ms_dyn", type=Type.BOOLEAN, source=("bIsMSDyn",)),
        Column(name="b_is_ms_dyn_available", type=Type.BOOLEAN, source=("bIsMSDynAvailable",)),
        Column(name="b_is_sugar", type=Type.BOOLEAN, source=("bIsSugar",)),
        Column(name="b_is_sugar_available", type=Type.BOOLEAN, source=("bIsSugarAvailable",)),
        Column(name="b_is_sl", type=Type.BOOLEAN, source=("bIsSL",)),
        Column(name="b_is_sl_available", type=Type.BOOLEAN, source=("bIsSLAvailable",)),
        Column(name="b_is_nsuite", type=Type.BOOLEAN, source=("bIsNsuite",)),
        Column(name="b_is_nsuite_available", type=Type.BOOLEAN, source=("bIsNsuiteAvailable",)),
    ),
)

FIXED_LIST_COLUMNS = (
    Column(name="contact_id", source=(ID_HEADING,), description="Id of the record"),
    Column(name="list_id", description="Id of the list"),
    Column(name="created_date", type=Type.MOMENT, source=(CREATED,)),
    Column(name="modified_date", type=Type.MOMENT, source=(MODIFIED,)),
)

LIST_TEMPLATE = Resource(
    name="list",
    table="List",
    path="/api/1/list/{list_id}",
    doc="https://developer.act-on.com/hc/en-us/articles/360063284973-Download-a-List",
    evidence=Evidence.DOCUMENTED,
    description="The records of one list; its columns are the list's own",
    shape=Table(),
    paging=ListPaging(),
    params={"datequalifiers": "true"},
    keys=("contact_id",),
    replication_key="modified_date",
    filters=(
        Filter(
            column="modified_date",
            operator=Operator.AFTER,
            parameter="modafter",
            encode=milliseconds_after,
        ),
        Filter(
            column="modified_date",
            operator=Operator.BEFORE,
            parameter="modbefore",
            encode=milliseconds_before,
        ),
    ),
    columns=FIXED_LIST_COLUMNS,
)

WIDE_LIST = CsvTable(needs=(ID_HEADING, CREATED, MODIFIED))
"""A list as CSV. No document says that it has ids and dates; without them it cannot be read."""

LIST_RECORDS = replace(
    LIST_TEMPLATE,
    name="list_records",
    table="ListRecords",
    description="The records of all lists, without the lists' own columns",
    shape=Table(needs=ID_HEADING, may_be_cut=True),
    paging=OffsetPaging(),  # children come between its rows, and no CSV waits for them
    params={},
    bind=(Parents(resource="lists", take={"list_id": "id"}),),
    replication_key=None,
    filters=(),
    columns=FIXED_LIST_COLUMNS[:2],
)


def _score_apart(row: dict[str, Any]) -> dict[str, Any]:
    """Put what is inside of `activity` beside the activities; those without their age in days."""
    inside, activities = row.get("activity"), row.get("activitylist")
    if isinstance(activities, list):
        row = {**row, "activitylist": [_ageless(each) for each in activities]}
    return {**row, **inside} if isinstance(inside, dict) else row


def _ageless(activity: Any) -> Any:
    is_object = isinstance(activity, dict)
    return (
        {key: value for key, value in activity.items() if key != "ago"} if is_object else activity
    )


LIST_SCORES = Resource(
    name="list_scores",
    table="ListScores",
    path="/api/1/list/{list_id}/record/{contact_id}/facts",
    doc="https://developer.act-on.com/hc/en-us/articles/1500004312282-Get-Contact-History-and-Score",
    evidence=Evidence.DOCUMENTED,
    description="Score and history of each record of the lists",
    shape=OneObject(),
    paging=OnePage(),
    bind=(
        Parents(resource="list_records", take={"list_id": "list_id", "contact_id": "contact_id"}),
    ),
    keys=("contact_id",),
    reshape=_score_apart,
    columns=(
        Column(name="contact_id", description="Id of the record"),
        Column(name="list_id", description="Id of the list"),
        Column(name="score", type=Type.NUMBER),
        Column(name="score_period", source=("ScorePeriod",)),
        Column(name="score_details", type=Type.JSON, source=("ScoreDetails",)),
        Column(name="has_profile_score", type=Type.BOOLEAN, source=("HasProfileScore",)),
        Column(name="has_behavior_score", type=Type.BOOLEAN, source=("HasBehaviorScore",)),
        Column(name="has_score_sheet", type=Type.BOOLEAN, source=("HasScoreSheet",)),
        Column(
            name="entry_months",
            type=Type.TEXTS,
            source=("EntryMonthsAvailable",),
            description="Months with activities, as YYMM",
        ),
        Column(
            name="activities",
            type=Type.JSON,
            source=("activitylist",),
            description="What the person did. Act-On's `ago` is left out: it is another every day",
        ),
    ),
)


def as_csv(resource: Resource, labels: tuple[str, ...] = ()) -> Resource:
    """Return the resource read as CSV, which has no limit of columns, and perhaps none of rows.

    Args:
        resource: A list.
        labels: Those of the columns that it must have, and no others; without any, it must have
            ids and dates.
    """
    return replace(
        resource,
        shape=CsvTable(needs=labels, only=True) if labels else WIDE_LIST,
        paging=CsvPaging(),
        params={**resource.params, "responseformat": "CSV"},
    )


def narrowed(resource: Resource, wanted: Collection[str]) -> Resource:
    """Return a list that is asked for the wanted columns alone, if that is possible.

    Act-On takes the names of columns (`fields`), and then shows no dates. A heading that repeats,
    has a semicolon, or is one of the API's own cannot be named. Act-On refuses a name that it does
    not know (10010); no document says that it shows the ids, and without them it is no use.
    """
    if resource.path != LIST_TEMPLATE.path or _DATES & set(wanted):
        return resource
    own = [column for column in resource.columns if column not in FIXED_LIST_COLUMNS]
    labels = {column.source[0] for column in own}
    headings = [column.source[0] for column in own if column.name in wanted]
    fields = ";".join(headings or sorted(labels)[:1])
    if (
        len(headings) == len(own)
        or len(headings) >= JSON_COLUMNS - 1
        or len(fields) > _LONGEST_FIELDS
        or not all(_can_be_named(heading, labels) for heading in headings or labels)
    ):
        return resource
    return replace(
        resource,
        shape=Table(needs=ID_HEADING),
        paging=OffsetPaging(),  # of CSV with `fields` no document speaks
        params={"fields": fields},
    )


def _can_be_named(heading: str, labels: Collection[str]) -> bool:
    repeats = _NUMBERED.search(heading) or f"{heading} [2]" in labels
    return ";" not in heading and not repeats and heading not in _API_DATES
