"""Automated programs."""

from tap_acton.simulator.envelopes import refuse
from tap_acton.simulator.routing import Call, Route
from tap_acton.simulator.timetext import Zone
from tap_acton.simulator.wire import Reply, json_reply
from tap_acton.simulator.world.assets import Asset, by_folder


def programs(call: Call) -> Reply:
    """The programs of one type by folder.

    `type` is required; that its absence answers 10121 is a guess, as is an empty reply to an
    unknown type.
    """
    kind = call.param("type").upper()
    if not kind:
        raise refuse(10121, status=422, message="Missing parameter - type")
    found = call.world.assets.programs.get(kind, ())
    folders = [
        {
            "id": number - 1,
            "name": name,
            "programs": [_row(each, call.options.zone) for each in some],
        }
        for number, (name, some) in enumerate(by_folder(found).items())
    ]
    return json_reply(
        {"folders": folders, "anyRunning": any(each.state == "running" for each in found)}
    )


def _row(program: Asset, zone: Zone) -> dict[str, object]:
    running = program.state == "running"
    next_ms = program.modified_ms if running else 0
    return {
        "id": program.id,
        "name": program.name,
        "isFavorite": False,
        "description": program.description,
        "srcIds": ["l-0001"] if running else [],
        "srcNames": ["API Example List"] if running else [],
        "messageIds": [],
        "createdTS": program.created_ms,
        "created": zone.minute(program.created_ms),
        "modifiedTs": 0,
        "modified": zone.minute(program.modified_ms),
        "nextrunTS": next_ms,
        "nextrun": zone.minute(next_ms) if next_ms else None,
        "progstate": program.state,
        "valid": running,
        "running": running,
        "active": int(running),
        "tagNames": [],
        "scheduled": False,
    }


ROUTES = (Route(method="GET", path="/api/1/program", handler=programs, source="HC 1500003947281"),)
