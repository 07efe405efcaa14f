"""Queries of the rows of a dataset (SPEC queryData, DataQueryRequestDTO). Replies are guesses."""

import json
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any, Final

from tap_acton.simulator.objects.cells import known_fields, value_of
from tap_acton.simulator.objects.common import BASE, refuse, route
from tap_acton.simulator.objects.data import find_dataset
from tap_acton.simulator.objects.joins import Joined, join, read_strategy
from tap_acton.simulator.objects.pages import read_page
from tap_acton.simulator.routing import Call
from tap_acton.simulator.timetext import Zone, known_zone
from tap_acton.simulator.wire import Reply, json_reply
from tap_acton.simulator.world.object_schemas import ObjectSchema

_MOST_FIELDS: Final = 2000
_MOST_SORTS: Final = 10
_ALL: Final = ("co.*", "aoc.*")
_TYPES: Final[Mapping[str, type]] = {
    "selectFields": list,
    "sortFields": list,
    "sortBy": str,
    "pagination": dict,
    "joinStrategy": dict,
    "datetimeFieldsTimezone": str,
}
_UTC: Final = Zone(name="UTC")


def query(call: Call) -> Reply:
    """A page of the rows of a dataset, each an object by field as it was selected.

    `filterExpression` is refused, for its syntax is unknown; `otherObject` is not looked at:
    the contacts are the other side.
    """
    dataset = find_dataset(call, call.names["datasetId"])
    try:
        asked = _body(call.request.body)
        zone = known_zone(asked.get("datetimeFieldsTimezone") or "UTC")
        fields = _selected(asked, dataset.schema)
        found = join(call.world, dataset, read_strategy(asked.get("joinStrategy") or {}, dataset))
        found = _searched(_sorted(found, asked, dataset.schema), asked, fields, zone)
        page = read_page(asked)
        some, frame = page.cut(found)
    except ValueError as error:
        raise refuse(call, 400, str(error)) from error
    rows = [{name: value_of(pair, name, zone) for name in fields} for pair in some]
    return json_reply({"data": rows, **frame})


def preflight(_call: Call) -> Reply:
    """Warm the cache of the service; nothing comes back (guess)."""
    return json_reply({})


def _body(body: bytes) -> Mapping[str, Any]:
    asked = json.loads(body or b"{}")
    if not isinstance(asked, dict):
        msg = "The body must be an object"
        raise ValueError(msg)  # noqa: TRY004 - every bad body is answered alike
    for name, kind in _TYPES.items():
        if asked.get(name) is not None and not isinstance(asked[name], kind):
            msg = f"Invalid {name}"
            raise ValueError(msg)
    if asked.get("filterExpression"):
        msg = "Invalid filter expression"
        raise ValueError(msg)
    return asked


def _selected(asked: Mapping[str, Any], schema: ObjectSchema) -> Sequence[str]:
    # Without a selection all fields of the object come (guess).
    names = asked.get("selectFields") or ["co.*"]
    if len(names) > _MOST_FIELDS:
        msg = f"At most {_MOST_FIELDS} fields can be selected"
        raise ValueError(msg)
    known = known_fields(schema)
    chosen = (known[name[:-1]] if name in _ALL else (_one(name, known),) for name in names)
    return list(dict.fromkeys(chain.from_iterable(chosen)))


def _one(name: object, known: Mapping[str, Sequence[str]]) -> str:
    prefix = str(name).partition(".")[0] + "."
    if name not in known.get(prefix, ()):
        msg = f"Unknown field: {name}"
        raise ValueError(msg)
    return str(name)


def _sorted(
    found: Sequence[Joined], asked: Mapping[str, Any], schema: ObjectSchema
) -> Sequence[Joined]:
    # Without an order rows come in that of their insertion (guess).
    sorts = asked.get("sortFields") or _deprecated_sort(asked)
    if len(sorts) > _MOST_SORTS:
        msg = f"At most {_MOST_SORTS} fields can be sorted by"
        raise ValueError(msg)
    known = known_fields(schema)
    for sort in reversed(sorts):
        asked_sort = sort if isinstance(sort, dict) else {}
        name = _one(asked_sort.get("field"), known)
        keyed = [(_sort_key(value_of(pair, name, _UTC)), pair) for pair in found]
        keyed.sort(key=lambda each: each[0], reverse=asked_sort.get("direction") == "desc")
        found = [pair for _, pair in keyed]
    return found


def _deprecated_sort(asked: Mapping[str, Any]) -> Sequence[Mapping[str, str]]:
    name, direction = asked.get("sortBy"), asked.get("sortByDirection")
    if not name or direction not in {"asc", "desc"}:
        return ()
    prefixed = name if name.startswith(("aoc.", "co.")) else f"co.{name}"
    return ({"field": prefixed, "direction": direction},)


def _sort_key(value: object) -> tuple[int, float, str]:
    if value is None:
        return 0, 0.0, ""
    if isinstance(value, int | float):
        return 1, float(value), ""
    return 2, 0.0, json.dumps(value)


def _searched(
    found: Sequence[Joined], asked: Mapping[str, Any], fields: Sequence[str], zone: Zone
) -> Sequence[Joined]:
    # A text in any selected field, in any case (guess).
    wanted = str(asked.get("searchTerm") or "").lower()
    if not wanted:
        return found
    return [
        pair
        for pair in found
        if any(wanted in str(value_of(pair, name, zone)).lower() for name in fields)
    ]


ROUTES = (
    route(
        f"{BASE}/query/{{objectId}}/{{datasetId}}/joinWithOther",
        query,
        "SPEC queryData; reply: guess",
        method="POST",
    ),
    route(
        f"{BASE}/query/joinWithOtherPreflight",
        preflight,
        "SPEC cacheHydrationPreflight; reply: guess",
        method="POST",
    ),
)
