"""How many requests do a thousand rows cost, and how many go to anything but rows?"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Final

from benchmarks.bench import Outcome, failure
from benchmarks.pace import token_posts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.bench import Bench, Sample
    from benchmarks.contestants import Kind
    from benchmarks.target import Entry

__all__ = ["measure"]

_COLUMNS: Final = 20
_PAGE_ROWS: Final = 1000
_SUPPRESSED: Final = 2500
_PATHS: Final[dict[str, str]] = {"list": "/api/1/list/", "suppression": "/api/1/list/"}


def measure(bench: Bench) -> Iterator[Outcome]:
    """Yield a line for each contestant that reads a list, or the three suppression lists."""
    kinds: tuple[tuple[str, Kind], ...] = (
        ("a list", "list"),
        ("three suppression lists", "suppression"),
    )
    for case, kind in kinds:
        with (
            bench.serve(rows=bench.plan.rows, columns=_COLUMNS, suppressed=_SUPPRESSED) as target,
            bench.trials(target, kind) as trials,
        ):
            samples = bench.take_turns(trials, 1, case)
        for name, (found,) in samples.items():
            yield _outcome(case, name, found, kind)


def _outcome(case: str, name: str, found: Sample, kind: Kind) -> Outcome:
    records = found.run.records
    return Outcome(
        case=case,
        contestant=name,
        figures={
            **_figures(found.requests, records, kind),
            "token_posts": token_posts(found.requests),
            "records": records,
        },
        note=failure([found]),
    )


def _figures(entries: Sequence[Entry] | None, records: int, kind: Kind) -> dict[str, float | None]:
    if entries is None:
        return {"requests_per_1000_rows": None}
    of_rows = [each for each in entries if each["path"].startswith(_PATHS[kind])]
    return {
        "requests_per_1000_rows": 1000 * len(of_rows) / max(1, records),
        "requests": len(of_rows),
        "fewest_possible": sum(ceil(rows / _PAGE_ROWS) for rows in _sizes(of_rows, records)),
        "other_requests": sum(each["method"] == "GET" for each in entries) - len(of_rows),
    }


def _sizes(of_rows: Sequence[Entry], records: int) -> list[float]:
    paths = {each["path"] for each in of_rows}
    return [records / len(paths)] * len(paths)
