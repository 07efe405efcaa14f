"""What the failure of a request means: whether it was sent, and what the user can do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import requests
import urllib3.exceptions

from tap_acton.errors import ActOnError, ConfigError, NoReplyError, NotConnectedError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["no_reply", "proxy_refused"]

_NOT_CONNECTED = (
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.NameResolutionError,
)
"""Not ProxyError: urllib3 calls a connection so that breaks in a tunnel after a request left."""
_CERTIFICATE = "CERTIFICATE_VERIFY_FAILED"
_FINGERPRINT = "Fingerprints did not match"
_TUNNEL_STATUS = re.compile(r"Tunnel connection failed: (\d{3})")
_SOCKS_LOGIN = re.compile(r"SOCKS\d? authentication|user-ids")
"""PySocks's words where a SOCKS server refuses who we are."""
_PROXY_AUTHENTICATION = "407"
_PLACES = {
    "proxy_server": "proxy_server and proxy_port",
    "firewall_server": "firewall_server, firewall_port and firewall_type",
    "environment": "HTTPS_PROXY and HTTP_PROXY in the environment, or set proxy_server",
}
_LOGINS = {
    "proxy_server": "proxy_user and proxy_password",
    "firewall_server": "firewall_user and firewall_password",
    "environment": "the user in HTTPS_PROXY or HTTP_PROXY, or set proxy_server and proxy_user",
}


def no_reply(error: requests.RequestException, where: str, through: str | None) -> ActOnError:
    """Return what it means that a request got no reply.

    Args:
        error: What went wrong. Of its text nothing is quoted but a proxy's status.
        where: Method and path of the request.
        through: The setting that names the proxy on the way, or "environment"; None without.
    """
    reasons = list(_causes(error))
    texts = " ".join(str(reason) for reason in reasons)
    if _CERTIFICATE in texts or _FINGERPRINT in texts:
        return _not_trusted(reasons, texts, where)
    if any(isinstance(reason, _NOT_CONNECTED) for reason in reasons):
        return _no_way(texts, where, through) if through else _not_connected(where)
    if isinstance(error, requests.Timeout):
        return NoReplyError("Act-On did not answer in time", where=where)
    return NoReplyError("The connection to Act-On broke", where=where)


def proxy_refused(where: str, through: str) -> ConfigError:
    """Return the error for a proxy that wants to know who we are, or somebody else."""
    return ConfigError(
        f"The proxy ({through}) refuses the user",
        where=where,
        next_step=f"Check {_LOGINS[through]}.",
    )


def _not_trusted(reasons: list[BaseException], texts: str, where: str) -> ConfigError:
    if _FINGERPRINT in texts:
        return ConfigError(
            "The server's certificate is not trusted: it has another thumbprint",
            where=where,
            next_step="Check ssl_server_cert.",
        )
    by_proxy = any(isinstance(reason, urllib3.exceptions.ProxyError) for reason in reasons)
    return ConfigError(
        f"The {'proxy' if by_proxy else 'server'}'s certificate is not trusted",
        where=where,
        next_step=f"Check {'proxy_server' if by_proxy else 'api_url'}, or set ssl_server_cert "
        "(or REQUESTS_CA_BUNDLE) to your authority's certificate.",
    )


def _not_connected(where: str) -> NotConnectedError:
    return NotConnectedError(
        "No connection to Act-On", where=where, next_step="Check the network and api_url."
    )


def _no_way(texts: str, where: str, through: str) -> ActOnError:
    answered = _TUNNEL_STATUS.search(texts)
    status = answered[1] if answered else None
    if status == _PROXY_AUTHENTICATION or _SOCKS_LOGIN.search(texts):
        return proxy_refused(where, through)
    said = f": the proxy answered {status}" if status else ""
    return NotConnectedError(
        f"No connection to Act-On through the proxy{said}",
        where=where,
        next_step=f"Check {_PLACES[through]}.",
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what it wraps: urllib3's reasons sit in `args` and `reason`.

    Not `__context__`: that may be an older failure, which the caller was just handling.
    """
    pending: list[object] = [error]
    known: set[int] = set()
    while pending:
        current = pending.pop()
        if not isinstance(current, BaseException) or id(current) in known:
            continue
        known.add(id(current))
        yield current
        inner = (*current.args, getattr(current, "reason", None))
        pending.extend(item for item in inner if item is not None)
