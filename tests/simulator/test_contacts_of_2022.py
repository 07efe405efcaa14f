"""Act-On Contacts, as the generation of 2022 showed them: tables by heading."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.simulator.conftest import Client


def early(client: Client, path: str) -> str:
    return f"/ucl/v2/segment/contacts/{client.sim.account_id}/{path}"


def opt_outs(client: Client, **params: Any) -> Any:
    return client.json(f"/ucl/v2/segment/{client.sim.account_id}/optout", **params)


def test_ids_of_a_segment_come_beside_the_rows(reader: Client) -> None:
    page = reader.json(early(reader, "list/g-0001"), pageSize=7, pageNumber=1)
    ids = list(page["rowIds"])
    assert page["rowIds"] == {each: int(each.rpartition(":")[2], 16) for each in ids}
    assert ids == list(reader.sim.world.contact_ids())[::2][7:14]
    assert {len(row) for row in page["data"]} == {len(page["headers"])}
    assert page["totalCount"] == 60
    assert page["headers"][0] == "ObjectType"
    assert page["headers"][-2:] == ["Created Date", "Modified Date"]
    assert page["data"][0][-1].endswith(" America/Los_Angeles")


def test_a_segment_comes_a_hundred_rows_a_page_from_0(reader: Client) -> None:
    path = early(reader, "list/g-0001")
    assert len(reader.json(path)["data"]) == 60
    assert reader.json(path, pageNumber=1)["data"] == []
    assert reader.json(path)["pageSize"] == 100


def test_columns_are_chosen_and_rows_searched(client: Client) -> None:
    contact_id = client.sim.world.add_contact({"email": "needle@x.example", "lastName": "N"})
    client.sim.world.add_segment_member("g-0001", contact_id)
    page = client.json(
        early(client, "list/g-0001"), columns="Last Name;E-mail Address", Search="NEEDLE"
    )
    assert (page["headers"], page["data"]) == (
        ["Last Name", "E-mail Address"],
        [["N", "needle@x.example"]],
    )
    assert page["totalCount"] == 1
    assert client.get(early(client, "list/g-0001"), columns="No").status_code == 400


def test_a_segment_comes_as_csv_too(reader: Client) -> None:
    path = early(reader, "list/g-0001")
    page = reader.json(path)
    text = reader.get(path, responseFormat="CSV").content.decode()
    assert list(csv.reader(io.StringIO(text, newline=""))) == [page["headers"], *page["data"]]


def test_a_contact_is_looked_up_by_address_or_cookie(reader: Client) -> None:
    contact = reader.sim.world.contacts.view("inserted")[3]
    by_email = reader.json(early(reader, "lookup"), email=contact.get("email").upper())
    by_cookie = reader.json(early(reader, "lookup"), cookieid=contact.cookie)
    assert by_email == by_cookie
    assert by_email["contactID"] == contact.id
    assert by_email["Company"] == contact.get("company")  # not the second column of that name


def test_nobody_has_an_empty_address(client: Client) -> None:
    client.sim.world.add_contact({"firstName": "Ada"})
    assert client.get(early(client, "lookup"), email="").status_code == 404


def test_what_is_unknown_is_a_404_without_a_body(reader: Client) -> None:
    for path in ("list/g-9999", "lookup?email=nobody@x", "lookup", "activity?contactid=nope"):
        reply = reader.get(early(reader, path))
        assert (reply.status_code, reply.content) == (404, b""), path


def test_activity_goes_back_so_many_months(reader: Client) -> None:
    contact_id = "l-unified-contacts:3"
    path = f"/ucl/v2/{reader.sim.account_id}/contactReport/id/{contact_id}/activity"
    now = reader.json(early(reader, "activity"), contactid=contact_id, months=900)
    assert now["activitylist"]
    assert now == reader.json(path, monthsOfPastData=900)
    assert reader.json(early(reader, "activity"), contactid=contact_id)["activitylist"] == []


def test_contacts_who_opted_out_come_in_pages_from_1(reader: Client) -> None:
    whole = opt_outs(reader)
    assert (whole["offset"], whole["count"], whole["hasNextPage"]) == (1, 100, False)
    assert whole["totalCount"] == len(whole["data"]) > 5
    first, second = opt_outs(reader, pageSize=4), opt_outs(reader, pageSize=4, pageNumber=2)
    assert first["data"] + second["data"] == whole["data"][:8]
    assert (first["hasNextPage"], second["offset"], second["count"]) == (True, 2, 4)


def test_an_opt_out_is_seen_here_and_on_the_list_of_opt_outs(client: Client) -> None:
    contact = client.sim.world.contacts.view("inserted")[-1]
    before = opt_outs(client)["totalCount"]
    client.sim.world.add_suppressed(
        "optout", contact.get("email"), timestamp_ms=1620943200000, origin="Program: ccc"
    )
    page = opt_outs(client)
    assert page["totalCount"] == before + 1
    assert page["data"][-1][:3] == [contact.id, "Thu May 13 2021, 03:00 PM", "Program: ccc"]
