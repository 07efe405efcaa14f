"""What a statement gives: columns, and rows that come as they are fetched."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["Result", "ResultColumn"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ResultColumn:
    """A column of a result."""

    name: str
    type_code: type
    """`str`, `int`, `float`, `bool`, `datetime`, `date` or `time`; `str` of most expressions."""


def _nothing() -> None:
    """There is nothing to close."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """The columns and rows of one statement."""

    columns: tuple[ResultColumn, ...]
    """None, if the statement gives no rows."""
    rows: Iterator[tuple[Any, ...]]
    """Each row costs what it needs when it is asked for."""
    rowcount: int = -1
    """Rows, if that is known before they are fetched; rows written, if it writes."""
    is_capped: bool = True
    """Whether MaxRows counts; what tells of tables is always whole."""
    last_id: str | None = None
    """The id of the row that was written last."""
    on_close: Callable[[], None] = field(default=_nothing)

    @classmethod
    def done(cls, count: int, last_id: str | None = None) -> Self:
        """Return the result of a statement that gives no rows, and wrote so many."""
        return cls(columns=(), rows=iter(()), rowcount=count, last_id=last_id)

    @classmethod
    def written(cls, ids: Sequence[str], last_id: str | None, returning: str) -> Self:
        """Return the result of a statement that wrote rows: their ids, if the column has a name."""
        if not returning:
            return cls.done(len(ids), last_id)
        return cls(
            columns=(ResultColumn(name=returning, type_code=str),),
            rows=iter([(each,) for each in ids]),
            rowcount=len(ids),
            is_capped=False,
            last_id=last_id,
        )

    def close(self) -> None:
        """Stop the requests that the rest of the rows would need."""
        self.on_close()
