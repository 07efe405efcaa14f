"""Every property is known, checked and documented, and those that say so have an effect."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import cdata.acton as mod
from tap_acton.sql.properties import property_table, read_properties
from tests.flows.flow import Desk, properties
from tests.generated import connection_table

if TYPE_CHECKING:
    from tests.conftest import Simulate

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "connection-string.md"
# Those that cdata's documents list for this connector, beside the login's.
THEIRS = """
    SSLServerCert FirewallType FirewallServer FirewallPort FirewallUser FirewallPassword
    ProxyAutoDetect ProxyServer ProxyPort ProxyAuthScheme ProxyUser ProxyPassword ProxySSLType
    ProxyExceptions Logfile Verbosity LogModules MaxLogFileSize MaxLogFileCount Location
    BrowsableSchemas Tables Views AutoCache CacheLocation CacheProvider CacheConnection
    CacheTolerance Offline CacheMetadata MaxRows Other Pagesize PseudoColumns RowScanDepth
    TypeDetectionScheme Timeout UserDefinedViews Readonly RTK BatchSize ConnectionLifeTime
    ConnectOnOpen PoolIdleTimeout PoolMaxSize PoolMinSize PoolWaitTime UseConnectionPooling
    SupportEnhancedSQL AuthScheme User Password InitiateOAuth OAuthClientId OAuthClientSecret
    OAuthAccessToken OAuthRefreshToken OAuthSettingsLocation CallbackURL Scope OAuthVerifier
    OAuthExpiresIn OAuthTokenTimestamp
"""


@pytest.fixture
def desk(simulator: Simulate, tmp_path: Path) -> Desk:
    return Desk(simulator(), tmp_path / "desk")


def connect(desk: Desk, **more: Any) -> mod.Connection:
    token = desk.sim.tokens.issue()["access_token"]
    string = properties(desk.config(initiate_oauth="OFF", access_token=token))
    return mod.connect(string, **more)


@pytest.mark.parametrize("name", THEIRS.split())
def test_every_property_of_the_other_connector_is_taken(name: str) -> None:
    spaced = "".join(f" {letter}" if letter.isupper() else letter for letter in name)
    for spelled in (name, name.upper(), spaced):
        read_properties(f"{spelled}=", {})


def test_the_document_has_the_table_of_all_properties() -> None:
    section = DOCUMENT.read_text().partition("<!-- properties -->\n")[2]
    assert section.partition("<!-- /properties -->")[0] == connection_table(), "`make generate`"


def test_no_two_properties_have_one_name() -> None:
    names = [entry.property.casefold() for entry in property_table()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("string", "words"),
    [
        pytest.param("OAuthClientIdd=hush", "Did you mean 'OAuthClientId'", id="near"),
        pytest.param("zzz=hush", "no property 'zzz'", id="far"),
        pytest.param("MaxRows=hush", "'MaxRows' must be a whole number", id="ours"),
        pytest.param("Pagesize=hush", "^Property 'Pagesize' must be a whole", id="shared"),
        pytest.param("InitiateOAuth=hush", "'InitiateOAuth' must be one of OFF", id="choice"),
        pytest.param("Logfile=/proc/x;MaxLogFileSize=hush", "size such as 10 MB", id="size"),
        pytest.param("Logfile=/proc/nope/x", "Logfile /proc/nope/x cannot be written", id="log"),
        pytest.param("Other='zzz=hush'", "no property 'zzz'", id="other"),
    ],
)
def test_a_faulty_property_is_named_without_its_value(string: str, words: str) -> None:
    with pytest.raises(mod.InterfaceError, match=words) as caught:
        mod.connect(string)
    assert "hush" not in str(caught.value)


def test_nothing_is_sent_before_a_statement_while_oauth_is_off(desk: Desk) -> None:
    connect(desk).close()
    assert len(desk.sim.journal) == 0


def test_properties_by_name_win() -> None:
    settings, own = read_properties("Timeout=5;MaxRows=1", {"timeout": 7, "Max Rows": 2})
    assert (settings.timeout, own.max_rows) == (7, 2)


def test_other_holds_more_properties() -> None:
    settings, own = read_properties("Other='Pagesize=50;MaxRows=3'", {})
    assert (settings.page_size, own.max_rows) == (50, 3)


def test_the_defaults_are_those_of_the_other_connector() -> None:
    settings, own = read_properties("", {})
    assert (settings.mode, settings.auth_scheme, settings.scope) == ("OFF", "OAuth", "PRODUCTION")
    assert (settings.callback_url, own.max_rows, own.verbosity) == ("http://localhost:80", -1, 1)


@pytest.mark.parametrize(("most", "expected"), [(0, 0), (2, 2), (-1, 6)])
def test_max_rows_caps_what_a_select_gives(desk: Desk, most: int, expected: int) -> None:
    with connect(desk, MaxRows=most) as connection:
        rows = connection.execute("SELECT DISTINCT Type FROM Messages").fetchall()
        assert len(rows) == expected


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        pytest.param("SELECT TOP 4 Id FROM Messages", 4, id="top"),
        pytest.param("SELECT Id FROM Messages ORDER BY Id LIMIT 4", 4, id="limit"),
        pytest.param("SELECT Type FROM Messages GROUP BY Type", 6, id="groups"),
    ],
)
def test_max_rows_does_not_count_where_the_statement_says_how_many(
    desk: Desk, statement: str, expected: int
) -> None:
    with connect(desk, MaxRows=2) as connection:
        assert len(connection.execute(statement).fetchall()) == expected


@pytest.mark.parametrize(("depth", "words"), [(1000, ""), (1001, "RowScanDepth"), (0, "")])
def test_a_row_scan_depth_that_is_too_large_is_told(
    desk: Desk, caplog: pytest.LogCaptureFixture, depth: int, words: str
) -> None:
    with connect(desk, RowScanDepth=depth) as connection:
        connection.execute("SELECT TOP 1 Id FROM Messages")
    told = [each.getMessage().partition(":")[0] for each in caplog.records]
    assert (words in told) is bool(words)
    assert len(told) == bool(words)


@pytest.mark.parametrize(("way", "in_csv"), [("json", False), ("csv", True)])
def test_list_download_says_how_a_list_comes(desk: Desk, way: str, *, in_csv: bool) -> None:
    with connect(desk, ListDownload=way) as connection:
        before = len(desk.sim.journal)
        rows = connection.execute("SELECT * FROM [List_API Example List]").fetchall()
    asked = [entry.query.get("responseformat") for entry in list(desk.sim.journal)[before:]]
    assert rows
    assert ("CSV" in asked) is in_csv


def test_an_account_id_that_is_given_is_not_asked_for(desk: Desk) -> None:
    number = str(desk.sim.accounts[0].account_id)
    asked = []
    for given in ({}, {"AccountId": number}):
        with connect(desk, **given) as connection:
            before = len(desk.sim.journal)
            assert connection.execute("SELECT * FROM Contacts LIMIT 1").fetchall()
            asked.append([entry.path for entry in list(desk.sim.journal)[before:]])
    assert [path for path in asked[0] if path not in asked[1]] == ["/api/1/account"]


@pytest.mark.parametrize("word", ["INSERT INTO", "UPDATE", "DELETE FROM", "upsert into"])
def test_a_read_only_connection_says_why_it_does_not_write(desk: Desk, word: str) -> None:
    with (
        connect(desk, Readonly="true") as connection,
        pytest.raises(mod.NotSupportedError, match="Readonly"),
    ):
        connection.execute(f"{word} Optout")
