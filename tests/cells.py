"""Cells as only users of a marketing tool can type them, and how to have them back from records."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["adversarial", "had_back", "plain"]

_ODD = (
    "", " ", "   ", "\t", "\n", "\r", "\r\n", "\u00a0", "\u2028", "\u200b", "\ufeff", "'", '"',
    '""', ",", '","', 'say "x", then\nstop', '"open', 'shut"', "a,b", "a\rb", "\\", "\\n",
    "\\u0041", "{}", "[]", "\x01", "\x07", "\x08", "\x0b", "\x0c", "\x1b[31m", "\x1c", "\x1f",
    "\x7f", "\x85", "\u0600", "\ue000", "🎉", "👩‍👩‍👧", "é", "e\u0301", "שלום", "\u202eRTL\u202c",
    "名簿", "\U0010ffff", "ﬁ", "İ", "ß", "00501", "007", "+15", "-0", "-0.0", "1e5", "1E5", "1.50",
    "1.0", ".5", "5.", "1,234", "1.234,5", "0x1f", "1_000", " 7 ", "7\n", "٣", "½",
    "9007199254740993", "9" * 400, "0." + "3" * 40, "1e400", "0.1", "42", "-1", "0", "NaN", "nan",
    "Infinity", "-inf", "null", "None", "undefined", "nil", "true", "false", "True", "FALSE",
    "yes", "no", "t", "0.30000000000000004", "123456789012345678", "2024-02-29", "2023-02-29",
    "01/02/2024", "2024-01-01T00:00:00", "2024-01-01T00:00:00Z", "2024-01-01T00:00:00.000+00:00",
    "2024-01-01T00:00:00-00:00", "2024-01-01 00:00:00 PDT", "9999-12-31T23:59:59-12:00",
    "0001-01-01T00:00:00+14:00", "1725641452528", "12:30", "2024", "<b>bold</b>",
    "<script>alert('x')</script>", "&amp;", "<!-- -->", "]]>", "=1+1", "@SUM(A1)",
    "'; DROP TABLE contacts; --", "%s%d{0}${HOME}", "../../etc/passwd", "_raw", "a@x.example",
)  # fmt: skip
_LONE_SURROGATES = ("\ud800", "a\udfffb", "\udc80\udcff")
_LARGE = 100_000
_LARGEST = ('"' * _LARGE, "é," * (_LARGE // 3), "\n" * _LARGE, "9" * _LARGE, " " * _LARGE)


def adversarial(*, seed: int, count: int, surrogates: bool) -> list[str]:
    """Return cells, the same for the same seed; five are of 100 kB.

    Args:
        seed: What they depend on.
        count: How many.
        surrogates: Whether some hold half of a pair, which JSON can say and UTF-8 cannot.
    """
    dice = random.Random(seed)  # noqa: S311 - no secret comes of it
    pool = (*_ODD, *(_LONE_SURROGATES if surrogates else ()))
    cells = [
        dice.choice(pool) if dice.random() < 0.8 else dice.choice(pool) + dice.choice(pool)
        for _ in range(count)
    ]
    for cell in _LARGEST:
        cells[dice.randrange(count)] = cell
    return cells


def plain(column: int, row: int) -> str:
    """Return a cell of a column whose cells have a type, or are empty now and then."""
    if not (row + column) % 7:
        return ""
    return (
        str(row * column - 50),
        f"{row / 8:g}",
        f"2024-{1 + row % 12:02}-{1 + column % 28:02}",
        f"2024-01-{1 + row % 28:02}T12:{column % 60:02}:01{'Z' if row % 2 else '+05:30'}",
        "true" if row % 3 else "false",
    )[column % 5]


def had_back(schema: Mapping[str, Any], value: Any) -> str:
    """Return the cell that a value stands for, with nothing else known than the column's schema."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if schema.get("format") == "date-time":
        return str(value).removesuffix("T00:00:00-00:00")
    return str(value)
