"""How the lists of one run come: what is set, and what was learned of Act-On's CSV."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

__all__ = ["ListDownloads"]

logger = logging.getLogger("tap-acton")

_DOUBTS = 2
"""Lists whose CSV was no use for reasons that may pass, until that is believed to be its way."""


@dataclass(kw_only=True, slots=True)
class ListDownloads:
    """Whether a list is worth asking for as CSV."""

    way: str = "auto"
    """The setting `list_download`."""
    doubts: int = 0
    """How often a CSV was no use."""
    told: set[str] = field(default_factory=set)

    @property
    def may_be_csv(self) -> bool:
        """Whether a CSV is worth a request."""
        return self.way == "auto" and self.doubts < _DOUBTS

    def doubt(self, why: str, *, for_good: bool) -> None:
        """Take note that a CSV was no use, and tell why, each reason once.

        Args:
            why: The reason, as a clause.
            for_good: Whether it holds for all lists; else it is believed the second time.
        """
        self.doubts = _DOUBTS if for_good else self.doubts + 1
        if why not in self.told:
            self.told.add(why)
            which = "Lists come" if self.doubts >= _DOUBTS else "A list comes"
            logger.info("%s page by page, as JSON: %s", which, why)
