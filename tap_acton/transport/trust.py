"""Which of the server's certificates are accepted beside those of the usual authorities."""

from __future__ import annotations

import base64
import binascii
import logging
import re
import ssl
from dataclasses import dataclass
from pathlib import Path

from urllib3.util.ssl_ import create_urllib3_context

from tap_acton.errors import ConfigError

__all__ = ["Trust", "read_trust"]

logger = logging.getLogger("tap-acton")

_ANYTHING = "*"
_PEM = "-----BEGIN"
_CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)
_BLANKS = re.compile(rb"\s|\\[nr]")  # "\n" as text: environment variables like to hold that
_THUMBPRINT = re.compile(r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}")
"""MD5, SHA-1 or SHA-256, as urllib3 takes them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Trust:
    """What is trusted. By default the usual authorities, and nobody else."""

    anything: bool = False
    """Whether no certificate is looked at."""
    thumbprint: str | None = None
    """The hash of the one certificate that is accepted, whoever issued it."""
    context: ssl.SSLContext | None = None
    """Trusts further certificates; the usual authorities are added with each connection."""

    @property
    def needs_no_authority(self) -> bool:
        """Whether certificates are accepted for which no authority vouches."""
        return self.anything or self.thumbprint is not None


def read_trust(server_cert: str | None) -> Trust:
    """Return what the setting `ssl_server_cert` says, reading the file that it may name.

    Raises:
        ConfigError: It is nothing of what it may be. Its value is not quoted.
    """
    if not server_cert:
        return Trust()
    text = server_cert.strip()
    if text == _ANYTHING:
        logger.warning("ssl_server_cert is *: whoever answers is taken for Act-On")
        return Trust(anything=True)
    thumbprint = re.sub(r"[:\s]", "", text).lower()
    if _THUMBPRINT.fullmatch(thumbprint):
        return Trust(thumbprint=thumbprint)
    return Trust(context=_context(text.encode() if _PEM in text else _content(text)))


def _content(path: str) -> bytes:
    try:
        return Path(path).expanduser().read_bytes()
    except (OSError, RuntimeError, ValueError):  # no such file, home folder, or path
        raise _unusable("cannot be read as a file, and is no certificate itself") from None


def _context(pem: bytes) -> ssl.SSLContext:
    blocks = _CERTIFICATE.findall(pem)
    if not blocks:
        raise _unusable("holds no certificate in PEM form")
    context = create_urllib3_context()
    try:
        for block in blocks:
            certificate = base64.b64decode(_BLANKS.sub(b"", block), validate=True)
            context.load_verify_locations(cadata=certificate)
    except (binascii.Error, ssl.SSLError, ValueError):
        raise _unusable("holds a certificate that cannot be read") from None
    # A server's own certificate is enough, and private authorities seldom follow every rule.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def _unusable(why: str) -> ConfigError:
    return ConfigError(
        f"Setting 'ssl_server_cert' {why}",
        next_step="Give a PEM file's path, PEM text, a certificate's thumbprint, or *.",
    )
