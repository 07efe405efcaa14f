"""Where a day's requests are counted, for all threads and processes that share the account."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol

from filelock import FileLock, Timeout

from tap_acton.errors import SettingsFileAccessError, SettingsFileLockedError
from tap_acton.files import replace_file

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["FileLedger", "Ledger", "grant"]

_LOCK_TIMEOUT_S = 30


class Ledger(Protocol):
    """A count of requests for each day. Days are ISO dates (UTC)."""

    def spend(self, day: str, wanted: int, limit: int) -> int:
        """Count up to `wanted` requests at once with reading the count, and return how many.

        A negative number gives requests back.

        Raises:
            SettingsFileError: The count cannot be changed.
        """
        ...

    def spent(self, day: str) -> int:
        """Return the day's count so far.

        Raises:
            SettingsFileError: The count cannot be read.
        """
        ...


def grant(spent: int, wanted: int, limit: int) -> int:
    """Return how many of the wanted requests there are; never less than what was spent goes back.

    Args:
        spent: Requests that are counted already.
        wanted: Requests asked for, or given back if negative.
        limit: Requests a day.
    """
    return max(-spent, min(wanted, max(0, limit - spent)))


class FileLedger:
    """Counts in a file. It knows one day, the last.

    Args:
        path: The file; a lock file appears beside it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def spend(self, day: str, wanted: int, limit: int) -> int:
        """Count requests in the file.

        Raises:
            SettingsFileLockedError: Another process keeps us out for too long.
            SettingsFileAccessError: The file cannot be written.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with FileLock(self._path.with_name(self._path.name + ".lock"), timeout=_LOCK_TIMEOUT_S):
                spent = self._read(day)
                granted = grant(spent, wanted, limit)
                counted = {"day": day, "spent": spent + granted}
                replace_file(self._path, json.dumps(counted).encode())
        except Timeout:
            raise SettingsFileLockedError(
                f"The count of requests in {self._path} is locked by another process",
                next_step="Wait for it, or end it; the lock goes with the process.",
            ) from None
        except OSError as error:
            raise self._no_access("write", error) from None
        return granted

    def spent(self, day: str) -> int:
        """Return the day's count so far; 0 if the file is of another day, or not ours.

        Raises:
            SettingsFileAccessError: The file cannot be read.
        """
        try:
            return self._read(day)
        except OSError as error:
            raise self._no_access("read", error) from None

    def _read(self, day: str) -> int:
        try:
            counted = json.loads(self._path.read_text(encoding="ascii"))
            return max(0, int(counted["spent"])) if counted["day"] == day else 0
        except (FileNotFoundError, ValueError, KeyError, TypeError, OverflowError):
            return 0  # a day's first request, or not a file of ours

    def _no_access(self, verb: str, error: OSError) -> SettingsFileAccessError:
        return SettingsFileAccessError(
            f"Cannot {verb} the count of requests in {self._path}: {error.strerror}",
            next_step="Set oauth_settings_location to a file in a folder that can be written.",
        )
