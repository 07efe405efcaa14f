"""Certificates, proxies, firewalls and timeouts: what the settings say is what happens."""

from __future__ import annotations

import base64
import logging
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives import hashes

from tap_acton.auth.account import Account, open_account
from tap_acton.auth.grants import was_sent
from tap_acton.config import read_settings
from tap_acton.errors import ActOnError, ConfigError, NoReplyError, NotConnectedError
from tap_acton.settings import settings_table
from tap_acton.transport.replies import Reply
from tap_acton.transport.route import route_of
from tests.certificates import Certificates, make_certificates
from tests.fakes import wire
from tests.proxies import HttpProxy, Proxy, Socks4, Socks5, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
USER, PASSWORD = "dömain\\me", "p@ss:/wörd %41"
BASIC = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
VARIABLES = ["http_proxy", "https_proxy", "all_proxy", "no_proxy"]


@pytest.fixture(autouse=True)
def _no_proxies_around(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*VARIABLES, "requests_ca_bundle", "curl_ca_bundle"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@contextmanager
def account(url: str, **settings: Any) -> Iterator[Account]:
    """Open an account at a URL with settings as a user gives them."""
    config = {"api_url": url, "initiate_oauth": "OFF", "access_token": "x", **settings}
    config = {"max_retry_seconds": 0, "requests_per_second": 1000, "timeout": 5, **config}
    opened = open_account(read_settings(config))
    try:
        yield opened
    finally:
        opened.transport.close()


def get(url: str, **settings: Any) -> Any:
    """Send a GET, and return what came."""
    with account(url, **settings) as opened:
        return opened.transport.get("/a", {"b": "c"}, auth=opened.auth, decode=Reply.json)


def post(url: str, **settings: Any) -> int:
    """Send a form as the token endpoint gets it, and return the status."""
    with account(url, **settings) as opened:
        return opened.transport.post_form("/token", {"refresh_token": "r"}).status


def proxy(server: Proxy, **settings: Any) -> dict[str, Any]:
    """Return the settings that lead to a proxy."""
    return {"proxy_server": "127.0.0.1", "proxy_port": server.port, **settings}


def firewall(kind: str, server: Proxy, **settings: Any) -> dict[str, Any]:
    """Return the settings that lead through a firewall."""
    names = {"firewall_type": kind, "firewall_server": "127.0.0.1"}
    return {**names, "firewall_port": server.port, **settings}


def error_of(url: str, **settings: Any) -> ActOnError:
    """Return the error of a form, which must not have reached the server."""
    with pytest.raises(ActOnError) as caught:
        post(url, **settings)
    assert not was_sent(caught.value)
    assert PASSWORD not in f"{caught.value!r} {caught.value}"
    return caught.value


# Certificates.


def test_a_private_certificate_is_refused_and_the_error_names_the_way_out(
    certificates: Certificates,
) -> None:
    with wire(OK, certificate=certificates.server_with_key) as server:
        error = error_of(server.url)
    assert type(error) is ConfigError
    assert "ssl_server_cert" in str(error)
    assert server.requests == []


@pytest.mark.parametrize("file", ["authority", "server"])
def test_a_pem_file_is_trusted(certificates: Certificates, file: str) -> None:
    with wire(OK, certificate=certificates.server_with_key) as server:
        assert get(server.url, ssl_server_cert=str(getattr(certificates, file))) == {}


@pytest.mark.parametrize(
    "line_end", ["\n", "\r\n", "\\n", " "], ids=["lines", "Windows", "escaped", "one line"]
)
def test_pem_text_is_trusted(certificates: Certificates, line_end: str) -> None:
    text = certificates.authority.read_text().replace("\n", line_end)
    with wire(OK, certificate=certificates.server_with_key) as server:
        assert get(server.url, ssl_server_cert=text) == {}


@pytest.mark.parametrize("algorithm", [hashes.MD5(), hashes.SHA1(), hashes.SHA256()])  # noqa: S303
@pytest.mark.parametrize("colons", [True, False], ids=["colons", "plain"])
def test_a_thumbprint_is_trusted(
    certificates: Certificates,
    algorithm: hashes.HashAlgorithm,
    colons: bool,
) -> None:
    thumbprint = certificates.thumbprint(algorithm)
    if colons:
        thumbprint = bytes.fromhex(thumbprint).hex(":").upper()
    with wire(OK, certificate=certificates.server_with_key) as server:
        assert get(server.url, ssl_server_cert=thumbprint) == {}


def test_another_thumbprint_is_refused(certificates: Certificates) -> None:
    with wire(OK, certificate=certificates.server_with_key) as server:
        error = error_of(server.url, ssl_server_cert="ab" * 32)
    assert "thumbprint" in str(error)
    assert server.requests == []


def test_a_star_accepts_anything_and_is_warned_of_once(
    certificates: Certificates, caplog: pytest.LogCaptureFixture
) -> None:
    reply = OK.replace(b"OK\r\n", b"OK\r\nConnection: close\r\n")
    both = wire(reply, reply, certificate=certificates.server_with_key)
    caplog.set_level(logging.WARNING)
    with both as server, account(server.url, ssl_server_cert="*") as opened:
        opened.transport.get("/a", {}, auth=opened.auth, decode=Reply.json)
        opened.transport.post_form("/token", {})
    assert [record.name for record in caplog.records] == ["tap-acton"]


def test_the_usual_authorities_still_count(
    certificates: Certificates, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_certificates(tmp_path / "other")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificates.authority))
    with wire(OK, certificate=certificates.server_with_key) as server:
        assert get(server.url, ssl_server_cert=str(other.authority)) == {}


