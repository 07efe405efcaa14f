"""What PEP 249 asks of a module, a connection and a cursor, paragraph by paragraph."""

from __future__ import annotations

import datetime as dt
import gc
import pickle
import threading
import weakref
from collections import UserList
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

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
    error = getattr(mod, name)
    assert error.__bases__ == (ERRORS[name],)
    assert getattr(mod.Connection, name) is error
    assert str(pickle.loads(pickle.dumps(error("what")))) == "what"  # noqa: S301 - our own


def test_constructors_and_type_objects_are_there() -> None:
    assert mod.Date(2026, 1, 2) == mod.DATETIME or mod.Date is dt.date
    assert mod.TimestampFromTicks(0).timestamp() == 0
    assert mod.DateFromTicks(0) == mod.TimestampFromTicks(0).date()
    assert mod.TimeFromTicks(0) == mod.TimestampFromTicks(0).time()
    assert mod.Binary(b"x") == b"x"
    kinds = [mod.STRING, mod.NUMBER, mod.DATETIME, mod.BINARY, mod.ROWID]
    assert len({*kinds}) == len(kinds)
    assert mod.STRING != mod.NUMBER
    assert [str] != mod.STRING


@pytest.mark.parametrize(
    ("kind", "types"),
    [
        pytest.param(mod.STRING, [str], id="STRING"),
        pytest.param(mod.NUMBER, [int, float, bool], id="NUMBER"),
        pytest.param(mod.DATETIME, [dt.datetime, dt.date, dt.time], id="DATETIME"),
        pytest.param(mod.BINARY, [bytes], id="BINARY"),
        pytest.param(mod.ROWID, [], id="ROWID"),
    ],
)
def test_a_type_object_equals_its_type_codes_alone(kind: object, types: list[type]) -> None:
    codes = [str, int, float, bool, dt.datetime, dt.date, dt.time, bytes]
    assert [code for code in codes if code == kind] == [code for code in codes if code in types]


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


def test_a_closed_cursor_tells_how_many_rows_it_wrote(connection: mod.Connection) -> None:
    cursor = connection.execute("INSERT INTO t#TEMP (a) VALUES (1), (2)")
    cursor.close()
    cursor.close()
    assert cursor.rowcount == 2


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


def test_each_set_of_parameters_has_its_result_in_order(connection: mod.Connection) -> None:
    cursor = connection.cursor()
    cursor.executemany("SELECT ? AS Value", iter([["a"], ("b",)]))
    assert cursor.fetchall() == [("a",)]
    assert cursor.nextset()
    assert cursor.fetchall() == [("b",)]
    assert not cursor.nextset()


def test_no_set_of_parameters_runs_nothing(connection: mod.Connection) -> None:
    cursor = connection.cursor().executemany("SELECT ? AS Value", [])
    assert (cursor.description, cursor.rowcount) == (None, -1)


@pytest.mark.parametrize("sets", ["ab", b"ab", 7, None], ids=["text", "bytes", "number", "None"])
def test_sets_of_parameters_come_one_after_another(connection: mod.Connection, sets: Any) -> None:
    with pytest.raises(mod.ProgrammingError, match="one set of parameters after another"):
        connection.cursor().executemany("SELECT ?", sets)


def test_several_statements_have_their_results_in_order(connection: mod.Connection) -> None:
    cursor = connection.execute(f"SELECT 1 AS One; {QUERY}; SELECT ';' AS x; -- end")
    assert [column[0] for column in cursor.description or []] == ["One"]
    assert cursor.fetchall() == [(1,)]
    assert cursor.nextset() is True
    assert [column[0] for column in cursor.description or []] == ["Id"]
    first = cursor.fetchone()
    assert first
    assert cursor.nextset() is True
    assert cursor.fetchall() == [(";",)]
    assert cursor.nextset() is None
    assert cursor.fetchall() == []


