"""Keeps secrets and people out of texts that a user sees."""

from __future__ import annotations

import re

__all__ = ["scrub"]

_EMAIL = re.compile(r"[^\s\"'<>(),;:=]{1,254}@[^\s\"'<>(),;:]+")
# Act-On's own words, such as PUBLIC_API_FEATURE_NOT_ENABLED, are no tokens.
_TOKEN = re.compile(r"(?![A-Z_]+(?![A-Za-z0-9_.~+/=-]))[A-Za-z0-9_.~+/=-]{24,}")
_SPACE = re.compile(r"\s+")
_LONGEST = 200


def scrub(text: str) -> str:
    """Return text on one line, without e-mail addresses or anything that may be a token.

    At most 200 characters are kept: a service's message, not its data.
    """
    line = _SPACE.sub(" ", text).strip()
    line = _EMAIL.sub("[e-mail]", line)
    line = _TOKEN.sub("[hidden]", line)
    return line[:_LONGEST]
