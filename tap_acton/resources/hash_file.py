"""Numbers of 64 bits in a file of SQLite's, as many as the disk holds."""

from __future__ import annotations

import json
import sqlite3
import weakref
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["HashFile", "HashFileError"]

HashFileError = sqlite3.Error
_SET_UP = """
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    PRAGMA cache_size = -2000;
    CREATE TABLE hashes (hash INTEGER PRIMARY KEY);
"""
"""Nobody reads the file after the process, so nothing is done to make it last."""


class HashFile:
    """A set of numbers.

    SQLite makes the file in the temporary folder (SQLITE_TMPDIR, TMPDIR, /var/tmp, /tmp), for the
    user alone, and deletes it while it is open: a process that is killed leaves none.
    https://www.sqlite.org/inmemorydb.html#temp_db

    Raises:
        HashFileError: It cannot be made, now or in a later call.
    """

    def __init__(self) -> None:
        # A reading may end in another thread than it began in, and is used by one at a time.
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        weakref.finalize(self, self._database.close)
        self._database.executescript(_SET_UP)

    def add(self, hashes: Iterable[int]) -> None:
        """Add numbers that are not there; in their order, so that each page is written once."""
        with self._database:
            self._database.execute("BEGIN")
            rows = ((each,) for each in sorted(hashes))
            self._database.executemany("INSERT INTO hashes VALUES (?)", rows)

    def among(self, hashes: Iterable[int]) -> set[int]:
        """Return those of the numbers that are there."""
        query = "SELECT hash FROM hashes WHERE hash IN (SELECT value FROM json_each(?))"
        rows = self._database.execute(query, (json.dumps(list(hashes)),))
        return {each for (each,) in rows}
