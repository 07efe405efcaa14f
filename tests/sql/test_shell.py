"""`python -m cdata.acton`: what it prints, where, and how it ends."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tap_acton.simulator import Fault
from tap_acton.sql.shell_output import FORMATS, printable
from tests.flows.flow import Desk, properties

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Simulate

COMMAND = [sys.executable, "-m", "cdata.acton"]
VARIABLE = "ACTON_CONNECTION_STRING"
QUERY = "SELECT TOP 2 Id, Title FROM Messages ORDER BY Id"


@pytest.fixture
def desk(simulator: Simulate, tmp_path: Path) -> Desk:
    return Desk(simulator(), tmp_path / "desk")


def string_of(desk: Desk, **more: Any) -> str:
    token = desk.sim.tokens.issue()["access_token"]
    return properties(desk.config(initiate_oauth="OFF", access_token=token, **more))


def run(
    *arguments: str, string: str | None = None, given: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run the command, with a connection string in the environment."""
    surroundings = {name: value for name, value in os.environ.items() if name != VARIABLE}
    if string is not None:
        surroundings[VARIABLE] = string
    return subprocess.run(
        [*COMMAND, *arguments],
        env=surroundings,
        input=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_connection_string_comes_first_or_from_the_environment(desk: Desk) -> None:
    string = string_of(desk)
    runs = [
        run(string, "SELECT 1 AS One"),
        run("SELECT 1 AS One", string=string),
        run(string, given="SELECT 1 AS One;\n"),
        run(string=string, given="SELECT 1 AS One"),
    ]
    told = [(each.returncode, each.stdout, each.stderr) for each in runs]
    assert told == [(0, "One\n----\n1\n", "")] * 4


def test_each_format_has_all_rows(desk: Desk) -> None:
    string = string_of(desk)
    table, as_csv, as_json = (
        run("--format", form, QUERY, string=string).stdout for form in ("table", "csv", "json")
    )
    records = json.loads(as_json)
    assert len(records) == 2
    assert [dict(row) for row in csv.DictReader(io.StringIO(as_csv))] == records
    assert len(table.splitlines()) == 4
    assert len(as_json.splitlines()) == 4


def test_every_result_is_written_in_order(desk: Desk) -> None:
    done = run("--format", "csv", "SELECT 1 AS a; SELECT 2 AS b", string=string_of(desk))
    assert done.stdout == "a\n1\nb\n2\n"


def test_output_goes_into_a_file(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "out.json"
    done = run("--format", "json", "-o", str(file), QUERY, string=string_of(desk))
    assert (done.returncode, done.stdout) == (0, "")
    assert len(json.loads(file.read_text())) == 2


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        pytest.param(["SELECT * FROM Mesages"], 2, "'Messages'", id="statement"),
        pytest.param([" ; "], 2, "no statement", id="nothing"),
        pytest.param(["Nope=hush", "SELECT 1"], 2, "no property 'Nope'", id="property"),
        pytest.param(["a", "b", "c"], 2, "too many", id="arguments"),
        pytest.param(["--format", "hush", "SELECT 1"], 2, "--format", id="option"),
        pytest.param(["-o", "/proc/nope/x", "SELECT 1"], 2, "/proc/nope/x", id="file"),
        pytest.param(["SELECT * FROM Campaigns"], 1, "HTTP 500", id="Act-On"),
    ],
)
def test_an_error_is_one_line_and_an_exit_code(
    desk: Desk, arguments: list[str], code: int, words: str
) -> None:
    desk.sim.faults.add(Fault(kind="status", path="/api/1/campaigns", status=500, times=0))
    done = run(*arguments, string=string_of(desk))
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1
    assert words in done.stderr


def test_a_full_disk_is_told_of(desk: Desk) -> None:
    command = [sys.executable, "-m", "cdata.acton", string_of(desk), "SELECT 1"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=60
        )
    assert (done.returncode, done.stderr) == (2, "Error: stdout: No space left on device.\n")


def test_a_spent_budget_has_its_exit_code(desk: Desk) -> None:
    string = string_of(desk, daily_request_budget=1)
    done = run("SELECT * FROM Campaigns; SELECT * FROM Messages", string=string)
    assert (done.returncode, done.stderr.count("\n")) == (75, 1)


@pytest.mark.parametrize("arguments", [[], ["SELECT 1"]], ids=["nothing", "SQL"])
def test_a_connection_string_is_asked_for(arguments: list[str]) -> None:
    done = run(*arguments, given="SELECT 1")
    assert done.returncode == 2
    assert VARIABLE in done.stderr


