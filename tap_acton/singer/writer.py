"""Singer messages to stdout: whole lines, in blocks, never cut by a signal."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from singer_sdk.io_base import SingerWriter
from singer_sdk.singerlib.encoding.base import SingerMessageType

from tap_acton.errors import TargetGoneError
from tap_acton.interrupts import whole_step

if TYPE_CHECKING:
    from singer_sdk.singerlib.encoding.simple import Message

__all__ = ["BlockWriter", "write_block"]

_BLOCK = 1 << 16


class BlockWriter(SingerWriter):
    """Collects records, and writes them with the next message of another type, or 64 KiB.

    Raises:
        TargetGoneError: Nobody reads any more; what is written after that goes nowhere.
    """

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[str] = []
        self._size = 0
        self._last_line = ""

    def write_message(self, message: Message) -> None:
        """Take a message, and write when it is time."""
        line = self.format_message(message)
        with whole_step():
            self._lines.append(line)
            self._size += len(line)
            self._last_line = line
            if self._size >= _BLOCK or message.type is not SingerMessageType.RECORD:
                self.flush()

    def write_last(self, message: Message) -> None:
        """Take a message, unless it is just what was written last."""
        if self.format_message(message) != self._last_line:
            self.write_message(message)

    def flush(self) -> None:
        """Write what was collected. A signal waits until the lines are whole."""
        with whole_step():
            lines, self._lines, self._size = self._lines, [], 0
            if lines:
                write_block("\n".join(lines) + "\n")


def write_block(block: str) -> None:
    """Write a text to stdout, whole, in UTF-8.

    Raises:
        TargetGoneError: Nobody reads any more; what is written after that goes nowhere.
    """
    try:
        _write_whole(block)
    except BrokenPipeError:
        # Python would try once more to flush when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise TargetGoneError("The target closed the pipe") from None


def _write_whole(block: str) -> None:
    """Write a block whatever interrupts it: an unbuffered stdout would drop the rest."""
    try:
        descriptor = sys.stdout.fileno()
    except (OSError, ValueError):  # a test or a script reads stdout from memory
        sys.stdout.write(block)
        return
    sys.stdout.flush()
    rest = memoryview(block.encode())
    while rest:
        rest = rest[os.write(descriptor, rest) :]
