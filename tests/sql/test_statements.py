"""Statements through a connection: several at once, and what they leave for those that follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import cdata.acton as mod
from tests.flows.flow import Desk, properties

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Simulate


@pytest.fixture
def desk(simulator: Simulate, tmp_path: Path) -> Desk:
    return Desk(simulator(), tmp_path / "desk")


@pytest.fixture
def views(tmp_path: Path) -> Path:
    return tmp_path / "MyViews.json"


@pytest.fixture
def connection(desk: Desk, views: Path) -> Iterator[mod.Connection]:
    token = desk.sim.tokens.issue()["access_token"]
    string = properties(desk.config(initiate_oauth="OFF", access_token=token))
    with mod.connect(string, UserDefinedViews=str(views)) as opened:
        yield opened


def test_several_statements_share_parameters_in_order(connection: mod.Connection) -> None:
    connection.execute(
        "INSERT INTO t#TEMP (a, b) VALUES (?, ';'); INSERT INTO t#TEMP (a) VALUES (?)", ["x", "y"]
    )
    rows = connection.execute("SELECT a, b FROM t#TEMP").fetchall()
    assert rows == [("x", ";"), ("y", None)]
    with pytest.raises(mod.ProgrammingError, match="2 question marks"):
        connection.execute("SELECT ?; SELECT ?", ["x"])


def test_many_sets_of_parameters_are_written_together(connection: mod.Connection) -> None:
    cursor = connection.cursor()
    cursor.executemany("INSERT INTO t#TEMP (a) VALUES (?)", [[1], [2], [3]])
    assert (cursor.rowcount, cursor.description, cursor.lastrowid) == (3, None, None)
    assert connection.execute("SELECT COUNT(*) FROM t#TEMP").fetchone() == (3,)
    with pytest.raises(mod.ProgrammingError):
        cursor.fetchall()


@pytest.mark.parametrize(
    "statement", ["UPDATE t#TEMP SET a = 2 WHERE a = 1", "DELETE FROM t#TEMP WHERE a = 1"]
)
def test_temporary_tables_take_rows_alone(connection: mod.Connection, statement: str) -> None:
    connection.execute("INSERT INTO t#TEMP (a) VALUES (1)")
    with pytest.raises(mod.NotSupportedError, match="#TEMP table takes INSERT alone"):
        connection.execute(statement)


def test_who_wrote_nothing_has_no_last_row(connection: mod.Connection) -> None:
    written = connection.execute("INSERT INTO Header (Title) VALUES ('x')")
    assert connection.execute("SELECT SCOPE_IDENTITY()").fetchall() == [(written.lastrowid,)]
    cursor = connection.execute("DELETE FROM Header WHERE Title = 'nobody has this'")
    assert (cursor.rowcount, cursor.lastrowid) == (0, None)


def test_temporary_tables_end_with_their_connection(connection: mod.Connection, desk: Desk) -> None:
    connection.execute("INSERT INTO t#TEMP (a) VALUES (1)")
    token = desk.sim.tokens.issue()["access_token"]
    other = mod.connect(properties(desk.config(initiate_oauth="OFF", access_token=token)))
    with other, pytest.raises(mod.ProgrammingError, match="no table 't#TEMP'"):
        other.execute("SELECT * FROM t#TEMP")


def test_the_file_of_views_is_that_of_the_property(connection: mod.Connection, views: Path) -> None:
    connection.execute("CREATE LOCAL VIEW Mine AS SELECT Id FROM Messages")
    assert "Mine" in views.read_text()
    cursor = connection.execute("SELECT COUNT(*) FROM UserViews.Mine")
    assert cursor.fetchone() == connection.execute("SELECT COUNT(*) FROM Messages").fetchone()


def test_a_wrong_statement_says_so_in_an_error_of_the_pep(connection: mod.Connection) -> None:
    for statement in ("SELECT nope FROM Messages", "SELECT * FROM UserViews.nope", "SELEC 1"):
        with pytest.raises(mod.Error, match=r"nope|SELEC"):
            connection.execute(statement)
