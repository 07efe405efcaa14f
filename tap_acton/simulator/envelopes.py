"""The error bodies of Act-On, one function for each of its envelopes."""

import secrets
from http import HTTPStatus
from typing import Final

from tap_acton.simulator.wire import PHRASES, TEXT, Reply, json_reply

# The codes and texts that the OpenAPI file act-on-api-1.json shows.
MESSAGES: Final = {
    10003: "Input file missing",
    10004: "Invalid or missing list",
    10008: "Invalid contact",
    10010: "Invalid Column Specified",
    10012: "Invalid Form id",
    10013: "Invalid Page id",
    10017: "Invalid or expired Job Id",
    10030: "Invalid or deleted message",
    10054: "The id is invalid",
    10085: "Invalid file type specified",
    10089: "Invalid drill-down verb",
    10160: "The date period is invalid.",
    90004: "Empty or improperly formatted URL given",
}


class RefusedError(Exception):
    """Raised by a resource to answer with an error."""

    def __init__(self, reply: Reply) -> None:
        """Carry the error reply."""
        super().__init__(f"refused with status {reply.status}")
        self.reply = reply


def api_error(code: int, *, status: int = 400, message: str | None = None) -> Reply:
    """`/api/1`: `{"errorCode":10004,"message":"…"}` (SPEC)."""
    text = MESSAGES.get(code, "") if message is None else message
    return json_reply({"errorCode": code, "message": text}, status=status)


def refuse(code: int, *, status: int = 400, message: str | None = None) -> RefusedError:
    """The exception that answers with an `/api/1` error."""
    return RefusedError(api_error(code, status=status, message=message))


def gateway_error(status: int, *, more: str = "") -> Reply:
    """The gateway: three strings, `httpCode` among them (PROBE of 401 and 404)."""
    payload = {
        "httpCode": str(status),
        "httpMessage": PHRASES.get(status, ""),
        "moreInformation": more,
    }
    return json_reply(payload, status=status)


def not_found() -> Reply:
    """The gateway's answer to a path that it does not know (PROBE)."""
    return gateway_error(404, more="No resources match requested URI")


def empty(status: int) -> Reply:
    """`/ucl/v2`: plain text without a letter (SPEC)."""
    return Reply(status=status, content_type=TEXT)


def object_error(status: int, uri: str, message: str) -> Reply:
    """`/custom-objects`: `HttpErrorResponse` (SPEC)."""
    payload = {
        "errorId": secrets.token_hex(16),
        "requestUri": uri,
        "errorMessage": message,
        "errorList": [],
        "status": f"{status} {HTTPStatus(status).name}",
    }
    return json_reply(payload, status=status)


def oauth_error(status: int, error: str, description: str) -> Reply:
    """`/token`: `{"error":"…","error_description":"…"}` (SPEC)."""
    return json_reply({"error": error, "error_description": description}, status=status)


def wso2_fault(status: int, *, code: int = 900800) -> Reply:
    """The gateway before December 2023 (codes: WSO2 error-handling pages; envelope: guess)."""
    fault = {
        "code": code,
        "message": "Message throttled out",
        "description": "You have exceeded your quota",
    }
    return json_reply({"fault": fault}, status=status)


def throttled(shape: str) -> Reply:
    """The refusal of a call above a limit, in one of three guessed shapes.

    No document shows one: `gateway` extends the proven 401 and 404 of the present gateway,
    `wso2` and `503` follow WSO2's pages on throttling.
    """
    if shape == "gateway":
        return gateway_error(429, more="Rate Limit exceeded")
    return wso2_fault(503 if shape == "503" else 429)
