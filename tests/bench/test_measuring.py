"""What is measured of a command, what a journal tells, and how it is shown."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.bench import Outcome, Sample, failure, middle
from benchmarks.contestants import Job, Ours, select
from benchmarks.pace import ceiling_share, requests_made, throttled_share, token_posts
from benchmarks.report import plain
from benchmarks.running import Command, Run, run
from benchmarks.target import Entry, Target

if TYPE_CHECKING:
    from pathlib import Path


def python(code: str, timeout_s: float = 60) -> Run:
    return run(Command(arguments=(sys.executable, "-c", code), timeout_s=timeout_s))


@pytest.mark.parametrize("mark", ['{"type":"RECORD"', '{"type": "RECORD"'])
def test_records_are_counted_whatever_the_pieces_in_which_they_come(mark: str) -> None:
    done = python(f"print(('{mark},x' + 'y' * 77 + '\\n') * 40_000, end='')")
    assert done.records == 40_000
    assert done.bytes_out == 40_000 * len(f"{mark},x{'y' * 77}\n")


def test_a_count_that_a_command_tells_is_taken() -> None:
    done = python("""print('hello\\n{"type": "COUNT", "records": 12}')""")
    assert done.records == 12


def test_other_messages_are_no_records() -> None:
    done = python("""print('{"type":"STATE","value":{"x":"{\\\\"type\\\\":\\\\"RECORD\\\\""}}')""")
    assert (done.records, done.exit_code) == (0, 0)


def test_cpu_and_memory_are_those_of_the_command() -> None:
    lean = python("pass")
    fat = python("x = bytearray(b'x') * 150_000_000; n = sum(range(3_000_000))")
    assert fat.peak_mb > lean.peak_mb + 140
    assert lean.peak_mb < 40
    assert fat.cpu_s > lean.cpu_s


def test_a_failure_is_told_with_its_reason() -> None:
    done = python("import sys; sys.exit('no such luck')")
    assert (done.exit_code, done.error) == (1, "no such luck\n")


def test_a_command_that_never_ends_is_ended() -> None:
    assert python("import signal; signal.pause()", timeout_s=0.2).exit_code < 0


def entries(*at_s: float, status: int = 200) -> list[Entry]:
    return [{"method": "GET", "path": "/api/1/list/x", "status": status, "at": at} for at in at_s]


def test_five_requests_a_second_are_the_whole_ceiling() -> None:
    assert ceiling_share(entries(*(n / 5 for n in range(101)))) == pytest.approx(1)
    assert ceiling_share(entries(*(n / 2.5 for n in range(101)))) == pytest.approx(0.5)


def test_refused_requests_and_tokens_fill_no_ceiling() -> None:
    asked = [
        *entries(0, 1),
        *entries(0.5, status=429),
        {"method": "POST", "path": "/token", "status": 200, "at": 0.1},
    ]
    assert ceiling_share(asked) == pytest.approx(1 / 5)
    assert throttled_share(asked) == pytest.approx(1 / 3)
    assert token_posts(asked) == 1


def test_one_request_has_no_pace() -> None:
    assert ceiling_share(entries(1)) is None
    assert throttled_share(None) is None


def sample(wall_s: float, exit_code: int = 0) -> Sample:
    done = Run(records=1, bytes_out=1, wall_s=wall_s, cpu_s=0, peak_mb=0, exit_code=exit_code)
    return Sample(run=done, requests=None)


def test_the_middle_of_samples_is_their_median_if_all_have_the_measure() -> None:
    assert middle([sample(1), sample(9), sample(2)], lambda each: each.run.wall_s) == 2
    assert middle([sample(1), sample(2)], requests_made) is None


def test_failed_runs_are_noted() -> None:
    assert failure([sample(1), sample(1, exit_code=3)]) == "exit 3 in 1 of 2"
    assert failure([sample(1)]) == ""


def test_a_table_has_the_ratio_first_and_shares_in_percent() -> None:
    outcome = Outcome(
        case="a", contestant="b", ratio=2.5, figures={"x_share": 0.5, "records": 12_000, "s": None}
    )
    line = {
        name: getattr(outcome, name) for name in ("case", "contestant", "ratio", "figures", "note")
    }
    heading, row = plain([line], "times").splitlines()
    assert heading.split() == ["case", "contestant", "times", "x", "share", "records", "s", "note"]
    assert row.split() == ["a", "b", "2.5", "50.0%", "12,000", "-"]


def stream(name: str) -> dict[str, Any]:
    column = {"breadcrumb": ["properties", "x"], "metadata": {"selected": True}}
    whole: dict[str, Any] = {"breadcrumb": [], "metadata": {}}
    return {"tap_stream_id": name, "metadata": [whole, column]}


def test_a_catalog_selects_the_streams_of_the_job_alone() -> None:
    catalog = {"streams": [stream("wanted"), stream("other")]}
    select(catalog, {"wanted"})
    chosen = [each["metadata"][0]["metadata"]["selected"] for each in catalog["streams"]]
    assert chosen == [True, False]


def test_settings_that_a_version_lacks_are_left_out(tmp_path: Path) -> None:
    target = Target(
        url="http://127.0.0.1:1",
        settings={"api_url": "http://127.0.0.1:1", "client_id": "c"},
        token="t",
        list_id="l-0001",
        list_name="Some list",
        headings=(),
        rows=0,
        has_journal=False,
    )
    job = Job(kind="list", target=target, folder=tmp_path, settings={"no_such_setting": 1})
    config = Ours().config(job, access_token=None)
    assert {"no_such_setting", "access_token"} & set(config) == set()
    assert (config["client_id"], config["lists"]) == ("c", ["l-0001"])
