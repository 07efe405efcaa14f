"""Results as a table, CSV or JSON, written while rows come."""

from __future__ import annotations

import csv
import datetime as dt
import itertools
import json
import shutil
import unicodedata
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    Row = tuple[Any, ...]

__all__ = ["FORMATS", "printable"]

_ROWS_FOR_WIDTHS = 100
_NARROWEST = 4
_WIDE = {"W", "F"}


def printable(text: str) -> str:
    """Return a text on one line, without what would move a terminal's cursor."""
    return "".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in text)


def _as_table(names: Sequence[str], rows: Iterable[Row], out: TextIO) -> None:
    """Columns are as wide as the first rows need; on a terminal a line is cut at its edge."""
    coming = iter(rows)
    cells = [[_cell(value) for value in row] for row in itertools.islice(coming, _ROWS_FOR_WIDTHS)]
    heading = [printable(name) for name in names]
    widths = [max(_NARROWEST, *map(_width, column)) for column in zip(heading, *cells, strict=True)]
    edge = shutil.get_terminal_size().columns if out.isatty() else None
    later = ([_cell(value) for value in row] for row in coming)
    lines = itertools.chain((heading, ["-" * width for width in widths]), cells, later)
    out.writelines(_line(line, widths, edge) for line in lines)


def _as_csv(names: Sequence[str], rows: Iterable[Row], out: TextIO) -> None:
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([_plain(value) for value in row] for row in rows)


def _as_json(names: Sequence[str], rows: Iterable[Row], out: TextIO) -> None:
    """One array of objects, an object on each line."""
    out.write("[")
    for number, row in enumerate(rows):
        values = (value if isinstance(value, bool) else _plain(value) for value in row)
        record = dict(zip(names, values, strict=True))
        out.write((",\n" if number else "\n") + json.dumps(record, ensure_ascii=False))
    out.write("\n]\n")


FORMATS: dict[str, Callable[[Sequence[str], Iterable[Row], TextIO], None]] = {
    "table": _as_table,
    "csv": _as_csv,
    "json": _as_json,
}
"""What writes names and rows, by the name of the format."""


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else value


def _cell(value: Any) -> str:
    return "" if value is None else printable(str(_plain(value)))


def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    return sum(1 + (unicodedata.east_asian_width(sign) in _WIDE) for sign in text)


def _line(cells: Iterable[str], widths: Sequence[int], edge: int | None) -> str:
    padded = (
        cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True)
    )
    line = "  ".join(padded).rstrip()
    if edge is not None and _width(line) > edge:
        line = "".join(_as_far_as(line, edge - 1)) + "…"
    return line + "\n"


def _as_far_as(line: str, edge: int) -> Iterator[str]:
    room = edge
    for sign in line:
        room -= _width(sign)
        if room < 0:
            return
        yield sign