def test_a_result_that_is_passed_over_costs_no_more(simulator: Simulate, tmp_path: Path) -> None:
    desk = Desk(simulator(contacts=100), tmp_path / "desk")
    token = desk.sim.tokens.issue()["access_token"]
    config = desk.config(initiate_oauth="OFF", access_token=token, page_size=10)
    with mod.connect(properties(config)) as connection:
        cursor = connection.execute("SELECT Company FROM [List_API Example List]; SELECT 1")
        cursor.fetchone()
        before = len(desk.sim.journal)
        assert cursor.nextset()
        assert cursor.fetchall() == [(1,)]
        assert len(desk.sim.journal) == before


def test_statements_before_a_faulty_one_are_run_and_give_nothing(
    connection: mod.Connection,
) -> None:
    cursor = connection.cursor()
    with pytest.raises(mod.ProgrammingError, match="Mesages"):
        cursor.execute("SELECT 1; SELECT * FROM Mesages")
    with pytest.raises(mod.ProgrammingError, match="no rows"):
        cursor.fetchone()


def test_several_statements_take_their_parameters_in_order(connection: mod.Connection) -> None:
    cursor = connection.execute("SELECT ?; SELECT ?, ?", [1, 2, 3])
    assert cursor.fetchall() == [(1,)]
    assert cursor.nextset()
    assert cursor.fetchall() == [(2, 3)]
    with pytest.raises(mod.ProgrammingError, match="2 question marks"):
        connection.execute("SELECT ?; SELECT ?", [1])


def test_executemany_runs_one_statement(connection: mod.Connection) -> None:
    with pytest.raises(mod.ProgrammingError, match="one statement"):
        connection.cursor().executemany("SELECT 1; SELECT ?", [[1]])


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


@pytest.mark.parametrize(
    "parameters",
    ["x", b"x", {"x"}, iter(["x"]), 1, object()],
    ids=["text", "bytes", "set", "iterator", "number", "object"],
)
def test_parameters_of_another_shape_are_refused(
    connection: mod.Connection, parameters: Any
) -> None:
    with pytest.raises(mod.ProgrammingError, match="list or tuple of values"):
        connection.execute("SELECT ?", parameters)


@pytest.mark.parametrize(
    "parameters", [["x"], ("x",), UserList(["x"])], ids=["list", "tuple", "sequence"]
)
def test_parameters_of_a_question_mark_are_any_sequence(
    connection: mod.Connection, parameters: Any
) -> None:
    assert connection.execute("SELECT ? AS x", parameters).fetchall() == [("x",)]


def test_named_parameters_are_a_mapping(connection: mod.Connection) -> None:
    cursor = connection.execute("SELECT @a AS a, @b AS b", {"@b": 2, "a": 1})
    assert cursor.fetchall() == [(1, 2)]


def test_no_parameters_may_be_none(connection: mod.Connection) -> None:
    assert connection.execute("SELECT 1", None).fetchall() == [(1,)]


class Whole:
    """A whole number of another library."""

    def __index__(self) -> int:
        return 7


@pytest.mark.parametrize(
    ("value", "given"),
    [
        pytest.param(None, None, id="None"),
        pytest.param("it's", "it's", id="str"),
        pytest.param(3, 3, id="int"),
        pytest.param(2.5, 2.5, id="float"),
        pytest.param(True, 1, id="bool"),
        pytest.param(mod.Binary(b"x"), b"x", id="bytes"),
        pytest.param(bytearray(b"x"), b"x", id="bytearray"),
        pytest.param(memoryview(b"x"), b"x", id="memoryview"),
        pytest.param(Decimal("2.5"), 2.5, id="Decimal"),
        pytest.param(Decimal("2.0"), 2, id="whole Decimal"),
        pytest.param(UUID(int=1), "00000000-0000-0000-0000-000000000001", id="UUID"),
        pytest.param(mod.Timestamp(2026, 1, 2, 3), "2026-01-02 03:00:00", id="datetime"),
        pytest.param(
            dt.datetime(2026, 1, 2, 3, tzinfo=dt.timezone(dt.timedelta(hours=1))),
            "2026-01-02 02:00:00",
            id="datetime of a zone",
        ),
        pytest.param(mod.Date(2026, 1, 2), "2026-01-02", id="date"),
        pytest.param(mod.Time(3, 4), "03:04:00", id="time"),
        pytest.param(Whole(), 7, id="whole number of a library"),
    ],
)
def test_a_value_of_any_type_of_sql_is_taken(
    connection: mod.Connection, value: Any, given: Any
) -> None:
    [row] = connection.execute("SELECT ? AS x", [value]).fetchall()
    assert row == (given,)


