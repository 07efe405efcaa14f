"""`POST /token` keeps the documented rules of REFERENCE: OAuth 2.0."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

if TYPE_CHECKING:
    from tests.simulator.conftest import Client, Connect

DENIED = {"error": "access_denied", "error_description": "Unauthorized"}
WRONG_PASSWORD = {"error": "invalid_grant", "error_description": "Wrong email or password."}
DEAD_TOKEN = {
    "error": "invalid_grant",
    "error_description": "Unknown or invalid refresh token.",
}
DAY_S = 86_400


def test_password_grant_issues_the_documented_fields(connect: Connect) -> None:
    tokens = connect(log_in=False).log_in().json()
    assert {name: type(value) for name, value in tokens.items()} == {
        "access_token": str,
        "refresh_token": str,
        "scope": str,
        "token_type": str,
        "expires_in": int,
    }
    assert (tokens["scope"], tokens["token_type"]) == ("offline-access", "Bearer")


def test_grant_type_may_stand_in_the_query(connect: Connect) -> None:
    client = connect(log_in=False)
    known = client.sim.credentials
    form = {
        "client_id": known.client_id,
        "client_secret": known.client_secret,
        "username": known.username,
        "password": known.password,
    }
    url = f"{client.sim.url}/token?grant_type=password"
    assert requests.post(url, data=form, timeout=5).status_code == 200


@pytest.mark.parametrize("field", ["client_id", "client_secret"])
def test_a_wrong_client_is_denied_with_401(connect: Connect, field: str) -> None:
    reply = connect(log_in=False).post_token("refresh_token", **{field: "wrong"})
    assert (reply.status_code, reply.json()) == (401, DENIED)


def test_an_empty_post_is_denied_with_401(connect: Connect) -> None:
    reply = requests.post(f"{connect(log_in=False).sim.url}/token", timeout=5)
    assert (reply.status_code, reply.json()) == (401, DENIED)


def test_a_json_body_is_not_understood(connect: Connect) -> None:
    client = connect(log_in=False)
    known = client.sim.credentials
    body = {"client_id": known.client_id, "client_secret": known.client_secret}
    reply = requests.post(f"{client.sim.url}/token", json=body, timeout=5)
    assert reply.status_code == 401


def test_a_wrong_password_is_403_invalid_grant(connect: Connect) -> None:
    client = connect(log_in=False)
    reply = client.post_token("password", username=client.sim.credentials.username, password="no")
    assert (reply.status_code, reply.json()) == (403, WRONG_PASSWORD)


def test_a_refresh_rotates_both_tokens(client: Client) -> None:
    before = dict(client.tokens)
    assert client.refresh().status_code == 200
    assert client.tokens["access_token"] != before["access_token"]
    assert client.tokens["refresh_token"] != before["refresh_token"]
    assert client.get("/api/1/account").status_code == 200


def test_a_refresh_token_works_once(client: Client) -> None:
    used = client.tokens["refresh_token"]
    client.refresh()
    reply = client.post_token("refresh_token", refresh_token=used)
    assert (reply.status_code, reply.json()) == (403, DEAD_TOKEN)


def test_a_refused_refresh_leaves_the_tokens_in_force(client: Client) -> None:
    client.post_token("refresh_token", refresh_token="unknown")
    assert client.get("/api/1/account").status_code == 200
    assert client.refresh().status_code == 200


@pytest.mark.parametrize("grant", ["log_in", "refresh"])
def test_a_new_token_kills_the_older_access_token(client: Client, grant: str) -> None:
    old = {"Authorization": f"Bearer {client.tokens['access_token']}"}
    getattr(client, grant)()
    reply = requests.get(f"{client.sim.url}/api/1/account", headers=old, timeout=5)
    assert reply.status_code == 401


def test_a_login_elsewhere_kills_the_refresh_token(client: Client) -> None:
    ours = client.tokens["refresh_token"]
    client.log_in()
    assert client.post_token("refresh_token", refresh_token=ours).status_code == 403


def test_an_access_token_expires_on_the_simulators_clock(connect: Connect) -> None:
    client = connect(expires_in=100)
    client.sim.clock.advance(seconds=99)
    assert client.get("/api/1/account").status_code == 200
    client.sim.clock.advance(seconds=1)
    assert client.get("/api/1/account").status_code == 401


def test_a_refresh_token_lives_thirty_days(client: Client) -> None:
    client.sim.clock.advance(seconds=30 * DAY_S - 60)
    assert client.refresh().status_code == 200
    client.sim.clock.advance(seconds=30 * DAY_S)
    assert client.refresh().status_code == 403


def test_a_code_is_exchanged_once(client: Client) -> None:
    code = client.sim.tokens.new_code("http://localhost/")
    first, again = (
        client.post_token("authorization_code", code=code, redirect_uri="http://localhost/")
        for _ in range(2)
    )
    assert (first.status_code, again.status_code) == (200, 403)


def test_a_code_is_bound_to_its_callback(client: Client) -> None:
    code = client.sim.tokens.new_code("http://localhost/")
    reply = client.post_token("authorization_code", code=code, redirect_uri="http://localhost/b")
    assert reply.status_code == 403


def test_a_code_expires(client: Client) -> None:
    code = client.sim.tokens.new_code("http://localhost/")
    client.sim.clock.advance(seconds=601)
    reply = client.post_token("authorization_code", code=code, redirect_uri="http://localhost/")
    assert reply.status_code == 403


def test_the_sixth_login_of_an_hour_is_refused(connect: Connect) -> None:
    client = connect(log_in=False)
    assert [client.log_in().status_code for _ in range(6)] == [200] * 5 + [429]
    client.sim.clock.advance(seconds=3600)
    assert client.log_in().status_code == 200


def test_failed_logins_count_against_the_hour(connect: Connect) -> None:
    client = connect(log_in=False, token_limit_status=403)
    for _ in range(5):
        client.post_token("password", username="x", password="y")
    reply = client.log_in()
    assert reply.status_code == 403
    assert reply.json()["error"] == "access_denied"


def test_refreshes_do_not_count_against_the_hour(client: Client) -> None:
    assert {client.refresh().status_code for _ in range(10)} == {200}


def test_an_unknown_grant_is_refused(client: Client) -> None:
    assert client.post_token("client_credentials").status_code == 400


def test_token_posts_are_counted_by_grant(client: Client) -> None:
    client.refresh()
    client.post_token("refresh_token", refresh_token="unknown")
    assert client.sim.tokens.counts() == {"password": 1, "refresh_token": 2, "refused": 1}


@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer wrong", "Basic abc"])
def test_a_bad_bearer_gets_the_gateways_401(reader: Client, header: str) -> None:
    url = f"{reader.sim.url}/api/1/account"
    reply = requests.get(url, headers={"Authorization": header}, timeout=5)
    assert reply.status_code == 401
    assert reply.json() == {
        "httpCode": "401",
        "httpMessage": "Unauthorized",
        "moreInformation": "",
    }
