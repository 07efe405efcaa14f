"""Stored procedures: what they take, give and refuse, and what they leave alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

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
def connection(desk: Desk) -> Iterator[mod.Connection]:
    with mod.connect(properties(desk.config(**desk.client))) as opened:
        yield opened


def url_of(cursor: mod.Cursor) -> dict[str, list[str]]:
    row = cursor.fetchone()
    assert row
    return parse_qs(urlsplit(row[0]).query)


@pytest.mark.parametrize(
    ("statement", "parameters"),
    [
        pytest.param("EXECUTE GetOAuthAuthorizationURL State='it''s'", (), id="text"),
        pytest.param("exec getoauthauthorizationurl @STATE = 'it''s';", (), id="any case"),
        pytest.param("EXEC [GetOAuthAuthorizationURL] [State]='it''s'", (), id="brackets"),
        pytest.param("EXECUTE GetOAuthAuthorizationURL State=?", ["it's"], id="question mark"),
        pytest.param("EXEC GetOAuthAuthorizationURL State=@s", {"@S": "it's"}, id="named"),
        pytest.param(
            "/* a; */ EXEC GetOAuthAuthorizationURL Scope=NULL, State = 'it''s' -- b", (), id="more"
        ),
    ],
)
def test_a_procedure_is_called_in_many_ways(
    connection: mod.Connection, desk: Desk, statement: str, parameters: Any
) -> None:
    asked = url_of(connection.execute(statement, parameters))
    assert asked["state"] == ["it's"]
    assert asked["redirect_uri"] == [desk.callback_url]
    assert asked["scope"] == ["PRODUCTION"]


@pytest.mark.parametrize(
    "parameters",
    [["http://localhost:1", None, "s"], {"callbackurl": "http://localhost:1", "@State": "s"}],
    ids=["in order", "by name"],
)
def test_callproc_takes_inputs_in_order_or_by_name(
    connection: mod.Connection, parameters: Any
) -> None:
    cursor = connection.cursor()
    assert cursor.callproc("GETOAUTHAUTHORIZATIONURL", parameters) is parameters
    asked = url_of(cursor)
    assert (asked["redirect_uri"], asked["state"]) == (["http://localhost:1"], ["s"])


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        pytest.param("EXECUTE", "needs the name", id="no name"),
        pytest.param("EXECUTE GetOAuthAccesToken", "'GetOAuthAccessToken'", id="procedure"),
        pytest.param("EXEC RefreshOAuthAccessToken", "needs OAuthRefreshToken", id="missing"),
        pytest.param("EXEC RefreshOAuthAccessToken OAuthRefreshToken=''", "needs", id="empty"),
        pytest.param("EXEC RefreshOAuthAccessToken OAuthRefreshToken='  '", "needs", id="blank"),
        pytest.param("EXEC RefreshOAuthAccessToken OAuthRefreshToken=NULL", "needs", id="null"),
        pytest.param("EXEC RefreshOAuthAccessToken RefreshToken='hush'", "mean", id="input"),
        pytest.param("EXEC RefreshOAuthAccessToken 'hush'", "by name", id="positional"),
        pytest.param("EXEC RefreshOAuthAccessToken OAuthRefreshToken=?", "has a value", id="value"),
        pytest.param("EXEC RefreshOAuthAccessToken OAuthRefreshToken='h' x", "commas", id="comma"),
        pytest.param("EXEC GetOAuthAccessToken AuthMode='WEB'", "needs Verifier", id="verifier"),
        pytest.param("EXEC GetOAuthAccessToken AuthMode='hush'", "APP, WEB", id="mode"),
    ],
)
def test_what_cannot_work_is_refused_without_a_request(
    connection: mod.Connection, desk: Desk, statement: str, words: str
) -> None:
    with pytest.raises(mod.ProgrammingError, match=words) as caught:
        connection.execute(statement)
    assert "hush" not in str(caught.value)
    assert len(desk.sim.journal) == 0


def test_an_application_is_needed_before_anything_is_sent(desk: Desk) -> None:
    with (
        mod.connect(properties(desk.config())) as connection,
        pytest.raises(mod.InterfaceError, match="'OAuthClientId' and 'OAuthClientSecret' are need"),
    ):
        connection.execute("EXECUTE GetOAuthAuthorizationURL")


def test_a_code_gives_tokens_as_texts(connection: mod.Connection, desk: Desk) -> None:
    code = desk.sim.tokens.new_code(desk.callback_url)
    cursor = connection.execute("EXECUTE GetOAuthAccessToken AuthMode='web', Verifier=?", [code])
    assert cursor.rowcount == 1
    [row] = cursor.fetchall()
    assert [type(value) for value in row] == [str] * 4
    assert row[2] == "3600"
    assert len(row[3]) == len("1780315200000")


def test_a_code_for_another_callback_is_refused(connection: mod.Connection, desk: Desk) -> None:
    code = desk.sim.tokens.new_code("http://localhost:1")
    statement = "EXECUTE GetOAuthAccessToken AuthMode='WEB', Verifier=?"
    with pytest.raises(mod.OperationalError) as caught:
        connection.execute(statement, [code])
    assert code not in str(caught.value)


def test_a_dead_refresh_token_is_posted_once_and_not_quoted(
    connection: mod.Connection, desk: Desk
) -> None:
    cursor = connection.cursor()
    with pytest.raises(mod.OperationalError) as caught:
        cursor.callproc("RefreshOAuthAccessToken", ["dead-1234"])
    assert "dead-1234" not in str(caught.value)
    assert desk.grants() == ["refresh_token"]


def test_nothing_is_stored_behind_the_applications_back(desk: Desk) -> None:
    issued = desk.sim.tokens.issue()
    config = desk.config(initiate_oauth="REFRESH", **desk.client)
    config |= {name: issued[name] for name in ("access_token", "refresh_token")}
    with mod.connect(properties(config)) as connection:
        before = desk.settings_file.read_bytes()
        cursor = connection.cursor()
        cursor.callproc("RefreshOAuthAccessToken", [issued["refresh_token"]])
        assert desk.settings_file.read_bytes() == before
