"""Cells below each other, and the words for numbers and times."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

__all__ = ["aligned", "duration", "percent"]

_MINUTE_S = 60
_HOUR_S = 3600
_TEN_SECONDS = 10
_LEAST = 0.001
_A_TENTH = 0.1


def aligned(rows: Sequence[tuple[str, ...]], *, right: Collection[int] = ()) -> Iterator[str]:
    """Yield the rows with their cells below each other.

    Args:
        rows: Cells, as many in each row.
        right: Columns whose cells end below each other, as numbers do.
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        padded = (
            cell.rjust(width) if number in right else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(padded).rstrip()


def duration(seconds: float) -> str:
    """Return a time in the two units that matter, such as "3 min 20 s"."""
    if seconds < _TEN_SECONDS:
        return f"{seconds:.1f} s"
    minutes, rest_s = divmod(round(seconds), _MINUTE_S)
    if not minutes:
        return f"{rest_s} s"
    if seconds < _HOUR_S:
        return f"{minutes} min {rest_s} s"
    hours, minutes = divmod(minutes, _MINUTE_S)
    return f"{hours:,} h {minutes} min"


def percent(share: float) -> str:
    """Return a share of one in percent, a small one with a digit more."""
    if not share:
        return "0 %"
    if share < _LEAST:
        return f"<{100 * _LEAST:.1f} %"
    return f"{100 * share:.0f} %" if share >= _A_TENTH else f"{100 * share:.1f} %"
