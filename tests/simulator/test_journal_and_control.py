"""The journal tells what happened and no secret; control calls reach all of it over HTTP."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import requests

if TYPE_CHECKING:
    from tests.simulator.conftest import Client, Connect

ACCOUNT = "/api/1/account"


def test_an_entry_tells_all_about_its_request(client: Client) -> None:
    reply = client.get("/api/1/list", count=2, listingtype="")
    entry = client.sim.journal[-1]
    assert (entry.method, entry.path, entry.status) == ("GET", "/api/1/list", 200)
    assert entry.query == {"count": "2", "listingtype": ""}
    assert entry.bytes_sent == int(reply.headers["Content-Length"])
    assert entry.number == len(client.sim.journal)


def test_entries_are_in_order_of_time(client: Client) -> None:
    for _ in range(3):
        client.get(ACCOUNT)
    moments = [entry.at for entry in client.sim.journal]
    assert moments == sorted(moments)
    assert [entry.grant for entry in client.sim.journal] == ["password", "", "", ""]


def test_the_journal_holds_no_secret(connect: Connect) -> None:
    client = connect(log_in=False)
    known = client.sim.credentials
    secrets = {
        "client_secret": known.client_secret,
        "username": known.username,
        "password": known.password,
    }
    query = {"grant_type": "password", "client_id": known.client_id, **secrets}
    tokens = requests.post(f"{client.sim.url}/token", params=query, timeout=5).json()
    client.get(ACCOUNT, access_token=tokens["access_token"], code="c0de", state="st4te")
    text = json.dumps(client.control("GET", "journal"))
    for secret in (*secrets.values(), *tokens.values(), "c0de", "st4te"):
        if isinstance(secret, str) and secret not in {"Bearer", "offline-access"}:
            assert secret not in text


def test_credentials_hide_their_secrets_from_logs(client: Client) -> None:
    text = repr(client.sim.credentials)
    assert client.sim.credentials.client_secret not in text
    assert client.sim.credentials.password not in text


def test_control_calls_leave_no_trace(connect: Connect) -> None:
    client = connect(requests_per_second=1, latency_ms=10_000, log_in=False)
    for _ in range(3):
        client.control("GET", "clock")
    assert client.control("GET", "journal") == []
    assert client.control("GET", "limits")["used_today"] == 0


def test_the_journal_is_read_filtered_and_cleared_over_http(client: Client) -> None:
    client.get(ACCOUNT)
    client.get("/api/1/logo")
    url = f"{client.sim.control_url}/journal"
    found = requests.get(url, params={"path": "/api/1/*", "method": "GET"}, timeout=5).json()
    assert [entry["path"] for entry in found] == [ACCOUNT, "/api/1/logo"]
    requests.delete(url, timeout=5)
    assert len(client.sim.journal) == 0


def test_faults_are_set_and_removed_over_http(client: Client) -> None:
    given = client.control("POST", "faults", kind="status", status=502, path="/api/1/*", times=0)
    assert client.control("GET", "faults")[0]["status"] == 502
    assert client.get(ACCOUNT).status_code == 502
    client.control("DELETE", "faults", id=given["id"])
    assert client.get(ACCOUNT).status_code == 200


def test_changes_are_set_over_http(client: Client) -> None:
    client.control("POST", "changes", action="delete", target="l-0001", count=3)
    assert client.control("GET", "changes")[0]["action"] == "delete"
    assert client.json("/api/1/list/l-0001")["totalCount"] == 27
    client.control("DELETE", "changes")
    assert client.control("GET", "changes") == []


def test_the_clock_advances_over_http(client: Client) -> None:
    before = client.control("GET", "clock")
    after = client.control("POST", "clock", seconds=3600)
    assert after["ahead_s"] == 3600
    assert after["now_ms"] - before["now_ms"] >= 3_600_000
    assert client.get(ACCOUNT).status_code == 401


def test_limits_change_over_http(client: Client) -> None:
    client.control("POST", "limits", requests_per_second=1)
    assert [client.get(ACCOUNT).status_code for _ in range(3)].count(429) >= 1


def test_tokens_are_ended_and_counted_over_http(client: Client) -> None:
    client.control("POST", "tokens/expire_access")
    assert client.get(ACCOUNT).status_code == 401
    client.control("POST", "tokens/revoke_refresh")
    assert client.refresh().status_code == 403
    code = client.control("POST", "tokens/mint_code", redirect_uri="http://localhost")["code"]
    client.post_token("authorization_code", code=code, redirect_uri="http://localhost")
    assert client.control("GET", "tokens") == {
        "password": 1,
        "refresh_token": 1,
        "authorization_code": 1,
        "refused": 1,
    }


def test_the_world_changes_over_http(client: Client) -> None:
    made = client.control(
        "POST", "world/add_list", name="New", headers=["Email", "n"], rows=[["a@x", "1"]]
    )["result"]
    new = client.control("POST", "world/insert_record", list_id=made, values={"n": "2"})["result"]
    client.control("POST", "world/update_record", record_id=new, values={"n": "3"})
    page = client.json(f"/api/1/list/{made}")
    assert page["data"] == [[f"{made}:0", "a@x", "1"], [f"{made}:1", "", "3"]]
    assert page["emailColumn"] == 1
    client.control("POST", "world/delete_record", record_id=new)
    assert client.control("POST", "world/record_ids", list_id=made)["result"] == [f"{made}:0"]


def test_the_summary_counts_what_clients_can_read(client: Client) -> None:
    world = client.control("GET", "world")
    listed = client.json("/api/1/list")["result"]
    assert [str(each["rows"]) for each in world["lists"] + world["segments"]] == [
        row["sourceSize"] for row in listed
    ]
    assert world["messages"]["SENT"] == 12
    assert world["suppressed"] == {"hardbounce": 7, "optout": 7, "spamcomplaint": 7}
    assert world["forms"] == 6


def test_every_route_names_its_source(reader: Client) -> None:
    for route in reader.control("GET", "routes"):
        assert route["source"].startswith(("SPEC", "HC", "OLD", "CODE", "guess")), route


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "faults", {"kind": "surprise"}),
        ("POST", "faults", {"colour": "red"}),
        ("POST", "changes", {"action": "delete", "target": "l-9999"}),
        ("POST", "world/insert_record", {"list_id": "l-9999"}),
        ("POST", "world/delete_message", {"message_id": "s-9999-0000"}),
        ("POST", "world/update_record", {"record_id": "l-0001:0", "values": {"No such": ""}}),
        ("POST", "clock", {"seconds": -1}),
        ("POST", "limits", {"speed": 1}),
        ("POST", "clock", ["list"]),
    ],
    ids=[
        "kind",
        "field",
        "change",
        "list",
        "message",
        "heading",
        "clock",
        "limit",
        "array",
    ],
)
def test_a_bad_control_call_says_what_is_wrong(
    reader: Client, method: str, path: str, body: object
) -> None:
    url = f"{reader.sim.control_url}/{path}"
    reply = requests.request(method, url, json=body, timeout=5)
    assert reply.status_code == 400
    assert reply.json()["error"]


def test_limits_take_numbers_only(reader: Client) -> None:
    url = f"{reader.sim.control_url}/limits"
    assert requests.post(url, json={"daily_requests": "many"}, timeout=5).status_code == 400


def test_an_unknown_control_call_lists_the_known_ones(reader: Client) -> None:
    reply = requests.get(f"{reader.sim.control_url}/nothing", timeout=5)
    assert reply.status_code == 404
    assert "GET journal" in reply.json()["known"]
