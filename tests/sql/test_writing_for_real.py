"""What SQL writes is in the account: the simulator's, by its own requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import cdata.acton as mod
from tap_acton.simulator import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_acton.simulator import Simulator
    from tests.conftest import Simulate

LIST = "[List_API Example List]"


@pytest.fixture
def sim(simulator: Simulate) -> Simulator:
    return simulator()


@pytest.fixture
def connection(sim: Simulator) -> Iterator[mod.Connection]:
    token = sim.tokens.issue()["access_token"]
    with mod.connect(
        f"InitiateOAuth=OFF;OAuthAccessToken={token};ApiUrl={sim.url};RequestsPerSecond=100000"
    ) as opened:
        yield opened


def writes(sim: Simulator) -> list[str]:
    return [entry.method for entry in sim.journal if entry.method != "GET"]


def test_a_record_is_inserted_read_changed_and_deleted(
    connection: mod.Connection, sim: Simulator
) -> None:
    made = connection.execute(
        f"INSERT INTO {LIST} ([E-mail Address], Company) VALUES (?, ?)", ["ada@x.example", "A"]
    )
    assert (made.rowcount, made.lastrowid) == (1, sim.world.record_ids("l-0001")[-1])
    key = connection.execute("SELECT SCOPE_IDENTITY()").fetchone()
    assert key == (made.lastrowid,)
    query = f"SELECT Company FROM {LIST} WHERE ContactId = ?"
    assert connection.execute(query, list(key)).fetchall() == [("A",)]
    changed = connection.execute(
        f"UPDATE {LIST} SET Company = Company + '!' WHERE [E-mail Address] = 'ada@x.example'"
    )
    assert changed.rowcount == 1
    assert connection.execute(query, list(key)).fetchall() == [("A!",)]
    assert connection.execute(f"DELETE FROM {LIST} WHERE ContactId = ?", list(key)).rowcount == 1
    assert connection.execute(query, list(key)).fetchall() == []
    assert writes(sim) == ["POST", "PUT", "DELETE"]


def test_an_upsert_changes_the_record_of_its_address(
    connection: mod.Connection, sim: Simulator
) -> None:
    for company in ("A", "B"):
        connection.execute(
            f"UPSERT INTO {LIST} ([E-mail Address], Company) VALUES ('a@x.example', ?)", [company]
        )
    query = f"SELECT Company FROM {LIST} WHERE [E-mail Address] = 'a@x.example'"
    assert connection.execute(query).fetchall() == [("B",)]


def test_many_are_deleted_by_the_hundred(simulator: Simulate) -> None:
    sim = simulator(contacts=150)
    token = sim.tokens.issue()["access_token"]
    string = f"InitiateOAuth=OFF;OAuthAccessToken={token};ApiUrl={sim.url};RequestsPerSecond=100000"
    ids = [[each] for each in sim.world.record_ids("l-0001")]
    with mod.connect(string) as connection:
        cursor = connection.cursor()
        cursor.executemany(f"DELETE FROM {LIST} WHERE ContactId = ?", ids)
        assert cursor.rowcount == 150
    assert writes(sim) == ["DELETE", "DELETE"]
    assert not sim.world.record_ids("l-0001")


def test_addresses_opt_out_and_in(connection: mod.Connection, sim: Simulator) -> None:
    connection.execute("INSERT INTO Optout (Email) VALUES ('new@x.example')")
    query = "SELECT Email FROM Optout WHERE Email = 'new@x.example'"
    assert connection.execute(query).fetchall() == [("new@x.example",)]
    connection.execute("DELETE FROM Optout WHERE Email = 'new@x.example'")
    assert connection.execute(query).fetchall() == []


@pytest.mark.parametrize("table", ["Header", "Footer"])
def test_headers_and_footers_are_written(connection: mod.Connection, table: str) -> None:
    made = connection.execute(
        f"INSERT INTO {table} (Title, Html, Text) VALUES ('T', '<p>h</p>', 't')"
    ).lastrowid
    query = f"SELECT Title, Html, Text FROM {table} WHERE Id = ?"
    assert connection.execute(query, [made]).fetchall() == [("T", "<p>h</p>", "t")]
    connection.execute(f"UPDATE {table} SET Title = 'U' WHERE Id = ?", [made])
    assert connection.execute(query, [made]).fetchall() == [("U", "<p>h</p>", "t")]
    connection.execute(f"DELETE FROM {table} WHERE Id = ?", [made])
    assert connection.execute(query, [made]).fetchall() == []


def test_of_many_rows_the_error_names_the_one_that_nobody_knows(
    connection: mod.Connection, sim: Simulator
) -> None:
    connection.execute(f"SELECT TOP 1 Company FROM {LIST}").fetchall()
    before = len(sim.world.record_ids("l-0001"))
    sim.faults.add(Fault(kind="lost_reply", method="POST", first=2))
    with pytest.raises(mod.OperationalError, match=r"row 1 was written.*row 2.*Nobody knows"):
        connection.execute(f"INSERT INTO {LIST} (Company) VALUES ('A'), ('B'), ('C')")
    assert len(sim.world.record_ids("l-0001")) == before + 2
    assert writes(sim) == ["POST", "POST"]


def test_a_view_cannot_be_written(connection: mod.Connection, sim: Simulator) -> None:
    with pytest.raises(mod.NotSupportedError, match="Messages is a view"):
        connection.execute("DELETE FROM Messages WHERE Id = '1'")
    assert writes(sim) == []


def test_returning_gives_the_ids_of_new_rows(connection: mod.Connection, sim: Simulator) -> None:
    cursor = connection.execute(
        f"INSERT INTO {LIST} (Company) VALUES ('A'), ('B') RETURNING ContactId"
    )
    assert [column[0] for column in cursor.description or ()] == ["ContactId"]
    assert [key for (key,) in cursor.fetchall()] == list(sim.world.record_ids("l-0001")[-2:])
    with pytest.raises(mod.NotSupportedError, match="RETURNING gives the key alone: ContactId"):
        connection.execute(f"INSERT INTO {LIST} (Company) VALUES ('A') RETURNING Company")
    assert writes(sim) == ["POST", "POST"]
