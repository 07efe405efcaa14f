"""Segments of the contacts, and who belongs to them."""

from tap_acton.simulator.routing import Call
from tap_acton.simulator.ucl.common import BASE, listed, missing, paged, route, single
from tap_acton.simulator.ucl.contact_json import contact_json
from tap_acton.simulator.wire import Reply
from tap_acton.simulator.world.contact_segments import ContactSegment


def segments(call: Call) -> Reply:
    """A page of the segments."""
    found = call.world.contact_segments.all()
    rows = [segment_json(each) for each in paged(call, found)]
    return listed(call, "segments", rows, total=len(found))


def segment(call: Call) -> Reply:
    """One segment."""
    return single(call, segment_json(_find(call)))


def contacts(call: Call) -> Reply:
    """A page of the contacts that belong to a segment."""
    found = call.world.contact_segments.contacts(_find(call), call.options.order)
    rows = [contact_json(call, each) for each in paged(call, found)]
    return listed(call, "contacts", rows, total=len(found))


def segment_json(segment: ContactSegment) -> dict[str, object]:
    """A segment, with the fields of the documented POST (SPEC create-a-segment)."""
    return {
        "id": segment.id,
        "name": segment.name,
        "type": segment.type,
        "parentId": segment.parent_id,
        "filter": None,
    }


def _find(call: Call) -> ContactSegment:
    found = call.world.contact_segments.get(call.names["segmentId"])
    if found is None:
        raise missing()
    return found


ROUTES = (
    route(f"{BASE}/segment/", segments, "SPEC get-segments; reply: guess"),
    route(f"{BASE}/segment/{{segmentId}}", segment, "SPEC get-segment-by-id; reply: guess"),
    route(
        f"{BASE}/segment/{{segmentId}}/contacts",
        contacts,
        "SPEC get-contacts-from-a-segment; reply: guess",
    ),
)
