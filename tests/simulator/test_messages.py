"""Messages, their reports and drill-downs; assets where shapes are peculiar."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pytest

from tap_acton.simulator.world.events import VERBS

if TYPE_CHECKING:
    from tests.simulator.conftest import Client, Connect

KEYS_2024 = {"msgId", "name", "timeStamp", "isTextOnly"}
KEYS_2019 = {"msg_id", "title", "timestamp", "is_text_only"}


def sent(client: Client) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = client.json("/api/1/message", type="SENT", count=1000)["msgresult"]
    return rows


@pytest.mark.parametrize(
    "kind", ["SENT", "sent", "DRAFT", "TEMPLATE", "TRIGGERED", "FAILED", "SCHEDULED"]
)
def test_every_type_of_messages_is_listed(reader: Client, kind: str) -> None:
    page = reader.json("/api/1/message", type=kind, count=1000)
    assert page["count"] == page["totalCount"] == len(page["msgresult"]) > 0
    assert {row["msgType"] for row in page["msgresult"]} == {kind.upper()}
    assert page["id"] == 0


def test_message_ids_are_unique_over_all_types(reader: Client) -> None:
    kinds = reader.sim.world.mailbox.counts()
    ids = [message.id for kind in kinds for message in reader.sim.world.mailbox.of_type(kind)]
    assert len(ids) == len(set(ids)) == sum(kinds.values())


@pytest.mark.parametrize(
    ("shape", "first", "second"),
    [
        ("2024", KEYS_2024, KEYS_2024),
        ("2019", KEYS_2019, KEYS_2019),
        ("mixed", KEYS_2024, KEYS_2019),
    ],
    ids=["2024", "2019", "mixed"],
)
def test_rows_take_the_shape_of_the_option(
    connect: Connect, shape: str, first: set[str], second: set[str]
) -> None:
    rows = sent(connect(message_shape=shape))
    assert first <= set(rows[0])
    assert second <= set(rows[1])


def test_booleans_and_moments_are_text_in_the_shape_of_2024(reader: Client) -> None:
    row = sent(reader)[0]
    assert row["isTextOnly"] == "false"
    assert row["timeStamp"].isdecimal()


def test_a_report_agrees_with_its_drilldowns(reader: Client) -> None:
    for row in sent(reader):
        path = f"/api/1/message/{row['msgId']}/report"
        report = reader.json(path)
        rows = {verb: reader.json(f"{path}/{verb}", count=1000)["result"] for verb in VERBS}
        unique = {verb: len({event["recid"] for event in rows[verb]}) for verb in VERBS}
        assert report["sent"] == len(rows["SENT"])
        assert report["opened"] == [unique["OPENED"], len(rows["OPENED"])]
        assert report["clicked"] == [unique["CLICKED"], len(rows["CLICKED"])]
        assert report["bounced"] == len(rows["BOUNCED"])
        assert ("lastClickTS" in report) == bool(rows["CLICKED"])


def test_unique_clicks_differ_between_messages(reader: Client) -> None:
    unique = {
        tuple(reader.json(f"/api/1/message/{row['msgId']}/report")["clicked"])
        for row in sent(reader)
    }
    assert len(unique) > 3
    assert any(first < total for first, total in unique)


def test_a_drilldown_comes_as_csv_too(reader: Client) -> None:
    path = f"/api/1/message/{sent(reader)[0]['msgId']}/report/SENT"
    rows = reader.json(path, count=1000)["result"]
    text = reader.get(path, responseformat="CSV").content.decode()
    table = list(csv.DictReader(io.StringIO(text, newline="")))
    assert table == [{name: str(value) for name, value in row.items()} for row in rows]


def test_a_set_report_wins_over_the_counted_one(client: Client) -> None:
    message_id = sent(client)[0]["msgId"]
    client.sim.world.set_report(message_id, clicked=[17, 40])
    assert client.json(f"/api/1/message/{message_id}/report")["clicked"] == [17, 40]
    with pytest.raises(ValueError, match="clicks"):
        client.sim.world.set_report(message_id, clicks=1)


def test_a_deleted_message_answers_10030(client: Client) -> None:
    message_id = sent(client)[0]["msgId"]
    client.sim.world.delete_message(message_id)
    report = client.get(f"/api/1/message/{message_id}/report")
    drilldown = client.get(f"/api/1/message/{message_id}/report/SENT")
    assert (report.status_code, report.json()["errorCode"]) == (400, 10030)
    assert (drilldown.status_code, drilldown.json()["errorCode"]) == (404, 10030)


def test_a_month_has_a_row_for_each_day_with_sunday_first(reader: Client) -> None:
    report = reader.json("/api/1/message/report", period="2409")
    assert report["month"] == "September 2024"
    assert [row["dayOfMonth"] for row in report["counts"]] == list(range(1, 31))
    assert report["counts"][0]["dayOfWeek"] == 1  # 1 September 2024 was a Sunday


def test_the_days_of_a_month_add_up_to_its_messages(reader: Client) -> None:
    newest = reader.sim.world.mailbox.of_type("SENT")[0]
    period = reader.sim.options.zone.moment(newest.ts_ms).strftime("%y%m")
    rows = reader.json("/api/1/message/report", period=period)["counts"]
    assert sum(row["sent"] for row in rows) > 0


def test_the_current_month_ends_today(client: Client) -> None:
    today = client.sim.options.zone.moment(client.sim.clock.now_ms())
    rows = client.json("/api/1/message/report")["counts"]
    assert rows[-1]["dayOfMonth"] == today.day


@pytest.mark.parametrize("period", ["9", "2413", "2024-09", "abcd", ""])
def test_a_bad_period_is_refused(reader: Client, period: str) -> None:
    reply = reader.get("/api/1/message/report", period=period)
    assert (reply.status_code, reply.json()["errorCode"]) == (400, 10160)


def test_every_form_is_listed_twice(reader: Client) -> None:
    folders = reader.json("/api/1/form")
    entries = [entry["id"] for folder in folders for entry in folder["entries"]]
    assert folders[-1]["folder"] == "All Forms"
    assert len(entries) == 2 * len(set(entries)) == 12


@pytest.mark.parametrize("kind", ["TRACK", "EVENT", "LIST_MAINT"])
def test_programs_come_in_folders(reader: Client, kind: str) -> None:
    reply = reader.json("/api/1/program", type=kind)
    assert sum(len(folder["programs"]) for folder in reply["folders"]) == 6
    assert reply["anyRunning"] == any(
        program["running"] for folder in reply["folders"] for program in folder["programs"]
    )


@pytest.mark.parametrize("kind", ["campaigns", "header", "footer"])
def test_guessed_resources_are_listed_and_found_one_by_one(reader: Client, kind: str) -> None:
    page = reader.json(f"/api/1/{kind}")
    assert page["count"] == page["totalCount"] > 0
    for row in page["result"]:
        assert reader.json(f"/api/1/{kind}/{row['id']}") == row
    assert reader.get(f"/api/1/{kind}/nope").json()["errorCode"] == 10054


def test_a_form_has_the_url_of_its_listing(reader: Client) -> None:
    form = reader.json("/api/1/form")[0]["entries"][0]
    assert reader.json(f"/api/1/form/{form['id']}/urls") == {"urls": [{"url": form["url"]}]}


def test_media_are_linked_from_no_message(reader: Client) -> None:
    medium = reader.sim.world.assets.media[0]
    assert reader.json(f"/api/1/media/{medium.id}/report/messages") == []


def test_programs_need_a_type(reader: Client) -> None:
    assert reader.get("/api/1/program").status_code == 422


def test_the_url_of_a_logo_changes_with_time(client: Client) -> None:
    first = client.json("/api/1/logo/i-4")["url_str_ts"]
    client.sim.clock.advance(seconds=1)
    assert client.json("/api/1/logo/i-4")["url_str_ts"] != first


def test_the_timeline_of_a_medium_adds_up_to_its_report(reader: Client) -> None:
    for medium in reader.sim.world.assets.media:
        base = f"/api/1/media/{medium.id}/report"
        report = reader.json(f"{base}/")
        timeline = reader.json(f"{base}/timeline")
        views = reader.json(f"{base}/views")
        assert report["total_unknown_views"] == sum(day["total"] for day in timeline)
        assert report["unique_unknown_views"] == len(views)


def test_texts_of_moments_are_in_the_accounts_zone(connect: Connect) -> None:
    client = connect(default_timezone="Etc/GMT+12")
    assert client.json("/api/1/list")["result"][0]["sourceTS"].endswith("GMT-12:00")
    assert client.json("/api/1/account")["time_zone"] == "Etc/GMT+12"
