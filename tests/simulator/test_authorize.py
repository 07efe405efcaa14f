"""`GET /authorize` leads a user through consent, and never redirects to a stranger."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

if TYPE_CHECKING:
    from tests.simulator.conftest import Client, Connect

CALLBACK = "http://localhost:8123/callback"


def ask(client: Client, **changed: str) -> requests.Response:
    params = {
        "scope": "PRODUCTION",
        "response_type": "code",
        "client_id": client.sim.credentials.client_id,
        "redirect_uri": CALLBACK,
        "state": 'a&b="c"',
        **changed,
    }
    return requests.get(f"{client.sim.url}/authorize", params=params, timeout=5)


def decide(client: Client, page: str, **chosen: str) -> requests.Response:
    hidden = re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', page)
    form = {unescape(name): unescape(value) for name, value in hidden} | chosen
    url = f"{client.sim.url}/authorize"
    return requests.post(url, data=form, allow_redirects=False, timeout=5)


def callback_of(reply: requests.Response) -> dict[str, list[str]]:
    assert reply.status_code == 302
    location = reply.headers["Location"]
    assert location.startswith(CALLBACK)
    return parse_qs(urlsplit(location).query)


def test_consent_redirects_with_a_code_that_can_be_exchanged(client: Client) -> None:
    known = client.sim.credentials
    page = ask(client).text
    reply = decide(
        client, page, username=known.username, password=known.password, decision="authorize"
    )
    given = callback_of(reply)
    assert given["state"] == ['a&b="c"']
    tokens = client.post_token("authorization_code", code=given["code"][0], redirect_uri=CALLBACK)
    assert tokens.status_code == 200


def test_denial_redirects_with_an_error(client: Client) -> None:
    given = callback_of(decide(client, ask(client).text, decision="deny"))
    assert given == {"error": ["access_denied"], "state": ['a&b="c"']}


def test_a_wrong_password_shows_the_page_again(client: Client) -> None:
    reply = decide(client, ask(client).text, username="x", password="y", decision="authorize")
    assert reply.status_code == 403
    assert "Wrong email or password." in reply.text
    assert "<form" in reply.text


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "stranger"},
        {"redirect_uri": "https://evil.example/"},
        {"redirect_uri": ""},
        {"redirect_uri": "http://[broken"},
        {"response_type": "token"},
        {"scope": "OTHER"},
    ],
    ids=["client", "callback", "no callback", "broken callback", "response type", "scope"],
)
def test_a_wrong_request_is_shown_and_not_redirected(
    client: Client, changed: dict[str, str]
) -> None:
    reply = ask(client, **changed)
    assert reply.status_code == 400
    assert "Location" not in reply.headers
    assert "cannot be authorized" in reply.text


def test_a_registered_callback_must_match_exactly(connect: Connect) -> None:
    client = connect(redirect_uri=CALLBACK)
    assert ask(client).status_code == 200
    assert ask(client, redirect_uri=f"{CALLBACK}/").status_code == 400


def test_the_page_answers_get_and_post_only(client: Client) -> None:
    assert requests.put(f"{client.sim.url}/authorize", timeout=5).status_code == 404


def test_the_page_escapes_what_it_was_given(client: Client) -> None:
    page = ask(client, state='"><script>alert(1)</script>').text
    assert "<script>" not in page


def test_the_page_needs_no_api_quota(connect: Connect) -> None:
    client = connect(daily_requests=1)
    assert {ask(client).status_code for _ in range(3)} == {200}
