"""How much of one account's five requests a second do three processes get together?

They share a settings file and begin without a token; each reads a list of its own.
"""

from __future__ import annotations

import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final

from benchmarks.bench import Outcome, Sample, failure
from benchmarks.contestants import Job
from benchmarks.pace import CEILING, ceiling_share, throttled_share, token_posts
from benchmarks.questions.ceiling import AS_PAGES
from benchmarks.running import run
from benchmarks.target import remote

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.bench import Bench
    from benchmarks.contestants import Ours
    from benchmarks.running import Command, Run
    from benchmarks.target import Entry, Target

__all__ = ["measure"]

_PROCESSES: Final = 3
_COLUMNS: Final = 20
_PAGE_ROWS: Final = 1000
_LATENCY_MS: Final = 200


def measure(bench: Bench) -> Iterator[Outcome]:
    """Yield a line for each tap; peers have nothing that processes share."""
    if bench.given is not None:
        return
    rows = bench.plan.pages * _PAGE_ROWS // _PROCESSES
    for contestant in bench.ours:
        runs: list[list[Run]] = []
        journals: list[Sequence[Entry]] = []
        for number in range(bench.plan.ceiling_rounds):
            bench.say(f"three processes: {contestant.name}, round {number + 1}")
            with bench.serve(
                rows=rows,
                columns=_COLUMNS,
                lists=_PROCESSES,
                latency_ms=_LATENCY_MS,
                requests_per_second=int(CEILING),
            ) as target:
                runs.append(_together(contestant, target))
                journals.append(target.journal() or ())
        yield _outcome(contestant.name, runs, journals)


def _together(contestant: Ours, target: Target) -> list[Run]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        commands = [_command(contestant, target, folder, each) for each in range(_PROCESSES)]
        target.clear()
        threads = stack.enter_context(ThreadPoolExecutor(_PROCESSES))
        return list(threads.map(run, commands))


def _command(contestant: Ours, target: Target, folder: Path, number: int) -> Command:
    own = folder / str(number)
    own.mkdir()
    settings = {**target.settings, "access_token": target.token, "lists": [f"l-{number + 1:04x}"]}
    job = Job(
        kind="list",
        target=remote(target.url, settings),
        folder=own,
        paced=True,
        settings=AS_PAGES,
    )
    command = contestant.command(job)
    # The catalog is made; what is measured begins without a token.
    changes = {
        "access_token": None,
        "initiate_oauth": "GETANDREFRESH",
        "oauth_settings_location": str(folder / "tokens"),
    }
    job.written("config.json", contestant.config(job, **changes))
    return command


def _outcome(
    name: str, runs: Sequence[Sequence[Run]], journals: Sequence[Sequence[Entry]]
) -> Outcome:
    samples = [Sample(run=each, requests=None) for turn in runs for each in turn]
    shares = [ceiling_share(each) or 0.0 for each in journals]
    return Outcome(
        case=f"{_PROCESSES} processes, {_LATENCY_MS} ms",
        contestant=name,
        ratio=median(shares),
        figures={
            "throttled_share": median(throttled_share(each) or 0.0 for each in journals),
            "token_posts": median(token_posts(each) or 0.0 for each in journals),
            "requests": median(len(each) for each in journals),
            "records": median(sum(run.records for run in turn) for turn in runs),
            "seconds": median(max(run.wall_s for run in turn) for turn in runs),
        },
        note=failure(samples),
    )
