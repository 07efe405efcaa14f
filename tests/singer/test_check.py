"""`--test`: what it asks, what it tells, and what it keeps to itself."""

from __future__ import annotations

import contextlib
import io
import json
import re
import signal
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tap_acton.auth.account import open_store
from tap_acton.auth.status import iso_time
from tap_acton.config import read_settings
from tap_acton.errors import ActOnError
from tap_acton.resources.catalog import RESOURCES
from tap_acton.simulator import Fault
from tap_acton.singer.examine.report import INVITATION
from tap_acton.tap import TapActOn
from tests.harness import TAP, config_for, discover, only, run_tap, sync, unmeasured, wait_until

if TYPE_CHECKING:
    from tap_acton.simulator import Simulator
    from tests.conftest import Configure, Simulate

PAGE = Path(__file__).parents[2] / "docs" / "test-report.md"
STREAM_LINE = re.compile(
    r"(?P<stream>\w+) {2,}(?P<reachable>yes|no: .+?|not tried: .+?) {2,}"
    r"(?P<rows>-|[\d,]+(?: on the first page)?) {2,}"
    r"(?P<evidence>documented|inferred|unknown) {2,}(?P<shape>-|as expected|no rows|differs: .+)"
)
_NAMES = r"[^,]+(?:, [^,]+)*"
OTHER_LINES = [
    r"",
    r"credentials  (work, by .+; the access token is good until \S+|do not work: .+|not .+)",
    r"address      https?://\S+( \((us|eu)\))?",
    r"account      (\d+, \S+|\d+|not known)",
    r"requests     [\d,]+ (today|in this run), [\d,]+ left of [\d,]+",
    r"logins       (\d left this hour|not counted)",
    r"stream +reachable +rows +evidence +shape",
    rf"  (empty|misfits|keys): {_NAMES}",
    r"What this run could decide of our guesses:|No guess could be decided\.",
    r"\w+ +the reply is (CSV|an array|an object|neither).*",
    re.escape(INVITATION),
    r"What a sync of the selected streams would take:",
    r"stream +requests +at the ceiling +of today's budget",
    r"\w+ +unknown +unknown +unknown",
    r"\w+ +(1 to )?[\d,]+ +(at most )?[\d.]+ (s|min \d+ s|h \d+ min) +(at most )?<?[\d.]+ %",
    r"total +(at most )?[\d,]+( and \d+ unknown)? +(at most )?[\d.]+ .+ %",
    r"Requests left today: [\d,]+ of [\d,]+.*",
]
OUR_NAMES = {
    name
    for resource in RESOURCES.values()
    for column in resource.columns
    for name in (resource.name, column.name, *column.source)
}


@dataclass(frozen=True, kw_only=True)
class Report:
    """What one `--test` printed, and the error with which it ended."""

    text: str
    error: ActOnError | None

    @property
    def exit_code(self) -> int:
        return self.error.exit_code if self.error else 0

    def streams(self) -> dict[str, dict[str, str]]:
        """Return the cells of each stream's line, by the stream's name."""
        found = map(STREAM_LINE.fullmatch, self.text.splitlines())
        return {line["stream"]: line.groupdict() for line in found if line}

    def below(self, stream: str) -> dict[str, str]:
        """Return the details below a stream's line, by their labels."""
        after = self.text.split(f"\n{stream} ", 1)[1].splitlines()[1:]
        details = {}
        for line in after:
            if not line.startswith("  "):
                break
            label, _, names = line.strip().partition(": ")
            details[label] = names
        return details

    def about(self, word: str) -> str:
        """Return what the head of the report says of a word."""
        head = self.text.partition("\n\n")[0].splitlines()
        return next(line.removeprefix(word).strip() for line in head if line.startswith(word))

    def guess(self, stream: str) -> str:
        """Return what the report says of the form of a stream's reply."""
        last = self.text.split("could decide", 1)[1].splitlines()
        return next(line for line in last if line.startswith(stream + " "))[len(stream) :].strip()


