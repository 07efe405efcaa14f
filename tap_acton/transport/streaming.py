"""The body of a reply while it arrives: in pieces of a bounded size, and known to be whole."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import requests
import urllib3.exceptions

from tap_acton.errors import ServerFailedError, UnexpectedReplyError
from tap_acton.transport.replies import Reply

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping

__all__ = ["Answer", "Body", "arriving", "has_length"]

_PIECE = 65_536
"""Bytes, of what comes over the network and of what is unpacked from it."""
_ZLIB_OF_GZIP = 31


@dataclass(slots=True)
class Answer:
    """A reply that has begun to arrive."""

    response: requests.Response
    where: str
    size: int = 0
    """Bytes of the body that were read."""
    kept: bytearray | None = None
    """They, if somebody wants to see them."""

    def reply(self, body: bytes) -> Reply:
        """Return it with its body, or with the first bytes of it."""
        headers = {name.lower(): value for name, value in self.response.headers.items()}
        return Reply(where=self.where, status=self.response.status_code, headers=headers, body=body)


@dataclass(frozen=True, kw_only=True, slots=True)
class Body:
    """The body of a successful reply, which has begun to arrive; iterating goes on reading.

    A piece that does not come is a NoReplyError, one that cannot be unpacked a ServerFailedError.
    """

    where: str
    """Method and path of the request."""
    head: bytes
    """Its first bytes; empty if there are none."""
    rest: Generator[bytes]
    has_length: bool = True
    """Whether the reply tells where it ends, so that an end that comes too soon is noticed."""

    def __iter__(self) -> Iterator[bytes]:
        """Yield it from its start, once."""
        yield self.head
        yield from self.rest

    def close(self) -> None:
        """Read no more of it, and give the connection back."""
        self.rest.close()

    def __repr__(self) -> str:
        return f"Body({self.where!r})"


def has_length(headers: Mapping[str, str]) -> bool:
    """Tell whether a reply with these headers (in lower case) shows that it was cut off."""
    return bool({"content-length", "transfer-encoding", "content-encoding"} & headers.keys())


def arriving(answer: Answer, where: str) -> Iterator[bytes]:
    """Yield the body of a response that is being streamed, unpacked, and count its bytes.

    Raises:
        RequestException: It broke off.
        ServerFailedError: It is no whole gzip.
        UnexpectedReplyError: It is packed as nobody asked for.
    """
    encoding = answer.response.headers.get("Content-Encoding", "identity").strip().lower()
    pieces = _raw(answer.response)
    if encoding in ("gzip", "x-gzip"):
        pieces = _unpacked(pieces, where)
    elif encoding not in ("", "identity"):
        raise UnexpectedReplyError("The reply is packed, and not as gzip", where=where)
    for piece in pieces:
        answer.size += len(piece)
        if answer.kept is not None:
            answer.kept += piece
        yield piece


def _raw(response: requests.Response) -> Iterator[bytes]:
    try:
        yield from response.raw.stream(_PIECE, decode_content=False)
    except urllib3.exceptions.ReadTimeoutError as error:
        raise requests.ReadTimeout(error) from None
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise requests.ConnectionError(error) from None


def _unpacked(packed: Iterable[bytes], where: str) -> Iterator[bytes]:
    """urllib3's own unpacking takes a gzip that is cut off for a whole one."""
    unpack = zlib.decompressobj(_ZLIB_OF_GZIP)
    began = False
    for piece in packed:
        left = piece
        while left:
            if unpack.eof:  # a gzip may have several members
                unpack = zlib.decompressobj(_ZLIB_OF_GZIP)
            try:
                yield unpack.decompress(left, _PIECE)
            except zlib.error:
                raise ServerFailedError("Act-On's reply is no gzip", where=where) from None
            began = True
            left = unpack.unused_data if unpack.eof else unpack.unconsumed_tail
    if began and not unpack.eof:
        raise ServerFailedError("Act-On's reply was cut off", where=where)
