"""SELECT over an account: the same answers as plain tables give, and no request too many."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

import pytest

from cdata import acton
from tap_acton.client import ActOnClient
from tap_acton.config import read_settings
from tap_acton.errors import ServerFailedError
from tap_acton.simulator import Fault
from tap_acton.sql.engine import Engine
from tap_acton.sql.exceptions import NotSupportedError, ProgrammingError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tap_acton.simulator import Simulator
    from tests.conftest import Configure, Simulate

LIST = "[List_API Example List]"


@pytest.fixture
def sim(simulator: Simulate) -> Simulator:
    return simulator()


@pytest.fixture
def engine(sim: Simulator, configure: Configure, tmp_path: Path) -> Iterator[Engine]:
    client = client_of(configure(sim, max_retry_seconds=0))
    engine = Engine(client, views=tmp_path / "views.json")
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
def plain(sim: Simulator) -> Iterator[sqlite3.Connection]:
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
    yield connection
    connection.close()


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
        f"SELECT CASE WHEN Score > '5' THEN 1 ELSE 2 END, LOWER(Score) FROM {LIST} ORDER BY 1",
        f"SELECT Company FROM {LIST} ORDER BY Company, Notes LIMIT 3 OFFSET 2",
        f"WITH w AS (SELECT Company AS c FROM {LIST}) SELECT COUNT(c) FROM w",
        f"SELECT COALESCE(NULLIF(Notes, ''), 'none') FROM {LIST} ORDER BY 1",
        f"SELECT a.Notes, b.Company FROM {LIST} a, {LIST} b WHERE a.Notes = b.Notes ORDER BY 1, 2",
        f"SELECT Company FROM {LIST} UNION ALL SELECT Notes FROM {LIST} ORDER BY 1 LIMIT 9",
        f"SELECT Company FROM {LIST} INTERSECT SELECT Company FROM {LIST} ORDER BY 1",
        f"SELECT Notes FROM {LIST} ORDER BY NULLIF(Notes, '') DESC NULLS FIRST, Notes LIMIT 5",
        (
            f"SELECT Company, ROW_NUMBER() OVER (PARTITION BY Company ORDER BY Notes) FROM {LIST} "
            "ORDER BY 1, 2"
        ),
        f"SELECT COUNT(DISTINCT Company), COUNT(*), MIN(Company), MAX(Notes) FROM {LIST}",
        (
            f"SELECT Company FROM {LIST} AS x WHERE EXISTS (SELECT 1 FROM {LIST} AS y "
            "WHERE y.Notes = x.Notes AND y.Company <> x.Company) ORDER BY 1"
        ),
        f"SELECT n FROM (SELECT Company, COUNT(*) AS n FROM {LIST} GROUP BY Company) q ORDER BY 1",
        (
            f"SELECT a.Company FROM {LIST} a FULL OUTER JOIN {LIST} b ON a.Notes = b.Company "
            "ORDER BY 1"
        ),
        (
            f"SELECT Company FROM {LIST} WHERE NOT Company IN ('a', 'b') AND Score > '1' "
            "OR Notes IS NOT NULL AND Company NOT LIKE '%z_' ORDER BY 1"
        ),
        f"SELECT CAST(Score AS INTEGER) * 2 % 7 FROM {LIST} ORDER BY 1",
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
    assert [column.type_code for column in result.columns] == [str, datetime, bool, int]
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
        pytest.param(
            "SELECT Id FROM Messages WHERE", ProgrammingError, "Something is missing", id="missing"
        ),
        pytest.param("SELECT * FROM List_A B C", ProgrammingError, r"in \[brackets\]", id="blanks"),
        pytest.param("CREATE TABLE t (a INT)", NotSupportedError, "Tables are made", id="table"),
        pytest.param("DROP TABLE Optout", NotSupportedError, "in Act-On alone", id="drop"),
        pytest.param(
            "SELECT CONVERT(VARCHAR, 1, 120)",
            ProgrammingError,
            "CONVERT takes no style",
            id="style",
        ),
        pytest.param("SELECT NOPE(1)", NotSupportedError, "NOPE", id="function"),
        pytest.param("SELECT Titel FROM Messages", ProgrammingError, "'Title'", id="nearest"),
        pytest.param('SELECT "x y" FROM Messages', ProgrammingError, "'x y'", id="no text"),
        pytest.param("SELECT CHARINDEXX(Id) FROM Messages", NotSupportedError, "'CHARINDEX'"),
        pytest.param("SELECT * FROM UPPER('a')", ProgrammingError, "UPPER gives no rows"),
        pytest.param(
            "SELECT * FROM Messages CROSS APPLY UPPER(Id) AS x", ProgrammingError, "no rows"
        ),
        pytest.param("SELECT UPPER(1, 2)", ProgrammingError, "UPPER", id="arguments"),
        pytest.param("SELECT CAST(1 AS FOO)", ProgrammingError, "FOO", id="type"),
        pytest.param("EXPLAIN SELECT 1", NotSupportedError, "EXPLAIN", id="statement"),
        pytest.param("GETDELETED FROM Messages", NotSupportedError, "deleted", id="deleted"),
        pytest.param("MERGE INTO Messages", NotSupportedError, "UPSERT", id="merge"),
        pytest.param(
            "SELECT Id FROM Messages WHERE Id = ?", ProgrammingError, "got 0 parameters", id="few"
        ),
        pytest.param("SELECT @a", ProgrammingError, "mapping", id="named"),
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


@pytest.mark.parametrize(
    ("expression", "type_", "value_type"),
    [
        pytest.param("MAX(Timestamp)", datetime, datetime, id="max"),
        pytest.param("COALESCE(NULL, Timestamp)", datetime, datetime, id="coalesce"),
        pytest.param("CASE WHEN 1 = 1 THEN Timestamp END", datetime, datetime, id="case"),
        pytest.param("MIN(IsTextOnly)", bool, bool, id="min of flags"),
        pytest.param("CAST('yes' AS BOOLEAN)", bool, bool, id="cast to flag"),
        pytest.param("CAST(Timestamp AS DATE)", date, date, id="cast to date"),
        pytest.param("CAST('2024-05-06T07:08:09Z' AS TIMESTAMP)", datetime, datetime, id="moment"),
        pytest.param("CAST('07:08' AS TIME)", time, time, id="time"),
        pytest.param("CAST('12' AS INTEGER)", int, int, id="cast to whole number"),
        pytest.param("CAST('1.255' AS DECIMAL(5, 2))", float, float, id="cast to number"),
        pytest.param("COUNT(*)", int, int, id="count"),
        pytest.param("ROW_NUMBER() OVER (ORDER BY Id)", int, int, id="window"),
        pytest.param("COALESCE(Timestamp, 'never')", datetime, datetime, id="mixed"),
        pytest.param("COALESCE(NULL, 'never')", str, str, id="text"),
    ],
)
def test_expressions_keep_the_types_of_what_they_are_made_of(
    engine: Engine, expression: str, type_: type, value_type: type
) -> None:
    result = engine.query(f"SELECT {expression} FROM Messages WHERE Timestamp IS NOT NULL")
    assert result.columns[0].type_code is type_
    assert type(next(result.rows)[0]) is value_type


def test_types_come_through_derived_tables_and_common_ones(engine: Engine) -> None:
    statement = (
        "WITH w AS (SELECT Id, MAX(Timestamp) AS Newest FROM Messages GROUP BY Id) "
        "SELECT Newest FROM (SELECT Newest FROM w) AS x ORDER BY 1 DESC LIMIT 1"
    )
    [(newest,)] = rows(engine, statement)
    assert [(newest,)] == rows(engine, "SELECT MAX(Timestamp) FROM Messages")
    assert isinstance(newest, datetime)


def test_columns_are_called_as_the_statement_writes_them(engine: Engine) -> None:
    result = engine.query("SELECT COUNT(*), UPPER([Id]), 'a' + Id, Id x, Title FROM Messages")
    names = [column.name for column in result.columns]
    assert names == ["COUNT(*)", "UPPER([Id])", "'a' + Id", "x", "Title"]


@pytest.mark.parametrize(
    "moment", ["{:%Y-%m-%d %H:%M:%S.%f}", "{:%Y-%m-%dT%H:%M:%S.%f}", "{:%Y-%m-%dT%H:%M:%S.%fZ}"]
)
def test_moments_are_found_in_every_form_of_iso(engine: Engine, moment: str) -> None:
    [(newest,)] = rows(engine, "SELECT MAX(Timestamp) FROM Messages")
    text = moment.format(newest)
    plain = rows(engine, f"SELECT Timestamp FROM Messages WHERE Timestamp = '{text}'")
    assert (newest,) in plain
    statement = "SELECT Timestamp FROM Messages WHERE Timestamp BETWEEN ? AND ?"
    assert rows(engine, statement, [text, text]) == plain


def test_half_of_a_character_is_a_whole_one_in_sql(simulator: Simulate) -> None:
    sim = simulator(lists=0)
    sim.world.add_list("odd", ["a", "b"], [["x\ud800y", "é"], ["fine", "\udc80"]])
    token = sim.tokens.issue()["access_token"]
    with acton.connect(InitiateOAuth="OFF", OAuthAccessToken=token, ApiUrl=sim.url) as connection:
        for condition in ("", "WHERE b LIKE '%'"):
            rows = connection.execute(f"SELECT a, b FROM List_odd {condition}").fetchall()
            assert rows == [("x\ufffdy", "é"), ("fine", "\ufffd")]


@pytest.mark.parametrize(
    ("statement", "given"), [("SELECT ?", ["\ud800"]), ("SELECT '\ud800'", [])]
)
def test_half_of_a_character_in_a_statement_is_an_error_in_words(
    statement: str, given: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "acton.log"
    known = {"InitiateOAuth": "OFF", "OAuthAccessToken": "secret-token"}
    with (
        acton.connect(Logfile=str(log), Verbosity=3, **known) as connection,
        pytest.raises(acton.DataError, match="half of a character"),
    ):
        connection.execute(statement, given)
    assert "\\ud800" in log.read_text()
    assert not capsys.readouterr().err


def test_flags_compare_with_words_and_numbers(engine: Engine) -> None:
    every = rows(engine, "SELECT Id FROM Messages WHERE IsTextOnly = 0 ORDER BY Id")
    for value in ("'false'", "FALSE", "'False'"):
        statement = f"SELECT Id FROM Messages WHERE IsTextOnly = {value} ORDER BY Id"
        assert rows(engine, statement) == every
    statement = "SELECT Id FROM Messages WHERE IsTextOnly = ? ORDER BY Id"
    assert rows(engine, statement, ["false"]) == rows(engine, statement, [False]) == every


def test_question_marks_take_parameters_in_the_order_of_the_text(engine: Engine) -> None:
    statement = "SELECT TOP ? Id FROM Messages WHERE Id <> ? ORDER BY Id"
    [(first,), (second,)] = rows(engine, "SELECT TOP 2 Id FROM Messages ORDER BY Id")
    assert rows(engine, statement, [1, first]) == [(second,)]


def test_names_of_parameters_are_found_in_any_case(engine: Engine) -> None:
    [(first,)] = rows(engine, "SELECT TOP 1 Id FROM Messages ORDER BY Id")
    statement = "SELECT Id FROM Messages WHERE Id = @Wanted"
    assert rows(engine, statement, {"wanted": first}) == [(first,)]
    with pytest.raises(ProgrammingError, match="@wanted has no value"):
        rows(engine, statement, {"other": first})


def test_limit_with_a_comma_has_the_rows_first(engine: Engine) -> None:
    statement = "SELECT Id FROM Messages ORDER BY Id LIMIT "
    assert rows(engine, f"{statement} 2, 1") == rows(engine, f"{statement} 2 OFFSET 1")


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("'a' + 'b'", "ab"),
        ("1 + 2", 3),
        ("'a' + CAST(1 AS INTEGER)", "a1"),
        ("'1' + CAST(1 AS INTEGER)", 2),
        ("'a' + NULL", None),
        ("5 / 2", 2),
        ("'ABC' LIKE 'a%'", 1),
        ("CAST('abc' AS VARCHAR(2))", "ab"),
        ("CAST('no date' AS TIMESTAMP)", None),
        ("COUNT_DISTINCT(1)", 1),
        ("CHARINDEX('456', '0123456')", 4),
        ("TRIM(LEADING 'x' FROM 'xax')", "ax"),
        ("POSITION('b' IN 'ab')", 2),
        ("LEFT('abc', 2) + RIGHT('abc', 1)", "abc"),
        ("DATEADD(day, 1, '2024-02-28')", datetime(2024, 2, 29)),  # noqa: DTZ001
        ("CASE WHEN CONTAINS('abc', 'b') AND NOT CONTAINS('abc', 'x') THEN 1 END", 1),
        ("\"UPPER\"('a')", "A"),
    ],
)
def test_operators_mean_what_they_mean_in_t_sql(
    engine: Engine, expression: str, value: object
) -> None:
    assert rows(engine, f"SELECT {expression}") == [(value,)]


def test_rows_of_a_temporary_table_are_texts_and_grow_columns(engine: Engine) -> None:
    result = engine.query("INSERT INTO t#TEMP (a, b) VALUES (1, ?), ('x', NULL)", ["q"])
    assert (result.rowcount, result.columns) == (2, ())
    engine.query("INSERT INTO [t]#TEMP (a, c) SELECT Id, 1 FROM Messages LIMIT 1")
    [first, second, third] = rows(engine, "SELECT a, b, c FROM T#temp")
    assert (first, second, third[2]) == (("1", "q", None), ("x", None, None), "1")
    with pytest.raises(ProgrammingError, match="u#TEMP"):
        rows(engine, "SELECT * FROM u#TEMP")


def test_select_into_writes_a_file(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "some messages.csv"
    statement = f"SELECT Id, 'a,b' AS x INTO [csv://{path};delimiter=tab] FROM Messages"
    count = engine.query(statement).rowcount
    lines = path.read_text().splitlines()
    assert len(lines) == count + 1
    assert (lines[0], lines[1].split("\t")[1]) == ("Id\tx", "a,b")
    assert [each.name for each in tmp_path.glob("*csv*")] == [path.name]


@pytest.mark.parametrize("target", ["file.csv", "csv://", "csv://x.csv;delimiter=long"])
def test_select_into_says_what_a_target_is(engine: Engine, target: str) -> None:
    with pytest.raises(ProgrammingError, match="SELECT … INTO"):
        rows(engine, f"SELECT Id INTO [{target}] FROM Messages")


def test_functions_that_give_rows_stand_for_tables(engine: Engine) -> None:
    assert rows(engine, "SELECT value FROM STRING_SPLIT('a,b', ',')") == [("a",), ("b",)]


def test_a_function_is_applied_to_each_row(engine: Engine) -> None:
    engine.query("INSERT INTO t#TEMP (Id, Tags) VALUES (1, 'x,y'), (2, 'z')")
    statement = "SELECT {} FROM t#TEMP AS t CROSS APPLY STRING_SPLIT(t.Tags, ',')"
    statement += " WITH (Tag VARCHAR(9)) AS s WHERE Tag <> 'x' ORDER BY s.Tag DESC"
    result = engine.query(statement.format("*"))
    assert [column.name for column in result.columns] == ["Id", "Tags", "Tag"]
    assert list(result.rows) == [("2", "z", "z"), ("1", "x,y", "y")]
    assert rows(engine, statement.format("s.*")) == [("z",), ("y",)]
    assert rows(engine, statement.format("Id, UPPER(s.Tag)")) == [("2", "Z"), ("1", "Y")]


@pytest.mark.parametrize(
    ("function", "text"),
    [
        ("JSONTABLE(t.x)", '[{"name": "a", "N": 1}, {"name": "b"}]'),
        ("CSVTABLE(t.x, ';')", "NAME;n\na;1\nb;\n"),
        ("XMLTABLE(t.x)", "<r><i><name>a</name><n>1</n></i><i><name>b</name></i></r>"),
    ],
)
def test_fields_of_what_is_applied_have_names_and_types(
    engine: Engine, function: str, text: str
) -> None:
    engine.query("INSERT INTO t#TEMP (x) VALUES (?)", [text])
    statement = (
        f"SELECT r.name, n FROM t#TEMP t CROSS APPLY {function} WITH (name VARCHAR, n INTEGER) r"
    )
    result = engine.query(statement)
    assert [column.type_code for column in result.columns] == [str, int]
    first, second = result.rows
    assert (first, second[0]) == (("a", 1), "b")
    assert not second[1]


def test_periods_are_compared_with_moments_also_inside_of_views(engine: Engine) -> None:
    engine._views.create("new", "SELECT Id FROM Messages WHERE Timestamp < L_TODAY()")
    assert rows(engine, "SELECT COUNT(*) FROM UserViews.new") == rows(
        engine, "SELECT COUNT(Timestamp) FROM Messages"
    )


def test_system_tables_are_queried_like_others(engine: Engine, sim: Simulator) -> None:
    [(count,)] = rows(engine, "SELECT COUNT(*) FROM ActOn.sys_tables WHERE TableName = 'Messages'")
    assert count == 1
    result = engine.query("SELECT TableName, IsKey FROM sys_tablecolumns WHERE IsKey = 'true'")
    assert [column.type_code for column in result.columns] == [str, bool]
    assert not result.is_capped


@pytest.mark.parametrize(
    ("condition", "same"),
    [
        ("Title CONTAINS 'o'", "CONTAINS(Title, 'o') = 1"),
        ("Title NOT CONTAINS 'o' AND Id <> ''", "CONTAINS(Title, 'o') = 0 AND Id <> ''"),
        ("NOT Title CONTAINS 'o' OR Id = 'x'", "CONTAINS(Title, 'o') = 0"),
    ],
)
def test_contains_is_a_predicate_too(engine: Engine, condition: str, same: str) -> None:
    found = rows(engine, f"SELECT Id FROM Messages WHERE {condition} ORDER BY Id")
    assert found
    assert found == rows(engine, f"SELECT Id FROM Messages WHERE {same} ORDER BY Id")


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("(SELECT 1 AS a) UNION ALL (SELECT 2)", [(1,), (2,)]),
        ("(SELECT 2 AS a LIMIT 1) UNION ALL (SELECT 1 LIMIT 1) ORDER BY a", [(1,), (2,)]),
        ("SELECT 1 EXCEPT (SELECT 2 UNION SELECT 1)", []),
        ("((SELECT 1) UNION (SELECT 2)) EXCEPT SELECT 2", [(1,)]),
    ],
)
def test_selects_in_brackets_may_stand_beside_union(
    engine: Engine, statement: str, expected: list[tuple[int]]
) -> None:
    assert rows(engine, statement) == expected
    assert rows(engine, f"SELECT * FROM ({statement}) t") == expected
