"""How does a SELECT over the account stand to SQLite over a table of its own?

Each reads a list of a few rows and a long one. What the long one takes more is the cost of its
further rows: starting and logging in are left out.
"""

from __future__ import annotations

import json
import tempfile
from statistics import median
from typing import TYPE_CHECKING, Final

from benchmarks.bench import Outcome, Trial, failure, middle
from benchmarks.contestants import OWN_PYTHON
from benchmarks.running import Command

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.bench import Bench, Sample
    from benchmarks.target import Target

__all__ = ["measure"]

_FEW: Final = 100
_COLUMNS: Final = 20
_CASES: Final = {"every row": ("table rows", "rows"), "GROUP BY": ("table groups", "groups")}
_NAMES: Final = ("sqlite3", "cdata.acton")


def measure(bench: Bench) -> Iterator[Outcome]:
    """Yield a line for SQLite and for the connector, for every row and for a GROUP BY."""
    rows = bench.plan.memory_rows
    with (
        bench.serve(rows=_FEW, columns=_COLUMNS) as short,
        bench.serve(rows=rows, columns=_COLUMNS) as long,
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
    ):
        for number, target in enumerate((short, long)):
            _trial("load", target, f"{folder}/{number}.db").sample()
        for case, jobs in _CASES.items():
            trials = {
                name: [
                    _trial(job, target, f"{folder}/{number}.db")
                    for number, target in enumerate((short, long))
                ]
                for name, job in zip(_NAMES, jobs, strict=True)
            }
            yield from _case(bench, case, trials)


def _trial(job: str, target: Target, file: str) -> Trial:
    settings = {
        "url": target.url,
        "token": target.token,
        "list_id": target.list_id,
        "list_name": target.list_name,
        "group": target.headings[-3],
        "file": file,
    }
    arguments = (OWN_PYTHON, "-m", "benchmarks.queries", job, json.dumps(settings))
    return Trial(name=job, command=Command(arguments=arguments), target=target)


def _case(bench: Bench, case: str, trials: dict[str, list[Trial]]) -> Iterator[Outcome]:
    found: dict[str, list[list[Sample]]] = {name: [[], []] for name in trials}
    for number in range(bench.plan.rounds):
        for name, pair in trials.items():
            bench.say(f"{case}: {name}, round {number + 1} of {bench.plan.rounds}")
            for samples, trial in zip(found[name], pair, strict=True):
                samples.append(trial.sample())
    base = _costs_us(*found[_NAMES[0]])
    for name, (few, many) in found.items():
        costs_us = _costs_us(few, many)
        pairs = zip(base, costs_us, strict=True)
        ratios = [theirs / own for theirs, own in pairs if own > 0 < theirs]
        yield Outcome(
            case=case,
            contestant=name,
            ratio=median(ratios) if ratios else None,
            figures={
                "cpu_us_per_row": max(0.0, median(costs_us)),
                "start_cpu_s": middle(few, lambda each: each.run.cpu_s),
                "records": middle(many, lambda each: each.run.records),
                "peak_mb": middle(many, lambda each: each.run.peak_mb),
                "peak_mb_of_few": middle(few, lambda each: each.run.peak_mb),
            },
            note=failure([*few, *many]),
        )


def _costs_us(few: Sequence[Sample], many: Sequence[Sample]) -> list[float]:
    return [
        1e6 * (long.run.cpu_s - short.run.cpu_s) / max(1, long.run.records - short.run.records)
        for short, long in zip(few, many, strict=True)
    ]
