"""Forms and landing pages."""

from __future__ import annotations

from tap_acton.resources.convert import Type
from tap_acton.resources.model import NOWHERE, RAW, RAW_COLUMN, Column, Evidence, Parents, Resource
from tap_acton.resources.paging import OnePage
from tap_acton.resources.rows import AnyObjects, Folders, Objects, OneObject

__all__ = [
    "FORMS",
    "FORM_REPORTS",
    "FORM_URLS",
    "LANDING_PAGES",
    "LANDING_PAGE_REPORTS",
    "LANDING_PAGE_URLS",
]

_DOC = "https://developer.act-on.com/reference/"
_EACH_FORM = Parents(resource="forms", take={"form_id": "id"})
_EACH_PAGE = Parents(resource="landing_pages", take={"page_id": "id"})

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
    doc=_DOC + "get_api-1-form",
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
    doc=_DOC + "get_api-1-page",
    evidence=Evidence.DOCUMENTED,
    description="Landing pages",
    shape=Folders(),
    paging=OnePage(),
    keys=("id",),
    columns=_COLUMNS,
)


def _urls(name: str, table: str, of: str, parents: Parents, key: str, doc: str) -> Resource:
    return Resource(
        name=name,
        table=table,
        path=f"/api/1/{of}/{{{key}}}/urls",
        doc=_DOC + doc,
        evidence=Evidence.UNKNOWN,
        description="Addresses under which each can be reached. No document shows a reply",
        shape=AnyObjects(likely=("urls", "result", "data")),
        paging=OnePage(),
        bind=(parents,),
        keys=(key, "url_id"),
        columns=(
            Column(name=key),
            Column(
                name="url_id",
                source=("id", "url"),
                made_of=(RAW,),
                description="The address, if it has no id",
            ),
            Column(name="url"),
            Column(name="name", source=("name", "title")),
            RAW_COLUMN,
        ),
    )


FORM_URLS = _urls("form_urls", "FormUrls", "form", _EACH_FORM, "form_id", "get_api-1-form-id-urls")
LANDING_PAGE_URLS = _urls(
    "landing_page_urls",
    "LandingPageUrls",
    "page",
    _EACH_PAGE,
    "page_id",
    "get_api-1-page-id-urls",
)

FORM_REPORTS = Resource(
    name="form_reports",
    table="FormReports",
    path="/api/1/form/{form_id}/report",
    doc=_DOC + "get_api-1-form-id-report",
    evidence=Evidence.DOCUMENTED,
    description="Views and submissions of each form by where the visitor came from",
    shape=Objects("result"),
    paging=OnePage(),
    bind=(_EACH_FORM,),
    keys=("id",),
    columns=(
        Column(
            name="id",
            source=NOWHERE,
            made_of=("form_id", "source"),
            description="Made of form and source: Act-On gives it none",
        ),
        Column(name="form_id"),
        Column(name="source"),
        Column(name="views", type=Type.INTEGER),
        Column(name="submits", type=Type.INTEGER),
        Column(name="unique", type=Type.INTEGER),
        Column(name="percent", type=Type.NUMBER),
        Column(name="non_submitters"),
    ),
)

LANDING_PAGE_REPORTS = Resource(
    name="landing_page_reports",
    table="LandingPageReports",
    path="/api/1/page/{page_id}/report",
    doc=_DOC + "get_api-1-page-id-report",
    evidence=Evidence.DOCUMENTED,
    description="Visits of each landing page. Act-On leaves out counts that are zero",
    shape=OneObject(),
    paging=OnePage(),
    bind=(_EACH_PAGE,),
    keys=("page_id",),
    columns=(
        Column(name="page_id"),
        Column(name="total_visits", type=Type.INTEGER),
        Column(name="unique_known_visits", type=Type.INTEGER),
        Column(name="unique_unknown_visits", type=Type.INTEGER),
        Column(name="incoming_traffic", type=Type.JSON, description="Visits by origin"),
    ),
)
