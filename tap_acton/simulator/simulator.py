"""The simulator as an object of Python: start it, look at it, change it, stop it."""

from types import TracebackType
from typing import Self

from tap_acton.simulator.account import Account
from tap_acton.simulator.app import App
from tap_acton.simulator.changes import Change
from tap_acton.simulator.clock import Clock
from tap_acton.simulator.control import PREFIX
from tap_acton.simulator.credentials import Credentials
from tap_acton.simulator.faults import Fault
from tap_acton.simulator.journal import Journal
from tap_acton.simulator.limits import Limits
from tap_acton.simulator.matching import Book
from tap_acton.simulator.options import Options
from tap_acton.simulator.server import Server
from tap_acton.simulator.tokens import TokenDesk
from tap_acton.simulator.world import World


class Simulator:
    """Simulated Act-On accounts, one if not told otherwise, behind one HTTP server on 127.0.0.1.

    Use it as a context manager, or call `start` and `stop`. The port is bound at once.
    """

    def __init__(self, options: Options | None = None) -> None:
        """Generate the account and bind the port.

        Raises:
            OSError: if the port is taken.
        """
        self._app = App(options or Options())
        self._server = Server(self._app, self._app.options.port)

    def __enter__(self) -> Self:
        """Start to serve."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop serving."""
        self.stop()

    def start(self) -> None:
        """Serve in threads of its own."""
        self._server.start()

    def stop(self) -> None:
        """Stop serving and close all connections."""
        self._server.stop()

    @property
    def url(self) -> str:
        """The base address, without a slash at its end."""
        return self._server.url

    @property
    def control_url(self) -> str:
        """The address below which control calls are."""
        return f"{self.url}{PREFIX}"

    @property
    def options(self) -> Options:
        """The options in force."""
        return self._app.options

    @property
    def accounts(self) -> tuple[Account, ...]:
        """All accounts; what else is said here of one is said of the first."""
        return self._app.accounts

    @property
    def credentials(self) -> Credentials:
        """The client and the user that may ask for tokens."""
        return self._app.accounts[0].credentials

    @property
    def account_id(self) -> int:
        """The number of the account."""
        return self._app.accounts[0].account_id

    @property
    def world(self) -> World:
        """The data; its methods may be called while clients read."""
        return self._app.accounts[0].world

    @property
    def journal(self) -> Journal:
        """The requests of clients so far."""
        return self._app.journal

    @property
    def faults(self) -> Book[Fault]:
        """Faults that wait for their requests."""
        return self._app.faults

    @property
    def changes(self) -> Book[Change]:
        """Changes of the data that wait for their requests."""
        return self._app.changes

    @property
    def clock(self) -> Clock:
        """The service's time."""
        return self._app.clock

    @property
    def limits(self) -> Limits:
        """The limits in force and what is used of them."""
        return self._app.accounts[0].limits

    @property
    def tokens(self) -> TokenDesk:
        """Tokens in force: expire, revoke, mint a code, count."""
        return self._app.accounts[0].tokens
