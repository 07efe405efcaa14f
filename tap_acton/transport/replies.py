"""Judging a reply: its status and any of Act-On's error envelopes become one of our errors.

Sources: the OpenAPI files' error examples; the gateway's replies to unauthenticated calls; the
error codes that WSO2 documents for the gateway that Act-On ran until December 2023. No document
shows a throttled reply, so every form that the gateways are known for counts as one.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec

from tap_acton.errors import (
    ActOnError,
    RateLimitedError,
    RequestRefusedError,
    ServerFailedError,
    TokenRefusedError,
)
from tap_acton.redact import scrub

__all__ = [
    "LARGEST_ENVELOPE",
    "Reply",
    "ReportedError",
    "TokenInvalidError",
    "judge",
    "reported_error",
]

_THROTTLE_CODES = {"429", *(str(code) for code in range(900800, 900808))}
_LOGIN = "POST /token"
"""Nobody sends an access token there."""
_TOKEN_CODES = {str(code) for code in range(900901, 900906)}
_THROTTLE_WORDS = re.compile(r"throttl|rate.?limit|too many|quota", re.IGNORECASE)
_THROTTLE_STATUSES = {403, 503}
_DAY_WORDS = re.compile(r"\bdaily\b|\b(per|a|this) day\b|/ ?day\b|\b24.?h", re.IGNORECASE)
_OK = 200
_UNAUTHORIZED = 401
_REQUEST_TIMEOUT = 408
_TOO_MANY = 429
_REFUSED_FROM = 400
_FAILED_FROM = 500
LARGEST_ENVELOPE = 4096
"""Bytes; a successful reply that is longer is no error."""


class TokenInvalidError(TokenRefusedError):
    """The access token of this request is not valid (any more)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """A whole reply. The body is not in its repr."""

    where: str
    status: int
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes

    def json(self) -> Any:
        """Return the decoded body, whatever content type the server gives it.

        Raises:
            ServerFailedError: The body is empty, cut off, or not JSON.
        """
        try:
            return _decoded(self.body)
        except (ValueError, RecursionError):
            raise ServerFailedError(
                "Act-On's reply is not whole JSON",
                where=self.where,
                status=self.status,
                request_id=self.request_id,
            ) from None

    @property
    def request_id(self) -> str | None:
        """Act-On's own name for the request."""
        return self.headers.get("x-request-id")

    def __repr__(self) -> str:
        return f"Reply({self.where!r}, {self.status}, {len(self.body)} bytes)"


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportedError:
    """What an error envelope says."""

    code: str | None = None
    message: str | None = None
    status: int | None = None
    """The status that the envelope claims, where it claims one."""


def reported_error(body: Any) -> ReportedError | None:
    """Return what a decoded body reports as an error, or None if it is no error envelope."""
    if not isinstance(body, dict):
        return None
    for read in (_fault, _api1, _gateway, _oauth, _custom_objects, _transactional, _contacts):
        if found := read(body):
            return found
    return None


def judge(reply: Reply) -> None:
    """Raise the error that a reply stands for; return if it is a success.

    Raises:
        TokenInvalidError: 401, or a code that says so.
        RateLimitedError: 429 in any envelope, or another status whose envelope says so; it means
            the day if the envelope speaks of one.
        RequestRefusedError: Any other 4xx, or a 200 that carries an error envelope.
        ServerFailedError: 5xx.
    """
    found = reported_error(_decoded_or_none(reply))
    if reply.status == _OK and found is None:
        return
    status = reply.status
    if status == _OK and found and found.status:
        status = found.status
    raise _error_for(reply, status, found or ReportedError())


def _error_for(reply: Reply, status: int, found: ReportedError) -> ActOnError:
    kind, what = _kind_of(reply.where, status, found)
    said = f": {scrub(found.message)}" if found.message else ""
    error = kind(
        f"{what}{said}",
        where=reply.where,
        status=reply.status,
        code=scrub(found.code) if found.code else None,
        request_id=reply.request_id,
    )
    error.retry_after_s = _seconds_to_wait(reply.headers)
    if isinstance(error, RateLimitedError) and _DAY_WORDS.search(found.message or ""):
        error.mean_the_day()
    return error


