"""Each fault does what it says, to the requests it is meant for, and is seen in the journal."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tap_acton.simulator import Fault

if TYPE_CHECKING:
    from tests.simulator.conftest import Client, Connect

LIST = "/api/1/list/l-0001"
ACCOUNT = "/api/1/account"


@pytest.mark.parametrize(
    ("fields", "status", "body"),
    [
        (
            {"status": 502},
            502,
            '{"httpCode":"502","httpMessage":"Bad Gateway","moreInformation":""}',
        ),
        (
            {"status": 400, "envelope": "api", "code": 10008},
            400,
            '{"errorCode":10008,"message":"Invalid contact"}',
        ),
        (
            {"status": 403, "envelope": "oauth", "message": "No."},
            403,
            '{"error":"invalid_grant","error_description":"No."}',
        ),
        (
            {"status": 503, "envelope": "wso2"},
            503,
            (
                '{"fault":{"code":900800,"message":"Message throttled out",'
                '"description":"You have exceeded your quota"}}'
            ),
        ),
        ({"status": 500, "envelope": "empty"}, 500, ""),
        ({"status": 418, "body": "teapot"}, 418, "teapot"),
    ],
    ids=["gateway", "api", "oauth", "wso2", "empty", "raw"],
)
def test_status_sends_any_status_in_any_envelope(
    client: Client, fields: dict[str, Any], status: int, body: str
) -> None:
    client.sim.faults.add(Fault(kind="status", **fields))
    reply = client.get(ACCOUNT)
    assert (reply.status_code, reply.text) == (status, body)
    assert client.get(ACCOUNT).status_code == 200


def test_throttle_can_name_a_time_to_wait(client: Client) -> None:
    client.sim.faults.add(Fault(kind="throttle", retry_after="7"))
    reply = client.get(ACCOUNT)
    assert (reply.status_code, reply.headers["Retry-After"]) == (429, "7")


def test_unauthorized_strikes_the_request_it_is_told_to(client: Client) -> None:
    client.sim.faults.add(Fault(kind="unauthorized", path="/api/1/acc*", first=2))
    client.get("/api/1/logo")
    assert [client.get(ACCOUNT).status_code for _ in range(3)] == [200, 401, 200]


def test_times_zero_strikes_for_ever(client: Client) -> None:
    number = client.sim.faults.add(Fault(kind="status", first=2, times=0))
    assert [client.get(ACCOUNT).status_code for _ in range(4)] == [200, 500, 500, 500]
    client.sim.faults.remove(number)
    assert client.get(ACCOUNT).status_code == 200


def test_a_fault_strikes_only_its_method(client: Client) -> None:
    client.sim.faults.add(Fault(kind="status", method="POST"))
    assert client.get(ACCOUNT).status_code == 200
    assert client.log_in().status_code == 500


def test_reset_ends_the_connection_before_any_byte(client: Client) -> None:
    client.sim.faults.add(Fault(kind="reset"))
    with pytest.raises(requests.ConnectionError, match="reset"):
        client.get(ACCOUNT)
    assert client.sim.journal[-1].status == 0
    assert client.sim.journal[-1].bytes_sent == 0


def test_reset_body_ends_the_connection_inside_the_body(client: Client) -> None:
    client.sim.faults.add(Fault(kind="reset_body", keep=0.3))
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        client.get(LIST)
    assert client.sim.journal[-1].status == 200
    assert client.sim.journal[-1].bytes_sent > 0


def test_truncated_promises_more_than_it_sends(client: Client) -> None:
    client.sim.faults.add(Fault(kind="truncated"))
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
        client.get(LIST)


def test_cut_json_is_complete_http_and_broken_json(client: Client) -> None:
    client.sim.faults.add(Fault(kind="cut_json"))
    reply = client.get(LIST)
    assert reply.status_code == 200
    with pytest.raises(requests.exceptions.JSONDecodeError):
        reply.json()


def test_non_json_is_a_page_with_status_200(client: Client) -> None:
    client.sim.faults.add(Fault(kind="non_json"))
    reply = client.get(ACCOUNT)
    assert (reply.status_code, reply.text[:9]) == (200, "<!DOCTYPE")


def test_slow_holds_the_reply_back(client: Client) -> None:
    client.sim.faults.add(Fault(kind="slow", delay_s=0.05))
    started = time.monotonic()
    assert client.get(ACCOUNT).status_code == 200
    assert time.monotonic() - started >= 0.05


def test_slow_outlasts_an_impatient_client(client: Client) -> None:
    client.sim.faults.add(Fault(kind="slow", delay_s=30))
    with pytest.raises(requests.Timeout):
        client.session.get(f"{client.sim.url}{ACCOUNT}", timeout=0.05)


def test_drip_sends_the_whole_body_in_pieces(client: Client) -> None:
    whole = client.json(LIST)
    client.sim.faults.add(Fault(kind="drip", pieces=5, delay_s=0.002))
    assert client.json(LIST) == whole


def test_a_lost_refresh_reply_has_rotated_the_tokens(client: Client) -> None:
    client.sim.faults.add(Fault(kind="lost_refresh_reply"))
    assert client.log_in().status_code == 200  # only refreshes are struck
    old = client.tokens["refresh_token"]
    with pytest.raises(requests.ConnectionError):
        client.refresh()
    assert client.post_token("refresh_token", refresh_token=old).status_code == 403
    assert client.get(ACCOUNT).status_code == 401


def test_repeated_page_sends_the_page_before_again(client: Client) -> None:
    client.sim.faults.add(Fault(kind="repeated_page", path=LIST, first=2))
    first, again, third = (client.json(LIST, count=5, offset=at) for at in (0, 5, 10))
    assert again == first
    assert third["offset"] == 10


@pytest.mark.parametrize(
    ("path", "rows"),
    [(LIST, "data"), ("/api/1/list/optout", "result"), ("/api/1/message", "msgresult")],
)
def test_empty_page_hides_rows_that_are_left(client: Client, path: str, rows: str) -> None:
    client.sim.faults.add(Fault(kind="empty_page"))
    page, then = client.json(path, count=2), client.json(path, count=2)
    assert (page["count"], page[rows]) == (0, [])
    assert page["totalCount"] == then["totalCount"]
    assert len(then[rows]) == 2


def test_wrong_total_leaves_the_rows_alone(client: Client) -> None:
    client.sim.faults.add(Fault(kind="wrong_total", total=3))
    page = client.json(LIST, count=10)
    assert (page["totalCount"], len(page["data"])) == (3, 10)


def test_faults_of_pages_leave_other_replies_alone(client: Client) -> None:
    client.sim.faults.add(Fault(kind="wrong_total", times=2))
    assert isinstance(client.json("/api/1/form"), list)
    assert client.get(LIST, responseformat="CSV").status_code == 200


def test_requests_that_a_limit_rejects_use_no_fault_up(connect: Connect) -> None:
    client = connect(daily_requests=2)
    client.sim.faults.add(Fault(kind="status", first=2))
    assert [client.get(ACCOUNT).status_code for _ in range(2)] == [200, 429]
    client.sim.limits.change(daily_requests=0)
    assert client.get(ACCOUNT).status_code == 500


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "surprise"},
        {"kind": "status", "envelope": "paper"},
        {"kind": "status", "first": 0},
        {"kind": "status", "status": 9},
        {"kind": "truncated", "keep": 2},
    ],
    ids=["kind", "envelope", "first", "status", "keep"],
)
def test_a_fault_that_makes_no_sense_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"unknown|counts|range|keep"):
        Fault(**fields)


def test_the_journal_names_the_fault(client: Client) -> None:
    client.sim.faults.add(Fault(kind="throttle"))
    client.get(ACCOUNT)
    client.get(ACCOUNT)
    assert [(entry.status, entry.fault) for entry in client.sim.journal[-2:]] == [
        (429, "throttle"),
        (200, ""),
    ]
