"""Cursors, as PEP 249 has them. https://peps.python.org/pep-0249/#cursor-objects."""

from __future__ import annotations

import itertools
import time
from collections import deque
from typing import TYPE_CHECKING, Any, Self

from tap_acton.sql.errors import translated_rows
from tap_acton.sql.exceptions import Error, InterfaceError, ProgrammingError
from tap_acton.sql.language.statements import WRITES, first_word, shared, split
from tap_acton.sql.parameters import checked, sets_of
from tap_acton.sql.procedures import find

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType

    import pyarrow as pa

    from tap_acton.sql.parameters import Parameters
    from tap_acton.sql.result import Result
    from tap_acton.sql.runner import Runner

__all__ = ["Cursor"]

Row = tuple[Any, ...]


class Cursor:
    """Runs statements and gives their rows, each when it is asked for."""

    def __init__(self, connection: Runner) -> None:
        self.connection = connection
        self.arraysize = 1
        self._results: deque[Result] = deque()
        """The result that is read, and those behind it."""
        self._rows: Iterator[Row] | None = None
        self._broken: list[Error] = []
        """What ended the rows, if anything did."""
        self._rowcount = -1
        self._fetched = 0
        self._is_told = False
        self._started = 0.0
        self._is_open = True

    @property
    def description(self) -> list[tuple[str, type, None, None, None, None, None]] | None:
        """Name and type of each column; None if there are none, or before the first statement."""
        if not self._results or not self._results[0].columns:
            return None
        return [
            (column.name, column.type_code, None, None, None, None, None)
            for column in self._results[0].columns
        ]

    @property
    def rowcount(self) -> int:
        """Rows that were written, or that a result has if that is known before; else -1.

        It stays when the cursor is closed.
        """
        return self._results[0].rowcount if self._results else self._rowcount

    @property
    def lastrowid(self) -> str | None:
        """The id of the row that was written last, if the statement wrote any."""
        return self._results[0].last_id if self._results else None

    def execute(self, operation: str, parameters: Parameters | None = ()) -> Self:
        """Run a statement, or several with semicolons between them.

        All of them are run at once, in order, before this returns. The cursor stands at the
        first one's result, whose rows, as those of the others, come when they are asked for;
        `nextset` goes on to the next one's.

        Args:
            operation: The statements.
            parameters: Values for `?` in order, or for `@name` by name; those of several
                statements one after another.

        Raises:
            Error: See `connect`; or a statement cannot be run. Those before it have been.
        """
        self._begin()
        statements = _statements(operation)
        values = checked(parameters)
        for statement, its_own in zip(statements, shared(statements, values), strict=True):
            self._results.append(self.connection.run(statement, its_own))
        self._stand_at_first()
        return self

    def executemany(self, operation: str, seq_of_parameters: Iterable[Parameters]) -> Self:
        """Run one statement once for each set of parameters.

        Rows that are written go together where Act-On takes them so, and `rowcount` tells how many
        they were. If the statement gives rows, each set of parameters has its result, in order: see
        `nextset`.

        Raises:
            Error: See `connect`; or the statement cannot be run. The sets of parameters before
                have taken effect.
        """
        self._begin()
        statements = _statements(operation)
        if len(statements) > 1:
            raise ProgrammingError("executemany runs one statement.")
        sets = map(checked, sets_of(seq_of_parameters))
        if first_word(statements[0]) in WRITES:
            self._results.append(self.connection.run_many(statements[0], sets))
        else:
            self._results.extend(self.connection.run(statements[0], each) for each in sets)
        self._stand_at_first()
        return self

    def callproc(self, procname: str, parameters: Parameters = ()) -> Parameters:
        """Run a stored procedure and return its input unchanged; its row is fetched.

        Args:
            procname: Its name, in any case.
            parameters: Its inputs by name, or in the order in which they are documented.

        Raises:
            Error: See `connect`; or there is no such procedure or input.
        """
        self._begin()
        inputs = checked(parameters)
        if not isinstance(inputs, dict):
            names = [each.name for each in find(procname).inputs]
            if len(inputs) > len(names):
                raise ProgrammingError(f"{procname} has {len(names)} inputs.")
            inputs = dict(zip(names, inputs, strict=False))
        self._results.append(self.connection.call(procname, inputs))
        self._stand_at_first()
        return parameters

    def fetchone(self) -> Row | None:
        """Return the next row, or None after the last."""
        rows, log = self._open_rows(), self.connection.log
        if log.verbosity:
            with log.working():
                row = next(rows, None)
        else:
            row = next(rows, None)
        if row is None:
            self._tell()
        else:
            self._fetched += 1
        return row

    def fetchmany(self, size: int | None = None) -> list[Row]:
        """Return the next rows, as many as `arraysize` if nothing else is said."""
        wanted = self.arraysize if size is None else size
        if wanted < 0:
            raise ProgrammingError("fetchmany takes a number of rows that is not negative.")
        rows = self._take(itertools.islice(self._open_rows(), wanted))
        if len(rows) < wanted:
            self._tell()
        return rows

    def fetchall(self) -> list[Row]:
        """Return all rows that are left."""
        rows = self._take(self._open_rows())
        self._tell()
        return rows

    def fetch_record_batch(self, rows_per_batch: int = 10_000) -> pa.RecordBatchReader:
        """Return the rows that are left as Arrow batches; each is read when it is asked for.

        Args:
            rows_per_batch: Rows in a batch, and in memory.

        Raises:
            NotSupportedError: pyarrow is not installed.
            Error: See `fetchone`.
        """
        # It is optional, and heavy.
        from tap_acton.sql.arrow import reader_of

        self._open_rows()
        described = [(name, type_) for name, type_, *_ in self.description or ()]
        return reader_of(described, self.fetchmany, rows_per_batch)

    def fetch_arrow_table(self) -> pa.Table:
        """Return the rows that are left as an Arrow table; see `fetch_record_batch`."""
        return self.fetch_record_batch().read_all()

    def __iter__(self) -> Self:
        self._open_rows()
        return self

    def __next__(self) -> Row:
        row = self.fetchone()
        if row is None:
            raise StopIteration
        return row

    def nextset(self) -> bool | None:
        """Go on to the next statement's result, leaving the rows of this one.

        Returns:
            True, or None if there is no other; then the cursor stays where it is.
        """
        self._check_open()
        if not self._results:
            raise ProgrammingError("There are no results: run a statement first.")
        if len(self._results) == 1:
            return None
        self._leave()
        self._stand_at_first()
        return True

    def setinputsizes(self, sizes: Any) -> None:  # noqa: ARG002 - PEP 249's names
        """Do nothing, as PEP 249 allows."""
        self._check_open()

    def setoutputsize(self, size: int, column: int | None = None) -> None:  # noqa: ARG002
        """Do nothing, as PEP 249 allows."""
        self._check_open()

    def close(self) -> None:
        """Close the cursor, and stop the requests that its rows would need."""
        self._rowcount = self.rowcount
        self._drop()
        self._is_open = False

    def __enter__(self) -> Self:
        self._check_open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _check_open(self) -> None:
        if not self._is_open:
            raise InterfaceError("The cursor is closed.")
        self.connection.check_open()

    def _begin(self) -> None:
        self._check_open()
        self._drop()
        self._started = time.monotonic()

    def _stand_at_first(self) -> None:
        self._fetched, self._is_told, self._broken, self._rows = 0, False, [], None
        if self._results and self._results[0].columns:
            log = self.connection.log
            self._rows = translated_rows(self._results[0].rows, log.failed, self._broken)

    def _take(self, rows: Iterable[Row]) -> list[Row]:
        with self.connection.log.working():
            taken = list(rows)
        self._fetched += len(taken)
        return taken

    def _leave(self) -> None:
        result = self._results.popleft()
        result.close()
        if self._rows is not None:
            self._tell()
        self._rows = None

    def _tell(self) -> None:
        if not self._is_told:
            self.connection.log.gave(self._fetched, time.monotonic() - self._started)
        self._is_told = True

    def _drop(self) -> None:
        while self._results:
            self._leave()

    def _open_rows(self) -> Iterator[Row]:
        self._check_open()
        if self._broken:  # an end would look like the last row
            raise self._broken[0]
        if self._rows is None:
            why = "this statement gives none" if self._results else "run a statement first"
            raise ProgrammingError(f"There are no rows: {why}.")
        return self._rows


def _statements(operation: Any) -> list[str]:
    if not isinstance(operation, str):
        raise ProgrammingError(f"A statement is a text, and no {type(operation).__name__}.")
    statements = split(operation)
    if not statements:
        raise ProgrammingError("There is no statement to run.")
    return statements
