"""`/_control/…`: the same handles as in Python, for testers in another process.

Calls are neither journaled nor limited nor delayed. Bodies and replies are JSON.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, Final

from tap_acton.simulator.app import App
from tap_acton.simulator.changes import CONTACTS, MESSAGES, Change
from tap_acton.simulator.faults import Fault
from tap_acton.simulator.wire import Reply, Request, json_reply
from tap_acton.simulator.world.summary import summarize
from tap_acton.simulator.world.suppression import KINDS

PREFIX: Final = "/_control"
# The methods of World that may be called by name.
WORLD_CALLS: Final = (
    "add_list",
    "delete_list",
    "insert_record",
    "update_record",
    "delete_record",
    "record_ids",
    "headers",
    "add_column",
    "rename_column",
    "drop_column",
    "add_message",
    "delete_message",
    "set_report",
    "add_event",
    "add_suppressed",
    "remove_suppressed",
    "add_contact",
    "update_contact",
    "delete_contact",
    "contact_ids",
    "add_segment",
    "delete_segment",
    "add_segment_member",
    "remove_segment_member",
    "insert_object_row",
    "update_object_row",
    "delete_object_row",
    "object_row_ids",
    "delete_asset",
)

Arguments = Mapping[str, Any]
Action = Callable[[App, Arguments], object]


def answer(app: App, request: Request) -> Reply:
    """Carry out one control call; bad arguments answer 400 with the reason."""
    name = f"{request.method} {request.path.removeprefix(PREFIX).strip('/')}"
    action = _ACTIONS.get(name)
    if action is None:
        return json_reply({"error": f"no {name}", "known": sorted(_ACTIONS)}, status=404)
    try:
        with app.lock:
            return json_reply(action(app, _arguments(request)))
    except (KeyError, TypeError, ValueError) as error:
        return json_reply({"error": f"{type(error).__name__}: {error}"}, status=400)


def _arguments(request: Request) -> Arguments:
    if not request.body:
        return request.query
    given = json.loads(request.body)
    if not isinstance(given, dict):
        msg = "the body must be a JSON object"
        raise TypeError(msg)
    return given


def _journal(app: App, given: Arguments) -> object:
    entries = app.journal.matching(path=given.get("path", "*"), method=given.get("method", "*"))
    return [asdict(entry) for entry in entries]


def _clear_journal(app: App, _given: Arguments) -> object:
    app.journal.clear()
    return {}


def _faults(app: App, _given: Arguments) -> object:
    return [{"id": number, **asdict(fault)} for number, fault in app.faults.all().items()]


def _add_fault(app: App, given: Arguments) -> object:
    return {"id": app.faults.add(Fault(**given))}


def _drop_faults(app: App, given: Arguments) -> object:
    app.faults.remove(int(given["id"])) if "id" in given else app.faults.clear()
    return {}


def _changes(app: App, _given: Arguments) -> object:
    return [{"id": number, **asdict(change)} for number, change in app.changes.all().items()]


def _add_change(app: App, given: Arguments) -> object:
    change = Change(**given)
    if change.target not in {CONTACTS, MESSAGES, *KINDS}:
        # Refuses an unknown list now, not in mid-request.
        app.accounts[0].world.contact_list(change.target)
    return {"id": app.changes.add(change)}


def _drop_changes(app: App, given: Arguments) -> object:
    app.changes.remove(int(given["id"])) if "id" in given else app.changes.clear()
    return {}


def _clock(app: App, _given: Arguments) -> object:
    return {"now_ms": app.clock.now_ms(), "ahead_s": app.clock.ahead_s}


def _advance(app: App, given: Arguments) -> object:
    app.clock.advance(seconds=float(given["seconds"]))
    return _clock(app, {})


def _limits(app: App, _given: Arguments) -> object:
    return {**asdict(app.accounts[0].limits.rules), **app.accounts[0].limits.used()}


def _change_limits(app: App, given: Arguments) -> object:
    if not all(isinstance(number, int) for number in given.values()):
        msg = "limits are whole numbers"
        raise TypeError(msg)
    app.accounts[0].limits.change(**given)
    return _limits(app, {})


def _tokens(app: App, _given: Arguments) -> object:
    return app.accounts[0].tokens.counts()


def _expire_access(app: App, _given: Arguments) -> object:
    app.accounts[0].tokens.expire_access()
    return {}


def _revoke_refresh(app: App, _given: Arguments) -> object:
    app.accounts[0].tokens.revoke_refresh()
    return {}


def _mint_code(app: App, given: Arguments) -> object:
    return {"code": app.accounts[0].tokens.new_code(given["redirect_uri"])}


def _world(app: App, _given: Arguments) -> object:
    return summarize(app.accounts[0].world)


def _routes(app: App, _given: Arguments) -> object:
    return [
        {"method": route.method, "path": route.path, "source": route.source} for route in app.routes
    ]


def _world_call(name: str) -> Action:
    def call(app: App, given: Arguments) -> object:
        return {"result": getattr(app.accounts[0].world, name)(**given)}

    return call


_ACTIONS: Final[Mapping[str, Action]] = {
    "GET journal": _journal,
    "DELETE journal": _clear_journal,
    "GET faults": _faults,
    "POST faults": _add_fault,
    "DELETE faults": _drop_faults,
    "GET changes": _changes,
    "POST changes": _add_change,
    "DELETE changes": _drop_changes,
    "GET clock": _clock,
    "POST clock": _advance,
    "GET limits": _limits,
    "POST limits": _change_limits,
    "GET tokens": _tokens,
    "POST tokens/expire_access": _expire_access,
    "POST tokens/revoke_refresh": _revoke_refresh,
    "POST tokens/mint_code": _mint_code,
    "GET world": _world,
    "GET routes": _routes,
    **{f"POST world/{name}": _world_call(name) for name in WORLD_CALLS},
}
