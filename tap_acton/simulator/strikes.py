"""What each kind of fault does to a request or to its reply."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from tap_acton.simulator.envelopes import api_error, empty, gateway_error, oauth_error, throttled
from tap_acton.simulator.envelopes import wso2_fault as wso2_error
from tap_acton.simulator.faults import Fault
from tap_acton.simulator.wire import HTML, JSON, Delivery, Reply, Request

# Names of the number of a page, and of the rows in it.
_PAGES: Final = frozenset({"page", "pageNumber"})
_ROWS: Final = ("data", "result", "msgresult", "contacts", "segments")
_PAGE: Final = "<!DOCTYPE html><html><body><h1>We'll be right back</h1></body></html>"


def instead(fault: Fault, *, throttle_envelope: str) -> Delivery | None:
    """The delivery of a fault that keeps the request from its resource, else None."""
    if fault.kind == "reset":
        return Delivery(reply=None, ending="reset")
    reply = _reply(fault, throttle_envelope)
    return None if reply is None else Delivery(reply=reply)


def asked(fault: Fault, request: Request) -> Request:
    """The request as the resource gets to see it."""
    if fault.kind != "repeated_page":
        return request
    offset = max(0, _number(request, "offset", 0) - _number(request, "count", 1000))
    pages = {
        name: str(max(0, _number(request, name, 0) - 1)) for name in _PAGES & set(request.query)
    }
    query = {**request.query, "offset": str(offset), **pages}
    return replace(request, query=query, body=_page_before(request.body))


def spoiled(fault: Fault, reply: Reply) -> Reply:
    """The reply with its content spoiled, before it is compressed."""
    if fault.kind == "cut_json":
        return replace(reply, body=reply.body[: _kept(fault, reply)])
    if fault.kind == "wrong_total":
        return _edited(reply, lambda page: {**page, "totalCount": fault.total})
    if fault.kind == "empty_page":
        return _edited(reply, _emptied)
    return reply


def delivered(fault: Fault, reply: Reply) -> Delivery:
    """How the reply travels under this fault."""
    deliver = _DELIVERIES.get(fault.kind)
    return Delivery(reply=reply) if deliver is None else deliver(fault, reply)


def _page_before(body: bytes) -> bytes:
    """The body of a query of custom objects, a page back; any other body as it is."""
    try:
        asked = json.loads(body)
        pagination = asked["pagination"]
        pagination["page"] = max(0, pagination["page"] - 1)
    except (ValueError, KeyError, TypeError):
        return body
    return json.dumps(asked).encode()


def _reply(fault: Fault, throttle_envelope: str) -> Reply | None:
    if fault.kind == "non_json":
        return Reply(body=_PAGE.encode(), content_type=HTML)
    if fault.kind == "unauthorized":
        return gateway_error(401)
    if fault.kind == "throttle":
        shape = fault.envelope or throttle_envelope
        return _with_retry_after(fault, throttled(shape))
    return _with_retry_after(fault, _status(fault)) if fault.kind == "status" else None


def _status(fault: Fault) -> Reply:
    if fault.body is not None:
        return Reply(status=fault.status, body=fault.body.encode())
    return _ENVELOPES[fault.envelope or "gateway"](fault)


def _with_retry_after(fault: Fault, reply: Reply) -> Reply:
    if not fault.retry_after:
        return reply
    return replace(reply, headers={**reply.headers, "Retry-After": fault.retry_after})


def _edited(reply: Reply, edit: Callable[[Mapping[str, object]], Mapping[str, object]]) -> Reply:
    page = json.loads(reply.body) if reply.content_type == JSON else None
    if not isinstance(page, dict):
        return reply
    return replace(reply, body=json.dumps(edit(page), ensure_ascii=False).encode())


def _number(request: Request, name: str, default: int) -> int:
    text = request.query.get(name, "")
    return int(text) if text.isdecimal() else default


def _emptied(page: Mapping[str, object]) -> Mapping[str, object]:
    rows: dict[str, object] = {name: [] for name in _ROWS if isinstance(page.get(name), list)}
    return {**page, "count": 0, **rows}


def _kept(fault: Fault, reply: Reply) -> int:
    return int(len(reply.body) * fault.keep)


_ENVELOPES: Final[Mapping[str, Callable[[Fault], Reply]]] = {
    "gateway": lambda fault: gateway_error(fault.status, more=fault.message),
    "api": lambda fault: api_error(fault.code, status=fault.status, message=fault.message or None),
    "oauth": lambda fault: oauth_error(fault.status, "invalid_grant", fault.message),
    "wso2": lambda fault: wso2_error(fault.status),
    "empty": lambda fault: empty(fault.status),
}
_DELIVERIES: Final[Mapping[str, Callable[[Fault, Reply], Delivery]]] = {
    "reset_body": lambda fault, reply: Delivery(
        reply=reply, cut=_kept(fault, reply), ending="reset"
    ),
    "truncated": lambda fault, reply: Delivery(
        reply=reply, cut=_kept(fault, reply), ending="close"
    ),
    "slow": lambda fault, reply: Delivery(reply=reply, delay_s=fault.delay_s),
    "drip": lambda fault, reply: Delivery(reply=reply, pieces=fault.pieces, pause_s=fault.delay_s),
    "lost_reply": lambda _fault, _reply: Delivery(reply=None, ending="reset"),
    "lost_refresh_reply": lambda _fault, _reply: Delivery(reply=None, ending="reset"),
}
