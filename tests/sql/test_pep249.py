"""What PEP 249 asks of a module, a connection and a cursor, paragraph by paragraph."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

import cdata.acton as mod
from tests.flows.flow import Desk, properties

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conftest import Simulate

QUERY = "SELECT Id FROM Messages ORDER BY Id"
ERRORS = {
    "Error": Exception,
    "Warning": Exception,
    "InterfaceError": mod.Error,
    "DatabaseError": mod.Error,
    "DataError": mod.DatabaseError,
    "OperationalError": mod.DatabaseError,
    "IntegrityError": mod.DatabaseError,
    "InternalError": mod.DatabaseError,
    "ProgrammingError": mod.DatabaseError,
    "NotSupportedError": mod.DatabaseError,
}


@pytest.fixture
def desk(simulator: Simulate, tmp_path: Path) -> Desk:
    return Desk(simulator(), tmp_path / "desk")


@pytest.fixture
def connection(desk: Desk) -> Iterator[mod.Connection]:
    token = desk.sim.tokens.issue()["access_token"]
    with mod.connect(properties(desk.config(initiate_oauth="OFF", access_token=token))) as opened:
        yield opened


def test_the_module_has_its_globals() -> None:
    assert (mod.apilevel, mod.paramstyle, mod.threadsafety) == ("2.0", "qmark", 1)


@pytest.mark.parametrize("name", ERRORS)
def test_an_exception_stands_where_the_pep_draws_it(name: str) -> None:
    assert issubclass(getattr(mod, name), ERRORS[name])
    assert getattr(mod.Connection, name) is getattr(mod, name)


def test_constructors_and_type_objects_are_there() -> None:
    assert mod.Date(2026, 1, 2) == mod.DATETIME or mod.Date is dt.date
    assert mod.TimestampFromTicks(0).timestamp() == 0
    assert mod.DateFromTicks(0) == mod.TimestampFromTicks(0).date()
    assert mod.TimeFromTicks(0) == mod.TimestampFromTicks(0).time()
    assert mod.Binary(b"x") == b"x"
    kinds = [mod.STRING, mod.NUMBER, mod.DATETIME, mod.BINARY, mod.ROWID]
    assert len({*kinds}) == len(kinds)
    assert mod.STRING != mod.NUMBER


def test_a_description_has_seven_items_and_types_that_compare(connection: mod.Connection) -> None:
    cursor = connection.execute("SELECT Id, Timestamp, IsTextOnly FROM Messages LIMIT 1")
    described = cursor.description
    assert described
    assert {len(column) for column in described} == {7}
    assert [column[0] for column in described] == ["Id", "Timestamp", "IsTextOnly"]
    kinds = [mod.STRING, mod.DATETIME, mod.NUMBER]
    assert [column[1] == kind for column, kind in zip(described, kinds, strict=True)] == [True] * 3


def test_a_new_cursor_has_no_result(connection: mod.Connection) -> None:
    cursor = connection.cursor()
    assert (cursor.description, cursor.rowcount, cursor.lastrowid) == (None, -1, None)
    assert (cursor.arraysize, cursor.connection) == (1, connection)
    for fetch in (cursor.fetchone, cursor.fetchmany, cursor.fetchall, cursor.nextset):
        with pytest.raises(mod.ProgrammingError, match="run a statement first"):
            fetch()


def test_rows_are_fetched_in_every_way(connection: mod.Connection) -> None:
    every = connection.execute(QUERY).fetchall()
    cursor = connection.execute(QUERY)
    cursor.arraysize = 2
    fetched = [cursor.fetchone(), *cursor.fetchmany(), *cursor.fetchmany(1), *cursor]
    assert fetched == every
    assert (cursor.fetchone(), cursor.fetchmany(5), cursor.fetchall()) == (None, [], [])
    assert all(isinstance(row, tuple) for row in every)


def test_a_cursor_is_used_again(connection: mod.Connection) -> None:
    cursor = connection.execute(QUERY)
    cursor.fetchone()
    assert cursor.execute("SELECT 1 AS One").fetchall() == [(1,)]
    assert cursor.nextset() is None


def test_many_sets_of_parameters_run_one_after_another(connection: mod.Connection) -> None:
    cursor = connection.cursor()
    cursor.executemany("SELECT ? AS Value", [["a"], ["b"]])
    assert cursor.fetchall() == [("b",)]


def test_several_statements_leave_the_last_ones_rows(connection: mod.Connection) -> None:
    assert connection.execute("SELECT 1; SELECT ';' AS x; -- end").fetchall() == [(";",)]


@pytest.mark.parametrize("statement", ["", " ; ", "-- nothing"], ids=["empty", "blank", "comment"])
def test_nothing_to_run_is_an_error(connection: mod.Connection, statement: str) -> None:
    with pytest.raises(mod.ProgrammingError, match="no statement"):
        connection.execute(statement)


@pytest.mark.parametrize("parameters", [[], [1, 2]], ids=["too few", "too many"])
def test_a_wrong_number_of_parameters_is_an_error(
    connection: mod.Connection, parameters: list[Any]
) -> None:
    with pytest.raises(mod.ProgrammingError):
        connection.execute("SELECT ? AS x", parameters)


def test_rows_come_when_they_are_asked_for(simulator: Simulate, tmp_path: Path) -> None:
    desk = Desk(simulator(contacts=100), tmp_path / "desk")
    token = desk.sim.tokens.issue()["access_token"]
    config = desk.config(initiate_oauth="OFF", access_token=token, page_size=10)
    with mod.connect(properties(config)) as connection:
        cursor = connection.execute("SELECT Company FROM [List_API Example List]")
        before = len(desk.sim.journal)
        cursor.fetchmany(15)
        assert len(desk.sim.journal) - before <= 2
        cursor.close()
    assert len(desk.sim.journal) - before <= 2


def test_there_are_no_transactions(connection: mod.Connection) -> None:
    connection.commit()
    with pytest.raises(mod.NotSupportedError, match="no transactions"):
        connection.rollback()


def test_sizes_may_be_set_and_change_nothing(connection: mod.Connection) -> None:
    cursor = connection.cursor()
    cursor.setinputsizes([1])
    cursor.setoutputsize(1)


@pytest.mark.parametrize(
    "use",
    [
        pytest.param(lambda cursor: cursor.execute(QUERY), id="execute"),
        pytest.param(lambda cursor: cursor.executemany(QUERY, [[]]), id="executemany"),
        pytest.param(lambda cursor: cursor.callproc("x"), id="callproc"),
        pytest.param(lambda cursor: cursor.fetchone(), id="fetchone"),
        pytest.param(lambda cursor: cursor.fetchall(), id="fetchall"),
        pytest.param(list, id="iteration"),
    ],
)
@pytest.mark.parametrize("closed", ["cursor", "connection"])
def test_what_is_closed_is_not_used(
    connection: mod.Connection, use: Callable[[mod.Cursor], Any], closed: str
) -> None:
    cursor = connection.execute("SELECT 1 AS One")
    (cursor if closed == "cursor" else connection).close()
    with pytest.raises(mod.InterfaceError, match=f"The {closed} is closed"):
        use(cursor)


def test_a_closed_connection_gives_nothing_and_closes_again(connection: mod.Connection) -> None:
    connection.close()
    connection.close()
    for use in (connection.cursor, connection.commit, connection.rollback):
        with pytest.raises(mod.InterfaceError, match="closed"):
            use()


def test_an_error_of_the_service_is_an_error_of_the_pep(
    connection: mod.Connection, desk: Desk
) -> None:
    desk.sim.tokens.expire_access()
    with pytest.raises(mod.OperationalError, match="OAuthAccessToken"):
        connection.execute(QUERY).fetchall()
