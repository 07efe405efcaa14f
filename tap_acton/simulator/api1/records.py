"""Single records: by id, by address, and their history."""

from tap_acton.simulator.envelopes import refuse
from tap_acton.simulator.history import history
from tap_acton.simulator.routing import Call, Route
from tap_acton.simulator.wire import Reply, json_reply
from tap_acton.simulator.world.contact_list import ContactList, Row


def record(call: Call) -> Reply:
    """One record: a bare array in the order of the list's headings."""
    _, row = _find(call)
    return json_reply([row.id, *row.cells])


def facts(call: Call) -> Reply:
    """History and score of a record."""
    _, row = _find(call)
    return json_reply(history(call, row.id, row.created_ms))


def lookup(call: Call) -> Reply:
    """The first record with an address or cookie, as an object; a miss is a 400 (SPEC)."""
    found = call.world.find(call.names["listid"])
    if found is None:
        raise refuse(10004)
    email = _asked_email(call)
    row = _by_email(found[0], email) if email else None
    if row is None:
        # 10008 is documented for the deletion of a contact; here it is a guess.
        raise refuse(10008)
    cells = dict(zip(found[0].facts.headings, row.cells, strict=True))
    return json_reply({"contactID": row.id, **cells})


def lookup_by_cookie(call: Call) -> Reply:
    """The id of the contact that a cookie belongs to; body, list and miss are guesses."""
    contact = call.world.contacts.by_cookie(call.param("cookie"))
    if contact is None:
        raise refuse(10008)
    return json_reply({"contactID": contact.id})


def _find(call: Call) -> tuple[ContactList, Row]:
    found = call.world.find(call.names["listid"])
    row = found[0].get(call.names["recordid"]) if found else None
    if found is None or row is None:
        raise refuse(10004)
    return found[0], row


def _asked_email(call: Call) -> str:
    # "cookie tried first" (OLD); that it leads to the address of a contact is a guess.
    contact = call.world.contacts.by_cookie(call.param("cookieid"))
    return contact.get("email") if contact else call.param("email")


def _by_email(found: ContactList, email: str) -> Row | None:
    column = found.facts.email_column
    wanted = email.lower()
    return next((row for row in found if row.cells[column].lower() == wanted), None)


ROUTES = (
    Route(
        method="GET",
        path="/api/1/list/lookup",
        handler=lookup_by_cookie,
        source="guess; path: SPEC get-contact-record-id-based-on-cookie-value",
    ),
    Route(
        method="GET",
        path="/api/1/list/lookup/{listid}",
        handler=lookup,
        source="HC 1500004179441; miss: guess",
    ),
    Route(
        method="GET",
        path="/api/1/list/{listid}/record/{recordid}",
        handler=record,
        source="SPEC get-contact-record",
    ),
    Route(
        method="GET",
        path="/api/1/list/{listid}/record/{recordid}/facts",
        handler=facts,
        source="HC 1500004312282; values: guess",
    ),
)
