"""People who log in: what a user does in a browser, done with plain requests."""

from __future__ import annotations

import re
import sys
import threading
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import requests

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_acton.simulator import Simulator

__all__ = ["Visitor", "browser_for", "with_parameters"]


class Visitor:
    """Opens the login page, decides, and follows the redirect, in a thread of its own.

    Args:
        sim: Whose user it is.
        decision: `authorize` or `deny`.
        on_the_way_back: Changes the callback's address before it is opened.
    """

    def __init__(
        self,
        sim: Simulator,
        *,
        decision: str = "authorize",
        on_the_way_back: Callable[[str], str] = lambda url: url,
    ) -> None:
        self._sim = sim
        self._decision = decision
        self._on_the_way_back = on_the_way_back
        self._thread: threading.Thread | None = None
        self.callback = ""
        self.page: requests.Response | None = None

    def __call__(self, url: str) -> bool:
        """Stand in for `webbrowser.open`."""
        self._thread = threading.Thread(target=self.visit, args=(url,))
        self._thread.start()
        return True

    def visit(self, url: str) -> None:
        """Log in, and see the page that the callback shows."""
        self.callback = self._on_the_way_back(self.decide(url))
        self.page = requests.get(self.callback, headers={"Accept-Language": "ja"}, timeout=30)

    def decide(self, url: str) -> str:
        """Fill in the login page and return the address that it redirects to."""
        shown = requests.get(url, timeout=30).text
        hidden = re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', shown)
        form = {name: unescape(value) for name, value in hidden}
        credentials = self._sim.credentials
        form |= {"username": credentials.username, "password": credentials.password}
        answer = requests.post(
            f"{self._sim.url}/authorize",
            data={**form, "decision": self._decision},
            allow_redirects=False,
            timeout=30,
        )
        return answer.headers["Location"]

    def join(self) -> requests.Response:
        """Return the page that was seen at the end."""
        assert self._thread
        self._thread.join(timeout=30)
        assert self.page is not None
        return self.page


def browser_for(sim: Simulator, folder: Path, *, decision: str = "authorize") -> str:
    """Return a command for the variable BROWSER: it logs in as the simulator's user."""
    script = folder / f"browser_{decision}.py"
    script.write_text(
        _SCRIPT.format(
            root=str(Path(__file__).parent.parent),
            url=sim.url,
            username=sim.credentials.username,
            password=sim.credentials.password,
            decision=decision,
            log=str(folder / "browser.log"),
        )
    )
    return f"{sys.executable} {script} %s"


_SCRIPT = """
import sys
from types import SimpleNamespace

sys.path.insert(0, {root!r})
from tests.visitors import Visitor

credentials = SimpleNamespace(username={username!r}, password={password!r})
visitor = Visitor(SimpleNamespace(url={url!r}, credentials=credentials), decision={decision!r})
with open({log!r}, "a") as log:
    log.write(sys.argv[1] + chr(10))
visitor.visit(sys.argv[1])
"""


def with_parameters(url: str, **changes: str) -> str:
    """Return an address with other parameters."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query)) | changes
    return urlunsplit(parts._replace(query=urlencode(query)))
