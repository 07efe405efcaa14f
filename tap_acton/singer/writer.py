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

_BLOCK = 1 << 18


class BlockWriter(SingerWriter):
    """Collects lines, and writes them with any message but a record, or when they are 256 KiB.

    Raises:
        TargetGoneError: Nobody reads any more, or the disk is full; what follows goes nowhere.
    """

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[bytes] = []
        self._size = 0
        self._last_line = b""

    def write_message(self, message: Message) -> None:
        """Take a message, and write when it is time."""
        line = self._line(message)
        with whole_step():
            self.write_lines(line)
            self._last_line = line
            if message.type is not SingerMessageType.RECORD:
                self.flush()

    def write_lines(self, lines: bytes) -> None:
        """Take whole lines of messages, each with its end, and write when it is time."""
        with whole_step():
            self._lines.append(lines)
            self._size += len(lines)
            self._last_line = b""
            if self._size >= _BLOCK:
                self.flush()

    def write_last(self, message: Message) -> None:
        """Take a message, unless it is just what was written last."""
        if self._line(message) != self._last_line:
            self.write_message(message)

    def flush(self) -> None:
        """Write what was collected. A signal waits until the lines are whole."""
        with whole_step():
            lines, self._lines, self._size = self._lines, [], 0
            if lines:
                write_block(b"".join(lines))

    def _line(self, message: Message) -> bytes:
        return self.format_message(message).encode() + b"\n"


def write_block(block: bytes) -> None:
    """Write lines in UTF-8 to stdout, whole.

    Raises:
        TargetGoneError: Nobody reads any more, or the disk is full; what follows goes nowhere.
    """
    try:
        _write_whole(block)
    except OSError as error:
        # Python would try once more to flush when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            raise TargetGoneError("The target closed the pipe") from None
        raise TargetGoneError(f"Cannot write to stdout: {error.strerror}") from None


def _write_whole(block: bytes) -> None:
    """Write a block whatever interrupts it: an unbuffered stdout would drop the rest."""
    try:
        descriptor = sys.stdout.fileno()
    except (OSError, ValueError):  # a test or a script reads stdout from memory
        sys.stdout.write(block.decode())
        return
    sys.stdout.flush()
    rest = memoryview(block)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
