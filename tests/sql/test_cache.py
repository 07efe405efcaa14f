"""The cache: what is kept, when it is read again, and that Offline sends nothing."""

from __future__ import annotations

import threading
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

import cdata.acton as mod
from tap_acton.simulator import Fault
from tests.flows.flow import Desk, properties

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Simulate

QUERY = "SELECT Id, Title, Timestamp, IsTextOnly FROM Messages ORDER BY Id"


@pytest.fixture
def desk(simulator: Simulate, tmp_path: Path) -> Desk:
    return Desk(simulator(), tmp_path / "desk")


def connect(desk: Desk, **own: Any) -> mod.Connection:
    token = desk.sim.tokens._access.text or desk.sim.tokens.issue()["access_token"]
    config = desk.config(initiate_oauth="OFF", access_token=token)
    place = str(desk.folder / "cache" / "kept.db")
    return mod.connect(properties(config), **{"CacheLocation": place, **own})


def read(connection: mod.Connection, query: str = QUERY) -> list[Any]:
    return connection.execute(query).fetchall()


def test_auto_cache_reads_a_table_once_and_answers_the_same(desk: Desk) -> None:
    with connect(desk) as plain:
        expected = read(plain)
    assert {type(row[2]) for row in expected} <= {datetime, type(None)}
    with connect(desk, AutoCache="true") as connection:
        assert read(connection) == expected
        before = len(desk.sim.journal)
        assert read(connection) == expected
        assert read(connection, "SELECT COUNT(*) FROM messages m JOIN Messages n ON m.Id = n.Id")
    with connect(desk, AutoCache="true") as another:
        assert read(another) == expected
    assert len(desk.sim.journal) == before


@pytest.mark.parametrize("condition", ["Type = 'RACK'", "Type <> ?", "p.Type IN ('x', 'RACK')"])
def test_a_cached_word_is_equal_to_what_is_accepted_for_it(desk: Desk, condition: str) -> None:
    query = f"SELECT Id, Type FROM Programs p WHERE {condition} ORDER BY Id"
    given = ["RACK"] if "?" in condition else []
    with connect(desk) as plain, connect(desk, AutoCache="true") as cached:
        expected = plain.execute(query, given).fetchall()
        assert expected
        assert cached.execute(query, given).fetchall() == expected


def test_a_table_that_is_too_old_is_read_again(desk: Desk) -> None:
    with connect(desk, AutoCache="true", CacheTolerance=0) as connection:
        read(connection)
        before = len(desk.sim.journal)
        read(connection)
        assert len(desk.sim.journal) > before


def test_offline_sends_nothing_not_even_a_login(desk: Desk) -> None:
    with connect(desk, AutoCache="true") as connection:
        expected = read(connection)
    desk.sim.journal.clear()
    config = desk.config(
        auth_scheme="OAuthPassword", initiate_oauth="GETANDREFRESH", **desk.user, **desk.client
    )
    place = str(desk.folder / "cache" / "kept.db")
    with mod.connect(properties(config), Offline="true", CacheLocation=place) as offline:
        assert read(offline) == expected
        with pytest.raises(mod.OperationalError, match="List_x is not in the cache"):
            read(offline, "SELECT * FROM List_x")
        for refused in ("EXECUTE GetOAuthAuthorizationURL", "CACHE SELECT * FROM Messages"):
            with pytest.raises(mod.NotSupportedError, match="Offline"):
                read(offline, refused)
        with pytest.raises(mod.NotSupportedError, match="Offline"):
            offline.cursor().callproc("GetOAuthAuthorizationURL")
    assert len(desk.sim.journal) == 0


def kept(desk: Desk, table: str) -> list[Any]:
    with connect(desk, Offline="true") as offline:
        return read(offline, f"SELECT * FROM {table} ORDER BY Id")


def test_cache_replaces_rows_by_their_key(desk: Desk) -> None:
    with connect(desk) as connection:
        every = read(connection, "SELECT Id, Title FROM Messages ORDER BY Id")
        cursor = connection.execute(
            "CACHE [Mine] SELECT Id, Title FROM Messages ORDER BY Id LIMIT 2"
        )
        assert (cursor.rowcount, cursor.description) == (2, None)
        assert kept(desk, "Mine") == every[:2]
        connection.execute("CACHE Mine SELECT Id, Title FROM Messages WHERE Id <> ?", [every[0][0]])
        assert kept(desk, "mine") == every
        assert read(connection, "SELECT Id, Title FROM Messages ORDER BY Id") == every


@pytest.mark.parametrize("every", ["*", "m.*"])
def test_cache_keeps_filters_with_all_columns(desk: Desk, every: str) -> None:
    sent = "SELECT Id FROM Messages WHERE Type = 'SENT' ORDER BY Id"
    with connect(desk) as connection:
        expected = read(connection, sent)
        connection.execute(f"CACHE SELECT {every} FROM Messages m")
    with connect(desk, Offline="true") as offline:
        assert read(offline, sent) == expected


