"""How much of five requests a second does one list get, page by page?

The server answers late and refuses a sixth request in any second.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from benchmarks.bench import Outcome, failure, middle
from benchmarks.pace import CEILING, ceiling_share, requests_made, throttled_share

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.bench import Bench, Sample

__all__ = ["AS_PAGES", "cases", "measure", "outcomes"]

AS_PAGES: Final = {"list_download": "json"}
_PAGE_ROWS: Final = 1000
_COLUMNS: Final = 20


def measure(bench: Bench) -> Iterator[Outcome]:
    """Yield a line for each contestant and round trip, with and without jitter."""
    for case, wire in cases(bench):
        rows = bench.plan.pages * _PAGE_ROWS
        with (
            bench.serve(rows=rows, columns=_COLUMNS, **wire) as target,
            bench.trials(target, "list", paced=True, settings=AS_PAGES) as trials,
        ):
            samples = bench.take_turns(trials, bench.plan.ceiling_rounds, case)
        yield from outcomes(case, samples)


def cases(bench: Bench) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name of each case and the options of its server."""
    if bench.given is not None:
        yield "as it is", {}
        return
    for latency_ms in bench.plan.latency:
        wire = {"latency_ms": latency_ms, "requests_per_second": int(CEILING)}
        yield f"{latency_ms} ms", wire
        if bench.plan.jitter:
            case = f"{latency_ms} ms ± {bench.plan.jitter:.0%}"
            yield case, {**wire, "jitter": bench.plan.jitter}


def outcomes(case: str, samples: dict[str, list[Sample]]) -> Iterator[Outcome]:
    """Yield a line for each contestant; its ratio is the share of the ceiling."""
    for name, found in samples.items():
        yield Outcome(
            case=case,
            contestant=name,
            ratio=middle(found, lambda each: ceiling_share(each.requests)),
            figures=_figures(found),
            note=failure(found),
        )


def _figures(found: Sequence[Sample]) -> dict[str, float | None]:
    return {
        "throttled_share": middle(found, lambda each: throttled_share(each.requests)),
        "requests": middle(found, requests_made),
        "records": middle(found, lambda each: each.run.records),
        "seconds": middle(found, lambda each: each.run.wall_s),
        "cpu_s": middle(found, lambda each: each.run.cpu_s),
    }
