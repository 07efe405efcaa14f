"""The kinds of value that a setting can have: how each is described and read.

`read` takes what a config file, Meltano or an environment variable gives, and raises ValueError
with words that complete the sentence "setting x must be …", never with the value itself.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

__all__ = [
    "Choice",
    "Flag",
    "Host",
    "Integer",
    "Kind",
    "Moment",
    "Number",
    "Text",
    "TextList",
    "Url",
]

_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_NO_HOST = frozenset("/@?#[]%\\")


class Kind(Protocol):
    """A kind of setting."""

    @property
    def meltano(self) -> str:
        """Meltano's word for it."""
        ...

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of its values."""
        ...

    def read(self, value: Any) -> Any:
        """Return the value as the program uses it. Raises ValueError."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """Any text on one line.

    `ascii` allows only what fits into a header of HTTP; `number` only digits, also as a number;
    `lines` also several lines.
    """

    ascii: bool = False
    number: bool = False
    lines: bool = False
    meltano: str = "string"

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of its values."""
        return {"type": ["string", "integer", "null"] if self.number else ["string", "null"]}

    def read(self, value: Any) -> str:
        """Return the text."""
        if self.number and isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        text = value.strip("\r\n") if isinstance(value, str) else ""  # as files like to end
        one_line = re.sub(r"[\r\n\t]", " ", text) if self.lines else text
        if not isinstance(value, str) or any(map(_is_control, one_line)):
            raise ValueError("a text without control characters")
        if self.ascii and not text.isascii():
            raise ValueError("a text of ASCII characters")
        if self.number and not text.isdecimal():
            raise ValueError("a number of digits")
        return text


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One of a few words, in any case."""

    words: tuple[str, ...]
    meltano: str = "options"

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of its values."""
        return {"type": ["string", "null"], "enum": [*self.words, None]}

    def read(self, value: Any) -> str:
        """Return the word as it is spelled here."""
        for word in self.words:
            if isinstance(value, str) and value.casefold() == word.casefold():
                return word
        raise ValueError("one of " + ", ".join(self.words))


@dataclass(frozen=True, kw_only=True, slots=True)
class Flag:
    """Yes or no."""

    meltano: str = "boolean"

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of its values."""
        return {"type": ["boolean", "null"]}

    def read(self, value: Any) -> bool:
        """Return it as a boolean; true, yes, 1 and their opposites are read in any case."""
        flag = _FLAGS.get(str(value).strip().casefold())
        if flag is None or not isinstance(value, str | int):
            raise ValueError("true or false")
        return flag


@dataclass(frozen=True, kw_only=True, slots=True)
class Integer:
    """A whole number within bounds."""

    minimum: int
    maximum: int
    meltano: str = "integer"

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of its values."""
        return {"type": ["integer", "null"], "minimum": self.minimum, "maximum": self.maximum}

    def read(self, value: Any) -> int:
        """Return the number; digits in a text are a number too."""
        expected = f"a whole number from {self.minimum:,} to {self.maximum:,}"
        try:
            number = int(value) if isinstance(value, str) else value
        except ValueError:
            raise ValueError(expected) from None
        if isinstance(number, bool) or not isinstance(number, int):
            raise ValueError(expected)  # noqa: TRY004 - one kind of error for all kinds
        if not self.minimum <= number <= self.maximum:
            raise ValueError(expected)
        return number


@dataclass(frozen=True, kw_only=True, slots=True)
class Number:
    """A number within bounds."""

    minimum: float
    maximum: float
    meltano: str = "string"  # Meltano 4.4 cannot write its own `decimal` into a config file

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of its values."""
        return {"type": ["number", "null"], "minimum": self.minimum, "maximum": self.maximum}

    def read(self, value: Any) -> float:
        """Return the number; digits in a text are a number too."""
        expected = f"a number from {self.minimum:g} to {self.maximum:g}"
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValueError(expected)  # noqa: TRY004 - one kind of error for all kinds
        try:
            number = float(value)
        except ValueError:
            raise ValueError(expected) from None
        if not self.minimum <= number <= self.maximum:
            raise ValueError(expected)
        return number


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """A date, or a date and time; without a zone it is UTC."""

    meltano: str = "date_iso8601"

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of its values."""
        return {"type": ["string", "null"], "format": "date-time"}

    def read(self, value: Any) -> datetime:
        """Return an aware UTC datetime."""
        try:
            read = datetime.fromisoformat(value)
            return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
        except (TypeError, ValueError, OverflowError):
            raise ValueError("a date such as 2026-01-31 or 2026-01-31T08:00:00Z") from None


@dataclass(frozen=True, kw_only=True, slots=True)
class TextList:
    """Several texts: an array, or one text with commas."""

    meltano: str = "array"

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of its values."""
        return {"type": ["array", "string", "null"], "items": {"type": "string"}}

    def read(self, value: Any) -> tuple[str, ...]:
        """Return the texts without the blanks around them."""
        texts = _texts(value) if isinstance(value, str) else value
        if not isinstance(texts, list | tuple) or not all(isinstance(text, str) for text in texts):
            raise ValueError("an array of texts, or one text with commas")
        return tuple(text.strip() for text in texts if text.strip())


@dataclass(frozen=True, kw_only=True, slots=True)
class Url:
    """The address of a server: scheme, host, and at most a path."""

    meltano: str = "string"

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of its values."""
        return {"type": ["string", "null"]}

    def read(self, value: Any) -> str:
        """Return the address without its trailing slashes."""
        expected = "an address such as https://api.actonsoftware.com"
        if not isinstance(value, str) or any(character.isspace() for character in value.strip()):
            raise ValueError(expected)
        try:
            parts = urlsplit(value.strip())
            _ = parts.port
        except ValueError:
            raise ValueError(expected) from None
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(expected)
        if parts.query or parts.fragment or parts.username or parts.password:
            raise ValueError(f"{expected}, without user, query or fragment")
        return value.strip().rstrip("/")


@dataclass(frozen=True, kw_only=True, slots=True)
class Host:
    """The name or address of a host, without scheme and port."""

    meltano: str = "string"

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of its values."""
        return {"type": ["string", "null"]}

    def read(self, value: Any) -> str:
        """Return the name; the address of IPv6 without its brackets."""
        host = value.strip() if isinstance(value, str) else ""
        if host.startswith("[") and host.endswith("]"):
            host = host[1:-1]
        unfit = any(character.isspace() or character in _NO_HOST for character in host)
        if not host or unfit or host.count(":") == 1 or any(map(_is_control, host)):
            raise ValueError("a host's name or address, without scheme and port")
        return host


def _is_control(character: str) -> bool:
    return unicodedata.category(character) == "Cc"


def _texts(value: str) -> Any:
    """Return what one text holds: an array in JSON, or texts with commas between them."""
    if value.lstrip().startswith("["):
        try:
            return json.loads(value)
        except ValueError:
            pass  # a glob may begin with a bracket
    return value.split(",")
