"""Functions that give rows, as tables of SQLite: `SELECT value FROM STRING_SPLIT('a,b', ',')`."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import apsw

from tap_acton.sql.exceptions import DataError, ProgrammingError
from tap_acton.sql.functions.table import stored, written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["RowFunction"]

_FIRST_ARGUMENT = 2
"""The number of the column that is the first argument; the value and its number come before."""
_EQUAL = apsw.SQLITE_INDEX_CONSTRAINT_EQ


class RowFunction:
    """SQLite's module of one function; its name and hidden columns are those of the function.

    Args:
        rows: Yields values.
    """

    def __init__(self, rows: Callable[..., Iterator[Any]]) -> None:
        self.name = rows.__name__.strip("_").upper()
        self.rows = rows
        parameters = inspect.signature(rows).parameters.values()
        self.arguments = tuple(each.name for each in parameters)
        self.needed = sum(each.default is each.empty for each in parameters)
        self.words = (inspect.getdoc(rows) or "").split("\n", 1)[0]

    @property
    def usage(self) -> str:
        """How it is written."""
        return written(self.name, self.arguments, self.needed)

    def Connect(self, *_: Any) -> tuple[str, _Table]:  # noqa: N802 - SQLite's names
        """Return the declaration of the table, and the table."""
        hidden = ", ".join(f'"{name}" HIDDEN' for name in self.arguments)
        return f"CREATE TABLE called(value, ordinal INTEGER, {hidden})", _Table(self)


class _Table:
    def __init__(self, function: RowFunction) -> None:
        self._function = function

    def BestIndexObject(self, index: apsw.IndexInfo) -> bool:  # noqa: N802
        """Ask for the arguments; while one of them is not known yet there is no plan."""
        given = []
        for number in range(index.nConstraint):
            column = index.get_aConstraint_iColumn(number)
            if column < _FIRST_ARGUMENT or index.get_aConstraint_op(number) != _EQUAL:
                continue
            if not index.get_aConstraint_usable(number):
                return False
            given.append(column - _FIRST_ARGUMENT)
            index.set_aConstraintUsage_argvIndex(number, len(given))
            index.set_aConstraintUsage_omit(number, True)  # noqa: FBT003 - SQLite's own
        index.idxStr = ",".join(map(str, given))
        if len(given) < self._function.needed:
            raise ProgrammingError(f"{self._function.name} is written {self._function.usage}.")
        return True

    def Open(self) -> _Cursor:  # noqa: N802
        return _Cursor(self._function)

    def Disconnect(self) -> None:  # noqa: N802
        """Nothing is held."""

    Destroy = Disconnect


class _Cursor:
    def __init__(self, function: RowFunction) -> None:
        self._function = function
        self._rows: Iterator[Any] = iter(())
        self._arguments: dict[str, Any] = {}
        self._number, self._value, self._ended = 0, None, True

    def Filter(self, _number: int, given: str, values: tuple[Any, ...]) -> None:  # noqa: N802
        names = [self._function.arguments[int(place)] for place in given.split(",")]
        self._arguments = dict(zip(names, values, strict=True))
        is_null = any(value is None for value in values)
        self._rows = iter(()) if is_null else self._function.rows(**self._arguments)
        self._number, self._ended = 0, False
        self.Next()

    def Next(self) -> None:  # noqa: N802
        try:
            self._value = stored(next(self._rows))
            self._number += 1
        except StopIteration:
            self._ended = True
        except ValueError as error:
            raise DataError(f"{self._function.usage}: {error}.") from None

    def Eof(self) -> bool:  # noqa: N802
        return self._ended

    def Rowid(self) -> int:  # noqa: N802
        return self._number

    def Column(self, number: int) -> Any:  # noqa: N802
        if number < _FIRST_ARGUMENT:
            return self._value if number == 0 else self._number
        return self._arguments.get(self._function.arguments[number - _FIRST_ARGUMENT])

    def Close(self) -> None:  # noqa: N802
        """Nothing is held."""
