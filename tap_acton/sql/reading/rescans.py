"""Which tables SQLite is going to go through more than once, by its own plan of a statement."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import apsw

__all__ = ["PLAN", "wanted_again"]

PLAN = "acton"
"""What a plan calls the account's tables: those of other modules have numbers too."""

_NUMBER = re.compile(rf" VIRTUAL TABLE INDEX (\d+):{PLAN}")
_LOOPS = ("SCAN", "SEARCH", "MULTI-INDEX OR")
_OFTEN = ("CORRELATED", "RECURSIVE", "RIGHT-JOIN")


def wanted_again(
    cursor: apsw.Cursor, statement: str, bindings: Any, table: Callable[[int], str]
) -> frozenset[int]:
    """Return the numbers of the wants that SQLite may ask for more than once in a statement.

    Those are all but the outermost loops of its parts, and all of a table that is named twice. A
    plan of one loop has none.

    Args:
        cursor: Explains the statement.
        statement: One statement, in SQLite's SQL.
        bindings: Its parameters.
        table: Returns the name of the table of which a number's rows are wanted.

    Raises:
        apsw.Error: The statement is wrong.
    """
    nodes = list(cursor.execute(f"EXPLAIN QUERY PLAN {statement}", bindings))
    numbers = [int(found[1]) for *_, text in nodes for found in [_NUMBER.search(text)] if found]
    if len(numbers) < 2:  # noqa: PLR2004 - what is alone is read once
        return frozenset()
    times = Counter(map(table, numbers))
    again = {number for number in numbers if times[table(number)] > 1}
    return frozenset(again | _inner(nodes))


def _inner(nodes: list[Any]) -> set[int]:
    """Return the numbers in all but the outermost loops of a plan's parts."""
    again: set[int] = set()
    often: set[int] = set()
    begun: set[int] = set()
    for node, parent, _, text in nodes:
        is_loop = text.startswith(_LOOPS)
        if text.startswith(_OFTEN) or parent in often or (is_loop and parent in begun):
            often.add(node)
        if is_loop:
            begun.add(parent)
        found = _NUMBER.search(text)
        if found and node in often:
            again.add(int(found[1]))
    return again
