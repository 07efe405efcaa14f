"""The settings file: tokens on disk, encrypted, for many processes and more than one machine.

The newest refresh token is never only in memory longer than one save takes. Whoever wants to
change the file holds its lock from reading to writing; a save is a new file renamed over the old
one, so that a killed process leaves either.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from tap_acton.auth.file_safety import refuse_if_planted, warn_if_open
from tap_acton.auth.sealing import Seal
from tap_acton.auth.tokens import Memory
from tap_acton.errors import SettingsFileAccessError, SettingsFileLockedError
from tap_acton.files import replace_file
from tap_acton.transport.ledger import FileLedger
from tap_acton.transport.turns import FileRoom, QueueTurns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_acton.clock import Clock

__all__ = ["FileStore"]

_LOCK_TIMEOUT_S = 120


class FileStore:
    """Keeps a `Memory` in a file.

    Args:
        path: The file, or a link to it. Its folder is made if it is missing.
        passphrase: What the encryption key is derived from.
        lock_timeout_s: Seconds to wait for other processes.
    """

    def __init__(
        self, path: Path, passphrase: str, *, lock_timeout_s: float = _LOCK_TIMEOUT_S
    ) -> None:
        self.path = Path(os.path.realpath(path))  # two names of one file must not have two locks
        self._named = path
        self._seal = Seal(passphrase, self.place)
        self._lock_timeout_s = lock_timeout_s
        self._warned = False

    def __repr__(self) -> str:
        return f"FileStore({self.place!r})"

    @property
    def place(self) -> str:
        """The file's path."""
        return str(self.path)

    def ledger(self) -> FileLedger:
        """Return the count of requests in the file beside this one."""
        return FileLedger(self.path.with_name(self.path.name + ".budget"))

    def turns(self, clock: Clock) -> QueueTurns:
        """Return the queue in the file beside this one."""
        return QueueTurns(FileRoom(self.path.with_name(self.path.name + ".pace")), clock)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other threads and processes out.

        Raises:
            SettingsFileLockedError: Another process keeps us out for too long.
            SettingsFileAccessError: The folder cannot be made or written, or the file is
                another user's.
        """
        self._check()
        # A new object each time: one that was made before a fork does not work after it.
        lock = FileLock(self.path.with_name(self.path.name + ".lock"), timeout=self._lock_timeout_s)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock.acquire()
        except Timeout:
            raise SettingsFileLockedError(
                f"The settings file {self.path} is locked by another process",
                next_step="Wait for it, or end it; the lock goes with the process.",
            ) from None
        except OSError as error:
            raise self._no_access("lock", error) from None
        try:
            yield
        finally:
            lock.release()

    def load(self) -> Memory:
        """Return what is kept; an empty memory if there is no file.

        Raises:
            SettingsFileAccessError: The file cannot be read, or is another user's.
            SettingsFileKeyError: It was encrypted with another passphrase.
            SettingsFileCorruptError: It is not what `save` wrote.
        """
        self._check()
        try:
            text = self.path.read_bytes()
        except FileNotFoundError:
            return Memory()
        except OSError as error:
            raise self._no_access("read", error) from None
        return self._seal.opened(text)

    def save(self, memory: Memory) -> None:
        """Replace what is kept, at once and durably. The caller holds the lock.

        Raises:
            SettingsFileAccessError: It cannot be written. The old file is unharmed.
        """
        try:
            replace_file(self.path, self._seal.sealed(memory).encode())
        except OSError as error:
            raise self._no_access("write", error) from None

    def _check(self) -> None:
        for path in (self._named, self.path):
            refuse_if_planted(path)
        if not self._warned:
            self._warned = True
            warn_if_open(self.path)

    def _no_access(self, verb: str, error: OSError) -> SettingsFileAccessError:
        return SettingsFileAccessError(
            f"Cannot {verb} the settings file {self.path}: {error.strerror}",
            next_step="Set oauth_settings_location to a file that can be read and written.",
        )