@pytest.mark.parametrize(
    ("option", "rows", "columns"),
    [
        pytest.param("TRUNCATE", 1, 2, id="TRUNCATE"),
        pytest.param("AUTOCOMMIT", 3, 2, id="AUTOCOMMIT"),
        pytest.param("schema  only", 2, 2, id="SCHEMA ONLY"),
        pytest.param("DROP EXISTING", 1, 2, id="DROP EXISTING"),
        pytest.param("ALTER SCHEMA", 3, 2, id="ALTER SCHEMA"),
        pytest.param("TRUNCATE, AUTOCOMMIT", 1, 2, id="two"),
    ],
)
def test_options_of_cache(desk: Desk, option: str, rows: int, columns: int) -> None:
    with connect(desk) as connection:
        *_, last = read(connection, "SELECT Id FROM Messages ORDER BY Id")
        connection.execute("CACHE Mine SELECT Id, Title FROM Messages ORDER BY Id LIMIT 2")
        connection.execute(
            f"CACHE Mine WITH {option} SELECT Id, Title FROM Messages WHERE Id = ?", last
        )
    found = kept(desk, "Mine")
    assert (len(found), len(found[0])) == (rows, columns)


def test_new_columns_need_an_option(desk: Desk) -> None:
    query = "SELECT Id, Timestamp FROM Messages"
    with connect(desk) as connection:
        connection.execute("-- keys first\nCACHE Mine /* all */ SELECT Id FROM Messages")
        with pytest.raises(mod.ProgrammingError, match=r"no column 'Timestamp'.*ALTER SCHEMA"):
            connection.execute(f"CACHE Mine {query}")
        connection.execute(f"CACHE Mine WITH ALTER SCHEMA {query}")
        assert kept(desk, "Mine") == read(connection, f"{query} ORDER BY Id")


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        pytest.param("CACHE SELECT Title FROM Messages", "key of Messages: Id", id="key"),
        pytest.param("CACHE SELECT a.Id FROM Messages a, Messages b", "one table", id="two"),
        pytest.param("CACHE x WITH Y SELECT Id FROM Messages", "is written", id="option"),
        pytest.param("CACHE Messages", "is written", id="no SELECT"),
        pytest.param("CACHE sys_cache SELECT Id FROM Messages", "own table", id="name"),
    ],
)
def test_what_cannot_be_cached_is_refused(desk: Desk, statement: str, words: str) -> None:
    with connect(desk) as connection, pytest.raises(mod.ProgrammingError, match=words):
        connection.execute(statement)


def test_an_open_result_keeps_what_it_sees(desk: Desk) -> None:
    with connect(desk, AutoCache="true") as connection:
        every = read(connection)
        cursor = connection.execute(QUERY.partition(" ORDER")[0])
        fetched = [cursor.fetchone()]
        connection.execute("CACHE WITH TRUNCATE SELECT Id, Title FROM Messages LIMIT 1")
        assert len(fetched + cursor.fetchall()) == len(every)


def test_what_fails_halfway_leaves_the_cache_as_it_was(simulator: Simulate, tmp_path: Path) -> None:
    desk = Desk(simulator(contacts=100), tmp_path / "desk")
    query = "SELECT COUNT(*) FROM [List_API Example List]"
    with connect(desk, AutoCache="true", CacheTolerance=0, Pagesize=20) as connection:
        [(count,)] = read(connection, query)
        path = "/api/1/list/*"
        desk.sim.faults.add(Fault(kind="status", path=path, status=500, times=0, first=3))
        with pytest.raises(mod.OperationalError):
            read(connection, query)
    with connect(desk, Offline="true") as offline:
        assert read(offline, query) == [(count,)]


def test_many_connections_share_a_file(desk: Desk) -> None:
    with connect(desk) as plain:
        expected = read(plain)
    found: list[Any] = []

    def work() -> None:
        with connect(desk, AutoCache="true", CacheTolerance=0) as connection:
            found.extend(read(connection) for _ in range(3))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 12


@pytest.mark.parametrize("name", ["CacheProvider", "CacheConnection"])
def test_another_database_is_refused_in_words(desk: Desk, name: str) -> None:
    with (
        connect(desk, AutoCache="true", **{name: "hush"}) as connection,
        pytest.raises(mod.InterfaceError, match="set CacheLocation") as caught,
    ):
        read(connection)
    assert "hush" not in str(caught.value)


def test_the_file_is_the_users_alone(desk: Desk) -> None:
    with connect(desk, AutoCache="true", CacheLocation=str(desk.folder / "own")) as connection:
        read(connection)
    [file] = (desk.folder / "own").glob("cache-*.db")
    assert file.stat().st_mode & 0o777 == 0o600
