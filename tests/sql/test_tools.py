"""Tools of data people read an account as they read any database."""

from __future__ import annotations

import csv
import gc
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import duckdb
import pandas as pd
import petl
import polars as pl
import pyarrow as pa
import pytest
import sqlalchemy as sa

import cdata.acton as mod
from tests.flows.flow import Desk, properties
from tests.harness import unmeasured

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Simulate

QUERY = "SELECT Id, Title, Timestamp, IsTextOnly FROM Messages ORDER BY Id"
SENT = "SELECT Id FROM Messages WHERE Type = ? ORDER BY Id"
LIST = "SELECT * FROM [List_API Example List]"
NAMES = ["Id", "Title", "Timestamp", "IsTextOnly"]

by_raw_connection = pytest.mark.filterwarnings("ignore:pandas only supports SQLAlchemy")


@pytest.fixture
def desk(simulator: Simulate, tmp_path: Path) -> Desk:
    return Desk(simulator(), tmp_path / "desk")


@pytest.fixture
def text(desk: Desk) -> str:
    token = desk.sim.tokens.issue()["access_token"]
    return properties(desk.config(initiate_oauth="OFF", access_token=token))


@pytest.fixture
def connection(text: str) -> Iterator[mod.Connection]:
    with mod.connect(text) as opened:
        yield opened


@pytest.fixture
def engine(text: str) -> Iterator[sa.Engine]:
    engine = sa.create_engine(f"acton:///?{text}")
    yield engine
    engine.dispose()


