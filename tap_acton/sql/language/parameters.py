"""Parameters of a statement, as SQLite takes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tap_acton.sql.exceptions import ProgrammingError
from tap_acton.sql.language.statements import count_of_marks, names_of_parameters
from tap_acton.sql.parameters import as_sqlite, checked

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["bound"]


def bound(statement: str, parameters: Sequence[Any] | Mapping[str, Any]) -> dict[str, Any]:
    """Return the values by the question mark's number, from 1, or by the name without case.

    Raises:
        ProgrammingError: There are too few or too many, or one of no type that SQL has.
    """
    parameters = checked(parameters)
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
    return {name: as_sqlite(value) for name, value in given.items()}