def test_the_certificate_of_another_authority_is_refused(
    certificates: Certificates, tmp_path: Path
) -> None:
    other = make_certificates(tmp_path / "other")
    with wire(OK, certificate=certificates.server_with_key) as server:
        error = error_of(server.url, ssl_server_cert=str(other.authority))
    assert type(error) is ConfigError


@pytest.mark.parametrize("file", ["authority", "server"])
def test_a_trusted_certificate_of_another_host_is_refused(tmp_path: Path, file: str) -> None:
    of_other_host = make_certificates(tmp_path, host="192.0.2.1")
    with wire(OK, certificate=of_other_host.server_with_key) as server:
        error = error_of(server.url, ssl_server_cert=str(getattr(of_other_host, file)))
    assert "not trusted" in str(error)
    assert server.requests == []


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("/no/such/file.pem", id="no file"),
        pytest.param("~nobody-of-this-name/x.pem", id="no home"),
        pytest.param("/", id="a folder"),
        pytest.param("ab" * 10 + "c", id="no hash"),
        pytest.param("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", id="a key"),
        pytest.param(
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", id="a broken one"
        ),
        pytest.param("-----BEGIN CERTIFICATE-----\n?\n-----END CERTIFICATE-----", id="no base 64"),
    ],
)
def test_what_is_no_certificate_is_said_before_any_request(value: str) -> None:
    with wire(OK) as server, pytest.raises(ConfigError, match="'ssl_server_cert'") as caught:
        get(server.url, ssl_server_cert=value)
    assert value not in str(caught.value)
    assert server.connections == 0


# HTTP proxies.


def test_http_requests_go_through_the_proxy() -> None:
    with wire(OK) as server, running(HttpProxy, expected=BASIC) as way:
        assert get(server.url, **proxy(way, proxy_user=USER, proxy_password=PASSWORD)) == {}
    assert [(seen.verb, seen.credentials) for seen in way.seen] == [("GET", BASIC)]
    assert server.requests[0].startswith(b"GET /a?b=c HTTP/1.1")


def test_https_requests_go_through_a_tunnel_and_the_server_sees_no_password(
    certificates: Certificates,
) -> None:
    tls = wire(OK, certificate=certificates.server_with_key)
    with tls as server, running(HttpProxy, expected=BASIC) as way:
        settings = proxy(way, proxy_user=USER, proxy_password=PASSWORD)
        assert get(server.url, ssl_server_cert=str(certificates.authority), **settings) == {}
    assert [(seen.verb, seen.credentials) for seen in way.seen] == [("CONNECT", BASIC)]
    assert b"proxy-auth" not in server.requests[0].lower()
    assert b"access_token" not in way.heads[0]


@pytest.mark.parametrize("by_thumbprint", [True, False], ids=["thumbprint", "anything"])
def test_certificates_count_inside_a_tunnel_as_without(
    certificates: Certificates, by_thumbprint: bool
) -> None:
    accepted = certificates.thumbprint(hashes.SHA256()) if by_thumbprint else "*"
    with wire(OK, certificate=certificates.server_with_key) as server, running(HttpProxy) as way:
        assert get(server.url, ssl_server_cert=accepted, **proxy(way)) == {}
    assert [seen.verb for seen in way.seen] == ["CONNECT"]


