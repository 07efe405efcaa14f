"""What a run says of itself: its plan, its numbers while it goes, and the table at its end."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import re
import signal
import struct
import subprocess
import sys
import termios
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from tap_acton.auth.account import open_store
from tap_acton.config import read_settings
from tap_acton.errors import BudgetSpentError
from tap_acton.simulator import Fault, Options, Simulator
from tap_acton.singer.rounds import Round
from tap_acton.singer.sync import Sync
from tap_acton.tap import TapActOn
from tests.harness import (
    TAP,
    Messages,
    config_for,
    discover,
    everything,
    only,
    run_tap,
    sync,
    unmeasured,
    wait_until,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conftest import Configure, Simulate

LIST = "list_api_example_list"
PLANNED = ["stream", "requests", "at the ceiling", "of today's budget"]
READ = ["stream", "source", "emitted", "skipped", "requests", "seconds", "ceiling"]


@pytest.fixture(scope="module")
def account() -> Iterator[Simulator]:
    """An account that no test changes."""
    options = Options(
        lists=2, contacts=45, messages=6, suppressed=5, requests_per_second=0, logins_per_hour=0
    )
    with Simulator(options) as simulator:
        yield simulator


def tables(lines: list[str], headings: list[str]) -> dict[str, list[str]]:
    """Return the cells of a table in a log, by the first of each line, down to its sum."""
    cells = [re.split("  +", line.split(" | ")[-1]) for line in lines]
    start = cells.index(headings)
    found: dict[str, list[str]] = {}
    for stream, *rest in cells[start + 1 :]:
        found[stream] = rest
        if stream == "total":
            break
    return found


def told(
    caplog: pytest.LogCaptureFixture,
    config: dict[str, Any],
    catalog: dict[str, Any],
    state: dict[str, Any] | None = None,
) -> Messages:
    """Run a sync, and leave in `caplog` what it said."""
    caplog.clear()
    caplog.set_level(logging.INFO, logger="tap-acton")
    return sync(config, catalog, state)


def fixed_token(config: dict[str, Any]) -> dict[str, Any]:
    """Return settings that use the kept access token, and no store."""
    tokens = open_store(read_settings(config)).load().tokens
    assert tokens
    return {"initiate_oauth": "OFF", "auth_scheme": "OAuth", "access_token": tokens.access_token}


def command(folder: Path, config: dict[str, Any], catalog: dict[str, Any]) -> list[str]:
    """Return the arguments of the command."""
    arguments = []
    for name, content in (("config", config), ("catalog", catalog)):
        (folder / name).write_text(json.dumps(content))
        arguments += [f"--{name}", str(folder / name)]
    return arguments


def test_discovery_writes_the_numbers_of_rows_that_it_sees_into_the_catalog(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator(wide_columns=300)
    entries = {each["tap_stream_id"]: each for each in discover(configure(sim))["streams"]}
    lists = [each for each in entries.values() if each.get("database_name") == "list"]
    assert len(lists) == 4
    for each in lists:
        assert each["row_count"] == len(sim.world.rows(each["table_name"]))
        asked = sim.journal.matching(path=f"/api/1/list/{each['table_name']}")
        assert len(asked) == (2 if each["tap_stream_id"] == "list_wide_list" else 1)
    assert entries["lists"]["row_count"] == len(sim.world.lists) + 2  # segments of lists, too
    assert "row_count" not in entries["messages"]


def test_a_list_takes_the_requests_that_were_planned(
    account: Simulator, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config = config_for(account, tmp_path, page_size=10)
    chosen = only(discover(config), LIST, "forms")
    account.journal.clear()
    told(caplog, config, chosen)
    plan, read = tables(caplog.messages, PLANNED), tables(caplog.messages, READ)
    asked = len(account.journal.matching(path="/api/1/list/*"))
    assert asked == 5
    assert (plan[LIST][0], plan["forms"][0], plan["total"][0]) == ("5", "1", "6")
    assert read[LIST][:4] == ["45", "45", "0", "5"]
    assert read["forms"][0] == "-"


def test_a_catalog_that_selects_nothing_is_told_of(
    simulator: Simulate, configure: Configure, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="tap-acton")
    config = configure(simulator())
    messages = sync(config, only(discover(config)))
    assert (messages.error, messages.types) == (None, ["STATE"])
    assert "No stream is selected, so that nothing is read" in caplog.messages
    assert "cut short" not in caplog.text


def test_a_later_run_plans_with_what_earlier_ones_have_seen(
    account: Simulator, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config = config_for(account, tmp_path)
    chosen = only(discover(config), "forms", "form_urls", LIST)
    first = told(caplog, config, chosen)
    assert tables(caplog.messages, PLANNED)["form_urls"] == ["unknown"] * 3
    told(caplog, config, chosen, first.state)
    plan, read = tables(caplog.messages, PLANNED), tables(caplog.messages, READ)
    assert plan["form_urls"][0] == read["form_urls"][3]
    assert (plan[LIST][0], read[LIST][0]) == ("1", "-")  # of changes alone


def test_of_a_stream_that_is_not_shown_no_number_is_kept(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator()
    config = configure(sim)
    chosen = only(discover(config), "senders", "forms")
    sim.faults.add(Fault(kind="status", path="/api/1/form", status=403, times=0))
    state = sync(config, chosen).state["bookmarks"]
    assert "rows" in state["senders"]
    assert "rows" not in state["forms"]


@pytest.mark.parametrize("mode", ["REFRESH", "OFF"])
def test_the_plan_tells_what_is_left_today(
    mode: str, account: Simulator, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config = config_for(account, tmp_path, daily_request_budget=500)
    chosen = only(discover(config), "forms")
    if mode == "OFF":
        config |= fixed_token(config)
    told(caplog, config, chosen)
    (line,) = (each for each in caplog.messages if each.startswith("Requests left today: "))
    left = int(line.split()[3])
    assert (left == 500) is (mode == "OFF")
    assert left <= 500


TOO_SMALL = {"message_reports": 1, "message_events": 2, "list_scores": 2, "form_urls": 1}


@pytest.mark.parametrize(("stream", "budget"), TOO_SMALL.items(), ids=TOO_SMALL)
def test_a_run_that_could_never_come_to_an_end_is_refused_before_any_request(
    stream: str, budget: int, account: Simulator, tmp_path: Path
) -> None:
    config = config_for(account, tmp_path)
    chosen = only(discover(config), stream, "forms")
    account.journal.clear()
    run = sync({**config, "max_requests_per_run": budget}, chosen)
    assert isinstance(run.error, BudgetSpentError)
    assert run.error.exit_code == 75
    assert f"would never read {stream}. Set max_requests_per_run to {budget + 1} or" in str(
        run.error
    )
    assert not run.raw
    assert not list(account.journal)


@pytest.mark.parametrize(("stream", "budget"), TOO_SMALL.items(), ids=TOO_SMALL)
def test_what_is_refused_would_spend_its_budget_and_get_nowhere(
    stream: str, budget: int, account: Simulator, tmp_path: Path
) -> None:
    config = config_for(account, tmp_path, max_requests_per_run=budget)
    chosen = only(discover({**config, "max_requests_per_run": None}), stream)
    states: list[Any] = []
    for _ in range(2):
        tap = TapActOn(config=config, catalog=chosen, state=states[-1] if states else None)
        with closing(tap.client):
            (only_one,) = (each for each in tap._in_order() if each.name == stream)
            round_ = Round(tap.state.setdefault("bookmarks", {}), [stream])
            run = Sync([only_one], round_=round_, progress=tap.progress, client=tap.client)
            with pytest.raises(BudgetSpentError):
                run.run()
        states.append(json.loads(json.dumps(tap.state)))
    assert states[0] == states[1]
    assert "resume" not in states[1]["bookmarks"].get(stream, {})


@pytest.mark.parametrize(
    ("stream", "budget"), [("forms", 1), (LIST, 1), ("message_reports", 2)], ids=str
)
def test_a_small_budget_that_is_enough_is_not_refused(
    stream: str, budget: int, account: Simulator, tmp_path: Path
) -> None:
    config = config_for(account, tmp_path, page_size=10)
    chosen = only(discover(config), stream)
    keys = sync(config, chosen).keys[stream]
    found, state = set(), None
    for _ in range(60):
        run = sync({**config, "max_requests_per_run": budget}, chosen, state)
        found |= {tuple(record[key] for key in keys) for record in run.records[stream]}
        state = run.state
        if run.error is None:
            break
    assert run.error is None
    assert len(found) == sync(config, chosen).counts()[stream]


def test_without_a_store_the_accounts_number_is_one_request_more(
    account: Simulator, tmp_path: Path
) -> None:
    config = config_for(account, tmp_path)
    chosen = only(discover(config), "contacts")
    fixed = {**config, **fixed_token(config), "max_requests_per_run": 1}
    account.journal.clear()
    assert "Set max_requests_per_run to 2 or more" in str(sync(fixed, chosen).error)
    assert not list(account.journal)
    assert sync({**fixed, "account_id": str(account.account_id)}, chosen).records["contacts"]


def test_a_sync_without_a_catalog_is_refused_if_discovery_would_spend_it_all(
    account: Simulator, tmp_path: Path
) -> None:
    config = config_for(account, tmp_path, max_requests_per_run=4)
    account.journal.clear()
    with pytest.raises(BudgetSpentError, match="--discover"):
        TapActOn(config=config)
    assert not list(account.journal)


def test_a_discovery_that_is_cut_says_that_a_catalog_would_help(
    account: Simulator, tmp_path: Path
) -> None:
    with pytest.raises(BudgetSpentError, match=r"This run.*anew.*--discover"):
        discover(config_for(account, tmp_path, max_requests_per_run=5))


def test_rows_that_the_server_counts_and_that_do_not_come_are_warned_of(
    simulator: Simulate, configure: Configure, caplog: pytest.LogCaptureFixture
) -> None:
    sim = simulator(lists=1, segments=0)
    config = configure(sim)
    chosen = only(discover(config), LIST)
    twice = [[*["x"] * (2 + len(sim.world.headers("l-0001"))), "1780000000000"]] * 2
    reply = {
        "headers": [
            "_contact_id_",
            *sim.world.headers("l-0001"),
            "created_date",
            "modified_date",
        ],
        "data": twice,
        "totalCount": 2,
    }
    body = json.dumps(reply)
    sim.faults.add(Fault(kind="status", path="/api/1/list/*", status=200, body=body, times=0))
    run = told(caplog, config, chosen)
    assert len(run.records[LIST]) == 1
    warning = next(each.getMessage() for each in caplog.records if each.levelname == "WARNING")
    assert warning.startswith(f"{LIST}: 1 of the 2 rows that Act-On counts did not come")
    assert tables(caplog.messages, READ)[LIST][-1] == "unexplained: 1"


def test_records_that_stream_maps_leave_out_are_not_counted_as_emitted(
    account: Simulator, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    maps = {"messages": {"__filter__": "type == 'SENT'"}}
    config = config_for(account, tmp_path, stream_maps=maps)
    run = told(caplog, config, only(discover(config), "messages"))
    source, emitted, skipped, *_ = tables(caplog.messages, READ)["messages"]
    assert int(emitted) == len(run.records["messages"])
    assert int(source) == int(emitted) + int(skipped)
    assert int(skipped) > 0


def test_stream_maps_that_fit_no_stream_are_told_of(
    account: Simulator, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    maps = {"mesages": {"title": None}, "f*": {"title": None}}
    config = config_for(account, tmp_path, stream_maps=maps)
    sync(config, only(discover(config), "forms"))
    warnings = [each.getMessage() for each in caplog.records if each.levelname == "WARNING"]
    assert warnings == ["Setting 'stream_maps': no stream fits 'mesages'. Did you mean 'messages'?"]


def test_stream_maps_of_streams_that_are_not_selected_do_no_harm(
    account: Simulator, tmp_path: Path
) -> None:
    config = config_for(account, tmp_path, stream_maps={"list_*": {"company": None}})
    run = sync(config, only(discover(config), LIST))
    assert run.error is None
    assert "company" not in run.schemas[LIST]["properties"]


def test_every_stream_of_a_whole_account_is_reconciled(
    account: Simulator, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config = config_for(account, tmp_path, page_size=20)
    account.journal.clear()
    catalog = everything(discover(config))
    account.journal.clear()
    run = told(caplog, config, catalog)
    read = tables(caplog.messages, READ)
    counts = run.counts()
    total = read.pop("total")
    assert {stream: int(cells[1].replace(",", "")) for stream, cells in read.items()} == {
        stream: counts.get(stream, 0) for stream in run.schemas
    }
    assert int(total[3]) == sum(int(cells[3]) for cells in read.values()) == len(account.journal)
    assert not [each for each in caplog.records if each.levelname == "WARNING"]


def test_metrics_of_each_stream_are_in_the_log_of_a_pipeline(
    account: Simulator, tmp_path: Path
) -> None:
    config = config_for(account, tmp_path)
    arguments = command(tmp_path, config, only(discover(config), "forms"))
    lines = run_tap(*arguments).stderr.splitlines()
    points = [json.loads(line.split("METRIC: ")[1]) for line in lines if "METRIC: " in line]
    assert {point["tags"]["stream"] for point in points} == {"forms"}
    found = {point["metric"]: (point["type"], point["value"]) for point in points}
    forms = len(account.world.assets.forms)
    assert found["record_count"] == ("counter", forms)
    assert found["http_request_count"] == ("counter", 1)
    assert found["http_request_duration"][0] == found["sync_duration"][0] == "timer"


def test_meltano_gets_every_line_as_json_with_the_metrics_in_it(
    account: Simulator, tmp_path: Path
) -> None:
    logs = {  # as Meltano 4.4 writes it for a plugin with the capability `structured-logging`
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"singer_formatter": {"()": "singer_sdk.logging.StructuredFormatter"}},
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": "singer_formatter",
                "stream": "ext://sys.stderr",
            }
        },
        "root": {"handlers": ["console"], "level": "INFO"},
    }
    (tmp_path / "logs.json").write_text(json.dumps(logs))
    config = config_for(account, tmp_path)
    arguments = command(tmp_path, config, only(discover(config), "forms"))
    run = run_tap(*arguments, SINGER_SDK_LOG_CONFIG=str(tmp_path / "logs.json"))
    lines = [json.loads(line) for line in run.stderr.splitlines()]
    needed = {"level", "pid", "logger_name", "ts", "thread_name", "app_name", "message"}
    assert all(needed <= line.keys() for line in lines)
    metrics = [line for line in lines if "metric_info" in line]
    assert {line["metric_info"]["metric"] for line in metrics} >= {
        "record_count",
        "http_request_count",
        "http_request_duration",
    }
    assert tables([line["message"] for line in lines], READ)["forms"][3] == "1"


class Terminal:
    """The far end of a terminal that a command has as its stderr."""

    def __init__(self) -> None:
        self._near, self.far = os.openpty()
        fcntl.ioctl(self.far, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 120, 0, 0))
        self._written = b""

    def hang_up(self) -> None:
        """Close the end that the command had; what it wrote can still be read."""
        os.close(self.far)

    def read(self) -> str:
        """Return what was written so far."""
        try:
            self._written += os.read(self._near, 1 << 20)
        except OSError:  # nobody writes any more
            return self._written.decode()
        return self._written.decode()

    def read_all(self) -> str:
        """Return what was written, when nobody can write any more."""
        self.hang_up()
        size = -1
        while size != len(self._written):
            size = len(self._written)
            self.read()
        os.close(self._near)
        return self._written.decode()


@pytest.fixture
def on_terminal(tmp_path: Path) -> Callable[..., tuple[subprocess.Popen[bytes], Terminal]]:
    """Start the command with its stderr on a terminal, and its messages in a file."""

    def start(*arguments: str, **more: str) -> tuple[subprocess.Popen[bytes], Terminal]:
        terminal = Terminal()
        usual = {
            name: text for name, text in unmeasured().items() if name not in ("CI", "NO_COLOR")
        }
        with (tmp_path / "messages").open("wb") as stdout:
            process = subprocess.Popen(
                [TAP, *arguments],
                env={**usual, "TERM": "xterm-256color", **more},
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=terminal.far,
            )
        return process, terminal

    return start


def test_on_a_terminal_bars_move_and_the_table_stays(
    on_terminal: Callable[..., tuple[subprocess.Popen[bytes], Terminal]],
    account: Simulator,
    tmp_path: Path,
) -> None:
    config = config_for(account, tmp_path, page_size=10)
    process, terminal = on_terminal(*command(tmp_path, config, only(discover(config), LIST)))
    assert process.wait(timeout=60) == 0
    shown = terminal.read_all()
    assert "━" in shown
    assert "METRIC" not in shown
    assert shown.rfind("\x1b[?25h") > shown.rfind("\x1b[?25l") >= 0
    after = shown.rpartition("\x1b[2K")[2].splitlines()
    assert tables(after, READ)[LIST][:4] == ["45", "45", "0", "5"]
    run = Messages.parse((tmp_path / "messages").read_text().splitlines())
    assert len(run.records[LIST]) == 45
    assert run.types[-1] == "STATE"


@pytest.mark.parametrize("variable", ["CI", "NO_COLOR"])
def test_bars_can_be_declined(
    variable: str,
    on_terminal: Callable[..., tuple[subprocess.Popen[bytes], Terminal]],
    account: Simulator,
    tmp_path: Path,
) -> None:
    config = config_for(account, tmp_path)
    arguments = command(tmp_path, config, only(discover(config), LIST))
    process, terminal = on_terminal(*arguments, **{variable: "1"})
    assert process.wait(timeout=60) == 0
    shown = terminal.read_all()
    assert "\x1b" not in shown
    assert all(" | " in line for line in shown.splitlines())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda each: each.name)
def test_a_signal_gives_the_terminal_back_and_the_state_comes_last(
    number: signal.Signals,
    on_terminal: Callable[..., tuple[subprocess.Popen[bytes], Terminal]],
    simulator: Simulate,
    tmp_path: Path,
) -> None:
    sim = simulator(contacts=45)
    config = config_for(sim, tmp_path, page_size=10)
    chosen = only(discover(config), LIST)
    sim.faults.add(Fault(kind="slow", path="/api/1/list/*", first=3, delay_s=600))
    sim.journal.clear()
    process, terminal = on_terminal(*command(tmp_path, config, chosen))
    wait_until(lambda: len(sim.journal.matching(path="/api/1/list/*")) >= 3)
    wait_until(lambda: "━" in terminal.read())
    process.send_signal(number)
    assert process.wait(timeout=30) == 128 + number
    shown = terminal.read_all()
    assert shown.rfind("\x1b[?25h") > shown.rfind("\x1b[?25l") >= 0
    after = shown.rpartition("\x1b[2K")[2].splitlines()
    assert tables(after, READ)[LIST][-1] == "cut short"
    assert after[-1] == "Error: Stopped by a signal."
    assert Messages.parse((tmp_path / "messages").read_text().splitlines()).types[-1] == "STATE"


def test_a_pipeline_does_not_load_what_draws_bars(account: Simulator, tmp_path: Path) -> None:
    config = config_for(account, tmp_path)
    arguments = command(tmp_path, config, only(discover(config), "forms"))
    script = (
        "import sys; from tap_acton.singer.cli import run; code = run(); "
        "sys.exit(code or 'rich' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, check=False, timeout=60
    )
    assert done.returncode == 0