@pytest.mark.parametrize(
    "value", [object(), [1], {1: 2}, 1j, Decimal("NaN")], ids=lambda x: type(x).__name__
)
@pytest.mark.parametrize(("shape", "place"), [(lambda x: [1, x], "2"), (lambda x: {"b": x}, "'b'")])
def test_a_value_that_sql_does_not_have_is_named_by_its_place(
    connection: mod.Connection, value: Any, shape: Callable[[Any], Any], place: str
) -> None:
    with pytest.raises(
        mod.ProgrammingError, match=f"Parameter {place} is .*{type(value).__name__}"
    ):
        connection.execute("SELECT ?, ?", shape(value))


@pytest.mark.parametrize("statement", [b"SELECT 1", None, 5])
def test_a_statement_is_a_text(connection: mod.Connection, statement: Any) -> None:
    with pytest.raises(mod.ProgrammingError, match="A statement is a text"):
        connection.execute(statement)


def test_a_negative_number_of_rows_is_refused(connection: mod.Connection) -> None:
    with pytest.raises(mod.ProgrammingError, match="negative"):
        connection.execute("SELECT 1").fetchmany(-1)


def test_rows_that_broke_off_do_not_look_like_the_last(simulator: Simulate, tmp_path: Path) -> None:
    desk = Desk(simulator(contacts=100), tmp_path / "desk")
    token = desk.sim.tokens.issue()["access_token"]
    config = desk.config(initiate_oauth="OFF", access_token=token, page_size=10)
    with mod.connect(properties(config)) as connection:
        cursor = connection.execute("SELECT Company FROM [List_API Example List]")
        desk.sim.tokens.expire_access()
        for fetch in (cursor.fetchall, cursor.fetchone, cursor.fetchmany):
            with pytest.raises(mod.OperationalError):
                fetch()


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
    assert connection.autocommit is True
    connection.autocommit = True
    with pytest.raises(mod.NotSupportedError, match="no transactions"):
        connection.autocommit = False


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
        pytest.param(lambda cursor: cursor.fetchmany(1), id="fetchmany"),
        pytest.param(list, id="iteration"),
        pytest.param(lambda cursor: cursor.nextset(), id="nextset"),
        pytest.param(lambda cursor: cursor.setinputsizes([]), id="setinputsizes"),
        pytest.param(lambda cursor: cursor.setoutputsize(1), id="setoutputsize"),
        pytest.param(lambda cursor: cursor.__enter__(), id="with"),
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


def test_a_cursor_that_is_dropped_is_gone_at_once(connection: mod.Connection) -> None:
    cursor = connection.execute("SELECT 1 UNION SELECT 2")
    cursor.fetchone()
    dropped = weakref.ref(cursor)
    gc.disable()  # it might run in another thread, where the database may not be touched
    try:
        del cursor
        assert dropped() is None
    finally:
        gc.enable()


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


def in_threads(works: list[Callable[[], None]]) -> None:
    """Run all at once, each in a thread of its own."""
    failures: list[BaseException] = []

    def run(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - told to the test
            failures.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_threads_share_the_module(desk: Desk) -> None:
    token = desk.sim.tokens.issue()["access_token"]
    string = properties(desk.config(initiate_oauth="OFF", access_token=token))
    found: list[list[Any]] = []

    def read() -> None:
        with mod.connect(string) as connection:
            found.append(connection.execute(QUERY).fetchall())

    in_threads([read] * 4)
    assert len(found) == 4
    assert all(rows == found[0] for rows in found)


def test_a_connection_works_in_one_thread_after_another(connection: mod.Connection) -> None:
    every = connection.execute(QUERY).fetchall()
    cursor = connection.execute(QUERY)
    fetched = [cursor.fetchone()]
    in_threads([lambda: fetched.extend(cursor.fetchmany(2))])
    fetched.extend(cursor.fetchall())
    in_threads([cursor.close])
    assert fetched == every
