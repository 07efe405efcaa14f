"""A simulator that is never the bottleneck: it makes each reply once and keeps it.

Replies, limits, latency, tokens and journal are the simulator's own. Not for data that change:
what was sent once is sent again. `python -m benchmarks.canned '{"rows": 200000}'`.
"""

from __future__ import annotations

import json
import signal
import sys
from dataclasses import asdict, replace
from threading import Event
from typing import TYPE_CHECKING, Any, Final

from benchmarks.long_lists import LongWorld
from benchmarks.streamed import StreamingHandler, in_pieces
from tap_acton.simulator.api1.list_download import download
from tap_acton.simulator.app import App
from tap_acton.simulator.control import PREFIX
from tap_acton.simulator.options import Options
from tap_acton.simulator.routing import Call
from tap_acton.simulator.server import Server

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_acton.simulator.account import Account
    from tap_acton.simulator.routing import Route
    from tap_acton.simulator.wire import Reply, Request

__all__ = ["CannedApp", "main", "make_options"]

# Rows that are generated; longer lists repeat them.
_ORIGINALS: Final = 1000
_KEPT: Final = 2000
"""Replies that are kept: a list of a million rows, paged in two ways."""
_USUAL_COLUMNS: Final = 8
_FILTERS: Final = frozenset({"modbefore", "modafter", "createdbefore", "createdafter"})
_NOTHING: Final = dict.fromkeys(
    (
        *("segments", "messages", "forms", "pages", "programs", "campaigns", "images", "media"),
        *("logos", "uploads", "imports", "ucl_contacts", "ucl_segments", "custom_objects"),
    ),
    0,
)


class CannedApp(App):
    """The simulated service, with lists of any length and a reply made once."""

    def __init__(self, options: Options, *, rows: int) -> None:
        """Generate the account; each list has so many rows."""
        super().__init__(options)
        for account in self.accounts:
            account.world = LongWorld(account.options, self.clock, self.lock, length=rows)
        self._replies: dict[object, Reply] = {}

    def _resource(
        self, request: Request, account: Account, route: Route, names: dict[str, str]
    ) -> Reply:
        accepted = "gzip" in request.headers.get("accept-encoding", "")
        key = (account.number, request.path, tuple(sorted(request.query.items())), accepted)
        if key not in self._replies:
            if len(self._replies) >= _KEPT:
                del self._replies[next(iter(self._replies))]
            self._replies[key] = self._made(request, account, route, names, packed=accepted)
        return self._replies[key]

    def _made(
        self,
        request: Request,
        account: Account,
        route: Route,
        names: dict[str, str],
        *,
        packed: bool,
    ) -> Reply:
        call = Call(request=request, names=names, world=account.world, options=account.options)
        whole = _whole_list(call) if route.handler is download else None
        if whole is None:
            return super()._packed(request, super()._resource(request, account, route, names))

        def ask(some: dict[str, str]) -> Reply:
            part = replace(request, query={**request.query, **some})
            return route.handler(replace(call, request=part))

        return in_pieces(ask, offset=whole.start, end=whole.stop, packed=packed)

    def _packed(self, request: Request, reply: Reply) -> Reply:
        packed = "Content-Encoding" in reply.headers
        return reply if packed else super()._packed(request, reply)


def _whole_list(call: Call) -> range | None:
    """Return the rows that a request for much of a list as CSV gets; None if it is no such."""
    as_csv = call.param("responseformat").upper() == "CSV"
    filtered = _FILTERS & set(call.request.query)
    if not as_csv or filtered or call.options.csv_download != "paged":
        return None
    found = call.world.find(call.names["listid"])
    length = len(found[0]) if found else 0
    offset = call.number("offset", 0)
    end = min(length, offset + call.number("count", length))
    return range(offset, end) if end - offset > _ORIGINALS else None


def make_options(*, rows: int, columns: int, **more: Any) -> Options:
    """Options of an account that holds lists of so many columns, and nothing else unless asked.

    Raises:
        ValueError: A value is out of range.
    """
    quiet = {**_NOTHING, "lists": 1, "requests_per_second": 0, "daily_requests": 0}
    of_lists = {"contacts": min(rows, _ORIGINALS), "columns": columns - _USUAL_COLUMNS}
    return Options(**{**quiet, **of_lists, "logins_per_hour": 0, **more})


def main(arguments: Sequence[str]) -> int:
    """Serve until a signal comes; the first line on stdout says where and for whom."""
    given = {"rows": _ORIGINALS, "columns": 20, **json.loads(arguments[0] if arguments else "{}")}
    app = CannedApp(make_options(**given), rows=given["rows"])
    server = Server(app, app.options.port)
    server.RequestHandlerClass = StreamingHandler
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    server.start()
    credentials = asdict(app.accounts[0].credentials)
    greeting = {"url": server.url, **credentials, "control_url": f"{server.url}{PREFIX}"}
    sys.stdout.write(json.dumps(greeting) + "\n")
    sys.stdout.flush()
    stop.wait()
    server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
