"""The three suppression lists of the account."""

from collections.abc import Iterator
from functools import partial

from tap_acton.simulator.api1.paging import window
from tap_acton.simulator.routing import Call, Route
from tap_acton.simulator.wire import Reply, json_reply
from tap_acton.simulator.world.suppression import Suppressed


def suppressed(call: Call, *, kind: str) -> Reply:
    """A page of a suppression list.

    `totalCount` is always -1 (HC 360063318033). Without `count` all rows come (OLD).
    """
    asked = window(call, default=None)
    rows = [
        {"email": row.email, "timestamp": row.timestamp_ms, "origin": row.origin}
        for row in asked.cut(list(_in_range(call, kind)))
    ]
    return json_reply(
        {"offset": asked.offset, "count": len(rows), "totalCount": -1, "result": rows}
    )


def _in_range(call: Call, kind: str) -> Iterator[Suppressed]:
    # Whether these filters are in seconds (OLD) or milliseconds (3P) is disputed: an option.
    # That the limits themselves are left out is a guess.
    unit_ms = 1000 if call.options.suppression_unit == "seconds" else 1
    after_ms = call.number("createdafter", -1) * unit_ms
    before_ms = call.number("createdbefore", 10**15) * unit_ms
    for row in call.world.suppressed(kind):
        if after_ms < row.timestamp_ms < before_ms:
            yield row


ROUTES = (
    Route(
        method="GET",
        path="/api/1/list/hardbounce",
        handler=partial(suppressed, kind="hardbounce"),
        source="HC 360063318033",
    ),
    Route(
        method="GET",
        path="/api/1/list/optout",
        handler=partial(suppressed, kind="optout"),
        source="HC 1500002887121",
    ),
    Route(
        method="GET",
        path="/api/1/list/spamcomplaint",
        handler=partial(suppressed, kind="spamcomplaint"),
        source="OLD fetch-spam-complaint-list",
    ),
)
