"""Runs that are cut short by a budget or by throttling, and together read everything.

Such a run marks the streams that it has completed. The next run leaves those out, and so on until
all are complete: then the marks go, and the run after reads everything anew. Without the marks,
streams that are always read whole would eat each run's budget again.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, MutableMapping, Sequence

__all__ = ["Round"]

logger = logging.getLogger("tap-acton")

_MARK = "complete"


class Round:
    """One reading of all selected streams, over one or more runs.

    Args:
        bookmarks: The streams' states by name; the marks are in them.
        streams: The selected streams.
    """

    def __init__(self, bookmarks: MutableMapping[str, Any], streams: Sequence[str]) -> None:
        self._bookmarks = bookmarks
        marked = {name for name in streams if bookmarks.get(name, {}).get(_MARK)}
        self.is_continued = bool(marked)
        """Whether earlier runs have completed streams of this round."""
        self.pending = {name for name in streams if name not in marked} or set(streams)
        """The streams that this run has to read."""
        if marked and marked != set(streams):
            logger.info(
                "Going on where the last run was cut short. Streams complete: %d, left: %d",
                len(marked),
                len(self.pending),
            )

    def cut(self, completed: Iterable[str]) -> None:
        """Mark what this run has completed."""
        for name in completed:
            self._bookmarks[name][_MARK] = True

    def end(self) -> None:
        """Remove the marks."""
        for bookmark in self._bookmarks.values():
            bookmark.pop(_MARK, None)
