"""Custom objects: definitions, datasets, jobs, and queries with their joins and pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tap_acton.simulator import Fault

if TYPE_CHECKING:
    import requests

    from tap_acton.simulator.world.objects import Dataset
    from tests.simulator.conftest import Client, Connect

PLAIN = {"joinEnabled": False}


def base(client: Client) -> str:
    return f"/custom-objects/v1/{client.sim.account_id}"


def dataset_of(client: Client, number: int) -> Dataset:
    """The dataset with this number: two of the first object, one-to-one, then two of the second."""
    return list(client.sim.world.objects.datasets.values())[number]


def ask(client: Client, number: int, **body: Any) -> requests.Response:
    found = dataset_of(client, number)
    path = f"{base(client)}/query/{found.schema.id}/{found.id}/joinWithOther"
    return client.session.post(f"{client.sim.url}{path}", json=body, timeout=5)


def rows(client: Client, number: int, **body: Any) -> list[dict[str, Any]]:
    reply = ask(client, number, **{"pagination": {"size": 1000}, **body})
    assert reply.status_code == 200, reply.text
    found: list[dict[str, Any]] = reply.json()["data"]
    return found


def test_definitions_have_the_fields_of_the_documented_request(reader: Client) -> None:
    listed = reader.json(f"{base(reader)}/schema/all")["data"]
    assert [each["name"] for each in listed] == ["Membership", "Orders"]
    for each in listed:
        assert reader.json(f"{base(reader)}/schema/{each['id']}") == each
        assert {"STRING_ARRAY", "DATETIME", "JSON", "ENUM", "CURRENCY", "DATE"} <= {
            field["type"] for field in each["fields"]
        }


def test_datasets_are_found_by_id_and_by_name(reader: Client) -> None:
    everything = reader.json(f"{base(reader)}/data/all")["data"]
    assert len(everything) == 4
    for each in everything:
        of_object = f"{base(reader)}/data/{each['objectId']}"
        assert each in reader.json(f"{of_object}/all")["data"]
        assert reader.json(f"{of_object}/{each['id']}") == each
        assert reader.json(f"{of_object}/{each['name']}") == each
        assert each["recordCount"] == 45


def test_a_job_that_failed_names_its_report(reader: Client) -> None:
    found = dataset_of(reader, 0)
    good = reader.json(f"{base(reader)}/data/status/{found.job_id}")
    bad = reader.json(f"{base(reader)}/data/status/{found.failed_job_id}")
    assert (good["status"], "reportUrl" in good) == ("COMPLETED", False)
    report = reader.get(bad["reportUrl"])
    assert report.headers["Content-Type"].startswith("text/csv")
    assert len(report.text.splitlines()) == 2


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("schema/nope", 404, "404 NOT_FOUND"),
        ("data/nope/all", 404, "404 NOT_FOUND"),
        ("data/nope/nope", 404, "404 NOT_FOUND"),
        ("data/status/nope", 400, "400 BAD_REQUEST"),
        ("data/report/nope", 400, "400 BAD_REQUEST"),
    ],
)
def test_an_error_has_the_documented_fields(
    reader: Client, path: str, status: int, words: str
) -> None:
    reply = reader.get(f"{base(reader)}/{path}")
    assert reply.status_code == status
    error = reply.json()
    assert set(error) == {"errorId", "requestUri", "errorMessage", "errorList", "status"}
    assert (error["status"], error["requestUri"]) == (words, f"{base(reader)}/{path}")


def test_another_account_and_one_that_is_not_enrolled_are_refused(connect: Connect) -> None:
    client = connect(custom_objects_enrolled=False)
    refused = client.get(f"{base(client)}/schema/all")
    assert (refused.status_code, refused.json()["status"]) == (403, "403 FORBIDDEN")
    client = connect()
    assert client.get("/custom-objects/v1/1/schema/all").status_code == 403


def test_without_a_join_every_row_comes_once(reader: Client) -> None:
    found = rows(reader, 0, joinStrategy=PLAIN)
    assert [row["co.sys.id"] for row in found] == list(
        reader.sim.world.object_row_ids(dataset_of(reader, 0).id)
    )


def test_the_default_join_loses_rows_of_equal_addresses_one_to_one(reader: Client) -> None:
    plain = rows(reader, 0, joinStrategy=PLAIN)
    emails = [row["co.email"] for row in plain]
    assert len(set(emails)) < len(emails)
    for body in ({}, {"joinStrategy": {"useDefaults": True, "joinEnabled": False}}):
        joined = rows(reader, 0, **body)
        assert sorted(row["co.email"] for row in joined) == sorted(set(emails))
        last = {row["co.email"]: row["co.sys.createdAt"] for row in sorted(plain, key=created)}
        assert {row["co.email"]: row["co.sys.createdAt"] for row in joined} == last


def created(row: dict[str, Any]) -> str:
    return str(row["co.sys.createdAt"])


def test_the_default_join_keeps_all_rows_one_to_many(reader: Client) -> None:
    assert len(rows(reader, 2)) == 45


def test_a_join_puts_fields_of_the_contact_beside_those_of_the_row(client: Client) -> None:
    email = "twice@x.example"
    for name in ("First", "Second"):
        client.sim.world.add_contact({"email": email, "firstName": name, "Employees": "7"})
        client.sim.clock.advance(seconds=1)
    target = dataset_of(client, 2).id
    client.sim.world.insert_object_row(target, {"email": email, "orders_id": "O-1"})
    body = {"selectFields": ["co.orders_id", "aoc.firstName", "aoc.customFields.99"]}
    search = {"searchTerm": "o-1", **body}
    latest = {"co.orders_id": "O-1", "aoc.firstName": "Second", "aoc.customFields.99": "7"}
    assert rows(client, 2, **search)[-1] == latest
    both = rows(client, 2, joinStrategy={"duplicates": "allow"}, **search)
    assert [
        row["aoc.firstName"] for row in both if row["aoc.firstName"] in {"First", "Second"}
    ] == [
        "First",
        "Second",
    ]
    oldest = rows(client, 2, joinStrategy={"otherSelector": "first"}, **search)
    assert oldest[-1]["aoc.firstName"] == "First"


def test_rows_of_nobody_have_no_contact_and_may_be_left_out(reader: Client) -> None:
    fields = ["co.email", "aoc.id"]
    found = rows(reader, 2, selectFields=fields)
    assert any(row["aoc.id"] is None for row in found)
    matching = rows(reader, 2, selectFields=fields, joinStrategy={"onlyMatching": True})
    assert matching == [row for row in found if row["aoc.id"]]


def test_pages_by_number_come_twenty_rows_each(reader: Client) -> None:
    sizes, ids = [], []
    for number in range(4):
        reply = ask(reader, 1, joinStrategy=PLAIN, pagination={"page": number}).json()
        sizes.append(len(reply["data"]))
        ids += [row["co.sys.id"] for row in reply["data"]]
        assert (reply["page"], reply["size"], reply["totalCount"]) == (number, 20, 45)
    assert sizes == [20, 20, 5, 0]
    assert len(set(ids)) == 45


def test_the_page_before_can_be_repeated(client: Client) -> None:
    client.sim.faults.add(Fault(kind="repeated_page", path="/custom-objects/*"))
    pages = [rows(client, 1, pagination={"page": number}) for number in (1, 0, 1)]
    assert pages[0] == pages[1] != pages[2]


def test_the_deprecated_page_and_order_still_hold(reader: Client) -> None:
    reply = ask(
        reader, 1, joinStrategy=PLAIN, page=1, size=10, sortBy="pieces", sortByDirection="desc"
    ).json()
    whole = rows(
        reader, 1, joinStrategy=PLAIN, sortFields=[{"field": "co.pieces", "direction": "desc"}]
    )
    assert reply["data"] == whole[10:20]


def test_a_token_leads_to_the_next_page_though_rows_go(client: Client) -> None:
    target = dataset_of(client, 1).id
    before = list(client.sim.world.object_row_ids(target))
    first, token = token_page(client, None)
    client.sim.world.delete_object_row(before[2])
    client.sim.world.delete_object_row(before[9])  # the row that the token stands for
    second, token = token_page(client, token)
    assert first + second == before[:20]
    for _ in range(3):
        rest, token = token_page(client, token)
    assert (len(rest), token) == (5, None)


def token_page(client: Client, token: str | None) -> tuple[list[str], str | None]:
    pagination = {"size": 10, "pageStrategy": "CURSOR", "nextPageToken": token}
    reply = ask(client, 1, joinStrategy=PLAIN, pagination=pagination).json()
    return [row["co.sys.id"] for row in reply["data"]], reply["nextPageToken"]


def test_rows_are_sorted_by_several_fields(reader: Client) -> None:
    found = rows(
        reader,
        1,
        joinStrategy=PLAIN,
        sortFields=[{"field": "co.state"}, {"field": "co.amount", "direction": "desc"}],
    )
    keys = [(row["co.state"], -row["co.amount"]) for row in found]
    assert keys == sorted(keys)


def test_moments_are_written_in_the_zone_that_is_asked_for(reader: Client) -> None:
    row = rows(reader, 1, datetimeFieldsTimezone="Asia/Tokyo")[0]
    assert row["co.when"].endswith("+09:00")
    assert row["co.sys.createdAt"].endswith("+09:00")


@pytest.mark.parametrize(
    "body",
    [
        {"selectFields": ["email"]},
        {"selectFields": ["co.nope"]},
        {"selectFields": ["co.email"] * 2001},
        {"selectFields": "co.*"},
        {"sortFields": [{"field": "co.email"}] * 11},
        {"sortFields": ["co.email"]},
        {"filterExpression": "co.email = 'a'"},
        {"pagination": {"size": 0}},
        {"pagination": {"pageStrategy": "LEAP"}},
        {"pagination": {"pageStrategy": "CURSOR", "nextPageToken": "nope"}},
        {"pagination": {"pageStrategy": "CURSOR", "nextPageToken": 7}},
        {"joinStrategy": {"duplicates": "some"}},
        {"joinStrategy": []},
        {"datetimeFieldsTimezone": "Mars/Olympus"},
    ],
    ids=[
        "no prefix",
        "unknown field",
        "too many fields",
        "fields as text",
        "too many orders",
        "order as text",
        "filter",
        "size",
        "strategy of pages",
        "token",
        "token as number",
        "duplicates",
        "join as array",
        "zone",
    ],
)
def test_a_bad_query_is_refused(reader: Client, body: dict[str, Any]) -> None:
    reply = ask(reader, 0, **body)
    assert (reply.status_code, reply.json()["status"]) == (400, "400 BAD_REQUEST")


def test_a_query_of_an_unknown_dataset_is_a_404(reader: Client) -> None:
    url = f"{reader.sim.url}{base(reader)}/query/nope/nope/joinWithOther"
    assert reader.session.post(url, json={}, timeout=5).status_code == 404


def test_rows_of_custom_objects_come_change_and_go(client: Client) -> None:
    world, target = client.sim.world, dataset_of(client, 3).id
    new = world.insert_object_row(target)
    world.delete_object_row(new)
    newer = world.insert_object_row(target, {"pieces": 3})
    assert newer != new
    client.sim.clock.advance(seconds=5)
    world.update_object_row(newer, {"pieces": 4})
    row = rows(client, 3, joinStrategy=PLAIN)[-1]
    assert (row["co.pieces"], row["co.email"], row["co.sys.id"]) == (4, None, newer)
    assert row["co.sys.updatedAt"] > row["co.sys.createdAt"]
    with pytest.raises(ValueError, match="colour"):
        world.update_object_row(newer, {"colour": "red"})


def test_there_are_as_many_objects_and_rows_as_the_options_say(connect: Connect) -> None:
    client = connect(custom_objects=3, custom_object_rows=4)
    listed = client.json(f"{base(client)}/data/all")["data"]
    assert [each["recordCount"] for each in listed] == [4] * 6
    assert len({each["objectId"] for each in listed}) == 3
