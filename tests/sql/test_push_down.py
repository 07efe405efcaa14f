"""What a statement asks Act-On for: no more than its conditions leave, and each thing once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import apsw
import pytest

from tap_acton.client import ActOnClient
from tap_acton.config import read_settings
from tap_acton.resources.convert import Type
from tap_acton.resources.messages import MESSAGE_REPORTS, MESSAGES
from tap_acton.resources.model import Column
from tap_acton.resources.programs import PROGRAMS
from tap_acton.sql.engine import Engine
from tap_acton.sql.reading.rescans import wanted_again
from tap_acton.sql.reading.vtable import VirtualTables
from tap_acton.sql.schema.table import Field, Table, Way

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_acton.simulator import Simulator
    from tests.conftest import Configure, Simulate

LIST = "[List_API Example List]"


@pytest.fixture
def sim(simulator: Simulate) -> Simulator:
    return simulator(messages=12, contacts=60)


@pytest.fixture
def client(sim: Simulator, configure: Configure) -> Iterator[ActOnClient]:
    """A client of small pages that asks for nothing ahead, as that of a connection."""
    settings = configure(sim, max_retry_seconds=0, requests_in_flight=1, page_size=20)
    client = ActOnClient.from_settings(read_settings(settings))
    yield client
    client.close()


@pytest.fixture
def engine(client: ActOnClient) -> Iterator[Engine]:
    engine = Engine(client)
    yield engine
    engine.close()


def asked(sim: Simulator, engine: Engine, statement: str, parameters: Any = ()) -> list[str]:
    """Return the requests that a statement takes, without the API's address."""
    before = len(sim.journal)
    list(engine.query(statement, parameters).rows)
    return [_line(entry) for entry in list(sim.journal)[before:] if "/api/1/" in entry.path]


def _line(entry: Any) -> str:
    words = {key: value for key, value in entry.query.items() if key in {"type", "modafter"}}
    return str(entry.path).removeprefix("/api/1/") + "".join(
        f" {value}" for value in words.values()
    )


def rows(engine: Engine, statement: str, parameters: Any = ()) -> list[tuple[Any, ...]]:
    return list(engine.query(statement, parameters).rows)


def sent(engine: Engine) -> list[str]:
    """Return the ids of messages with a report."""
    return [row[0] for row in rows(engine, "SELECT Id FROM Messages WHERE Type = 'SENT'")]


@pytest.mark.parametrize(
    ("condition", "types"),
    [
        ("Type = 'SENT'", ["SENT"]),
        ("Type IN ('DRAFT', 'SENT')", ["SENT", "DRAFT"]),
        ("Type = 'SENT' AND Title LIKE '%a%'", ["SENT"]),
        ("Type = 'SENT' AND Type = 'DRAFT'", []),
        ("Type = 'SENT' OR Type = 'DRAFT'", ["SENT", "DRAFT"]),
        ("Type = 'No such type'", []),
        ("Type = 5", []),
        ("Type = NULL", []),
        ("Type IN ('SENT', NULL)", ["SENT"]),
    ],
    ids=str,
)
@pytest.mark.parametrize("columns", ["*", "COUNT(Title)"])
def test_only_the_words_that_are_given_are_asked_for(
    sim: Simulator, engine: Engine, condition: str, types: list[str], columns: str
) -> None:
    statement = f"SELECT {columns} FROM Messages WHERE {condition}"
    found = asked(sim, engine, statement)
    assert set(found) == {f"message {each}" for each in types}
    assert len(found) == len(set(found))


def test_a_parameter_is_as_good_as_a_literal(sim: Simulator, engine: Engine) -> None:
    for mark, given in (("?", ["SENT"]), ("@type", {"@type": "SENT"})):
        statement = f"SELECT Title FROM Messages WHERE Type = {mark}"
        assert asked(sim, engine, statement, given) == ["message SENT"]


@pytest.mark.parametrize("columns", ["Title, Sent", "COUNT(*)"])
def test_a_key_of_a_parent_takes_no_list_of_parents(
    sim: Simulator, engine: Engine, columns: str
) -> None:
    first, second, *_ = sent(engine)
    one = f"SELECT {columns} FROM Reports WHERE MessageId = ?"
    assert asked(sim, engine, one, [first]) == [f"message/{first}/report"]
    both = f"SELECT {columns} FROM Reports WHERE MessageId IN (?, ?)"
    expected = {f"message/{each}/report" for each in (first, second)}
    assert set(asked(sim, engine, both, [first, second])) == expected


