"""Tables of outcomes: for a terminal, and for docs/performance.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["markdown", "plain"]

_ROUND_FROM: Final = 100
Line = dict[str, Any]
"""An outcome as JSON: case, contestant, ratio, figures, note."""


def plain(lines: Sequence[Line], ratio: str) -> str:
    """Return a table of aligned columns, the ratio first."""
    rows = [_headings(lines, ratio), *(_cells(line, _figures(lines)) for line in lines)]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return "".join(_aligned(row, widths) + "\n" for row in rows)


def markdown(results: Mapping[str, Any], ratios: Mapping[str, str]) -> str:
    """Return a table for each measured question, and what it was measured with."""
    parts = []
    for question, result in results.items():
        lines = result["outcomes"]
        headings = _headings(lines, ratios[question])
        rows = [headings, ["---"] * len(headings)]
        rows += [_cells(line, _figures(lines)) for line in lines]
        table = "".join(f"| {' | '.join(row)} |\n" for row in rows)
        parts.append(f"### {question}\n\n{_circumstances(result['measured'])}\n\n{table}")
    return "\n".join(parts)


def _headings(lines: Iterable[Line], ratio: str) -> list[str]:
    names = [name.replace("_", " ") for name in _figures(lines)]
    return ["case", "contestant", ratio, *names, "note"]


def _figures(lines: Iterable[Line]) -> list[str]:
    return list(dict.fromkeys(name for line in lines for name in line["figures"]))


def _cells(line: Line, figures: Iterable[str]) -> list[str]:
    shown = [_number(line["figures"].get(name), share=name.endswith("share")) for name in figures]
    ratio = _number(line["ratio"], share=False)
    return [line["case"], line["contestant"], ratio, *shown, line["note"]]


def _number(value: float | None, *, share: bool) -> str:
    if value is None:
        return "-"
    if share:
        return f"{value:.1%}"
    if isinstance(value, int) or value >= _ROUND_FROM:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    texts = [cell.ljust(width) for cell, width in zip(row[:2], widths[:2], strict=True)]
    numbers = [cell.rjust(width) for cell, width in zip(row[2:-1], widths[2:-1], strict=True)]
    return "  ".join([*texts, *numbers, row[-1]]).rstrip()


def _circumstances(measured: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in measured.items()) + "."
