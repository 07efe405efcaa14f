"""A connection's way to its account.

Loaded with the first connection, so that `import cdata.acton` loads neither HTTP nor encryption.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_acton.auth.account import open_account
from tap_acton.auth.authenticator import TokenKeeper
from tap_acton.auth.browser import code_from_browser
from tap_acton.client import ActOnClient
from tap_acton.sql.logfile import BODIES

if TYPE_CHECKING:
    from tap_acton.auth.account import Account
    from tap_acton.settings import Settings
    from tap_acton.sql.logfile import Log

__all__ = ["opened"]


def opened(settings: Settings, log: Log, *, offline: bool) -> tuple[Account, ActOnClient]:
    """Return the account, with a token that can be used if they are kept, and what reads it.

    Args:
        settings: Where it is, and how to log in.
        log: Hears of the requests.
        offline: Whether nothing may be sent; then there is no token.

    Raises:
        ActOnError: Somebody has to log in, or Act-On refuses or cannot be reached, or the place
            of the tokens cannot be used.
    """
    account = open_account(
        settings.in_turn(), observe=log.sent, authorize=lambda: code_from_browser(settings)
    )
    if log.verbosity >= BODIES:
        account.transport.show(log)
    try:
        if isinstance(account.auth, TokenKeeper) and not offline:
            account.auth.fresh()
    except BaseException:
        account.transport.close()
        raise
    return account, ActOnClient.of(account, settings)
