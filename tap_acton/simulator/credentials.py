"""Who may use the simulated account: made from the seed, so that tests can write them down."""

from dataclasses import dataclass, field

from tap_acton.simulator.world.dice import Dice


@dataclass(frozen=True, kw_only=True, slots=True)
class Credentials:
    """One integration (client) and one user."""

    client_id: str
    client_secret: str = field(repr=False)
    username: str
    password: str = field(repr=False)


def make_credentials(seed: int) -> Credentials:
    """The credentials of a seed; the password holds characters that forms must escape."""
    dice = Dice("credentials", seed)
    return Credentials(
        client_id=f"client-{dice.digits(12)}",
        client_secret=f"{dice.digits(16)}{dice.digits(16)}",
        username=username(seed),
        password=f"p&ss+w=rd %{dice.digits(6)}",
    )


def username(seed: int) -> str:
    """The user's e-mail address."""
    return f"john.doe+{seed}@acton.example"


def account_id(seed: int) -> int:
    """The number of the account."""
    return Dice("account", seed).between(10_000, 99_999)
