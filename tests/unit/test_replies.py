"""`judge`: a status and any of Act-On's error envelopes become one of our errors.

The bodies are those of the OpenAPI files' examples, of the gateway, and of WSO2's documentation.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tap_acton.errors import (
    ActOnError,
    RateLimitedError,
    RequestRefusedError,
    ServerFailedError,
)
from tap_acton.transport.replies import Reply, TokenInvalidError, judge

WHERE = "GET /api/1/list"
API1 = {"errorCode": 10004, "message": "Invalid or missing list"}
API1_TEXT = {"errorCode": "10010", "message": "Invalid Column Specified"}
GATEWAY_401 = {"httpCode": "401", "httpMessage": "Unauthorized", "moreInformation": ""}
GATEWAY_404 = {
    "httpCode": "404",
    "httpMessage": "Not Found",
    "moreInformation": "No resources match requested URI",
}
GATEWAY_429 = {
    "httpCode": "429",
    "httpMessage": "Too Many Requests",
    "moreInformation": "Rate Limit exceeded",
}
OAUTH = {"error": "invalid_grant", "error_description": "Wrong email or password."}
CUSTOM_OBJECTS = {
    "errorId": "e-1",
    "requestUri": "/custom-objects/x",
    "errorMessage": "No such object",
    "errorList": [],
    "status": "404 NOT_FOUND",
}
TRANSACTIONAL = {"errorName": "INVALID_SENDER", "message": "The sender is unknown"}
TRANSACTIONAL_FALSE = {"success": False, "message": "Suppressed", "suppressedRecipients": []}
CONTACTS_ERRORS = {"errors": ["Column a is missing", "Column b is missing"]}
CONTACTS_MUTATION = {
    "source": "x",
    "errorMessage": "No such contact",
    "statusCode": 404,
    "objectId": None,
    "isSuccess": False,
}


def fault(code: int, message: str = "Message throttled out") -> dict[str, Any]:
    return {"fault": {"code": code, "message": message, "description": "See the policy"}}


def reply(status: int, body: object = b"", **headers: str) -> Reply:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Reply(where=WHERE, status=status, headers=headers, body=content)


def error_of(judged: Reply) -> ActOnError:
    with pytest.raises(ActOnError) as caught:
        judge(judged)
    return caught.value


@pytest.mark.parametrize(
    ("status", "body", "kind", "code", "message"),
    [
        pytest.param(400, API1, RequestRefusedError, "10004", "Invalid or missing list", id="api1"),
        pytest.param(
            400, API1_TEXT, RequestRefusedError, "10010", "Invalid Column", id="api1, code as text"
        ),
        pytest.param(404, GATEWAY_404, RequestRefusedError, "404", "No resources", id="gateway"),
        pytest.param(403, OAUTH, RequestRefusedError, "invalid_grant", "Wrong email", id="oauth"),
        pytest.param(
            400, TRANSACTIONAL, RequestRefusedError, "INVALID_SENDER", "unknown", id="transactional"
        ),
        pytest.param(
            400, TRANSACTIONAL_FALSE, RequestRefusedError, None, "Suppressed", id="success false"
        ),
        pytest.param(
            404, CUSTOM_OBJECTS, RequestRefusedError, None, "No such object", id="custom objects"
        ),
        pytest.param(
            400, CONTACTS_ERRORS, RequestRefusedError, None, "a is missing; Col", id="contacts"
        ),
        pytest.param(
            404, CONTACTS_MUTATION, RequestRefusedError, None, "No such contact", id="isSuccess"
        ),
        pytest.param(415, b"", RequestRefusedError, None, "refused the request", id="empty text"),
        pytest.param(400, b'{"errorCode":1,}', RequestRefusedError, None, "refused", id="no JSON"),
        pytest.param(500, API1, ServerFailedError, "10004", "failed to answer", id="500"),
        pytest.param(502, b"<html>", ServerFailedError, None, "failed to answer", id="502"),
        pytest.param(503, b"", ServerFailedError, None, "failed to answer", id="503"),
        pytest.param(408, b"", ServerFailedError, None, "failed to answer", id="408"),
        pytest.param(401, GATEWAY_401, TokenInvalidError, "401", "access token", id="401"),
        pytest.param(401, b"", TokenInvalidError, None, "access token", id="401 without a body"),
        pytest.param(403, fault(900908, "Forbidden"), RequestRefusedError, "900908", "", id="wso2"),
        pytest.param(302, b"", RequestRefusedError, None, "redirection", id="redirection"),
        pytest.param(204, b"", RequestRefusedError, None, "no content", id="no content"),
    ],
)
def test_each_envelope_is_understood(
    status: int, body: object, kind: type[ActOnError], code: str | None, message: str
) -> None:
    error = error_of(reply(status, body))
    assert (type(error), error.code) == (kind, code)
    assert message in str(error)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        pytest.param(429, GATEWAY_429, id="gateway"),
        pytest.param(429, b"", id="429 without a body"),
        pytest.param(429, b"<html>", id="429 with a page"),
        pytest.param(503, fault(900800), id="wso2 with 503"),
        pytest.param(403, fault(900803), id="wso2 with 403"),
        pytest.param(401, fault(900804), id="wso2 with 401"),
        pytest.param(429, fault(900807), id="wso2 burst"),
        pytest.param(500, fault(900802), id="wso2 with 500"),
        pytest.param(503, {**GATEWAY_429, "httpCode": "503"}, id="503 that says so"),
        pytest.param(
            403,
            {"error": "access_denied", "error_description": "Too many authentication attempts"},
            id="oauth that says so",
        ),
        pytest.param(200, GATEWAY_429, id="200 with an envelope that says so"),
    ],
)
def test_every_form_of_throttling_is_throttling(status: int, body: object) -> None:
    assert type(error_of(reply(status, body))) is RateLimitedError


@pytest.mark.parametrize(
    "body", [{"error": "invalid_client"}, {"error": "access_denied"}, b"Unauthorized"]
)
def test_a_refused_client_is_not_called_a_refused_access_token(body: object) -> None:
    login = replace(reply(401, body), where="POST /token")
    assert "does not accept the client" in str(error_of(login))


@pytest.mark.parametrize("code", [900901, 900902, 900903, 900904, 900905])
def test_wso2s_token_faults_ask_for_another_token(code: int) -> None:
    assert type(error_of(reply(403, fault(code, "Token")))) is TokenInvalidError


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        pytest.param("7", 7.0, id="seconds"),
        pytest.param("Mon, 23 Nov 2026 08:00:30 GMT", 30.0, id="a date"),
        pytest.param("Mon, 23 Nov 2026 07:59:00 GMT", 0.0, id="a date that is over"),
        pytest.param("soon", None, id="a word"),
        pytest.param("", None, id="empty"),
        pytest.param("²", None, id="a digit that is no number"),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_the_wait_that_a_server_asks_for_is_kept(
    status: int, text: str, seconds: float | None
) -> None:
    headers = {"retry-after": text, "date": "Mon, 23 Nov 2026 08:00:00 GMT"}
    error = error_of(Reply(where=WHERE, status=status, headers=headers, body=b""))
    assert error.retryable
    assert error.retry_after_s == seconds


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        pytest.param(API1, RequestRefusedError, id="api1"),
        pytest.param(GATEWAY_401, TokenInvalidError, id="gateway 401"),
        pytest.param({**GATEWAY_401, "httpCode": "500"}, ServerFailedError, id="gateway 500"),
        pytest.param(CONTACTS_MUTATION, RequestRefusedError, id="isSuccess false"),
        pytest.param(CUSTOM_OBJECTS, RequestRefusedError, id="custom objects"),
        pytest.param(fault(900904), TokenInvalidError, id="wso2"),
    ],
)
def test_an_error_envelope_with_status_200_is_an_error(
    body: object, kind: type[ActOnError]
) -> None:
    assert type(error_of(reply(200, body))) is kind


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"result": [], "totalCount": 0}, id="an empty page"),
        pytest.param([], id="a list"),
        pytest.param({"status": "The job is running"}, id="a job"),
        pytest.param({"success": True, "message": "Sent"}, id="success"),
        pytest.param({"isSuccess": True, "objectId": "1"}, id="isSuccess"),
        pytest.param({"errors": []}, id="no errors"),
        pytest.param({"errors": ["x"], "data": []}, id="data beside errors"),
        pytest.param(b"a,b\n1,2\n", id="CSV"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_a_success_is_not_taken_for_an_error(body: object) -> None:
    judge(reply(200, body))


def test_a_large_reply_is_not_searched_for_an_envelope() -> None:
    judge(reply(200, {"errorCode": 1, "message": "x" * 5000}))


def test_an_error_carries_the_services_own_id_of_the_request() -> None:
    judged = Reply(where=WHERE, status=500, headers={"x-request-id": "abc"}, body=b"")
    assert "request id abc" in str(error_of(judged))


def test_an_error_says_where_it_came_from() -> None:
    assert WHERE in str(error_of(reply(400, API1)))


def test_an_errors_text_holds_no_address_and_no_token() -> None:
    token = "0123456789abcdef" * 2
    body = {"errorCode": 10008, "message": f"Invalid contact john.doe@acton.example {token}"}
    text = str(error_of(reply(400, body)))
    assert "john.doe" not in text
    assert token not in text


def test_an_errors_text_does_not_hold_the_body() -> None:
    assert "secret data" not in str(error_of(reply(500, b"secret data")))


def test_the_repr_of_a_reply_does_not_hold_the_body() -> None:
    assert "secret data" not in repr(reply(200, b"secret data"))


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"result": [1, 2', b"[" * 99_999])
def test_a_body_that_is_no_whole_json_is_the_servers_failure(body: bytes) -> None:
    with pytest.raises(ServerFailedError, match="not whole JSON"):
        reply(200, body).json()


def test_an_error_whose_body_is_nested_without_end_is_judged_by_its_status() -> None:
    assert isinstance(error_of(reply(500, b"[" * 99_999)), ServerFailedError)


def test_json_is_decoded_whatever_content_type_it_has() -> None:
    judged = Reply(where=WHERE, status=200, headers={"content-type": "text/html"}, body=b"[1]")
    assert judged.json() == [1]
