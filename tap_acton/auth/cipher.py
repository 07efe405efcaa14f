"""The encryption of what stores keep, as `sealing.py` needs it.

A module of its own, so that only those load `cryptography` (7 MB) who encrypt or decrypt.
"""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

__all__ = ["Cipher"]

_SCRYPT = {"n": 2**14, "r": 8, "p": 1}
_KEY_BYTES = 32


class Cipher:
    """Encrypts with a key that only the passphrase and the salt give, after some work.

    Args:
        passphrase: What is secret.
        salt: What is kept beside the secrets.
    """

    def __init__(self, passphrase: str, salt: bytes) -> None:
        derived = Scrypt(salt=salt, length=2 * _KEY_BYTES, **_SCRYPT).derive(passphrase.encode())
        self._fernet = Fernet(base64.urlsafe_b64encode(derived[:_KEY_BYTES]))
        self.check = hashlib.sha256(derived[_KEY_BYTES:]).hexdigest()[:16]
        """Tells whether a passphrase is the same; the key does not follow from it."""

    def encrypted(self, data: bytes) -> str:
        """Return the data as a Fernet token."""
        return self._fernet.encrypt(data).decode()

    def decrypted(self, token: bytes) -> bytes:
        """Return the data of a Fernet token. Raises ValueError if it is none of this key's."""
        try:
            return self._fernet.decrypt(token)
        except InvalidToken:
            raise ValueError from None
