"""The columns of the Act-On Contacts: standard ones, those of the account, hidden, read-only."""

from dataclasses import dataclass
from typing import Final

# fieldId 1116 has columnIndex 6, 1156 has 46 (SPEC get-schema).
_FIELD_IDS_FROM: Final = 1110


@dataclass(frozen=True, kw_only=True, slots=True)
class ContactField:
    """One column; `key` is its property in a contact's JSON, empty for one in `customFields`."""

    index: int
    name: str
    type: str = "TEXT"
    mapping: str | None = None
    key: str = ""
    required: bool = False
    readonly: bool = False
    hidden: bool = False

    @property
    def id(self) -> int:
        """The number of the field."""
        return _FIELD_IDS_FROM + self.index


# That these five are read-only columns, and their names but the first and last two, is a guess.
_SYSTEM: Final = (
    ("ObjectType", "objectType", "TEXT"),
    ("ExternalId", "externalId", "TEXT"),
    ("Legacy Record Id", "legacyRecordId", "TEXT"),
    ("Created Date", "createdDate", "DATETIME"),
    ("Modified Date", "updatedDate", "DATETIME"),
)
# Columns from 6 on, as far as the example of SPEC get-schema goes in its order; the mappings
# are those of SPEC add-field, and each names a property of SPEC add-a-single-contact.
_MAPPED_FROM: Final = 6
_MAPPED: Final = (
    "ACTON_PRIMARY_SCORE", "FIRST_NAME", "LAST_NAME", "COMPANY", "MIDDLE_NAME", "EMAIL",
    "TITLE", "DEPARTMENT", "BUSINESS_CITY", "BUSINESS_STATE", "BUSINESS_ZIP",
    "BUSINESS_COUNTRY", "BUSINESS_PHONE", "BUSINESS_FAX", "BUSINESS_STREET", "HOME_PHONE",
    "MOBILE_PHONE", "BUSINESS_WEBSITE", "PERSONAL_STREET", "PERSONAL_CITY", "PERSONAL_STATE",
    "PERSONAL_ZIP", "PERSONAL_COUNTRY", "PERSONAL_WEBSITE", "PICTURE", "TIMEZONE",
    "DATE_OF_BIRTH",
)  # fmt: skip
_NAMES: Final = {
    "ACTON_PRIMARY_SCORE": "Act-On Primary Score",
    "EMAIL": "E-mail Address",
    "TITLE": "Job Title",
}
_TYPES: Final = {"ACTON_PRIMARY_SCORE": "SCORE", "EMAIL": "EMAIL", "DATE_OF_BIRTH": "DATE"}
_REQUIRED: Final = {"ACTON_PRIMARY_SCORE", "EMAIL"}
# The account's own columns; the first six are those of the example. One repeats the name of a
# standard column, one is hidden and one read-only.
_OWN: Final = (
    ContactField(index=44, name="Do Not Contact", type="BOOLEAN"),
    ContactField(index=46, name="Hand-Raiser", type="BOOLEAN"),
    ContactField(index=51, name="Status", mapping="STATUS"),
    ContactField(index=65, name="Account Type"),
    ContactField(index=76, name="Lead Score Engagement Profile", type="SCORE"),
    ContactField(index=96, name="Lead Source", mapping="LEAD_SOURCE"),
    ContactField(index=97, name="Renewal Date", type="DATE"),
    ContactField(index=98, name="Last Meeting", type="DATETIME"),
    ContactField(index=99, name="Employees", type="NUMBER"),
    ContactField(index=100, name="Interests", type="MULTI-TEXT"),
    ContactField(index=101, name="Second E-mail", type="EMAIL"),
    ContactField(index=102, name="Internal Note", hidden=True),
    ContactField(index=103, name="Sync Id", readonly=True),
    ContactField(index=104, name="Company"),
)


def _mapped(place: int, mapping: str) -> ContactField:
    words = mapping.split("_")
    return ContactField(
        index=_MAPPED_FROM + place,
        name=_NAMES.get(mapping, " ".join(words).title()),
        type=_TYPES.get(mapping, "TEXT"),
        mapping=mapping,
        key=words[0].lower() + "".join(word.title() for word in words[1:]),
        required=mapping in _REQUIRED,
    )


FIELDS: Final = (
    *(
        ContactField(index=index, name=name, key=key, type=kind, readonly=True)
        for index, (name, key, kind) in enumerate(_SYSTEM)
    ),
    *(_mapped(place, mapping) for place, mapping in enumerate(_MAPPED)),
    *_OWN,
)
BY_KEY: Final = {field.key: field for field in FIELDS if field.key}
CREATED: Final = BY_KEY["createdDate"]
UPDATED: Final = BY_KEY["updatedDate"]


def named_field(name: str) -> ContactField:
    """The column with this property, name (the first of equal ones) or index as text.

    Raises:
        ValueError: if there is none.
    """
    for field in FIELDS:
        if name in {field.key, field.name, str(field.index)}:
            return field
    msg = f"contacts have no field {name!r}"
    raise ValueError(msg)
