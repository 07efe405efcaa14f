"""The Logfile tells what a connection does, as much as Verbosity says, and never a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import cdata.acton as mod
from tap_acton.simulator import Fault
from tests.certificates import make_certificates
from tests.fakes import wire
from tests.flows.flow import Desk, properties

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Simulate

QUERY = "SELECT Id, Title FROM Messages WHERE Title <> ?"
PARAMETER = "parameter-of-a-test"


@pytest.fixture
def desk(simulator: Simulate, tmp_path: Path) -> Desk:
    return Desk(simulator(), tmp_path / "desk")


def connect(desk: Desk, log: Path, verbosity: int) -> mod.Connection:
    """Log in with a password, which gets tokens."""
    config = desk.config(
        auth_scheme="OAuthPassword", initiate_oauth="GETANDREFRESH", **desk.user, **desk.client
    )
    return mod.connect(properties(config), Logfile=str(log), Verbosity=verbosity)


def work(desk: Desk, log: Path, verbosity: int) -> str:
    """Log in, read, refresh, read, and fail; return the log."""
    execute = "EXECUTE RefreshOAuthAccessToken OAuthRefreshToken='1234-hush-5678'"
    with connect(desk, log, verbosity) as connection:
        connection.execute(QUERY, [PARAMETER]).fetchall()
        desk.sim.tokens.expire_access()
        connection.execute("SELECT * FROM Campaigns").fetchall()
        for statement in (execute, "SELECT nope FROM Messages"):
            with pytest.raises(mod.DatabaseError):
                connection.execute(statement).fetchall()
    return log.read_text()


def token_texts(desk: Desk) -> set[str]:
    return {desk.sim.tokens._access.text, desk.sim.tokens._refresh.text}


@pytest.mark.parametrize("verbosity", [1, 2, 3, 4, 5])
def test_no_secret_is_written_at_any_verbosity(desk: Desk, tmp_path: Path, verbosity: int) -> None:
    log = tmp_path / "acton.log"
    with connect(desk, log, verbosity):
        secrets = {"hush", desk.user["password"], desk.client["client_secret"], *token_texts(desk)}
    text = work(desk, log, verbosity)
    secrets |= token_texts(desk)
    assert len(secrets) == 7
    assert [secret for secret in secrets if secret in text] == []


TOLD = {
    "Running SELECT Id, Title FROM Messages": 1,
    " rows, ": 1,
    "Running EXECUTE RefreshOAuthAccessToken": 1,
    "Failed: ProgrammingError: ": 1,
    "GET /api/1/message: HTTP 200, ": 2,
    "POST /token: HTTP 200, ": 2,
    PARAMETER: 3,
    "> Authorization: [hidden]": 3,
    '< {"': 3,
    "> [hidden]": 3,
    "Connection: 127.0.0.1:": 4,
}
"""What is in the file, by the verbosity that adds it."""


def test_a_verbosity_adds_to_those_below(desk: Desk, tmp_path: Path) -> None:
    for verbosity in (1, 2, 3, 4):
        text = work(desk, tmp_path / f"{verbosity}.log", verbosity)
        assert {words for words in TOLD if words in text} == {
            words for words, least in TOLD.items() if least <= verbosity
        }


def test_bodies_are_whole_at_the_highest_verbosity_alone(desk: Desk, tmp_path: Path) -> None:
    longest = []
    for verbosity in (4, 5):
        log = tmp_path / f"{verbosity}.log"
        with connect(desk, log, verbosity) as connection:
            connection.execute("SELECT * FROM [List_API Example List]").fetchall()
        longest.append(max(len(line) for line in log.read_text().splitlines()))
    assert longest[0] < 2100 < longest[1]


@pytest.mark.parametrize("verbosity", [1, 2])
def test_people_and_tokens_in_statements_are_hidden_where_bodies_are(
    desk: Desk, tmp_path: Path, verbosity: int
) -> None:
    log = tmp_path / "acton.log"
    token = "0123456789abcdef0123456789abcdef"
    with connect(desk, log, verbosity) as connection:
        connection.execute(f"SELECT 'me@acton.example' AS a, '{token}' AS b, 'plain' AS c")
    assert "SELECT '[e-mail]' AS a, '[hidden]' AS b, 'plain' AS c" in log.read_text()


def test_each_connection_writes_into_its_own_file(desk: Desk, tmp_path: Path) -> None:
    files = [tmp_path / "a.log", tmp_path / "b.log"]
    with connect(desk, files[0], 1) as one, connect(desk, files[1], 5) as other:
        one.execute("SELECT 1 AS One").fetchall()
        other.execute("SELECT 2 AS Two").fetchall()
        one.execute("SELECT TOP 1 Id AS Three FROM Messages").fetchall()
    first, second = (file.read_text() for file in files)
    assert ("One" in first, "Two" in first, "Three" in first) == (True, False, True)
    assert ("One" in second, "Two" in second, "Three" in second) == (False, True, False)
    assert "HTTP" not in first


def test_what_the_client_warns_of_goes_to_the_connection_that_meets_it(
    desk: Desk, tmp_path: Path
) -> None:
    files = [tmp_path / "a.log", tmp_path / "b.log"]
    with connect(desk, files[0], 1) as one, connect(desk, files[1], 1):
        desk.sim.faults.add(Fault(kind="status", path="/api/1/campaigns", status=403, times=0))
        one.execute("SELECT * FROM Campaigns").fetchall()
    assert "WARNING: Skipping an object" in files[0].read_text()
    assert "WARNING" not in files[1].read_text()


def test_what_was_agreed_on_for_a_connection_is_told(tmp_path: Path) -> None:
    certificates = make_certificates(tmp_path / "certificates")
    log = tmp_path / "acton.log"
    reply = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
    with wire(reply, certificate=certificates.server_with_key) as server:
        own: dict[str, Any] = {
            "ApiUrl": server.url,
            "SSLServerCert": str(certificates.authority),
            "MaxRetrySeconds": 0,
        }
        with (
            mod.connect(
                OAuthAccessToken="hush", Logfile=str(log), Verbosity=4, **own
            ) as connection,
            pytest.raises(mod.DatabaseError),
        ):
            connection.execute("SELECT Id FROM Messages").fetchall()
    assert "TLSv1." in log.read_text()
    assert "certificate until Jan  1 00:00:00 2120 GMT" in log.read_text()
    assert "hush" not in log.read_text()