def test_both_variables_bind_one_request(sim: Simulator, engine: Engine) -> None:
    first = sent(engine)[0]
    statement = "SELECT Email FROM DrilldownReports WHERE MessageId = ? AND Event = 'CLICKED'"
    assert asked(sim, engine, statement, [first]) == [f"message/{first}/report/CLICKED"]


def test_a_date_of_the_parent_takes_the_parents_until_it_is_found(
    sim: Simulator, engine: Engine
) -> None:
    first = sent(engine)[0]
    statement = "SELECT MessageId, SentAt FROM Reports WHERE MessageId = ?"
    found = asked(sim, engine, statement, [first])
    assert found == ["message SENT", f"message/{first}/report"]
    [(_, date)] = rows(engine, statement, [first])
    assert date is not None


def test_a_key_of_the_grandparents_takes_none_of_their_list(sim: Simulator, engine: Engine) -> None:
    statement = "SELECT Score FROM ListScores WHERE ListId = 'l-0001'"
    found = asked(sim, engine, statement)
    assert {path.split("/")[1] for path in found} == {"l-0001"}
    assert "list" not in found


def test_an_absent_parent_gives_no_rows(engine: Engine) -> None:
    assert rows(engine, "SELECT Title FROM Reports WHERE MessageId = 'none'") == []
    assert rows(engine, "SELECT Title FROM Reports WHERE MessageId IN ('', '.', '..')") == []


@pytest.mark.parametrize(
    ("condition", "is_passed"),
    [
        ("[Modified Date] >= '2024-03-01'", True),
        ("[Modified Date] = '2024-03-01 10:00:00'", True),
        ("[Modified Date] BETWEEN '2024-03-01' AND '2024-04-01T10:00'", True),
        ("[Modified Date] >= 'March'", False),
        ("[Modified Date] >= 5", False),
        ("[Modified Date] >= '2024-03-01' OR Company = 'x'", False),
        ("[Modified Date] <> '2024-03-01'", False),
    ],
    ids=str,
)
def test_a_date_that_act_on_can_check_is_passed_on(
    sim: Simulator, engine: Engine, condition: str, is_passed: bool
) -> None:
    engine.query(f"SELECT Company FROM {LIST}").close()
    condition = condition.replace("[Modified Date]", "ModifiedDate")
    [first, *_] = asked(sim, engine, f"SELECT Company FROM {LIST} WHERE {condition}")
    assert first.startswith("list/l-0001")
    assert (len(first.split(" ")) == 2) == is_passed


def test_a_date_of_the_parents_leaves_out_their_children(sim: Simulator, engine: Engine) -> None:
    dates = [row[0] for row in rows(engine, "SELECT SentAt FROM Reports WHERE SentAt > '2000'")]
    last = max(dates)
    found = asked(sim, engine, "SELECT Title FROM Reports WHERE SentAt >= ?", [last])
    reports = [path for path in found if path.endswith("/report")]
    triggered = rows(engine, "SELECT Id FROM Messages WHERE Type = 'TRIGGERED'")
    assert len(reports) == dates.count(last) + len(triggered)


def test_a_join_asks_for_the_children_of_the_rows_that_are_left(
    sim: Simulator, engine: Engine
) -> None:
    first = sent(engine)[0]
    statement = """
        SELECT m.Title, r.Sent FROM Reports r JOIN Messages m ON r.MessageId = m.Id
        WHERE m.Type = 'SENT' AND m.Id <= ?
    """
    found = asked(sim, engine, statement, [first])
    lists = [path for path in found if path == "message SENT"]
    reports = [path for path in found if path.endswith("/report")]
    assert len(lists) + len(reports) == len(found)
    assert len(reports) == len(set(reports))
    assert f"message/{first}/report" in reports
    expected = [each for each in sent(engine) if each <= first]
    assert sorted(reports) == sorted(f"message/{each}/report" for each in expected)


def test_a_child_is_asked_for_once_in_a_statement(sim: Simulator, engine: Engine) -> None:
    statement = """
        SELECT m.Title, (SELECT COUNT(*) FROM Reports r WHERE r.MessageId = m.Id),
               (SELECT SUM(Sent) FROM Reports r WHERE r.MessageId = m.Id)
        FROM Messages m, (SELECT 1 AS one UNION ALL SELECT 2) twice WHERE m.Type = 'SENT'
    """
    found = asked(sim, engine, statement)
    assert len(found) == len(set(found))


