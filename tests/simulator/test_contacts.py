"""Act-On Contacts, as the present generation of `/ucl/v2` shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tap_acton.simulator import Change, Fault

if TYPE_CHECKING:
    import requests

    from tests.simulator.conftest import Client, Connect


def ucl(client: Client, path: str) -> str:
    return f"/ucl/v2/{client.sim.account_id}/{path}"


def page(client: Client, **params: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = client.json(ucl(client, "contact/"), **params)["data"]
    return rows


def ask(client: Client, body: object, **params: Any) -> requests.Response:
    url = f"{client.sim.url}{ucl(client, 'contact/byFields')}"
    return client.session.post(url, params=params, json=body, timeout=5)


def test_contacts_come_fifty_a_page_counted_from_0(reader: Client) -> None:
    ids = [row["id"] for number in range(4) for row in page(reader, page=number)]
    assert [len(page(reader, page=number)) for number in range(4)] == [50, 50, 20, 0]
    assert ids == list(reader.sim.world.contact_ids())


def test_a_page_of_contacts_holds_at_most_a_thousand(connect: Connect) -> None:
    client = connect(ucl_contacts=1005)
    assert len(page(client, pageSize=5000)) == 1000
    assert len(page(client, pageSize=5000, page=1)) == 5


def test_a_contact_has_the_documented_properties(reader: Client) -> None:
    row = page(reader, pageSize=1)[0]
    contact = reader.sim.world.contacts.view("inserted")[0]
    assert {
        "id", "objectType", "externalId", "legacyRecordId", "createdDate", "updatedDate",
        "actonPrimaryScore", "firstName", "lastName", "middleName", "company", "email", "title",
        "department", "businessCity", "businessCountry", "businessFax", "businessPhone",
        "businessState", "businessStreet", "businessWebsite", "businessZip", "personalCity",
        "personalCountry", "personalState", "personalStreet", "personalWebsite", "personalZip",
        "homePhone", "mobilePhone", "picture", "timezone", "dateOfBirth", "customFields",
    } == set(row)  # fmt: skip
    assert (row["id"], row["createdDate"]) == ("l-unified-contacts:0", str(contact.created_ms))
    assert row["department"] is None


def test_custom_fields_go_by_the_column_indexes_of_the_schema(reader: Client) -> None:
    columns = reader.json(ucl(reader, "schema/"), skipHidden="false", skipReadOnly="false")
    known = {str(each["columnIndex"]) for each in columns["columns"]}
    used = {index for row in page(reader, pageSize=200) for index in row["customFields"]}
    assert used <= known
    assert {"44", "98", "104"} <= used


@pytest.mark.parametrize(
    ("envelope", "key"), [("data", "data"), ("contacts", "contacts"), ("array", None)]
)
def test_lists_and_single_contacts_take_the_frame_of_the_option(
    connect: Connect, envelope: str, key: str | None
) -> None:
    client = connect(contact_envelope=envelope)
    reply = client.json(ucl(client, "contact/"), pageSize=3)
    rows = reply if key is None else reply[key]
    assert len(rows) == 3
    assert key is None or reply["totalCount"] == 120
    one = client.json(ucl(client, f"contact/id/{rows[1]['id']}"))
    assert (one["data"] if envelope == "data" else one) == rows[1]


def test_segments_have_a_frame_of_their_own_name(connect: Connect) -> None:
    client = connect(contact_envelope="contacts")
    assert [each["id"] for each in client.json(ucl(client, "segment/"))["segments"]] == [
        "g-0001",
        "q-1002",
    ]


@pytest.mark.parametrize(
    ("dates", "text"),
    [
        ("ms", "1725392821000"),
        ("iso", "2024-09-03T19:47:01.000Z"),
        ("words", "Sep 3 2024 12:47 America/Los_Angeles"),
    ],
)
def test_moments_of_contacts_take_the_format_of_the_option(
    connect: Connect, dates: str, text: str
) -> None:
    client = connect(contact_dates=dates)
    contact_id = client.sim.world.add_contact({"Last Meeting": "1725392821000"})
    row = client.json(ucl(client, f"contact/id/{contact_id}"))["data"]
    assert row["customFields"] == {"98": text}


@pytest.mark.parametrize(
    ("after", "before", "stamp"),
    [
        ("createdAfter", "createdBefore", "created_ms"),
        ("updatedAfter", "updatedBefore", "updated_ms"),
    ],
    ids=["created", "updated"],
)
def test_filters_of_contacts_are_in_seconds(
    reader: Client, after: str, before: str, stamp: str
) -> None:
    found = reader.sim.world.contacts.view("inserted")
    moments = sorted(getattr(each, stamp) for each in found)
    low_s, high_s = moments[30] // 1000, moments[90] // 1000
    wanted = [each.id for each in found if low_s * 1000 < getattr(each, stamp) < high_s * 1000]
    reply = reader.json(ucl(reader, "contact/"), pageSize=200, **{after: low_s, before: high_s})
    assert [row["id"] for row in reply["data"]] == wanted
    assert reply["totalCount"] == len(wanted) > 40


def test_milliseconds_sent_as_seconds_find_no_contact(reader: Client) -> None:
    assert page(reader, updatedAfter=1_600_000_000_000) == []


def test_chosen_fields_come_with_the_id(reader: Client) -> None:
    rows = ask(reader, ["E-Mail address", "company"], pageSize=200).json()["data"]
    assert {frozenset(row) for row in rows} == {
        frozenset({"id", "email", "company", "customFields"})
    }
    assert {index for row in rows for index in row["customFields"]} == {"104"}
    assert len(rows) == 120


@pytest.mark.parametrize("body", [["no such"], {"a": 1}, [1]], ids=["unknown", "object", "number"])
def test_bad_names_of_fields_are_refused(reader: Client, body: object) -> None:
    reply = ask(reader, body)
    assert reply.status_code == 400
    assert reply.json()["errors"]


def test_an_address_may_belong_to_several_contacts_and_two_come(connect: Connect) -> None:
    client = connect()
    for _ in range(3):
        client.sim.world.add_contact({"email": "a+b/c@x.example"})
    path = ucl(client, "contact/email/A%2Bb%2Fc@x.example")
    assert len(client.json(path)["data"]) == 2
    assert len(client.json(path, page=1)["data"]) == 1
    assert client.json(path)["totalCount"] == 3


def test_an_address_of_nobody_is_an_empty_list(reader: Client) -> None:
    assert reader.json(ucl(reader, "contact/email/nobody@x"))["data"] == []


def test_some_generated_contacts_share_an_address(reader: Client) -> None:
    emails = [each.get("email") for each in reader.sim.world.contacts.view("inserted")]
    assert len(set(emails)) < len(emails)


@pytest.mark.parametrize("way", ["id", "externalId", "cookieId"])
def test_a_contact_is_found_by_each_of_its_ids(reader: Client, way: str) -> None:
    contact = next(
        each for each in reader.sim.world.contacts.view("inserted") if each.get("externalId")
    )
    external = f"{contact.get('objectType')}/{contact.get('externalId')}"
    paths = {"id": contact.id, "externalId": external, "cookieId": contact.cookie}
    found = reader.json(ucl(reader, f"contact/{way}/{paths[way]}"))["data"]
    assert found["id"] == contact.id


@pytest.mark.parametrize(
    "path",
    [
        "contact/id/l-unified-contacts:fff",
        "contact/externalId/Lead/nope",
        "contact/cookieId/nope",
        "contactReport/id/nope/activity",
        "contactReport/email/nobody@x/scores",
        "contactReport/externalId/Lead/nope/segments",
        "segment/g-9999",
        "segment/g-9999/contacts",
        "import/definition/1",
        "import/status/nope",
    ],
)
def test_an_unknown_id_is_a_404_without_a_body(reader: Client, path: str) -> None:
    reply = reader.get(ucl(reader, path))
    assert (reply.status_code, reply.content) == (404, b"")
    assert reply.headers["Content-Type"] == "text/plain"


@pytest.mark.parametrize(
    "path", ["/ucl/v2/1/contact/", "/ucl/v2/segment/1/optout", "/ucl/v2/1/schema/"]
)
def test_another_account_is_a_403_without_a_body(reader: Client, path: str) -> None:
    reply = reader.get(path)
    assert (reply.status_code, reply.content) == (403, b"")


@pytest.mark.parametrize(
    ("params", "hidden", "readonly"),
    [
        ({}, False, False),
        ({"skipHidden": "false"}, True, False),
        ({"skipReadOnly": "false"}, False, True),
    ],
    ids=["default", "hidden", "read-only"],
)
def test_the_schema_leaves_out_what_it_is_told_to(
    reader: Client, params: dict[str, str], hidden: bool, readonly: bool
) -> None:
    reply = reader.json(ucl(reader, "schema/"), **params)
    assert reply["accountId"] == str(reader.sim.account_id)
    assert any(each["hidden"] for each in reply["columns"]) is hidden
    assert any(each["readonly"] for each in reply["columns"]) is readonly


def test_the_schema_has_every_type_and_two_columns_of_one_name(reader: Client) -> None:
    columns = reader.json(ucl(reader, "schema/"))["columns"]
    assert {each["type"] for each in columns} == {
        "BOOLEAN", "DATE", "DATETIME", "TEXT", "NUMBER", "SCORE", "EMAIL", "MULTI-TEXT",
    }  # fmt: skip
    names = [each["name"] for each in columns]
    assert names.count("Company") == 2
    assert len({each["fieldId"] for each in columns}) == len(columns)


def test_the_activity_of_a_contact_begins_with_a_month(client: Client) -> None:
    contact = next(
        each
        for each in client.sim.world.contacts.view("inserted")
        if client.json(activity(client, each.id), monthsOfPastData=900)["activitylist"]
    )
    whole = client.json(activity(client, contact.id), monthsOfPastData=900)
    assert client.json(activity(client, contact.id))["activitylist"] == []
    now = client.sim.options.zone.moment(client.sim.clock.now_ms())
    first = client.sim.options.zone.moment(whole["activitylist"][0]["WhenMillis"])
    months = (now.year - first.year) * 12 + now.month - first.month
    some = client.json(activity(client, contact.id), monthsOfPastData=months)
    none = client.json(activity(client, contact.id), monthsOfPastData=months - 1)
    assert whole["activitylist"][0] in some["activitylist"]
    assert none["activitylist"] == []
    assert whole["activity"] == none["activity"]


def test_what_a_contact_will_do_is_not_told_before(client: Client) -> None:
    # Some do nothing at all; of so many, somebody does something.
    ids = [client.sim.world.add_contact() for _ in range(8)]
    client.sim.clock.advance(seconds=1)

    def told() -> int:
        replies = (client.json(activity(client, each), monthsOfPastData=2) for each in ids)
        return sum(len(reply["activitylist"]) for reply in replies)

    assert told() == 0
    client.sim.clock.advance(seconds=31 * 86_400)
    client.log_in()
    assert told() > 0


def activity(client: Client, contact_id: str) -> str:
    return ucl(client, f"contactReport/id/{contact_id}/activity")


def test_reports_are_the_same_by_each_id(reader: Client) -> None:
    contacts = reader.sim.world.contacts
    contact = next(each for each in contacts.view("inserted") if each.get("externalId"))
    assert contacts.by_email(contact.get("email"))[0] == contact
    external = f"{contact.get('objectType')}/{contact.get('externalId')}"
    for report in ("activity", "scores", "segments"):
        replies = [
            reader.json(ucl(reader, f"contactReport/{way}/{report}"))
            for way in (
                f"id/{contact.id}",
                f"email/{contact.get('email')}",
                f"externalId/{external}",
            )
        ]
        assert replies[0] == replies[1] == replies[2]


def test_scores_are_those_of_the_columns_of_scores(reader: Client) -> None:
    row = page(reader, pageSize=1)[0]
    cards = reader.json(ucl(reader, f"contactReport/id/{row['id']}/scores"))["data"]
    assert [each["columnIndex"] for each in cards] == [6, 76]
    assert cards[0]["score"] == int(row["actonPrimaryScore"])


def test_segments_of_a_contact_are_those_that_list_it(reader: Client) -> None:
    members: dict[str, set[str]] = {}
    for segment in reader.json(ucl(reader, "segment/"))["data"]:
        path = ucl(reader, f"segment/{segment['id']}")
        assert reader.json(path)["data"] == segment
        rows = reader.json(f"{path}/contacts", pageSize=1000)["data"]
        for row in rows:
            members.setdefault(row["id"], set()).add(segment["id"])
    for contact_id in list(members)[:10]:
        path = ucl(reader, f"contactReport/id/{contact_id}/segments")
        assert {each["id"] for each in reader.json(path)["data"]} == members[contact_id]


def test_contacts_of_a_segment_come_page_by_page(reader: Client) -> None:
    path = ucl(reader, "segment/g-0001/contacts")
    assert [len(reader.json(path, page=number)["data"]) for number in range(3)] == [50, 10, 0]
    assert reader.json(path)["totalCount"] == 60


def test_an_import_is_done_or_runs(reader: Client) -> None:
    definitions = reader.json(ucl(reader, "import/definition"))["data"]
    for made, definition in zip(reader.sim.world.uploads.imports, definitions, strict=True):
        path = ucl(reader, f"import/definition/{definition['importDefinitionId']}")
        assert reader.json(path)["data"] == definition
        status = reader.json(ucl(reader, f"import/status/{made.import_id}"))["data"]
        done = status["importStatus"] == "COMPLETED"
        assert (status["unsubmittedCount"] == 0) is done
        assert status["importDefinitionId"] == definition["importDefinitionId"]


def test_contacts_change_between_two_pages(client: Client) -> None:
    path = "/ucl/v2/*/contact/"
    client.sim.changes.add(Change(action="delete", target="contacts", path=path, before=2))
    client.sim.changes.add(
        Change(
            action="update",
            target="contacts",
            path=path,
            before=3,
            position=2,
            values={"firstName": "New", "Interests": "golf"},
        )
    )
    client.sim.changes.add(Change(action="insert", target="contacts", path=path, before=4, count=2))
    first = page(client, pageSize=5)
    second = page(client, pageSize=5)
    assert second[0] == first[1]
    third = page(client, pageSize=5)
    assert (third[2]["firstName"], third[2]["customFields"]["100"]) == ("New", "golf")
    assert int(third[2]["updatedDate"]) > int(second[2]["updatedDate"])
    assert third[2]["createdDate"] == second[2]["createdDate"]
    assert page(client, pageSize=5)[2] == third[0]


def test_a_contact_moves_to_the_front_when_the_newest_come_first(connect: Connect) -> None:
    client = connect(order="newest")
    last = page(client, pageSize=1, page=119)[0]["id"]
    client.sim.world.update_contact(last)
    assert page(client, pageSize=1)[0]["id"] == last


def test_an_update_is_found_by_the_filter_of_updates(client: Client) -> None:
    client.sim.clock.advance(seconds=1000)
    since_s = client.sim.clock.now_ms() // 1000 - 1
    client.sim.world.update_contact("l-unified-contacts:5", {"email": "new@x.example"})
    assert [row["email"] for row in page(client, updatedAfter=since_s)] == ["new@x.example"]
    assert page(client, createdAfter=since_s) == []


@pytest.mark.parametrize("name", ["createdDate", "Modified Date", "Shoe Size"])
def test_only_known_fields_can_be_set_and_no_dates(client: Client, name: str) -> None:
    with pytest.raises(ValueError, match=r"clock|no field"):
        client.sim.world.add_contact({name: "1"})


def test_ids_of_deleted_contacts_are_not_used_again(client: Client) -> None:
    new = client.sim.world.add_contact()
    client.sim.world.delete_contact(new)
    assert client.sim.world.add_contact() != new
    assert client.get(ucl(client, f"contact/id/{new}")).status_code == 404


def test_members_of_a_chosen_segment_come_and_go(client: Client) -> None:
    world = client.sim.world
    segment_id = world.add_segment("Chosen", ["l-unified-contacts:1"])
    world.add_segment_member(segment_id, "l-unified-contacts:2")
    world.add_segment_member(segment_id, "l-unified-contacts:2")
    world.remove_segment_member(segment_id, "l-unified-contacts:1")
    path = ucl(client, f"segment/{segment_id}/contacts")
    assert [row["id"] for row in client.json(path)["data"]] == ["l-unified-contacts:2"]
    world.delete_contact("l-unified-contacts:2")
    assert client.json(path)["data"] == []
    world.delete_segment(segment_id)
    assert client.get(path).status_code == 404


def test_a_segment_by_rule_keeps_its_members_whoever_else_goes(client: Client) -> None:
    segment_id = client.sim.world.add_segment("Rule")
    path = ucl(client, f"segment/{segment_id}/contacts")
    before = [row["id"] for row in client.json(path, pageSize=200)["data"]]
    client.sim.world.delete_contact(before[3])
    after = [row["id"] for row in client.json(path, pageSize=200)["data"]]
    assert after == [*before[:3], *before[4:]]
    with pytest.raises(ValueError, match="rule"):
        client.sim.world.add_segment_member(segment_id, before[0])


@pytest.mark.parametrize("kind", ["repeated_page", "empty_page"])
def test_faults_of_pages_strike_contacts_too(client: Client, kind: str) -> None:
    client.sim.faults.add(Fault(kind=kind, path="/ucl/*"))
    struck = page(client, page=1, pageSize=10)
    assert struck == ([] if kind == "empty_page" else page(client, page=0, pageSize=10))


@pytest.mark.parametrize(
    ("ucl_option", "current", "early"),
    [("both", 200, 200), ("current", 200, 404), ("early", 404, 200), ("none", 404, 404)],
)
def test_a_generation_that_is_off_is_an_unknown_path(
    connect: Connect, ucl_option: str, current: int, early: int
) -> None:
    client = connect(ucl=ucl_option)
    account = client.sim.account_id
    replies = [
        client.get(f"/ucl/v2/{account}/contact/"),
        client.get(f"/ucl/v2/segment/{account}/optout"),
    ]
    assert [reply.status_code for reply in replies] == [current, early]
    for reply in replies:
        assert reply.status_code == 200 or reply.json()["httpCode"] == "404"
