"""The tokens in force, and the rules by which they live and die.

One client and one user: a new token replaces the older ones of both, refresh and access
token alike (HC 1500002864302; of access tokens: 3P cloud-elements tips-and-faq).
"""

import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Final

from tap_acton.simulator.clock import Clock
from tap_acton.simulator.credentials import Credentials

# "after one month / 30 days" (REF grant-type-refresh).
REFRESH_LIFE_S: Final = 30 * 86_400.0
# The lifetime of codes is unknown; ten minutes are what RFC 6749 §4.1.2 recommends (guess).
CODE_LIFE_S: Final = 600.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Secret:
    """A token or code with its end."""

    text: str = field(repr=False)
    ends_s: float


_NONE: Final = Secret(text="", ends_s=0.0)


class TokenDesk:
    """Issues tokens and judges those that come back."""

    def __init__(self, credentials: Credentials, clock: Clock, *, expires_in: int) -> None:
        """Start without a token."""
        self.credentials = credentials
        self._clock = clock
        self._expires_in = expires_in
        self._access = self._refresh = _NONE
        self._codes: dict[str, Secret] = {}
        self._redirects: dict[str, str] = {}
        self._posts: Counter[str] = Counter()
        self._refused = 0

    def concerns(self, params: Mapping[str, str]) -> bool:
        """Whether a request is about this user, or about a token or code of theirs."""
        return (
            params.get("username") == self.credentials.username
            or self._valid(self._refresh, params.get("refresh_token", ""))
            or params.get("code") in self._codes
        )

    def issue(self) -> dict[str, object]:
        """New tokens, which end all older ones (reply: SPEC oauth)."""
        now_s = self._clock.monotonic_s()
        self._access = Secret(text=_new(), ends_s=now_s + self._expires_in)
        self._refresh = Secret(text=_new(), ends_s=now_s + REFRESH_LIFE_S)
        return {
            "access_token": self._access.text,
            "refresh_token": self._refresh.text,
            "scope": "offline-access",
            "token_type": "Bearer",
            "expires_in": self._expires_in,
        }

    def opens(self, authorization: str) -> bool:
        """Whether an `Authorization` header holds the access token in force."""
        scheme, _, token = authorization.partition(" ")
        return scheme.lower() == "bearer" and self._valid(self._access, token.strip())

    def redeem_refresh(self, token: str) -> bool:
        """Use up the refresh token; it works once."""
        if not self._valid(self._refresh, token):
            return False
        self._refresh = _NONE
        return True

    def new_code(self, redirect_uri: str) -> str:
        """A code for the callback."""
        code = secrets.token_hex(15)
        ends_s = self._clock.monotonic_s() + CODE_LIFE_S
        self._codes[code] = Secret(text=code, ends_s=ends_s)
        self._redirects[code] = redirect_uri
        return code

    def redeem_code(self, code: str, redirect_uri: str) -> bool:
        """Use up a code; it works once, and only for the callback that it was made for."""
        known = self._codes.pop(code, _NONE)
        redirect = self._redirects.pop(code, "")
        return self._valid(known, code) and redirect == redirect_uri

    def expire_access(self) -> None:
        """End the access token; the refresh token stays."""
        self._access = _NONE

    def revoke_refresh(self) -> None:
        """End the refresh token; the access token stays."""
        self._refresh = _NONE

    def tally(self, grant: str, status: int) -> None:
        """Count a token request by its grant and outcome."""
        self._posts[grant] += 1
        self._refused += status not in {0, 200}

    def counts(self) -> dict[str, int]:
        """Token requests by grant, and how many were refused."""
        return {**self._posts, "refused": self._refused}

    def _valid(self, secret: Secret, given: str) -> bool:
        alive = self._clock.monotonic_s() < secret.ends_s
        return alive and compare_digest(secret.text.encode(), given.encode())


def _new() -> str:
    # The shape of the examples; longer than theirs, for clients must not cap the length.
    digits = secrets.token_hex(32)
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:]}"
