"""What goes in and out of the simulator: a request, a reply, and how the reply is delivered."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from functools import cached_property
from http import HTTPStatus
from typing import Final, Literal
from urllib.parse import parse_qsl

JSON: Final = "application/json;charset=UTF-8"
HTML: Final = "text/html;charset=UTF-8"
TEXT: Final = "text/plain"
CSV: Final = "text/csv;charset=UTF-8"
FORM: Final = "application/x-www-form-urlencoded"

# Words of the status line; Act-On may use statuses that have none.
PHRASES: Final = {status.value: status.phrase for status in HTTPStatus}

Ending = Literal["keep", "close", "reset"]


@dataclass(frozen=True, kw_only=True)
class Request:
    """One HTTP request, read whole."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)

    @cached_property
    def form(self) -> Mapping[str, str]:
        """The fields of a form-encoded body; empty for any other body."""
        if not self.headers.get("content-type", "").startswith(FORM):
            return {}
        return parse_pairs(self.body.decode("utf-8", "replace"))

    @cached_property
    def params(self) -> Mapping[str, str]:
        """Query and form in one; the form wins."""
        return {**self.query, **self.form}

    @cached_property
    def file(self) -> str | None:
        """The first file of a multipart body as text; None if there is none."""
        kind = self.headers.get("content-type", "")
        if not kind.startswith("multipart/"):
            return None
        message = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + self.body)
        files = (part for part in message.walk() if part.get_filename())
        found = next(files, None)
        content = found.get_payload(decode=True) if found else None
        return content.decode("utf-8", "replace") if isinstance(content, bytes) else None

    @property
    def grant(self) -> str:
        """The grant type of a token request, else empty."""
        if self.method != "POST" or self.path != "/token":
            return ""
        return self.params.get("grant_type", "none")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """One HTTP reply before anything goes wrong with it."""

    status: int = 200
    body: bytes = field(default=b"", repr=False)
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """How a reply travels: delayed, in pieces, cut short, or not at all.

    `cut` is the number of body bytes that are sent although `Content-Length` promises all of
    them; a `reply` of None means that the connection ends before the status line.
    """

    reply: Reply | None
    delay_s: float = 0.0
    pieces: int = 1
    pause_s: float = 0.0
    cut: int | None = None
    ending: Ending = "keep"

    @property
    def body_bytes(self) -> int:
        """Number of body bytes that are put on the wire."""
        if self.reply is None:
            return 0
        return len(self.reply.body) if self.cut is None else self.cut


def json_reply(payload: object, *, status: int = 200) -> Reply:
    """A JSON reply, written compactly and in UTF-8; half a pair of surrogates is escaped."""
    text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    return Reply(status=status, body=text.encode(errors="backslashreplace"))


def parse_pairs(text: str) -> dict[str, str]:
    """Read `a=1&b=` into a mapping; blank values stay, and the last of a repeated name wins."""
    return dict(parse_qsl(text, keep_blank_values=True))
