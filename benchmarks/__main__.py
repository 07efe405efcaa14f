"""`python -m benchmarks`: measure, and print a table for each question."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmarks.bench import Bench, Outcome
from benchmarks.contestants import OWN_TAP, PEERS, Ours, Peer
from benchmarks.plan import add_options, planned
from benchmarks.questions import (
    ceiling,
    fanout,
    memory,
    processes,
    spending,
    sql,
    startup,
    throughput,
)
from benchmarks.report import plain
from benchmarks.results import circumstances, keep
from benchmarks.target import Target, remote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from benchmarks.plan import Plan

__all__ = ["QUESTIONS", "Question", "main", "ratios"]

_SHORT: Final = (
    "This was the short run. --long takes hours: longer lists, round trips of 50 to 2,000 ms, "
    "500 messages. --help has an option for each number.\n"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What can be measured by its name."""

    about: str
    ratio: str
    """What the first number of a line says."""
    measure: Callable[[Bench], Iterator[Outcome]] = field(repr=False)


QUESTIONS: Final = {
    "throughput": Question(
        about="CPU of a record, without limit and latency",
        ratio="times the plain SDK tap",
        measure=throughput.measure,
    ),
    "ceiling": Question(
        about="share of five requests a second, one list page by page",
        ratio="of the ceiling",
        measure=ceiling.measure,
    ),
    "fanout": Question(
        about="the same for reports and events of many messages",
        ratio="of the ceiling",
        measure=fanout.measure,
    ),
    "processes": Question(
        about="the same for three processes on one account",
        ratio="of the ceiling",
        measure=processes.measure,
    ),
    "memory": Question(
        about="peak memory at two lengths of a list",
        ratio="times the shorter list's",
        measure=memory.measure,
    ),
    "requests": Question(
        about="requests for a thousand rows, and for anything else",
        ratio="fewest possible / made",
        measure=spending.measure,
    ),
    "sql": Question(
        about="CPU of a row that a SELECT gives, and peak memory",
        ratio="times a table of SQLite",
        measure=sql.measure,
    ),
    "startup": Question(
        about="CPU until a command or an import is ready",
        ratio="times faster than singer_sdk",
        measure=startup.measure,
    ),
}


def ratios() -> dict[str, str]:
    """Return what the first number of each question's lines says."""
    return {name: question.ratio for name, question in QUESTIONS.items()}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the questions that are named, or all.

    Tables go to stdout, progress to stderr. Ends with 1 if a run of tap-acton failed.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    parser = _parser()
    given = parser.parse_args(arguments)
    if unknown := set(given.question) - set(QUESTIONS):
        parser.error(f"no question is named {', '.join(sorted(unknown))}; see --list")
    if given.list:
        sys.stdout.writelines(f"{name}: {each.about}\n" for name, each in QUESTIONS.items())
        return 0
    bench = _bench(given)
    results: dict[str, Any] = {}
    for name in given.question or QUESTIONS:
        sys.stderr.write(f"{name}: {QUESTIONS[name].about}\n")
        measured = circumstances(" ".join(["python -m benchmarks", *arguments]))
        lines = [asdict(outcome) for outcome in QUESTIONS[name].measure(bench)]
        results[name] = {"measured": measured, "outcomes": lines}
        if not given.json:
            sys.stdout.write(f"{name}: {QUESTIONS[name].about}\n\n")
            sys.stdout.write(plain(lines, QUESTIONS[name].ratio) + "\n")
            sys.stdout.flush()
    if given.json:
        sys.stdout.write(json.dumps(results, indent=1) + "\n")
    if given.save:
        keep(results, ratios())
    return _ended(bench, results, given)


def _ended(bench: Bench, results: dict[str, Any], given: Namespace) -> int:
    if not given.long:
        sys.stderr.write(_SHORT)
    own = {each.name for each in bench.ours}
    lines = [line for result in results.values() for line in result["outcomes"]]
    return int(any(line["note"] for line in lines if line["contestant"] in own))


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("question", nargs="*", help=f"{', '.join(QUESTIONS)}; all if not given")
    parser.add_argument("--list", action="store_true", help="name the questions")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--save", action="store_true", help="keep the results for the document")
    parser.add_argument("--url", help="read this server instead of simulated ones")
    parser.add_argument("--config", type=Path, help="the tap's configuration for --url")
    parser.add_argument("--tap", action="append", help="a tap-acton to measure; several compare")
    parser.add_argument("--long", action="store_true", help="the long run")
    add_options(parser)
    return parser


def _bench(given: Namespace) -> Bench:
    plan = planned(given)
    taps = given.tap or [OWN_TAP]
    # The first has the plain name; others are known by their path.
    ours = tuple(Ours(tap=tap, name=tap if at else "tap-acton") for at, tap in enumerate(taps))
    return Bench(plan=plan, ours=ours, peers=tuple(_peers(plan)), given=_given(given))


def _peers(plan: Plan) -> Iterator[Peer]:
    for peer in PEERS if plan.peers else ():
        if peer.is_installed:
            yield peer
        else:
            sys.stderr.write(f"{peer.name} is left out: `make bench` makes its environment\n")


def _given(given: Namespace) -> Target | None:
    if not given.url:
        return None
    settings = json.loads(given.config.read_text()) if given.config else {}
    return remote(given.url.rstrip("/"), settings)


if __name__ == "__main__":
    sys.exit(main())
