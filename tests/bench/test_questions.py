"""Every question can be asked, and its document says what was measured."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from benchmarks.__main__ import QUESTIONS, main, ratios
from benchmarks.bench import Bench
from benchmarks.contestants import PEERS, Peer
from benchmarks.plan import Plan
from benchmarks.results import DOCUMENT, document, read
from benchmarks.target import local

ROOT = Path(__file__).parents[2]
TINY = [
    *("--no-peers", "--rounds", "1", "--rows", "1500", "--columns", "10", "--pages", "3"),
    *("--latency", "10", "--jitter", "0", "--messages", "2", "--drilled", "1"),
    *("--memory-rows", "1100", "--larger-rows", "2100"),
]
RECORDS = {
    "throughput": [1500, 1500],
    "ceiling": [3000],
    "processes": [3000],
    "memory": [1100, 2100],
    "requests": [1500, 7500],
    "sql": [1100, 1100, 1100, 1100],
    "startup": [],
}


def measured(
    capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0
) -> list[dict[str, Any]]:
    assert main([*arguments, "--json", *TINY]) == code
    results = json.loads(capsys.readouterr().out)
    return [line for result in results.values() for line in result["outcomes"]]


@pytest.mark.parametrize("question", sorted(RECORDS))
def test_a_question_is_answered_for_the_tap_alone(
    question: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = measured(capsys, question)
    found = [line["figures"]["records"] for line in lines if "records" in line["figures"]]
    assert found == RECORDS[question]
    assert lines


def test_fanout_reads_reports_and_events(capsys: pytest.CaptureFixture[str]) -> None:
    lines = measured(capsys, "fanout")
    assert [line["case"].partition(",")[0] for line in lines] == ["reports", "events"]
    assert all(line["figures"]["records"] for line in lines)
    assert all(0 < line["ratio"] <= 1.1 for line in lines)


def test_any_server_can_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with local(rows=300, columns=9, lists=2) as server:
        config = tmp_path / "config.json"
        config.write_text(json.dumps({**server.settings, "lists": ["l-0002"]}))
        lines = measured(capsys, "memory", "--url", server.url, "--config", str(config))
    assert [(line["case"], line["figures"]["records"]) for line in lines] == [
        ("the given list", 300)
    ]


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.environment)
def test_a_peer_reads_the_same_rows(peer: Peer) -> None:
    if not peer.is_installed:
        pytest.skip(f"no .tools/bench/{peer.environment}: `make bench` makes it")
    bench = Bench(plan=Plan(), ours=(), peers=(peer,))
    with (
        local(rows=1100, columns=10) as target,
        bench.trials(target, "list", bare=True) as trials,
    ):
        (found,) = (each.sample() for each in trials)
    assert (found.run.exit_code, found.run.error, found.run.records) == (0, "", 1100)


def test_an_unknown_question_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["speed"])
    assert ended.value.code == 2
    assert "speed" in capsys.readouterr().err


def test_the_document_names_the_questions(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--list"])
    listed = capsys.readouterr().out.splitlines()
    section = DOCUMENT.read_text().split("## Questions")[1].split("\n## ")[0]
    told = re.findall(r"^- `(\w+)`: ([^.]*)\.", section, re.MULTILINE)
    assert [f"{name}: {about}" for name, about in told] == listed


def test_the_documents_tables_are_those_of_the_results() -> None:
    text = DOCUMENT.read_text()
    assert document(text, read(), ratios()) == text
    assert set(read()) == set(QUESTIONS)


def test_the_document_names_the_command() -> None:
    assert "make bench" in DOCUMENT.read_text()
    assert re.search(r"^bench:", (ROOT / "Makefile").read_text(), re.MULTILINE)
