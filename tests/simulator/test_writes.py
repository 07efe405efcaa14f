"""Writes, as Act-On's documents show their replies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.simulator.conftest import Client

RECORD = "/api/1/list/l-0001/record"


def send(client: Client, method: str, path: str, **how: Any) -> tuple[int, Any]:
    reply = client.session.request(method, f"{client.sim.url}{path}", timeout=5, **how)
    return reply.status_code, reply.json()


def test_a_new_record_gets_the_next_id(client: Client) -> None:
    status, told = send(client, "POST", RECORD, json={"First Name": "Ada"})
    made = client.sim.world.record_ids("l-0001")[-1]
    assert (status, told) == (
        200,
        {"status": "success", "message": "Record inserted", "id": made, "contact_id": made},
    )


def test_standard_tags_name_columns(client: Client) -> None:
    send(client, "POST", RECORD, json={"EMAIL": "a@b.example", "FIRSTNAME": "Ada"})
    cells = client.sim.world.rows("l-0001")[-1].cells
    assert {"a@b.example", "Ada"} <= {*cells}


def test_a_change_moves_the_date_of_the_record(client: Client) -> None:
    first = client.sim.world.rows("l-0001")[0]
    client.sim.clock.advance(seconds=60)
    status, told = send(client, "PUT", f"{RECORD}/{first.id}", json={"First Name": "Ada"})
    assert (status, told) == (200, {"status": "success", "message": "Record updated"})
    assert client.sim.world.rows("l-0001")[0].modified_ms > first.modified_ms


def test_one_record_is_deleted(client: Client) -> None:
    first = client.sim.world.record_ids("l-0001")[0]
    assert send(client, "DELETE", f"{RECORD}/{first}")[1]["message"] == "Record deleted"
    assert send(client, "DELETE", f"{RECORD}/{first}") == (
        400,
        {"errorCode": 10008, "message": "Invalid contact"},
    )


def test_many_are_deleted_and_those_that_stay_told(client: Client) -> None:
    first = client.sim.world.record_ids("l-0001")[0]
    told = send(client, "DELETE", RECORD, params={"contactids": f"{first},l-0001:zz"})
    failed = [{"id": "l-0001:zz", "reason": "Invalid contact id"}]
    assert told == (200, {"success_count": 1, "fail_count": 1, "failedList": failed})


@pytest.mark.parametrize(
    ("method", "path", "how", "code"),
    [
        ("POST", "/api/1/list/nope/record", {"json": {}}, 10004),
        ("POST", RECORD, {"json": {"Nope": ""}}, 10010),
        ("POST", RECORD, {"data": "no json"}, 10010),
        ("POST", RECORD, {"json": []}, 10010),
        ("PUT", RECORD, {"json": {}}, 10008),
        ("PUT", f"{RECORD}/l-0001:zz", {"json": {}}, 10004),
        ("DELETE", RECORD, {}, 10008),
        ("PUT", "/api/1/list/optout", {}, 10003),
        ("PUT", "/api/1/list/optin", {"data": {"file": "a@b.example"}}, 10003),
    ],
    ids=str,
)
def test_what_is_wrong_is_refused(
    client: Client, method: str, path: str, how: dict[str, Any], code: int
) -> None:
    status, told = send(client, method, path, **how)
    assert (status, told["errorCode"]) == (400, code)


def test_addresses_come_as_a_file(client: Client) -> None:
    file = {"file": ("rows.csv", b"a@b.example\n\nnobody\nc@d.example\n")}
    _, told = send(client, "PUT", "/api/1/list/optout", files=file)
    assert told["message"] == "2 invalid or empty records rejected. 2 valid records processed."
    assert (told["emptyRecords"], told["rejectedRecords"]) == (1, 1)
    emails = [row.email for row in client.sim.world.suppressed("optout")]
    assert emails[-2:] == ["a@b.example", "c@d.example"]


def test_an_unknown_footer_cannot_be_changed(client: Client) -> None:
    status, told = send(client, "PUT", "/api/1/footer/99", data={"title": "T"})
    assert (status, told["errorCode"]) == (404, 10054)