def test_a_token_goes_through_the_proxy(certificates: Certificates) -> None:
    with wire(OK, certificate=certificates.server_with_key) as server, running(HttpProxy) as way:
        assert post(server.url, ssl_server_cert=str(certificates.server), **proxy(way)) == 200
    assert [seen.verb for seen in way.seen] == ["CONNECT"]
    assert b"refresh_token=r" in server.requests[0]


def test_with_the_scheme_none_no_password_is_sent() -> None:
    settings = {"proxy_user": USER, "proxy_password": PASSWORD, "proxy_auth_scheme": "none"}
    with wire(OK) as server, running(HttpProxy) as way:
        get(server.url, **proxy(way, **settings))
    assert [seen.credentials for seen in way.seen] == [None]


@pytest.mark.parametrize("pattern", ["127.0.0.1", "*.example; 127.*", " 127.0.0.? ;"])
def test_exceptions_are_reached_without_the_proxy(pattern: str) -> None:
    with wire(OK) as server, running(HttpProxy) as way:
        assert get(server.url, **proxy(way, proxy_exceptions=pattern)) == {}
    assert way.seen == []


def test_other_hosts_are_no_exceptions() -> None:
    with wire(OK) as server, running(HttpProxy) as way:
        get(server.url, **proxy(way, proxy_exceptions="127.0.0;*.example"))
    assert len(way.seen) == 1


@pytest.mark.parametrize("https", [True, False], ids=["https", "http"])
def test_a_proxy_that_speaks_tls_is_spoken_to_in_tls(
    certificates: Certificates, https: bool
) -> None:
    certificate = certificates.server_with_key
    target = wire(OK, certificate=certificate if https else None)
    with target as server, running(HttpProxy, certificate=certificate) as way:
        settings = proxy(way, proxy_ssl_type="always")
        assert get(server.url, ssl_server_cert=str(certificates.authority), **settings) == {}
    assert [seen.verb for seen in way.seen] == ["CONNECT" if https else "GET"]


@pytest.mark.parametrize("https", [True, False], ids=["https", "http"])
def test_a_proxy_with_a_private_certificate_is_not_told_the_password(
    certificates: Certificates, https: bool
) -> None:
    with running(HttpProxy, certificate=certificates.server_with_key) as way:
        settings = proxy(way, proxy_user=USER, proxy_password=PASSWORD, proxy_ssl_type="ALWAYS")
        url = "https://127.0.0.1:1" if https else "http://127.0.0.1:1"
        error = error_of(url, **settings)
    assert type(error) is ConfigError
    assert "proxy's certificate" in str(error)
    assert way.seen == []


def test_a_thumbprint_cannot_vouch_for_a_proxy_too() -> None:
    with pytest.raises(ConfigError, match="thumbprint"):
        get(
            "https://x.example",
            ssl_server_cert="ab" * 20,
            proxy_server="p",
            proxy_ssl_type="ALWAYS",
        )


# The environment's proxies.


