"""SELECT over an account: the same answers as plain tables give, and no request too many."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from tap_acton.client import ActOnClient
from tap_acton.config import read_settings
from tap_acton.errors import ServerFailedError
from tap_acton.simulator import Fault
from tap_acton.sql.engine import Engine
from tap_acton.sql.exceptions import NotSupportedError, ProgrammingError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_acton.simulator import Simulator
    from tests.conftest import Configure, Simulate

LIST = "[List_API Example List]"


@pytest.fixture
def sim(simulator: Simulate) -> Simulator:
    return simulator()


@pytest.fixture
def engine(sim: Simulator, configure: Configure) -> Iterator[Engine]:
    client = client_of(configure(sim, max_retry_seconds=0))
    engine = Engine(client)
    yield engine
    engine.close()
    client.close()


def client_of(config: dict[str, Any]) -> ActOnClient:
    """Return a client that asks for nothing ahead, as that of a connection."""
    return ActOnClient.from_settings(read_settings({**config, "requests_in_flight": 1}))


def rows(engine: Engine, statement: str, parameters: Any = ()) -> list[tuple[Any, ...]]:
    return list(engine.query(statement, parameters).rows)


def data_requests(sim: Simulator) -> list[str]:
    return [entry.path for entry in sim.journal if entry.path.startswith("/api/1/")]


@pytest.fixture
def plain(sim: Simulator) -> sqlite3.Connection:
    """The list as a table of SQLite itself, under the same names."""
    connection = sqlite3.connect(":memory:")
    connection.create_function("UPPER", 1, str.upper)
    headers = sim.world.headers("l-0001")
    columns = ", ".join(f'"{header}"' for header in headers)
    marks = ", ".join("?" for _ in headers)
    connection.execute(f'CREATE TABLE "List_API Example List" ({columns})')
    connection.executemany(
        f'INSERT INTO "List_API Example List" VALUES ({marks})',
        [row.cells for row in sim.world.rows("l-0001")],
    )
    return connection


@pytest.mark.parametrize(
    "statement",
    [
        f"SELECT [E-mail Address], Company FROM {LIST} ORDER BY 1",
        f"SELECT Company, COUNT(*) FROM {LIST} GROUP BY Company HAVING COUNT(*) > 1 ORDER BY 1",
        f"SELECT [Last Name] FROM {LIST} WHERE Company LIKE '%a%' OR Score > '50' ORDER BY 1, 1",
        f"SELECT DISTINCT [Lead Source] FROM {LIST} WHERE [Lead Source] <> '' ORDER BY 1 DESC",
        f"SELECT a.Notes, b.Notes FROM {LIST} a LEFT JOIN {LIST} b ON a.Notes = b.Notes",
        f"SELECT Notes FROM {LIST} WHERE Company IN (SELECT Company FROM {LIST}) ORDER BY 1",
        f"SELECT Notes FROM {LIST} UNION SELECT Company FROM {LIST} ORDER BY 1",
        f"SELECT CASE WHEN Score > '5' THEN 1 ELSE 2 END, UPPER(Company) FROM {LIST} ORDER BY 1",
        f"SELECT Company FROM {LIST} ORDER BY Company, Notes LIMIT 3 OFFSET 2",
        f"WITH w AS (SELECT Company AS c FROM {LIST}) SELECT COUNT(c) FROM w",
        f"SELECT COALESCE(NULLIF(Notes, ''), 'none') FROM {LIST} ORDER BY 1",
    ],
    ids=str,
)
def test_a_list_gives_the_answers_of_a_plain_table(
    engine: Engine, plain: sqlite3.Connection, statement: str
) -> None:
    assert rows(engine, statement) == plain.execute(statement).fetchall()


def test_top_is_a_limit(engine: Engine) -> None:
    assert rows(engine, f"SELECT TOP 2 Company FROM {LIST}") == rows(
        engine, f"SELECT Company FROM {LIST} LIMIT 2"
    )


def test_one_row_costs_one_request(engine: Engine, sim: Simulator) -> None:
    result = engine.query("SELECT * FROM Messages LIMIT 1", ())
    assert len(list(result.rows)) == 1
    assert data_requests(sim) == ["/api/1/message"]


def test_rows_that_are_not_fetched_cost_nothing(simulator: Simulate, configure: Configure) -> None:
    sim = simulator(contacts=200)
    client = ActOnClient.from_settings(
        read_settings(configure(sim, page_size=10, requests_in_flight=1, list_download="json"))
    )
    engine = Engine(client)
    rows(engine, f"SELECT Company FROM {LIST} LIMIT 1")
    before = len(sim.journal)
    result = engine.query(f"SELECT Company FROM {LIST}", ())
    for _ in range(25):
        next(result.rows)
    result.close()
    assert list(result.rows) == []
    assert len(sim.journal) - before == 3
    engine.close()
    client.close()


def test_a_join_reads_each_table_once(engine: Engine, sim: Simulator) -> None:
    rows(engine, "SELECT COUNT(*) FROM Campaigns a, Campaigns b, Campaigns c")
    assert len(data_requests(sim)) <= 3


def test_fixed_tables_do_not_ask_for_the_lists(engine: Engine, sim: Simulator) -> None:
    rows(engine, "SELECT * FROM Campaigns")
    assert data_requests(sim) == ["/api/1/campaigns"]


@pytest.mark.parametrize(
    "name",
    ["Messages", "messages", "[MESSAGES]", '"Messages"', "ActOn.Messages", "CData.ActOn.Messages"],
)
def test_a_table_is_found_in_any_case_and_with_its_schema(engine: Engine, name: str) -> None:
    assert rows(engine, f"SELECT COUNT(*) FROM {name}") == rows(
        engine, "SELECT COUNT(Messages.Id) FROM Messages"
    )


def test_values_have_the_types_of_their_columns(engine: Engine) -> None:
    result = engine.query("SELECT Id, Timestamp, IsTextOnly, 1 FROM Messages LIMIT 1", ())
    assert [column.type_code for column in result.columns] == [str, datetime, bool, str]
    [row] = result.rows
    assert [type(value) for value in row] == [str, datetime, bool, int]


def test_moments_compare_with_iso_texts_and_datetimes(engine: Engine) -> None:
    every = rows(engine, "SELECT Timestamp FROM Messages WHERE Timestamp IS NOT NULL ORDER BY 1")
    middle = every[len(every) // 2][0]
    expected = [row for row in every if row[0] >= middle]
    statement = "SELECT Timestamp FROM Messages WHERE Timestamp >= ? ORDER BY 1"
    assert rows(engine, statement, [middle]) == expected
    assert rows(engine, statement.replace("?", "@since"), {"@since": str(middle)}) == expected


@pytest.mark.parametrize(
    ("statement", "error", "words"),
    [
        pytest.param("SELECT * FROM Mesages", ProgrammingError, "'Messages'", id="table"),
        pytest.param("SELECT * FROM List_Nope", ProgrammingError, "List_Nope", id="list"),
        pytest.param("SELECT nope FROM Messages", ProgrammingError, "nope", id="column"),
        pytest.param("SELECT * FROM x.Messages", ProgrammingError, "'x'", id="schema"),
        pytest.param("SELECT FROM WHERE", ProgrammingError, "cannot be read", id="syntax"),
        pytest.param("SELECT NOPE(1)", NotSupportedError, "NOPE", id="function"),
        pytest.param("DELETE FROM Messages", NotSupportedError, "Only SELECT", id="write"),
        pytest.param(
            "SELECT Id FROM Messages WHERE Id = ?", ProgrammingError, "bindings", id="binding"
        ),
    ],
)
def test_what_cannot_be_answered_is_refused_in_words(
    engine: Engine, statement: str, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        rows(engine, statement)


def test_an_error_of_the_account_comes_as_it_is(engine: Engine, sim: Simulator) -> None:
    sim.faults.add(Fault(kind="status", path="/api/1/campaigns", status=500, times=0))
    with pytest.raises(ServerFailedError):
        rows(engine, "SELECT * FROM Campaigns")
