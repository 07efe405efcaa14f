"""The nine ways to log in, from `cdata.acton`; each test is named after its row."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

import cdata.acton as mod
from tests.flows.flow import Desk, properties
from tests.visitors import Visitor

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Simulate

CODE = "authorization_code"
QUERY = "SELECT Id FROM Campaigns"


@pytest.fixture
def desk(simulator: Simulate, tmp_path: Path) -> Desk:
    return Desk(simulator(), tmp_path / "desk")


def connect(desk: Desk, **settings: Any) -> mod.Connection:
    return mod.connect(properties(desk.config(**settings)))


def read(desk: Desk, **settings: Any) -> list[tuple[Any, ...]]:
    """Connect, read something, and close."""
    with connect(desk, **settings) as connection:
        return connection.execute(QUERY).fetchall()


@pytest.fixture
def browser(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser in which the user logs in."""
    monkeypatch.setenv("BROWSER", desk.browser())
    monkeypatch.setattr("webbrowser._tryorder", None)


@pytest.mark.usefixtures("browser")
def test_1_connect(desk: Desk) -> None:
    connection = connect(desk, initiate_oauth="GETANDREFRESH", **desk.client)
    assert connection.cursor().execute(QUERY).fetchall()
    connection.close()


@pytest.mark.usefixtures("browser")
def test_2_desktop_with_an_application_of_ones_own(desk: Desk) -> None:
    settings = {"initiate_oauth": "GETANDREFRESH", **desk.client}
    rows = read(desk, **settings)
    assert (len(rows) > 1, desk.grants()) == (True, [CODE])
    assert read(desk, **settings) == rows
    assert desk.grants() == []
    with connect(desk, **settings) as connection:
        desk.sim.tokens.expire_access()
        assert connection.execute(QUERY).fetchall() == rows
    assert desk.grants() == ["refresh_token"]


