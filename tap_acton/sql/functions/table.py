"""What a function of SQL is, and how its arguments and results pass between SQLite and Python."""

from __future__ import annotations

import functools
import inspect
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from tap_acton.sql.exceptions import DataError, ProgrammingError
from tap_acton.sql.functions.written import moment_in

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tap_acton.clock import Clock

__all__ = ["Function", "Kept", "moment_of", "number_of", "stored", "text_of", "whole_of", "written"]

_INTEGERS = 2**63
"""Whole numbers of SQLite are below it; larger ones are no longer whole."""
_TIME_ONLY = datetime(1900, 1, 1)  # noqa: DTZ001 - moments of SQLite carry no zone


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """A function that SQLite has, with the meaning that CData gives it.

    Args:
        name: In capitals.
        usage: As one writes it.
        words: What it gives.
        result: The SQL type of what it gives; VARCHAR also where that depends on its arguments.
    """

    name: str
    usage: str
    words: str
    result: str = "VARCHAR"


class Function:
    """A function of ours. Its name, arguments and their types are those of the Python function.

    Args:
        call: Gets the arguments, read as its annotations say: `str`, `int`, `float`, `datetime`
            (UTC without a zone), `Any` (as SQLite has it). Its docstring's first line is shown.
        result: The SQL type of what it gives.
        takes_null: Whether a NULL reaches it; of others the answer is NULL then.
        timed: Whether its first argument is the clock.
        pure: Whether the same arguments always give the same.
    """

    def __init__(
        self,
        call: Callable[..., Any],
        result: str = "VARCHAR",
        *,
        takes_null: bool = False,
        timed: bool = False,
        pure: bool = True,
    ) -> None:
        self.name = call.__name__.strip("_").upper()
        self.result = result
        self.pure = pure and not timed
        self.words = (inspect.getdoc(call) or "").split("\n", 1)[0]
        self._call, self._takes_null, self._timed = call, takes_null, timed
        parameters = list(inspect.signature(call).parameters.values())[int(timed) :]
        self._names = [each.name.strip("_") for each in parameters]
        self._readers = [_READERS[str(each.annotation).split(" |")[0]] for each in parameters]
        self._open = any(each.kind is each.VAR_POSITIONAL for each in parameters)
        needed = [each for each in parameters if each.default is each.empty]
        self._least = len(needed) - int(self._open)

    @property
    def usage(self) -> str:
        """How it is written: `NAME(a, b[, c])`."""
        if self._open:
            return f"{self.name}({', '.join(self._names[:-1])}, …)"
        return written(self.name, self._names, self._least)

    def for_sqlite(self, clock: Clock) -> Callable[..., Any]:
        """Return what SQLite calls.

        Args:
            clock: Tells the time to those that ask for it.
        """
        call = functools.partial(self._call, clock) if self._timed else self._call

        def answer(*values: Any) -> Any:
            arguments = self._read(values)
            if not self._takes_null and any(value is None for value in arguments):
                return None
            try:
                return stored(call(*arguments))
            except (ArithmeticError, ValueError) as error:
                raise DataError(f"{self.usage}: {str(error) or type(error).__name__}.") from None

        return answer

    def _read(self, values: tuple[Any, ...]) -> list[Any]:
        fits = len(values) <= len(self._names) or self._open
        if len(values) < self._least or not fits:
            raise ProgrammingError(f"{self.name} is written {self.usage}.")
        arguments = []
        for number, value in enumerate(values):
            place = min(number, len(self._names) - 1)
            try:
                arguments.append(None if value is None else self._readers[place](value))
            except ValueError as error:
                raise DataError(f"{self.usage}: {self._names[place]} must be {error}.") from None
        return arguments


def written(name: str, arguments: Sequence[str], needed: int) -> str:
    """Return how a function is written; only the first arguments are needed."""
    shown = ""
    for number, argument in enumerate(arguments):
        shown += ("[" if number >= needed else "") + (", " if number else "") + argument
    return f"{name}({shown}{']' * (len(arguments) - needed)})"


def text_of(value: Any) -> str:
    """Return a value of SQLite as text; bytes are read as UTF-8."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def number_of(value: Any) -> int | float:
    """Return a value of SQLite as a number.

    Raises:
        ValueError: It is none.
    """
    if isinstance(value, int | float):
        return value
    text = text_of(value).strip()
    try:
        # Python alone reads 1_000.
        return int(text) if text.lstrip("+-").isdigit() else float(text.replace("_", "?"))
    except ValueError:
        raise ValueError(f"a number, not {text[:40]!r}") from None


def whole_of(value: Any) -> int:
    """Return a value of SQLite as a whole number; what is behind the point is left out.

    Raises:
        ValueError: It is none.
    """
    try:
        return int(number_of(value))
    except (ValueError, OverflowError):
        raise ValueError(f"a whole number, not {text_of(value)[:40]!r}") from None


def moment_of(value: Any) -> datetime:
    """Return a value of SQLite as a moment (UTC without a zone); a time alone is one of 1900.

    Raises:
        ValueError: It is no date or time.
    """
    text = text_of(value).strip()
    try:
        if text[2:3] == ":":
            return datetime.combine(_TIME_ONLY, time.fromisoformat(text))
        return moment_in(text)
    except (ValueError, OverflowError):
        raise ValueError(f"a date like '2024-01-31 12:00:00', not {text[:40]!r}") from None


def stored(value: Any) -> Any:
    """Return a result as SQLite has it: booleans are numbers, moments and days are texts."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int) and not -_INTEGERS <= value < _INTEGERS:
        return float(value)
    return value


_READERS: dict[str, Callable[[Any], Any]] = {
    "str": text_of,
    "int": whole_of,
    "float": number_of,
    "datetime": moment_of,
    "Any": lambda value: value,
}