def _kind_of(where: str, status: int, found: ReportedError) -> tuple[type[ActOnError], str]:
    throttled = status in _THROTTLE_STATUSES and _THROTTLE_WORDS.search(found.message or "")
    if status == _TOO_MANY or found.code in _THROTTLE_CODES or throttled:
        return RateLimitedError, "Act-On says there are too many requests"
    if status == _UNAUTHORIZED or found.code in _TOKEN_CODES:
        whose = "client" if where == _LOGIN else "access token"
        return TokenInvalidError, f"Act-On does not accept the {whose}"
    if status >= _FAILED_FROM or status == _REQUEST_TIMEOUT:
        return ServerFailedError, "Act-On failed to answer"
    if _OK < status < _REFUSED_FROM:
        return RequestRefusedError, "Act-On answered with a redirection or no content"
    return RequestRefusedError, "Act-On refused the request"


def _decoded_or_none(reply: Reply) -> Any:
    if reply.status == _OK and len(reply.body) > LARGEST_ENVELOPE:
        return None  # no envelope is this large, and decoding a page twice costs time
    try:
        return json.loads(reply.body)
    except (ValueError, RecursionError):
        return None


def _seconds_to_wait(headers: dict[str, str]) -> float | None:
    """Return what Retry-After asks for: seconds, or a date to be measured from the reply's own."""
    text = headers.get("retry-after", "")
    if text.isdecimal():
        return float(text)
    try:
        wait = parsedate_to_datetime(text) - parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, TypeError):
        return None
    return max(0.0, wait.total_seconds())


def _text(value: Any) -> str | None:
    return None if value in (None, "") else str(value)


def _status(text: str | None) -> int | None:
    digits = (text or "")[:3]
    return int(digits) if digits.isdecimal() else None


def _fault(body: dict[str, Any]) -> ReportedError | None:
    fault = body.get("fault")
    if not isinstance(fault, dict):
        return None
    message = " ".join(filter(None, (_text(fault.get("message")), _text(fault.get("description")))))
    return ReportedError(code=_text(fault.get("code")), message=message)


def _api1(body: dict[str, Any]) -> ReportedError | None:
    if "errorCode" not in body:
        return None
    return ReportedError(code=_text(body["errorCode"]), message=_text(body.get("message")))


def _gateway(body: dict[str, Any]) -> ReportedError | None:
    if "httpCode" not in body:
        return None
    code = _text(body["httpCode"])
    message = " ".join(
        filter(None, (_text(body.get("httpMessage")), _text(body.get("moreInformation"))))
    )
    return ReportedError(code=code, message=message, status=_status(code))


def _oauth(body: dict[str, Any]) -> ReportedError | None:
    if not isinstance(body.get("error"), str):
        return None
    return ReportedError(code=body["error"], message=_text(body.get("error_description")))


def _custom_objects(body: dict[str, Any]) -> ReportedError | None:
    if "errorId" not in body:
        return None
    status = _status(_text(body.get("status")))
    return ReportedError(message=_text(body.get("errorMessage")), status=status)


def _transactional(body: dict[str, Any]) -> ReportedError | None:
    if "errorName" in body or body.get("success") is False:
        return ReportedError(code=_text(body.get("errorName")), message=_text(body.get("message")))
    return None


def _contacts(body: dict[str, Any]) -> ReportedError | None:
    if body.get("isSuccess") is False:
        return ReportedError(
            message=_text(body.get("errorMessage")), status=_status(_text(body.get("statusCode")))
        )
    errors = body.get("errors")
    if isinstance(errors, list) and errors and set(body) == {"errors"}:
        return ReportedError(message="; ".join(str(error) for error in errors))
    return None


def _decoded(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return json.loads(body)  # it takes half a character, NaN, and a byte order mark, too
