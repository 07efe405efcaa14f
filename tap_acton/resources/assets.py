"""Forms and landing pages."""

from __future__ import annotations

from tap_acton.resources.convert import Type
from tap_acton.resources.model import Column, Evidence, Resource
from tap_acton.resources.paging import OnePage
from tap_acton.resources.rows import Folders

__all__ = ["FORMS", "LANDING_PAGES"]

_COLUMNS = (
    Column(name="id"),
    Column(name="title"),
    Column(name="description"),
    Column(name="folder", description="The folder that holds it"),
    Column(name="url"),
    Column(name="creation_time", type=Type.MOMENT),
    Column(name="modified", type=Type.MOMENT),
)

FORMS = Resource(
    name="forms",
    table="Forms",
    path="/api/1/form",
    doc="https://developer.act-on.com/reference/get_api-1-form",
    evidence=Evidence.DOCUMENTED,
    description="Forms. Act-On shows each in its folder and again in 'All Forms'; here it is one",
    shape=Folders(everything="All Forms"),
    paging=OnePage(),
    keys=("id",),
    columns=_COLUMNS,
)

LANDING_PAGES = Resource(
    name="landing_pages",
    table="LandingPages",
    path="/api/1/page",
    doc="https://developer.act-on.com/reference/get_api-1-page",
    evidence=Evidence.DOCUMENTED,
    description="Landing pages",
    shape=Folders(),
    paging=OnePage(),
    keys=("id",),
    columns=_COLUMNS,
)
