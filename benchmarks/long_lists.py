"""Lists of any length for the simulator: the generated rows again and again, under new ids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, overload

from tap_acton.simulator.world import World
from tap_acton.simulator.world.contact_list import ContactList, Row

if TYPE_CHECKING:
    from threading import RLock

    from tap_acton.simulator.clock import Clock
    from tap_acton.simulator.options import Options

__all__ = ["LongWorld", "Repeated"]


class Repeated(Sequence[Row]):
    """Rows made when they are asked for: each repetition has later dates, by a millisecond."""

    def __init__(self, list_id: str, originals: Sequence[Row], length: int) -> None:
        """Repeat the originals up to a length."""
        self._list_id = list_id
        self._originals = originals
        self._length = length

    def __len__(self) -> int:
        """Count the rows."""
        return self._length

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        """Make the rows of a position or slice."""
        numbers = range(self._length)[index]
        return self._row(numbers) if isinstance(numbers, int) else [self._row(n) for n in numbers]

    def _row(self, number: int) -> Row:
        repetition, position = divmod(number, len(self._originals))
        original = self._originals[position]
        return replace(
            original,
            id=f"{self._list_id}:{number:x}",
            created_ms=original.created_ms + repetition,
            modified_ms=original.modified_ms + repetition,
        )


class _LongList(ContactList):
    """A list that nobody changes."""

    def __init__(self, original: ContactList, length: int) -> None:
        rows = list(original)
        super().__init__(original.facts, rows)
        self._repeated = Repeated(original.facts.id, rows, length)

    def __iter__(self) -> Iterator[Row]:
        # The base asks while it is being made.
        return iter(self._repeated if hasattr(self, "_repeated") else self._rows.values())

    def __len__(self) -> int:
        return len(self._repeated)

    def view(self, order: str) -> Sequence[Row]:
        return self._repeated if order == "inserted" else super().view(order)


class LongWorld(World):
    """The simulated account with all its lists repeated up to a length."""

    def __init__(self, options: Options, clock: Clock, lock: RLock, *, length: int) -> None:
        """Generate the account, `options.contacts` rows of each list."""
        super().__init__(options, clock, lock)
        self._lists = {name: _LongList(made, length) for name, made in self._lists.items()}
