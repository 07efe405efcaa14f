"""Cursors, as PEP 249 has them. https://peps.python.org/pep-0249/#cursor-objects."""

from __future__ import annotations

import itertools
import logging
from typing import TYPE_CHECKING, Any, Protocol, Self

from tap_acton.sql.errors import translated
from tap_acton.sql.exceptions import InterfaceError, ProgrammingError
from tap_acton.sql.language.statements import WRITES, first_word, shared, split
from tap_acton.sql.procedures import find

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import TracebackType

    import pyarrow as pa

    from tap_acton.sql.result import Result

__all__ = ["Cursor", "Runner"]

logger = logging.getLogger("tap-acton")

Row = tuple[Any, ...]


class Runner(Protocol):
    """What a cursor needs of its connection."""

    @property
    def most_rows(self) -> int:
        """Rows that a SELECT gives at most; -1 for all."""
        ...

    def check_open(self) -> None:
        """Refuse to work after the end."""
        ...

    def run(self, statement: str, parameters: Sequence[Any] | Mapping[str, Any]) -> Result:
        """Run one statement."""
        ...

    def run_many(self, statement: str, sets: Sequence[Sequence[Any] | Mapping[str, Any]]) -> Result:
        """Run one statement that writes, once for each set of parameters."""
        ...

    def call(self, name: str, inputs: Mapping[str, Any]) -> Result:
        """Run a stored procedure."""
        ...


class Cursor:
    """Runs statements and gives their rows, each when it is asked for."""

    def __init__(self, connection: Runner) -> None:
        self.connection = connection
        self.arraysize = 1
        self._result: Result | None = None
        self._rows: Iterator[Row] | None = None
        self._fetched = 0
        self._is_told = False
        self._is_open = True

    @property
    def description(self) -> list[tuple[str, type, None, None, None, None, None]] | None:
        """Name and type of each column; None where there are no rows to fetch."""
        if self._result is None or not self._result.columns:
            return None
        return [
            (column.name, column.type_code, None, None, None, None, None)
            for column in self._result.columns
        ]

    @property
    def rowcount(self) -> int:
        """Rows that were written, or of the result, if that is known before they are fetched.

        Else -1.
        """
        return -1 if self._result is None else self._result.rowcount

    @property
    def lastrowid(self) -> str | None:
        """The id of the row that was written last, if the statement wrote any."""
        return None if self._result is None else self._result.last_id

    def execute(self, operation: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> Self:
        """Run a statement, or several with semicolons between them; the last one's rows stay.

        Raises:
            Error: See `connect`; or the statement cannot be run.
        """
        self._begin()
        statements = split(operation)
        if not statements:
            raise ProgrammingError("There is no statement to run.")
        for statement, its_own in zip(statements, shared(statements, parameters), strict=True):
            self._take(self.connection.run(statement, its_own), capped=True)
        return self

    def executemany(
        self, operation: str, seq_of_parameters: Sequence[Sequence[Any] | Mapping[str, Any]]
    ) -> Self:
        """Run a statement once for each set of parameters.

        Rows that are written go together where Act-On takes them so, and `rowcount` tells how many
        they were. Of others the last one's rows stay.

        Raises:
            Error: See `execute`.
        """
        self._begin()
        if first_word(operation) in WRITES:
            self._take(self.connection.run_many(operation, seq_of_parameters), capped=False)
            return self
        for parameters in seq_of_parameters:
            self.execute(operation, parameters)
        return self

    def callproc(
        self, procname: str, parameters: Sequence[Any] | Mapping[str, Any] = ()
    ) -> Sequence[Any] | Mapping[str, Any]:
        """Run a stored procedure and return its input unchanged; its row is fetched.

        Args:
            procname: Its name, in any case.
            parameters: Its inputs by name, or in the order in which they are documented.

        Raises:
            Error: See `connect`; or there is no such procedure or input.
        """
        self._begin()
        if isinstance(parameters, dict):
            inputs = parameters
        else:
            names = [each.name for each in find(procname).inputs]
            if len(parameters) > len(names):
                raise ProgrammingError(f"{procname} has {len(names)} inputs.")
            inputs = dict(zip(names, parameters, strict=False))
        self._take(self.connection.call(procname, inputs), capped=False)
        return parameters

    def fetchone(self) -> Row | None:
        """Return the next row, or None after the last."""
        rows = self._open_rows()
        with translated():
            row = next(rows, None)
        if row is None:
            self._tell()
        else:
            self._fetched += 1
        return row

    def fetchmany(self, size: int | None = None) -> list[Row]:
        """Return the next rows, as many as `arraysize` if nothing else is said."""
        wanted = self.arraysize if size is None else size
        return list(itertools.islice(self, wanted))

    def fetchall(self) -> list[Row]:
        """Return all rows that are left."""
        return list(self)

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
        """Return None: the results before the last one are not kept."""
        self._open_rows()
        return None

    def setinputsizes(self, sizes: Sequence[Any]) -> None:
        """Do nothing, as PEP 249 allows."""

    def setoutputsize(self, size: int, column: int | None = None) -> None:
        """Do nothing, as PEP 249 allows."""

    def close(self) -> None:
        """Close the cursor, and stop the requests that its rows would need."""
        self._drop()
        self._is_open = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _begin(self) -> None:
        if not self._is_open:
            raise InterfaceError("The cursor is closed.")
        self.connection.check_open()
        self._drop()

    def _take(self, result: Result, *, capped: bool) -> None:
        self._drop()
        most = self.connection.most_rows
        self._result = result
        self._rows = (
            itertools.islice(result.rows, most)
            if capped and result.is_capped and most >= 0
            else result.rows
        )

    def _drop(self) -> None:
        if self._result is not None:
            self._result.close()
            self._tell()
        self._result = self._rows = None
        self._fetched = 0
        self._is_told = False

    def _tell(self) -> None:
        if not self._is_told:
            logger.info("Gave %d rows", self._fetched)
        self._is_told = True

    def _open_rows(self) -> Iterator[Row]:
        if not self._is_open:
            raise InterfaceError("The cursor is closed.")
        self.connection.check_open()
        if self._rows is None:
            raise ProgrammingError("There are no rows: run a statement first.")
        if self._result is not None and not self._result.columns:
            raise ProgrammingError("There are no rows: the last statement gives none.")
        return self._rows
