"""A set of ids that stays small however many there are.

Act-On numbers the records of a list in hexadecimal (`l-0001:1a2b`), so most ids are told apart by
their last three digits: one bit for each. What has no such end, or has no neighbours, is kept as
a hash, the first ones in memory and the others in a file. See `.github/decisions/0031`.
"""

from __future__ import annotations

import functools
import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tap_acton.resources.hash_file import HashFile

__all__ = ["Ids"]

logger = logging.getLogger("tap-acton")

_DIGITS = 3
_BLOCKS_AT_ONCE = 64
_FIRST_BLOCKS = 64
_ROWS_PER_BLOCK = 128
"""A block of bits takes 800 bytes or so: ids without neighbours are worth none."""
_MOST_BLOCKS = 8192


@functools.cache
def _bits() -> dict[str, tuple[int, int]]:
    """Return for each end of an id its byte and its bit there."""
    size = 16**_DIGITS
    return {f"{at:0{_DIGITS}x}": (at >> 3, 1 << (at & 7)) for at in range(size)}


class Ids:
    """Ids that have been added.

    Blocks of bits are exact. Hashes have 64 bits: with five million ids that have no numbers, the
    chance that any new one is taken for another is 1 in 1,400,000.

    Args:
        most_hashes: Hashes in memory. The default takes 5 MB.
    """

    def __init__(self, *, most_hashes: float = 2**16) -> None:
        self._blocks: dict[str, memoryview] = {}
        self._spare: list[memoryview] = []
        self._hashes: set[int] = set()
        self._most_hashes = most_hashes
        self._file: HashFile | None = None
        self._number = 0

    def __contains__(self, each: str) -> bool:
        end = _bits().get(each[-_DIGITS:])
        block = self._blocks.get(each[:-_DIGITS]) if end else None
        if block and end and block[end[0]] & end[1]:
            return True
        return hash(each) in self._hashes or bool(self._filed([each]))

    def add(self, ids: Sequence[str]) -> list[int]:
        """Add ids, and return which of them were there already, or come twice.

        Raises:
            ConfigError: The temporary folder has no room.
        """
        known = []
        bits, blocks, hashes, filed = _bits(), self._blocks, self._hashes, self._filed(ids)
        for place, each in enumerate(ids):
            end, block = bits.get(each[-_DIGITS:]), blocks.get(each[:-_DIGITS])
            if end is None or block is None:
                if self._is_known_alone(each, end, filed):
                    known.append(place)
                continue
            byte, bit = end
            if block[byte] & bit or (hashes and hash(each) in hashes) or hash(each) in filed:
                known.append(place)
            else:
                block[byte] |= bit
        self._number += len(ids) - len(known)
        if len(hashes) > self._most_hashes:
            self._move_to_file()
        return known

    def _is_known_alone(
        self, each: str, end: tuple[int, int] | None, filed: Collection[int]
    ) -> bool:
        """Tell whether an id that has no block is known, and add it."""
        hashed = hash(each)
        if hashed in self._hashes or hashed in filed:
            return True
        room = min(_MOST_BLOCKS, _FIRST_BLOCKS + self._number // _ROWS_PER_BLOCK)
        if end is not None and len(self._blocks) < room:
            block = self._blocks[each[:-_DIGITS]] = self._new_block()
            block[end[0]] = end[1]
        else:
            self._hashes.add(hashed)
        return False

    def _new_block(self) -> memoryview:
        """Return a block of bits, cut from many: alone, each would pin the memory around it."""
        if not self._spare:
            size = 16**_DIGITS // 8
            many = memoryview(bytearray(size * _BLOCKS_AT_ONCE))
            self._spare = [many[at : at + size] for at in range(0, len(many), size)]
        return self._spare.pop()

    def _filed(self, ids: Sequence[str]) -> Collection[int]:
        return self._file.among(map(hash, ids)) if self._file else ()

    def _move_to_file(self) -> None:
        try:
            # Few readings come to this, and not every Python has SQLite.
            from tap_acton.resources.hash_file import HashFile

            self._file = self._file or HashFile()
        except (ImportError, OSError) as error:
            logger.warning("The ids of rows stay in memory, 70 MB for each million: %s", error)
            self._most_hashes = float("inf")
            return
        self._file.add(self._hashes)
        self._hashes.clear()
