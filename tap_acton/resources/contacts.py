"""The Act-On Contacts: one record for each person of the account, its columns and its history.

No document shows what the present API answers. The names of a contact's properties are those
that Act-On documents for creating one; the columns of an account are in its contact schema.
"""

from __future__ import annotations

from typing import Any

from tap_acton.resources.account import ACCOUNT_NUMBER
from tap_acton.resources.convert import Type
from tap_acton.resources.encode import seconds_after, seconds_before
from tap_acton.resources.model import (
    NOWHERE,
    RAW,
    RAW_COLUMN,
    Column,
    Evidence,
    Filter,
    Operator,
    Parents,
    Resource,
)
from tap_acton.resources.paging import OnePage, PageNumbers
from tap_acton.resources.rows import AnyObjects, Contacts, Objects

__all__ = [
    "CONTACTS",
    "CONTACT_ACTIVITY",
    "CONTACT_COLUMNS",
    "CONTACT_FIELDS",
    "CONTACT_SCORES",
    "CONTACT_SEGMENTS",
    "FIELD_TYPES",
    "fields_apart",
]

_DOC = "https://developer.act-on.com/reference/"
_CUSTOM = "customFields"
_ALL_MONTHS = "600"
"""No document says how far back the history goes, or what larger numbers do."""

FIELD_TYPES = {
    "BOOLEAN": Type.BOOLEAN,
    "DATE": Type.DATE,
    "DATETIME": Type.MOMENT,
    "INTEGER": Type.INTEGER,
    "JSON": Type.JSON,
    "NUMBER": Type.NUMBER,
    "SCORE": Type.NUMBER,
    "STRING_ARRAY": Type.TEXTS,
}
"""The types of an account's own fields that are no text; those of custom objects too."""

_EACH_CONTACT = Parents(resource="contacts", take={"contact_id": "id"})


def fields_apart(row: dict[str, Any]) -> dict[str, Any]:
    """Give the account's own fields, which a contact has by number, a key each."""
    own = row.get(_CUSTOM)
    if not isinstance(own, dict):
        return row
    return {**row, **{f"{_CUSTOM}.{number}": value for number, value in own.items()}}


def _property(name: str, source: str, heading: str, kind: Type = Type.TEXT) -> Column:
    return Column(name=name, type=kind, source=(source, heading))


CONTACT_COLUMNS = (
    Column(name="id", source=("id", "_contact_id_", "contactID", "contactId")),
    _property("external_id", "externalId", "External Id"),
    _property("object_type", "objectType", "ObjectType"),
    _property("legacy_record_id", "legacyRecordId", "Legacy Record Id"),
    _property("email", "email", "E-mail Address"),
    _property("first_name", "firstName", "First Name"),
    _property("middle_name", "middleName", "Middle Name"),
    _property("last_name", "lastName", "Last Name"),
    _property("title", "title", "Title"),
    _property("department", "department", "Department"),
    _property("company", "company", "Company"),
    _property("acton_primary_score", "actonPrimaryScore", "Act-On Primary Score", Type.NUMBER),
    _property("date_of_birth", "dateOfBirth", "Date of Birth", Type.DATE),
    _property("home_phone", "homePhone", "Home Phone"),
    _property("mobile_phone", "mobilePhone", "Mobile Phone"),
    _property("business_phone", "businessPhone", "Business Phone"),
    _property("business_fax", "businessFax", "Business Fax"),
    _property("business_street", "businessStreet", "Business Street"),
    _property("business_city", "businessCity", "Business City"),
    _property("business_state", "businessState", "Business State"),
    _property("business_zip", "businessZip", "Business Zip"),
    _property("business_country", "businessCountry", "Business Country"),
    _property("business_website", "businessWebsite", "Business Website"),
    _property("personal_street", "personalStreet", "Personal Street"),
    _property("personal_city", "personalCity", "Personal City"),
    _property("personal_state", "personalState", "Personal State"),
    _property("personal_zip", "personalZip", "Personal Zip"),
    _property("personal_country", "personalCountry", "Personal Country"),
    _property("personal_website", "personalWebsite", "Personal Website"),
    _property("picture", "picture", "Picture"),
    _property("timezone", "timezone", "Timezone"),
    _property("created_date", "createdDate", "Created Date", Type.MOMENT),
    _property("updated_date", "updatedDate", "Modified Date", Type.MOMENT),
)

CONTACTS = Resource(
    name="contacts",
    table="Contacts",
    path="/ucl/v2/{account_id}/contact/",
    doc=_DOC + "get_ucl-v2-accountid-contact",
    evidence=Evidence.INFERRED,
    description="The Act-On Contacts: all people of the account, with the fields of its contact "
    "schema. The properties are documented, the reply around them is not",
    shape=Contacts(),
    paging=PageNumbers(),
    bind=(ACCOUNT_NUMBER,),
    keys=("id",),
    replication_key="updated_date",
    filters=(
        Filter(
            column="updated_date",
            operator=Operator.AFTER,
            parameter="updatedAfter",
            encode=seconds_after,
        ),
        Filter(
            column="updated_date",
            operator=Operator.BEFORE,
            parameter="updatedBefore",
            encode=seconds_before,
        ),
    ),
    reshape=fields_apart,
    columns=(*CONTACT_COLUMNS, RAW_COLUMN),
)

