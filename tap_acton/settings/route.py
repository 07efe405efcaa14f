"""Settings of the way to the server: proxy and firewall."""

from __future__ import annotations

from dataclasses import dataclass

from tap_acton.errors import ConfigError
from tap_acton.kinds import Choice, Flag, Host, Integer
from tap_acton.settings.table import setting

__all__ = ["RouteSettings", "check_route"]

_OF_PROXY = ("proxy_user", "proxy_password", "proxy_exceptions")
_OF_FIREWALL = ("firewall_server", "firewall_port", "firewall_user", "firewall_password")


@dataclass(frozen=True, kw_only=True)
class RouteSettings:
    """Proxy and firewall."""

    proxy_auto_detect: bool = setting(
        "Uses the proxies of the environment (HTTPS_PROXY, NO_PROXY) or the system, whatever the "
        "other settings of the proxy say. They are used too if proxy_server is not set.",
        Flag(),
        property="ProxyAutoDetect",
        title="Detect proxy",
        default=False,
    )
    proxy_server: str | None = setting(
        "Host of an HTTP proxy. With it, the proxies of the environment are ignored.",
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
        "BASIC sends proxy_user and proxy_password; NONE sends nothing. The others are known to "
        "CData's connector only, and are refused.",
        Choice(words=("BASIC", "DIGEST", "NONE", "NEGOTIATE", "NTLM", "PROPRIETARY")),
        property="ProxyAuthScheme",
        title="Proxy authentication scheme",
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
        "Hosts that are reached without the proxy, separated by semicolons; * and ? match any "
        "text.",
        property="ProxyExceptions",
        title="Proxy exceptions",
    )
    firewall_type: str = setting(
        "How a firewall is passed: NONE, there is none; TUNNEL asks an HTTP proxy to connect; "
        "SOCKS4 and SOCKS5 ask a SOCKS server.",
        Choice(words=("NONE", "TUNNEL", "SOCKS4", "SOCKS5")),
        property="FirewallType",
        title="Firewall type",
        default="NONE",
    )
    firewall_server: str | None = setting(
        "Host of the firewall's proxy, for any firewall_type but NONE.",
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


def check_route(settings: RouteSettings) -> None:
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


def _is_set(settings: RouteSettings, name: str) -> bool:
    return getattr(settings, name) not in (None, "NONE")
