"""The way to the server: proxies, firewalls and certificates, as the settings have them."""

from __future__ import annotations

import base64
import fnmatch
import functools
import ssl
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.utils import select_proxy
from urllib3.connection import HTTPConnection
from urllib3.exceptions import NewConnectionError

from tap_acton.errors import ConfigError
from tap_acton.transport.trust import Trust, read_trust

if TYPE_CHECKING:
    from collections.abc import Mapping

    from requests import PreparedRequest

    from tap_acton.settings import Settings

__all__ = ["USUAL_ROUTE", "Proxy", "Route", "route_of"]

_CONNECTIONS = 16
_FIREWALL_PORTS = {"TUNNEL": 80, "SOCKS4": 1080, "SOCKS5": 1080}
_FIREWALL_SCHEMES = {"TUNNEL": "http", "SOCKS4": "socks4", "SOCKS5": "socks5h"}
_LONGEST_SOCKS_NAME = 127
"""In bytes. PySocks sends a wrong length for more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Proxy:
    """A proxy that the settings name."""

    setting: str
    """The setting that names it, for messages."""
    url: str = field(repr=False)
    """Its address; for SOCKS with user and password, as requests wants it."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What it alone gets to see."""
    exceptions: tuple[str, ...] = ()
    """Hosts that are reached without it, as globs in lower case."""

    def serves(self, url: str) -> bool:
        """Tell whether requests to a URL go through it."""
        host = urlsplit(url).hostname or ""
        return not any(fnmatch.fnmatchcase(host, pattern) for pattern in self.exceptions)


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """How connections are made. By default as the environment says."""

    proxy: Proxy | None = None
    """If there is one, the environment's are ignored."""
    trust: Trust = field(default_factory=Trust)

    def session(self) -> requests.Session:
        """Return a new session whose connections go this way."""
        session = requests.Session()
        session.mount("https://", _Adapter(self))
        session.mount("http://", _Adapter(self))
        return session

    def proxies(self, url: str, of_environment: Mapping[str, str]) -> dict[str, str]:
        """Return the proxies for a URL, as requests takes them."""
        if self.proxy is None:
            return dict(of_environment)
        return {"all": self.proxy.url} if self.proxy.serves(url) else {}

    def through(self, url: str, of_environment: Mapping[str, str]) -> str | None:
        """Return the setting that names the proxy on the way to a URL, if there is a proxy.

        Returns:
            "environment" if no setting names it.
        """
        if not select_proxy(url, self.proxies(url, of_environment)):
            return None
        return self.proxy.setting if self.proxy else "environment"


USUAL_ROUTE = Route()


def route_of(settings: Settings) -> Route:
    """Return the way that settings describe.

    Raises:
        ConfigError: A certificate cannot be used, or not together with the proxy.
    """
    trust = read_trust(settings.ssl_server_cert)
    proxy = _firewall(settings) or _proxy(settings)
    if proxy and proxy.url.startswith("https:") and trust.thumbprint:
        raise ConfigError(
            "With proxy_ssl_type ALWAYS 'ssl_server_cert' cannot be a thumbprint",
            next_step="Give the certificates of proxy and server in a PEM file.",
        )
    return Route(proxy=proxy, trust=trust)


def _proxy(settings: Settings) -> Proxy | None:
    if settings.proxy_auto_detect or not settings.proxy_server:
        return None
    scheme = "https" if settings.proxy_ssl_type == "ALWAYS" else "http"
    user = settings.proxy_user if settings.proxy_auth_scheme == "BASIC" else None
    names = (settings.proxy_exceptions or "").lower().split(";")
    return Proxy(
        setting="proxy_server",
        url=_address(scheme, settings.proxy_server, settings.proxy_port),
        headers=_basic(user, settings.proxy_password),
        exceptions=tuple(name.strip() for name in names if name.strip()),
    )


