"""The log file of a connection: what the connection does, and nothing of what others do."""

from __future__ import annotations

import logging
import re
from contextlib import contextmanager
from contextvars import ContextVar
from logging.handlers import RotatingFileHandler
from typing import TYPE_CHECKING, Any

from tap_acton.redact import Mask, scrub
from tap_acton.settings import settings_of
from tap_acton.sql.exceptions import InterfaceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import requests

    from tap_acton.settings import Settings
    from tap_acton.sql.exceptions import Error
    from tap_acton.sql.parameters import Parameters
    from tap_acton.sql.properties import ConnectorSettings
    from tap_acton.transport.session import Sent

__all__ = ["BODIES", "DETAIL", "REQUESTS", "STATEMENTS", "TRANSPORT", "Log", "open_log"]

STATEMENTS, REQUESTS, BODIES, TRANSPORT, DETAIL = range(1, 6)
"""What each verbosity adds."""
_SIZE = re.compile(r"\s*(\d+)\s*(b|kb|mb|gb)?\s*", re.IGNORECASE)
_UNITS = {"b": 1, "kb": 1000, "mb": 1000**2, "gb": 1000**3}
_SMALLEST = 100_000
_MANY = 1000
_LITERAL = re.compile(r"'(?:[^']|'')*'")
_MOST_OF_A_BODY = 2000
"""Characters of a body below DETAIL."""

_at_work: ContextVar[Log | None] = ContextVar("_at_work", default=None)
"""The connection that works in this thread; the client's own warnings are for its file."""


class Log:
    """Writes what a connection does.

    Args:
        handler: The file; without one nothing is written.
        verbosity: 1 to 5: see docs/connection-string.md.
        secrets: What must never be written.
    """

    def __init__(
        self,
        handler: logging.Handler | None = None,
        verbosity: int = 0,
        secrets: Iterable[str] = (),
    ) -> None:
        self.verbosity = verbosity if handler else 0
        self._handler = handler
        self._mask = Mask(secrets)
        self._warnings = _Warnings(self)
        if handler:
            logging.getLogger("tap-acton").addHandler(self._warnings)

    def close(self) -> None:
        """Let go of the file."""
        if self._handler:
            logging.getLogger("tap-acton").removeHandler(self._warnings)
            self._handler.close()

    @contextmanager
    def working(self) -> Iterator[None]:
        """Take what the client warns of in this block for this connection's."""
        token = _at_work.set(self)
        try:
            yield
        finally:
            _at_work.reset(token)

    def say(self, verbosity: int, text: str, *args: Any) -> None:
        """Write a line, if the verbosity is at least so."""
        if self._handler and self.verbosity >= verbosity:
            level = logging.INFO if verbosity == STATEMENTS else logging.DEBUG
            line = self._mask(text % args if args else text)
            # Past the tree of loggers, so that no other connection's file gets it.
            self._handler.handle(logging.LogRecord("", level, "", 0, line, None, None))

    def runs(self, statement: str, parameters: Parameters) -> None:
        """Tell of a statement; values of parameters only with bodies."""
        if self.verbosity < BODIES:
            shown = _LITERAL.sub(lambda found: scrub(found[0]), statement)
            self.say(STATEMENTS, "Running %s", " ".join(shown.split()))
        else:
            self.say(STATEMENTS, "Running %s with %r", statement, parameters)

    def gave(self, rows: int, seconds: float) -> None:
        """Tell of the rows that were fetched of a result."""
        self.say(STATEMENTS, "Gave %d rows, %.3f s after the statement came", rows, seconds)

    def failed(self, error: Error) -> None:
        """Tell of an error."""
        self.say(STATEMENTS, "Failed: %s: %s", type(error).__name__, error)

    def sent(self, sent: Sent) -> None:
        """Tell of an attempt to send a request."""
        what = "no reply" if sent.status is None else f"HTTP {sent.status}"
        self.say(REQUESTS, "%s: %s, %.3f s, %d bytes", sent.where, what, sent.seconds, sent.size)

    def began(self, response: requests.Response) -> None:
        """Tell of a request whose reply has begun to come."""
        from tap_acton.sql.exchanges import connection_line, request_lines

        if self.verbosity >= TRANSPORT:
            self.say(TRANSPORT, "%s", connection_line(response))
        for line in request_lines(response.request):
            self.say(BODIES, "%s", self._cut(line))

    def ended(self, response: requests.Response, body: bytes) -> None:
        """Tell of the reply."""
        from tap_acton.sql.exchanges import reply_lines

        for line in reply_lines(response, body):
            self.say(BODIES, "%s", self._cut(line))

    def _cut(self, line: str) -> str:
        if self.verbosity >= DETAIL or len(line) <= _MOST_OF_A_BODY:
            return line
        return f"{self._mask(line)[:_MOST_OF_A_BODY]}… ({len(line)} characters)"


class _Warnings(logging.Handler):
    """Takes warnings of the client for the connection that works."""

    def __init__(self, log: Log) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        if _at_work.get() is self._log:
            self._log.say(STATEMENTS, "%s", f"{record.levelname}: {record.getMessage()}")


def open_log(settings: Settings, own: ConnectorSettings) -> Log:
    """Return what appends to a connection's log file, if it has one.

    Raises:
        InterfaceError: The file cannot be written, or its size is none.
    """
    most_bytes = _bytes(own.max_log_file_size)
    if own.logfile is None:
        return Log()
    count = own.max_log_file_count
    try:
        handler = RotatingFileHandler(
            own.logfile,
            maxBytes=most_bytes,
            backupCount=count - 1 if count > 1 else _MANY,
            encoding="utf-8",
            errors="backslashreplace",  # half of a character is in no encoding
        )
    except OSError as error:
        raise InterfaceError(
            f"The Logfile {own.logfile} cannot be written: {error.strerror}."
        ) from None
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    return Log(handler, own.verbosity, [*_secrets(settings), *_secrets(own)])


def _secrets(settings: Settings | ConnectorSettings) -> Iterator[str]:
    for entry in settings_of(type(settings)):
        value = getattr(settings, entry.name)
        if entry.secret and value:
            yield str(value)


def _bytes(text: str) -> int:
    found = _SIZE.fullmatch(text)
    if not found:
        raise InterfaceError("Property 'MaxLogFileSize' must be a size such as 10 MB.")
    return max(_SMALLEST, int(found[1]) * _UNITS[(found[2] or "b").lower()])
