"""A small client of the simulator, and fixtures that start and stop simulators."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Self

import pytest
import requests

from tap_acton.simulator import Options, Simulator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

    Connect = Callable[..., "Client"]

SMALL: dict[str, Any] = {
    "requests_per_second": 0,
    "lists": 3,
    "contacts": 30,
    "messages": 12,
    "recipients": 20,
    "suppressed": 7,
}


class Client:
    """Talks to a simulator as an integration does; holds the tokens it was given last."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim
        self.session = requests.Session()
        self.tokens: dict[str, Any] = {}

    def __enter__(self) -> Self:
        self.sim.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.session.close()
        self.sim.stop()

    def post_token(self, grant_type: str, **fields: str) -> requests.Response:
        """Ask for tokens with the right client, unless the fields say otherwise."""
        known = self.sim.credentials
        client = {"client_id": known.client_id, "client_secret": known.client_secret}
        form = {"grant_type": grant_type, **client, **fields}
        return requests.post(f"{self.sim.url}/token", data=form, timeout=5)

    def log_in(self) -> requests.Response:
        """Ask for tokens by password and use them."""
        known = self.sim.credentials
        return self._use(
            self.post_token("password", username=known.username, password=known.password)
        )

    def refresh(self) -> requests.Response:
        """Ask for tokens by the refresh token and use them."""
        token = self.tokens["refresh_token"]
        return self._use(self.post_token("refresh_token", refresh_token=token))

    def get(self, path: str, **params: Any) -> requests.Response:
        """GET with the access token."""
        return self.session.get(f"{self.sim.url}{path}", params=params, timeout=5)

    def json(self, path: str, **params: Any) -> Any:
        """GET a reply that must be good, and parse it."""
        reply = self.get(path, **params)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def control(self, method: str, path: str, /, **arguments: Any) -> Any:
        """Make a control call."""
        url = f"{self.sim.control_url}/{path}"
        reply = requests.request(method, url, json=arguments or None, timeout=5)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def _use(self, reply: requests.Response) -> requests.Response:
        if reply.status_code == 200:
            self.tokens = reply.json()
            self.session.headers["Authorization"] = f"Bearer {self.tokens['access_token']}"
        return reply


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Start a small simulator with options of the test's own, and log in."""
    with ExitStack() as stack:

        def start(*, log_in: bool = True, **options: Any) -> Client:
            client = stack.enter_context(Client(Simulator(Options(**{**SMALL, **options}))))
            if log_in:
                client.log_in()
            return client

        yield start


@pytest.fixture
def client(connect: Connect) -> Client:
    """A client of a small simulator that the test may change."""
    return connect()


@pytest.fixture(scope="session")
def reader() -> Iterator[Client]:
    """A client of one simulator that many tests read and none changes."""
    with Client(Simulator(Options(**SMALL))) as reading:
        reading.log_in()
        yield reading
