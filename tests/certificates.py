"""A private authority, and the certificate of a server on 127.0.0.1 that it has issued."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Certificates", "make_certificates"]

_PEM = serialization.Encoding.PEM


@dataclass(frozen=True, kw_only=True, slots=True)
class Certificates:
    """The PEM files of one authority and one server."""

    authority: Path
    server: Path
    """The server's certificate alone."""
    server_with_key: Path

    def thumbprint(self, algorithm: hashes.HashAlgorithm) -> str:
        """Return the hash of the server's certificate, in hex."""
        certificate = x509.load_pem_x509_certificate(self.server.read_bytes())
        return certificate.fingerprint(algorithm).hex()


def make_certificates(folder: Path, host: str = "127.0.0.1") -> Certificates:
    """Make an authority and a server's certificate for the address of a host."""
    folder.mkdir(exist_ok=True)
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    issuer = f"authority of {folder.name}"
    authority = _builder(issuer, issuer, authority_key, 1)
    authority = authority.add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    server = _builder(issuer, "tests' server", key, 2)
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))])
    server = server.add_extension(names, critical=False)
    files = Certificates(
        authority=folder / "authority.pem",
        server=folder / "server.pem",
        server_with_key=folder / "server_with_key.pem",
    )
    files.authority.write_bytes(authority.sign(authority_key, hashes.SHA256()).public_bytes(_PEM))
    files.server.write_bytes(server.sign(authority_key, hashes.SHA256()).public_bytes(_PEM))
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    secret = key.private_bytes(_PEM, form, plain)
    files.server_with_key.write_bytes(secret + files.server.read_bytes())
    return files


def _builder(
    issuer: str, subject: str, key: ec.EllipticCurvePrivateKey, serial: int
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder(issuer_name=_name(issuer), subject_name=_name(subject))
    builder = builder.public_key(key.public_key()).serial_number(serial)
    builder = builder.not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
    return builder.not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])
