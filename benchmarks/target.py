"""What is read: an address, who may read it, one of its lists, and its journal if it has one."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Entry", "Target", "local", "remote"]

_ROOT: Final = Path(__file__).parent.parent
_TIMEOUT_S: Final = 120
_CREDENTIALS: Final = ("client_id", "client_secret", "username", "password")
Entry = dict[str, Any]
"""One request in a simulator's journal: method, path, query, status, and `at` in seconds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """An account that a benchmark reads."""

    url: str
    settings: Mapping[str, Any] = field(repr=False)
    """The tap's configuration that reaches it."""
    token: str = field(repr=False)
    list_id: str
    list_name: str
    headings: tuple[str, ...]
    rows: int
    has_journal: bool

    def journal(self) -> list[Entry] | None:
        """Return the requests since `clear`; None if the server keeps no journal."""
        if not self.has_journal:
            return None
        entries: list[Entry] = _call("GET", f"{self.url}/_control/journal")
        return entries

    def clear(self) -> None:
        """Forget the requests so far."""
        if self.has_journal:
            _call("DELETE", f"{self.url}/_control/journal")


@contextmanager
def local(**options: Any) -> Iterator[Target]:
    """Start a canned simulator in a process of its own, and stop it at the end."""
    arguments = [sys.executable, "-m", "benchmarks.canned", json.dumps(options)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, cwd=_ROOT) as server:  # noqa: S603 - our own
        try:
            greeting = json.loads(server.stdout.readline() if server.stdout else b"")
            settings = {name: greeting[name] for name in _CREDENTIALS}
            yield remote(greeting["url"], {"auth_scheme": "OAuthPassword", **settings})
        finally:
            server.terminate()


def remote(url: str, settings: Mapping[str, Any]) -> Target:
    """Log in once, unless the settings have an access token, and look at the list to read.

    That is the first list that the settings name, by name or id, else the account's first.

    Raises:
        HTTPError: The server refuses.
        LookupError: The account has no such list.
    """
    token = settings.get("access_token") or _log_in(url, settings)
    lists = _call("GET", f"{url}/api/1/list?count=1000", token=token)["result"]
    wanted = [*settings.get("lists", ())][:1]
    found = [each for each in lists if not wanted or wanted[0] in (each["id"], each["name"])]
    if not found:
        raise LookupError(f"no list {wanted} at {url}")
    page = _call(
        "GET", f"{url}/api/1/list/{found[0]['id']}?count=1&datequalifiers=true", token=token
    )
    return Target(
        url=url,
        settings={**settings, "api_url": url},
        token=token,
        list_id=found[0]["id"],
        list_name=found[0]["name"],
        headings=tuple(page["headers"]),
        rows=page["totalCount"],
        has_journal=_keeps_a_journal(url),
    )


def _log_in(url: str, settings: Mapping[str, Any]) -> str:
    form = {"grant_type": "password", **{name: settings[name] for name in _CREDENTIALS}}
    return str(_call("POST", f"{url}/token", body=urlencode(form).encode())["access_token"])


def _keeps_a_journal(url: str) -> bool:
    try:
        _call("GET", f"{url}/_control/limits")
    except HTTPError:
        return False
    return True


def _call(method: str, url: str, *, token: str = "", body: bytes | None = None) -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = Request(url, data=body, headers=headers, method=method)  # noqa: S310 - the user's URL
    with urlopen(request, timeout=_TIMEOUT_S) as reply:  # noqa: S310 - the same
        return json.loads(reply.read())
