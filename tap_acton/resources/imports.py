"""Definitions by which the Act-On Contacts are imported."""

from __future__ import annotations

from tap_acton.resources.account import ACCOUNT_NUMBER
from tap_acton.resources.model import RAW, RAW_COLUMN, Column, Evidence, Resource
from tap_acton.resources.paging import OnePage
from tap_acton.resources.rows import AnyObjects

__all__ = ["IMPORT_DEFINITIONS"]

IMPORT_DEFINITIONS = Resource(
    name="import_definitions",
    table="ImportDefinitions",
    path="/ucl/v2/{account_id}/import/definition",
    doc="https://developer.act-on.com/reference/get_ucl-v2-accountid-import-definition",
    evidence=Evidence.UNKNOWN,
    description="Definitions of imports into the Act-On Contacts. No document shows a reply",
    shape=AnyObjects(likely=("data", "definitions", "result")),
    paging=OnePage(),
    bind=(ACCOUNT_NUMBER,),
    keys=("id",),
    columns=(
        Column(
            name="id",
            source=("importDefinitionId", "id"),
            made_of=(RAW,),
            description="Made of the object, if it has none",
        ),
        Column(name="name", source=("importDefinitionName", "name", "importName", "title")),
        Column(name="import_id", source=("importId",), description="The last import"),
        Column(name="import_status", source=("importStatus",)),
        RAW_COLUMN,
    ),
)
