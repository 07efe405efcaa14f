"""Lists: listing, download, filters, columns, CSV, records."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.simulator.conftest import Client, Connect

LIST = "/api/1/list/l-0001"


def pages_of(client: Client, path: str, rows: str, size: int, **params: Any) -> list[Any]:
    found: list[Any] = []
    while page := client.json(path, count=size, offset=len(found), **params)[rows]:
        found += page
    return found


def csv_of(client: Client, path: str, **params: Any) -> list[list[str]]:
    reply = client.get(path, responseformat="CSV", **params)
    assert reply.headers["Content-Type"] == "text/csv;charset=UTF-8"
    return list(csv.reader(io.StringIO(reply.content.decode(), newline="")))


def test_all_rows_come_page_by_page_once(reader: Client) -> None:
    rows = pages_of(reader, LIST, "data", 7)
    assert [row[0] for row in rows] == list(reader.sim.world.record_ids("l-0001"))


def test_headers_and_rows_line_up(reader: Client) -> None:
    page = reader.json(LIST, count=5)
    assert page["headers"][0] == "_contact_id_"
    assert page["headers"][page["emailColumn"]] == "E-mail Address"
    for row in page["data"]:
        assert len(row) == len(page["headers"])
        assert "@" in row[page["emailColumn"]]
        assert all(isinstance(cell, str) for cell in row)


def test_past_the_end_is_an_empty_page(reader: Client) -> None:
    page = reader.json(LIST, count=10, offset=2209)
    assert (page["offset"], page["count"], page["totalCount"], page["data"]) == (2209, 0, 30, [])


def test_a_page_holds_at_most_a_thousand_rows(connect: Connect) -> None:
    client = connect(contacts=1100, lists=1)
    assert client.json(LIST, count=5000)["count"] == 1000
    assert client.json(LIST)["count"] == 1000


def test_record_ids_are_hexadecimal(reader: Client) -> None:
    assert reader.json(LIST, count=1, offset=10)["data"][0][0] == "l-0001:a"


@pytest.mark.parametrize("spelled", ["l-0001:a", "l-0001%3Aa", "l-0001:a/"])
def test_a_record_is_a_bare_array(reader: Client, spelled: str) -> None:
    row = reader.json(LIST, count=1, offset=10)["data"][0]
    assert reader.json(f"{LIST}/record/{spelled}") == row


def test_date_columns_follow_when_asked_for(reader: Client) -> None:
    page = reader.json(LIST, count=1, datequalifiers="true")
    row = reader.sim.world.rows("l-0001")[0]
    assert page["headers"][-2:] == ["created_date", "modified_date"]
    assert page["data"][0][-2:] == [str(row.created_ms), str(row.modified_ms)]


def test_date_headings_and_values_have_options(connect: Connect) -> None:
    client = connect(date_headings="underscored", date_values="second")
    page = client.json(LIST, count=1, datequalifiers="true")
    assert page["headers"][-2:] == ["__created_date", "__modified_date"]
    assert page["data"][0][-1].endswith(("PDT", "PST"))


def test_fields_choose_columns(reader: Client) -> None:
    whole = reader.json(LIST, count=3)
    page = reader.json(LIST, count=3, fields="E-mail Address;First Name")
    assert page["headers"] == ["_contact_id_", "E-mail Address", "First Name"]
    assert page["emailColumn"] == 1
    assert page["data"] == [[row[0], row[6], row[1]] for row in whole["data"]]


@pytest.mark.parametrize(
    "params",
    [{"fields": "Company", "datequalifiers": "true"}, {"fields": "No Such Column"}],
    ids=["with dates", "unknown"],
)
def test_bad_fields_are_refused(reader: Client, params: dict[str, str]) -> None:
    reply = reader.get(LIST, **params)
    assert (reply.status_code, reply.json()["errorCode"]) == (400, 10010)


@pytest.mark.parametrize(
    ("after", "before", "stamp"),
    [("modafter", "modbefore", "modified_ms"), ("createdafter", "createdbefore", "created_ms")],
    ids=["modified", "created"],
)
def test_filters_are_in_milliseconds_and_leave_their_limits_out(
    reader: Client, after: str, before: str, stamp: str
) -> None:
    rows = reader.sim.world.rows("l-0001")
    moments = sorted(getattr(row, stamp) for row in rows)
    low, high = moments[5], moments[20]
    page = reader.json(LIST, count=1000, **{after: low, before: high})
    wanted = [row.id for row in rows if low < getattr(row, stamp) < high]
    assert [row[0] for row in page["data"]] == wanted
    assert page["totalCount"] == len(wanted)


def test_csv_holds_the_whole_list_cell_by_cell(reader: Client) -> None:
    page = reader.json("/api/1/list/l-0003", count=1000)
    assert csv_of(reader, "/api/1/list/l-0003") == [page["headers"], *page["data"]]


def test_csv_has_no_ceiling_of_rows(connect: Connect) -> None:
    client = connect(lists=1, contacts=1500)
    assert len(csv_of(client, LIST)) == 1501


def test_csv_is_written_byte_by_byte_as_promised(client: Client) -> None:
    list_id = client.sim.world.add_list(
        "t", ["a,b", "", "e-mail"], [["007", 'say "é"', "x@y.example"], ["1\r\n2", " ", ""]]
    )
    reply = client.get(f"/api/1/list/{list_id}", responseformat="CSV", datequalifiers="false")
    assert reply.content.decode() == (
        '_contact_id_,"a,b",,e-mail\r\n'
        f'{list_id}:0,007,"say ""é""",x@y.example\r\n'
        f'{list_id}:1,"1\r\n2", ,\r\n'
    )


