"""A column of a result has its expression's type, and no value is cut to fit one."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tap_acton.client import ActOnClient
from tap_acton.config import read_settings
from tap_acton.sql.engine import Engine
from tap_acton.sql.schema.options import TableOptions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Configure, Simulate

LIST = "[List_API Example List]"


@pytest.fixture
def engine(simulator: Simulate, configure: Configure, tmp_path: Path) -> Iterator[Engine]:
    client = ActOnClient.from_settings(read_settings(configure(simulator(contacts=12))))
    engine = Engine(client, options=TableOptions(rows=12), views=tmp_path / "views.json")
    yield engine
    engine.close()
    client.close()


def answer(engine: Engine, statement: str, *parameters: Any) -> tuple[type, list[Any]]:
    """Return the type and the values of a statement's only column."""
    result = engine.query(statement, parameters)
    [column] = result.columns
    return column.type_code, [value for (value,) in result.rows]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        pytest.param("SELECT CASE WHEN 1=0 THEN 1 ELSE 0.5 END", (float, [0.5]), id="case"),
        pytest.param("SELECT COALESCE(NULLIF(1, 1), 1.5)", (float, [1.5]), id="first of"),
        pytest.param("SELECT 1 UNION ALL SELECT 1.5", (float, [1.0, 1.5]), id="union"),
        pytest.param("SELECT NULL UNION ALL SELECT 1", (int, [None, 1]), id="union from null"),
        pytest.param("SELECT CASE WHEN 1=0 THEN TRUE ELSE 7 END", (bool, [7]), id="boolean"),
        pytest.param(
            "SELECT x FROM (SELECT CASE WHEN 1=0 THEN 1 ELSE 0.5 END AS x) t",
            (float, [0.5]),
            id="inside",
        ),
        pytest.param(
            f"SELECT CASE WHEN Score IS NULL THEN Score ELSE 0.5 END FROM {LIST} LIMIT 1",
            (float, [0.5]),
            id="column",
        ),
    ],
)
def test_no_value_is_cut_to_the_type_of_another(
    engine: Engine, statement: str, expected: tuple[type, list[Any]]
) -> None:
    assert answer(engine, statement) == expected


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (f"SELECT SUM(Score) FROM {LIST}", int),
        (f"SELECT COUNT(*) FROM {LIST} HAVING COUNT(*) > 1", int),
        (f"SELECT CONVERT(INT, Score) FROM {LIST} LIMIT 1", int),
        (f"SELECT SUM(Score * 1.5) FROM {LIST}", float),
        (f"SELECT SUM(CASE WHEN Score > 9 THEN 1 ELSE 0 END) FROM {LIST}", int),
        (f"SELECT SUM(n) FROM (SELECT COUNT(*) AS n FROM {LIST} GROUP BY Company) t", int),
        (f"WITH t AS (SELECT Score AS s FROM {LIST}) SELECT SUM(s) FROM t", int),
        (f"SELECT SUM(t.Score) FROM (SELECT * FROM {LIST}) t", int),
        (
            "WITH n AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM n WHERE x < 3) SELECT x FROM n",
            int,
        ),
        (f"SELECT -Score + 1 FROM {LIST} LIMIT 1", int),
        (f"SELECT Score / 2.0 FROM {LIST} LIMIT 1", float),
        (f"SELECT Company + 'x' FROM {LIST} LIMIT 1", str),
        (f"SELECT Score > 9 FROM {LIST} LIMIT 1", bool),
        (f"SELECT LAG(Score) OVER (ORDER BY Score DESC) FROM {LIST} LIMIT 1 OFFSET 1", int),
        ("SELECT MAX(Timestamp) OVER () FROM Messages LIMIT 1", datetime),
        ("SELECT (SELECT MAX(Timestamp) FROM Messages)", datetime),
        ("SELECT HASHBYTES('MD5', 'x')", bytes),
        ("SELECT CURRENT_DATE", date),
    ],
)
def test_an_expression_has_a_type(engine: Engine, statement: str, expected: type) -> None:
    described, values = answer(engine, statement)
    assert described is expected
    assert {type(value) for value in values} == {expected}


@pytest.mark.parametrize(
    "condition",
    [
        "DATE_TRUNC(Timestamp, 'year') = '2025-01-01'",
        "DATE_TRUNC(Timestamp, 'year') = '01/01/2025'",
        "Timestamp >= '1/1/2025' AND Timestamp < '2026-01-01T00:00:00Z'",
        "CAST(Timestamp AS DATE) BETWEEN '01/01/2025' AND '2025-12-31T00:00:00'",
        "CAST(Timestamp AS DATE) >= ? AND Timestamp < {ts '2026-01-01 00:00:00'}",
        "COALESCE(Timestamp, '2000-01-01') BETWEEN {d '2025-01-01'} AND '2025-12-31T23:59:59Z'",
    ],
)
def test_moments_and_days_compare_as_such(engine: Engine, condition: str) -> None:
    parameters = [datetime(2025, 1, 1, tzinfo=UTC)] if "?" in condition else []
    found = answer(engine, f"SELECT Id FROM Messages WHERE {condition}", *parameters)
    expected = answer(engine, "SELECT Id FROM Messages WHERE YEAR(Timestamp) = 2025")
    assert expected[1]
    assert found == expected


