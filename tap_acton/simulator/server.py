"""The HTTP side: sockets, threads, and deliveries that go wrong on purpose."""

import os
import socket
import struct
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from threading import Event, Lock, Thread
from typing import Any, Final
from urllib.parse import urlsplit

from tap_acton.simulator import control
from tap_acton.simulator.app import App
from tap_acton.simulator.wire import PHRASES, Delivery, Reply, Request, json_reply, parse_pairs

HOST: Final = "127.0.0.1"
# struct linger: on, and no time to linger; closing then resets the connection.
_LINGER: Final = struct.pack("ii", 1, 0)


class Server(ThreadingHTTPServer):
    """Serves one app on the loopback interface, a thread for each connection."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, app: App, port: int) -> None:
        """Bind the port; 0 takes a free one."""
        self.app = app
        self.stopping = Event()
        self._open: set[socket.socket] = set()
        self._open_lock = Lock()
        super().__init__((HOST, port), Handler)
        self._thread = Thread(target=self._serve, name="simulator", daemon=True)

    @property
    def url(self) -> str:
        """The address, without a slash at its end."""
        return f"http://{HOST}:{self.server_port}"

    def server_bind(self) -> None:
        """Bind without asking the name service who we are."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.socket.getsockname()[1]

    def start(self) -> None:
        """Serve in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Close all connections, those that wait included."""
        self.stopping.set()
        if self._thread.is_alive():
            self.shutdown()
            self._thread.join()
        self.server_close()
        with self._open_lock:
            for connection in self._open:
                _hang_up(connection)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection, so that `stop` can end it."""
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def close_request(self, request: Any) -> None:
        """Forget the connection."""
        with self._open_lock:
            self._open.discard(request)
        super().close_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay quiet about clients that hang up; report all else as usual."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def _serve(self) -> None:
        self.serve_forever(poll_interval=0.02)


class Handler(BaseHTTPRequestHandler):
    """Reads requests and carries out deliveries."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def handle_one_request(self) -> None:
        """Read a request, answer it, send the answer."""
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        if "transfer-encoding" in self.headers:
            self.close_connection = True
            self._deliver(Delivery(reply=json_reply({"error": "no chunked bodies"}, status=411)))
            return
        self._deliver(self._answer(self._request()))

    def log_message(self, *args: Any) -> None:
        """Write nothing: the journal holds it all."""

    def _request(self) -> Request:
        url = urlsplit(self.path)
        length = self.headers.get("content-length", "")
        return Request(
            method=self.command,
            path=url.path,
            query=parse_pairs(url.query),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(int(length)) if length.isdecimal() else b"",
        )

    def _answer(self, request: Request) -> Delivery:
        if request.path.startswith(control.PREFIX):
            return Delivery(reply=control.answer(self.server.app, request))
        return self.server.app.answer(request)

    def _deliver(self, delivery: Delivery) -> None:
        self._wait(delivery.delay_s)
        if delivery.reply is not None:
            self._send(delivery, delivery.reply)
        if delivery.ending == "reset":
            self._reset()
        if delivery.ending != "keep":
            self.close_connection = True

    def _send(self, delivery: Delivery, reply: Reply) -> None:
        body = b"" if self.command == "HEAD" else reply.body[: delivery.body_bytes]
        size = -(-len(body) // delivery.pieces) or 1
        self.connection.sendall(self._head(reply) + body[:size])
        for start in range(size, len(body), size):
            self._wait(delivery.pause_s)
            self.connection.sendall(body[start : start + size])

    def _wait(self, seconds: float) -> None:
        if seconds > 0:
            self.server.stopping.wait(seconds)

    def _head(self, reply: Reply) -> bytes:
        headers = {
            "Content-Type": reply.content_type,
            "Content-Length": str(len(reply.body)),
            "Date": self.date_time_string(self.server.app.clock.now_ms() / 1000),
            **reply.headers,
        }
        if self.close_connection:
            headers["Connection"] = "close"
        start = f"HTTP/1.1 {reply.status} {PHRASES.get(reply.status, '')}"
        lines = [start, *(f"{k}: {v}" for k, v in headers.items())]
        return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
        # Detached, because the file objects around the socket would put its closing off.
        os.close(self.connection.detach())


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the client was faster
