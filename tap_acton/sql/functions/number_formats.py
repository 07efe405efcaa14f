""".NET's formats of numbers, in American English (a guess: the documents name no culture).

https://learn.microsoft.com/dotnet/standard/base-types/custom-numeric-format-strings
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["number_as_text"]

_STANDARD = re.compile(r"([A-Za-z])(\d{0,2})")
_TOKEN = re.compile(r"""'[^']*'|"[^"]*"|\\.|[eE][+-]?0+|.""", re.DOTALL)
_SECTION = re.compile(r"""(?:'[^']*'|"[^"]*"|\\.|[^;])*""", re.DOTALL)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Layout:
    """A custom format: its marks, and where its digits stand."""

    marks: list[str]
    whole: list[str]
    fraction: list[str]
    groups: bool
    factor: Decimal
    exponent: str


def number_as_text(number: float, spelling: str) -> str:
    """Return a number in a standard format (`N2`, `X`) or a custom one (`#,##0.00`).

    Raises:
        ValueError: There is no such standard format, or not for this number.
    """
    exact = Decimal(str(number))
    if not exact.is_finite():
        return str(number)
    if standard := _STANDARD.fullmatch(spelling):
        letter = standard[1].upper()
        if letter not in _WRITERS:
            raise ValueError(f"there is no format {spelling!r} for numbers")
        shown = _WRITERS[letter](exact, int(standard[2]) if standard[2] else None)
        return shown if standard[1].isupper() or letter not in "EGX" else shown.lower()
    return _custom(exact, spelling)


def _rounded(exact: Decimal, places: int) -> Decimal:
    # Not quantize, whose precision a long number exceeds.
    text = f"{exact:f}"
    if len(text.partition(".")[2]) <= places:
        return exact
    return exact.scaleb(places).to_integral_value(ROUND_HALF_UP).scaleb(-places)


def _fixed(exact: Decimal, places: int | None) -> str:
    count = 2 if places is None else places
    whole, _, fraction = f"{abs(_rounded(exact, count)):f}".partition(".")
    shown = whole + (f".{fraction:0<{count}}" if count else "")
    return f"-{shown}" if exact < 0 and shown.strip("0.") else shown


def _grouped(exact: Decimal, places: int | None) -> str:
    whole, point, fraction = _fixed(exact, places).partition(".")
    minus = "-" if whole.startswith("-") else ""
    return f"{minus}{int(whole.removeprefix('-')):,}{point}{fraction}"


def _currency(exact: Decimal, places: int | None) -> str:
    shown = _grouped(exact, places)
    return f"-${shown[1:]}" if shown.startswith("-") else f"${shown}"


def _percent(exact: Decimal, places: int | None) -> str:
    return f"{_grouped(exact * 100, places)}%"


def _whole(exact: Decimal, digits: int | None) -> str:
    value = _integer(exact, "D")
    return f"{'-' if value < 0 else ''}{abs(value):0{digits or 1}}"


def _hexadecimal(exact: Decimal, digits: int | None) -> str:
    value = _integer(exact, "X")
    return f"{value & 0xFFFF_FFFF_FFFF_FFFF if value < 0 else value:0{digits or 1}X}"


def _integer(exact: Decimal, letter: str) -> int:
    if exact != exact.to_integral_value():
        raise ValueError(f"the format {letter} is for whole numbers, and {exact} is none")
    return int(exact)


def _scientific(exact: Decimal, places: int | None) -> str:
    mantissa, exponent = f"{exact:.{6 if places is None else places}E}".split("E")
    return f"{mantissa}E{exponent[0]}{exponent[1:]:0>3}"


def _general(exact: Decimal, digits: int | None) -> str:
    if digits:
        return f"{float(exact):.{digits}G}"
    shown = f"{exact:f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


_WRITERS: dict[str, Callable[[Decimal, int | None], str]] = {
    "C": _currency,
    "D": _whole,
    "E": _scientific,
    "F": _fixed,
    "G": _general,
    "N": _grouped,
    "P": _percent,
    "R": lambda exact, _: _general(exact, None),
    "X": _hexadecimal,
}


