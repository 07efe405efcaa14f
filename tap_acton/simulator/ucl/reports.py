"""Reports of one contact: what it did, its scores, its segments."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from tap_acton.simulator.history import history, months_ago_ms
from tap_acton.simulator.routing import Call
from tap_acton.simulator.ucl.common import BASE, listed, missing, route
from tap_acton.simulator.ucl.segments import segment_json
from tap_acton.simulator.wire import Reply, json_reply
from tap_acton.simulator.world.contact_fields import FIELDS
from tap_acton.simulator.world.contacts import Contact

Find = Callable[[Call], Contact | None]


def activity(call: Call, *, find: Find) -> Reply:
    """History of a contact in the shape of `/api/1` (REF 6.4; here a guess).

    Without `monthsOfPastData` the current month comes, as REF says of the older path (guess).
    """
    contact = _found(call, find)
    since_ms = months_ago_ms(call, call.number("monthsOfPastData", 0))
    return json_reply(history(call, contact.id, contact.created_ms, since_ms=since_ms))


def scores(call: Call, *, find: Find) -> Reply:
    """The columns of type SCORE as cards (guess)."""
    contact = _found(call, find)
    cards = [
        {
            "fieldId": each.id,
            "columnIndex": each.index,
            "name": each.name,
            "score": int(contact.values.get(each.index) or 0),
        }
        for each in FIELDS
        if each.type == "SCORE"
    ]
    return listed(call, "scores", cards, total=len(cards))


def segments(call: Call, *, find: Find) -> Reply:
    """The segments that a contact belongs to (guess)."""
    contact = _found(call, find)
    rows = [segment_json(each) for each in call.world.contact_segments.all() if each.holds(contact)]
    return listed(call, "segments", rows, total=len(rows))


def _found(call: Call, find: Find) -> Contact:
    contact = find(call)
    if contact is None:
        raise missing()
    return contact


def _by_id(call: Call) -> Contact | None:
    return call.world.contacts.get(call.names["id"])


def _by_email(call: Call) -> Contact | None:
    # Of several contacts with an address the first (guess).
    return next(iter(call.world.contacts.by_email(call.names["emailAddress"])), None)


def _by_external_id(call: Call) -> Contact | None:
    return call.world.contacts.by_external_id(call.names["objectType"], call.names["externalId"])


_REPORTS: Final = {
    "activity": (activity, "get-contact-history"),
    "scores": (scores, "get-all-scores-for-a-contact"),
    "segments": (segments, "get-all-segments-that-the-contact-belong"),
}
_FINDERS: Final[Mapping[str, tuple[Find, str]]] = {
    "id/{id}": (_by_id, "by-id"),
    "email/{emailAddress}": (_by_email, "by-email-address"),
    "externalId/{objectType}/{externalId}": (_by_external_id, "by-externalid-and-object-type"),
}

ROUTES = tuple(
    route(
        f"{BASE}/contactReport/{where}/{name}",
        partial(report, find=find),
        f"SPEC {operation}-{how}; reply: guess",
    )
    for where, (find, how) in _FINDERS.items()
    for name, (report, operation) in _REPORTS.items()
)