@pytest.mark.parametrize(
    "settings", [{}, {"proxy_auto_detect": "yes", "proxy_server": "no.example"}]
)
def test_the_environments_proxy_is_used(
    settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with wire(OK) as server, running(HttpProxy) as way:
        monkeypatch.setenv("http_proxy", f"http://me:secret@127.0.0.1:{way.port}")
        assert get(server.url, **settings) == {}
    assert [seen.credentials for seen in way.seen] == ["Basic bWU6c2VjcmV0"]


@pytest.mark.parametrize("variable", ["http_proxy", "no_proxy"])
def test_with_a_proxy_of_the_settings_the_environment_is_ignored(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    value = "127.0.0.1" if variable == "no_proxy" else "http://nowhere.invalid:1"
    monkeypatch.setenv(variable, value)
    with wire(OK) as server, running(HttpProxy) as way:
        assert get(server.url, **proxy(way)) == {}
    assert len(way.seen) == 1


def test_an_exception_is_reached_directly_whatever_the_environment_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("http_proxy", "http://nowhere.invalid:1")
    with wire(OK) as server:
        settings = {"proxy_server": "x.example", "proxy_exceptions": "127.0.0.1"}
        assert get(server.url, **settings) == {}


def test_a_proxy_of_the_environment_that_refuses_us_is_named_as_that(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with running(HttpProxy, expected="x") as way:
        monkeypatch.setenv("https_proxy", f"http://me:secret@127.0.0.1:{way.port}")
        error = error_of("https://127.0.0.1:1")
    assert "HTTPS_PROXY" in str(error)
    assert "secret" not in repr(error) + str(error)


# Firewalls.


def test_socks4_gets_the_user() -> None:
    with wire(OK) as server, running(Socks4, expected="me") as way:
        assert get(server.url, **firewall("SOCKS4", way, firewall_user="me")) == {}
    assert [(seen.verb, seen.user) for seen in way.seen] == [("SOCKS4", "me")]


def test_socks5_gets_user_and_password() -> None:
    names = {"firewall_user": USER, "firewall_password": PASSWORD}
    with wire(OK) as server, running(Socks5, expected=(USER, PASSWORD)) as way:
        assert post(server.url, **firewall("socks5", way, **names)) == 200
    assert [(seen.user, seen.password) for seen in way.seen] == [(USER, PASSWORD)]


def test_socks5_needs_no_user_and_looks_up_the_name_itself() -> None:
    with wire(OK) as server, running(Socks5) as way:
        get(server.url.replace("127.0.0.1", "localhost"), **firewall("SOCKS5", way))
    assert [(seen.host, seen.user) for seen in way.seen] == [("localhost", None)]


@pytest.mark.parametrize(("kind", "speaks"), [("SOCKS4", Socks4), ("SOCKS5", Socks5)])
def test_tls_goes_through_socks(certificates: Certificates, kind: str, speaks: Any) -> None:
    with wire(OK, certificate=certificates.server_with_key) as server, running(speaks) as way:
        settings = firewall(kind, way, ssl_server_cert=str(certificates.authority))
        assert get(server.url, **settings) == {}
    assert len(way.seen) == 1


def test_a_tunnel_gets_user_and_password(certificates: Certificates) -> None:
    names = {"firewall_user": USER, "firewall_password": PASSWORD}
    tls = wire(OK, certificate=certificates.server_with_key)
    with tls as server, running(HttpProxy, expected=BASIC) as way:
        settings = firewall("TUNNEL", way, ssl_server_cert="*", **names)
        assert get(server.url, **settings) == {}
    assert [seen.verb for seen in way.seen] == ["CONNECT"]


@pytest.mark.parametrize(
    ("kind", "url"),
    [
        pytest.param("TUNNEL", "http://fw.example:80", id="TUNNEL"),
        pytest.param("SOCKS4", "socks4://fw.example:1080", id="SOCKS4"),
        pytest.param("SOCKS5", "socks5h://fw.example:1080", id="SOCKS5"),
    ],
)
def test_a_firewall_has_its_usual_port(kind: str, url: str) -> None:
    settings = read_settings(
        {"client_id": "i", "client_secret": "s", "firewall_type": kind}
        | {"firewall_server": "fw.example"}
    )
    way = route_of(settings).proxy
    assert way
    assert way.url == url


# What goes wrong before the server is reached.


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_refuses_the_user_is_a_matter_of_configuration(scheme: str) -> None:
    with running(HttpProxy, expected="other") as way:
        settings = proxy(way, proxy_user=USER, proxy_password=PASSWORD)
        error = error_of(f"{scheme}://127.0.0.1:1", **settings)
    assert type(error) is ConfigError
    assert "proxy_server" in str(error)
    assert "proxy_password" in str(error)


@pytest.mark.parametrize(
    ("kind", "speaks", "names"),
    [
        pytest.param("TUNNEL", HttpProxy, {}, id="TUNNEL"),
        pytest.param("SOCKS4", Socks4, {}, id="SOCKS4"),
        pytest.param("SOCKS5", Socks5, {}, id="SOCKS5 without a user"),
        pytest.param(
            "SOCKS5",
            Socks5,
            {"firewall_user": USER, "firewall_password": PASSWORD},
            id="SOCKS5 with another user",
        ),
    ],
)
def test_a_firewall_that_refuses_the_user_is_a_matter_of_configuration(
    kind: str, speaks: Any, names: dict[str, str]
) -> None:
    with running(speaks, expected="other") as way:
        error = error_of("https://127.0.0.1:1", **firewall(kind, way, **names))
    assert type(error) is ConfigError
    assert "firewall_server" in str(error)


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({"proxy_server": "127.0.0.1", "proxy_port": 1}, id="proxy"),
        pytest.param({"proxy_server": "nowhere.invalid"}, id="no such host"),
        pytest.param(
            {"proxy_server": "127.0.0.1", "proxy_port": 1, "proxy_ssl_type": "ALWAYS"}, id="TLS"
        ),
        *(
            pytest.param(
                {"firewall_type": kind, "firewall_server": "127.0.0.1", "firewall_port": 1}, id=kind
            )
            for kind in ("TUNNEL", "SOCKS4", "SOCKS5")
        ),
    ],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_nobody_runs_is_named(settings: dict[str, Any], scheme: str) -> None:
    error = error_of(f"{scheme}://127.0.0.1:1", **settings)
    assert type(error) is NotConnectedError
    assert ("proxy_server" if "proxy_server" in settings else "firewall_server") in str(error)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", id="forbidden"),
        pytest.param(b"HTTP/1.1 502 No\r\nContent-Length: 0\r\n\r\n", id="bad gateway"),
        pytest.param(b"HTTP/1.1 200 Go\r\n\r\nnonsense", id="no TLS behind"),
        pytest.param(b"nonsense\r\n\r\n", id="no HTTP"),
        pytest.param(b"\r\n", id="hung up on"),
        pytest.param(b"", id="silence"),
    ],
)
def test_what_fails_before_the_tunnel_stands_was_not_sent(answer: bytes) -> None:
    with running(HttpProxy, answer=answer) as way:
        error = error_of("https://127.0.0.1:1", **proxy(way, timeout=1))
    assert type(error) is NotConnectedError
    assert "proxy_server" in str(error)


