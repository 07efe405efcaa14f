"""A token set and what is remembered beside it. No I/O here."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field, replace
from enum import Enum
from typing import Any, Self

__all__ = ["LOGIN_WINDOW_S", "Age", "Memory", "Owner", "TokenSet", "fingerprint"]

_EARLY_S = 300
"""Seconds before its end at which an access token is renewed."""
LOGIN_WINDOW_S = 3600
"""Seconds for which Act-On counts a login."""
_SPENT_KEPT = 100


class Age(Enum):
    """How far an access token has come."""

    FRESH = "fresh"
    STALE = "stale"
    """Still valid, and due for renewal."""
    EXPIRED = "expired"


def fingerprint(secret: str) -> str:
    """Return what tells one secret from another without telling either."""
    return hashlib.sha256(secret.encode()).hexdigest()[:24]


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenSet:
    """What Act-On issued at one moment. Times are in seconds since 1970, by our clock.

    Source: https://developer.act-on.com/reference/grant-type-refresh
    """

    access_token: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    issued_at: float
    expires_at: float | None = None
    """None if nobody has told: then it is used until it is refused."""

    def age(self, now: float) -> Age:
        """Tell whether to use the access token, to renew it, or not to use it any more."""
        if self.expires_at is None:
            return Age.FRESH
        early_s = min(_EARLY_S, (self.expires_at - self.issued_at) / 4)
        if now < self.expires_at - early_s:
            return Age.FRESH
        return Age.STALE if now < self.expires_at else Age.EXPIRED

    def without_refresh_token(self) -> Self:
        """Return the access token alone."""
        return replace(self, refresh_token=None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Owner:
    """Whose tokens they are: no server, application or user may see another's."""

    server: str | None = None
    client_id: str | None = None
    username: str | None = None
    """None if the user logged in elsewhere, and nobody told us who it was."""
    account_id: str | None = None
    """The number of the user's account, once somebody has asked for it."""

    def differs(self, other: Self) -> str | None:
        """Name what tells this owner from the other, as far as both are known."""
        names = {"server": "server", "client_id": "application", "username": "Act-On user"}
        for field_name, name in names.items():
            mine, theirs = getattr(self, field_name), getattr(other, field_name)
            if mine and theirs and mine.casefold() != theirs.casefold():
                return name
        return None

    def or_user_of(self, other: Self) -> Self:
        """Return this owner, with the other's user and account if this one's are not known."""
        return replace(
            self,
            username=self.username or other.username,
            account_id=self.account_id or other.account_id,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Memory:
    """All that outlives a run: the tokens, what was ever sent, and when we logged in.

    `spent` holds fingerprints of refresh tokens and codes that may have been used up, of codes
    that were exchanged, and of the settings' tokens that newer ones have ended. A token of the
    file leaves it when its successor is saved.
    """

    tokens: TokenSet | None = None
    generation: int = 0
    """How many token sets there have been; `tap-acton-auth status` shows it."""
    spent: tuple[str, ...] = ()
    logins: tuple[float, ...] = ()
    """When the password or a code was sent, in seconds since 1970."""
    owner: Owner = Owner()

    def is_spent(self, secret: str) -> bool:
        """Tell whether a refresh token or code was sent before."""
        return fingerprint(secret) in self.spent

    def spending(self, *secrets: str) -> Self:
        """Return the memory of having sent refresh tokens or codes."""
        marks = dict.fromkeys((*self.spent, *map(fingerprint, secrets)))
        return replace(self, spent=tuple(marks)[-_SPENT_KEPT:])

    def not_spending(self, secret: str) -> Self:
        """Return the memory after it turned out that the server did not consume it."""
        mark = fingerprint(secret)
        return replace(self, spent=tuple(spent for spent in self.spent if spent != mark))

    def logging_in(self, now: float) -> Self:
        """Return the memory of an attempt to log in."""
        return replace(self, logins=(*self.recent_logins(now), now))

    def holding(self, tokens: TokenSet, owner: Owner) -> Self:
        """Return the memory with a new token set."""
        kept = replace(self, tokens=tokens, owner=owner, generation=self.generation + 1)
        return kept.not_spending(tokens.refresh_token) if tokens.refresh_token else kept

    def forgetting(self) -> Self:
        """Return the memory without tokens. What was spent, and the logins, stay known."""
        kept = self
        if self.tokens and self.tokens.refresh_token:
            kept = self.spending(self.tokens.refresh_token)
        return replace(kept, tokens=None, generation=self.generation + 1)

    def recent_logins(self, now: float) -> tuple[float, ...]:
        """Return the logins that count towards the hourly limit.

        Those of the near future count too: another machine's clock may be ahead of ours.
        """
        return tuple(at for at in self.logins if abs(now - at) < LOGIN_WINDOW_S)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON data. It holds secrets."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Return what `to_json` gave. Raises KeyError, TypeError or ValueError if it did not."""
        tokens = data.get("tokens")
        return cls(
            tokens=TokenSet(**tokens) if tokens is not None else None,
            generation=int(data["generation"]),
            spent=tuple(data["spent"]),
            logins=tuple(float(at) for at in data["logins"]),
            owner=Owner(**data["owner"]),
        )
