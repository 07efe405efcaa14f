"""Puts a usable access token on each request, and gets the next one when it is due.

Everything that could send a token twice happens under the store's lock, in this order: read what
other processes have written; if their tokens serve, use them; else note in the store what is about
to be sent; send it once; save the answer; use it. What was sent without a known answer stays
noted, so that no process ever sends it again.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Protocol

from tap_acton.auth.grants import Grants, was_consumed, was_sent
from tap_acton.auth.tokens import Age, Memory, TokenSet
from tap_acton.errors import (
    ActOnError,
    BudgetSpentError,
    ConfigError,
    LoginRequiredError,
    RateLimitedError,
    SettingsFileOwnerError,
    TokenRefusedError,
)
from tap_acton.interrupts import whole_step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from requests import PreparedRequest

    from tap_acton.clock import Clock
    from tap_acton.settings import Settings

__all__ = ["LOGINS_AN_HOUR", "FixedToken", "Store", "TokenKeeper"]

logger = logging.getLogger("tap-acton")

LOGINS_AN_HOUR = 5
_SCHEME = "Bearer "


class Store(Protocol):
    """Where a `Memory` is kept."""

    def locked(self) -> AbstractContextManager[None]:
        """Keep other threads and processes out."""
        ...

    def load(self) -> Memory:
        """Return what is kept."""
        ...

    def save(self, memory: Memory) -> None:
        """Replace what is kept, durably."""
        ...


class FixedToken:
    """The access token of the settings and no other (`initiate_oauth` OFF)."""

    def __init__(self, access_token: str) -> None:
        self._access_token = access_token

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Put the token on the request."""
        return _signed(request, self._access_token)

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
    """The tokens of one client and user, shared through a store.

    Args:
        settings: Credentials, and what may be done with them.
        store: Where the tokens are kept.
        grants: The token endpoint.
        clock: Where the time of day comes from.
    """

    def __init__(self, settings: Settings, store: Store, grants: Grants, clock: Clock) -> None:
        self._settings = settings
        self._store = store
        self._grants = grants
        self._clock = clock
        self._threads = threading.Lock()
        self._tokens: TokenSet | None = None
        self._may_log_in = True

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Put a fresh access token on the request.

        Raises:
            ActOnError: There is none and none can be got; see `obtain`.
        """
        with self._threads:
            if self._tokens is None or self._tokens.age(self._clock.now()) is not Age.FRESH:
                self._tokens = self.obtain()
            return _signed(request, self._tokens.access_token)

    def renew(self, refused: PreparedRequest) -> None:
        """Replace the access token that a request carried and that was refused.

        Raises:
            ActOnError: There is no other; see `obtain`.
        """
        access_token = refused.headers["Authorization"].removeprefix(_SCHEME)
        with self._threads:
            if self._tokens is None or self._tokens.access_token == access_token:
                self._tokens = self.obtain(refused=access_token)

    def obtain(self, *, refused: str | None = None, even_if_fresh: bool = False) -> TokenSet:
        """Return usable tokens: those of the store, or new ones, saved.

        Args:
            refused: An access token that is known not to work.
            even_if_fresh: Whether to renew tokens that would still serve.

        Raises:
            SettingsFileError: The store cannot be used; nothing was sent.
            NotConnectedError: Nothing was sent.
            ConfigError: The server's certificate is not trusted; nothing was sent.
            TokenReplyLostError: A token was sent and no answer came.
            TokenRefusedError: Act-On refuses the client or the user.
            RateLimitedError: Act-On has no time for a refresh; the token was not used up.
            BudgetSpentError: Five logins were made within the hour, or Act-On says so.
            LoginRequiredError: Nothing is left to try without somebody.
        """
        if even_if_fresh:
            refused = self._settings.access_token  # it would be adopted, and not renewed
        with self._store.locked():
            memory = self._store.load()
            self._check_owner(memory)
            kept = memory.tokens
            if kept and not even_if_fresh and self._serves(kept, refused):
                return kept
            refusal: TokenRefusedError | None = None
            for step in self._steps(memory, refused):
                try:
                    return step()
                except TokenRefusedError as error:
                    if error.code != "invalid_grant":
                        raise
                    logger.debug("A token or code was refused; trying the next way")
                    refusal = error
            raise refusal or self._login_required()

    def _serves(self, tokens: TokenSet, refused: str | None) -> bool:
        return tokens.access_token != refused and tokens.age(self._clock.now()) is Age.FRESH

    def _steps(self, memory: Memory, refused: str | None) -> Iterator[Callable[[], TokenSet]]:
        """Yield the ways to get tokens, cheapest first, each only if it may work."""
        settings, kept = self._settings, memory.tokens

        def is_spent(secret: str) -> bool:  # now: an earlier step may have sent it
            return self._store.load().is_spent(secret)

        if kept and kept.refresh_token and not is_spent(kept.refresh_token):
            yield lambda: self._refresh(kept.refresh_token or "")
        given = settings.access_token
        if given and given != refused and not is_spent(given):
            yield lambda: self._adopt(given)
        token = settings.refresh_token
        if token and not is_spent(token):
            yield lambda: self._refresh(token)
        code = settings.oauth_verifier
        if code and not is_spent(code):
            yield lambda: self._log_in(lambda: self._grants.with_code(code), code)
        if self._has_password() and self._may_log_in:
            yield self._log_in_once

    def _has_password(self) -> bool:
        settings = self._settings
        return settings.auth_scheme == "OAuthPassword" and settings.mode == "GETANDREFRESH"

    def _adopt(self, access_token: str) -> TokenSet:
        memory, refresh_token = self._store.load(), self._settings.refresh_token
        tokens = TokenSet(
            access_token=access_token,
            refresh_token=None if memory.is_spent(refresh_token or "") else refresh_token,
            issued_at=self._clock.now(),
        )
        self._store.save(memory.holding(tokens))
        return tokens

    def _refresh(self, refresh_token: str) -> TokenSet:
        before = self._store.load()
        tokens = self._send(
            before,
            before.spending(refresh_token),
            lambda: self._grants.with_refresh_token(refresh_token),
            refresh_token,
        )
        logger.debug("The tokens are renewed")
        return tokens

    def _log_in_once(self) -> TokenSet:
        """Log in with the password, once a run: more would be a contest with another program."""
        self._may_log_in = False
        try:
            return self._log_in(self._grants.with_password, None)
        except ActOnError as error:
            self._may_log_in = not was_sent(error)
            raise

    def _log_in(self, grant: Callable[[], TokenSet], code: str | None) -> TokenSet:
        before, now = self._store.load(), self._clock.now()
        self._check_logins(before)
        noted = before.logging_in(now, self._settings.username)
        logger.info("Logging in to Act-On")
        try:
            return self._send(before, noted.spending(code) if code else noted, grant, code)
        except RateLimitedError as error:
            raise BudgetSpentError(
                "Act-On takes no more logins or requests for now",
                where=error.where,
                status=error.status,
                request_id=error.request_id,
                next_step=f"It allows {LOGINS_AN_HOUR} logins an hour: try again later, within "
                "the hour at most.",
            ) from error

    def _send(
        self,
        before: Memory,
        noted: Memory,
        grant: Callable[[], TokenSet],
        single_use: str | None,
    ) -> TokenSet:
        """Note what is about to be sent, send it, save the answer."""
        with whole_step():
            self._store.save(noted)
            try:
                tokens = grant()
            except ActOnError as error:
                if not was_sent(error):
                    self._store.save(before)
                elif single_use and not was_consumed(error):
                    self._store.save(noted.not_spending(single_use))
                raise
            if single_use and single_use != self._settings.oauth_verifier:
                noted = noted.not_spending(single_use)
            # New tokens end the older ones of this client and user: those of the settings too.
            self._store.save(noted.spending(*self._settings.given_tokens).holding(tokens))
            return tokens

    def _check_logins(self, memory: Memory) -> None:
        now = self._clock.now()
        recent = memory.recent_logins(now)
        if len(recent) >= LOGINS_AN_HOUR:
            wait_s = min(recent) + 3600 - now
            raise BudgetSpentError(
                f"There were {len(recent)} logins within the last hour, and Act-On allows "
                f"{LOGINS_AN_HOUR}",
                next_step=f"Try again in {wait_s / 60:.0f} min ({wait_s:.0f} s).",
            )

    def _check_owner(self, memory: Memory) -> None:
        asked, owner = self._settings.username, memory.username
        if memory.tokens and asked and owner and asked.casefold() != owner.casefold():
            raise SettingsFileOwnerError(
                "The settings file holds the tokens of another Act-On user",
                next_step="Give each user a file of its own: set oauth_settings_location.",
            )

    def _login_required(self) -> LoginRequiredError:
        if self._has_password():
            step = "This run has logged in once. Another program may be logging in as the same "
            step += "user, which ends our tokens: give the tap a user of its own."
        elif self._settings.auth_scheme == "OAuthPassword":
            step = "Set initiate_oauth to GETANDREFRESH, or set a new refresh_token."
        else:
            step = "Set a new refresh_token or oauth_verifier, or auth_scheme to OAuthPassword."
        return LoginRequiredError("No token is left that Act-On would accept", next_step=step)


def _signed(request: PreparedRequest, access_token: str) -> PreparedRequest:
    if not (access_token.isascii() and access_token.isprintable()):
        # The HTTP library's own error would quote it.
        raise ConfigError(
            "The access token holds characters that no header can carry",
            next_step="Check access_token.",
        )
    request.headers["Authorization"] = _SCHEME + access_token
    return request
