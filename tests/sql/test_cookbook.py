"""Every statement of docs/sql-cookbook.md runs."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

import cdata.acton as mod
from tests.documents import DOCS, blocks
from tests.flows.flow import Desk, properties

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Simulate

COOKBOOK = DOCS / "sql-cookbook.md"


@pytest.fixture
def connection(simulator: Simulate, tmp_path: Path) -> Iterator[mod.Connection]:
    desk = Desk(simulator(), tmp_path / "desk")
    token = desk.sim.tokens.issue()["access_token"]
    string = properties(desk.config(initiate_oauth="OFF", access_token=token))
    with mod.connect(string, CacheLocation=str(tmp_path / "cache")) as opened:
        yield opened


def test_every_statement_gives_rows(connection: mod.Connection) -> None:
    statements = blocks(COOKBOOK, "sql")
    assert len(statements) >= 14
    given = {}
    for statement in statements:
        cursor = connection.execute(statement)
        if cursor.description is None:
            assert cursor.rowcount > 0
            continue
        given[statement] = len(cursor.fetchall())
        while cursor.nextset():
            given[statement] = min(given[statement], len(cursor.fetchall()))
    maybe_none = re.compile(r"HAVING|LIKE 'A%'|LIKE '%a%'")
    empty = [each for each, rows in given.items() if not rows and not maybe_none.search(each)]
    assert empty == []


@pytest.mark.parametrize("code", blocks(COOKBOOK, "python"))
def test_every_piece_of_python_runs(
    connection: mod.Connection, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    exec(code, {"connection": connection, "datetime": datetime})  # noqa: S102 - the document's
    assert capsys.readouterr().out