@pytest.fixture(params=["connection", "engine"])
def source(request: pytest.FixtureRequest) -> Any:
    """What a tool reads from: our connection, or SQLAlchemy's engine."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def expected(connection: mod.Connection) -> list[tuple[Any, ...]]:
    return connection.execute(QUERY).fetchall()


@by_raw_connection
def test_pandas_reads_a_statement(source: Any, expected: list[tuple[Any, ...]]) -> None:
    frame = pd.read_sql(QUERY, source)
    assert list(frame.columns) == NAMES
    assert list(frame.itertuples(index=False, name=None)) == expected
    assert frame.dtypes["Timestamp"].kind == "M"
    assert frame.dtypes["IsTextOnly"].kind == "b"


@by_raw_connection
def test_pandas_passes_parameters_and_reads_in_parts(
    source: Any, connection: mod.Connection
) -> None:
    sent = connection.execute(SENT, ["SENT"]).fetchall()
    assert list(pd.read_sql(SENT, source, params=("SENT",))["Id"]) == [id_ for (id_,) in sent]
    parts = [len(part) for part in pd.read_sql(SENT, source, params=("SENT",), chunksize=4)]
    assert parts == [4, len(sent) - 4]


def test_pandas_reads_a_table_by_its_name(engine: sa.Engine) -> None:
    whole = pd.read_sql("Messages", engine)
    assert len(pd.read_sql_table("Messages", engine, columns=["Id"])) == len(whole)
    by_key = pd.read_sql_table("Messages", engine, index_col="Id")
    assert set(by_key.index) == set(whole["Id"])


def test_petl_reads_sorts_and_writes_csv(
    source: Any, tmp_path: Path, expected: list[tuple[Any, ...]]
) -> None:
    table = petl.fromdb(source, QUERY)
    assert [tuple(row) for row in table] == [tuple(NAMES), *expected]
    path = tmp_path / "messages.csv"
    petl.tocsv(petl.sort(table, "Title"), str(path), encoding="utf-8")
    with path.open(newline="", encoding="utf-8") as file:
        written = list(csv.DictReader(file))
    assert [row["Title"] for row in written] == sorted(row[1] for row in expected)


@by_raw_connection
def test_rows_go_to_the_browser_as_dash_sends_them(
    source: Any, expected: list[tuple[Any, ...]]
) -> None:
    frame = pd.read_sql(QUERY, source)
    columns = [{"name": name, "id": name} for name in frame.columns]
    sent = json.loads(json.dumps([columns, frame.to_dict("records")], default=str))
    assert sent[0][0] == {"name": "Id", "id": "Id"}
    assert [row["Id"] for row in sent[1]] == [row[0] for row in expected]


def test_polars_reads_a_statement(source: Any, expected: list[tuple[Any, ...]]) -> None:
    frame = pl.read_database(QUERY, source)
    assert frame.rows() == expected
    types = [pl.String, pl.String, pl.Datetime("us"), pl.Boolean]
    assert dict(frame.schema) == dict(zip(NAMES, types, strict=True))


def test_polars_passes_parameters_and_reads_in_parts(connection: mod.Connection) -> None:
    options = {"parameters": ["SENT"]}
    sent = connection.execute(SENT, ["SENT"]).fetchall()
    assert pl.read_database(SENT, connection, execute_options=options).rows() == sent
    parts = pl.read_database(QUERY, connection, iter_batches=True, batch_size=3)
    sizes = [part.height for part in parts]
    assert set(sizes[:-1]) == {3}


def test_duckdb_reads_a_frame(connection: mod.Connection, expected: list[tuple[Any, ...]]) -> None:
    frame = pl.read_database(QUERY, connection)
    with duckdb.connect() as duck:
        duck.register("messages", frame)
        assert duck.sql("SELECT * FROM messages ORDER BY Id").fetchall() == expected


def test_duckdb_reads_arrow_batches(
    connection: mod.Connection, expected: list[tuple[Any, ...]]
) -> None:
    with duckdb.connect() as duck:
        duck.register("messages", connection.execute(QUERY).fetch_record_batch(2))
        assert duck.sql("SELECT * FROM messages ORDER BY Id").fetchall() == expected


@pytest.mark.parametrize("size", [1, 4, 10_000])
def test_arrow_batches_hold_all_rows_with_their_types(
    connection: mod.Connection, expected: list[tuple[Any, ...]], size: int
) -> None:
    reader = connection.execute(QUERY).fetch_record_batch(size)
    types = [pa.string(), pa.string(), pa.timestamp("us"), pa.bool_()]
    assert reader.schema == pa.schema(list(zip(NAMES, types, strict=True)))
    batches = list(reader)
    assert {batch.num_rows for batch in batches[:-1]} <= {size}
    rows = [tuple(row.values()) for batch in batches for row in batch.to_pylist()]
    assert rows == expected


def test_an_arrow_table_has_what_is_left(
    connection: mod.Connection, expected: list[tuple[Any, ...]]
) -> None:
    cursor = connection.execute(QUERY)
    cursor.fetchone()
    table = cursor.fetch_arrow_table()
    assert [tuple(row.values()) for row in table.to_pylist()] == expected[1:]
    assert cursor.fetchone() is None
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    assert frame.rows() == expected[1:]


def test_expressions_have_the_types_of_their_values(connection: mod.Connection) -> None:
    statement = "SELECT COUNT(*) AS n, 1.5 AS x, 'a' AS y, NULL AS z FROM Messages"
    schema = connection.execute(statement).fetch_arrow_table().schema
    assert schema.types == [pa.int64(), pa.float64(), pa.string(), pa.string()]


def test_a_result_without_rows_has_its_columns(connection: mod.Connection) -> None:
    table = connection.execute(f"SELECT * FROM ({QUERY}) AS m WHERE 1 = 0").fetch_arrow_table()
    assert (table.num_rows, table.schema.names) == (0, NAMES)
    assert table.schema.field("Timestamp").type == pa.timestamp("us")


def test_a_value_of_another_type_than_the_first_rows_is_an_error(
    connection: mod.Connection,
) -> None:
    mixed = "SELECT 1 AS x UNION ALL SELECT 'b'"
    table = connection.execute(mixed).fetch_arrow_table()
    assert table.column("x").to_pylist() == ["1", "b"]
    with pytest.raises(mod.DataError, match="'x' has a value that is no int64"):
        connection.execute(mixed).fetch_record_batch(1).read_all()


def test_a_batch_is_read_when_it_is_asked_for(simulator: Simulate, tmp_path: Path) -> None:
    desk = Desk(simulator(contacts=100), tmp_path / "desk")
    token = desk.sim.tokens.issue()["access_token"]
    config = desk.config(
        initiate_oauth="OFF", access_token=token, page_size=10, list_download="json"
    )
    with mod.connect(properties(config)) as connection:
        cursor = connection.execute(LIST)
        before = len(desk.sim.journal)
        reader = cursor.fetch_record_batch(9)
        reader.read_next_batch()
        assert len(desk.sim.journal) - before <= 2
        assert len(reader.read_all()) == 100 - 9


def test_batches_that_were_given_are_not_kept(simulator: Simulate, tmp_path: Path) -> None:
    desk = Desk(simulator(contacts=2000), tmp_path / "desk")
    token = desk.sim.tokens.issue()["access_token"]
    with mod.connect(
        properties(desk.config(initiate_oauth="OFF", access_token=token, page_size=50))
    ) as connection:
        connection.execute(f"{LIST} LIMIT 1").fetchall()
        gc.collect()
        before, most = pa.total_allocated_bytes(), 0
        sizes = []
        for batch in connection.execute(LIST).fetch_record_batch(100):
            sizes.append(batch.nbytes)
            most = max(most, pa.total_allocated_bytes() - before)
    assert len(sizes) == 20
    assert most < sum(sizes) / 2


@pytest.mark.parametrize("size", [0, -1])
def test_a_batch_has_at_least_one_row(connection: mod.Connection, size: int) -> None:
    with pytest.raises(mod.ProgrammingError, match="at least one row"):
        connection.execute(QUERY).fetch_record_batch(size)


def test_without_pyarrow_the_error_names_what_to_install(text: str) -> None:
    program = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "import cdata.acton as mod\n"
        "cursor = mod.connect(sys.argv[1]).execute('SELECT 1 AS One')\n"
        "try:\n    cursor.fetch_arrow_table()\n"
        "except mod.NotSupportedError as error:\n    print(error, cursor.fetchall())\n"
    )
    command = [sys.executable, "-c", program, text]
    done = subprocess.run(command, env=unmeasured(), capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("pip install 'tap-acton[arrow]' [(1,)]")


def test_pandas_appends_rows_to_a_list(engine: sa.Engine, desk: Desk) -> None:
    frame = pd.DataFrame({"Company": ["A", "B"], "E-mail Address": ["a@x.example", "b@x.example"]})
    frame.to_sql("List_API Example List", engine, if_exists="append", index=False)
    at = desk.sim.world.headers("l-0001").index("Company")
    assert [row.cells[at] for row in desk.sim.world.rows("l-0001")][-2:] == ["A", "B"]
