"""Several accounts on one server: each has its own user, data, tokens and limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from tap_acton.simulator import Options, Simulator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_acton.simulator.account import Account

SMALL: dict[str, Any] = {"lists": 1, "contacts": 3, "messages": 2, "recipients": 2, "suppressed": 2}


@pytest.fixture(params=[False, True], ids=["two clients", "one client"])
def sim(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    options = Options(accounts=2, agency=request.param, requests_per_second=0, **SMALL)
    with Simulator(options) as simulator:
        yield simulator


def post(sim: Simulator, account: Account, **form: str) -> requests.Response:
    known = account.credentials
    client = {"client_id": known.client_id, "client_secret": known.client_secret}
    return requests.post(f"{sim.url}/token", data={**client, **form}, timeout=10)


def log_in(sim: Simulator, account: Account) -> dict[str, str]:
    known = account.credentials
    form = {"username": known.username, "password": known.password}
    answer = post(sim, account, grant_type="password", **form)
    assert answer.status_code == 200
    tokens: dict[str, str] = answer.json()
    return tokens


def account_seen(sim: Simulator, access_token: str) -> tuple[int, str]:
    headers = {"Authorization": f"Bearer {access_token}"}
    answer = requests.get(f"{sim.url}/api/1/account", headers=headers, timeout=10)
    return answer.status_code, str(answer.json().get("account_id"))


def test_a_token_opens_the_account_of_its_user(sim: Simulator) -> None:
    tokens = [log_in(sim, account)["access_token"] for account in sim.accounts]
    seen = [account_seen(sim, token) for token in tokens]
    assert seen == [(200, str(account.account_id)) for account in sim.accounts]
    assert [entry.account for entry in sim.journal] == [0, 1, 0, 1]


def test_a_login_ends_no_token_of_another_account(sim: Simulator) -> None:
    first, second = sim.accounts
    token = log_in(sim, first)["access_token"]
    for _ in range(2):
        log_in(sim, second)
    assert account_seen(sim, token)[0] == 200


def test_a_refresh_stays_inside_its_account(sim: Simulator) -> None:
    _, second = sim.accounts
    refresh_token = log_in(sim, second)["refresh_token"]
    answer = post(sim, second, grant_type="refresh_token", refresh_token=refresh_token)
    assert account_seen(sim, answer.json()["access_token"]) == (200, str(second.account_id))


def test_a_code_stands_for_the_account_of_whoever_logged_in(sim: Simulator) -> None:
    _, second = sim.accounts
    known, callback = second.credentials, "http://localhost:1"
    asked = {
        "scope": "PRODUCTION",
        "response_type": "code",
        "client_id": known.client_id,
        "redirect_uri": callback,
    }
    person = {"username": known.username, "password": known.password, "decision": "authorize"}
    answer = requests.post(
        f"{sim.url}/authorize", data={**asked, **person}, allow_redirects=False, timeout=10
    )
    code = answer.headers["Location"].partition("code=")[2]
    tokens = post(sim, second, grant_type="authorization_code", code=code, redirect_uri=callback)
    assert account_seen(sim, tokens.json()["access_token"]) == (200, str(second.account_id))


def test_a_refresh_token_is_worth_nothing_to_another_client() -> None:
    options = Options(accounts=2, requests_per_second=0, **SMALL)
    with Simulator(options) as sim:
        first, second = sim.accounts
        token = log_in(sim, first)["refresh_token"]
        answer = post(sim, second, grant_type="refresh_token", refresh_token=token)
        assert (answer.status_code, answer.json()["error"]) == (403, "invalid_grant")
        assert post(sim, first, grant_type="refresh_token", refresh_token=token).ok


def test_limits_are_each_accounts_own() -> None:
    options = Options(accounts=2, requests_per_second=0, daily_requests=2, **SMALL)
    with Simulator(options) as sim:
        tokens = [log_in(sim, account)["access_token"] for account in sim.accounts]
        assert [account_seen(sim, token)[0] for token in tokens] == [200, 200]
        assert account_seen(sim, tokens[0])[0] == 429


def test_the_first_account_is_what_it_is_alone(sim: Simulator) -> None:
    with Simulator(Options(**SMALL)) as alone:
        assert alone.credentials == sim.credentials
        assert alone.account_id == sim.account_id
        assert alone.world.rows("l-0001") == sim.world.rows("l-0001")


def test_no_account_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="accounts must be at least 1"):
        Options(accounts=0)
