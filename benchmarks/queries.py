"""`python -m benchmarks.queries JOB SETTINGS`: one reading for the question `sql`, and its count.

Three of the jobs are yardsticks, with nothing but the standard library: pages are loaded into a
table of SQLite (`load`), and that is read (`table rows`) or grouped (`table groups`).
"""

from __future__ import annotations

import json
import sqlite3
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final
from urllib.request import Request, urlopen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["JOBS", "main"]

_PAGE: Final = 1000
_TIMEOUT_S: Final = 120


def main(arguments: list[str]) -> None:
    """Do a job, and tell how many rows it read."""
    job, settings = arguments
    count = JOBS[job](json.loads(settings))
    sys.stdout.write(json.dumps({"type": "COUNT", "records": count}) + "\n")


def _connected(settings: Mapping[str, Any], statement: str) -> Iterator[tuple[Any, ...]]:
    from cdata import acton  # no other job takes it

    with acton.connect(
        InitiateOAuth="OFF",
        OAuthAccessToken=settings["token"],
        ApiUrl=settings["url"],
        RequestsPerSecond=100_000,
    ) as connection:
        cursor = connection.execute(statement)
        while batch := cursor.fetchmany(_PAGE):
            yield from batch


def _rows(settings: Mapping[str, Any]) -> int:
    statement = f"SELECT * FROM [List_{settings['list_name']}]"
    return sum(1 for _ in _connected(settings, statement))


def _groups(settings: Mapping[str, Any]) -> int:
    table = f"List_{settings['list_name']}"
    statement = f"SELECT [{settings['group']}], COUNT(*) FROM [{table}] GROUP BY 1"
    return sum(count for _, count in _connected(settings, statement))


def _load(settings: Mapping[str, Any]) -> int:
    with closing(sqlite3.connect(settings["file"])) as table, table:
        return _loaded(table, settings)


def _table_rows(settings: Mapping[str, Any]) -> int:
    count = 0
    with closing(sqlite3.connect(settings["file"])) as table:
        cursor = table.execute("SELECT * FROM t")
        while batch := cursor.fetchmany(_PAGE):
            count += len(batch)
    return count


def _table_groups(settings: Mapping[str, Any]) -> int:
    with closing(sqlite3.connect(":memory:")) as table:
        _loaded(table, settings)
        group = settings["group"]
        rows = table.execute(f'SELECT "{group}", COUNT(*) FROM t GROUP BY 1')
        return sum(count for _, count in rows)


def _loaded(table: sqlite3.Connection, settings: Mapping[str, Any]) -> int:
    count = 0
    for page in _pages(settings):
        if not count:
            names = ", ".join(f'"{name}"' for name in page["headers"])
            table.execute(f"CREATE TABLE t ({names})")
        marks = ", ".join("?" * len(page["headers"]))
        table.executemany(f"INSERT INTO t VALUES ({marks})", page["data"])
        count += len(page["data"])
    return count


def _pages(settings: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    at = 0
    while True:
        query = f"count={_PAGE}&offset={at}&datequalifiers=true"
        address = f"{settings['url']}/api/1/list/{settings['list_id']}?{query}"
        headers = {"Authorization": f"Bearer {settings['token']}"}
        request = Request(address, headers=headers)  # noqa: S310 - the benchmark's own server
        with urlopen(request, timeout=_TIMEOUT_S) as reply:  # noqa: S310 - the same
            page = json.loads(reply.read())
        yield page
        at += len(page["data"])
        if at >= page["totalCount"] or not page["data"]:
            return


JOBS: Final = {
    "rows": _rows,
    "groups": _groups,
    "load": _load,
    "table rows": _table_rows,
    "table groups": _table_groups,
}

if __name__ == "__main__":
    main(sys.argv[1:])
