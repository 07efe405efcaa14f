"""How far a reading has come, through rows, bound values and the rows of parents."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from tap_acton.resources.pages import Position

if TYPE_CHECKING:
    from tap_acton.resources.convert import Record

__all__ = ["Bound", "Choice", "ParentsPage", "Place"]

Bound = dict[str, str]
"""Values of a resource's variables, and what else its rows take over from their parent."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """How far the reading of a resource has come: which bound values, and where in their rows."""

    bound: Bound = field(default_factory=dict)
    """Without the variables of parents: none of those that were met is left to read."""
    position: Position | None = None
    """None once all rows for these bound values have been read."""
    parent: Place | None = None
    """Where the reading of the parents goes on behind the one that is bound.

    If that one came with a whole page, it is where the page is.
    """

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON data."""
        position = self.position.to_json() if self.position else None
        parent = {"parent": self.parent.to_json()} if self.parent else {}
        return {"bound": self.bound, "position": position, **parent}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Return what `to_json` gave. Raises KeyError, TypeError or ValueError if it did not."""
        position, parent = data["position"], data.get("parent")
        return cls(
            bound=dict(data["bound"]),
            position=Position.from_json(position) if position is not None else None,
            parent=cls.from_json(parent) if parent is not None else None,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """Values of some variables."""

    bound: Bound
    parent: Place | None = None
    """Where the reading of the parents goes on."""
    is_found: bool = True
    """False if the search for values has come further, and not to one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ParentsPage:
    """Parents that came together."""

    records: list[tuple[Record, Place | None]] = field(default_factory=list)
    """Each with the place behind it."""
    place: Place | None = None
    """The place behind all of them."""
    is_whole: bool = False
    """Whether each has the same place: where they are, all at once."""
