"""Resources whose replies no document shows: pages, contents, uploads, search, cookies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.simulator.conftest import Client, Connect


def test_a_landing_page_has_the_url_of_its_listing(reader: Client) -> None:
    for folder in reader.json("/api/1/page"):
        for entry in folder["entries"]:
            path = f"/api/1/page/{entry['id']}"
            assert reader.json(path) == {**entry, "folder": folder["folder"]}
            assert reader.json(f"{path}/urls") == {"urls": [{"url": entry["url"]}]}


@pytest.mark.parametrize("rest", ["", "/urls"])
def test_an_unknown_landing_page_is_refused(reader: Client, rest: str) -> None:
    reply = reader.get(f"/api/1/page/nope{rest}")
    assert (reply.status_code, reply.json()["errorCode"]) == (400, 10013)


@pytest.mark.parametrize("kind", ["SENT", "DRAFT", "TEMPLATE"])
def test_a_message_is_shown_to_a_record_as_a_page(client: Client, kind: str) -> None:
    record_id = client.sim.world.insert_record("l-0001", {"First Name": "Ada <3"})
    message_id = client.sim.world.add_message(kind=kind, subject="A & B")
    reply = client.get(f"/api/1/message/{message_id}/{record_id}")
    assert reply.headers["Content-Type"] == "text/html;charset=UTF-8"
    assert "Dear Ada &lt;3," in reply.text
    assert "<h1>A &amp; B</h1>" in reply.text


@pytest.mark.parametrize(
    ("message_id", "record_id", "status", "code"),
    [("nope", "l-0001:0", 404, 10030), (None, "l-0001:fff", 400, 10008), (None, "x", 400, 10008)],
    ids=["message", "record", "list"],
)
def test_a_message_or_record_that_is_unknown_is_refused(
    reader: Client, message_id: str | None, record_id: str, status: int, code: int
) -> None:
    known = reader.sim.world.mailbox.of_type("SENT")[0].id
    reply = reader.get(f"/api/1/message/{message_id or known}/{record_id}")
    assert (reply.status_code, reply.json()["errorCode"]) == (status, code)


def test_an_upload_is_done_runs_or_waits(reader: Client) -> None:
    uploads = reader.sim.world.uploads.lists
    done, running, pending = (reader.json(f"/api/1/list/{each.id}/status") for each in uploads)
    assert json.loads(done["jobDetails"]) == done["details"]
    assert done["details"]["appendCount"] == uploads[0].appended
    assert running == {"status": "The job is running"}
    assert pending == {"status": "The job is pending"}


def test_rejected_rows_of_an_upload_are_in_its_file(reader: Client) -> None:
    job_id = reader.sim.world.uploads.lists[0].id
    details = reader.json(f"/api/1/list/{job_id}/status")["details"]
    path = "/api/1/list/rejectedUploadRecords"
    lines = reader.get(path, filename=details["rejectedRecordsUrl"]).text.splitlines()
    assert len(lines) - 1 == details["rejectedCount"] > 0
    assert reader.get(path, filename="nope.csv").json()["errorCode"] == 10017


def test_an_upload_of_custom_events_has_a_status_too(reader: Client) -> None:
    event, upload = reader.sim.world.uploads.events[0], reader.sim.world.uploads.lists[0]
    assert reader.json(f"/api/1/customevents/{event.id}/status")["status"] == "success"
    assert reader.get(f"/api/1/customevents/{upload.id}/status").json()["errorCode"] == 10017


def test_there_are_as_many_uploads_and_imports_as_the_options_say(connect: Connect) -> None:
    client = connect(uploads=5, imports=4)
    assert len(client.sim.world.uploads.lists) == len(client.sim.world.uploads.events) == 5
    path = f"/ucl/v2/{client.sim.account_id}/import/definition"
    assert len(client.json(path)["data"]) == 4


@pytest.mark.parametrize("kind", ["seoreport", "seokeywords"])
def test_search_needs_the_address_of_a_page(reader: Client, kind: str) -> None:
    url = "https://www.example.com/"
    found = reader.json(f"/api/1/{kind}", url=url, keyword="webinar")
    assert found == reader.json(f"/api/1/{kind}", url=url, keyword="webinar")
    assert found
    reply = reader.get(f"/api/1/{kind}", keyword="webinar")
    assert (reply.status_code, reply.json()["errorCode"]) == (400, 90004)


def test_a_cookie_leads_to_its_contact(reader: Client) -> None:
    contact = reader.sim.world.contacts.view("inserted")[2]
    assert reader.json("/api/1/list/lookup", cookie=contact.cookie) == {"contactID": contact.id}
    reply = reader.get("/api/1/list/lookup", cookie="nope")
    assert (reply.status_code, reply.json()["errorCode"]) == (400, 10008)
