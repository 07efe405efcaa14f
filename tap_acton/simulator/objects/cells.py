"""Fields of a query's rows by their prefixed names, and their values.

`co.` stands before fields of the object, `aoc.` before those of the contact (SPEC). That rows
keep the prefixes, that contacts have the property names of `/ucl/v2`, and the names of all
system fields but `co.sys.createdAt` are guesses.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from tap_acton.simulator.objects.joins import Joined
from tap_acton.simulator.timetext import Zone
from tap_acton.simulator.world.contact_fields import FIELDS
from tap_acton.simulator.world.object_schemas import ObjectSchema

_SYSTEM: Final = ("sys.id", "sys.createdAt", "sys.updatedAt")
_CONTACT: Final = ("id", *(each.key or f"customFields.{each.index}" for each in FIELDS))


def known_fields(schema: ObjectSchema) -> Mapping[str, Sequence[str]]:
    """The names of all fields by prefix."""
    own = [f"co.{each.name}" for each in schema.fields]
    return {
        "co.": [*own, *(f"co.{name}" for name in _SYSTEM)],
        "aoc.": [f"aoc.{name}" for name in _CONTACT],
    }


def value_of(pair: Joined, name: str, zone: Zone) -> object:
    """The value of a known field; of a row without a contact, those of the contact are null."""
    prefix, _, bare = name.partition(".")
    if prefix == "aoc":
        return _contact_value(pair, bare, zone)
    row = pair.row
    system = {
        "sys.id": row.id,
        "sys.createdAt": zone.offset_time(row.created_ms),
        "sys.updatedAt": zone.offset_time(row.updated_ms),
    }
    if bare in system:
        return system[bare]
    value = row.values.get(bare)
    return zone.offset_time(value) if bare == "when" and isinstance(value, int) else value


def _contact_value(pair: Joined, bare: str, zone: Zone) -> object:
    contact = pair.contact
    if contact is None:
        return None
    if bare == "id":
        return contact.id
    moments = {"createdDate": contact.created_ms, "updatedDate": contact.updated_ms}
    if bare in moments:
        return zone.offset_time(moments[bare])
    column = next(each for each in FIELDS if bare in {each.key, f"customFields.{each.index}"})
    return contact.values.get(column.index)
