"""The system tables tell of the account and of the connector what is so, and no secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import cdata.acton as mod
from tap_acton.sql.connection_string import folded
from tap_acton.sql.properties import property_table
from tap_acton.sql.schema.local import Identity
from tests.flows.flow import Desk, properties

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Simulate

NAMES = [
    "sys_catalogs",
    "sys_schemas",
    "sys_tables",
    "sys_tablecolumns",
    "sys_procedures",
    "sys_procedureparameters",
    "sys_keycolumns",
    "sys_foreignkeys",
    "sys_primarykeys",
    "sys_indexes",
    "sys_connection_props",
    "sys_sqlinfo",
    "sys_identity",
    "sys_information",
]
LIST = "List_API Example List"


@pytest.fixture
def desk(simulator: Simulate, tmp_path: Path) -> Desk:
    return Desk(simulator(), tmp_path / "desk")


@pytest.fixture
def token(desk: Desk) -> str:
    return str(desk.sim.tokens.issue()["access_token"])


@pytest.fixture
def connection(desk: Desk, token: str) -> Iterator[mod.Connection]:
    config = desk.config(initiate_oauth="OFF", access_token=token, **desk.client)
    with mod.connect(properties(config)) as opened:
        yield opened


def rows(connection: mod.Connection, statement: str, parameters: Any = ()) -> list[tuple[Any, ...]]:
    return connection.execute(statement, parameters).fetchall()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("written", ["{}", "[{}]", "CData.ActOn.{}"])
def test_each_is_there_in_any_case_and_with_its_schema(
    connection: mod.Connection, name: str, written: str
) -> None:
    every = rows(connection, f"SELECT * FROM {name}")
    assert rows(connection, f"SELECT * FROM {written.format(name.upper())}") == every
    assert bool(every) == (name != "sys_identity")


def test_catalog_and_schema_are_cdata_and_acton(connection: mod.Connection) -> None:
    assert rows(connection, "SELECT * FROM sys_schemas") == [("CData", "ActOn")]
    assert rows(connection, "SELECT * FROM sys_catalogs") == [("CData",)]
    for name in ("sys_tables", "sys_tablecolumns", "sys_keycolumns", "sys_procedures"):
        places = rows(connection, f"SELECT DISTINCT CatalogName, SchemaName FROM {name}")
        assert places == [("CData", "ActOn")]


def test_every_table_that_is_told_of_can_be_read_by_its_name(connection: mod.Connection) -> None:
    names = [name for (name,) in rows(connection, "SELECT TableName FROM sys_tables")]
    assert {"Messages", "Images", "Programs", LIST} <= set(names)
    for name in names:
        cursor = connection.execute(f"SELECT * FROM [{name}] LIMIT 0")
        described = [column[0] for column in cursor.description or ()]
        told = rows(
            connection,
            "SELECT ColumnName FROM sys_tablecolumns WHERE TableName = ? AND IsHidden = 0 "
            "ORDER BY Ordinal",
            [name],
        )
        assert [column for (column,) in told] == described


def test_types_and_keys_are_those_of_the_rows(connection: mod.Connection) -> None:
    told = rows(
        connection,
        "SELECT ColumnName, DataTypeName, DataType, IsKey, IsNullable FROM sys_tablecolumns "
        "WHERE TableName = 'Messages' AND ColumnName IN ('Id', 'Timestamp', 'IsTextOnly')",
    )
    assert sorted(told) == [
        ("Id", "VARCHAR", 12, True, False),
        ("IsTextOnly", "BOOLEAN", 16, False, True),
        ("Timestamp", "TIMESTAMP", 93, False, True),
    ]


@pytest.mark.parametrize("name", ["sys_tables", "sys_tablecolumns", "sys_primarykeys"])
def test_to_ask_about_a_fixed_table_costs_no_request(
    connection: mod.Connection, desk: Desk, name: str
) -> None:
    assert rows(connection, f"SELECT * FROM {name} WHERE TableName = 'Messages'")
    assert rows(connection, f"SELECT * FROM {name} WHERE TableName = 'Mesages'") == []
    assert not desk.sim.journal


def test_keys_of_other_tables_are_told(connection: mod.Connection) -> None:
    told = rows(
        connection,
        "SELECT ColumnName, ReferencedTableName, ReferencedColumnName, ForeignKeyName, "
        "ForeignKeyType FROM sys_foreignkeys WHERE TableName = 'Reports'",
    )
    assert told == [("MessageId", "Messages", "Id", "FK_Reports_Messages", "IMPORT")]
    keys = rows(
        connection,
        "SELECT ColumnName, IsKey, IsForeignKey FROM sys_keycolumns WHERE TableName = 'Reports'",
    )
    assert keys == [("MessageId", True, True)]


def test_the_columns_of_foreign_keys_hold_keys(connection: mod.Connection) -> None:
    joined = "SELECT COUNT(*) FROM Reports r JOIN Messages m ON r.MessageId = m.Id"
    assert rows(connection, joined) == rows(connection, "SELECT COUNT(*) FROM Reports")


def test_primary_keys_are_indexes_too(connection: mod.Connection) -> None:
    keys = rows(connection, "SELECT TableName, ColumnName, KeySeq, KeyName FROM sys_primarykeys")
    indexes = rows(
        connection,
        "SELECT TableName, ColumnName, OrdinalPosition, IndexName FROM sys_indexes "
        "WHERE IsUnique = 1 AND IsPrimary = 1",
    )
    assert keys == indexes


def test_procedures_tell_their_inputs_and_outputs(connection: mod.Connection) -> None:
    told = rows(
        connection,
        "SELECT ColumnName, Direction, [Values], [Default], IsRequired "
        "FROM sys_procedureparameters WHERE ProcedureName = 'GetOAuthAccessToken' "
        "AND ColumnName IN ('AuthMode', 'OAuthAccessToken')",
    )
    assert told == [("AuthMode", 1, "APP,WEB", "APP", False), ("OAuthAccessToken", 4, "", None, 0)]
    names = [name for (name,) in rows(connection, "SELECT ProcedureName FROM sys_procedures")]
    assert names == [
        "GetOAuthAuthorizationURL",
        "GetOAuthAccessToken",
        "RefreshOAuthAccessToken",
    ]


def test_every_property_is_told_by_both_of_its_names(connection: mod.Connection) -> None:
    told = rows(connection, "SELECT Name, PropertyName FROM sys_connection_props")
    assert [name for _, name in told] == [entry.property for entry in property_table()]
    assert all(folded(spaced) == folded(name) for spaced, name in told)
    assert ("OAuth Client Id", "OAuthClientId") in told
    assert ("SSL Server Cert", "SSLServerCert") in told


def test_what_is_set_has_a_value_and_a_secret_is_hidden(
    connection: mod.Connection, desk: Desk, token: str
) -> None:
    told = dict(
        rows(connection, "SELECT PropertyName, Value FROM sys_connection_props WHERE Value <> ''")
    )
    assert told["OAuthClientId"] == desk.sim.credentials.client_id
    assert told["OAuthClientSecret"] == told["OAuthAccessToken"] == "*****"
    assert "Verbosity" not in told
    shown = str(rows(connection, "SELECT * FROM sys_connection_props"))
    assert token not in shown
    assert desk.sim.credentials.client_secret not in shown


@pytest.mark.parametrize("name", ["Other", "CacheConnection", "OAuthSettingsLocation"])
def test_what_may_hold_secrets_is_hidden_whole(desk: Desk, name: str) -> None:
    text = '"Password=hunter2"'
    statement = "SELECT Value FROM sys_connection_props WHERE PropertyName = ?"
    with mod.connect(f"ApiUrl={desk.sim.url};{name}={text}") as connection:
        assert rows(connection, statement, [name]) == [("*****",)]


def sql_info(connection: mod.Connection, name: str) -> list[str]:
    [(value,)] = rows(connection, "SELECT VALUE FROM sys_sqlinfo WHERE NAME = ?", [name])
    return str(value).split(",")


def test_the_sql_that_is_told_of_runs(connection: mod.Connection) -> None:
    for name in sql_info(connection, "AGGREGATE_FUNCTIONS"):
        assert rows(connection, f"SELECT {name}(Ordinal) FROM sys_tablecolumns")
    for join in set(sql_info(connection, "OJ_CAPABILITIES")) & {"LEFT", "RIGHT", "FULL"}:
        statement = (
            f"SELECT COUNT(*) FROM sys_schemas a {join} JOIN sys_catalogs b "
            "ON a.CatalogName <> b.CatalogName"
        )
        assert rows(connection, statement) == [(2 if join == "FULL" else 1,)]
    before, after = (
        sql_info(connection, f"IDENTIFIER_QUOTE_{end}_CHAR")[0] for end in ("OPEN", "CLOSE")
    )
    assert rows(connection, f"SELECT 1 FROM {before}sys_schemas{after}") == [(1,)]


OPERATORS = {
    "LIKE": "LIKE 'CDat%'",
    "NOT LIKE": "NOT LIKE 'x'",
    "IN": "IN ('CData')",
    "NOT IN": "NOT IN ('x')",
    "IS NULL": "IS NULL",
    "IS NOT NULL": "IS NOT NULL",
    "BETWEEN": "BETWEEN 'A' AND 'Z'",
}


def test_the_operators_and_subqueries_that_are_told_of_run(connection: mod.Connection) -> None:
    for operator in sql_info(connection, "SUPPORTED_OPERATORS"):
        condition = OPERATORS.get(operator, f"{operator} 'CData'")
        assert (
            len(rows(connection, f"SELECT 1 FROM sys_catalogs WHERE CatalogName {condition}")) < 2
        )
    subqueries = {
        "COMPARISON": "CatalogName = (SELECT MAX(CatalogName) FROM sys_schemas)",
        "EXISTS": "EXISTS (SELECT 1 FROM sys_schemas)",
        "IN": "CatalogName IN (SELECT CatalogName FROM sys_schemas)",
        "CORRELATED_SUBQUERIES": "EXISTS (SELECT 1 FROM sys_schemas s "
        "WHERE s.CatalogName = c.CatalogName)",
    }
    assert sql_info(connection, "SUBQUERIES") == list(subqueries)
    for condition in subqueries.values():
        assert rows(connection, f"SELECT 1 FROM sys_catalogs c WHERE {condition}") == [(1,)]


def test_the_last_modification_is_what_is_kept() -> None:
    identity = Identity()
    for id_ in ("a", "b"):
        identity.note(id_, "1", "INSERTED", "SUCCESS")
    identity.note("c", "2", "DELETED", "SUCCESS")
    identity.note("d", "2", "DELETED", "it is not there")
    assert list(identity) == [
        ("c", "2", "DELETED", "SUCCESS"),
        ("d", "2", "DELETED", "it is not there"),
    ]


def test_what_became_of_rows_is_read_like_a_table(connection: mod.Connection) -> None:
    assert rows(connection, "SELECT * FROM sys_identity") == []
    connection._sql().identity.note("l-0001:1", "1", "INSERTED", "SUCCESS")
    statement = "SELECT Id, Message FROM sys_identity WHERE Operation = 'INSERTED'"
    assert rows(connection, statement) == [("l-0001:1", "SUCCESS")]