def _custom(exact: Decimal, spelling: str) -> str:
    sections = [found for found in _SECTION.findall(spelling) if found] or [""]
    has_own_minus = exact < 0 and len(sections) > 1
    section = sections[0]
    if has_own_minus:
        section = sections[1]
    elif exact == 0 and len(sections) > 2:  # noqa: PLR2004 - positive; negative; zero
        section = sections[2]
    shown, is_zero = _laid_out(abs(exact), _layout(section))
    return f"-{shown}" if exact < 0 and not has_own_minus and not is_zero else shown


@functools.lru_cache(maxsize=256)
def _layout(section: str) -> _Layout:
    marks = _TOKEN.findall(section)
    point = marks.index(".") if "." in marks else len(marks)
    before, behind = marks[:point], marks[point:]
    digits = [number for number, mark in enumerate(before) if mark in ("0", "#")]
    end = digits[-1] if digits else -1
    thousands = sum(mark == "," for mark in before[end + 1 :])
    factor = Decimal(10) ** (2 * marks.count("%") + 3 * marks.count("‰") - 3 * thousands)
    return _Layout(
        marks=marks,
        whole=[mark for mark in before if mark in ("0", "#")],
        fraction=[mark for mark in behind if mark in ("0", "#")],
        groups="," in before[digits[0] : end] if digits else False,
        factor=factor,
        exponent=next((each for each in marks if each[0] in "eE" and len(each) > 1), ""),
    )


def _laid_out(exact: Decimal, layout: _Layout) -> tuple[str, bool]:
    value, exponent = exact * layout.factor, 0
    if layout.exponent and value:
        exponent = value.adjusted() - len(layout.whole) + 1
        if _rounded(value.scaleb(-exponent), len(layout.fraction)) >= 10 ** len(layout.whole):
            exponent += 1
        value = value.scaleb(-exponent)
    value = _rounded(value, len(layout.fraction))
    whole, _, fraction = f"{value:f}".partition(".")
    least = len("".join(layout.whole).lstrip("#"))
    whole = whole.lstrip("0").rjust(least, "0")
    fraction = fraction.rstrip("0").ljust(len("".join(layout.fraction).rstrip("#")), "0")
    pieces = _whole_pieces(whole, len(layout.whole), grouped=layout.groups)
    return _filled(layout, pieces, fraction, exponent), value == 0


def _whole_pieces(digits: str, places: int, *, grouped: bool) -> list[str]:
    """Return what stands at each place before the point; the first takes what is too long."""
    marked = [
        digit + ("," if grouped and left and left % 3 == 0 else "")
        for digit, left in zip(digits, range(len(digits) - 1, -1, -1), strict=True)
    ]
    if places == 0:
        return ["".join(marked)]
    padded = [""] * (places - len(marked)) + marked
    surplus = len(padded) - places
    return ["".join(padded[: surplus + 1]), *padded[surplus + 1 :]]


def _filled(layout: _Layout, pieces: list[str], fraction: str, exponent: int) -> str:
    shown, behind = [], False
    left, rest = iter(pieces), iter(fraction)
    for mark in layout.marks:
        if mark in ("0", "#"):
            shown.append(next(rest if behind else left, ""))
        elif mark == "." and not behind:
            behind = True
            shown.append(("" if layout.whole else pieces[0]) + ("." if fraction else ""))
        elif mark == layout.exponent:
            shown.append(_exponent(mark, exponent))
        elif mark != ",":
            shown.append(_literal(mark))
    return "".join(shown)


def _exponent(mark: str, exponent: int) -> str:
    sign = "-" if exponent < 0 else "+" if "+" in mark else ""
    return f"{mark[0]}{sign}{abs(exponent):0{mark.count('0')}}"


def _literal(mark: str) -> str:
    if mark[0] == "\\":
        return mark[1:]
    return mark[1:-1] if len(mark) > 1 and mark[0] in "'\"" else mark
