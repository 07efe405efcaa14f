"""The listing of lists."""

from collections.abc import Iterator

from tap_acton.simulator.api1.paging import page
from tap_acton.simulator.routing import Call, Route
from tap_acton.simulator.timetext import Zone
from tap_acton.simulator.wire import Reply, json_reply
from tap_acton.simulator.world.contact_list import ContactList, Segment

_CRMS = ("Sforce", "MSDyn", "Sugar", "SL", "Nsuite")


def listing(call: Call) -> Reply:
    """A page of the lists and segments.

    That segments stand among the lists, with `bIsList` false and `baseId` naming the list,
    is INFERRED. Rows of the other listing types are unknown: they come empty (guess).
    """
    asked = call.param("listingtype").lower()
    rows = list(_rows(call)) if asked in {"", "contact_list"} else []
    return json_reply(page(call, rows))


def _rows(call: Call) -> Iterator[dict[str, object]]:
    zone = call.options.zone
    for each in call.world.lists:
        yield _list_row(each, zone)
    for segment in call.world.segments.values():
        found = call.world.find(segment.id)
        if found:
            yield _segment_row(segment, found[0], zone)


def _list_row(each: ContactList, zone: Zone) -> dict[str, object]:
    facts = each.facts
    return {
        "id": facts.id,
        "name": facts.name,
        "folderName": facts.folder,
        "sourceId": facts.id,
        "baseId": facts.id,
        "description": facts.description,
        "sourceSize": str(len(each)),
        "sourceName": facts.name,
        "tsLastModified": each.changed_ms,
        "tsLastCounted": each.changed_ms,
        "tsSource": facts.made_ms,
        "sourceTS": zone.minute(facts.made_ms),
        "bIsSingleton": False,
        "bIsList": True,
        **_crm_flags(),
    }


def _segment_row(segment: Segment, parent: ContactList, zone: Zone) -> dict[str, object]:
    size = sum(segment.holds(row) for row in parent.view("inserted"))
    return {
        **_list_row(parent, zone),
        "id": segment.id,
        "name": segment.name,
        "description": "",
        "sourceSize": str(size),
        "bIsList": False,
    }


def _crm_flags() -> dict[str, object]:
    # In the order of the example: bIsSforce, bIsSforceReport, bIsSforceAvailable, bIsMSDyn, …
    flags: dict[str, object] = {}
    for crm in _CRMS:
        flags[f"bIs{crm}"] = False
        if crm == "Sforce":
            flags["bIsSforceReport"] = False
        flags[f"bIs{crm}Available"] = True
    return flags


ROUTES = (
    Route(
        method="GET",
        path="/api/1/list",
        handler=listing,
        source="SPEC get-list-of-act-on-assets",
    ),
)
