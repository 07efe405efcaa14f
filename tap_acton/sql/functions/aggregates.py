"""Aggregates, which are windows too. A text with a number in it counts as the number."""

from __future__ import annotations

import statistics
from bisect import bisect_left, insort
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from tap_acton.sql.exceptions import DataError
from tap_acton.sql.functions.table import Kept, number_of

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["AGGREGATES", "KEPT", "Aggregate"]


class _Values(Protocol):
    """Values that come and go, and an answer for those that are there."""

    def add(self, value: Any) -> None: ...

    def remove(self, value: Any) -> None: ...

    def answer(self) -> Any: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Aggregate:
    """An aggregate: NULLs are left out of it."""

    name: str
    words: str
    result: str
    values: Callable[[], _Values]
    argument: str = "x"

    @property
    def usage(self) -> str:
        """How it is written."""
        return f"{self.name}({self.argument})"

    def window(self) -> _Window:
        """Return what SQLite steps through."""
        return _Window(self.usage, self.values())


class _Window:
    def __init__(self, usage: str, values: _Values) -> None:
        self._usage, self._values = usage, values

    def step(self, value: Any = 1) -> None:
        self._pass(self._values.add, value)

    def inverse(self, value: Any = 1) -> None:
        self._pass(self._values.remove, value)

    def value(self) -> Any:
        return self._values.answer()

    final = value

    def _pass(self, use: Callable[[Any], None], value: Any) -> None:
        if value is None:
            return
        try:
            use(value)
        except ValueError as error:
            raise DataError(f"{self._usage}: x must be {error}.") from None


class _Count:
    def __init__(self) -> None:
        self._count = 0

    def add(self, _: Any) -> None:
        self._count += 1

    def remove(self, _: Any) -> None:
        self._count -= 1

    def answer(self) -> int:
        return self._count


class _Distinct:
    def __init__(self) -> None:
        self._counts: Counter[Any] = Counter()

    def add(self, value: Any) -> None:
        self._counts[value] += 1

    def remove(self, value: Any) -> None:
        self._counts[value] -= 1
        if not self._counts[value]:
            del self._counts[value]

    def answer(self) -> int:
        return len(self._counts)


class _Sorted:
    """The numbers in order: what comes and goes in a window leaves no error of rounding."""

    def __init__(self, answer: Callable[[list[float]], float], least: int) -> None:
        self._numbers: list[float] = []
        self._answer, self._least = answer, least

    def add(self, value: Any) -> None:
        insort(self._numbers, number_of(value))

    def remove(self, value: Any) -> None:
        del self._numbers[bisect_left(self._numbers, number_of(value))]

    def answer(self) -> float | None:
        if len(self._numbers) < self._least:
            return None
        return float(self._answer(self._numbers))


def _of_numbers(
    name: str, words: str, answer: Callable[[list[float]], float], least: int
) -> Aggregate:
    return Aggregate(name=name, words=words, result="DOUBLE", values=lambda: _Sorted(answer, least))


AGGREGATES = (
    Aggregate(
        name="COUNT_BIG",
        words="How many are not NULL; `COUNT_BIG(*)`, how many rows.",
        result="INTEGER",
        values=_Count,
    ),
    Aggregate(
        name="COUNT_DISTINCT",
        words="How many different ones there are; NULL is none.",
        result="INTEGER",
        values=_Distinct,
    ),
    _of_numbers("MEDIAN", "The one in the middle.", statistics.median, 1),
    _of_numbers("STDEV", "The standard deviation of a sample.", statistics.stdev, 2),
    _of_numbers("STDEVP", "The standard deviation of a population.", statistics.pstdev, 1),
    _of_numbers("VAR", "The variance of a sample.", statistics.variance, 2),
    _of_numbers("VARP", "The variance of a population.", statistics.pvariance, 1),
)


def _kept(name: str, arguments: str, words: str, result: str) -> Kept:
    return Kept(name=name, usage=f"{name}({arguments})", words=words, result=result)


KEPT = (
    _kept("AVG", "x", "The mean.", "DOUBLE"),
    _kept("COUNT", "[DISTINCT] x", "How many are not NULL; `COUNT(*)`, how many rows.", "INTEGER"),
    _kept("MAX", "x", "The greatest.", "VARCHAR"),
    _kept("MIN", "x", "The least.", "VARCHAR"),
    _kept("SUM", "x", "The sum.", "VARCHAR"),
    _kept("DENSE_RANK", "", "The rank in a window, without gaps.", "INTEGER"),
    _kept("NTILE", "n", "Which of n equal parts of a window.", "INTEGER"),
    _kept("PERCENT_RANK", "", "The rank in a window, from 0 to 1.", "DOUBLE"),
    _kept("RANK", "", "The rank in a window, with gaps.", "INTEGER"),
    _kept("ROW_NUMBER", "", "The number of the row in a window.", "INTEGER"),
)