def _firewall(settings: Settings) -> Proxy | None:
    kind = settings.firewall_type
    if kind == "NONE" or not settings.firewall_server:
        return None
    port = settings.firewall_port or _FIREWALL_PORTS[kind]
    user, password = settings.firewall_user, settings.firewall_password
    headers: dict[str, str] = {}
    names = ""
    if kind == "TUNNEL":
        headers = _basic(user, password)
    elif user:
        names = f"{_socks_name(user)}:{_socks_name(password or '')}@"
    url = _address(_FIREWALL_SCHEMES[kind], settings.firewall_server, port, names)
    return Proxy(setting="firewall_server", url=url, headers=headers)


def _address(scheme: str, host: str, port: int, names: str = "") -> str:
    return f"{scheme}://{names}{f'[{host}]' if ':' in host else host}:{port}"


def _basic(user: str | None, password: str | None) -> dict[str, str]:
    if not user:
        return {}
    pair = base64.b64encode(f"{user}:{password or ''}".encode()).decode()
    return {"Proxy-Authorization": f"Basic {pair}"}


def _socks_name(text: str) -> str:
    if len(text.encode()) > _LONGEST_SOCKS_NAME:
        raise ConfigError(
            "Settings 'firewall_user' and 'firewall_password' must have at most "
            f"{_LONGEST_SOCKS_NAME} bytes each"
        )
    return quote(text, safe="")


class _Adapter(HTTPAdapter):
    """Makes the connections of a session go along a route."""

    def __init__(self, route: Route) -> None:
        self._route = route
        super().__init__(pool_connections=_CONNECTIONS, pool_maxsize=_CONNECTIONS)

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs["proxies"] = self._route.proxies(request.url or "", kwargs.get("proxies") or {})
        if self._route.trust.needs_no_authority:
            kwargs["verify"] = False
        return super().send(request, *args, **kwargs)

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        pool.ConnectionCls = _ours(pool.ConnectionCls, unchecked=self._route.trust.anything)
        return pool

    def build_connection_pool_key_attributes(self, *args: Any, **kwargs: Any) -> Any:
        host: Any
        pool: Any
        host, pool = super().build_connection_pool_key_attributes(*args, **kwargs)
        if self._route.trust.context:  # for a proxy that speaks TLS too, whatever the target
            pool["ssl_context"] = self._route.trust.context
        if host["scheme"] == "https" and self._route.trust.thumbprint:
            pool["assert_fingerprint"] = self._route.trust.thumbprint
        return host, pool

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        if self._route.trust.context and not proxy.startswith("socks"):
            kwargs["proxy_ssl_context"] = self._route.trust.context
        return super().proxy_manager_for(proxy, **kwargs)

    def proxy_headers(self, proxy: str) -> dict[str, str]:
        if self._route.proxy:
            return dict(self._route.proxy.headers)
        return super().proxy_headers(proxy)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        # A proxy that speaks TLS is checked for an http:// target too.
        checked_url = url if conn.scheme == "http" else f"{conn.scheme}://"
        super().cert_verify(conn, checked_url, verify, cert)  # type: ignore[no-untyped-call]  # stubs


class _Connection(HTTPConnection):
    """Says of all that goes wrong until a connection stands that nothing has been sent."""

    def connect(self) -> None:
        try:
            super().connect()
        except ssl.SSLCertVerificationError:
            raise
        except (OSError, HTTPException) as error:
            raise NewConnectionError(self, str(error)) from error


class _UncheckedConnection(_Connection):
    """Is taken for safe, so that urllib3 does not warn of each request what we say once."""

    def connect(self) -> None:
        super().connect()
        self.is_verified = True


@functools.cache
def _ours(base: type[HTTPConnection], *, unchecked: bool) -> Any:
    if issubclass(base, _Connection):
        return base
    mine = _UncheckedConnection if unchecked else _Connection
    return type(mine.__name__, (mine, base), {})