@pytest.mark.usefixtures("browser")
def test_3_desktop_with_the_application_of_the_package(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(mod.InterfaceError, match="OAuthClientId, OAuthClientSecret"):
        connect(desk, initiate_oauth="GETANDREFRESH")
    information = desk.folder / "acme_flow-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-flow\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text("[tap_acton.oauth_app]\nx = acme_flow:APP\n")
    (desk.folder / "acme_flow.py").write_text(f"APP = {desk.client!r}\n")
    monkeypatch.syspath_prepend(str(desk.folder))
    assert read(desk, initiate_oauth="GETANDREFRESH")
    assert desk.grants() == [CODE]


def test_4_web_application(desk: Desk) -> None:
    connection = connect(desk, **desk.client)
    statement = f"EXECUTE GetOAuthAuthorizationURL CallbackURL='{desk.callback_url}', State='s'"
    [(url,)] = connection.execute(statement).fetchall()
    answer = Visitor(desk.sim).decide(url)
    assert "state=s" in answer
    code = answer.partition("code=")[2].partition("&")[0]
    cursor = connection.execute(
        "EXECUTE GetOAuthAccessToken AuthMode='WEB', Verifier=?, CallbackURL=?",
        [code, desk.callback_url],
    )
    assert [column[0] for column in cursor.description or []][:3] == [
        "OAuthAccessToken",
        "OAuthRefreshToken",
        "ExpiresIn",
    ]
    [(access_token, refresh_token, expires_in, _)] = cursor.fetchall()
    assert (desk.grants(), expires_in, bool(refresh_token)) == ([CODE], "3600", True)
    assert not desk.settings_file.exists()
    assert read(desk, initiate_oauth="OFF", access_token=access_token)
    connection.close()


def test_5_automatic_refresh(desk: Desk) -> None:
    issued = desk.sim.tokens.issue()
    tokens = {name: issued[name] for name in ("access_token", "refresh_token")}
    settings = {"initiate_oauth": "REFRESH", **desk.client, **tokens}
    rows = read(desk, **settings)
    assert desk.grants() == []
    for _ in range(2):  # the values in the string are stale from here on
        desk.sim.tokens.expire_access()
        assert read(desk, **settings) == rows
        assert desk.grants() == ["refresh_token"]
    later = {name: value for name, value in settings.items() if name not in tokens}
    assert read(desk, **later) == rows
    assert desk.grants() == []


def test_6_manual_refresh(desk: Desk) -> None:
    issued = desk.sim.tokens.issue()
    settings = {"initiate_oauth": "OFF", **desk.client, "access_token": issued["access_token"]}
    assert read(desk, **settings)
    desk.sim.tokens.expire_access()
    with connect(desk, **settings) as connection:
        with pytest.raises(mod.OperationalError, match="OAuthAccessToken"):
            connection.execute(QUERY).fetchall()
        assert desk.grants() == []
        cursor = connection.cursor()
        cursor.callproc("RefreshOAuthAccessToken", [issued["refresh_token"]])
        row = cursor.fetchone()
    assert row
    assert desk.grants() == ["refresh_token"]
    assert read(desk, **{**settings, "access_token": row[0]})
    assert not desk.settings_file.exists()


def test_7_headless_with_a_verifier(desk: Desk, tmp_path: Path) -> None:
    elsewhere = Desk(desk.sim, tmp_path / "elsewhere")
    with connect(elsewhere, initiate_oauth="OFF", **desk.client) as connection:
        statement = "EXEC GetOAuthAuthorizationURL @CallbackUrl = ?"
        row = connection.execute(statement, [desk.callback_url]).fetchone()
    assert row
    code = Visitor(desk.sim).decide(row[0]).partition("code=")[2].partition("&")[0]
    settings = {"initiate_oauth": "REFRESH", **desk.client}
    rows = read(desk, oauth_verifier=code, **settings)
    assert desk.grants() == [CODE]
    assert code not in desk.settings_file.read_text()
    desk.sim.tokens.expire_access()
    assert read(desk, oauth_verifier=code, **settings) == rows
    assert desk.grants() == ["refresh_token"]
    assert read(desk, **settings) == rows
    assert desk.grants() == []


@pytest.mark.usefixtures("browser")
def test_8_headless_with_a_file_made_elsewhere(desk: Desk, tmp_path: Path) -> None:
    rows = read(desk, initiate_oauth="GETANDREFRESH", **desk.client)
    headless = Desk(desk.sim, tmp_path / "headless")
    shutil.copy(desk.settings_file, headless.settings_file)
    desk.sim.tokens.expire_access()
    desk.grants()
    assert read(headless, initiate_oauth="REFRESH", **desk.client) == rows
    assert headless.grants() == ["refresh_token"]

    stranger = desk.client | {"client_secret": "another"}
    with pytest.raises(mod.InterfaceError, match="OAuthSettingsLocation"):
        connect(headless, initiate_oauth="REFRESH", **stranger)
    nowhere = {"oauth_settings_location": "/proc/nowhere/OAuthSettings.txt"}
    with pytest.raises(mod.InterfaceError, match="OAuthSettingsLocation"):
        connect(headless, initiate_oauth="REFRESH", **desk.client, **nowhere)
    assert headless.grants() == []


def test_9_password(desk: Desk) -> None:
    settings = {
        "initiate_oauth": "GETANDREFRESH",
        "auth_scheme": "OAuthPassword",
        **desk.client,
        **desk.user,
    }
    rows = read(desk, **settings)
    assert desk.grants() == ["password"]
    desk.sim.tokens.expire_access()
    assert read(desk, **settings) == rows
    assert desk.grants() == ["refresh_token"]


def test_refresh_never_asks_anybody(desk: Desk) -> None:
    with pytest.raises(mod.OperationalError, match="Set InitiateOAuth to GETANDREFRESH"):
        connect(desk, initiate_oauth="REFRESH", **desk.client)
    assert desk.grants() == []
