"""The command `tap-acton`, also as `python -m tap_acton`.

Signals are listened to before anything heavy is imported, so that one that comes early ends the
command as one that comes late does.
"""

from __future__ import annotations

import sys

from tap_acton import interrupts

__all__ = ["main"]


def main() -> None:
    """Run the command; errors are one line on stderr and an exit code."""
    interrupts.listen()
    try:
        from tap_acton.singer.cli import run  # takes most of a second

        code = run()
    except interrupts.Interrupted as stop:
        sys.stderr.write("Error: Stopped by a signal.\n")
        code = stop.exit_code
    sys.exit(code)


if __name__ == "__main__":
    main()
