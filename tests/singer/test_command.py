"""`tap-acton` as a user runs it: exit codes, one line for each error, and no secret anywhere."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from tap_acton.auth.account import open_store
from tap_acton.auth.cli import auth
from tap_acton.config import read_settings
from tap_acton.settings import settings_table
from tap_acton.simulator import Fault, Options, Simulator
from tap_acton.tap import TapActOn
from tests.harness import TAP, Messages, config_for, discover, only, run_tap, unmeasured, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    import click


LISTS = "/api/1/list/*"


@pytest.fixture(scope="module")
def account() -> Iterator[Simulator]:
    """An account that no test changes."""
    options = Options(
        lists=2, contacts=20, messages=6, suppressed=5, requests_per_second=0, logins_per_hour=0
    )
    with Simulator(options) as simulator:
        yield simulator


def written(folder: Path, name: str, content: Any) -> str:
    """Write a file, as JSON unless it is a text, and return its path."""
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return str(path)


def signals(pid: int, which: str, number: signal.Signals) -> bool:
    """Tell whether a signal is among those that a process catches, or has pending (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text()
    mask = int(status.split(f"{which}:")[1].split()[0], 16)
    return bool(mask >> (number - 1) & 1)


def is_writing_to_a_full_pipe(pid: int) -> bool:
    """Tell whether a process waits for somebody to read what it writes (Linux)."""
    return "pipe_w" in Path(f"/proc/{pid}/wchan").read_text()


def one_error_line(stderr: str) -> str:
    """Return the one line that is no log line, after checking that there is one."""
    assert "Traceback" not in stderr
    errors = [line for line in stderr.splitlines() if line.startswith("Error: ")]
    others = [line for line in stderr.splitlines() if " | " not in line]
    assert others == errors
    assert len(errors) == 1
    return errors[0]


BAD_CONFIGS: dict[str, tuple[dict[str, Any], str]] = {
    "unknown region": ({"region": "mars"}, "region"),
    "bad URL": ({"api_url": "api.actonsoftware.com"}, "api_url"),
    "no client secret": ({"client_secret": None}, "client_secret"),
    "no password": ({"password": ""}, "password"),
    "page size too large": ({"page_size": 1001}, "page_size"),
    "page size no number": ({"page_size": "many"}, "page_size"),
    "bad date": ({"start_date": "yesterday"}, "start_date"),
    "dates the wrong way round": (
        {"start_date": "2026-02-01", "end_date": "2026-01-01"},
        "start_date",
    ),
    "typo": ({"page_sise": 10}, "page_size"),
    "settings location in no folder": (
        {"oauth_settings_location": "/dev/null/OAuthSettings.txt"},
        "oauth_settings_location",
    ),
    "lists no texts": ({"lists": [1]}, "lists"),
    "stream map without its keys": (
        {"stream_maps": {"forms": {"title": "title", "__else__": None}}},
        "stream_maps",
    ),
}


@pytest.mark.parametrize(("change", "named"), BAD_CONFIGS.values(), ids=BAD_CONFIGS)
def test_a_bad_setting_is_named_in_one_line(
    change: dict[str, Any], named: str, account: Simulator, tmp_path: Path
) -> None:
    config = written(tmp_path, "config.json", config_for(account, tmp_path) | change)
    run = run_tap("--config", config)
    assert run.returncode == 2
    assert named in one_error_line(run.stderr)
    assert run.stdout == ""


@pytest.mark.parametrize(
    "action", [["--discover"], ["--test"], []], ids=["discover", "test", "run"]
)
def test_every_action_checks_the_settings(
    action: list[str], account: Simulator, tmp_path: Path
) -> None:
    config = written(tmp_path, "config.json", config_for(account, tmp_path) | {"region": "mars"})
    run = run_tap("--config", config, *action)
    assert run.returncode == 2
    assert "region" in one_error_line(run.stderr)


@pytest.mark.parametrize(
    ("option", "content"),
    [
        ("--config", "{not json"),
        ("--config", "[]"),
        ("--catalog", "{not json"),
        ("--catalog", {"streams": {"forms": {}}}),
        ("--catalog", {"streams": [{"tap_stream_id": "nobody", "schema": {}, "metadata": []}]}),
        ("--state", "{not json"),
        ("--state", {"client_id": "of another file"}),
        ("--state", {"bookmarks": [1]}),
        ("--state", {"bookmarks": {"forms": {"resume": 3}}}),
        ("--state", {"bookmarks": {"hard_bounces": {"replication_key_value": "soon"}}}),
    ],
    ids=str,
)
def test_a_bad_file_is_named_in_one_line(
    option: str, content: Any, account: Simulator, tmp_path: Path
) -> None:
    good = written(tmp_path, "config.json", config_for(account, tmp_path))
    bad = written(tmp_path, "bad.json", content)
    run = run_tap(*(["--config", good] if option != "--config" else []), option, bad)
    assert run.returncode == 2
    assert option.strip("-")[:6] in one_error_line(run.stderr)
    assert run.stdout == ""


@pytest.mark.parametrize(
    "action", [["--discover"], ["--test"], []], ids=["discover", "test", "run"]
)
def test_a_full_disk_is_told_of_in_one_line(
    action: list[str], account: Simulator, tmp_path: Path
) -> None:
    config = written(tmp_path, "config.json", config_for(account, tmp_path))
    with Path("/dev/full").open("w") as full:
        run = subprocess.run(
            [TAP, "--config", config, *action],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=60,
        )  # fmt: skip
    assert run.returncode == 1
    assert run.stderr.splitlines()[-1].startswith("Error: Cannot write to stdout: ")
    assert "Traceback" not in run.stderr


def test_a_missing_file_is_named_in_one_line(tmp_path: Path) -> None:
    run = run_tap("--config", str(tmp_path / "nowhere.json"))
    assert run.returncode == 2
    assert "nowhere.json" in one_error_line(run.stderr)


def test_a_wrong_password_ends_with_two_and_is_sent_once(tmp_path: Path) -> None:
    with Simulator(Options(lists=1, contacts=2, messages=1)) as simulator:
        config = config_for(simulator, tmp_path) | {"password": "Hunter2-is-wrong"}
        run = run_tap("--config", written(tmp_path, "config.json", config), "--discover")
        assert run.returncode == 2
        assert "password" in one_error_line(run.stderr)
        assert "Hunter2" not in run.stderr + run.stdout
        assert [entry.path for entry in simulator.journal] == ["/token"]


def test_no_secret_is_ever_printed(account: Simulator, tmp_path: Path) -> None:
    config = config_for(account, tmp_path)
    path = written(tmp_path, "config.json", config)
    run = run_tap("--config", path, TAP_ACTON_LOGLEVEL="DEBUG")
    assert run.returncode == 0
    stored = (tmp_path / "OAuthSettings.txt").read_text()
    tokens = open_store(read_settings(config)).load().tokens
    assert tokens
    assert tokens.refresh_token
    given = (config["client_secret"], config["password"])
    for secret in (*given, tokens.access_token, tokens.refresh_token):
        assert secret not in run.stdout + run.stderr + stored
    assert "Bearer" not in run.stdout + run.stderr


@pytest.mark.parametrize(
    ("maps", "names"),
    [
        pytest.param("{bad", "'stream_maps' must be an object", id="no JSON"),
        pytest.param('{"forms": {"x": "1/0"}}', "ZeroDivisionError", id="fails"),
        pytest.param('{"forms": {"x": "int(title)"}}', "ValueError", id="fails on data"),
    ],
)
def test_stream_maps_that_cannot_be_used_are_one_line(
    maps: str, names: str, account: Simulator, tmp_path: Path
) -> None:
    config = written(tmp_path, "config.json", config_for(account, tmp_path))
    catalog = written(
        tmp_path, "catalog.json", only(discover(config_for(account, tmp_path)), "forms")
    )
    run = run_tap(
        "--config", config, "--config", "ENV", "--catalog", catalog, TAP_ACTON_STREAM_MAPS=maps
    )
    assert run.returncode == 2
    assert names in one_error_line(run.stderr)
    assert account.world.assets.forms[0].name not in run.stderr


def test_the_environment_configures_too(account: Simulator, tmp_path: Path) -> None:
    config = config_for(account, tmp_path)
    environment = {f"TAP_ACTON_{name.upper()}": str(value) for name, value in config.items()}
    run = run_tap("--config", "ENV", "--discover", **environment)
    assert run.returncode == 0
    assert len(json.loads(run.stdout)["streams"]) > 10


def test_about_lists_every_setting() -> None:
    run = run_tap("--about", "--format", "json")
    assert run.returncode == 0
    about = json.loads(run.stdout)
    listed = (
        {setting["name"] for setting in about["settings"]}
        if isinstance(about["settings"], list)
        else set(about["settings"]["properties"])
    )
    assert {setting.name for setting in settings_table()} <= listed


def options() -> Iterator[Any]:
    """Yield every option of both commands."""
    commands = {"tap-acton": TapActOn.get_singer_command(), **auth.commands}
    for name, command in commands.items():
        for option in command.params:
            yield pytest.param(option, id=f"{name} --{option.name}")


@pytest.mark.parametrize("option", [*options()])
def test_every_option_says_what_it_does(option: click.Option) -> None:
    assert re.fullmatch(r"[A-Z].*\.( +\[.*\])?", option.help or "")


def test_each_command_of_the_login_fits_into_the_list_of_all() -> None:
    shown = CliRunner().invoke(auth, ["--help"]).output
    assert "..." not in shown.partition("Commands:")[2]


def test_a_sync_tells_its_story_in_about_ten_lines(account: Simulator, tmp_path: Path) -> None:
    run = run_tap("--config", written(tmp_path, "config.json", config_for(account, tmp_path)))
    streams = Messages.parse(run.stdout.splitlines()).schemas
    lines = [line.split(" | ")[-1] for line in run.stderr.splitlines() if "METRIC: " not in line]
    of_a_stream = [line for line in lines if line.split(" ")[0] in streams]
    assert len(of_a_stream) == 2 * len(streams)  # in the plan and in the table
    assert len(lines) - len(of_a_stream) <= 10


@pytest.mark.parametrize(
    ("faulty", "code"), [("/api/1/form", 3), ("/api/1/*", 1)], ids=["one stream", "all streams"]
)
def test_failed_streams_show_in_the_exit_code(faulty: str, code: int, tmp_path: Path) -> None:
    options = Options(lists=1, contacts=5, messages=2, requests_per_second=0)
    with Simulator(options) as simulator:
        config = config_for(simulator, tmp_path)
        catalog = written(tmp_path, "catalog.json", only(discover(config), "forms", "campaigns"))
        simulator.faults.add(Fault(kind="status", status=500, path=faulty, times=0))
        path = written(tmp_path, "config.json", config)
        run = run_tap("--config", path, "--catalog", catalog)
    assert run.returncode == code
    assert "forms" in one_error_line(run.stderr)


def test_a_throttled_run_says_why_and_how_many_streams_it_did_not_reach(tmp_path: Path) -> None:
    options = Options(lists=1, contacts=5, messages=2, requests_per_second=0)
    with Simulator(options) as simulator:
        config = config_for(simulator, tmp_path)
        catalog = only(discover(config), "account", "forms", "landing_pages", "programs")
        simulator.faults.add(Fault(kind="throttle", path="/api/1/form", times=0))
        run = run_tap(
            *("--config", written(tmp_path, "config.json", config)),
            *("--catalog", written(tmp_path, "catalog.json", catalog)),
        )
    assert run.returncode == 3
    assert "too many requests" in run.stderr
    assert "forms; streams not reached: 2" in one_error_line(run.stderr)


def test_a_configuration_in_place_of_its_path_is_not_quoted(
    account: Simulator, tmp_path: Path
) -> None:
    config = config_for(account, tmp_path)
    run = run_tap("--config", json.dumps(config))
    assert run.returncode == 2
    assert "path" in one_error_line(run.stderr)
    assert config["client_secret"] not in run.stderr


def test_a_spent_budget_ends_with_75(account: Simulator, tmp_path: Path) -> None:
    config = config_for(account, tmp_path, max_requests_per_run=4)
    run = run_tap("--config", written(tmp_path, "config.json", config))
    assert run.returncode == 75
    assert "max_requests_per_run" in one_error_line(run.stderr)


def test_the_daily_budget_counts_across_runs(account: Simulator, tmp_path: Path) -> None:
    config = config_for(account, tmp_path, daily_request_budget=20)
    path = written(tmp_path, "config.json", config)
    before = len(account.journal)
    codes = [run_tap("--config", path, "--discover").returncode for _ in range(8)]
    assert codes[0] == 0
    assert codes[-1] == 75
    assert len(account.journal) - before == 20


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)], ids=["SIGTERM", "SIGINT"]
)
@pytest.mark.parametrize(
    ("ways", "fault", "requests"),
    [
        (
            {"list_download": "json", "requests_in_flight": 1},
            Fault(kind="slow", path=LISTS, first=5, delay_s=600),
            4,
        ),
        ({"list_download": "json"}, Fault(kind="slow", path=LISTS, first=2, delay_s=600), 8),
        ({}, Fault(kind="drip", path=LISTS, first=2, pieces=3, delay_s=600), 2),
    ],
    ids=["between pages", "with many pages on their way", "within a CSV"],
)
def test_a_signal_ends_with_a_state_that_the_next_run_goes_on_from(
    number: signal.Signals,
    code: int,
    ways: dict[str, Any],
    fault: Fault,
    requests: int,
    tmp_path: Path,
) -> None:
    options = Options(lists=1, contacts=400, messages=2, requests_per_second=0)
    with Simulator(options) as simulator:
        config = config_for(simulator, tmp_path, page_size=50, **ways)
        catalog = only(discover(config), "list_api_example_list")
        for stream in catalog["streams"]:
            stream.pop("row_count", None)  # so that the first page is asked for alone
        arguments = [
            *("--config", written(tmp_path, "config.json", config)),
            *("--catalog", written(tmp_path, "catalog.json", catalog)),
        ]
        simulator.faults.add(fault)
        simulator.journal.clear()
        output = tmp_path / "messages.jsonl"
        with (
            output.open("w") as stdout,
            subprocess.Popen(
                [TAP, *arguments],
                env=unmeasured(),
                stdout=stdout,
                stderr=subprocess.PIPE,
                text=True,
            ) as process,
        ):
            wait_until(lambda: len(simulator.journal.matching(path=LISTS)) >= requests)
            process.send_signal(number)
            _, stderr = process.communicate(timeout=30)
        messages = Messages.parse(output.read_text().splitlines())
        state = written(tmp_path, "state.json", messages.state)
        simulator.faults.clear()
        again = Messages.parse(run_tap(*arguments, "--state", state).stdout.splitlines())
    assert process.returncode == code
    assert "Stopped by a signal" in one_error_line(stderr)
    assert messages.types[-1] == "STATE"
    stream = "list_api_example_list"
    ids = [{record["contact_id"] for record in run.records[stream]} for run in (messages, again)]
    assert len(ids[0] | ids[1]) == 400
    assert len(ids[1]) < 400