def test_csv_pages_by_count_and_offset(reader: Client) -> None:
    whole = csv_of(reader, LIST)
    assert csv_of(reader, LIST, count=4, offset=2) == [whole[0], *whole[3:7]]


def test_json_stops_at_255_columns_and_csv_does_not(connect: Connect) -> None:
    client = connect(wide_columns=300)
    path = "/api/1/list/l-0004"
    page = client.json(path, count=2)
    assert len(page["headers"]) == 255
    assert {len(row) for row in page["data"]} == {255}
    assert {len(row) for row in csv_of(client, path)} == {301}
    assert len(client.json(path, count=1, fields="Custom 292")["headers"]) == 2


def test_the_data_is_awkward(reader: Client) -> None:
    headings = reader.sim.world.headers("l-0003")
    assert len(headings) > len(set(headings))
    assert "" in headings
    assert {"Company", "company", "First Name", "First-Name"} <= set(headings)
    cells = [cell for row in reader.sim.world.rows("l-0003") for cell in row.cells]
    for mark in ("\n", '"', ",", "é"):
        assert any(mark in cell for cell in cells), mark
    assert any(cell.startswith("0") and len(cell) == 5 for cell in cells)
    assert "" in cells


def test_names_of_lists_repeat_and_clash(connect: Connect) -> None:
    names = [row["name"] for row in connect(lists=5).json("/api/1/list")["result"]]
    assert "Messages" in names
    assert names.count("Newsletter") == 2


def test_people_share_companies_across_lists(connect: Connect) -> None:
    client = connect(contacts=400)
    first, second = (
        {tuple(row.cells[:6]) for row in client.sim.world.rows(list_id)}
        for list_id in ("l-0001", "l-0002")
    )
    assert first & second
    companies = [row.cells[3] for row in client.sim.world.rows("l-0001")]
    assert len(set(companies)) < len(companies) / 10


def test_one_address_may_stand_twice_in_a_list(connect: Connect) -> None:
    rows = connect(contacts=200).sim.world.rows("l-0001")
    assert len({row.cells[5] for row in rows}) < len(rows)


def test_segments_stand_among_the_lists(reader: Client) -> None:
    rows = reader.json("/api/1/list")["result"]
    segment = next(row for row in rows if row["id"].startswith("q-"))
    assert (segment["bIsList"], segment["baseId"]) == (False, "l-0001")
    page = reader.json(f"/api/1/list/{segment['id']}", count=1000)
    assert str(page["totalCount"]) == segment["sourceSize"]
    assert {row[0].partition(":")[0] for row in page["data"]} == {"l-0001"}


@pytest.mark.parametrize("kind", ["contact_list", "CONTACT_LIST"])
def test_the_listing_type_ignores_case(reader: Client, kind: str) -> None:
    everything = reader.json("/api/1/list")
    assert reader.json("/api/1/list", listingtype=kind) == everything
    assert reader.json("/api/1/list", listingtype="header")["result"] == []


