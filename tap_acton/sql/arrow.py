"""Rows of a cursor as Arrow batches, for DuckDB, Polars, pandas and others."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from tap_acton.sql.exceptions import DataError, NotSupportedError, ProgrammingError

try:
    import pyarrow as pa
except ImportError:  # an optional dependency
    raise NotSupportedError(
        "Arrow batches need pyarrow. Run: pip install 'tap-acton[arrow]'"
    ) from None

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Fetch = Callable[[int], Sequence[tuple[Any, ...]]]

__all__ = ["reader_of"]

_TYPES = {
    str: pa.string(),
    int: pa.int64(),
    float: pa.float64(),
    bool: pa.bool_(),
    datetime: pa.timestamp("us"),
    date: pa.date32(),
    time: pa.time64("us"),
    bytes: pa.binary(),
}


def reader_of(
    described: Sequence[tuple[str, type]], fetch: Fetch, size: int
) -> pa.RecordBatchReader:
    """Return the rows that a cursor has left, in batches; each is read when it is asked for.

    Args:
        described: Names and types of the columns.
        fetch: Gives that many of the next rows, fewer at the end.
        size: Rows in a batch.

    Raises:
        ProgrammingError: There are no rows, or a batch would have none.
    """
    if size < 1:
        raise ProgrammingError("A batch has at least one row.")
    first = fetch(size)
    schema = pa.schema(
        [
            (name, _type(declared, [row[place] for row in first]))
            for place, (name, declared) in enumerate(described)
        ]
    )
    return pa.RecordBatchReader.from_batches(schema, _batches(fetch, schema, first, size))


def _batches(
    fetch: Fetch, schema: pa.Schema, rows: Sequence[tuple[Any, ...]], size: int
) -> Iterator[pa.RecordBatch]:
    while rows:
        columns = zip(*rows, strict=True)
        arrays = [_array(values, field) for values, field in zip(columns, schema, strict=True)]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)
        rows = fetch(size)


def _type(declared: type, values: Sequence[Any]) -> pa.DataType:
    """Return a column's type: that of its values, since expressions are described as texts."""
    kinds = {type(value) for value in values if value is not None} or {declared}
    if declared is float or kinds == {int, float}:
        kinds = kinds - {int} | {float}
    return _TYPES.get(kinds.pop(), pa.string()) if len(kinds) == 1 else pa.string()


def _array(values: Sequence[Any], field: pa.Field) -> pa.Array:
    if pa.types.is_string(field.type):
        values = [value if value is None else str(value) for value in values]
    try:
        return pa.array(values, field.type)
    except (TypeError, ValueError, OverflowError):  # pyarrow's own are kinds of these
        raise DataError(
            f"Column {field.name!r} has a value that is no {field.type}, as its first rows were. "
            "CAST it to VARCHAR."
        ) from None
