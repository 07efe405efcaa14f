"""What became of the rows of a statement, and the error that says so when some were not written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_acton.sql.errors import translated
from tap_acton.sql.exceptions import Error, OperationalError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tap_acton.sql.writing.targets import Outcome

__all__ = ["Written"]

_FEW = 20
"""Rows that an error names one by one."""


class Written:
    """Carries a statement out and keeps what became of its rows.

    Args:
        what: The statement in a few words, such as `DELETE of Optout`.
        rows: What its rows are called: their keys, or their numbers.
    """

    def __init__(self, what: str, rows: Sequence[str]) -> None:
        self.returning = ""
        """The name under which the ids are wanted back, if they are."""
        self.outcomes: list[Outcome] = []
        self._what = what
        self._rows = rows

    @property
    def ids(self) -> list[str]:
        """The ids of the rows that were written."""
        return [each.id for each in self.outcomes if not each.reason]

    def carry_out(self, outcomes: Iterator[Outcome]) -> None:
        """Write all rows.

        Raises:
            Error: Some were not written. It says which, and which were.
        """
        try:
            with translated():
                self.outcomes.extend(outcomes)
        except Error as error:
            if len(self._rows) == 1:
                raise
            raise type(error)(f"{self._so_far()} {error}") from error
        refused = [each for each in self.outcomes if each.reason]
        if refused:
            reasons = "; ".join(dict.fromkeys(each.reason for each in refused))
            raise OperationalError(f"{self._so_far()} Act-On says: {reasons}")

    def _so_far(self) -> str:
        named = list(zip(self._rows, self.outcomes, strict=False))
        written = [row for row, outcome in named if not outcome.reason]
        refused = [row for row, outcome in named if outcome.reason]
        parts = [f"{_listed(written)} written"]
        if refused:
            parts.append(f"{_listed(refused)} refused")
        if rest := self._rows[len(self.outcomes) :]:
            parts.append(f"{_listed(rest)} not written")
        return f"{self._what} was carried out in part: {', '.join(parts)}."


def _listed(rows: Sequence[str]) -> str:
    if not rows:
        return "no row was"
    names = ", ".join(_shown(rows))
    return f"{names} {'was' if len(rows) == 1 else 'were'}"


def _shown(rows: Sequence[str]) -> Iterable[str]:
    if len(rows) <= _FEW:
        return rows
    return [*rows[: _FEW // 2], f"{len(rows) - _FEW} more", *rows[-_FEW // 2 :]]
