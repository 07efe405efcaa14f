"""What Act-On does not show us, and how its refusals say so; see `.github/decisions/0013`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tap_acton.errors import ActOnError, RequestRefusedError

if TYPE_CHECKING:
    from tap_acton.resources.binding import Bound

__all__ = ["Skipped", "is_gone", "shows_nothing"]

_NOT_FOUND_CODES = {"10004", "10008", "10012", "10013", "10030", "10054"}
_NOT_FOUND = 404
_HIDDEN_STATUSES = {204, 403}


@dataclass(frozen=True, kw_only=True, slots=True)
class Skipped:
    """An object that Act-On does not show us: deleted, forbidden, or not enabled."""

    resource: str
    bound: Bound
    gone: bool
    """Whether it is not there any more, rather than only hidden from us."""


def shows_nothing(error: ActOnError) -> bool:
    """Tell whether Act-On does not show an object: it is deleted, forbidden, or not enabled."""
    return isinstance(error, RequestRefusedError) and (
        error.status in _HIDDEN_STATUSES or is_gone(error)
    )


def is_gone(error: ActOnError) -> bool:
    """Tell whether an object is not there any more. Not-found is 400 as often as 404."""
    return error.status == _NOT_FOUND or error.code in _NOT_FOUND_CODES
