"""What tests of every kind share: simulators, and configurations that lead to them."""

from __future__ import annotations

import signal
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

from tap_acton.simulator import Options, Simulator
from tests.harness import config_for
from tests.postgres import postgres_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Simulate = Callable[..., Simulator]
    Configure = Callable[..., dict[str, Any]]

# What a busy machine takes for an example says nothing.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

SMALL: dict[str, Any] = {
    "requests_per_second": 0,
    "lists": 3,
    "contacts": 30,
    "messages": 6,
    "recipients": 5,
    "suppressed": 5,
}


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Return the address of a database of the tests' own."""
    with postgres_server() as address:
        yield address


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    """Give signals back: each plugin of the SDK that a test makes takes them for itself."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture
def simulator() -> Iterator[Simulate]:
    """Start a small simulator with options of the test's own."""
    with ExitStack() as stack:

        def start(**options: Any) -> Simulator:
            return stack.enter_context(Simulator(Options(**{**SMALL, **options})))

        yield start


@pytest.fixture
def configure(tmp_path: Path) -> Configure:
    """Make a configuration that logs in to a simulator; None takes a setting out."""

    def make(sim: Simulator, **changes: Any) -> dict[str, Any]:
        settings_file = str(tmp_path / "settings" / "tokens.json")
        config = config_for(sim, tmp_path, max_retry_seconds=None) | {
            "oauth_settings_location": settings_file,
            **changes,
        }
        return {name: value for name, value in config.items() if value is not None}

    return make
