"""A whole list as CSV, sent while it is made: nobody holds millions of rows at once."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tap_acton.simulator.server import Handler
from tap_acton.simulator.wire import Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tap_acton.simulator.wire import Delivery

__all__ = ["Chunks", "Streamed", "StreamingHandler", "in_pieces"]

_PIECE_ROWS: Final = 1000
_GZIP: Final = zlib.MAX_WBITS | 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Streamed(Reply):
    """A reply whose body is chunks."""

    chunks: Iterable[bytes] = field(repr=False)


class Chunks:
    """Chunks that are made once, while they are first sent, and kept."""

    def __init__(self, make: Callable[[], Iterator[bytes]]) -> None:
        """Make nothing yet."""
        self._make = make
        self._kept: list[bytes] | None = None

    def __iter__(self) -> Iterator[bytes]:
        """Give what is kept, or make it."""
        if self._kept is not None:
            yield from self._kept
            return
        made = []
        for chunk in self._make():
            made.append(chunk)
            yield chunk
        self._kept = made


class StreamingHandler(Handler):
    """The simulator's handler, which also sends chunks."""

    def _send(self, delivery: Delivery, reply: Reply) -> None:
        if not isinstance(reply, Streamed):
            super()._send(delivery, reply)
            return
        head = self._head(reply)
        self.connection.sendall(
            head.replace(b"Content-Length: 0\r\n", b"Transfer-Encoding: chunked\r\n")
        )
        for chunk in reply.chunks:
            self.connection.sendall(b"%x\r\n%b\r\n" % (len(chunk), chunk))
        self.connection.sendall(b"0\r\n\r\n")


def in_pieces(
    ask: Callable[[dict[str, str]], Reply], *, offset: int, end: int, packed: bool
) -> Streamed:
    """Return one CSV reply made of many: `ask` answers with the rows of a count and offset."""
    empty = ask({"count": "0", "offset": "0"})
    headers = {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"} if packed else {}

    def make() -> Iterator[bytes]:
        packer = zlib.compressobj(1, wbits=_GZIP)
        for start in range(offset, max(end, offset + 1), _PIECE_ROWS):
            count = min(_PIECE_ROWS, max(end - start, 0))
            body = ask({"count": str(count), "offset": str(start)}).body
            text = body if start == offset else body[len(empty.body) :]
            if chunk := packer.compress(text) if packed else text:
                yield chunk
        if packed:
            yield packer.flush()

    return Streamed(content_type=empty.content_type, headers=headers, chunks=Chunks(make))
