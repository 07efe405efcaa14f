"""What the resources of `/custom-objects` share: who may call, and errors."""

from typing import Final

from tap_acton.simulator.credentials import account_id
from tap_acton.simulator.envelopes import RefusedError, object_error
from tap_acton.simulator.routing import Call, Handler, Route
from tap_acton.simulator.wire import Reply, json_reply
from tap_acton.simulator.world.object_schemas import ObjectSchema

BASE: Final = "/custom-objects/v1/{accountId}"


def route(path: str, handler: Handler, source: str, *, method: str = "GET") -> Route:
    """A route whose path is literal; the account must be the token's and enrolled."""
    return Route(
        method=method, path=path, handler=_allowed(handler), source=source, either_slash=False
    )


def refuse(call: Call, status: int, message: str) -> RefusedError:
    """The exception that answers with an `HttpErrorResponse`."""
    return RefusedError(object_error(status, call.request.path, message))


def find_schema(call: Call) -> ObjectSchema:
    """The custom object whose id stands in the path.

    Raises:
        RefusedError: 404, if there is none.
    """
    found = call.world.objects.schemas.get(call.names["objectId"])
    if found is None:
        raise refuse(call, 404, "Object schema not found.")
    return found


def listed(rows: list[dict[str, object]]) -> Reply:
    """Rows in the frame of all lists here (guess: "object" is all that SPEC says)."""
    return json_reply({"data": rows, "totalCount": len(rows)})


def _allowed(handler: Handler) -> Handler:
    def answer(call: Call) -> Reply:
        # That both answer 403 is a guess.
        if not call.options.custom_objects_enrolled:
            raise refuse(call, 403, "Custom objects are not enabled for this account")
        if call.names["accountId"] != str(account_id(call.options.seed)):
            raise refuse(call, 403, "Access denied")
        return handler(call)

    return answer