@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])
def test_a_signal_while_the_target_is_slow_cuts_no_line(unbuffered: str, tmp_path: Path) -> None:
    options = Options(lists=1, contacts=2000, messages=2, requests_per_second=0)
    with Simulator(options) as simulator:
        config = config_for(simulator, tmp_path)
        catalog = only(discover(config), "list_api_example_list")
        with subprocess.Popen(
            [
                *(TAP, "--config", written(tmp_path, "config.json", config)),
                *("--catalog", written(tmp_path, "catalog.json", catalog)),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**unmeasured(), "PYTHONUNBUFFERED": unbuffered},
        ) as process:
            assert process.stdout
            wait_until(lambda: is_writing_to_a_full_pipe(process.pid))
            process.send_signal(signal.SIGTERM)
            wait_until(lambda: not signals(process.pid, "ShdPnd", signal.SIGTERM))
            written_out, _ = process.communicate(timeout=30)
    messages = Messages.parse(written_out.splitlines())
    assert process.returncode == 143
    assert messages.types[-1] == "STATE"
    ids = [record["contact_id"] for record in messages.records["list_api_example_list"]]
    assert ids == list(simulator.world.record_ids("l-0001"))[: len(ids)]


def test_a_signal_before_the_first_request_ends_the_same_way(tmp_path: Path) -> None:
    with subprocess.Popen(
        [TAP, "--config", str(tmp_path / "none.json")],
        env=unmeasured(),
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        wait_until(lambda: signals(process.pid, "SigCgt", signal.SIGTERM))
        process.send_signal(signal.SIGTERM)
        _, stderr = process.communicate(timeout=30)
    assert process.returncode == 143
    assert "Stopped by a signal" in one_error_line(stderr)


def test_a_target_that_goes_away_is_one_line(account: Simulator, tmp_path: Path) -> None:
    config = written(tmp_path, "config.json", config_for(account, tmp_path))
    with subprocess.Popen(
        [TAP, "--config", config], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        process.stdout.close()
        assert process.stderr
        stderr = process.stderr.read()
    assert process.returncode == 1
    assert "pipe" in one_error_line(stderr)
