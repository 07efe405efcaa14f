"""Parameters of a statement, as SQLite takes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tap_acton.sql.exceptions import ProgrammingError
from tap_acton.sql.language.statements import count_of_marks, names_of_parameters

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["bound"]


def bound(statement: str, parameters: Sequence[Any] | Mapping[str, Any]) -> dict[str, Any]:
    """Return the values by the question mark's number, from 1, or by the name without case.

    Raises:
        ProgrammingError: There are too few or too many, or one of no type that SQL has.
    """
    marks, names = count_of_marks(statement), names_of_parameters(statement)
    if isinstance(parameters, Mapping):
        given = {name.lstrip("@").casefold(): value for name, value in parameters.items()}
        if missing := sorted(names - given.keys()):
            raise ProgrammingError(f"The parameter @{missing[0]} has no value.")
        if marks:
            raise ProgrammingError("Question marks take their parameters from a sequence.")
    else:
        given = {str(number): value for number, value in enumerate(parameters, start=1)}
        if len(given) != marks:
            raise ProgrammingError(
                f"The statement has {marks} question marks, and got {len(given)} parameters."
            )
        if names:
            raise ProgrammingError("Named parameters take their values from a mapping.")
    return {name: _stored(value) for name, value in given.items()}


def _stored(value: Any) -> Any:
    if isinstance(value, datetime):
        aware = value.tzinfo is not None
        naive = value.astimezone(UTC).replace(tzinfo=None) if aware else value
        return naive.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, UUID):
        return str(value)
    if value is None or isinstance(value, str | int | float | bytes | bytearray | memoryview):
        return value
    raise ProgrammingError(f"A parameter cannot be of the type {type(value).__name__}.")
