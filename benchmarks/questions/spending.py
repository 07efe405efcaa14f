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
_PATH: Final = "/api/1/list/"
"""Lists and suppression lists alike are below it."""


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
            yield _outcome(case, name, found)


def _outcome(case: str, name: str, found: Sample) -> Outcome:
    records = found.run.records
    figures = _figures(found.requests, records)
    fewest, made = figures.get("fewest_possible"), figures.get("requests")
    return Outcome(
        case=case,
        contestant=name,
        ratio=fewest / made if fewest and made else None,
        figures={
            **figures,
            "token_posts": token_posts(found.requests),
            "records": records,
        },
        note=failure([found]),
    )


def _figures(entries: Sequence[Entry] | None, records: int) -> dict[str, float | None]:
    if entries is None:
        return {"requests_per_1000_rows": None}
    of_rows = [each for each in entries if each["path"].startswith(_PATH)]
    return {
        "requests_per_1000_rows": 1000 * len(of_rows) / max(1, records),
        "requests": len(of_rows),
        "fewest_possible": sum(ceil(rows / _PAGE_ROWS) for rows in _sizes(of_rows, records)),
        "other_requests": sum(each["method"] == "GET" for each in entries) - len(of_rows),
    }


def _sizes(of_rows: Sequence[Entry], records: int) -> list[float]:
    paths = {each["path"] for each in of_rows}
    # The simulator's lists are of one length.
    return [records / len(paths)] * len(paths)
