"""Data changes between two pages, as in an account that people work in."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import pytest

from tap_acton.simulator import Change, Fault

if TYPE_CHECKING:
    from tests.simulator.conftest import Client, Connect

LIST = "/api/1/list/l-0001"


def ids(client: Client, offset: int, count: int = 5) -> list[str]:
    return [row[0] for row in client.json(LIST, count=count, offset=offset)["data"]]


def test_a_deletion_moves_later_rows_to_the_front(client: Client) -> None:
    client.sim.changes.add(Change(action="delete", target="l-0001", path=LIST, before=2))
    assert ids(client, 0)[0] == "l-0001:0"
    assert ids(client, 5)[0] == "l-0001:6"  # l-0001:5 is now at 4, and was skipped
    assert client.json(LIST)["totalCount"] == 29


def test_an_insertion_moves_later_rows_to_the_back(client: Client) -> None:
    client.sim.changes.add(Change(action="insert", target="l-0001", path=LIST, before=2, count=2))
    assert ids(client, 0)[-1] == "l-0001:4"
    assert ids(client, 5)[0] == "l-0001:3"  # seen twice
    assert ids(client, 0)[:2] == ["l-0001:1e", "l-0001:1f"]


def test_an_update_changes_cells_and_date(client: Client) -> None:
    before_ms = client.sim.clock.now_ms()
    change = Change(
        action="update", target="l-0001", position=3, values={"Company": "New Name, Ltd."}
    )
    client.sim.changes.add(change)
    row = client.json(LIST, count=1, offset=3, datequalifiers="true")["data"][0]
    assert row[4] == "New Name, Ltd."
    assert int(row[-1]) >= before_ms > int(row[-2])


def test_an_update_reorders_a_list_that_shows_the_newest_first(connect: Connect) -> None:
    client = connect(order="newest")
    client.sim.changes.add(Change(action="update", target="l-0001", before=3, position=20))
    newest, touched = ids(client, 0), ids(client, 20, 1)
    assert ids(client, 0) == [*touched, *newest[:4]]


def test_newest_first_is_in_order_of_modification(connect: Connect) -> None:
    client = connect(order="newest")
    rows = client.json(LIST, count=1000, datequalifiers="true")["data"]
    moments = [int(row[-1]) for row in rows]
    assert moments == sorted(moments, reverse=True)


def test_values_may_be_given_by_heading(client: Client) -> None:
    change = Change(
        action="insert", target="l-0001", values={"E-mail Address": "new@x.example"}, position=0
    )
    client.sim.changes.add(change)
    row = client.json(LIST, count=1)["data"][0]
    assert row[6] == "new@x.example"
    assert row[1] == ""


@pytest.mark.parametrize(("action", "more"), [("insert", 2), ("delete", -2)])
def test_messages_come_and_go(client: Client, action: str, more: int) -> None:
    client.sim.changes.add(Change(action=action, target="messages", before=2, count=2))
    totals = [client.json("/api/1/message", type="SENT")["totalCount"] for _ in range(2)]
    assert totals[1] - totals[0] == more


@pytest.mark.parametrize("kind", ["hardbounce", "optout", "spamcomplaint"])
@pytest.mark.parametrize(("action", "more"), [("insert", 1), ("delete", -1)])
def test_suppressed_addresses_come_and_go(
    client: Client, kind: str, action: str, more: int
) -> None:
    path = f"/api/1/list/{kind}"
    client.sim.changes.add(Change(action=action, target=kind, path=path, before=2, position=3))
    first, second = client.json(path)["result"], client.json(path)["result"]
    assert len(second) - len(first) == more
    assert second[:3] == first[:3]


def test_only_requests_that_reach_their_resource_count(client: Client) -> None:
    client.sim.faults.add(Fault(kind="status", first=2))
    client.sim.changes.add(Change(action="delete", target="l-0001", path=LIST, before=2))
    assert ids(client, 0)[0] == "l-0001:0"
    assert client.get(LIST).status_code == 500
    assert ids(client, 0)[0] == "l-0001:1"


@pytest.mark.parametrize(
    ("action", "target"), [("rename", "l-0001"), ("update", "optout"), ("update", "messages")]
)
def test_an_impossible_change_is_refused(action: str, target: str) -> None:
    with pytest.raises(ValueError, match="cannot"):
        Change(action=action, target=target)


def test_the_listing_follows_the_rows(client: Client) -> None:
    before = client.json("/api/1/list", count=1)["result"][0]
    client.sim.world.insert_record("l-0001")
    after = client.json("/api/1/list", count=1)["result"][0]
    assert (before["sourceSize"], after["sourceSize"]) == ("30", "31")
    assert after["tsLastModified"] > before["tsLastModified"]


def test_ids_of_deleted_records_are_not_used_again(client: Client) -> None:
    new = client.sim.world.insert_record("l-0001", ["a"])
    client.sim.world.delete_record(new)
    assert client.sim.world.insert_record("l-0001") != new
    assert client.get(f"{LIST}/record/{new}").status_code == 400


def test_replies_are_dated_by_the_simulators_clock(client: Client) -> None:
    client.sim.clock.advance(seconds=86_400)
    dated = parsedate_to_datetime(client.get("/api/1/account").headers["Date"])
    assert abs(dated.timestamp() - client.sim.clock.now_ms() / 1000) < 60


def test_new_rows_are_stamped_by_the_simulators_clock(client: Client) -> None:
    client.sim.clock.advance(seconds=1000)
    since_ms = client.sim.clock.now_ms() - 1
    new = client.sim.world.insert_record("l-0001")
    page = client.json(LIST, modafter=since_ms)
    assert [row[0] for row in page["data"]] == [new]


def test_a_deleted_list_is_unknown(client: Client) -> None:
    client.sim.world.delete_list("l-0001")
    assert client.get(LIST).json()["errorCode"] == 10004
    assert "l-0001" not in {row["id"] for row in client.json("/api/1/list")["result"]}


def test_an_opt_in_hides_an_address(client: Client) -> None:
    client.sim.world.add_suppressed("optout", "a@x.example", timestamp_ms=5)
    assert client.json("/api/1/list/optout")["result"][-1] == {
        "email": "a@x.example",
        "timestamp": 5,
        "origin": "User: John Doe",
    }
    client.sim.world.remove_suppressed("optout", "a@x.example")
    assert len(client.json("/api/1/list/optout")["result"]) == 7


def test_an_added_message_has_recipients_and_a_report(client: Client) -> None:
    message_id = client.sim.world.add_message(title="Now", list_id="l-0002", recipients=9)
    first = client.json("/api/1/message", type="SENT", count=1)["msgresult"][0]
    report = client.json(f"/api/1/message/{message_id}/report")
    assert (first["msgId"], first["name"]) == (message_id, "Now")
    assert report["sent"] + report["notsent"][0] == 9
    assert report["sentto"] == ["l-0002"]
