"""SQLite's complaints in the words of the statement."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tap_acton.errors import ActOnError
from tap_acton.names import did_you_mean
from tap_acton.sql.exceptions import Error, NotSupportedError, ProgrammingError
from tap_acton.sql.functions import NAMES

if TYPE_CHECKING:
    import apsw

    from tap_acton.sql.names import Mentioned

__all__ = ["in_words_of_statement"]

_COLUMN = re.compile(r"no such column: (.+)")
_FUNCTION = re.compile(r"no such function: (.+)")
_ARGUMENTS = re.compile(r"wrong number of arguments to function (.+)\(\)")


def in_words_of_statement(error: apsw.Error, mentioned: Mentioned) -> Exception:
    """Return a complaint of SQLite as ours; what was raised inside SQLite is ours already.

    Args:
        error: The complaint.
        mentioned: What the statement names.
    """
    if isinstance(error.__context__, ActOnError | Error):
        return error.__context__
    text = str(error).splitlines()[0].partition(" - should this be")[0].rstrip(".")
    if found := _COLUMN.search(text):
        named = found[1].replace('"', "")
        name = named.rpartition(".")[2]
        fields = [field for each in mentioned.columns.values() for field in each.values()]
        near = did_you_mean(name, [field.name for field in fields])
        return ProgrammingError(f"There is no column {named!r}.{near}")
    if found := _FUNCTION.search(text):
        near = did_you_mean(found[1], sorted(NAMES))
        return NotSupportedError(f"There is no function {found[1]}.{near}")
    if found := _ARGUMENTS.search(text):
        return ProgrammingError(f"{found[1]} does not take this number of arguments.")
    return ProgrammingError(f"The statement cannot be run: {text}.")