def test_what_is_looked_into_until_it_is_found_is_asked_for_once(
    sim: Simulator, engine: Engine
) -> None:
    statement = f"""
        SELECT a.Company FROM {LIST} a
        WHERE EXISTS (SELECT 1 FROM Campaigns c WHERE c.Name <> a.Company)
    """
    engine.query(f"SELECT Company FROM {LIST}").close()
    assert asked(sim, engine, statement).count("campaigns") == 1


def test_each_statement_asks_for_the_parents_anew(sim: Simulator, engine: Engine) -> None:
    statement = "SELECT COUNT(*) FROM Reports"
    first, second = (asked(sim, engine, statement) for _ in range(2))
    assert first == second
    assert "message SENT" in first


def test_or_over_two_keys_loses_no_row_and_gives_none_twice(engine: Engine) -> None:
    whole = rows(engine, "SELECT MessageId, Event, Email FROM DrilldownReports")
    first = whole[0][0]
    expected = sorted(row for row in whole if row[0] == first or row[1] == "OPENED")
    statement = (
        "SELECT MessageId, Event, Email FROM DrilldownReports "
        "WHERE MessageId = ? OR Event = 'OPENED'"
    )
    assert sorted(rows(engine, statement, [first])) == expected


@pytest.mark.parametrize(
    "statement",
    [
        f"SELECT * FROM {LIST} LIMIT 1",
        f"SELECT Company FROM {LIST} WHERE Company LIKE '%' LIMIT 1",
        f"SELECT TOP 20 Company FROM {LIST}",
    ],
    ids=str,
)
def test_a_limit_asks_for_no_further_page(sim: Simulator, engine: Engine, statement: str) -> None:
    engine.query(f"SELECT Company FROM {LIST}").close()
    assert len(asked(sim, engine, statement)) == 1


def test_a_limit_asks_for_no_larger_page(sim: Simulator, engine: Engine) -> None:
    engine.query(f"SELECT Company FROM {LIST}").close()
    assert len(rows(engine, f"SELECT Company FROM {LIST} LIMIT 3 OFFSET 1")) == 3
    assert list(sim.journal)[-1].query["count"] == "4"


def test_a_list_is_counted_by_its_total(sim: Simulator, engine: Engine) -> None:
    engine.query(f"SELECT Company FROM {LIST}").close()
    statement = f"SELECT COUNT(*) AS n FROM {LIST}"
    assert len(asked(sim, engine, statement)) == 1
    assert list(sim.journal)[-1].query["count"] == "1"
    assert rows(engine, statement) == [(len(rows(engine, f"SELECT Company FROM {LIST}")),)]


def test_what_has_no_total_is_counted_row_by_row(engine: Engine) -> None:
    every = len(rows(engine, "SELECT Id FROM Messages"))
    assert rows(engine, "SELECT COUNT(*) FROM Messages") == [(every,)]


@pytest.fixture
def tables(client: ActOnClient) -> VirtualTables:
    """Tables of which a row can be asked for by its key, or a word stands for another."""
    tables = VirtualTables(client)
    tables.tables += [_messages(), _programs()]
    return tables


@pytest.fixture
def sqlite(tables: VirtualTables) -> Iterator[apsw.Connection]:
    """A database with those tables."""
    connection = apsw.Connection(":memory:", statementcachesize=0)
    connection.create_module("acton", tables, use_bestindex_object=True)  # type: ignore[arg-type]
    connection.execute("CREATE VIRTUAL TABLE m USING acton(0)")
    connection.execute("CREATE VIRTUAL TABLE p USING acton(1)")
    yield connection
    connection.close(force=True)


def _messages() -> Table:
    columns = (Column(name="message_id", source=("msgId", "msg_id")), Column(name="type"))
    fields = (
        Field(name="Id", column="message_id", is_key=True),
        Field(name="Title", column="title"),
        Field(name="Type", column="type"),
    )
    every = replace(
        MESSAGES,
        name="titles",
        reshape=None,
        keys=("message_id",),
        columns=(*columns, Column(name="title", source=("title", "name"))),
    )
    return Table(
        name="m", fields=fields, way=Way(resource=every), by_key=Way(resource=MESSAGE_REPORTS)
    )


def _programs() -> Table:
    fields = tuple(
        Field(
            name=each.name,
            column=each.name,
            type=each.type,
            is_key=each.name == "id",
        )
        for each in PROGRAMS.columns
        if each.type is Type.TEXT
    )
    return Table(name="p", fields=fields, way=Way(resource=PROGRAMS))


