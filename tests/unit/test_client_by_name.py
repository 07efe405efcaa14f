"""What scripts ask of a client: resources by name, their records, and how many there are."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tap_acton import ActOnClient, ConfigError, RequestRefusedError
from tap_acton.resources.catalog import RESOURCES
from tap_acton.simulator import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tap_acton.simulator import Simulator
    from tests.conftest import Configure, Simulate

    Open = Callable[..., tuple[ActOnClient, Simulator]]

LISTING = "/api/1/list"
LIST = "/api/1/list/l-0001"
NAME = "API Example List"


@pytest.fixture
def opened(simulator: Simulate, configure: Configure) -> Iterator[Open]:
    """Open a client of a simulated account."""
    clients = []

    def make(
        *, sim: dict[str, Any] | None = None, **settings: Any
    ) -> tuple[ActOnClient, Simulator]:
        account = simulator(**(sim or {}))
        settings = {"requests_in_flight": 1, "max_retry_seconds": 0, **settings}
        client = ActOnClient.open(**configure(account, **settings))
        clients.append(client)
        return client, account

    yield make
    for client in clients:
        client.close()


def asked(sim: Simulator) -> Counter[str]:
    return Counter(entry.path for entry in sim.journal.matching(path="/api/*"))


def test_a_client_that_is_opened_has_sent_nothing(opened: Open) -> None:
    _, sim = opened()
    assert len(sim.journal) == 0


@pytest.mark.parametrize("name", [NAME, "l-0001", "list_api_example_list"])
def test_a_list_goes_by_its_name_its_id_and_its_stream(opened: Open, name: str) -> None:
    client, sim = opened()
    records = list(client.records(name))
    assert tuple(each["contact_id"] for each in records) == sim.world.record_ids("l-0001")
    assert client.list_id(name) == "l-0001"
    assert asked(sim)[LISTING] == 1


def test_of_two_lists_of_one_name_the_oldest_is_meant(opened: Open) -> None:
    client, sim = opened()
    newer = sim.world.add_list(NAME, ["E-mail Address"])
    assert client.list_id(NAME) == "l-0001"
    assert client.list_id(newer) == newer


def test_columns_of_a_list_are_asked_for_once(opened: Open) -> None:
    client, sim = opened()
    assert client.resource(NAME) is client.resource(NAME)
    assert asked(sim)[LIST] == 1


def test_segments_contacts_and_custom_objects_go_by_their_streams(opened: Open) -> None:
    client, sim = opened()
    contacts = list(client.records("contacts"))
    assert tuple(each["id"] for each in contacts) == sim.world.contact_ids()
    assert {"e_mail", "when"} <= set(next(client.records("custom_membership")))
    members = client.count("segment_monthly_update_1")
    assert members == len(list(client.records("segment_monthly_update_1")))
    assert members


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("mesages", "Did you mean 'messages'?"),
        ("API Exmaple List", "Did you mean 'API Example List'?"),
        ("segment_of_nobody", "lists() shows the account's lists."),
        ("custom_nothing_like_it", "lists() shows the account's lists."),
    ],
)
def test_a_name_of_nothing_says_what_may_be_meant(opened: Open, name: str, step: str) -> None:
    client, _ = opened()
    with pytest.raises(ConfigError, match="has nothing of the name") as raised:
        client.resource(name)
    assert raised.value.next_step == step


def test_cells_are_typed_where_the_settings_ask_for_it(opened: Open) -> None:
    typed, _ = opened(type_detection="sample")
    plain, _ = opened()
    assert all(isinstance(each["score"], int) for each in typed.records(NAME))
    assert all(isinstance(each["score"], str) for each in plain.records(NAME))


def test_records_are_plain_and_have_every_column(opened: Open) -> None:
    client, _ = opened()
    record = next(client.records("messages"))
    assert type(record) is dict
    assert set(record) == {*(each.name for each in RESOURCES["messages"].columns), "_raw"}
    assert record["timestamp"].tzinfo is UTC


def test_only_what_changed_in_a_time_is_given(opened: Open) -> None:
    client, sim = opened()
    changed = sorted(each["modified_date"] for each in client.records(NAME))
    since, until = changed[10], changed[20]
    found = [each["modified_date"] for each in client.records(NAME, since=since, until=until)]
    assert sorted(found) == changed[10:21]
    sent = sim.journal.matching(path=LIST)[-1].query
    assert {"modafter", "modbefore"} <= set(sent)


@pytest.mark.parametrize(
    "since",
    [
        "2024-06-01",
        date(2024, 6, 1),
        datetime(2024, 6, 1),  # noqa: DTZ001 - it is UTC
        datetime(2024, 6, 1, tzinfo=UTC),
    ],
    ids=["text", "date", "naive", "aware"],
)
def test_a_date_may_come_in_any_form(opened: Open, since: Any) -> None:
    client, _ = opened()
    start = datetime(2024, 6, 1, tzinfo=UTC)
    every = [each["modified_date"] for each in client.records(NAME)]
    found = [each["modified_date"] for each in client.records(NAME, since=since)]
    assert sorted(found) == sorted(each for each in every if each >= start)
    assert 0 < len(found) < len(every)


def test_what_cannot_be_asked_is_said_before_a_request(opened: Open) -> None:
    client, sim = opened()
    for records in (
        client.records("messages", since="2024-01-01"),
        client.records("hard_bounces", since="yesterday"),
        client.records("message_reports", message="x"),
    ):
        with pytest.raises(ConfigError):
            next(records)
    with pytest.raises(ConfigError, match="It has: message_id"):
        client.count("message_reports", message="x")
    assert len(sim.journal) == 0


def test_a_variable_with_a_value_is_read_for_no_other(opened: Open) -> None:
    client, sim = opened()
    message = next(client.records("messages", type="SENT"))["id"]
    sim.journal.clear()
    assert [each["message_id"] for each in client.records("message_reports", message_id=message)]
    assert asked(sim) == {f"/api/1/message/{message}/report": 1}


def test_counting_a_list_takes_one_request_for_it(opened: Open) -> None:
    client, sim = opened(page_size=10)
    client.resource(NAME)
    sim.journal.clear()
    assert client.count(NAME) == 30
    assert asked(sim) == {LIST: 1}


def test_a_list_too_wide_for_json_is_counted_all_the_same(opened: Open) -> None:
    client, sim = opened(sim={"wide_columns": 300})
    [wide] = [each for each in client.lists() if len(sim.world.headers(each)) > 255]
    assert client.count(wide) == len(sim.world.record_ids(wide))


def test_counts_are_of_what_is_read(opened: Open) -> None:
    client, _ = opened()
    for name in ("messages", "forms", "lists", "contacts", "message_reports", "programs"):
        assert client.count(name) == len(list(client.records(name))), name


def test_what_act_on_does_not_count_has_no_count(opened: Open) -> None:
    client, _ = opened()
    assert client.count("hard_bounces") is None


def test_records_before_a_failure_are_given(opened: Open) -> None:
    client, sim = opened(page_size=10, list_download="json")
    leads = client.resource(NAME)
    sim.faults.add(Fault(kind="status", status=400, path=LIST, first=2, times=0))
    records = client.records(leads)
    assert len(list(itertools.islice(records, 10))) == 10
    with pytest.raises(RequestRefusedError):
        next(records)


def test_sources_are_files_and_the_environment_and_settings_win(
    simulator: Simulate, configure: Configure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "config.json"
    file.write_text(json.dumps(configure(simulator(), page_size=5)))
    monkeypatch.setenv("TAP_ACTON_PAGE_SIZE", "7")
    sizes = []
    for sources, settings in (
        ((str(file),), {}),
        ((str(file), "ENV"), {}),
        ((str(file), "ENV"), {"page_size": 9}),
    ):
        with ActOnClient.open(*sources, **settings) as client:
            sizes.append(client.page_size)
    assert sizes == [5, 7, 9]


def test_a_wrong_setting_is_one_line_that_names_it() -> None:
    with pytest.raises(ConfigError, match=r"no setting 'pagesize'.*Did you mean 'page_size'"):
        ActOnClient.open(client_id="i", client_secret="s", pagesize=3)
    with pytest.raises(ConfigError, match="Missing in the settings"):
        ActOnClient.open()
