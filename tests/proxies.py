"""Real proxies on loopback, which note what they saw: HTTP (forward, CONNECT), SOCKS4, SOCKS5."""

from __future__ import annotations

import select
import socket
import socketserver
import ssl
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["HttpProxy", "Seen", "Socks4", "Socks5", "running"]

_CHUNK = 65_536


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """One request to a proxy."""

    verb: str
    """GET, POST or CONNECT; for SOCKS its version."""
    host: str
    port: int
    user: str | None = None
    password: str | None = None
    credentials: str | None = None
    """The header Proxy-Authorization."""


class Proxy(socketserver.ThreadingTCPServer):
    """A proxy on a free port.

    Args:
        conversation: What it speaks.
        answer: What an HTTP proxy says in place of serving: a whole head, or b"" for silence.
        expected: The user and password, or the header, without which nothing is served.
        certificate: A PEM file with certificate and key, to speak TLS.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(
        self,
        conversation: type[_Conversation],
        *,
        answer: bytes | None = None,
        expected: str | tuple[str, str] | None = None,
        certificate: Path | None = None,
    ) -> None:
        super().__init__(("127.0.0.1", 0), conversation)
        self.answer = answer
        self.expected = expected
        self.seen: list[Seen] = []
        self.heads: list[bytes] = []
        self.port = int(self.server_address[1])
        self.closing = threading.Event()
        self.tls: ssl.SSLContext | None = None
        if certificate:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(certificate)


class _Conversation(socketserver.StreamRequestHandler):
    server: Proxy
    rbufsize = 0

    def setup(self) -> None:
        if self.server.tls:
            with suppress(OSError):
                self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        super().setup()

    def handle(self) -> None:
        with suppress(OSError):
            self.serve()

    def finish(self) -> None:
        with suppress(OSError):
            super().finish()
        with suppress(OSError):
            self.request.close()

    def serve(self) -> None:
        raise NotImplementedError

    def exactly(self, size: int) -> bytes:
        found = b""
        while len(found) < size and (more := self.request.recv(size - len(found))):
            found += more
        if len(found) < size:
            raise ConnectionError
        return found

    def until(self, end: bytes) -> bytes:
        found = b""
        while not found.endswith(end):
            found += self.exactly(1)
        return found

    def note(self, seen: Seen) -> None:
        self.server.seen.append(seen)

    def pipe(self, other: socket.socket) -> None:
        """Carry bytes both ways until one side closes."""
        pairs = {self.request: other, other: self.request}
        while not self.server.closing.is_set():
            held = [side for side in pairs if isinstance(side, ssl.SSLSocket) and side.pending()]
            for side in held or select.select(list(pairs), [], [], 0.05)[0]:
                data = side.recv(_CHUNK)
                if not data:
                    return
                pairs[side].sendall(data)


class HttpProxy(_Conversation):
    """Forwards requests with a whole URL, and opens tunnels for CONNECT."""

    def serve(self) -> None:
        head = self.until(b"\r\n\r\n")
        self.server.heads.append(head)
        verb, target, _ = head.split(b"\r\n")[0].decode().split(" ")
        url = urlsplit(target if "://" in target else f"//{target}")
        credentials = _header(head, "Proxy-Authorization")
        host, port = url.hostname or "", url.port or 80
        self.note(Seen(verb=verb, host=host, port=port, credentials=credentials))
        if self.server.answer is not None:
            self._answer(self.server.answer)
        elif self.server.expected not in (None, credentials):
            self._answer(b"HTTP/1.1 407 Who\r\nContent-Length: 0\r\n\r\n")
        else:
            self._serve(verb, head.replace(target.encode(), _path(target), 1), (host, port))

    def _answer(self, answer: bytes) -> None:
        if answer:
            self.request.sendall(answer)
        else:
            self.server.closing.wait()

    def _serve(self, verb: str, head: bytes, address: tuple[str, int]) -> None:
        with socket.create_connection(address, timeout=5) as other:
            if verb == "CONNECT":
                self.request.sendall(b"HTTP/1.1 200 Go\r\n\r\n")
            else:
                lines = head.split(b"\r\n")
                kept = [line for line in lines if not line.startswith(b"Proxy-Auth")]
                other.sendall(b"\r\n".join(kept))
            self.pipe(other)


class Socks4(_Conversation):
    """SOCKS4, and 4a: https://www.openssh.com/txt/socks4.protocol."""

    def serve(self) -> None:
        head = self.exactly(8)
        port, address = int.from_bytes(head[2:4]), socket.inet_ntoa(head[4:8])
        user = self.until(b"\0")[:-1].decode()
        if address.startswith("0.0.0."):
            address = self.until(b"\0")[:-1].decode()
        self.note(Seen(verb="SOCKS4", host=address, port=port, user=user))
        if self.server.expected not in (None, user):
            self.request.sendall(b"\0\x5d" + bytes(6))
            return
        with socket.create_connection((address, port), timeout=5) as other:
            self.request.sendall(b"\0\x5a" + bytes(6))
            self.pipe(other)


class Socks5(_Conversation):
    """SOCKS5 with and without user and password: RFC 1928, RFC 1929."""

    def serve(self) -> None:
        _, methods = self.exactly(2)
        offered = self.exactly(methods)
        user, password = self._login() if b"\x02" in offered else (None, None)
        if self.server.expected not in (None, (user, password)):
            self.request.sendall(b"\x01\x01" if user else b"\x05\xff")
            return
        self.request.sendall(b"\x01\0" if user else b"\x05\0")
        host, port = self._address()
        self.note(Seen(verb="SOCKS5", host=host, port=port, user=user, password=password))
        with socket.create_connection((host, port), timeout=5) as other:
            self.request.sendall(b"\x05\0\0\x01" + bytes(6))
            self.pipe(other)

    def _login(self) -> tuple[str, str]:
        self.request.sendall(b"\x05\x02")
        user = self.exactly(self.exactly(2)[1]).decode()
        return user, self.exactly(self.exactly(1)[0]).decode()

    def _address(self) -> tuple[str, int]:
        kind = self.exactly(4)[3]
        if kind == 1:
            host = socket.inet_ntoa(self.exactly(4))
        else:
            host = self.exactly(self.exactly(1)[0]).decode()
        return host, int.from_bytes(self.exactly(2))


@contextmanager
def running(
    conversation: type[_Conversation],
    *,
    answer: bytes | None = None,
    expected: str | tuple[str, str] | None = None,
    certificate: Path | None = None,
) -> Iterator[Proxy]:
    """Run a proxy in a thread; see `Proxy` for the arguments."""
    with Proxy(conversation, answer=answer, expected=expected, certificate=certificate) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.closing.set()
            server.shutdown()
            thread.join()


def _header(head: bytes, name: str) -> str | None:
    for line in head.split(b"\r\n"):
        key, _, value = line.partition(b": ")
        if key.decode().lower() == name.lower():
            return value.decode()
    return None


def _path(target: str) -> bytes:
    url = urlsplit(target)
    return (url.path + (f"?{url.query}" if url.query else "")).encode() or b"/"