@pytest.mark.parametrize("slash", ["", "/"])
def test_paths_work_with_and_without_a_slash_at_the_end(reader: Client, slash: str) -> None:
    assert reader.get(f"/api/1/list{slash}", count=1).status_code == 200
    assert reader.get(f"/api/1/media{slash}").status_code == 200


def test_lookup_finds_the_first_record_of_an_address(reader: Client) -> None:
    row = reader.sim.world.rows("l-0001")[4]
    found = reader.json("/api/1/list/lookup/l-0001", email=row.cells[5].upper())
    assert found["contactID"] == row.id
    assert found["E-mail Address"] == row.cells[5]


def test_lookup_tries_the_cookie_first(client: Client) -> None:
    row = client.sim.world.rows("l-0001")[4]
    contact_id = client.sim.world.add_contact({"email": row.cells[5]})
    contact = client.sim.world.contacts.get(contact_id)
    assert contact
    path = "/api/1/list/lookup/l-0001"
    found = client.json(path, cookieid=contact.cookie, email="nobody@x")
    assert found == client.json(path, email=row.cells[5])
    assert client.json(path, cookieid="nope", email=row.cells[5]) == found


def test_lookup_of_nobody_is_refused(reader: Client) -> None:
    assert reader.get("/api/1/list/lookup/l-0001", email="nobody@x").status_code == 400
    assert reader.get("/api/1/list/lookup/l-9999", email="nobody@x").status_code == 400


def test_facts_lie_in_the_past_of_the_clock(reader: Client) -> None:
    for number in range(5):
        facts = reader.json(f"{LIST}/record/l-0001:{number:x}/facts")
        for activity in facts["activitylist"]:
            assert activity["WhenMillis"] < reader.sim.clock.now_ms()


@pytest.mark.parametrize("kind", ["hardbounce", "optout", "spamcomplaint"])
def test_suppression_lists_page_without_a_total(reader: Client, kind: str) -> None:
    path = f"/api/1/list/{kind}"
    assert reader.json(path)["totalCount"] == -1
    rows = pages_of(reader, path, "result", 3)
    assert [row["email"] for row in rows] == [
        row.email for row in reader.sim.world.suppressed(kind)
    ]
    assert reader.json(path)["count"] == len(rows)


@pytest.mark.parametrize(("unit", "divisor"), [("seconds", 1000), ("ms", 1)])
def test_suppression_filters_take_the_unit_of_the_option(
    connect: Connect, unit: str, divisor: int
) -> None:
    client = connect(suppression_unit=unit)
    rows = client.sim.world.suppressed("optout")
    middle_ms = rows[3].timestamp_ms // 1000 * 1000
    after = client.json("/api/1/list/optout", createdafter=middle_ms // divisor)["result"]
    before = client.json("/api/1/list/optout", createdbefore=middle_ms // divisor)["result"]
    assert [row["timestamp"] for row in after] == [
        row.timestamp_ms for row in rows if row.timestamp_ms > middle_ms
    ]
    assert len(after) + len(before) == len(rows)


def test_milliseconds_sent_as_seconds_lose_everything_silently(reader: Client) -> None:
    page = reader.json("/api/1/list/optout", createdafter=1_600_000_000_000)
    assert (page["count"], page["result"]) == (0, [])


def test_opt_outs_of_a_category_have_a_real_total(reader: Client) -> None:
    for category in reader.json("/api/1/subscription/category"):
        page = reader.json("/api/1/subscription/optout", category=category["name"], count=2)
        assert (page["count"], page["totalCount"]) == (2, 7)
        assert set(page["result"][0]) == {"email", "timestamp"}


@pytest.mark.parametrize(("name", "status"), [("", 422), ("No such", 400)], ids=["none", "unknown"])
def test_opt_outs_need_a_known_category(reader: Client, name: str, status: int) -> None:
    assert reader.get("/api/1/subscription/optout", category=name).status_code == status


def test_categories_of_an_address_are_those_it_opted_into(reader: Client) -> None:
    category = reader.sim.world.categories[0]
    email = min(category.opted_in)
    found = reader.json("/api/1/subscription/category", email=email)
    assert category.id in {each["id"] for each in found}
    assert set(found[0]) == {"id", "name", "description"}


def test_an_unknown_path_gets_the_gateways_404(reader: Client) -> None:
    reply = reader.get("/api/1/nothing")
    assert reply.status_code == 404
    assert reply.json() == {
        "httpCode": "404",
        "httpMessage": "Not Found",
        "moreInformation": "No resources match requested URI",
    }
