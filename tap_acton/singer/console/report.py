"""The end of a run: what the source had and what came of it, stream by stream."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_acton.singer.console.layout import aligned, percent
from tap_acton.singer.console.tally import Outcome, Tally

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["differences", "table"]

_HEADINGS = ("stream", "source", "emitted", "skipped", "requests", "seconds", "ceiling", "")
_NUMBERS = range(1, len(_HEADINGS) - 1)
_UNKNOWN = "-"


def table(tallies: Sequence[Tally], *, seconds: float, per_second: float) -> Iterator[str]:
    """Yield the lines of the table, with one for the sum.

    The source is what the server says it has, where it says so and all of it was to be read.
    Skipped are rows of the source that are not of this run, for the reason in the last column.

    Args:
        tallies: What became of each stream.
        seconds: How long the run took.
        per_second: Requests a second that the ceiling allows.
    """
    rows = [_cells(tally, per_second) for tally in tallies if _has_any(tally)]
    allowed = seconds * per_second
    requests = sum(tally.requests for tally in tallies)
    total = (
        "total",
        _count(_sum_of_sources(tallies)),
        f"{sum(tally.emitted for tally in tallies):,}",
        f"{sum(tally.skipped for tally in tallies):,}",
        f"{requests:,}",
        f"{seconds:.1f}",
        percent(min(1.0, requests / allowed) if allowed > 0 else 0.0),
        "",
    )
    yield from aligned([_HEADINGS, *rows, total], right=_NUMBERS)


def differences(tallies: Sequence[Tally]) -> Iterator[str]:
    """Yield a sentence for each stream whose rows are not those that the server counted."""
    for tally in tallies:
        number = tally.unexplained
        if number > 0:
            yield (
                f"{tally.stream}: {number:,} of the {tally.source_rows:,} rows that Act-On counts "
                "did not come, or came more than once. The next whole reading compares again."
            )
        elif number < 0:
            yield (
                f"{tally.stream}: {-number:,} rows came beyond the {tally.source_rows:,} that "
                "Act-On counts. The next whole reading compares again."
            )


def _has_any(tally: Tally) -> bool:
    """Tell whether there is something to say: discovery may have asked for nothing."""
    return bool(tally.requests) or tally.outcome is not Outcome.COMPLETE or tally.is_shown


def _cells(tally: Tally, per_second: float) -> tuple[str, ...]:
    ended = tally.ended if tally.ended is not None else tally.began
    return (
        tally.stream,
        _count(tally.source_rows),
        f"{tally.emitted:,}",
        f"{tally.skipped:,}",
        f"{tally.requests:,}",
        f"{tally.seconds(ended):.1f}",
        percent(tally.share(ended, per_second)),
        "; ".join(_notes(tally)),
    )


def _notes(tally: Tally) -> Iterator[str]:
    if tally.outcome is not Outcome.COMPLETE:
        yield tally.outcome.value
    if tally.before:
        yield f"read in the run before: {tally.before:,}"
    if tally.unwanted:
        yield f"known or outside of the dates: {tally.unwanted:,}"
    if tally.left_out:
        yield f"left out by stream maps: {tally.left_out:,}"
    if tally.not_shown and tally.outcome is not Outcome.HIDDEN:
        yield f"objects not shown: {tally.not_shown:,}"
    if tally.unexplained:
        yield f"unexplained: {tally.unexplained:,}"


def _sum_of_sources(tallies: Sequence[Tally]) -> int | None:
    read = [tally.source_rows for tally in tallies if tally.is_shown]
    told = [rows for rows in read if rows is not None]
    return sum(told) if told and len(told) == len(read) else None


def _count(number: int | None) -> str:
    return _UNKNOWN if number is None else f"{number:,}"