WAYS = [
    pytest.param(HttpProxy, None, id="proxy"),
    pytest.param(HttpProxy, "TUNNEL", id="TUNNEL"),
    pytest.param(Socks4, "SOCKS4", id="SOCKS4"),
    pytest.param(Socks5, "SOCKS5", id="SOCKS5"),
]


@pytest.mark.parametrize("reply", [b"", OK[:10], OK[:-1]], ids=["none", "cut head", "cut body"])
@pytest.mark.parametrize("https", [True, False], ids=["https", "http"])
@pytest.mark.parametrize(("speaks", "kind"), WAYS)
def test_a_form_whose_reply_is_lost_on_the_way_back_may_have_been_sent(
    certificates: Certificates, speaks: Any, kind: str | None, https: bool, reply: bytes
) -> None:
    target = wire(reply, certificate=certificates.server_with_key if https else None)
    with target as server, running(speaks) as way:
        settings = firewall(kind, way) if kind else proxy(way)
        with pytest.raises(NoReplyError) as caught:
            post(server.url, ssl_server_cert="*", **settings)
    assert was_sent(caught.value)
    assert len(server.requests) == 1


@pytest.mark.parametrize("https", [True, False], ids=["https", "http"])
@pytest.mark.parametrize(("speaks", "kind"), WAYS)
def test_a_form_that_is_answered_too_late_on_the_way_may_have_been_sent(
    certificates: Certificates, speaks: Any, kind: str | None, https: bool
) -> None:
    certificate = certificates.server_with_key if https else None
    late = running(HttpProxy, answer=b"", certificate=certificate)
    with late as server, running(speaks) as way:
        settings = firewall(kind, way) if kind else proxy(way)
        url = f"{'https' if https else 'http'}://127.0.0.1:{server.port}"
        with pytest.raises(NoReplyError) as caught:
            post(url, ssl_server_cert="*", timeout=1, **settings)
    assert was_sent(caught.value)
    assert len(server.heads) == 1


@pytest.mark.parametrize(("speaks", "kind"), WAYS)
def test_a_private_certificate_on_the_other_side_is_the_servers(
    certificates: Certificates, speaks: Any, kind: str | None
) -> None:
    with wire(certificate=certificates.server_with_key) as server, running(speaks) as way:
        error = error_of(server.url, **(firewall(kind, way) if kind else proxy(way)))
    assert "server's certificate" in str(error)
    assert server.requests == []


def test_no_password_is_in_a_route() -> None:
    names = {"firewall_user": "me", "firewall_password": PASSWORD}
    common = {"client_id": "i", "client_secret": "s"}
    by_socks = {"firewall_type": "SOCKS5", "firewall_server": "x", **names}
    by_proxy = {"proxy_server": "x", "proxy_user": "me", "proxy_password": PASSWORD}
    for config in (by_socks, by_proxy):
        settings = read_settings({**common, **config})
        texts = f"{settings!r} {route_of(settings)!r}"
        assert "p@ss" not in texts
        assert "p%40ss" not in texts
        assert "Basic" not in texts


# Settings that do not go together.