@pytest.mark.parametrize(
    ("condition", "same"),
    [
        ("YEAR(Timestamp) = '2025'", "Timestamp >= '2025-01-01' AND Timestamp < '2026-01-01'"),
        ("YEAR(Timestamp) = ?", "YEAR(Timestamp) = 2025"),
        ("'2025' <= YEAR(Timestamp)", "YEAR(Timestamp) >= 2025"),
        ("YEAR(Timestamp) + 1 IN ('2026', 'x')", "YEAR(Timestamp) = 2025"),
        ("CASE YEAR(Timestamp) WHEN '2025' THEN 1 END = '1'", "YEAR(Timestamp) = 2025"),
        ("DATENAME('yy', Timestamp) = 2025", "YEAR(Timestamp) = 2025"),
        ("LEFT(Timestamp, 4) BETWEEN 900 AND 2025", "YEAR(Timestamp) <= 2025"),
        ("CONTAINS(Title, 'W') = '1'", "Title LIKE '%W%'"),
        ("CONTAINS(Title, 'W') = 'true'", "Title LIKE '%W%'"),
    ],
)
def test_numbers_compare_with_texts_as_numbers(engine: Engine, condition: str, same: str) -> None:
    parameters = ["2025"] if "?" in condition else []
    found = answer(engine, f"SELECT Id FROM Messages WHERE {condition}", *parameters)
    expected = answer(engine, f"SELECT Id FROM Messages WHERE {same}")
    assert expected[1]
    assert found == expected


@pytest.mark.parametrize(
    ("condition", "same"),
    [
        (
            "Timestamp IN (SELECT MAX(Timestamp) FROM Messages)",
            "Timestamp = (SELECT MAX(Timestamp) FROM Messages)",
        ),
        (
            "Timestamp IN ('1/1/2000', (SELECT MAX(Timestamp) FROM Messages))",
            "Timestamp = (SELECT MAX(Timestamp) FROM Messages)",
        ),
        ("YEAR(Timestamp) IN (SELECT 2025)", "YEAR(Timestamp) = 2025"),
        ("Id IN (SELECT ?)", "Id = (SELECT MIN(Id) FROM Messages)"),
    ],
)
def test_what_is_in_a_query_is_found(engine: Engine, condition: str, same: str) -> None:
    first = answer(engine, "SELECT MIN(Id) FROM Messages")[1]
    found = answer(
        engine, f"SELECT Id FROM Messages WHERE {condition}", *first[: condition.count("?")]
    )
    assert found[1]
    assert found == answer(engine, f"SELECT Id FROM Messages WHERE {same}")


def test_a_text_is_more_than_a_number_if_its_number_is(engine: Engine) -> None:
    texts = "SELECT '1000' AS t UNION ALL SELECT '90' UNION ALL SELECT 'abc'"
    assert answer(engine, f"SELECT t FROM ({texts}) x WHERE t > 900") == (str, ["1000"])
    assert answer(engine, f"SELECT t FROM ({texts}) x WHERE t > '900'") == (str, ["abc"])
    given = f"SELECT t FROM ({texts}) x WHERE t > ?"
    assert answer(engine, given, 900) == (str, ["1000"])
    assert answer(engine, given, "900") == (str, ["abc"])


def test_a_count_compares_with_a_text(engine: Engine) -> None:
    groups = "SELECT Type FROM Messages GROUP BY Type HAVING COUNT(*) >"
    assert answer(engine, f"{groups} '1'") == answer(engine, f"{groups} 1") == (str, ["SENT"])


@pytest.mark.parametrize(
    "condition",
    [
        "[Member Since] >= '1/1/2015'",
        "[Member Since] >= '2015-01-01T00:00:00'",
        "[Member Since] >= DATEFROMPARTS(2015, 1, 1)",
        "[Member Since] >= ?",
    ],
)
def test_days_of_lists_compare_as_such(engine: Engine, condition: str) -> None:
    since = "SELECT [Member Since] FROM"
    days = [day for day in answer(engine, f"{since} {LIST}")[1] if day]
    expected = [day for day in days if day >= "2015-01-01"]
    assert 0 < len(expected) < len(days)
    parameters = ["1/1/2015"] if "?" in condition else []
    assert answer(engine, f"{since} {LIST} WHERE {condition}", *parameters)[1] == expected
    first = f"{since} {LIST} WHERE [Member Since] = '{days[0]} 00:00:00'"
    assert days[0] in answer(engine, first)[1]


def test_a_day_equals_its_midnight(engine: Engine) -> None:
    days = "SELECT CAST(GETDATE() AS DATE) AS d, DATE_TRUNC(GETDATE(), 'day') AS m"
    statement = f"SELECT COUNT(*) FROM ({days}) t WHERE d = m AND m = CURRENT_DATE"
    assert answer(engine, statement) == (int, [1])


def test_a_name_means_the_nearest_column(engine: Engine) -> None:
    days = "SELECT FORMAT(Timestamp, 'yyyy-MM-dd') AS Timestamp FROM Messages"
    [first, *_] = answer(engine, days)[1]
    statement = f"SELECT COUNT(*) FROM ({days}) t WHERE Timestamp = ?"
    assert answer(engine, statement, first)[1][0] > 0
    written = f"SELECT COUNT(*) FROM ({days}) t WHERE Timestamp = '{first}'"
    assert answer(engine, written)[1][0] > 0


@pytest.mark.parametrize("text", ["", "abc", "1_000", "1e400", "99999999999999999999"])
def test_what_is_no_number_is_cast_to_null(engine: Engine, text: str) -> None:
    assert answer(engine, "SELECT CAST(? AS INT)", text) == (int, [None])


@pytest.mark.parametrize(("text", "expected"), [("1e3", 1000), (" 12.7 ", 12), ("-3", -3)])
def test_a_text_is_cast_to_its_number(engine: Engine, text: str, expected: int) -> None:
    assert answer(engine, "SELECT CAST(? AS INT)", text) == (int, [expected])


def test_a_text_and_a_number_are_a_longer_text(engine: Engine) -> None:
    assert answer(engine, "SELECT x + 1 FROM (SELECT 'v' AS x) t")[1] == ["v1"]
