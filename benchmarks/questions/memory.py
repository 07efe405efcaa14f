"""How much memory does a long list take, and does a longer one take more?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchmarks.bench import Outcome, failure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.bench import Bench

__all__ = ["measure"]

_COLUMNS: Final = 20


def measure(bench: Bench) -> Iterator[Outcome]:
    """Yield a line for each contestant at one size, and for tap-acton at a larger one."""
    smaller: dict[str, float] = {}
    for rows, alone in ((bench.plan.memory_rows, False), (bench.plan.larger_rows, True)):
        if bench.given is not None and alone:
            return
        case = f"{rows:,} rows" if bench.given is None else "the given list"
        with (
            bench.serve(rows=rows, columns=_COLUMNS) as target,
            bench.trials(target, "list", alone=alone) as trials,
        ):
            samples = bench.take_turns(trials, 1, case)
        for name, (found,) in samples.items():
            peak_mb = found.run.peak_mb
            yield Outcome(
                case=case,
                contestant=name,
                ratio=peak_mb / smaller[name] if name in smaller else None,
                figures={
                    "peak_mb": peak_mb,
                    "records": found.run.records,
                    "seconds": found.run.wall_s,
                },
                note=failure([found]),
            )
            smaller.setdefault(name, peak_mb)
