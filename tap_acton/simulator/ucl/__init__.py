"""The family `/ucl/v2`, Act-On Contacts, in two generations: that of today and that of 2022."""

from collections.abc import Sequence

from tap_acton.simulator.routing import Route
from tap_acton.simulator.ucl import contacts, early, imports, reports, schema, segments

CURRENT = (
    *contacts.ROUTES,
    *reports.ROUTES,
    *schema.ROUTES,
    *segments.ROUTES,
    *imports.ROUTES,
)
EARLY = early.ROUTES


def routes(generations: str) -> Sequence[Route]:
    """The routes of `both`, `current`, `early` or `none`; the others are unknown paths."""
    current = CURRENT if generations in {"both", "current"} else ()
    return (*current, *(EARLY if generations in {"both", "early"} else ()))


__all__ = ["CURRENT", "EARLY", "routes"]
