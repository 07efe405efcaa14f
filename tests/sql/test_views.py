"""Views of the user's own are kept in a file, and read like tables."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tap_acton.client import ActOnClient
from tap_acton.config import read_settings
from tap_acton.sql.engine import Engine
from tap_acton.sql.exceptions import OperationalError, ProgrammingError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Configure, Simulate


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "views" / "UserDefinedViews.json"


@pytest.fixture
def engine(simulator: Simulate, configure: Configure, path: Path) -> Iterator[Engine]:
    client = ActOnClient.from_settings(read_settings(configure(simulator())))
    engine = Engine(client, views=path)
    yield engine
    engine.close()
    client.close()


def rows(engine: Engine, statement: str, parameters: Any = ()) -> list[tuple[Any, ...]]:
    return list(engine.query(statement, parameters).rows)


def test_a_view_is_made_changed_and_dropped(engine: Engine, path: Path) -> None:
    engine.query("CREATE LOCAL VIEW [My View] AS SELECT Id, Title FROM Messages")
    assert json.loads(path.read_text()) == {"My View": {"query": "SELECT Id, Title FROM Messages"}}
    assert rows(engine, "SELECT * FROM UserViews.[my view]") == rows(
        engine, "SELECT Id, Title FROM Messages"
    )
    engine.query("ALTER LOCAL VIEW [My View] AS SELECT Id FROM Messages")
    assert rows(engine, "SELECT * FROM UserViews.[My View]") == rows(
        engine, "SELECT Id FROM Messages"
    )
    engine.query("DROP LOCAL VIEW [My View]")
    assert json.loads(path.read_text()) == {}


def test_a_condition_on_a_view_counts_beside_its_own(engine: Engine) -> None:
    [(least,), *_] = rows(engine, "SELECT Id FROM Messages ORDER BY Id")
    engine.query(f"CREATE LOCAL VIEW v AS SELECT Id, Title FROM Messages WHERE Id <> '{least}'")
    statement = "SELECT v.Id FROM UserViews.v WHERE Title > ? ORDER BY Id LIMIT 3"
    expected = "SELECT Id FROM Messages WHERE Id <> ? AND Title > ? ORDER BY Id LIMIT 3"
    assert rows(engine, statement, ["B"]) == rows(engine, expected, [least, "B"])


def test_views_are_made_of_views_and_join_with_tables(engine: Engine) -> None:
    engine.query("CREATE LOCAL VIEW a AS SELECT Id, Timestamp FROM Messages")
    engine.query("CREATE LOCAL VIEW b AS SELECT x.Id FROM UserViews.a x, UserViews.a y")
    [(count,)] = rows(engine, "SELECT COUNT(*) FROM Messages")
    assert rows(engine, "SELECT COUNT(*) FROM UserViews.b") == [(count * count,)]
    joined = "SELECT COUNT(*) FROM UserViews.a a JOIN Messages m ON m.Id = a.Id"
    assert rows(engine, joined) == [(count,)]


def test_a_view_of_a_users_file_is_found_without_more(engine: Engine, path: Path) -> None:
    path.parent.mkdir()
    path.write_text('{"MyView": {"query": "SELECT Id FROM Messages"}}', encoding="utf-8")
    assert rows(engine, "SELECT * FROM USERVIEWS.MYVIEW") == rows(engine, "SELECT Id FROM Messages")


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("SELECT * FROM UserViews.nope", "no view 'nope'"),
        ("ALTER LOCAL VIEW nope AS SELECT 1", "no view 'nope'"),
        ("DROP LOCAL VIEW nope", "no view 'nope'"),
        ("CREATE LOCAL VIEW V AS SELECT 1", "a view 'V' already"),
        ("SELECT * FROM UserViews.circle", "made of itself"),
        ("SELECT * FROM UserViews.gone", "'Gone'"),
    ],
)
def test_what_is_wrong_with_a_view_is_said(engine: Engine, statement: str, words: str) -> None:
    engine.query("CREATE LOCAL VIEW v AS SELECT 1 AS x")
    engine.query("CREATE LOCAL VIEW circle AS SELECT * FROM UserViews.Circle")
    engine.query("CREATE LOCAL VIEW gone AS SELECT * FROM Gone")
    with pytest.raises(ProgrammingError, match=words):
        rows(engine, statement)


@pytest.mark.parametrize("text", ["{", "[]", '{"v": "SELECT 1"}', '{"v": {"query": 1}}'])
def test_a_file_that_has_no_views_is_left_as_it_is(engine: Engine, path: Path, text: str) -> None:
    path.parent.mkdir()
    path.write_text(text)
    for statement in ("SELECT * FROM UserViews.v", "CREATE LOCAL VIEW w AS SELECT 1"):
        with pytest.raises(OperationalError, match="UserDefinedViews"):
            rows(engine, statement)
    assert path.read_text() == text


def test_views_are_told_of_in_their_own_schema(engine: Engine) -> None:
    schemas = "SELECT SchemaName FROM sys_schemas"
    assert rows(engine, schemas) == [("ActOn",)]
    engine.query("CREATE LOCAL VIEW Mine AS SELECT Id FROM Messages")
    assert rows(engine, schemas) == [("ActOn",), ("UserViews",)]
    told = rows(engine, "SELECT SchemaName, TableType FROM sys_tables WHERE TableName = 'Mine'")
    assert told == [("UserViews", "VIEW")]
    assert rows(engine, "SELECT TableName FROM sys_tables WHERE SchemaName = 'UserViews'") == [
        ("Mine",)
    ]