@pytest.mark.parametrize(
    ("config", "names"),
    [
        pytest.param({"proxy_user": "me"}, ["proxy_user", "proxy_server"], id="proxy's user"),
        pytest.param(
            {"proxy_server": "x", "proxy_password": "y"},
            ["proxy_password", "proxy_user"],
            id="proxy's password",
        ),
        pytest.param(
            {"proxy_exceptions": "y"}, ["proxy_exceptions", "proxy_server"], id="exceptions"
        ),
        pytest.param(
            {"firewall_type": "TUNNEL"}, ["firewall_type", "firewall_server"], id="type alone"
        ),
        pytest.param(
            {"firewall_server": "x"}, ["firewall_server", "firewall_type"], id="firewall alone"
        ),
        pytest.param(
            {"firewall_type": "SOCKS5", "firewall_server": "x", "firewall_user": "y"},
            ["firewall_user", "firewall_password"],
            id="SOCKS5 without a password",
        ),
        pytest.param(
            {"firewall_type": "TUNNEL", "firewall_server": "x", "proxy_server": "y"},
            ["firewall_type", "proxy_server"],
            id="both",
        ),
        pytest.param(
            {"firewall_type": "TUNNEL", "firewall_server": "x", "proxy_auto_detect": True},
            ["firewall_type", "proxy_auto_detect"],
            id="both, detected",
        ),
        *(
            pytest.param({"proxy_auth_scheme": scheme}, ["BASIC", "NONE"], id=scheme)
            for scheme in ("DIGEST", "NTLM", "NEGOTIATE", "PROPRIETARY")
        ),
        *(
            pytest.param({"proxy_server": server}, ["proxy_server"], id=server)
            for server in ("http://p", "me:x@p", "p:80", "p q", "p/")
        ),
    ],
)
def test_settings_that_do_not_go_together_are_named(
    config: dict[str, Any], names: list[str]
) -> None:
    with pytest.raises(ConfigError) as caught:
        read_settings({"client_id": "i", "client_secret": "s", **config})
    assert all(name in str(caught.value) for name in names)


def test_a_name_that_socks_cannot_carry_is_refused() -> None:
    names = {"firewall_user": "u", "firewall_password": "ö" * 100}
    settings = {"firewall_type": "SOCKS5", "firewall_server": "x", **names}
    with pytest.raises(ConfigError, match="firewall_password"):
        get("http://x.example", **settings)


@pytest.mark.parametrize(
    ("yes", "no"), [(True, False), ("true", "FALSE"), ("YES", "No"), ("1", " 0 "), (1, 0)]
)
def test_a_flag_is_read_in_the_forms_that_people_write(yes: Any, no: Any) -> None:
    for value, expected in ((yes, True), (no, False)):
        config = {"client_id": "i", "client_secret": "s", "proxy_auto_detect": value}
        assert read_settings(config).proxy_auto_detect is expected


@pytest.mark.parametrize("value", ["maybe", 2, 1.0, [], "on off"])
def test_what_is_no_flag_is_refused(value: Any) -> None:
    with pytest.raises(ConfigError, match="'proxy_auto_detect' must be true or false"):
        read_settings({"client_id": "i", "client_secret": "s", "proxy_auto_detect": value})


def test_connection_strings_have_the_connectors_names() -> None:
    names = {setting.property for setting in settings_table()}
    wanted = "SSLServerCert ProxyAutoDetect ProxyServer ProxyPort ProxyUser ProxyPassword "
    wanted += "ProxyAuthScheme ProxySSLType ProxyExceptions FirewallType FirewallServer "
    wanted += "FirewallPort FirewallUser FirewallPassword Timeout"
    assert set(wanted.split()) <= names


# Timeouts.


@contextmanager
def silent_server() -> Iterator[Proxy]:
    """Run a server that reads requests and never answers, until it closes."""
    with running(HttpProxy, answer=b"") as server:
        yield server


def test_a_server_that_never_answers_is_given_up_after_the_timeout() -> None:
    with silent_server() as server, pytest.raises(NoReplyError, match="in time"):
        get(f"http://127.0.0.1:{server.port}", timeout=1)


def test_with_the_timeout_0_nothing_is_given_up() -> None:
    errors: list[ActOnError] = []

    def ask(url: str) -> None:
        with pytest.raises(NoReplyError) as caught:
            get(url, timeout=0)
        errors.append(caught.value)

    with silent_server() as server:
        asking = threading.Thread(target=ask, args=(f"http://127.0.0.1:{server.port}",))
        asking.start()
        asking.join(1.5)
        assert asking.is_alive()
    asking.join(5)
    assert ["broke" in str(error) for error in errors] == [True]
