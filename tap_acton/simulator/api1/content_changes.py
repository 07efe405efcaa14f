"""Headers and footers that come, change and go. No document shows the replies: guesses."""

from dataclasses import replace
from functools import partial

from tap_acton.simulator.api1.assets import find
from tap_acton.simulator.routing import Call, Route
from tap_acton.simulator.wire import Reply, json_reply
from tap_acton.simulator.world.assets import Asset


def create(call: Call, *, kind: str) -> Reply:
    """Add one with the next number as its id."""
    found: tuple[Asset, ...] = getattr(call.world.assets, kind)
    number = 1 + max((int(each.id) for each in found), default=-1)
    now_ms = call.world.clock.now_ms()
    made = Asset(id=str(number), name="", folder="", created_ms=now_ms, modified_ms=now_ms)
    return _saved(call, kind, made, "created")


def update(call: Call, *, kind: str) -> Reply:
    """Change the fields that are given."""
    return _saved(call, kind, find(call, getattr(call.world.assets, kind)), "updated")


def delete(call: Call, *, kind: str) -> Reply:
    """Delete one."""
    found = find(call, getattr(call.world.assets, kind))
    call.world.delete_asset(kind, found.id)
    return json_reply({"status": "success", "message": "deleted", "id": found.id})


def _saved(call: Call, kind: str, asset: Asset, done: str) -> Reply:
    given = call.request.params
    asset = replace(
        asset,
        name=given.get("title", asset.name),
        html=given.get("html", asset.html),
        text=given.get("text", asset.text),
        modified_ms=call.world.clock.now_ms(),
    )
    call.world.assets = call.world.assets.stored(kind, asset)  # requests come one at a time
    return json_reply({"status": "success", "message": done, "id": asset.id})


def _routes(word: str, new: str = "") -> tuple[Route, ...]:
    kind, path = f"{word}s", f"/api/1/{word}"
    return (
        Route(
            method="POST",
            path=f"{path}/",
            handler=partial(create, kind=kind),
            source=f"guess; path: SPEC add-a-{new}{word}",
        ),
        Route(
            method="PUT",
            path=path + "/{id}",
            handler=partial(update, kind=kind),
            source=f"guess; path: SPEC update-a-{word}",
        ),
        Route(
            method="DELETE",
            path=path + "/{id}",
            handler=partial(delete, kind=kind),
            source=f"guess; path: SPEC delete-a-{word}",
        ),
    )


ROUTES = (*_routes("header"), *_routes("footer", "new-"))
