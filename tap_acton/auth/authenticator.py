"""Puts a usable access token on each request."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from tap_acton.auth.grants import was_for_grant
from tap_acton.auth.rotation import Rotation
from tap_acton.auth.tokens import LOGIN_WINDOW_S, Age, TokenSet
from tap_acton.errors import ConfigError, LoginRequiredError, TokenRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from requests import PreparedRequest

    from tap_acton.auth.grants import Grants
    from tap_acton.auth.store import Store
    from tap_acton.clock import Clock
    from tap_acton.settings import Settings

    Authorize = Callable[[], AbstractContextManager[str]]
    """Lets somebody log in, and gives the code; see `browser.code_from_browser`."""

__all__ = ["FixedToken", "TokenKeeper"]

_SCHEME = "Bearer "


class FixedToken:
    """The access token of the settings and no other (`initiate_oauth` OFF)."""

    def __init__(self, access_token: str | None) -> None:
        self._access_token = access_token
        self._account_id: str | None = None

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Put the token on the request.

        Raises:
            LoginRequiredError: There is none.
        """
        if not self._access_token:
            raise LoginRequiredError(
                "No access_token is set, and initiate_oauth is OFF",
                next_step="Set access_token, or initiate_oauth to REFRESH or GETANDREFRESH.",
            )
        return _signed(request, self._access_token)

    def account_id(self) -> str | None:
        """Return the number of the account, if it was noted."""
        return self._account_id

    def note_account_id(self, account_id: str) -> None:
        """Keep the number of the account, as long as the token."""
        self._account_id = account_id

    def renew(self, refused: PreparedRequest) -> None:  # noqa: ARG002 - there is no other
        """Say that there is no other token.

        Raises:
            LoginRequiredError: Always.
        """
        raise LoginRequiredError(
            "Act-On does not accept access_token, and initiate_oauth is OFF",
            next_step="Set a new access_token, or initiate_oauth to REFRESH.",
        )


class TokenKeeper:
    """The tokens of one client and user, shared through a store by threads and processes.

    Args:
        settings: Credentials, and what may be done with them.
        store: Where the tokens are kept.
        grants: The token endpoint.
        clock: Where the time of day comes from.
        authorize: Lets somebody log in when nothing else is left; None if nobody is there.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        grants: Grants,
        clock: Clock,
        authorize: Authorize | None = None,
    ) -> None:
        self.rotation = Rotation(settings, store, grants, clock)
        self._clock = clock
        self._authorize = authorize if settings.may_ask_somebody else None
        self._asked_at: float | None = None
        self._threads = threading.Lock()
        self._tokens: TokenSet | None = None

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Put a fresh access token on the request.

        Raises:
            ActOnError: There is none and none can be got; see `Rotation`.
        """
        return _signed(request, self.fresh().access_token)

    def account_id(self) -> str | None:
        """Return the number of the account, if it was noted beside the tokens."""
        return self.rotation.account_id()

    def note_account_id(self, account_id: str) -> None:
        """Keep the number of the account beside the tokens that open it."""
        self.rotation.note_account_id(account_id)

    def fresh(self) -> TokenSet:
        """Return tokens that serve for now.

        Raises:
            ActOnError: There are none and none can be got; see `Rotation`.
        """
        with self._threads:
            if self._tokens is None or self._tokens.age(self._clock.now()) is not Age.FRESH:
                self._tokens = self._obtained(None)
            return self._tokens

    def renew(self, refused: PreparedRequest) -> None:
        """Replace the access token that a request carried and that was refused.

        Raises:
            ActOnError: There is no other; see `Rotation`.
        """
        access_token = refused.headers["Authorization"].removeprefix(_SCHEME)
        with self._threads:
            if self._tokens is None or self._tokens.access_token == access_token:
                self._tokens = self._obtained(access_token)

    def _obtained(self, refused: str | None) -> TokenSet:
        try:
            return self.rotation.obtain(refused=refused)
        except (LoginRequiredError, TokenRefusedError) as error:
            is_new_login_of_use = isinstance(error, LoginRequiredError) or was_for_grant(error)
            if self._authorize is None or self._asked_lately() or not is_new_login_of_use:
                raise
        # The store is not locked meanwhile: somebody may take minutes.
        self._asked_at = self._clock.now()
        try:
            with self._authorize() as code:
                return self.rotation.exchange(code)
        except LoginRequiredError:
            kept = self.rotation.kept(refused=refused)
            if kept is None:  # nobody else has logged in meanwhile
                raise
            return kept

    def _asked_lately(self) -> bool:
        """Once an hour at most: more would be a contest with another program."""
        last = self._asked_at
        return last is not None and abs(self._clock.now() - last) < LOGIN_WINDOW_S


def _signed(request: PreparedRequest, access_token: str) -> PreparedRequest:
    if not (access_token.isascii() and access_token.isprintable()):
        # The HTTP library's own error would quote it.
        raise ConfigError(
            "The access token holds characters that no header can carry",
            next_step="Check access_token.",
        )
    request.headers["Authorization"] = _SCHEME + access_token
    return request
