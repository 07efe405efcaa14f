"""The log file of a connection."""

from __future__ import annotations

import logging
import re
from logging.handlers import RotatingFileHandler
from typing import TYPE_CHECKING

from tap_acton.sql.exceptions import InterfaceError

if TYPE_CHECKING:
    from tap_acton.sql.properties import ConnectorSettings

__all__ = ["close_log", "open_log"]

_SIZE = re.compile(r"\s*(\d+)\s*(b|kb|mb|gb)?\s*", re.IGNORECASE)
_UNITS = {"b": 1, "kb": 1000, "mb": 1000**2, "gb": 1000**3}
_SMALLEST = 100_000
_MANY = 1000

logger = logging.getLogger("tap-acton")


def open_log(settings: ConnectorSettings) -> logging.Handler | None:
    """Append what this connection does to its log file, if it has one.

    Raises:
        InterfaceError: The file cannot be written, or its size is none.
    """
    if settings.logfile is None:
        return None
    count = settings.max_log_file_count
    try:
        handler = RotatingFileHandler(
            settings.logfile,
            maxBytes=_bytes(settings.max_log_file_size),
            backupCount=count - 1 if count > 1 else _MANY,
            encoding="utf-8",
        )
    except OSError as error:
        raise InterfaceError(
            f"The Logfile {settings.logfile} cannot be written: {error.strerror}."
        ) from None
    handler.setLevel(logging.INFO if settings.verbosity == 1 else logging.DEBUG)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger.setLevel(min(handler.level, logger.getEffectiveLevel()))
    logger.addHandler(handler)
    return handler


def close_log(handler: logging.Handler | None) -> None:
    """Let go of the file."""
    if handler is not None:
        logger.removeHandler(handler)
        handler.close()


def _bytes(text: str) -> int:
    found = _SIZE.fullmatch(text)
    if not found:
        raise InterfaceError("Property 'MaxLogFileSize' must be a size such as 10 MB.")
    return max(_SMALLEST, int(found[1]) * _UNITS[(found[2] or "b").lower()])
