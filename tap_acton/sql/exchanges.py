"""Requests and replies as lines of a log file, without what proves who we are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import requests

__all__ = ["connection_line", "reply_lines", "request_lines"]

_HIDDEN = "[hidden]"
_PROVING = {"authorization", "proxy-authorization", "cookie", "set-cookie"}
_TOKENS = "/token"


def request_lines(request: requests.PreparedRequest) -> Iterator[str]:
    """Yield what was sent."""
    yield f"> {request.method} {request.url}"
    yield from _headers(">", request.headers)
    if request.body:
        body = request.body
        text = body if isinstance(body, str) else bytes(body).decode("utf-8", "replace")
        yield f"> {_HIDDEN if _is_about_tokens(request.url) else text}"


def reply_lines(response: requests.Response, body: bytes) -> Iterator[str]:
    """Yield what came back."""
    yield f"< HTTP {response.status_code} {response.reason}"
    yield from _headers("<", response.headers)
    if body:
        hidden = _is_about_tokens(response.url)
        yield f"< {_HIDDEN if hidden else body.decode('utf-8', 'replace')}"


def connection_line(response: requests.Response) -> str:
    """Return what is known of the connection that a reply comes over."""
    sock: Any = getattr(getattr(response.raw, "connection", None), "sock", None)
    if sock is None:
        return "Connection: closed already"
    ends = f"{_end(sock.getsockname())} to {_end(sock.getpeername())}"
    if not hasattr(sock, "cipher"):
        return f"Connection: {ends}, without TLS"
    cipher, _, bits = sock.cipher() or ("unknown", "", 0)
    until = (sock.getpeercert() or {}).get("notAfter", "unchecked")
    return f"Connection: {ends}, {sock.version()}, {cipher}, {bits} bits, certificate until {until}"


def _headers(mark: str, headers: Mapping[str, str | bytes]) -> Iterator[str]:
    for name, value in headers.items():
        text = value if isinstance(value, str) else value.decode("latin-1")
        yield f"{mark} {name}: {_HIDDEN if name.lower() in _PROVING else text}"


def _is_about_tokens(url: str | None) -> bool:
    return urlsplit(url or "").path.endswith(_TOKENS)


def _end(address: Any) -> str:
    return f"{address[0]}:{address[1]}" if isinstance(address, tuple) else str(address)
