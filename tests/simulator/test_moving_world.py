"""Columns, events and assets that come and go, in Python and over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tap_acton.simulator.world.events import VERBS

if TYPE_CHECKING:
    from tests.simulator.conftest import Client

LIST = "/api/1/list/l-0001"


def headers(client: Client) -> list[str]:
    found: list[str] = client.json(LIST, count=1)["headers"]
    return found


def test_a_column_comes_last_with_one_cell_for_all(client: Client) -> None:
    before = client.json(LIST, datequalifiers="true")
    client.sim.world.add_column("l-0001", "Shoe Size", cell="42")
    after = client.json(LIST, datequalifiers="true")
    assert after["headers"] == [*before["headers"][:-2], "Shoe Size", *before["headers"][-2:]]
    assert after["data"] == [[*row[:-2], "42", *row[-2:]] for row in before["data"]]
    assert client.sim.world.insert_record("l-0001", {"Shoe Size": "40"})


def test_a_renamed_column_keeps_its_cells(client: Client) -> None:
    before = client.json(LIST)
    client.sim.world.rename_column("l-0001", "Company", "Firm")
    after = client.json(LIST)
    assert after["headers"] == ["Firm" if name == "Company" else name for name in before["headers"]]
    assert after["data"] == before["data"]


@pytest.mark.parametrize(
    ("heading", "email_column"), [("Company", 5), ("Timezone", 6), ("E-mail Address", -1)]
)
def test_a_dropped_column_takes_its_cells_along(
    client: Client, heading: str, email_column: int
) -> None:
    before = client.json(LIST)
    at = before["headers"].index(heading)
    client.sim.world.drop_column("l-0001", heading)
    after = client.json(LIST)
    assert after["data"] == [[*row[:at], *row[at + 1 :]] for row in before["data"]]
    # An address is still found in its column, or there is none.
    assert after["emailColumn"] == email_column
    assert len(after["headers"]) == len(before["headers"]) - 1


def test_an_unknown_column_can_be_neither_renamed_nor_dropped(client: Client) -> None:
    with pytest.raises(ValueError, match="no heading"):
        client.sim.world.rename_column("l-0001", "Nope", "New")
    with pytest.raises(ValueError, match="no heading"):
        client.sim.world.drop_column("l-0001", "Nope")


def reading(client: Client, message_id: str) -> tuple[dict[str, Any], dict[str, int]]:
    path = f"/api/1/message/{message_id}/report"
    totals = {verb: client.json(f"{path}/{verb}")["totalCount"] for verb in VERBS}
    return client.json(path), totals


@pytest.mark.parametrize(
    ("event", "field", "more"),
    [
        ("SENT", "sent", 1),
        ("OPENED", "opened", [1, 1]),
        ("CLICKED", "clicked", [1, 1]),
        ("BOUNCED", "bounced", 1),
        ("OPT_OUT", "optout", 1),
        ("SPAM", "spam", 1),
        ("SUPPRESSED", "notsent", [1, 1]),
    ],
)
def test_an_event_is_a_row_of_its_drilldown_and_counts_in_the_report(
    client: Client, event: str, field: str, more: int | list[int]
) -> None:
    message_id = client.sim.world.add_message(list_id="l-0002", recipients=0)
    email = client.sim.world.rows("l-0002")[0].cells[5]
    before, rows_before = reading(client, message_id)
    client.sim.clock.advance(seconds=60)
    client.sim.world.add_event(message_id, event, email)
    after, rows_after = reading(client, message_id)
    assert rows_after == {**rows_before, event: rows_before[event] + 1}
    assert after[field] == more
    assert before[field] in (0, [0, 0])
    row = client.json(f"/api/1/message/{message_id}/report/{event}")["result"][0]
    assert (row["email"], row["ts"] > client.sim.clock.now_ms() - 30_000) == (email, True)


def test_a_second_opening_counts_in_the_total_alone(client: Client) -> None:
    message_id = client.sim.world.add_message(list_id="l-0002", recipients=3)
    recipient = client.sim.world.mailbox.of_type("SENT")[0].recipients[0]
    path = f"/api/1/message/{message_id}/report"
    client.sim.world.add_event(message_id, "OPENED", recipient.email)
    unique, total = client.json(path)["opened"]
    client.sim.world.add_event(message_id, "OPENED", recipient.email)
    report = client.json(path)
    assert report["opened"] == [unique, total + 1]
    assert report["lastOpen"] == "Today"


def test_a_soft_bounce_is_told_from_a_hard_one(client: Client) -> None:
    message_id = client.sim.world.add_message(list_id="l-0002", recipients=0)
    email = client.sim.world.rows("l-0002")[0].cells[5]
    client.sim.world.add_event(message_id, "BOUNCED", email, data="SOFT")
    report = client.json(f"/api/1/message/{message_id}/report")
    assert (report["hardBounced"], report["softBounced"]) == (0, 1)


def test_a_click_has_a_link_and_a_device(client: Client) -> None:
    message_id = client.sim.world.add_message(list_id="l-0002", recipients=0)
    email = client.sim.world.rows("l-0002")[0].cells[5]
    client.sim.world.add_event(message_id, "CLICKED", email, link="https://x.example/")
    row = client.json(f"/api/1/message/{message_id}/report/CLICKED")["result"][0]
    assert row["linkURI"] == "https://x.example/"
    assert row["os"]
    assert row["browser"]


def test_an_impossible_event_is_refused(client: Client) -> None:
    world = client.sim.world
    email = world.rows("l-0002")[0].cells[5]
    message_id = world.add_message(list_id="l-0002")
    with pytest.raises(ValueError, match="no verb"):
        world.add_event(message_id, "FROWNED", email)
    with pytest.raises(KeyError, match="nobody"):
        world.add_event(message_id, "OPENED", "nobody@x.example")
    with pytest.raises(ValueError, match="no report"):
        world.add_event(world.add_message(kind="DRAFT"), "OPENED", email)
    with pytest.raises(KeyError):
        world.add_event("s-9999-0000", "OPENED", email)


@pytest.mark.parametrize(
    ("kind", "path", "status"),
    [
        ("forms", "/api/1/form/{}/report", 400),
        ("pages", "/api/1/page/{}/report", 400),
        ("media", "/api/1/media/{}", 404),
        ("images", "/api/1/image/{}", 404),
    ],
)
def test_a_deleted_asset_is_unknown(client: Client, kind: str, path: str, status: int) -> None:
    asset_id = getattr(client.sim.world.assets, kind)[0].id
    assert client.get(path.format(asset_id)).status_code == 200
    client.sim.world.delete_asset(kind, asset_id)
    assert client.get(path.format(asset_id)).status_code == status
    listing = path.partition("/{}")[0]
    assert asset_id not in client.get(listing).text
    with pytest.raises(KeyError):
        client.sim.world.delete_asset(kind, asset_id)
    with pytest.raises(ValueError, match="no kind"):
        client.sim.world.delete_asset("programs", asset_id)


def test_all_of_it_is_done_over_http_too(client: Client) -> None:
    def do(name: str, /, **given: Any) -> Any:
        return client.control("POST", f"world/{name}", **given)["result"]

    do("add_column", list_id="l-0001", heading="New")
    do("rename_column", list_id="l-0001", heading="New", new="Newer")
    assert headers(client)[-1] == "Newer"
    do("drop_column", list_id="l-0001", heading="Newer")
    contact_id = do("add_contact", values={"firstName": "Ada"})
    do("update_contact", contact_id=contact_id, values={"lastName": "L"})
    assert do("contact_ids")[-1] == contact_id
    segment_id = do("add_segment", name="One", contact_ids=[contact_id])
    do("remove_segment_member", segment_id=segment_id, contact_id=contact_id)
    do("add_segment_member", segment_id=segment_id, contact_id=contact_id)
    world = client.control("GET", "world")
    assert (world["contacts"], world["contact_segments"][segment_id]) == (121, 1)
    dataset_id = next(iter(world["custom_objects"]))
    row_id = do("insert_object_row", dataset_id=dataset_id, values={"pieces": 1})
    do("update_object_row", row_id=row_id, values={"pieces": 2})
    assert do("object_row_ids", dataset_id=dataset_id)[-1] == row_id
    do("delete_object_row", row_id=row_id)
    do("delete_contact", contact_id=contact_id)
    do("delete_segment", segment_id=segment_id)
    message_id = do("add_message", list_id="l-0001", recipients=0)
    email = client.sim.world.rows("l-0001")[0].cells[5]
    do("add_event", message_id=message_id, event="SENT", email=email)
    assert client.json(f"/api/1/message/{message_id}/report")["sent"] == 1
    do("delete_asset", kind="forms", asset_id=client.sim.world.assets.forms[0].id)
    client.control("POST", "changes", action="delete", target="contacts")
