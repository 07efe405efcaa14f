"""One account: its data, its client and user, its tokens and limits."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from threading import RLock

from tap_acton.simulator.clock import Clock
from tap_acton.simulator.credentials import Credentials, account_id, make_credentials
from tap_acton.simulator.limits import Limits, Rules
from tap_acton.simulator.options import Options
from tap_acton.simulator.tokens import TokenDesk
from tap_acton.simulator.world import World


class Account:
    """The account with a number, from 0; each has the next seed."""

    def __init__(self, number: int, options: Options, clock: Clock, lock: RLock) -> None:
        """Generate the account and start with no token."""
        seed = options.seed + number
        credentials = make_credentials(seed)
        if options.agency:
            # The client is the integration's; the user who logs in chooses the account
            # (HC 1500006137122).
            shared = make_credentials(options.seed)
            credentials = replace(
                credentials, client_id=shared.client_id, client_secret=shared.client_secret
            )
        self.number = number
        self.account_id = account_id(seed)
        self.options = replace(options, seed=seed)
        self.world = World(self.options, clock, lock)
        self.tokens = TokenDesk(credentials, clock, expires_in=options.expires_in)
        self.limits = Limits(_rules(options), clock)

    @property
    def credentials(self) -> Credentials:
        """The client and the user that may ask for tokens."""
        return self.tokens.credentials


def opened(accounts: Sequence[Account], authorization: str) -> Account | None:
    """The account that an `Authorization` header opens."""
    return next((each for each in accounts if each.tokens.opens(authorization)), None)


def asked(accounts: Sequence[Account], params: Mapping[str, str]) -> Account:
    """The account that a login or token request is about; a stranger's goes to the first."""
    client_id = params.get("client_id")
    known = [each for each in accounts if each.credentials.client_id == client_id] or accounts
    return next((each for each in known if each.tokens.concerns(params)), known[0])


def _rules(options: Options) -> Rules:
    return Rules(
        requests_per_second=options.requests_per_second,
        daily_requests=options.daily_requests,
        logins_per_hour=options.logins_per_hour,
        count_rejected=options.count_rejected,
    )
