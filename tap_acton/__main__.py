"""The command `tap-acton`, also as `python -m tap_acton`.

Signals are listened to before anything heavy is imported, so that one that comes early ends the
command as one that comes late does.
"""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

from tap_acton import interrupts

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["main"]

_ALLOCATIONS = 50_000
"""Between two searches for garbage. With 700, each page's rows were searched, all in vain."""


def main() -> None:
    """Run the command; errors are one line on stderr and an exit code."""
    interrupts.listen()
    try:
        code = _loaded()()
    except interrupts.Interrupted as stop:
        sys.stderr.write("Error: Stopped by a signal.\n")
        code = stop.exit_code
    sys.exit(code)


def _loaded() -> Callable[[], int]:
    """Load the command without a search for garbage, now or later: all of it stays to the end.

    The searches, above all those at exit, took a third of the time of `tap-acton --version`.
    """
    gc.disable()
    try:
        from tap_acton.singer.cli import run
    finally:
        gc.freeze()
        gc.set_threshold(_ALLOCATIONS)
        gc.enable()
    return run


if __name__ == "__main__":
    main()
