"""Which requests a fault or a change is meant for."""

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import count
from typing import Generic, Protocol, TypeVar

from tap_acton.simulator.wire import Request


class Aimed(Protocol):
    """Something that waits for requests."""

    def aims_at(self, request: Request) -> bool:
        """Whether this request counts."""
        ...

    def due(self, seen: int) -> bool:
        """Whether the request that is the `seen`-th to count is the one."""
        ...


A = TypeVar("A", bound=Aimed)


@dataclass(kw_only=True, slots=True)
class _Waiting(Generic[A]):
    aimed: A
    seen: int = 0


@dataclass(slots=True)
class Book(Generic[A]):
    """Everything that waits, in the order of its arrival, under ids of its own."""

    _waiting: dict[int, _Waiting[A]] = field(default_factory=dict)
    _ids: "count[int]" = field(default_factory=lambda: count(1))

    def add(self, aimed: A) -> int:
        """Let something wait, and return its id."""
        number = next(self._ids)
        self._waiting[number] = _Waiting(aimed=aimed)
        return number

    def remove(self, number: int) -> None:
        """Forget one.

        Raises:
            KeyError: if there is none with this id.
        """
        del self._waiting[number]

    def clear(self) -> None:
        """Forget all."""
        self._waiting.clear()

    def all(self) -> dict[int, A]:
        """Everything by id, with what has struck already."""
        return {number: each.aimed for number, each in list(self._waiting.items())}

    def due(self, request: Request) -> list[A]:
        """Count the request wherever it is aimed at, and return what is due now."""
        found = []
        for each in list(self._waiting.values()):
            if each.aimed.aims_at(request):
                each.seen += 1
                if each.aimed.due(each.seen):
                    found.append(each.aimed)
        return found


def matches(request: Request, *, method: str, path: str) -> bool:
    """Compare a request with glob patterns; `*` matches slashes too."""
    return fnmatchcase(request.method, method) and fnmatchcase(request.path, path)
