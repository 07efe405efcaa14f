"""Custom objects, which Act-On enables on request: their schemas, datasets and rows.

No document shows a reply; the properties of a schema are those that creating one takes.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tap_acton.resources.account import ACCOUNT_NUMBER
from tap_acton.resources.convert import Type
from tap_acton.resources.model import RAW, RAW_COLUMN, Column, Evidence, Parents, Record, Resource
from tap_acton.resources.paging import OnePage, PageNumbers, Params
from tap_acton.resources.rows import AnyObjects

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_acton.resources.convert import Record

__all__ = ["CUSTOM_OBJECTS", "CUSTOM_OBJECT_DATASETS", "CUSTOM_OBJECT_TEMPLATE", "read_fields"]

_BASE = "/custom-objects/v1/{account_id}"
_DOC = "https://developer.act-on.com/reference/"
_MADE = "Made of the object, if it has none"
_ROWS_AT = ("data", "rows", "records", "content", "items", "results", "result")


def read_fields(text: str | None) -> Iterator[Record]:
    """Yield the fields of a custom object's schema: where a row has each, its name and type."""
    fields = json.loads(text) if text else []
    for field in fields if isinstance(fields, list) else []:
        if isinstance(field, dict) and (field.get("name") or field.get("id")):
            place = str(field.get("name") or field["id"])
            name = str(field.get("displayName") or place)
            yield {"place": place, "name": name, "type": field.get("type")}


def _without_prefix(row: dict[str, Any]) -> dict[str, Any]:
    """Give the object's fields, which queries call `co.name`, their own names."""
    inside = row.get("co")
    plain = {key.removeprefix("co."): value for key, value in row.items()}
    return {**plain, **inside} if isinstance(inside, dict) else plain


CUSTOM_OBJECTS = Resource(
    name="custom_objects",
    table="CustomObjects",
    path=f"{_BASE}/schema/all",
    doc=_DOC + "returns-all-custom-data-schemas",
    evidence=Evidence.INFERRED,
    description="Schemas of the account's custom objects",
    shape=AnyObjects(likely=("data", "schemas", "content")),
    paging=OnePage(),
    bind=(ACCOUNT_NUMBER,),
    keys=("id",),
    columns=(
        Column(
            name="id",
            source=("id", "objectId", "schemaId"),
            made_of=(RAW,),
            description=_MADE,
        ),
        Column(name="name"),
        Column(name="description"),
        Column(name="data_type", source=("dataType",)),
        Column(name="fields", type=Type.JSON),
        Column(name="required_fields", type=Type.JSON, source=("requiredFields",)),
        Column(name="unique_field_set", type=Type.JSON, source=("uniqueFieldSet",)),
        Column(name="event_timestamp_field", source=("eventTimestampField",)),
        Column(name="primary_email_field", source=("primaryEmailField",)),
        Column(name="external_id_field", source=("externalIdField",)),
        Column(name="object_type_field", source=("objectTypeField",)),
        Column(name="relationships", type=Type.JSON),
        RAW_COLUMN,
    ),
)

CUSTOM_OBJECT_DATASETS = Resource(
    name="custom_object_datasets",
    table="CustomObjectDatasets",
    path=f"{_BASE}/data/{{object_id}}/all",
    doc=_DOC + "retrieves-a-list-of-all-datasets-for-a-specific-schema",
    evidence=Evidence.UNKNOWN,
    description="Datasets of each custom object. No document shows a reply",
    shape=AnyObjects(likely=("data", "datasets", "content")),
    paging=OnePage(),
    bind=(ACCOUNT_NUMBER, Parents(resource="custom_objects", take={"object_id": "id"})),
    keys=("object_id", "id"),
    columns=(
        Column(name="object_id"),
        Column(
            name="id",
            source=("id", "datasetId", "dataSetId"),
            made_of=(RAW,),
            description=_MADE,
        ),
        Column(name="name", source=("name", "datasetName")),
        Column(name="description"),
        Column(name="is_default", type=Type.BOOLEAN, source=("isDefault", "default")),
        RAW_COLUMN,
    ),
)


def _pagination(page: int, size: int) -> Params:
    return {"pagination": {"page": page, "size": size, "pageStrategy": "OFFSET"}}


CUSTOM_OBJECT_TEMPLATE = Resource(
    name="custom_object",
    table="Custom",
    path=f"{_BASE}/query/{{object_id}}/{{dataset_id}}/joinWithOther",
    doc=_DOC + "performs-a-query-on-custom-data-dataset",
    evidence=Evidence.UNKNOWN,
    description="The rows of one custom object, of all its datasets",
    shape=AnyObjects(likely=_ROWS_AT, paged=True),
    paging=PageNumbers(params=_pagination, in_body=True),
    # Joining, which is on by default, leaves out rows that have the same key.
    params={"selectFields": ["co.*"], "joinStrategy": {"joinEnabled": False}},
    bind=(
        ACCOUNT_NUMBER,
        Parents(
            resource="custom_object_datasets",
            take={"object_id": "object_id", "dataset_id": "id"},
        ),
    ),
    keys=("dataset_id", "row_id"),
    reshape=_without_prefix,
    columns=(
        Column(name="object_id"),
        Column(name="dataset_id"),
        Column(
            name="row_id",
            source=("sys.id", "_id", "recordId"),
            made_of=(RAW,),
            description="Made of the object, if it has none; a field called id is the account's",
        ),
        RAW_COLUMN,
    ),
)
