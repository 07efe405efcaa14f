"""Encrypted text: what a store keeps of a `Memory`, in a file or in a row of a database.

It is versioned JSON. The key comes from a passphrase (the client secret, if nothing else is set)
and a salt in the text, so that a copy opens wherever the same credentials are, and nowhere else.
"""

from __future__ import annotations

import base64
import json
import os
from typing import TYPE_CHECKING

from tap_acton.auth.tokens import Memory
from tap_acton.errors import SettingsFileCorruptError, SettingsFileKeyError

if TYPE_CHECKING:
    from tap_acton.auth.cipher import Cipher

__all__ = ["Seal"]

_VERSION = 1
_SALT_BYTES = 16


class Seal:
    """Makes text of a `Memory` that only one passphrase opens.

    Args:
        passphrase: What the encryption key is derived from.
        place: Where the text is kept; errors name it.
    """

    def __init__(self, passphrase: str, place: str) -> None:
        self._passphrase = passphrase
        self._place = place
        self._ciphers: dict[bytes, Cipher] = {}

    def sealed(self, memory: Memory) -> str:
        """Return the text, with the salt of the text that was opened last."""
        salt = next(iter(self._ciphers), None) or os.urandom(_SALT_BYTES)
        data = json.dumps(memory.to_json()).encode()
        text = {
            "version": _VERSION,
            "salt": _encoded(salt),
            "check": self._cipher(salt).check,
            "secrets": self._cipher(salt).encrypted(data),
        }
        return json.dumps(text, indent=1)

    def opened(self, text: str | bytes) -> Memory:
        """Return what was sealed.

        Raises:
            SettingsFileKeyError: It was encrypted with another passphrase.
            SettingsFileCorruptError: It is not what `sealed` made.
        """
        try:
            parts = json.loads(text)
            salt, check = _decoded(parts["salt"]), parts["check"]
            version, secrets = parts["version"], parts["secrets"].encode()
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise self._corrupt() from None
        if version != _VERSION:
            raise self._corrupt(f"their version is {version!r}, this program knows {_VERSION}")
        if check != self._cipher(salt).check:
            raise SettingsFileKeyError(
                f"The tokens kept in {self._place} were encrypted with other credentials",
                next_step="Use the client_secret or oauth_settings_key they were kept with, or "
                "set oauth_settings_location to a new place.",
            )
        return self._decrypted(salt, secrets)

    def _decrypted(self, salt: bytes, secrets: bytes) -> Memory:
        try:
            data = json.loads(self._cipher(salt).decrypted(secrets))
            return Memory.from_json(data)
        except (ValueError, KeyError, TypeError):
            raise self._corrupt() from None

    def _cipher(self, salt: bytes) -> Cipher:
        if salt not in self._ciphers:
            # Its library is heavy, and many runs have nothing to encrypt.
            from tap_acton.auth.cipher import Cipher

            self._ciphers = {salt: Cipher(self._passphrase, salt)}
        return self._ciphers[salt]

    def _corrupt(
        self, why: str = "they are damaged, or another program's"
    ) -> SettingsFileCorruptError:
        return SettingsFileCorruptError(
            f"The tokens kept in {self._place} cannot be used: {why}",
            next_step="Restore them from a copy, or remove them and log in again "
            "(the next run does so with OAuthPassword), or change oauth_settings_location.",
        )


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _decoded(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