def test_help_warns_of_secrets_on_command_lines_and_version_is_told() -> None:
    shown = run("--help").stdout
    assert VARIABLE in shown
    assert "75" in shown
    assert run("--version").stdout.startswith("cdata.acton, version ")


def test_a_reader_that_goes_away_ends_it_quietly(simulator: Simulate, tmp_path: Path) -> None:
    desk = Desk(simulator(contacts=3000), tmp_path / "desk")
    query = "SELECT * FROM [List_API Example List]"
    command = [*COMMAND, "--format", "csv", string_of(desk), query]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(60) == 1
        assert process.stderr.read() == ""


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("text", "most"), [("x" * 500, 40), ("漢" * 500, 20)], ids=["a", "wide"])
def test_a_wide_table_is_cut_at_the_edge_of_a_terminal(
    monkeypatch: pytest.MonkeyPatch, text: str, most: int
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    screen, file = Screen(), io.StringIO()
    for out in (screen, file):
        FORMATS["table"](["a", "b"], [(text, None)], out)
    row = screen.getvalue().splitlines()[2]
    assert row.endswith("…")
    assert len(row) <= most
    assert text in file.getvalue()


def test_a_value_cannot_move_the_cursor() -> None:
    assert printable("a\x1b[2Jb\nc\u202ed") == "a [2Jb c d"


class Terminal:
    """A terminal with the command in it."""

    def __init__(self, string: str) -> None:
        self._end, other = pty.openpty()
        environment = {**os.environ, VARIABLE: string, "TERM": "dumb"}
        self.process = subprocess.Popen(
            COMMAND,
            stdin=other,
            stdout=other,
            stderr=other,
            env=environment,
            start_new_session=True,
        )
        os.close(other)
        self._seen = ""

    def type(self, text: str) -> None:
        os.write(self._end, text.encode())

    def wait_for(self, words: str) -> str:
        """Return what has been shown up to some words."""
        until = time.monotonic() + 60
        while words not in self._seen:
            ready, _, _ = select.select([self._end], [], [], until - time.monotonic())
            assert ready, self._seen
            self._seen += os.read(self._end, 4096).decode().replace("\r\n", "\n")
        shown, _, self._seen = self._seen.partition(words)
        return shown

    def interrupt(self) -> None:
        """Press Ctrl-C, once more if it comes while the prompt does not look yet."""
        for _ in range(10):
            self.process.send_signal(signal.SIGINT)
            ready, _, _ = select.select([self._end], [], [], 5)
            if ready:
                break
        self.wait_for("Cancelled.")

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._end)


@pytest.fixture
def terminal(desk: Desk) -> Iterator[Terminal]:
    opened = Terminal(string_of(desk) + ";MaxRetrySeconds=60")
    yield opened
    opened.close()


def test_somebody_can_talk_with_it(terminal: Terminal) -> None:
    terminal.wait_for("acton> ")
    terminal.type("SELECT 40 + 2\n")
    terminal.wait_for("...> ")
    terminal.type("AS Answer;\n")
    assert "\n42\n" in terminal.wait_for("acton> ").partition("AS Answer;")[2]
    terminal.type("SELECT nope;\n")
    assert "Error: " in terminal.wait_for("acton> ")
    terminal.type(".tables\n")
    shown = terminal.wait_for("acton> ")
    assert "\nMessages\n" in shown
    assert "\nList_API Example List\n" in shown
    terminal.type(".schema messages\n")
    assert "Id  VARCHAR, key" in terminal.wait_for("acton> ")
    terminal.type(".help\n")
    assert ".schema NAME" in terminal.wait_for("acton> ")
    terminal.type(".quit\n")
    assert terminal.process.wait(60) == 0


def test_an_interrupt_cancels_a_statement_and_not_the_session(
    terminal: Terminal, desk: Desk
) -> None:
    terminal.wait_for("acton> ")
    desk.sim.faults.add(Fault(kind="status", path="/api/1/campaigns", status=500, times=0))
    terminal.type("SELECT * FROM Campaigns;\n")
    while not desk.requests()["/api/1/campaigns"]:
        time.sleep(0.01)
    terminal.interrupt()
    terminal.wait_for("acton> ")
    terminal.type("SELECT 1\n")
    terminal.wait_for("...> ")
    terminal.interrupt()
    terminal.wait_for("acton> ")
    terminal.type("SELECT 42 AS Answer;\n")
    assert "\n42\n" in terminal.wait_for("acton> ").partition("Answer;")[2]
    terminal.type("\x04")
    assert terminal.process.wait(60) == 0
