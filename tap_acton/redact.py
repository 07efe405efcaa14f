"""Keeps secrets and people out of texts that a user sees."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Mask", "scrub"]

_EMAIL = re.compile(r"[^\s\"'<>(),;:=]{1,254}@[^\s\"'<>(),;:]+")
# Act-On's own words, such as PUBLIC_API_FEATURE_NOT_ENABLED, are no tokens.
_TOKEN = re.compile(r"(?![A-Z_]+(?![A-Za-z0-9_.~+/=-]))[A-Za-z0-9_.~+/=-]{24,}")
_NAMED = re.compile(
    r"""(["']?(?:access_token|refresh_token|client_secret|password)["']?\s*[=:]\s*)"""
    r"""("(?:[^"\\]|\\.)*"|[^\s&,;}"]+)""",
    re.IGNORECASE,
)
_HIDDEN = "[hidden]"
_SPACE = re.compile(r"\s+")
_LONGEST = 200


def scrub(text: str) -> str:
    """Return text on one line, without e-mail addresses or anything that may be a token.

    At most 200 characters are kept: a service's message, not its data.
    """
    line = _SPACE.sub(" ", text).strip()
    line = _EMAIL.sub("[e-mail]", line)
    line = _TOKEN.sub(_HIDDEN, line)
    return line[:_LONGEST]


class Mask:
    """Hides secrets in texts that otherwise stay as they are.

    Args:
        secrets: Those that are known. Others are told by the names before them.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = {form for each in secrets for form in (each, quote(each, ""), quote_plus(each))}
        longest_first = sorted(forms, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if forms else None

    def __call__(self, text: str) -> str:
        """Return the text without them."""
        if self._known:
            text = self._known.sub(_HIDDEN, text)
        return _NAMED.sub(rf"\1{_HIDDEN}", text)
