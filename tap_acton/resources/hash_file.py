"""Numbers of 64 bits in a file of SQLite's, as many as the disk holds."""

from __future__ import annotations

import json
import sqlite3
import tempfile
import weakref
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tap_acton.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["HashFile"]

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
        OSError: There is no temporary folder that can be written to.
    """

    def __init__(self) -> None:
        tempfile.gettempdir()  # raises; SQLite would find out only when its cache is full
        # A reading may end in another thread than it began in, and is used by one at a time.
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        weakref.finalize(self, self._database.close)
        with _room():
            self._database.executescript(_SET_UP)

    def add(self, hashes: Iterable[int]) -> None:
        """Add numbers that are not there. Raises ConfigError if they find no room."""
        rows = ((each,) for each in sorted(hashes))  # so that each of its pages is written once
        with _room():
            self._database.execute("BEGIN")
            self._database.executemany("INSERT INTO hashes VALUES (?)", rows)
            self._database.execute("COMMIT")

    def among(self, hashes: Iterable[int]) -> set[int]:
        """Return those of the numbers that are there. Raises ConfigError if it cannot be read."""
        query = "SELECT hash FROM hashes WHERE hash IN (SELECT value FROM json_each(?))"
        with _room():
            rows = self._database.execute(query, (json.dumps(list(hashes)),))
            return {each for (each,) in rows}


@contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise ConfigError(
            f"The temporary folder does not hold the ids of the rows that were read: {error}",
            next_step="Make room there, or set TMPDIR to another folder.",
        ) from None
