"""Logging in with the browser: opens Act-On's page and takes the answer on this machine.

The answer comes to the callback URL, which must lead here: a listener on the loopback interface
takes one answer, and shows the user how the login ended before it goes away.
"""

from __future__ import annotations

import contextlib
import errno
import http.client
import logging
import os
import queue
import threading
import time
import webbrowser
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from tap_acton.auth.authorization import authorization_url, code_from_answer, new_state
from tap_acton.auth.pages import page
from tap_acton.errors import ActOnError, ConfigError, LoginRequiredError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tap_acton.settings import Settings

__all__ = ["code_from_browser"]

logger = logging.getLogger("tap-acton")

_NAME = "tap-acton"
_LOOPBACK = {"localhost": "127.0.0.1", "127.0.0.1": "127.0.0.1"}
_OTHER_WAY = (
    "Have a callback URL such as http://localhost:33333 registered for the application and set "
    "callback_url to it; or log in elsewhere: `tap-acton-auth login --no-browser`, oauth_verifier."
)
_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    "Referrer-Policy": "no-referrer",
}


@contextlib.contextmanager
def code_from_browser(
    settings: Settings,
    *,
    open_page: Callable[[str], bool] = webbrowser.open,
    tell: Callable[[str], None] = logger.warning,
) -> Iterator[str]:
    """Give the code of a login in the browser; its page shows how the block ends.

    Args:
        settings: The application, its callback URL, and how long to wait.
        open_page: Opens the login page. It returns whether that worked.
        tell: Tells the user something.

    Raises:
        ConfigError: The callback URL does not lead to this machine, or its port cannot be had.
        LoginRequiredError: Nobody logged in, or somebody declined, or another login was under way;
            that one has ended, and its tokens may serve.
    """
    state = new_state()
    with _listening(settings, tell) as visits:
        url = authorization_url(settings, state=state)
        # In a thread, for a browser in the terminal keeps the caller until the user leaves it.
        threading.Thread(target=_open, args=(open_page, url, tell), daemon=True).start()
        visit = _first(visits, settings.login_timeout)
        try:
            yield code_from_answer(visit.answer, state)
        except ActOnError as error:
            visit.show(str(error))
            raise
        except BaseException:
            visit.show("The program was stopped.")
            raise
        visit.show(None)


def _open(open_page: Callable[[str], bool], url: str, tell: Callable[[str], None]) -> None:
    with contextlib.suppress(webbrowser.Error):
        if open_page(url):
            return
    tell(f"No browser could be opened. Open this page to log in: {url}")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Visit:
    """The browser, back at the callback URL and waiting for a page."""

    answer: Mapping[str, str] = field(repr=False)
    problems: queue.Queue[str | None]
    shown: threading.Event

    def show(self, problem: str | None) -> None:
        """Show the page that fits, and wait until it is sent."""
        self.problems.put(problem)
        self.shown.wait(timeout=5)


def _first(visits: queue.Queue[_Visit], timeout_s: float) -> _Visit:
    try:
        return visits.get(timeout=timeout_s)
    except queue.Empty:
        raise LoginRequiredError(
            f"Nobody logged in within {timeout_s:.0f} s",
            next_step="Start the login again, or raise login_timeout.",
        ) from None


@contextlib.contextmanager
def _listening(settings: Settings, tell: Callable[[str], None]) -> Iterator[queue.Queue[_Visit]]:
    """Listen where the callback URL leads; what comes there is put into the queue."""
    with _server(settings, tell) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server.visits
        finally:
            server.shutdown()
            thread.join()


def _server(settings: Settings, tell: Callable[[str], None]) -> _Listener:
    url = urlsplit(settings.callback_url)
    host = _LOOPBACK.get(url.hostname or "")
    if host is None or url.scheme != "http":
        raise ConfigError(
            "The browser's answer can be taken here only if callback_url is http and leads to "
            "localhost",
            next_step=_OTHER_WAY,
        )
    port = url.port or 80
    try:
        return _Listener((host, port), url.path or "/")
    except OSError as error:
        if error.errno == errno.EADDRINUSE and _is_login(host, port):
            raise _waited(host, port, settings.login_timeout, tell) from None
        raise ConfigError(
            f"Port {port} of callback_url cannot be listened to: {_reason(error)}",
            next_step=_OTHER_WAY,
        ) from None


def _is_login(host: str, port: int) -> bool:
    """Tell whether it is a login like this one that listens there."""
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("HEAD", "/")  # not GET, which would be taken for an answer
        return connection.getresponse().getheader("Server", "").strip() == _NAME
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _waited(
    host: str, port: int, timeout_s: float, tell: Callable[[str], None]
) -> LoginRequiredError:
    """Wait for the end of another login, and return what to say of it."""
    tell(f"Another login is under way at port {port} of callback_url. Waiting for its end.")
    deadline = time.monotonic() + timeout_s
    while _is_login(host, port) and time.monotonic() < deadline:
        time.sleep(0.2)
    return LoginRequiredError(
        f"Another login was under way at port {port} of callback_url",
        next_step="Run again when it has ended.",
    )


def _reason(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "another program has it"
    if error.errno in {errno.EACCES, errno.EPERM}:
        return "the system keeps it for privileged programs"
    return error.strerror or "unknown reason"


class _Listener(ThreadingTCPServer):
    """Takes one answer; whatever else comes is told that it is not wanted."""

    allow_reuse_address = os.name == "posix"  # elsewhere it would let others in on our port
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], path: str) -> None:
        super().__init__(address, _Handler)
        self.path = path
        self.visits: queue.Queue[_Visit] = queue.Queue()
        self._is_open = threading.Semaphore(1)

    def admits_one(self) -> bool:
        """Tell whether this is the first answer."""
        return self._is_open.acquire(blocking=False)


class _Handler(BaseHTTPRequestHandler):
    server: _Listener
    timeout = 10  # seconds for a request line: browsers open connections that they never use
    server_version = _NAME
    sys_version = ""

    def do_GET(self) -> None:
        """Answer the browser."""
        url = urlsplit(self.path)
        if (url.path or "/") != self.server.path:
            self.send_error(404)
        elif not self.server.admits_one():
            self._show(410, "This login is over.")
        else:
            self._wait(url.query)

    def _wait(self, query: str) -> None:
        answer = {name: values[-1] for name, values in parse_qs(query).items()}
        visit = _Visit(answer=answer, problems=queue.Queue(), shown=threading.Event())
        self.server.visits.put(visit)
        problem = visit.problems.get()
        try:
            self._show(400 if problem else 200, problem)
        finally:
            visit.shown.set()

    def _show(self, status: int, problem: str | None) -> None:
        body = page(self.headers.get("Accept-Language", ""), problem=problem)
        with contextlib.suppress(OSError):  # the user has closed the window
            self.send_response(status)
            for name, value in {**_HEADERS, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's
        """Say nothing: the request line has the code."""
