"""A server of lists as CSV that answers byte by byte, and may break off anywhere."""

from __future__ import annotations

import csv
import gzip
import io
import json
import socket
import struct
import threading
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from tap_acton.client import ActOnClient
from tap_acton.config import read_settings
from tap_acton.dynamic import list_resource
from tap_acton.resources.lists import as_csv
from tap_acton.resources.model import Column
from tests.fakes import FakeClock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tap_acton.resources.model import Resource

__all__ = ["DATES", "Downloads", "client_of", "csv_list", "csv_text", "downloads", "plain_list"]

DATES = ("created_date", "modified_date")


class Downloads(ThreadingHTTPServer):
    """The server.

    Args:
        headings: Those of all lists.
        rows: The rows, by list.
    """

    daemon_threads = True

    def __init__(
        self, headings: Iterable[str] = (), rows: dict[str, list[list[str]]] | None = None
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.headings = list(headings)
        self.rows = rows or {}
        self.endless: dict[str, tuple[bytes, int]] = {}
        """A line that is repeated so often, by list."""
        self.listed: dict[str, str] = {}
        """Names in the listing, by id."""
        self.framing = "length"
        """How a reply tells where it ends: length, chunked, gzip, or close (not at all)."""
        self.pages = False
        """Whether count and offset are honoured."""
        self.cuts: list[tuple[float, bool]] = []
        """After which part of a body the next replies break off, and whether by a reset."""
        self.asked: list[dict[str, str]] = []
        self.sent = 0
        """Bytes of CSV."""


class _Conversation(BaseHTTPRequestHandler):
    server: Downloads
    protocol_version = "HTTP/1.1"

    def handle(self) -> None:
        with suppress(OSError):  # the client may hang up
            super().handle()

    def do_GET(self) -> None:
        self._answer()

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        list_id = parts.path.rsplit("/", 1)[-1]
        self.server.asked.append(query)
        if parts.path == "/api/1/list":
            result = [{"id": each, "name": name} for each, name in self.server.listed.items()]
            listing = {"result": result, "totalCount": len(result)}
            self._send("application/json", json.dumps(listing).encode())
        elif query.get("responseformat") != "CSV":
            self._send("application/json", json.dumps(self._as_json(list_id, query)).encode())
        elif list_id in self.server.endless:
            self._send_endless(*self.server.endless[list_id])
        else:
            rows = self.server.rows[list_id]
            if self.server.pages:
                offset = int(query["offset"])
                rows = rows[offset : offset + int(query["count"])]
            text, (share, reset) = csv_text([self.server.headings, *rows]), self._cut()
            self._send("text/csv", text, share, reset=reset)

    def _cut(self) -> tuple[float, bool]:
        return self.server.cuts.pop(0) if self.server.cuts else (1, False)

    def _as_json(self, list_id: str, query: dict[str, str]) -> dict[str, object]:
        if list_id in self.server.endless:
            _, size = self.server.endless[list_id]
            rows = [[_endless_id(number)] for number in range(size)]
        else:
            rows = [row[:255] for row in self.server.rows.get(list_id, ())]
        offset = int(query["offset"])
        return {
            "headers": self.server.headings[:255],
            "data": rows[offset : offset + int(query["count"])],
            "totalCount": len(rows),
        }

    def _send(self, kind: str, body: bytes, share: float = 1, *, reset: bool = False) -> None:
        framing = self.server.framing if kind == "text/csv" else "length"
        self.send_response(200)
        self.send_header("Content-Type", kind)
        if framing == "gzip":
            self.send_header("Content-Encoding", "gzip")
            body = gzip.compress(body)
        if framing == "chunked":
            self.send_header("Transfer-Encoding", "chunked")
            body = b"".join(_chunk(body[at : at + 50]) for at in range(0, len(body), 50))
            body += _chunk(b"")
        elif framing == "length":
            self.send_header("Content-Length", str(len(body)))
        else:
            self.close_connection = True
        self.end_headers()
        self.wfile.write(body[: int(share * len(body))])
        if share < 1:
            self._break_off(reset=reset)

    def _send_endless(self, line: bytes, times: int) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(_chunk(csv_text([self.server.headings])))
        for begin in range(0, times, 100):
            ids = (_endless_id(number).encode() for number in range(begin, begin + 100))
            lines = b"".join(b"%s,%s" % (each, line) for each in ids)
            self.wfile.write(_chunk(lines))
            self.server.sent += len(lines)
        self.wfile.write(_chunk(b""))

    def _break_off(self, *, reset: bool) -> None:
        self.close_connection = True
        self.wfile.flush()
        if reset:
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.connection.close()


def _endless_id(number: int) -> str:
    return f"l-0001:{number:x}"


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def csv_text(lines: Iterable[list[str]]) -> bytes:
    """Return lines as CSV."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(lines)
    return text.getvalue().encode()


@contextmanager
def downloads(
    headings: Iterable[str] = (), rows: dict[str, list[list[str]]] | None = None
) -> Iterator[Downloads]:
    """Serve lists in a thread."""
    with Downloads(headings, rows) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def client_of(url: str, **changes: object) -> ActOnClient:
    """Return a client for whom no time passes."""
    config = {
        "initiate_oauth": "OFF",
        "access_token": "any",
        "api_url": url,
        "requests_per_second": 100_000,
        "max_retry_seconds": 600,
        **changes,
    }
    return ActOnClient.from_settings(read_settings(config), clock=FakeClock())


def csv_list(list_id: str, *headings: str) -> Resource:
    """Return a list with these columns of its own, read as CSV."""
    return as_csv(plain_list(list_id, *headings))


def plain_list(list_id: str, *headings: str) -> Resource:
    """Return a list with these columns of its own."""
    columns = [
        Column(name=f"c{number}", title=heading, source=(heading,))
        for number, heading in enumerate(headings)
    ]
    return list_resource("list", list_id, columns)
