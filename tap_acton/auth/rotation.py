"""The next tokens: one use for each refresh token and code, whatever happens in between.

Everything that could send a token twice happens under the store's lock, in this order: read what
other processes have written; if their tokens serve, use them; else wait for the request's turn;
note in the store what is about to be sent; send it once; save the answer; use it. What was sent
without a known answer stays noted, so that no process ever sends it again.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from tap_acton.auth.grants import Grants, was_consumed, was_for_grant, was_sent
from tap_acton.auth.store import save_patiently
from tap_acton.auth.tokens import LOGIN_WINDOW_S, Age, Memory, Owner, TokenSet
from tap_acton.errors import (
    ActOnError,
    BudgetSpentError,
    LoginRequiredError,
    RateLimitedError,
    SettingsFileOwnerError,
    TokenRefusedError,
)
from tap_acton.interrupts import undisturbed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tap_acton.auth.grants import Note
    from tap_acton.auth.store import Store
    from tap_acton.clock import Clock
    from tap_acton.settings import Settings

__all__ = ["LOGINS_AN_HOUR", "Rotation"]

logger = logging.getLogger("tap-acton")

LOGINS_AN_HOUR = 5


class Rotation:
    """Gets tokens for one client and user, and keeps them in a store.

    Args:
        settings: Credentials, and what may be done with them.
        store: Where the tokens are kept.
        grants: The token endpoint.
        clock: Where the time of day comes from.

    Every method may raise:
        SettingsFileError: The store cannot be used; nothing was sent.
        NotConnectedError: Nothing was sent.
        ConfigError: The server's certificate is not trusted; nothing was sent.
        TokenReplyLostError: A token was sent and no answer came.
        TokenRefusedError: Act-On refuses the client or the user.
        RateLimitedError: Act-On has no time for a refresh; the token was not used up.
        BudgetSpentError: Five logins were made within the hour, or Act-On says so.
        LoginRequiredError: Nothing is left to try without somebody.
    """

    def __init__(self, settings: Settings, store: Store, grants: Grants, clock: Clock) -> None:
        self._settings = settings
        self._store = store
        self._grants = grants
        self._clock = clock
        self._logged_in_at: float | None = None

    def obtain(self, *, refused: str | None = None, even_if_fresh: bool = False) -> TokenSet:
        """Return usable tokens: those of the store, or new ones, saved.

        Args:
            refused: An access token that is known not to work.
            even_if_fresh: Whether to renew tokens that would still serve.
        """
        if even_if_fresh:
            refused = self._settings.access_token  # it would be adopted, and not renewed
        with self._store.locked():
            memory = self._load()
            kept = self._usable(memory, refused)
            if kept and not even_if_fresh:
                return kept
            refusal: TokenRefusedError | None = None
            for step in self._steps(memory, refused):
                try:
                    return step()
                except TokenRefusedError as error:
                    if not was_for_grant(error):
                        raise
                    logger.debug("A token or code was refused; trying the next way")
                    refusal = error
            raise refusal or self._login_required()

    def exchange(self, code: str) -> TokenSet:
        """Return the tokens that a code stands for, saved; or those that it stood for before."""
        with self._store.locked():
            memory = self._load()
            if not memory.is_spent(code):
                return self._log_in(partial(self._grants.with_code, code), code)
            if kept := self._usable(memory, None):
                return kept
        raise LoginRequiredError(
            "This code was exchanged before, and works only once",
            next_step="Log in again for a new one: `tap-acton-auth login`, or `url`.",
        )

    def kept(self, *, refused: str | None = None) -> TokenSet | None:
        """Return the tokens of the store, if they serve and are not those refused."""
        return self._usable(self._load(), refused)

    def log_in(self) -> TokenSet:
        """Log in with the password, whatever the store holds, and return the tokens, saved."""
        with self._store.locked():
            self._load()
            return self._log_in(self._grants.with_password, None)

    def account_id(self) -> str | None:
        """Return the number of the account that the kept tokens open, if somebody noted it."""
        return self._store.load().owner.account_id

    def note_account_id(self, account_id: str) -> None:
        """Keep the number of the account that the kept tokens open."""
        with self._store.locked():
            memory = self._load()
            self._store.save(replace(memory, owner=replace(memory.owner, account_id=account_id)))

    def _load(self) -> Memory:
        memory = self._store.load()
        strange = memory.owner.differs(self._owner) if memory.tokens else None
        if strange:
            raise SettingsFileOwnerError(
                f"The tokens kept in {self._store.place} are those of another {strange}",
                next_step="Give each account a place of its own: set oauth_settings_location.",
            )
        return memory

    @property
    def _owner(self) -> Owner:
        settings = self._settings
        return Owner(server=settings.host, client_id=settings.client_id, username=settings.username)

    def _usable(self, memory: Memory, refused: str | None) -> TokenSet | None:
        tokens = memory.tokens
        if not tokens or tokens.access_token == refused:
            return None
        return tokens if tokens.age(self._clock.now()) is Age.FRESH else None

    def _steps(self, memory: Memory, refused: str | None) -> Iterator[Callable[[], TokenSet]]:
        """Yield the ways to get tokens, cheapest first, each only if it may work."""
        settings, kept = self._settings, memory.tokens

        def is_spent(secret: str) -> bool:  # now: an earlier step may have sent it
            return self._store.load().is_spent(secret)

        if kept and kept.refresh_token and not is_spent(kept.refresh_token):
            yield lambda: self._refresh(kept.refresh_token or "")
        given = settings.access_token
        if given and given != refused and not is_spent(given) and self._is_alive(given):
            yield lambda: self._adopt(given)
        token = settings.refresh_token
        if token and not is_spent(token):
            yield lambda: self._refresh(token)
        code = settings.oauth_verifier
        if code and not is_spent(code):
            yield lambda: self._log_in(partial(self._grants.with_code, code), code)
        if self._has_password() and self._may_log_in():
            yield self._log_in_once

    def _has_password(self) -> bool:
        settings = self._settings
        return settings.auth_scheme == "OAuthPassword" and settings.mode == "GETANDREFRESH"

    def _given(self, access_token: str) -> TokenSet:
        """Return the settings' access token with what they say of it."""
        settings = self._settings
        stamp_ms, lifetime_s = settings.oauth_token_timestamp, settings.oauth_expires_in
        issued_at = self._clock.now() if stamp_ms is None else stamp_ms / 1000
        return TokenSet(
            access_token=access_token,
            refresh_token=settings.refresh_token,
            issued_at=issued_at,
            expires_at=None if lifetime_s is None else issued_at + lifetime_s,
        )

    def _is_alive(self, access_token: str) -> bool:
        return self._given(access_token).age(self._clock.now()) is Age.FRESH

    def _adopt(self, access_token: str) -> TokenSet:
        memory, tokens = self._store.load(), self._given(access_token)
        if tokens.refresh_token and memory.is_spent(tokens.refresh_token):
            tokens = tokens.without_refresh_token()
        self._store.save(memory.holding(tokens, self._owner))
        return tokens

    def _refresh(self, refresh_token: str) -> TokenSet:
        before = self._store.load()
        owner = self._owner.or_user_of(before.owner)
        if before.tokens is None or before.tokens.refresh_token != refresh_token:
            owner = replace(owner, account_id=None)  # whose token it is, nobody has told
        tokens = self._send(
            before,
            before.spending(refresh_token),
            partial(self._grants.with_refresh_token, refresh_token),
            single_use=refresh_token,
            owner=owner,
        )
        logger.debug("The tokens are renewed")
        return tokens

    def _may_log_in(self) -> bool:
        """Once an hour at most: more would be a contest with another program."""
        last = self._logged_in_at
        return last is None or abs(self._clock.now() - last) >= LOGIN_WINDOW_S

    def _log_in_once(self) -> TokenSet:
        earlier, self._logged_in_at = self._logged_in_at, self._clock.now()
        try:
            return self._log_in(self._grants.with_password, None)
        except ActOnError as error:
            if not was_sent(error):
                self._logged_in_at = earlier
            raise

    def _log_in(self, grant: Callable[[Note], TokenSet], code: str | None) -> TokenSet:
        before, now = self._store.load(), self._clock.now()
        self._check_logins(before)
        noted = before.logging_in(now)
        noted = noted.spending(code) if code else noted
        logger.info("Logging in to Act-On")
        try:
            return self._send(before, noted, grant, single_use=code, owner=self._owner)
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
        grant: Callable[[Note], TokenSet],
        *,
        single_use: str | None,
        owner: Owner,
    ) -> TokenSet:
        """Note what is about to be sent, when its turn has come; send it, save the answer."""
        with undisturbed():
            try:
                tokens = grant(lambda: self._store.save(noted))
            except ActOnError as error:
                if not was_sent(error):
                    self._store.save(before)
                elif single_use and not was_consumed(error):
                    self._store.save(noted.not_spending(single_use))
                raise
            if before.tokens and single_use and single_use == before.tokens.refresh_token:
                noted = noted.not_spending(single_use)  # its successor replaces it
            # New tokens end the older ones of this client and user: those of the settings too.
            noted = noted.spending(*self._settings.given_tokens)
            save_patiently(self._store, noted.holding(tokens, owner), self._clock)
            return tokens

    def _check_logins(self, memory: Memory) -> None:
        now = self._clock.now()
        recent = memory.recent_logins(now)
        if len(recent) >= LOGINS_AN_HOUR:
            wait_s = min(recent) + LOGIN_WINDOW_S - now
            raise BudgetSpentError(
                f"There were {len(recent)} logins within the last hour, and Act-On allows "
                f"{LOGINS_AN_HOUR}",
                next_step=f"Try again in {wait_s / 60:.0f} min ({wait_s:.0f} s).",
            )

    def _login_required(self) -> LoginRequiredError:
        if self._has_password():
            step = "There was a login within the hour. Another program may log in as the same "
            step += "user, which ends our tokens: give the tap a user of its own."
        elif self._settings.auth_scheme == "OAuthPassword":
            step = "Set initiate_oauth to GETANDREFRESH, or set a new refresh_token."
        elif self._settings.username and self._settings.password:
            step = "Set auth_scheme to OAuthPassword: only then 'username' and 'password' are used."
        else:
            step = "Log in with `tap-acton-auth login --config …` (Meltano: `meltano invoke "
            step += "tap-acton:login --browser`), or set a new refresh_token or oauth_verifier."
        return LoginRequiredError("No token is left that Act-On would accept", next_step=step)
