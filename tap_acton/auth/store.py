"""Stores: where tokens are kept between runs, and which of them the settings name."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote

from tap_acton.auth.file_store import FileStore
from tap_acton.auth.memory_store import MemoryStore
from tap_acton.auth.tokens import Memory, fingerprint
from tap_acton.errors import ConfigError, SettingsFileAccessError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from tap_acton.clock import Clock
    from tap_acton.settings import Settings
    from tap_acton.transport.ledger import Ledger
    from tap_acton.transport.turns import Turns

__all__ = ["Store", "open_store", "save_patiently"]

logger = logging.getLogger("tap-acton")

_LONGEST_NAME = 200
_SAVE_FOR_S = 60.0
_SAVE_AGAIN_S = 2.0
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")


class Store(Protocol):
    """Where a `Memory` is kept, for all who use the same place."""

    @property
    def place(self) -> str:
        """What to call it, for users; no secret is in it."""
        ...

    def locked(self) -> AbstractContextManager[None]:
        """Keep other threads and processes out. It is not entered twice."""
        ...

    def load(self) -> Memory:
        """Return what is kept; an empty memory if there is nothing. Looking makes nothing."""
        ...

    def save(self, memory: Memory) -> None:
        """Replace what is kept, durably. The caller holds the lock."""
        ...

    def ledger(self) -> Ledger:
        """Return where the account's requests are counted, in the same place."""
        ...

    def turns(self, clock: Clock) -> Turns:
        """Return the queue of all who send requests for the account, in the same place."""
        ...


def open_store(settings: Settings) -> Store:
    """Return the store that the settings name. Nothing is read yet.

    Raises:
        ConfigError: They name none, or nothing is there to encrypt it with, or the database's
            driver is not installed.
    """
    passphrase = _passphrase(settings)
    location = settings.oauth_settings_location or ""
    found = _SCHEME.match(location)
    scheme = found[1].lower() if found else None
    if scheme is None:
        return FileStore(settings.settings_file, passphrase)
    if scheme == "memory":
        name = location.partition("://")[2]
        return MemoryStore(_short(name) or _name(settings), passphrase)
    if scheme in {"postgresql", "postgres"}:
        address, _, name = location.partition("#")
        return _database_store(address, _short(unquote(name)) or _name(settings), passphrase)
    raise ConfigError(
        "oauth_settings_location names a kind of place that is not known",
        next_step="Set it to a file's path, or to postgresql://user:password@host/database#name, "
        "or to memory://name.",
    )


def save_patiently(store: Store, memory: Memory, clock: Clock) -> None:
    """Save tokens that nobody else has, for a minute if need be. The caller holds the lock.

    A disk that is full or a database that is gone, for a moment, must not cost a login.

    Raises:
        SettingsFileError: They cannot be saved, and are lost.
    """
    deadline = clock.monotonic() + _SAVE_FOR_S
    while True:
        try:
            return store.save(memory)
        except SettingsFileAccessError as error:
            left_s = deadline - clock.monotonic()
            if left_s <= 0:
                error.next_step = f"{error.next_step} The new tokens are lost: log in again."
                raise
            logger.warning("The new tokens are not saved yet; trying for %.0f s: %s", left_s, error)
        clock.sleep(_SAVE_AGAIN_S)


def _database_store(address: str, name: str, passphrase: str) -> Store:
    try:
        # Most runs need no database, and SQLAlchemy takes half as long to load as all the rest.
        from tap_acton.auth.database_store import DatabaseStore

        return DatabaseStore(address, name, passphrase)
    except ImportError:
        raise ConfigError(
            "oauth_settings_location names a database, and its driver is not installed",
            next_step="Run: pip install 'tap-acton[postgres]'",
        ) from None


def _passphrase(settings: Settings) -> str:
    passphrase = settings.oauth_settings_key or settings.client_secret
    if not passphrase:
        raise ConfigError(
            "Missing in the settings: client_secret",
            next_step="The kept tokens are encrypted with it, or with oauth_settings_key.",
        )
    return passphrase


def _name(settings: Settings) -> str:
    """Name an account by what tells it from others; an e-mail address is nobody's business."""
    user = settings.username and fingerprint(settings.username.casefold())[:8]
    return _short("/".join(filter(None, (settings.host, settings.client_id, user))))


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else fingerprint(name)