def report(config: dict[str, Any], catalog: dict[str, Any] | None = None) -> Report:
    """Run the test in this process."""
    written, error = io.StringIO(), None
    tap = TapActOn(config=dict(config), catalog=catalog, setup_mapper=False)
    with contextlib.redirect_stdout(written):
        try:
            tap.test()
        except ActOnError as raised:
            error = raised
    return Report(text=written.getvalue(), error=error)


def paths(sim: Simulator) -> Counter[str]:
    """Count the requests for each path, without logins."""
    return Counter(entry.path for entry in sim.journal if not entry.path.endswith("/token"))


def refusing(sim: Simulator, path: str, status: int = 403, envelope: str = "") -> None:
    """Let requests for a path be refused from now on."""
    sim.faults.add(
        Fault(kind="status", path=path, method="GET", status=status, envelope=envelope, times=0)
    )


def answering(sim: Simulator, path: str, body: Any, method: str = "GET") -> None:
    """Let requests for a path be answered with a body of the test's own."""
    text = body if isinstance(body, str) else json.dumps(body)
    sim.faults.add(Fault(kind="status", path=path, method=method, status=200, body=text, times=0))


def test_every_stream_has_a_line_and_costs_one_request(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator()
    streams = report(configure(sim)).streams()
    assert streams.keys() >= RESOURCES.keys()
    tried = [name for name, cells in streams.items() if cells["reachable"][:9] != "not tried"]
    counts = paths(sim)
    records_for_scores = 1
    assert counts.total() == len(tried) + records_for_scores
    assert sum(count > 1 for count in counts.values()) <= records_for_scores


def test_the_lists_and_segments_of_the_listing_are_tested_without_discovery(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator(lists=3, segments=2, ucl_segments=3)
    streams = report(configure(sim)).streams()
    lists = [name for name in streams if name.startswith("list_") and name not in RESOURCES]
    assert len(lists) == 3
    assert len([name for name in streams if name.startswith("segment_")]) == 5
    assert streams[lists[0]]["rows"] == "30"
    assert all(entry.query["count"] == "2" for entry in sim.journal.matching(path="*/list/l-????"))


def test_the_streams_have_the_names_that_discovery_gives_them(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator()
    discovered = {each["tap_stream_id"] for each in discover(configure(sim))["streams"]}
    assert report(configure(sim)).streams().keys() == discovered


def test_the_lists_setting_restricts_the_lists(simulator: Simulate, configure: Configure) -> None:
    sim = simulator(segments=0)
    streams = report(configure(sim, lists=["Messages"])).streams()
    assert [name for name in streams if name.startswith("list_") and name not in RESOURCES] == [
        "list_messages"
    ]


def test_a_list_beyond_255_columns_is_no_failure(simulator: Simulate, configure: Configure) -> None:
    sim = simulator(lists=0, wide_columns=300)
    tested = report(configure(sim))
    assert tested.streams()["list_wide_list"]["shape"] == "as expected"
    assert tested.exit_code == 0


def test_the_output_has_the_form_that_its_page_shows(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator()
    refusing(sim, "/api/1/page", status=403)
    answering(sim, "/api/1/program", {"programs": [{"id": 1}]})
    example = re.search(r"```text\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert example
    for text in (report(configure(sim)).text, example[1]):
        lines = text.splitlines()
        assert sum(bool(STREAM_LINE.fullmatch(line)) for line in lines) > 5
        strange = [
            line
            for line in lines
            if not STREAM_LINE.fullmatch(line)
            and not any(re.fullmatch(form, line) for form in OTHER_LINES)
        ]
        assert strange == []


def cells(config: dict[str, Any]) -> set[str]:
    """Return what the account's rows hold: texts and numbers that are long enough to be told."""
    records = sync(config, discover(config)).records
    assert len(records) > 15
    found = set()
    for stream, rows in records.items():
        for row in rows:
            values = [value for name, value in row.items() if name not in ("raw", "_raw")]
            if stream == "account":
                values = [row["account_name"], row["user_name"], row["user_email"], row["cname"]]
            found |= {str(value) for value in values if len(str(value)) > 4}
    return found


def test_nothing_of_the_accounts_rows_is_in_the_output(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator()
    data = cells(configure(sim, account_id=None))
    text = report(configure(sim)).text
    told = {cell for cell in data if re.search(rf"(?<!\w){re.escape(cell)}(?!\w)", text)}
    assert len(data) > 200
    assert told <= {"America/Los_Angeles", "documented"} | OUR_NAMES


def test_no_secret_and_no_address_of_a_person_is_in_the_output(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator()
    config = configure(sim)
    text = report(config).text
    tokens = open_store(read_settings(config)).load().tokens
    assert tokens
    for name in ("client_id", "client_secret", "username", "password"):
        assert config[name] not in text
    assert tokens.access_token not in text
    assert str(tokens.refresh_token) not in text
    assert not re.search(r"\S+@\S+\.\w+", text)


def test_headings_that_users_chose_are_not_told(simulator: Simulate, configure: Configure) -> None:
    sim = simulator()
    answering(
        sim,
        "/ucl/*/contact/",
        {"headers": ["_contact_id_", "Lover"], "data": [["7", "secret-cell"]], "totalCount": 1},
    )
    tested = report(configure(sim))
    assert tested.below("contacts")["keys"] == "_contact_id_, 1 more"
    assert "Lover" not in tested.text
    assert "secret-cell" not in tested.text


def test_keys_that_are_data_are_only_counted(simulator: Simulate, configure: Configure) -> None:
    sim = simulator()
    answering(
        sim,
        "/api/1/account/senders",
        [{"alice@example.com": 1, "2026-01-01": 2, "+49 89 1234": 3, "senderId": 4}],
    )
    assert report(configure(sim)).below("senders")["keys"] == "senderId, 3 more"


def test_an_undocumented_reply_is_told_by_the_names_of_its_keys(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator()
    contact = {"id": "c-1", "email": "somebody", "madeUpKey": "value"}
    answering(sim, "/ucl/*/contact/", {"data": [contact] * 3, "paging": {}, "totalCount": 41})
    tested = report(configure(sim))
    assert tested.streams()["contacts"]["rows"] == "41"
    assert tested.below("contacts")["keys"] == "id, email, madeUpKey"
    assert tested.guess("contacts") == (
        "the reply is an object with 'data', 'paging', 'totalCount'; "
        "rows: 3 where 2 were asked for; it tells the total"
    )


def test_children_ask_about_the_first_record_of_their_parent(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator()
    answering(sim, "/ucl/*/contact/", {"data": [{"id": "c-1"}, {"id": "c-2"}]})
    report(configure(sim))
    asked = {path.rpartition("contactReport/id/")[2] for path in paths(sim) if "/id/" in path}
    assert asked == {"c-1/activity", "c-1/scores", "c-1/segments"}


def test_custom_objects_are_asked_by_post_with_a_small_page(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator()
    answering(sim, "/custom-objects/*/schema/all", [{"id": "o-1", "name": "Cars"}])
    answering(sim, "/custom-objects/*/data/*/all", [{"id": "d-1"}])
    answering(sim, "/custom-objects/*/query/*", {"data": [{"co.Owner": "A", "_id": 3}]}, "POST")
    tested = report(configure(sim))
    assert tested.streams()["custom_cars"]["reachable"] == "yes"
    assert tested.below("custom_cars")["keys"] == "_id, 1 more"
    assert "Owner" not in tested.text


def test_what_has_no_parent_is_not_tried(simulator: Simulate, configure: Configure) -> None:
    sim = simulator(messages=0)
    streams = report(configure(sim)).streams()
    assert streams["message_reports"]["reachable"] == "not tried: no messages to ask about"
    assert streams["message_reports"]["shape"] == "-"


def test_what_needs_something_refused_is_not_tried(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator()
    refusing(sim, "/api/1/form")
    streams = report(configure(sim)).streams()
    assert streams["form_urls"]["reachable"] == "not tried: needs forms"


@pytest.mark.parametrize(
    ("status", "envelope"),
    [(403, "gateway"), (404, "gateway"), (400, "api")],
    ids=["forbidden", "not there", "not enabled"],
)
def test_what_a_sync_skips_is_shown_and_no_failure(
    status: int, envelope: str, simulator: Simulate, configure: Configure
) -> None:
    sim = simulator()
    refusing(sim, "/api/1/form", status=status, envelope=envelope)
    tested = report(configure(sim))
    assert tested.streams()["forms"]["reachable"].startswith(f"no: refused, HTTP {status}, code ")
    assert tested.exit_code == 0


def test_nothing_reachable_is_a_failure(simulator: Simulate, configure: Configure) -> None:
    sim = simulator()
    refusing(sim, "/*")
    tested = report(configure(sim))
    assert tested.exit_code == 2
    assert "rights" in str(tested.error)
    assert "credentials  work, " in tested.text


@pytest.mark.parametrize(
    ("body", "shape", "details"),
    [
        ({"forms": [{"id": 1}]}, "differs: the reply holds no objects", {"keys": "id"}),
        (
            [{"folder": "A", "entries": [{"title": "x"}]}],
            "differs: rows without id",
            {"empty": "id, description, url, creation_time, modified"},
        ),
        (
            [{"folder": "A", "entries": [{"id": "1", "modified": "long ago"}]}],
            "differs: values do not fit",
            {"misfits": "modified (1)"},
        ),
    ],
    ids=["other form", "no key", "misfit"],
)
def test_a_documented_stream_of_another_shape_is_a_failure(
    body: Any, shape: str, details: dict[str, str], simulator: Simulate, configure: Configure
) -> None:
    sim = simulator()
    answering(sim, "/api/1/form", body)
    tested = report(configure(sim))
    assert tested.streams()["forms"]["shape"] == shape
    assert tested.below("forms").items() >= details.items()
    assert tested.exit_code == 2
    assert "documented: forms" in str(tested.error)


def test_rows_that_nobody_foresaw_are_told_and_end_nothing(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator()
    answering(sim, "/api/1/message/report", {"counts": [{"dayOfMonth": "the first"}]})
    tested = report(configure(sim))
    assert tested.streams()["message_report_days"]["shape"] == "differs: the rows cannot be read"
    assert tested.below("message_report_days") == {"keys": "dayOfMonth"}
    assert tested.streams()["footers"]["reachable"] == "yes"


def test_an_undocumented_stream_of_another_shape_is_no_failure(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator()
    answering(sim, "/ucl/*/segment/", {"nothing": "here"})
    tested = report(configure(sim))
    assert tested.streams()["segments"]["shape"] == "differs: the reply holds no rows"
    assert tested.below("segments")["keys"] == "nothing"
    assert tested.exit_code == 0


def test_a_documented_stream_that_fails_is_a_failure(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator()
    refusing(sim, "/api/1/image", status=500)
    tested = report(configure(sim, max_retry_seconds=0))
    assert "HTTP 500" in tested.streams()["images"]["reachable"]
    assert tested.streams()["media"]["reachable"] == "yes"
    assert tested.exit_code == 2


def test_the_login_is_told_by_its_way(simulator: Simulate, configure: Configure) -> None:
    sim = simulator()
    first, second = report(configure(sim)), report(configure(sim))
    assert first.about("credentials").startswith("work, by the password; the access token is good")
    assert second.about("credentials").startswith("work, by kept tokens; ")
    assert first.about("logins") == second.about("logins") == "4 left this hour"


def test_a_kept_token_that_is_refused_is_renewed_and_told_so(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator()
    report(configure(sim))
    sim.faults.add(Fault(kind="unauthorized", path="/api/1/account"))
    assert "by a refresh token;" in report(configure(sim)).about("credentials")


def test_a_fixed_access_token_works_without_a_store(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator()
    config = configure(sim)
    report(config)
    tokens = open_store(read_settings(config)).load().tokens
    assert tokens
    fixed = configure(
        sim, auth_scheme="OAuth", initiate_oauth="OFF", access_token=tokens.access_token
    )
    sim.journal.clear()
    tested = report(fixed)
    assert tested.about("credentials") == (
        "work, by access_token of the settings; the access token is good until it is refused"
    )
    assert tested.about("logins") == "not counted"
    assert tested.about("requests").startswith(f"{len(sim.journal)} in this run, ")


def test_an_access_token_of_the_settings_is_told_with_its_end(
    simulator: Simulate, configure: Configure, tmp_path: Path
) -> None:
    sim = simulator()
    config = configure(sim)
    report(config)
    tokens = open_store(read_settings(config)).load().tokens
    assert tokens
    given = {
        "auth_scheme": "OAuth",
        "access_token": tokens.access_token,
        "oauth_token_timestamp": int(tokens.issued_at) * 1000,
        "oauth_expires_in": 3600,
        "oauth_settings_location": str(tmp_path / "another"),
    }
    until = iso_time(int(tokens.issued_at) + 3600)
    for mode in ("OFF", "REFRESH"):
        tested = report(configure(sim, initiate_oauth=mode, **given))
        assert tested.about("credentials") == (
            f"work, by access_token of the settings; the access token is good until {until}"
        )


def test_the_days_requests_are_counted(simulator: Simulate, configure: Configure) -> None:
    sim = simulator()
    config = configure(sim, daily_request_budget=1000)
    report(config)
    tested = report(config)
    sent = len(sim.journal)
    assert tested.about("requests") == f"{sent} today, {1000 - sent} left of 1,000"


def test_a_wrong_password_is_told_and_ends_the_test(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator()
    tested = report(configure(sim, password="wrong"))
    assert tested.about("credentials").startswith("do not work: refused, HTTP 4")
    assert tested.about("account") == "not known"
    assert tested.streams()["forms"]["reachable"] == "not tried: the test had to end before"
    assert tested.exit_code == 2
    assert not paths(sim)


def test_without_a_connection_nobody_knows_whether_the_login_works(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator()
    tested = report(configure(sim, api_url="http://127.0.0.1:9", max_retry_seconds=0))
    assert tested.about("credentials") == "not known whether they work: no connection"
    assert tested.exit_code == 2


def test_a_budget_that_runs_out_tells_what_was_not_tried(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator()
    tested = report(configure(sim, max_requests_per_run=5))
    streams = tested.streams()
    assert streams["lists"]["reachable"] == "yes"
    assert [cells["reachable"] for cells in streams.values()].count("no: a budget is spent") == 1
    assert streams["programs"]["reachable"] == "not tried: the test had to end before"
    assert tested.exit_code == 75
    assert len(sim.journal) == 5


def test_a_catalog_restricts_the_test_to_its_selection(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator()
    catalog = only(discover(configure(sim)), "form_reports", "list_messages")
    sim.journal.clear()
    tested = report(configure(sim), catalog)
    assert tested.streams().keys() == {"form_reports", "list_messages"}
    assert len(paths(sim)) == len(["account", "forms", "form_reports", "list_messages"])


def test_an_empty_selection_tests_the_login_alone(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator(lists=1)
    tested = report(configure(sim), only(discover(configure(sim))))
    assert tested.about("credentials").startswith("work, by ")
    assert len(tested.text.splitlines()) == 5
    assert tested.exit_code == 0


def test_a_wide_list_of_a_catalog_is_tested_as_csv(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator(lists=0, wide_columns=300)
    catalog = only(discover(configure(sim)), "list_wide_list")
    tested = report(configure(sim), catalog)
    assert tested.streams()["list_wide_list"]["shape"] == "as expected"
    answering(sim, "/api/1/list/l-*", "a,b\n1,2\n")
    again = report(configure(sim), catalog)
    assert again.streams()["list_wide_list"]["shape"].startswith("differs: the CSV has no column")
    assert again.guess("list_wide_list") == "the reply is CSV; no rows were found in it"


def written(folder: Path, name: str, content: Any) -> str:
    """Write a file of JSON and return its path."""
    (folder / name).write_text(json.dumps(content))
    return str(folder / name)


def test_the_command_takes_the_catalog_wherever_it_stands(
    simulator: Simulate, tmp_path: Path
) -> None:
    sim = simulator()
    config = config_for(sim, tmp_path)
    catalog = written(tmp_path, "catalog.json", only(discover(config), "forms"))
    settings = written(tmp_path, "config.json", config)
    run = run_tap("--config", settings, "--test", "--catalog", catalog)
    assert run.returncode == 0
    assert "\nforms  " in run.stdout
    assert "\nimages  " not in run.stdout
    assert "{" not in run.stdout


def test_a_failure_is_a_report_and_one_line_on_stderr(simulator: Simulate, tmp_path: Path) -> None:
    sim = simulator()
    config = config_for(sim, tmp_path, password="wrong")
    run = run_tap("--config", written(tmp_path, "config.json", config), "--test=all")
    assert run.returncode == 2
    assert run.stdout.startswith("credentials  do not work")
    assert [line[:7] for line in run.stderr.splitlines() if " | " not in line] == ["Error: "]


def test_a_typo_in_the_settings_ends_before_any_request(
    simulator: Simulate, tmp_path: Path
) -> None:
    sim = simulator()
    config = config_for(sim, tmp_path, page_sise=3)
    run = run_tap("--config", written(tmp_path, "config.json", config), "--test")
    assert (run.returncode, run.stdout) == (2, "")
    assert "page_size" in run.stderr
    assert not len(sim.journal)


def test_an_unknown_kind_of_test_is_named_in_one_line(simulator: Simulate, tmp_path: Path) -> None:
    sim = simulator()
    settings = written(tmp_path, "config.json", config_for(sim, tmp_path))
    run = run_tap("--config", settings, "--test=everything")
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith("Error: ")
    assert len(run.stderr.splitlines()) == 1
    assert not len(sim.journal)


def test_the_schemas_are_printed_alone(simulator: Simulate, tmp_path: Path) -> None:
    sim = simulator(lists=1)
    settings = written(tmp_path, "config.json", config_for(sim, tmp_path))
    run = run_tap("--config", settings, "--test=schema")
    messages = [json.loads(line) for line in run.stdout.splitlines()]
    assert run.returncode == 0
    assert {message["type"] for message in messages} == {"SCHEMA"}
    assert {message["stream"] for message in messages} > RESOURCES.keys()


def test_a_signal_ends_the_test_as_any_run(simulator: Simulate, tmp_path: Path) -> None:
    sim = simulator()
    sim.faults.add(Fault(kind="slow", path="/api/1/form", delay_s=30))
    settings = written(tmp_path, "config.json", config_for(sim, tmp_path))
    with subprocess.Popen(
        [TAP, "--config", settings, "--test"],
        env=unmeasured(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as run:
        wait_until(lambda: bool(sim.journal.matching(path="*/subscription/*")))
        run.send_signal(signal.SIGINT)
        output, errors = run.communicate(timeout=30)
    assert run.returncode == 130
    assert output == ""
    assert errors.splitlines()[-1] == "Error: Stopped by a signal."


def test_a_report_that_nobody_reads_ends_in_one_line(simulator: Simulate, tmp_path: Path) -> None:
    settings = written(tmp_path, "config.json", config_for(simulator(), tmp_path))
    with subprocess.Popen(
        [TAP, "--config", settings, "--test"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as run:
        assert run.stdout
        assert run.stderr
        run.stdout.close()
        last = run.stderr.read().splitlines()[-1]
    assert run.returncode == 1
    assert last == "Error: The target closed the pipe."


def planned(tested: Report) -> dict[str, str]:
    """Return the requests that the plan under the report has for each stream."""
    _, lines = tested.text.split("would take:\n")
    return dict(re.split("  +", line)[:2] for line in lines.splitlines()[1:-1])


def test_the_plan_is_of_the_selected_streams_by_the_rows_that_were_seen(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator(forms=7)
    config = configure(sim, page_size=10)
    chosen = only(discover(config), "forms", "form_urls", "list_messages", "messages")
    for entry in chosen["streams"]:
        entry.pop("row_count", None)
    assert planned(report(config, chosen)) == {
        "forms": "1",
        "form_urls": "7",
        "list_messages": "4",
        "messages": "unknown",
        "total": "12 and 1 unknown",
    }


def test_without_a_catalog_the_plan_is_of_what_a_sync_would_read_by_itself(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator()
    refusing(sim, "/api/1/form")
    streams = planned(report(configure(sim))).keys()
    discovered = discover(configure(sim))["streams"]
    wanted = {
        entry["tap_stream_id"]
        for entry in discovered
        for each in entry["metadata"]
        if not each["breadcrumb"] and each["metadata"]["selected-by-default"]
    }
    assert streams - {"total"} == wanted - {"forms"}
