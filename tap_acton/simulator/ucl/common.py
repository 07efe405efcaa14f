"""What the resources of `/ucl/v2` share: the account in the path, paging, frames, errors."""

from collections.abc import Sequence
from typing import Final, TypeVar

from tap_acton.simulator.credentials import account_id
from tap_acton.simulator.envelopes import RefusedError, empty
from tap_acton.simulator.routing import Call, Handler, Route
from tap_acton.simulator.wire import Reply, json_reply

T = TypeVar("T")

BASE: Final = "/ucl/v2/{accountId}"
PAGE_SIZE: Final = 50
# "max 1000" is said of the generation of 2022; of this one it is a guess.
MOST: Final = 1000


def route(path: str, handler: Handler, source: str, *, method: str = "GET") -> Route:
    """A route whose path is literal and names the account of the token."""
    return Route(
        method=method, path=path, handler=_owned(handler), source=source, either_slash=False
    )


def missing() -> RefusedError:
    """The answer to an unknown id: 404 without a body (SPEC)."""
    return RefusedError(empty(404))


def invalid(message: str) -> RefusedError:
    """The answer to a bad request: `{"errors":["…"]}` (SPEC import-contacts; elsewhere a guess)."""
    return RefusedError(json_reply({"errors": [message]}, status=400))


def paged(call: Call, rows: Sequence[T], *, size: int = PAGE_SIZE) -> Sequence[T]:
    """The page that `page`, from 0, and `pageSize` ask for; past the end it is empty (guess)."""
    count = min(call.number("pageSize", size), MOST)
    start = call.number("page", 0) * count
    return rows[start : start + count]


def listed(call: Call, name: str, rows: Sequence[object], *, total: int) -> Reply:
    """Rows in the frame that the option says; no document shows one (guess)."""
    frame = call.options.contact_envelope
    if frame == "array":
        return json_reply(list(rows))
    key = "data" if frame == "data" else name
    return json_reply({key: list(rows), "totalCount": total})


def single(call: Call, found: object) -> Reply:
    """One object: in `data`, as imports are, if lists are too, else bare (guess)."""
    return json_reply({"data": found} if call.options.contact_envelope == "data" else found)


def own_account(call: Call) -> str:
    """The number of the account as text, as this family writes it (SPEC get-schema)."""
    return str(account_id(call.options.seed))


def _owned(handler: Handler) -> Handler:
    def answer(call: Call) -> Reply:
        # Another account than that of the token: 403 without a body (guess).
        if call.names["accountId"] != own_account(call):
            return empty(403)
        return handler(call)

    return answer