def requests_of(sim: Simulator, sqlite: apsw.Connection, statement: str, *given: Any) -> list[str]:
    before = len(sim.journal)
    sqlite.execute(statement, given).fetchall()
    return [_line(entry) for entry in list(sim.journal)[before:] if "/api/1/" in entry.path]


def test_a_row_is_asked_for_by_its_key(
    sim: Simulator, engine: Engine, sqlite: apsw.Connection
) -> None:
    first, second, *_ = sent(engine)
    statement = "SELECT Title FROM m WHERE Id = ?"
    assert requests_of(sim, sqlite, statement, first) == [f"message/{first}/report"]
    assert len(sqlite.execute(statement, [first]).fetchall()) == 1
    both = requests_of(sim, sqlite, "SELECT Title FROM m WHERE Id IN (?, ?)", first, second)
    assert sorted(both) == sorted(f"message/{each}/report" for each in (first, second))


def test_a_row_that_is_not_there_is_none(sqlite: apsw.Connection) -> None:
    assert sqlite.execute("SELECT Title FROM m WHERE Id = 'none'").fetchall() == []


def test_what_the_row_of_a_key_does_not_show_takes_the_table(
    sim: Simulator, engine: Engine, sqlite: apsw.Connection
) -> None:
    first = sent(engine)[0]
    found = requests_of(sim, sqlite, "SELECT Type FROM m WHERE Id = ?", first)
    assert f"message/{first}/report" not in found
    assert found[0] == "message SENT"


def test_many_keys_of_a_table_that_is_few_requests_take_the_table(
    sim: Simulator, engine: Engine, sqlite: apsw.Connection
) -> None:
    keys = [*sent(engine), *(f"none-{number}" for number in range(30))]
    marks = ", ".join("?" * len(keys))
    found = requests_of(sim, sqlite, f"SELECT Title FROM m WHERE Id IN ({marks})", *keys)
    assert not [path for path in found if path.endswith("/report")]
    rows = sqlite.execute(f"SELECT Id FROM m WHERE Id IN ({marks})", keys).fetchall()
    assert {row[0] for row in rows} == set(sent(engine))


@pytest.mark.parametrize("condition", ["= 'RACK'", "IN ('RACK', 'TRACK')", "= 'rack' LIMIT 1"])
def test_an_accepted_word_is_sent_as_act_ons_own(
    sim: Simulator, engine: Engine, condition: str
) -> None:
    before = len(sim.journal)
    rows = list(engine.query(f"SELECT Id, Type FROM Programs WHERE Type {condition}").rows)
    assert {row[1] for row in rows} == {"TRACK"}
    sent = [_line(each) for each in list(sim.journal)[before:] if "/program" in each.path]
    assert sent == ["program TRACK"]


@pytest.mark.parametrize(
    "condition",
    [
        "Type = '{}'",
        "'{}' = Type",
        "Type <> '{}'",
        "Type IN ('{}', 'EVENT')",
        "p.Type NOT IN ('{}', 'EVENT')",
        "Type = '{}' OR Name = 'none'",
        "CASE Type WHEN '{}' THEN 1 END = 1",
    ],
)
def test_an_accepted_word_is_equal_to_act_ons_own(engine: Engine, condition: str) -> None:
    accepted, own = (
        list(engine.query(f"SELECT Id FROM Programs p WHERE {condition.format(word)}").rows)
        for word in ("RACK", "TRACK")
    )
    assert accepted
    assert accepted == own


@pytest.mark.parametrize(
    ("statement", "kept"),
    [
        ("SELECT * FROM m", set()),
        ("SELECT * FROM p CROSS JOIN m", {"m"}),
        ("SELECT * FROM m UNION ALL SELECT id, name, type FROM p", set()),
        ("SELECT * FROM m a CROSS JOIN m b", {"m"}),
        ("SELECT * FROM m WHERE Title IN (SELECT name FROM p)", set()),
        ("SELECT *, (SELECT MAX(name) FROM p WHERE name > Title) FROM m", {"p"}),
        ("SELECT m.Id FROM p FULL JOIN m ON p.id = m.Title", {"m"}),
    ],
    ids=str,
)
def test_what_is_gone_through_once_is_not_kept(
    sqlite: apsw.Connection, tables: VirtualTables, statement: str, kept: set[str]
) -> None:
    found = wanted_again(sqlite.cursor(), statement, (), tables.table)
    assert {tables.table(number) for number in found} == kept
