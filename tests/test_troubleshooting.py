"""The messages that docs/troubleshooting.md quotes are those that the program prints."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import cdata.acton as mod
from tap_acton.config import OF_THE_SDK, parse_json_object, read_settings
from tap_acton.errors import ActOnError
from tap_acton.resources.catalog import RESOURCES
from tap_acton.resources.lists import LIST_TEMPLATE
from tap_acton.settings import settings_table
from tap_acton.simulator import Fault
from tests.harness import discover, only, sync

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tap_acton.simulator import Simulator
    from tests.conftest import Configure, Simulate

    Provoke = Callable[[Simulator, dict[str, Any]], object]

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
PAGE = (ROOT / "docs" / "troubleshooting.md").read_text()
LIST = "list_api_example_list"
ANYTHING = "…"
MOST_QUOTES = 120


def messages(text: str) -> list[str]:
    """Return what the first column quotes of each table whose heading says Message."""
    quotes: list[str] = []
    for table in re.findall(r"^\| Message \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", text, re.MULTILINE):
        for line in table.splitlines():
            quotes += re.findall(r"`([^`]+)`", line.split(" | ")[0])
    return quotes


QUOTES = messages(PAGE)


def text_of(node: ast.AST) -> str:
    """Return a text of the source, with an ellipsis for each value that is put into it."""
    if isinstance(node, ast.JoinedStr):
        text = "".join(map(text_of, node.values))
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        text = re.sub(r"%[-+0 #]*\d*(?:\.\d+)?[a-z]", ANYTHING, node.value)
    else:
        text = ANYTHING
    return re.sub(f"{ANYTHING}+", ANYTHING, text)


def texts_of_the_source() -> set[str]:
    files = [*(ROOT / "tap_acton").rglob("*.py"), *(ROOT / "cdata").rglob("*.py")]
    trees = [ast.parse(file.read_text()) for file in files if "simulator" not in file.parts]
    kinds = (ast.Constant, ast.JoinedStr)
    return {text_of(node) for tree in trees for node in ast.walk(tree) if isinstance(node, kinds)}


SOURCE = texts_of_the_source()


def is_quoted(printed: str) -> bool:
    """Tell whether some message of the page stands in a text."""
    patterns = (".+?".join(map(re.escape, quote.split(ANYTHING))) for quote in QUOTES)
    return any(re.search(pattern, printed) for pattern in patterns)


@pytest.mark.parametrize("quote", QUOTES)
def test_a_quoted_message_is_how_a_text_of_the_source_begins(quote: str) -> None:
    begun = quote.removesuffix(ANYTHING).rstrip()
    assert len(begun.replace(ANYTHING, "").split()) > 1
    assert [text for text in SOURCE if text.startswith(begun)]


def test_the_page_quotes_each_message_once_and_no_more_than_people_meet() -> None:
    twice = {quote for quote in QUOTES if QUOTES.count(quote) > 1}
    assert twice == {"Act-On refused the request"}  # as an answer, and for the login
    assert 60 < len(QUOTES) < MOST_QUOTES


def test_the_page_has_the_readme_s_exit_codes() -> None:
    def codes(text: str) -> list[str]:
        return re.findall(r"^\| (\d[\d, ]*) \| ", text, re.MULTILINE)

    readme = README.split("## Exit codes")[1].split("\n## ")[0]
    assert codes(PAGE.split("## Where to look")[0]) == codes(readme) != []


@pytest.mark.parametrize("page", ["troubleshooting", "limits-and-guesses"])
def test_what_looks_like_a_setting_or_a_stream_is_one(page: str) -> None:
    text = (ROOT / "docs" / f"{page}.md").read_text()
    named = {*re.findall(r"`([a-z]+(?:_[a-z]+)+)`", text)}
    known = {*(each.name for each in settings_table()), *RESOURCES}
    resources = [*RESOURCES.values(), LIST_TEMPLATE]
    columns = {column.name for resource in resources for column in resource.columns}
    others = {*OF_THE_SDK, "hard_delete", "sys_tables"}
    assert named - known - columns - others == set()
    assert len(named) > 5


def refuses_the_name(_sim: Simulator, config: dict[str, Any]) -> None:
    read_settings({**config, "client_idd": "x"})


def lacks_a_setting(_sim: Simulator, config: dict[str, Any]) -> None:
    read_settings({**config, "client_secret": None})


def has_a_wrong_value(_sim: Simulator, config: dict[str, Any]) -> None:
    read_settings({**config, "timeout": "soon"})


def has_an_empty_file(_sim: Simulator, _config: dict[str, Any]) -> None:
    parse_json_object("", "state file state.json")


def has_a_wrong_password(_sim: Simulator, config: dict[str, Any]) -> None:
    discover({**config, "password": "x"})


def has_a_wrong_secret(_sim: Simulator, config: dict[str, Any]) -> None:
    discover({**config, "client_secret": "x"})


def has_another_key(_sim: Simulator, config: dict[str, Any]) -> None:
    discover({**config, "lists": "none"})
    discover({**config, "client_secret": "x"})


def has_another_user(_sim: Simulator, config: dict[str, Any]) -> None:
    discover({**config, "lists": "none"})
    discover({**config, "username": "somebody@acton.example"})


def loses_a_renewal(sim: Simulator, config: dict[str, Any]) -> None:
    discover({**config, "lists": "none"})
    sim.tokens.expire_access()
    sim.faults.add(Fault(kind="lost_refresh_reply", path="/token"))
    discover(config)


def logs_in_too_often(_sim: Simulator, config: dict[str, Any]) -> None:
    for _ in range(6):
        discover({**config, "lists": "none", "oauth_settings_key": None})
        Path(config["oauth_settings_location"]).unlink()


def spends_the_day(_sim: Simulator, config: dict[str, Any]) -> None:
    discover({**config, "daily_request_budget": 3})


def spends_the_run(_sim: Simulator, config: dict[str, Any]) -> None:
    discover({**config, "max_requests_per_run": 3})


def sees_no_lists(sim: Simulator, config: dict[str, Any]) -> None:
    sim.faults.add(Fault(kind="status", status=403, path="/api/1/list", times=0))
    discover(config)


def gets_a_page_of_html(sim: Simulator, config: dict[str, Any]) -> None:
    sim.faults.add(Fault(kind="non_json", path="/api/1/list", times=0))
    discover(config)


def is_throttled(sim: Simulator, config: dict[str, Any]) -> None:
    sim.faults.add(Fault(kind="throttle", path="/api/1/list", times=0))
    discover(config)


def finds_nobody(_sim: Simulator, config: dict[str, Any]) -> None:
    discover({**config, "api_url": "http://127.0.0.1:9"})


PROVOKED: list[Provoke] = [
    refuses_the_name,
    lacks_a_setting,
    has_a_wrong_value,
    has_an_empty_file,
    has_a_wrong_password,
    has_a_wrong_secret,
    has_another_key,
    has_another_user,
    loses_a_renewal,
    logs_in_too_often,
    spends_the_day,
    spends_the_run,
    sees_no_lists,
    gets_a_page_of_html,
    is_throttled,
    finds_nobody,
]


@pytest.mark.parametrize("provoke", PROVOKED, ids=lambda provoke: provoke.__name__)
def test_what_ends_a_run_is_on_the_page(
    provoke: Provoke, simulator: Simulate, configure: Configure
) -> None:
    sim = simulator(lists=1)
    with pytest.raises(ActOnError) as raised:
        provoke(sim, configure(sim, max_retry_seconds=0))
    assert is_quoted(str(raised.value)), raised.value


def test_a_total_that_is_too_large_by_one_is_on_the_page(
    simulator: Simulate, configure: Configure, caplog: pytest.LogCaptureFixture
) -> None:
    sim = simulator(lists=1)
    config = configure(sim)
    catalog = only(discover(config), LIST)
    sim.faults.add(Fault(kind="wrong_total", path="/api/1/list/l-*", total=31, times=0))
    for _ in range(2):
        found = sync(config, catalog)
        assert len(found.records[LIST]) == 30
        assert is_quoted(str(found.error))
    lines = [line for line in caplog.messages if line.startswith(f"Stream {LIST} failed: ")]
    assert len(lines) == 2
    assert all("The server's pages do not add up" in line for line in lines)


def unwarned(caplog: pytest.LogCaptureFixture) -> Iterator[str]:
    """Yield the warnings that the page does not quote."""
    for record in caplog.records:
        if record.levelname == "WARNING" and record.name == "tap-acton":
            message = record.getMessage()
            if not is_quoted(message):
                yield message


def test_what_a_run_warns_of_is_on_the_page(
    simulator: Simulate, configure: Configure, caplog: pytest.LogCaptureFixture
) -> None:
    sim = simulator(lists=1)
    config = configure(sim, max_retry_seconds=0)
    catalog = only(discover(config), LIST, "form_reports", "forms")
    sim.world.add_column("l-0001", "Shoe size")
    sim.world.drop_column("l-0001", "First Name")
    sim.faults.add(Fault(kind="status", status=404, path="/api/1/form/*/report"))
    sync(config, catalog)
    assert list(unwarned(caplog)) == []
    warned = " ".join(caplog.messages)
    for part in ("are left out", "are null now", "Skipping an object of form_reports"):
        assert part in warned


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM Mesages",
        "SELECT Titel FROM Messages",
        "SELECT SOUNDEXX(Title) FROM Messages",
        "DELETE FROM Messages WHERE Id = '1'",
    ],
)
def test_what_sql_refuses_is_on_the_page(
    statement: str, simulator: Simulate, configure: Configure
) -> None:
    sim = simulator(lists=1)
    token = sim.tokens.issue()["access_token"]
    opened = mod.connect(f"OAuthAccessToken={token}", ApiUrl=sim.url)
    with opened as connection, pytest.raises(mod.Error) as raised:
        connection.execute(statement).fetchall()
    assert is_quoted(str(raised.value)), raised.value
    with pytest.raises(mod.InterfaceError) as raised:
        mod.connect("OAuthAccessTokn=x")
    assert is_quoted(str(raised.value))
