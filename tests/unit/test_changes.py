"""What is changed in an account: once, whatever becomes of the reply."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tap_acton.client import ActOnClient
from tap_acton.config import read_settings
from tap_acton.errors import (
    BudgetSpentError,
    NotConnectedError,
    RequestRefusedError,
    UnwritableError,
    WriteUnknownError,
)
from tap_acton.simulator import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_acton.simulator import Simulator
    from tests.conftest import Simulate

LIST = "l-0001"
EMAIL = "E-mail Address"


@pytest.fixture
def sim(simulator: Simulate) -> Simulator:
    return simulator(contacts=5)


@pytest.fixture
def client(sim: Simulator) -> Iterator[ActOnClient]:
    found = client_of(sim)
    yield found
    found.close()


def client_of(sim: Simulator, **changes: Any) -> ActOnClient:
    config = {
        "initiate_oauth": "OFF",
        "access_token": sim.tokens.issue()["access_token"],
        "api_url": sim.url,
        "requests_per_second": 100_000,
        **changes,
    }
    return ActOnClient.from_settings(read_settings(config))


def cell(sim: Simulator, record_id: str, heading: str) -> str:
    row = next(row for row in sim.world.rows(LIST) if row.id == record_id)
    return row.cells[sim.world.headers(LIST).index(heading)]


def test_a_record_is_inserted_updated_and_deleted(client: ActOnClient, sim: Simulator) -> None:
    made = client.changes.insert_record(LIST, {EMAIL: "ada@acton.example", "Company": "Analytical"})
    assert made == sim.world.record_ids(LIST)[-1]
    client.changes.update_record(LIST, made, {"Company": 'Ünïcode & Co; "quoted"'})
    assert cell(sim, made, "Company") == 'Ünïcode & Co; "quoted"'
    assert cell(sim, made, EMAIL) == "ada@acton.example"
    assert client.changes.delete_records(LIST, [made]) == []
    assert made not in sim.world.record_ids(LIST)


def test_an_equal_record_is_inserted_once_more(client: ActOnClient, sim: Simulator) -> None:
    values = {EMAIL: "ada@acton.example"}
    assert client.changes.insert_record(LIST, values) != client.changes.insert_record(LIST, values)
    assert len(sim.world.record_ids(LIST)) == 7


def test_an_upsert_changes_the_first_record_with_the_address(
    client: ActOnClient, sim: Simulator
) -> None:
    first = client.changes.insert_record(LIST, {EMAIL: "ada+1@acton.example"})
    second = client.changes.insert_record(LIST, {EMAIL: "ada+1@acton.example"})
    found = client.changes.upsert_record(LIST, "ADA+1@acton.example", {"Company": "New"})
    assert found == first
    assert (cell(sim, first, "Company"), cell(sim, second, "Company")) == ("New", "")


def test_an_upsert_of_a_new_address_inserts(client: ActOnClient, sim: Simulator) -> None:
    made = client.changes.upsert_record(LIST, "new@acton.example", {"Company": "New"})
    assert cell(sim, made, EMAIL) == "new@acton.example"


def test_a_hundred_records_are_deleted_by_one_request(simulator: Simulate) -> None:
    sim = simulator(contacts=120)
    client = client_of(sim)
    ids = sim.world.record_ids(LIST)
    assert client.changes.delete_records(LIST, ids[:100]) == []
    assert sim.world.record_ids(LIST) == ids[100:]
    assert [entry.method for entry in sim.journal] == ["DELETE"]
    with pytest.raises(ValueError, match="At most 100"):
        client.changes.delete_records(LIST, ids[:101])
    client.close()


def test_records_that_stay_are_named(client: ActOnClient, sim: Simulator) -> None:
    first = sim.world.record_ids(LIST)[0]
    refused = client.changes.delete_records(LIST, ["l-0001:fff", first])
    assert [(each.id, each.reason) for each in refused] == [("l-0001:fff", "Invalid contact id")]
    assert first not in sim.world.record_ids(LIST)


@pytest.mark.parametrize(
    ("list_id", "values", "code"),
    [("l-nope", {EMAIL: "a@b.example"}, "10004"), (LIST, {"Nope": "1"}, "10010")],
    ids=["list", "heading"],
)
def test_what_is_not_there_is_refused(
    client: ActOnClient, list_id: str, values: dict[str, str], code: str
) -> None:
    with pytest.raises(RequestRefusedError) as caught:
        client.changes.insert_record(list_id, values)
    assert caught.value.code == code


def test_addresses_opt_out_and_in(client: ActOnClient, sim: Simulator) -> None:
    emails = ['"odd,one"@acton.example', "ada@acton.example"]
    assert client.changes.opt_out(emails) == 2
    assert client.changes.opt_out(emails) == 2
    assert [row.email for row in sim.world.suppressed("optout")][-2:] == emails
    assert client.changes.opt_in(emails) == 2
    assert not {row.email for row in sim.world.suppressed("optout")} & {*emails}


def test_addresses_that_are_none_are_counted(client: ActOnClient, sim: Simulator) -> None:
    with pytest.raises(RequestRefusedError, match="rejects 1 of 2"):
        client.changes.opt_out(["nobody", "ada@acton.example"])
    assert sim.world.suppressed("optout")[-1].email == "ada@acton.example"


@pytest.mark.parametrize("word", ["header", "footer"])
def test_headers_and_footers_are_made_changed_and_deleted(
    client: ActOnClient, sim: Simulator, word: str
) -> None:
    changes = client.changes
    create, update, delete = {
        "header": (changes.create_header, changes.update_header, changes.delete_header),
        "footer": (changes.create_footer, changes.update_footer, changes.delete_footer),
    }[word]
    made = create({"title": "T", "html": "<p>H&amp;</p>", "text": "ä+b"})
    update(made, {"title": "New"})
    found = {each.id: each for each in getattr(sim.world.assets, f"{word}s")}[made]
    assert (found.name, found.html, found.text) == ("New", "<p>H&amp;</p>", "ä+b")
    delete(made)
    assert made not in {each.id for each in getattr(sim.world.assets, f"{word}s")}


@pytest.mark.parametrize("kind", ["lost_reply", "reset_body", "truncated", "slow"])
def test_a_change_whose_reply_is_lost_is_made_once(sim: Simulator, kind: str) -> None:
    client = client_of(sim, timeout=1 if kind == "slow" else 60)
    sim.faults.add(Fault(kind=kind, method="POST", keep=0, delay_s=3, times=0))
    with pytest.raises(WriteUnknownError, match="look at the row") as caught:
        client.changes.insert_record(LIST, {EMAIL: "secret@acton.example"})
    assert "secret" not in str(caught.value)
    assert [entry.method for entry in sim.journal] == ["POST"]
    assert len(sim.world.record_ids(LIST)) == 6
    client.close()


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_change_that_the_server_fails_at_is_not_sent_again(
    client: ActOnClient, sim: Simulator, status: int
) -> None:
    sim.faults.add(Fault(kind="status", status=status, times=0))
    with pytest.raises(WriteUnknownError):
        client.changes.delete_records(LIST, [sim.world.record_ids(LIST)[0]])
    assert len(sim.journal) == 1


def test_a_throttled_change_is_sent_again(client: ActOnClient, sim: Simulator) -> None:
    sim.faults.add(Fault(kind="throttle", times=2))
    client.changes.insert_record(LIST, {})
    assert [entry.status for entry in sim.journal] == [429, 429, 200]
    assert len(sim.world.record_ids(LIST)) == 6


def test_a_refused_token_is_renewed_once_and_the_change_made_once(
    sim: Simulator, simulator: Simulate, tmp_path: Any
) -> None:
    known = sim.credentials
    client = ActOnClient.from_settings(
        read_settings(
            {
                "auth_scheme": "OAuthPassword",
                "api_url": sim.url,
                "client_id": known.client_id,
                "client_secret": known.client_secret,
                "username": known.username,
                "password": known.password,
                "oauth_settings_location": str(tmp_path / "tokens"),
            }
        )
    )
    client.changes.insert_record(LIST, {})
    sim.tokens.expire_access()
    client.changes.insert_record(LIST, {})
    assert len(sim.world.record_ids(LIST)) == 7
    assert [entry.status for entry in sim.journal.matching(path="/api/*")] == [200, 401, 200]
    client.close()


def test_a_spent_budget_sends_nothing(sim: Simulator) -> None:
    client = client_of(sim, max_requests_per_run=1)
    client.changes.insert_record(LIST, {})
    with pytest.raises(BudgetSpentError):
        client.changes.insert_record(LIST, {})
    assert len(sim.journal) == 1
    client.close()


def test_a_change_that_is_never_sent_is_no_riddle(sim: Simulator) -> None:
    client = client_of(sim, api_url="http://127.0.0.1:9", max_retry_seconds=0)
    with pytest.raises(NotConnectedError):
        client.changes.insert_record(LIST, {})
    client.close()


def test_a_reply_without_json_is_enough_for_a_footer(client: ActOnClient, sim: Simulator) -> None:
    sim.faults.add(Fault(kind="status", status=200, body="done"))
    assert client.changes.create_footer({"title": "T"}) == ""


def test_half_a_character_is_sent_as_json_has_it(client: ActOnClient, sim: Simulator) -> None:
    made = client.changes.insert_record(LIST, {"Company": "half \ud83d"})
    assert json.dumps(cell(sim, made, "Company")) == '"half \\ud83d"'


@pytest.mark.parametrize("record_id", ["", " ", ".", "..", "l-0001:0,l-0001:1"])
def test_an_id_that_means_other_rows_is_never_sent(
    client: ActOnClient, sim: Simulator, record_id: str
) -> None:
    with pytest.raises(UnwritableError):
        client.changes.delete_records(LIST, [record_id] if "," in record_id else ["", record_id])
    if "," not in record_id:
        with pytest.raises(UnwritableError):
            client.changes.update_record(LIST, record_id, {"Company": "x"})
        with pytest.raises(UnwritableError):
            client.changes.delete_footer(record_id)
    assert len(sim.journal) == 0


def test_an_address_that_is_none_is_never_sent(client: ActOnClient, sim: Simulator) -> None:
    for emails in ([""], ["a@b.example\nc@d.example"]):
        with pytest.raises(UnwritableError):
            client.changes.opt_out(emails)
    with pytest.raises(UnwritableError):
        client.changes.upsert_record(LIST, " ", {})
    assert len(sim.journal) == 0


def test_a_text_is_not_taken_for_a_list_of_its_characters(
    client: ActOnClient, sim: Simulator
) -> None:
    for change in (
        lambda: client.changes.opt_out("ada@acton.example"),
        lambda: client.changes.delete_records(LIST, "12"),
    ):
        with pytest.raises(UnwritableError, match="list of texts"):
            change()
    assert len(sim.journal) == 0


def test_a_deletion_whose_counts_do_not_add_up_is_a_riddle(
    client: ActOnClient, sim: Simulator
) -> None:
    sim.faults.add(Fault(kind="status", status=200, body='{"success_count": 0, "failedList": []}'))
    with pytest.raises(WriteUnknownError):
        client.changes.delete_records(LIST, [sim.world.record_ids(LIST)[0]])
