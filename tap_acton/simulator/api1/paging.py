"""Offset paging of `/api/1`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from tap_acton.simulator.routing import Call

T = TypeVar("T")

# "Maximum=1000" (SPEC, every `count`). A higher number counts as this one (guess).
MOST: Final = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """The part of a collection that a request asks for; a `count` of None is all the rest."""

    offset: int
    count: int | None

    def cut(self, rows: Sequence[T]) -> Sequence[T]:
        """The rows inside; none past the end, which is no error (SPEC drilldown example)."""
        end = None if self.count is None else self.offset + self.count
        return rows[self.offset : end]


def window(call: Call, *, default: int | None = MOST, most: int | None = MOST) -> Window:
    """Read `count` and `offset`; without a count the default holds."""
    count = call.number("count", -1)
    if count < 0:
        return Window(offset=call.number("offset", 0), count=default)
    capped = count if most is None else min(count, most)
    return Window(offset=call.number("offset", 0), count=capped)


def page(call: Call, rows: Sequence[T], *, default: int | None = MOST) -> dict[str, object]:
    """`{"offset":0,"count":1,"totalCount":1,"result":[…]}` (SPEC get-logo-list and others)."""
    asked = window(call, default=default)
    some = asked.cut(rows)
    return {
        "offset": asked.offset,
        "count": len(some),
        "totalCount": len(rows),
        "result": list(some),
    }
