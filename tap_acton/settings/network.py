"""Settings of the network: which server, on what way, and how much of it."""

from __future__ import annotations

from dataclasses import dataclass

from tap_acton.errors import ConfigError
from tap_acton.kinds import Choice, Flag, Host, Integer, Number, Text, Url
from tap_acton.settings.table import setting

__all__ = ["NetworkSettings", "check_route"]

_OF_PROXY = ("proxy_user", "proxy_password", "proxy_exceptions")
_OF_FIREWALL = ("firewall_server", "firewall_port", "firewall_user", "firewall_password")


@dataclass(frozen=True, kw_only=True)
class NetworkSettings:
    """How to reach the server."""

    region: str = setting(
        "us, or eu to keep the traffic inside the European Union.",
        Choice(words=("us", "eu")),
        title="Region",
        default="us",
    )
    api_url: str | None = setting(
        "Address of the API, in place of the region's.",
        Url(),
        title="API URL",
    )
    timeout: int = setting(
        "Seconds without a byte from the server after which a request is given up; 0 for never.",
        Integer(minimum=0, maximum=3600),
        property="Timeout",
        title="Timeout",
        default=60,
    )
    max_retry_seconds: int = setting(
        "Seconds during which a failed request is tried again.",
        Integer(minimum=0, maximum=86_400),
        title="Longest retry",
        default=120,
    )
    requests_per_second: float = setting(
        "Act-On allows an account 5 requests a second, for all of its integrations together.",
        Number(minimum=0.01, maximum=100_000),
        title="Requests per second",
        default=5.0,
    )
    daily_request_budget: int = setting(
        "Requests that this account may spend in a day (UTC). Act-On allows 30,000; free plans "
        "have 1,000. Runs that share a settings file share the budget; with initiate_oauth OFF "
        "nothing is stored, and the budget is one run's.",
        Integer(minimum=1, maximum=100_000_000),
        title="Daily request budget",
        default=30_000,
    )
    max_requests_per_run: int | None = setting(
        "Requests that one run may spend. A run that reaches it keeps what it has, exits with 75, "
        "and the next run goes on from there.",
        Integer(minimum=1, maximum=100_000_000),
        title="Requests per run",
    )
    requests_in_flight: int = setting(
        "Requests that may be under way at once, so that slow replies do not slow the reading; 1 "
        "for one after another. A small max_requests_per_run lowers it.",
        Integer(minimum=1, maximum=64),
        title="Requests in flight",
        default=16,
    )
    user_agent: str | None = setting(
        "User agent of the requests.",
        Text(ascii=True),
        title="User agent",
    )
    ssl_server_cert: str | None = setting(
        "Certificate to trust beside those of the usual authorities: the server's own or its "
        "authority's, as the path of a PEM file or as PEM text; or the thumbprint (MD5, SHA-1 or "
        "SHA-256) of the one certificate to accept; or * to accept whatever comes.",
        Text(lines=True),
        property="SSLServerCert",
        title="Server certificate",
    )
    proxy_auto_detect: bool = setting(
        "Use the proxies of the environment (HTTPS_PROXY, NO_PROXY) or the system, whatever the "
        "settings of the proxy say. They are used too if proxy_server is not set.",
        Flag(),
        property="ProxyAutoDetect",
        title="Detect proxy",
        default=False,
    )
    proxy_server: str | None = setting(
        "Host of an HTTP proxy. The environment's proxies are ignored then.",
        Host(),
        property="ProxyServer",
        title="Proxy server",
    )
    proxy_port: int = setting(
        "Port of the proxy.",
        Integer(minimum=1, maximum=65_535),
        property="ProxyPort",
        title="Proxy port",
        default=80,
    )
    proxy_user: str | None = setting(
        "User for the proxy.",
        property="ProxyUser",
        title="Proxy user",
    )
    proxy_password: str | None = setting(
        "Password for the proxy.",
        property="ProxyPassword",
        title="Proxy password",
        secret=True,
    )
    proxy_auth_scheme: str = setting(
        "BASIC sends proxy_user and proxy_password, NONE sends nothing. The others are names "
        "that CData knows; they are refused.",
        Choice(words=("BASIC", "DIGEST", "NONE", "NEGOTIATE", "NTLM", "PROPRIETARY")),
        property="ProxyAuthScheme",
        title="Proxy auth scheme",
        default="BASIC",
    )
    proxy_ssl_type: str = setting(
        "ALWAYS speaks TLS with the proxy itself. With the others the connection to the proxy is "
        "plain, and TLS with Act-On goes through a tunnel.",
        Choice(words=("AUTO", "ALWAYS", "NEVER", "TUNNEL")),
        property="ProxySSLType",
        title="Proxy SSL type",
        default="AUTO",
    )
    proxy_exceptions: str | None = setting(
        "Hosts that are reached without the proxy, with semicolons between them; * and ? match "
        "any text.",
        property="ProxyExceptions",
        title="Proxy exceptions",
    )
    firewall_type: str = setting(
        "How a firewall is passed: TUNNEL asks an HTTP proxy to connect, SOCKS4 and SOCKS5 ask a "
        "SOCKS server.",
        Choice(words=("NONE", "TUNNEL", "SOCKS4", "SOCKS5")),
        property="FirewallType",
        title="Firewall type",
        default="NONE",
    )
    firewall_server: str | None = setting(
        "Host of the firewall's proxy.",
        Host(),
        property="FirewallServer",
        title="Firewall server",
    )
    firewall_port: int | None = setting(
        "Port of the firewall's proxy. If not set, 80 with TUNNEL, else 1080.",
        Integer(minimum=1, maximum=65_535),
        property="FirewallPort",
        title="Firewall port",
    )
    firewall_user: str | None = setting(
        "User for the firewall. SOCKS4 sends it as the user id, without a password.",
        property="FirewallUser",
        title="Firewall user",
    )
    firewall_password: str | None = setting(
        "Password for the firewall.",
        property="FirewallPassword",
        title="Firewall password",
        secret=True,
    )


def check_route(settings: NetworkSettings) -> None:
    """Check that the settings of proxy and firewall go together.

    Raises:
        ConfigError: One of them needs another, excludes it, or asks for what is not possible.
    """
    if settings.proxy_auth_scheme not in {"BASIC", "NONE"}:
        raise ConfigError("Setting 'proxy_auth_scheme' must be BASIC or NONE: only these work")
    by_firewall = settings.firewall_type != "NONE"
    if by_firewall and (settings.proxy_server or settings.proxy_auto_detect):
        other = "proxy_server" if settings.proxy_server else "proxy_auto_detect"
        raise ConfigError(f"Settings 'firewall_type' and {other!r} exclude each other")
    needs = [(name, "firewall_type") for name in _OF_FIREWALL if not by_firewall]
    needs += [("firewall_type", "firewall_server")] if by_firewall else []
    needs += [] if settings.proxy_auto_detect else [(name, "proxy_server") for name in _OF_PROXY]
    needs += [("proxy_password", "proxy_user"), ("firewall_password", "firewall_user")]
    needs += [("firewall_user", "firewall_password")] if settings.firewall_type == "SOCKS5" else []
    for name, needed in needs:
        if _is_set(settings, name) and not _is_set(settings, needed):
            raise ConfigError(f"Setting {name!r} needs {needed!r} too")


def _is_set(settings: NetworkSettings, name: str) -> bool:
    return getattr(settings, name) not in (None, "NONE")
