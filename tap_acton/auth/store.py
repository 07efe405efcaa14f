"""The settings file: tokens on disk, encrypted, for many processes and more than one machine.

The newest refresh token is never only in memory longer than one save takes. Whoever wants to
change the file holds its lock from reading to writing; a save is a new file renamed over the old
one, so that a killed process leaves either. The key comes from a passphrase (the client secret,
if nothing else is set) and a salt in the file, so that a copied file opens wherever the same
credentials are.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from filelock import FileLock, Timeout

from tap_acton.auth.tokens import Memory
from tap_acton.errors import (
    SettingsFileAccessError,
    SettingsFileCorruptError,
    SettingsFileKeyError,
    SettingsFileLockedError,
)
from tap_acton.files import replace_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["FileStore"]

_VERSION = 1
_SALT_BYTES = 16
_SCRYPT = {"n": 2**14, "r": 8, "p": 1}
_KEY_BYTES = 32
_LOCK_TIMEOUT_S = 120


class FileStore:
    """Keeps a `Memory` in a file.

    Args:
        path: The file. Its folder is made if it is missing.
        passphrase: What the encryption key is derived from.
        lock_timeout_s: Seconds to wait for other processes.
    """

    def __init__(
        self, path: Path, passphrase: str, *, lock_timeout_s: float = _LOCK_TIMEOUT_S
    ) -> None:
        self.path = path
        self._passphrase = passphrase
        self._keys: dict[bytes, bytes] = {}
        self._lock_timeout_s = lock_timeout_s

    def __repr__(self) -> str:
        return f"FileStore({str(self.path)!r})"

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other threads and processes out.

        Raises:
            SettingsFileLockedError: Another process keeps us out for too long.
            SettingsFileAccessError: The folder cannot be made or written.
        """
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
            SettingsFileAccessError: The file cannot be read.
            SettingsFileKeyError: It was encrypted with another passphrase.
            SettingsFileCorruptError: It is not what `save` wrote.
        """
        try:
            text = self.path.read_bytes()
        except FileNotFoundError:
            return Memory()
        except OSError as error:
            raise self._no_access("read", error) from None
        try:
            file = json.loads(text)
            salt, check = _decoded(file["salt"]), file["check"]
            version, secrets = file["version"], file["secrets"].encode()
        except (ValueError, KeyError, TypeError, AttributeError):
            raise self._corrupt() from None
        if version != _VERSION:
            raise self._corrupt(f"its version is {version!r}, this program knows {_VERSION}")
        if check != self._check(salt):
            raise SettingsFileKeyError(
                f"The settings file {self.path} was encrypted with other credentials",
                next_step="Use the client_secret or oauth_settings_key it was made with, or set "
                "oauth_settings_location to a new file.",
            )
        return self._decrypted(salt, secrets)

    def save(self, memory: Memory) -> None:
        """Replace what is kept, at once and durably. The caller holds the lock.

        Raises:
            SettingsFileAccessError: It cannot be written. The old file is unharmed.
        """
        salt = next(iter(self._keys), None) or os.urandom(_SALT_BYTES)
        data = json.dumps(memory.to_json()).encode()
        file = {
            "version": _VERSION,
            "salt": _encoded(salt),
            "check": self._check(salt),
            "secrets": Fernet(self._fernet_key(salt)).encrypt(data).decode(),
        }
        try:
            replace_file(self.path, json.dumps(file, indent=1).encode())
        except OSError as error:
            raise self._no_access("write", error) from None

    def _decrypted(self, salt: bytes, secrets: bytes) -> Memory:
        try:
            data = json.loads(Fernet(self._fernet_key(salt)).decrypt(secrets))
            return Memory.from_json(data)
        except (InvalidToken, ValueError, KeyError, TypeError):
            raise self._corrupt() from None

    def _derived(self, salt: bytes) -> bytes:
        if salt not in self._keys:
            scrypt = Scrypt(salt=salt, length=2 * _KEY_BYTES, **_SCRYPT)
            self._keys = {salt: scrypt.derive(self._passphrase.encode())}
        return self._keys[salt]

    def _fernet_key(self, salt: bytes) -> bytes:
        return base64.urlsafe_b64encode(self._derived(salt)[:_KEY_BYTES])

    def _check(self, salt: bytes) -> str:
        return hashlib.sha256(self._derived(salt)[_KEY_BYTES:]).hexdigest()[:16]

    def _no_access(self, verb: str, error: OSError) -> SettingsFileAccessError:
        return SettingsFileAccessError(
            f"Cannot {verb} the settings file {self.path}: {error.strerror}",
            next_step="Set oauth_settings_location to a file that can be read and written.",
        )

    def _corrupt(
        self, why: str = "it is damaged, or another program's"
    ) -> SettingsFileCorruptError:
        return SettingsFileCorruptError(
            f"The settings file {self.path} cannot be used: {why}",
            next_step="Restore it from a copy, or remove it and log in again "
            "(the next run does so with OAuthPassword), or change oauth_settings_location.",
        )


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _decoded(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
