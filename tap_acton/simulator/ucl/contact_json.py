"""A contact as JSON, with the properties of SPEC add-a-single-contact."""

from collections.abc import Callable, Collection, Mapping
from typing import Final

from tap_acton.simulator.routing import Call
from tap_acton.simulator.timetext import Zone, iso
from tap_acton.simulator.world.contact_fields import CREATED, FIELDS, UPDATED, ContactField
from tap_acton.simulator.world.contacts import Contact

# The format of dates is unknown: an option. `words` is that of REF and HC 8367779068311.
_WRITERS: Final[Mapping[str, Callable[[Zone, int], str]]] = {
    "ms": lambda _zone, ms: str(ms),
    "iso": lambda _zone, ms: iso(ms),
    "words": lambda zone, ms: zone.named(ms),
}


def contact_json(
    call: Call, contact: Contact, fields: Collection[ContactField] = FIELDS
) -> dict[str, object]:
    """A contact with the given columns.

    All values are text; an empty property is null, and an empty custom field is left out
    (guesses). Hidden columns come too (guess).
    """
    properties: dict[str, object] = {"id": contact.id}
    custom: dict[str, str] = {}
    for field in fields:
        text = cell(call.options.zone, contact, field, dates=call.options.contact_dates)
        if field.key:
            properties[field.key] = text or None
        elif text:
            custom[str(field.index)] = text
    return {**properties, "customFields": custom}


def cell(zone: Zone, contact: Contact, field: ContactField, *, dates: str) -> str:
    """The text of one column; moments in the format `ms`, `iso` or `words`."""
    write = _WRITERS[dates]
    if field is CREATED:
        return write(zone, contact.created_ms)
    if field is UPDATED:
        return write(zone, contact.updated_ms)
    text = contact.values.get(field.index, "")
    moment = field.type == "DATETIME" and text.isdecimal()
    return write(zone, int(text)) if moment else text
