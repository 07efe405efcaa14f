"""Five requests in any second, so many a UTC day; what is above is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tap_acton.simulator.clock import Clock
from tap_acton.simulator.limits import Limits, Rules, SlidingWindow

if TYPE_CHECKING:
    from tests.simulator.conftest import Connect

GATEWAY = {
    "httpCode": "429",
    "httpMessage": "Too Many Requests",
    "moreInformation": "Rate Limit exceeded",
}
WSO2 = {
    "fault": {
        "code": 900800,
        "message": "Message throttled out",
        "description": "You have exceeded your quota",
    }
}


def test_no_window_of_a_second_admits_more_than_the_limit() -> None:
    window = SlidingWindow(seconds=1.0)
    arrivals = [number * 0.07 for number in range(200)]
    admitted = [at for at in arrivals if window.admit(at, limit=5, count_rejected=False)]
    for start in admitted:
        assert sum(start <= at < start + 1.0 for at in admitted) <= 5


def test_room_comes_back_request_by_request() -> None:
    window = SlidingWindow(seconds=1.0)
    for at in (0.0, 0.5, 0.9):
        assert window.admit(at, limit=3, count_rejected=False)
    assert not window.admit(0.99, limit=3, count_rejected=False)
    assert window.admit(1.0, limit=3, count_rejected=False)
    assert not window.admit(1.4, limit=3, count_rejected=False)


def test_rejected_calls_can_count_too() -> None:
    window = SlidingWindow(seconds=1.0)
    for at in (0.0, 0.6, 1.2, 1.8):
        window.admit(at, limit=1, count_rejected=True)
    assert not window.admit(2.4, limit=1, count_rejected=True)


@pytest.mark.parametrize(
    ("shape", "status", "body"),
    [("gateway", 429, GATEWAY), ("wso2", 429, WSO2), ("503", 503, WSO2)],
    ids=["gateway", "wso2", "503"],
)
def test_the_request_above_the_limit_gets_the_chosen_envelope(
    connect: Connect, shape: str, status: int, body: dict[str, Any]
) -> None:
    client = connect(requests_per_second=2, throttle_envelope=shape)
    client.get("/api/1/account")
    reply = client.get("/api/1/account")
    assert (reply.status_code, reply.json()) == (status, body)
    client.sim.clock.advance(seconds=1)
    assert client.get("/api/1/account").status_code == 200


def test_no_header_tells_of_limits(connect: Connect) -> None:
    client = connect(requests_per_second=2)
    replies = [client.get("/api/1/account") for _ in range(2)]
    for reply in replies:
        assert "x-request-id" in reply.headers
        assert "x-global-transaction-id" in reply.headers
        assert not [name for name in reply.headers if "limit" in name.lower()]
        assert "Retry-After" not in reply.headers


def test_the_day_is_full_until_midnight_utc(connect: Connect) -> None:
    client = connect(daily_requests=3)
    statuses = [client.get("/api/1/account").status_code for _ in range(4)]
    assert statuses == [200, 200, 429, 429]  # the login was the first of the three
    client.sim.clock.advance(seconds=86_400)
    assert client.get("/api/1/account").status_code == 401  # a day later the token is old
    assert client.refresh().status_code == 200


def test_limits_change_at_run_time(connect: Connect) -> None:
    client = connect()
    client.sim.limits.change(daily_requests=10, used_today=9)
    statuses = [client.get("/api/1/account").status_code for _ in range(2)]
    assert statuses == [200, 429]
    assert client.sim.limits.used()["used_today"] == 10


@pytest.mark.parametrize("numbers", [{"speed": 3}, {"daily_requests": -1}], ids=["name", "value"])
def test_a_bad_limit_is_refused(numbers: dict[str, int]) -> None:
    rules = Rules(requests_per_second=5, daily_requests=5, logins_per_hour=5, count_rejected=False)
    with pytest.raises(ValueError, match="limit"):
        Limits(rules, Clock()).change(**numbers)


def test_zero_means_no_limit(connect: Connect) -> None:
    client = connect(requests_per_second=0, daily_requests=0, logins_per_hour=0)
    assert {client.log_in().status_code for _ in range(8)} == {200}


def test_the_clock_never_goes_back() -> None:
    with pytest.raises(ValueError, match="back"):
        Clock().advance(seconds=-1)
