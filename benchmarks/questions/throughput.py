"""How much CPU does a record cost, without a limit and without latency?

Each contestant reads a list of a thousand rows and a long one. What the long one takes more is
the cost of its further rows: starting and logging in are left out.
"""

from __future__ import annotations

from contextlib import ExitStack
from statistics import median
from typing import TYPE_CHECKING, Final

from benchmarks.bench import Outcome, failure, middle
from benchmarks.contestants import BASE
from benchmarks.pace import requests_made

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.bench import Bench, Sample, Trial

__all__ = ["measure"]

_FEW: Final = 1000


def measure(bench: Bench) -> Iterator[Outcome]:
    """Yield a line for each contestant, with 20 and 60 columns and with a stream map."""
    for columns in bench.plan.columns if bench.given is None else (0,):
        for mapped in (False, True):
            case = f"{columns} columns" if columns else "the given list"
            case += ", stream map" if mapped else ""
            yield from _case(bench, case, columns, mapped=mapped)


def _case(bench: Bench, case: str, columns: int, *, mapped: bool) -> Iterator[Outcome]:
    with ExitStack() as stack:
        ready: list[list[Trial]] = []
        for rows in (_FEW, bench.plan.rows) if bench.given is None else (bench.plan.rows,):
            target = stack.enter_context(bench.serve(rows=rows, columns=columns))
            trials = bench.trials(target, "list", bare=True, mapped=mapped)
            ready.append(stack.enter_context(trials))
        few: dict[str, list[Sample]] = {each.name: [] for each in ready[0]}
        many: dict[str, list[Sample]] = {each.name: [] for each in ready[0]}
        for _ in range(bench.plan.rounds):
            for pair in zip(*ready, strict=True):
                bench.say(f"{case}: {pair[0].name}")
                many[pair[-1].name].append(pair[-1].sample())
                few[pair[0].name] += [pair[0].sample()] if len(pair) > 1 else []
    base = _costs_us(few.get(BASE, []), many.get(BASE, []))
    for name, found in many.items():
        yield _outcome(case, name, few[name], found, base)


def _outcome(
    case: str, name: str, few: Sequence[Sample], many: Sequence[Sample], base: Sequence[float]
) -> Outcome:
    costs_us = _costs_us(few, many)
    ratios = [theirs / own for theirs, own in zip(base, costs_us, strict=False) if own > 0]
    return Outcome(
        case=case,
        contestant=name,
        ratio=median(ratios) if ratios else None,
        figures={
            "cpu_us_per_record": _known(median(costs_us)),
            "records_per_s": _known(median(_speeds(few, many))),
            "start_cpu_s": middle(few, lambda each: each.run.cpu_s),
            "records": middle(many, lambda each: each.run.records),
            "requests": middle(many, requests_made),
            "peak_mb": middle(many, lambda each: each.run.peak_mb),
        },
        note=failure([*few, *many]),
    )


def _costs_us(few: Sequence[Sample], many: Sequence[Sample]) -> list[float]:
    return [1e6 * cpu_s / max(1, records) for records, cpu_s, _ in _differences(few, many)]


def _speeds(few: Sequence[Sample], many: Sequence[Sample]) -> list[float]:
    return [records / wall_s if wall_s else 0.0 for records, _, wall_s in _differences(few, many)]


def _known(value: float) -> float | None:
    # On a busy machine the short run may take longer than the long one: that says nothing.
    return value if value > 0 else None


def _differences(
    few: Sequence[Sample], many: Sequence[Sample]
) -> Iterator[tuple[int, float, float]]:
    for number, each in enumerate(many):
        big, small = each.run, few[number].run if few else None
        if small is None:
            yield big.records, big.cpu_s, big.wall_s
        else:
            yield (
                big.records - small.records,
                big.cpu_s - small.cpu_s,
                big.wall_s - small.wall_s,
            )
