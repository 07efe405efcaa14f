"""The contacts of the account: all of them, with chosen fields, and one by one."""

import json
from collections.abc import Sequence
from typing import Final

from tap_acton.simulator.routing import Call
from tap_acton.simulator.ucl.common import BASE, invalid, listed, missing, paged, route, single
from tap_acton.simulator.ucl.contact_json import contact_json
from tap_acton.simulator.wire import Reply
from tap_acton.simulator.world.contact_fields import FIELDS, ContactField
from tap_acton.simulator.world.contacts import Contact

_FOREVER_S: Final = 10**12
# "pageSize default 2" (SPEC get-contacts-…-by-email-address).
_SAME_ADDRESS: Final = 2


def contacts(call: Call) -> Reply:
    """A page of the contacts."""
    found = _in_range(call)
    rows = [contact_json(call, each) for each in paged(call, found)]
    return listed(call, "contacts", rows, total=len(found))


def by_fields(call: Call) -> Reply:
    """A page of the contacts, each with its id and the fields that the body names (guess)."""
    fields = _asked_fields(call)
    found = _in_range(call)
    rows = [contact_json(call, each, fields) for each in paged(call, found)]
    return listed(call, "contacts", rows, total=len(found))


def by_id(call: Call) -> Reply:
    """One contact by its id."""
    return _single(call, call.world.contacts.get(call.names["id"]))


def by_email(call: Call) -> Reply:
    """A page of the contacts with an address; none is an empty list, no error (guess)."""
    found = call.world.contacts.by_email(call.names["emailAddress"])
    rows = [contact_json(call, each) for each in paged(call, found, size=_SAME_ADDRESS)]
    return listed(call, "contacts", rows, total=len(found))


def by_external_id(call: Call) -> Reply:
    """One contact by its id in another system."""
    names = call.names
    found = call.world.contacts.by_external_id(names["objectType"], names["externalId"])
    return _single(call, found)


def by_cookie(call: Call) -> Reply:
    """One contact by a cookie."""
    return _single(call, call.world.contacts.by_cookie(call.names["cookieId"]))


def _single(call: Call, found: Contact | None) -> Reply:
    if found is None:
        raise missing()
    return single(call, contact_json(call, found))


def _in_range(call: Call) -> Sequence[Contact]:
    # In seconds (SPEC). That the limits are left out, and that they are compared with
    # milliseconds, are guesses, as is the order.
    created_s = call.number("createdAfter", -1), call.number("createdBefore", _FOREVER_S)
    updated_s = call.number("updatedAfter", -1), call.number("updatedBefore", _FOREVER_S)
    return [
        each
        for each in call.world.contacts.view(call.options.order)
        if created_s[0] * 1000 < each.created_ms < created_s[1] * 1000
        and updated_s[0] * 1000 < each.updated_ms < updated_s[1] * 1000
    ]


def _asked_fields(call: Call) -> Sequence[ContactField]:
    # Names in any case: `["e-mail address","first name"]` (SPEC). That all columns of equal
    # names come and an unknown one is refused are guesses.
    asked = _names(call.request.body)
    known = {each.name.lower() for each in FIELDS}
    if unknown := [name for name in asked if name not in known]:
        raise invalid(f"Unknown field: {unknown[0]}")
    return [each for each in FIELDS if each.name.lower() in asked]


def _names(body: bytes) -> Sequence[str]:
    try:
        asked = json.loads(body)
    except ValueError:
        asked = None
    if not isinstance(asked, list) or not all(isinstance(name, str) for name in asked):
        raise invalid("The body must be an array of names of fields")
    return [name.lower() for name in asked]


ROUTES = (
    route(
        f"{BASE}/contact/",
        contacts,
        "SPEC get-contacts-from-the-act-on-contacts-list; reply: guess",
    ),
    route(
        f"{BASE}/contact/byFields",
        by_fields,
        "SPEC get-contacts-…-specifying-the-fields-to-be-returned; reply: guess",
        method="POST",
    ),
    route(
        f"{BASE}/contact/id/{{id}}",
        by_id,
        "SPEC get-contact-in-the-act-on-contacts-list-by-id; reply: guess",
    ),
    route(
        f"{BASE}/contact/email/{{emailAddress}}",
        by_email,
        "SPEC get-contacts-…-by-email-address; reply: guess",
    ),
    route(
        f"{BASE}/contact/externalId/{{objectType}}/{{externalId}}",
        by_external_id,
        "SPEC get-contact-…-by-externalid-and-object-type; reply: guess",
    ),
    route(
        f"{BASE}/contact/cookieId/{{cookieId}}",
        by_cookie,
        "SPEC get-contact-…-by-cookie-id; reply: guess",
    ),
)
