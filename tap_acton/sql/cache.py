"""Rows that are kept in an SQLite file: CACHE, AutoCache and Offline.

Rows are written over a connection of their own, in one short transaction after they have all
come, so that many processes may share the file and open results keep what they see.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import apsw
import platformdirs

from tap_acton.sql.exceptions import InterfaceError, OperationalError, ProgrammingError
from tap_acton.sql.language.statements import plain
from tap_acton.sql.parameters import as_sqlite
from tap_acton.sql.result import Result
from tap_acton.sql.schema.table import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tap_acton.settings import Settings
    from tap_acton.sql.properties import ConnectorSettings
    from tap_acton.sql.schema.table import Table

__all__ = ["SCHEMA", "Cache", "Caching", "caching_of", "location"]

SCHEMA = "kept"
"""What the file is called where it is read."""
_OWN = "sys_cache"
_BUSY_MS = 60_000
_TYPES = {int: "INTEGER", float: "DOUBLE", bool: "BOOLEAN", str: ""}
"""What is declared for a column; texts may be any expression's value, and stay as they are."""
_OPTION = r"TRUNCATE|AUTOCOMMIT|SCHEMA\s+ONLY|DROP\s+EXISTING|ALTER\s+SCHEMA"
_CACHE = re.compile(
    rf"""CACHE\s+
    (?:(?P<name>\[[^\]]+\]|"[^"]+"|(?!(?:WITH|SELECT)\b)\w+)\s+)?
    (?:WITH\s+(?P<options>(?:{_OPTION})(?:\s*,\s*(?:{_OPTION}))*)\s+)?
    (?P<select>SELECT\b.*)""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)


class Caching:
    """What a CACHE statement asks for."""

    def __init__(self, name: str | None, options: frozenset[str], select: str) -> None:
        self.name = name
        self.options = options
        self.select = select


def caching_of(statement: str) -> Caching:
    """Return what a CACHE statement asks for.

    Raises:
        ProgrammingError: It is written differently.
    """
    found = _CACHE.fullmatch(plain(statement))
    if not found:
        raise ProgrammingError(
            "CACHE is written: CACHE [table] [WITH TRUNCATE, AUTOCOMMIT, SCHEMA ONLY, "
            "DROP EXISTING or ALTER SCHEMA] SELECT …"
        )
    words = re.split(r"\s*,\s*", found["options"] or "")
    options = frozenset(" ".join(word.upper().split()) for word in words if word)
    name = found["name"]
    return Caching(name.strip('[]"') if name else None, options, found["select"])


def location(settings: Settings, own: ConnectorSettings) -> Path:
    """Return the cache's file: CacheLocation, or one in that folder that is the account's own.

    Raises:
        InterfaceError: Another database is to be the cache, or no file can be made there.
    """
    if own.cache_provider or own.cache_connection:
        raise InterfaceError(
            "The cache is an SQLite file: set CacheLocation, and neither CacheProvider nor "
            "CacheConnection."
        )
    default = platformdirs.user_data_path("tap-acton", appauthor=False)
    place = Path(own.cache_location).expanduser() if own.cache_location else default
    whose = (settings.base_url, settings.client_id, settings.username, settings.account_id)
    token = settings.access_token if settings.mode == "OFF" else settings.settings_file
    mark = hashlib.sha256(repr((whose, str(token))).encode()).hexdigest()[:12]
    file = place if place.suffix and not place.is_dir() else place / f"cache-{mark}.db"
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise InterfaceError(f"The cache {file} cannot be written: {error.strerror}.") from None
    return file


class Cache:
    """Tables in a file.

    Args:
        file: It exists, and may be empty.
        auto: Whether tables are read into it before they are used.
        offline: Whether nothing else is used.
        tolerance_s: Seconds after which `auto` reads a table again.
    """

    def __init__(self, file: Path, *, auto: bool, offline: bool, tolerance_s: int) -> None:
        self.file = file
        self.auto = auto
        self.offline = offline
        self._tolerance_s = tolerance_s
        try:
            self._file = apsw.Connection(str(file))
            self._file.set_busy_timeout(_BUSY_MS)
            self._file.execute("PRAGMA journal_mode=WAL")
            self._file.execute(
                "CREATE TABLE IF NOT EXISTS sys_cache "
                "(key TEXT PRIMARY KEY, name TEXT, whole INTEGER, kept_at REAL)"
            )
        except apsw.Error as error:
            raise InterfaceError(f"The cache {file} cannot be used: {error}.") from None

    def close(self) -> None:
        """Let go of the file."""
        self._file.close(force=True)

    def find(self, name: str) -> str | None:
        """Return a table's name in the file; None if it is not there, or has to be read again."""
        query = "SELECT name, whole, kept_at FROM sys_cache WHERE key = ?"
        for kept, whole, kept_at in self._file.execute(query, (name.casefold(),)):
            is_fresh = whole and 0 <= time.time() - kept_at <= self._tolerance_s
            if self.offline or is_fresh:
                return str(kept)
        return None

    def keep_whole(self, table: Table, result: Result) -> str:
        """Keep all rows of a table in place of those that were there; return its name."""
        rows = (tuple(map(as_sqlite, row)) for row in result.rows)
        self._store(table.name, result, rows, (), frozenset({"DROP EXISTING"}), whole=True)
        return table.name

    def keep(self, asked: Caching, table: Table, result: Result) -> Result:
        """Keep the rows of a CACHE statement; those with keys that are there are replaced.

        Raises:
            ProgrammingError: A key is not selected, or the columns are not those of before.
        """
        keys = tuple(each.name for each in table.keys)
        given = {column.name.casefold() for column in result.columns}
        if missing := [key for key in keys if key.casefold() not in given]:
            raise ProgrammingError(f"CACHE needs the key of {table.name}: {', '.join(missing)}.")
        name, count = asked.name or table.name, 0
        if name.casefold() == _OWN:
            raise ProgrammingError(f"{name} is the cache's own table: give another name.")
        rows = (tuple(map(as_sqlite, row)) for row in result.rows)
        if "SCHEMA ONLY" in asked.options:
            self._store(name, result, (), keys, asked.options)
        elif "AUTOCOMMIT" in asked.options:
            options = asked.options
            self._store(name, result, (), keys, options)
            for row in rows:
                count += self._store(name, result, (row,), keys, frozenset())
        else:
            count = self._store(name, result, rows, keys, asked.options)
        result.close()
        return Result(columns=(), rows=iter(()), rowcount=count)

    def _store(
        self,
        name: str,
        result: Result,
        rows: Iterable[tuple[Any, ...]],
        keys: Sequence[str],
        options: frozenset[str],
        *,
        whole: bool = False,
    ) -> int:
        names = [quoted(column.name) for column in result.columns]
        run = self._file.execute
        run(f"DROP TABLE IF EXISTS temp.fresh; CREATE TEMP TABLE fresh ({', '.join(names)})")
        run("BEGIN")  # of the temporary table alone: nobody waits while rows come
        try:
            marks = ", ".join("?" for _ in names)
            self._file.executemany(f"INSERT INTO temp.fresh VALUES ({marks})", rows)  # noqa: S608
            run("COMMIT; BEGIN IMMEDIATE")
            self._make(name, result, options)
            count = self._replace(name, names, keys)
            kept = (name.casefold(), name, whole, time.time())
            run("INSERT OR REPLACE INTO sys_cache VALUES (?, ?, ?, ?)", kept)
            run("COMMIT")
        except BaseException as error:
            if self._file.in_transaction:
                run("ROLLBACK")
            if isinstance(error, apsw.Error):
                raise OperationalError(f"The cache {self.file} failed: {error}.") from None
            raise
        return count

    def _replace(self, name: str, names: Sequence[str], keys: Sequence[str]) -> int:
        """Put the fresh rows into a table, in place of those with their keys; return how many."""
        table = f"main.{quoted(name)}"
        if keys:
            same = ", ".join(map(quoted, keys))
            self._file.execute(
                f"DELETE FROM {table} WHERE ({same}) IN (SELECT {same} FROM temp.fresh)"  # noqa: S608
            )
        self._file.execute(
            f"INSERT INTO {table} ({', '.join(names)}) SELECT * FROM temp.fresh"  # noqa: S608
        )
        return self._file.changes()

    def _make(self, name: str, result: Result, options: frozenset[str]) -> None:
        """Make the table, or make sure that it has the columns."""
        run, table = self._file.execute, f"main.{quoted(name)}"
        if "DROP EXISTING" in options:
            run(f"DROP TABLE IF EXISTS {table}")
        columns = {column.name.casefold(): column for column in result.columns}
        declared = {
            key: f"{quoted(column.name)} {_TYPES.get(column.type_code, 'TIMESTAMP')}"
            for key, column in columns.items()
        }
        run(f"CREATE TABLE IF NOT EXISTS {table} ({', '.join(declared.values())})")
        there = {row[1].casefold() for row in run(f"PRAGMA main.table_info({quoted(name)})")}
        for key in columns.keys() - there:
            if "ALTER SCHEMA" not in options:
                raise ProgrammingError(
                    f"{name} in the cache has no column {columns[key].name!r}. Write CACHE WITH "
                    "ALTER SCHEMA or WITH DROP EXISTING."
                )
            run(f"ALTER TABLE {table} ADD COLUMN {declared[key]}")
        if "TRUNCATE" in options:
            run(f"DELETE FROM {table}")  # noqa: S608
