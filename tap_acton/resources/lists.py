"""Lists, and the records of one list."""

from __future__ import annotations

from dataclasses import replace

from tap_acton.resources.convert import Type
from tap_acton.resources.encode import milliseconds_after, milliseconds_before
from tap_acton.resources.model import Column, Evidence, Filter, Operator, Resource
from tap_acton.resources.paging import OffsetPaging
from tap_acton.resources.rows import CREATED, MODIFIED, CsvTable, Objects, Table

__all__ = ["FIXED_LIST_COLUMNS", "LISTS", "LIST_TEMPLATE", "as_csv"]

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
    Column(name="contact_id", source=("_contact_id_",), description="Id of the record"),
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
    paging=OffsetPaging(),
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


def as_csv(resource: Resource) -> Resource:
    """Return the resource read as CSV, which has no limit of columns, and perhaps none of rows."""
    return replace(
        resource,
        shape=CsvTable(),
        paging=OffsetPaging(may_give_all=True),
        params={**resource.params, "responseformat": "CSV"},
    )