CONTACT_FIELDS = Resource(
    name="contact_fields",
    table="ContactFields",
    path="/ucl/v2/{account_id}/schema/",
    doc=_DOC + "get_ucl-v2-accountid-schema",
    evidence=Evidence.DOCUMENTED,
    description="The contact schema: the columns of the Act-On Contacts, hidden ones too",
    shape=Objects("columns"),
    paging=OnePage(),
    # Both names say the opposite of their descriptions; false shows everything.
    params={"skipHidden": "false", "skipReadOnly": "false"},
    bind=(ACCOUNT_NUMBER,),
    keys=("field_id",),
    columns=(
        Column(name="field_id", type=Type.INTEGER, source=("fieldId",)),
        Column(
            name="column_index",
            type=Type.INTEGER,
            source=("columnIndex",),
            description="The field's number among a contact's own fields",
        ),
        Column(name="name"),
        Column(name="type", description="BOOLEAN, DATE, DATETIME, TEXT, NUMBER, SCORE, EMAIL, …"),
        Column(name="standard_field_mapping", source=("standardFieldMapping",)),
        Column(name="required", type=Type.BOOLEAN),
        Column(name="readonly", type=Type.BOOLEAN),
        Column(name="hidden", type=Type.BOOLEAN),
    ),
)

CONTACT_ACTIVITY = Resource(
    name="contact_activity",
    table="ContactActivity",
    path="/ucl/v2/{account_id}/contactReport/id/{contact_id}/activity",
    doc=_DOC + "get_ucl-v2-accountid-contactreport-id-id-activity",
    evidence=Evidence.INFERRED,
    description="What each contact did, read in the form of the older report",
    shape=AnyObjects(likely=("activitylist", "data")),
    paging=OnePage(),
    params={"monthsOfPastData": _ALL_MONTHS},
    bind=(ACCOUNT_NUMBER, _EACH_CONTACT),
    keys=("activity_id",),
    columns=(
        Column(
            name="activity_id",
            source=NOWHERE,
            made_of=("contact_id", "timestamp", "verb", "what", "object_id"),
            description="Made of the activity: Act-On gives it none",
        ),
        Column(name="contact_id"),
        Column(name="timestamp", type=Type.MOMENT, source=("WhenMillis", "timestamp")),
        Column(name="verb", source=("Verb", "verb")),
        Column(name="what", source=("What", "what")),
        Column(name="bin", source=("Bin", "bin")),
        Column(name="object_id", source=("id",), description="What it was done to"),
        Column(name="object_type", source=("idType",)),
        Column(name="in_score_range", type=Type.BOOLEAN, source=("InScoreRange",)),
        RAW_COLUMN,
    ),
)

CONTACT_SCORES = Resource(
    name="contact_scores",
    table="ScoreDetails",
    path="/ucl/v2/{account_id}/contactReport/id/{contact_id}/scores",
    doc=_DOC + "get_ucl-v2-accountid-contactreport-id-id-scores",
    evidence=Evidence.UNKNOWN,
    description="The scores of each contact. No document shows a reply",
    shape=AnyObjects(likely=("scores", "data")),
    paging=OnePage(),
    bind=(ACCOUNT_NUMBER, _EACH_CONTACT),
    keys=("contact_id", "score_id"),
    columns=(
        Column(name="contact_id"),
        Column(
            name="score_id",
            source=("id", "scoreSheetId", "scoreId", "name"),
            made_of=(RAW,),
            description="Made of the object, if it has none",
        ),
        Column(name="name", source=("name", "scoreSheetName", "scoreName")),
        Column(name="score", type=Type.NUMBER, source=("score", "value")),
        RAW_COLUMN,
    ),
)

CONTACT_SEGMENTS = Resource(
    name="contact_segments",
    table="ContactSegments",
    path="/ucl/v2/{account_id}/contactReport/id/{contact_id}/segments",
    doc=_DOC + "get_ucl-v2-accountid-contactreport-id-id-segments",
    evidence=Evidence.UNKNOWN,
    description="The segments that each contact is in. No document shows a reply",
    shape=AnyObjects(likely=("segments", "data")),
    paging=OnePage(),
    bind=(ACCOUNT_NUMBER, _EACH_CONTACT),
    keys=("contact_id", "segment_id"),
    columns=(
        Column(name="contact_id"),
        Column(
            name="segment_id",
            source=("id", "segmentId"),
            made_of=(RAW,),
            description="Made of the object, if it has none",
        ),
        Column(name="name", source=("name", "segmentName")),
        RAW_COLUMN,
    ),
)
