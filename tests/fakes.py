"""Hand-written stand-ins for what a test must hold in its hand: time, and bytes on a socket."""

from __future__ import annotations

import socketserver
import ssl
import threading
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tap_acton.transport.ahead import Ahead

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["FakeClock", "Wire", "idle", "self_signed", "wire"]


def idle(threads: int) -> Ahead:
    """Return what takes announcements, for so many threads, and is never given one."""
    nothing: Any = None
    return Ahead(take=nothing, send=nothing, tell=nothing, threads=threads)


class FakeClock:
    """A `tap_acton.clock.Clock` that moves only when somebody sleeps or advances it.

    Args:
        now: The time of day to begin with, in seconds since 1970: 2026-06-01T12:00:00Z.
    """

    def __init__(self, now: float = 1_780_315_200.0) -> None:
        self.slept: list[float] = []
        self._start = self._now = now
        self._lock = threading.Lock()

    def now(self) -> float:
        return self._now

    def monotonic(self) -> float:
        return self._now - self._start

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.slept.append(seconds)
            self._now += seconds

    def advance(self, seconds: float) -> None:
        """Let time pass; with a negative number the machine's clock is set back."""
        self._now += seconds


class Wire(socketserver.ThreadingTCPServer):
    """Answers each HTTP request with the next of some bytes; hangs up when there are no more.

    Args:
        replies: The bytes, one for each request.
        certificate: A PEM file with certificate and key, for HTTPS.
    """

    daemon_threads = True

    def __init__(self, *replies: bytes, certificate: Path | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.replies = list(replies)
        self.connections = 0
        self.requests: list[bytes] = []
        self.url = f"{'https' if certificate else 'http'}://127.0.0.1:{self.server_address[1]}"
        self.tls: ssl.SSLContext | None = None
        if certificate:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(certificate)


class _Conversation(socketserver.StreamRequestHandler):
    server: Wire

    def setup(self) -> None:
        self.server.connections += 1
        if self.server.tls:
            with suppress(ssl.SSLError):
                self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        super().setup()

    def handle(self) -> None:
        with suppress(OSError):
            while head := self._request():
                self.server.requests.append(head)
                if self.server.replies:
                    self.wfile.write(self.server.replies.pop(0))
                if not self.server.replies:
                    return

    def finish(self) -> None:
        with suppress(OSError):
            super().finish()
        if self.server.tls:  # the server itself knows only the socket below
            self.request.close()

    def _request(self) -> bytes:
        lines = b"".join(iter(lambda: self.rfile.readline().strip(b"\r\n") + b"\n", b"\n"))
        length = lines.partition(b"Content-Length: ")[2].partition(b"\n")[0]
        return lines + self.rfile.read(int(length or 0))


@contextmanager
def wire(*replies: bytes, certificate: Path | None = None) -> Iterator[Wire]:
    """Serve bytes in a thread."""
    with Wire(*replies, certificate=certificate) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def self_signed(folder: Path) -> Path:
    """Make a certificate that nobody trusts, with its key, and return the file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    builder = x509.CertificateBuilder(issuer_name=name, subject_name=name)
    builder = builder.public_key(key.public_key()).serial_number(1)
    builder = builder.not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
    builder = builder.not_valid_after(datetime(2126, 1, 1, tzinfo=UTC))
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = folder / "certificate.pem"
    file.write_bytes(secret + builder.sign(key, hashes.SHA256()).public_bytes(pem))
    return file
