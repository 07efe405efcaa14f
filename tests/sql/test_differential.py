"""Random SELECTs over the account give what SQLite gives over plain tables of the same rows."""

from __future__ import annotations

import sqlite3
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tap_acton.client import ActOnClient
from tap_acton.config import read_settings
from tap_acton.sql.engine import Engine

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.conftest import Configure, Simulate

T = TypeVar("T")
TABLES = {
    "List_API Example List": ("ContactId", "Company", "ModifiedDate", "ListId", "Score"),
    "Messages": ("Id", "Type", "Title", "Timestamp", "IsTextOnly"),
    "Reports": ("MessageId", "SentAt", "Title", "Sent", "OpenedTotal"),
    "DrilldownReports": ("MessageId", "Event", "Email", "SentAt", "Timestamp"),
    "Programs": ("Id", "Type", "Name", "Running", "Modified"),
    "ListScores": ("ListId", "ContactId", "Score", "HasProfileScore"),
}
JOINS = (
    ("Messages", "Reports", "a.Id = b.MessageId"),
    ("Reports", "DrilldownReports", "a.MessageId = b.MessageId"),
    ("Messages", "DrilldownReports", "a.Id = b.MessageId AND b.Event = 'CLICKED'"),
    ("Messages", "Messages", "a.Title = b.Title"),
    ("List_API Example List", "ListScores", "a.ContactId = b.ContactId"),
)
ODD = (
    "''",
    "'SENT'",
    "'TRACK'",
    "'5'",
    "'0'",
    "'1.5'",
    "NULL",
    "'2024-03-01'",
    "'2024-03-01T00:00'",
    "'~'",
)
Row = tuple[Any, ...]
Sides = tuple[Engine, sqlite3.Connection, dict[tuple[str, str], list[str]]]


def plain(value: Any) -> Any:
    """Return a value as SQLite has it."""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return int(value) if isinstance(value, bool) else value


@pytest.fixture
def sides(simulator: Simulate, configure: Configure) -> Iterator[Sides]:
    """An engine, plain tables of what it gives, and values by table and column."""
    sim = simulator(messages=6, recipients=3, contacts=8, lists=2)
    limits = {"max_retry_seconds": 0, "daily_request_budget": 1_000_000}
    config = configure(sim, requests_in_flight=1, page_size=5, **limits)
    client = ActOnClient.from_settings(read_settings(config))
    engine = Engine(client)
    tables = sqlite3.connect(":memory:")
    values: dict[tuple[str, str], list[str]] = {}
    for name, columns in TABLES.items():
        found = engine.query(f"SELECT {', '.join(columns)} FROM [{name}]")
        rows = [tuple(map(plain, row)) for row in found.rows]
        assert rows
        types = {str: "VARCHAR", int: "INTEGER", float: "DOUBLE", bool: "BOOLEAN"}
        kinds = [types.get(each.type_code, "TIMESTAMP") for each in found.columns]
        declared = ", ".join(f"{each} {kind}" for each, kind in zip(columns, kinds, strict=True))
        tables.execute(f'CREATE TABLE "{name}" ({declared})')
        marks = ", ".join("?" * len(columns))
        tables.executemany(f'INSERT INTO "{name}" VALUES ({marks})', rows)
        for at, column in enumerate(columns):
            values[name, column] = sorted({literal(row[at]) for row in rows})[:6]
    yield engine, tables, values
    tables.close()
    engine.close()
    client.close()


def literal(value: Any) -> str:
    if value is None:
        return "NULL"
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value)


class Draw:
    """Makes a statement."""

    def __init__(self, data: st.DataObject, values: dict[tuple[str, str], list[str]]) -> None:
        self.data = data
        self.values = values

    def one(self, choices: Sequence[T]) -> T:
        return self.data.draw(st.sampled_from(choices))

    def statement(self) -> str:
        form = self.one(("plain", "ordered", "grouped", "counted", "joined", "inside"))
        return str(getattr(self, form)())

    def where(self, *sources: tuple[str, str]) -> str:
        return f" WHERE {self.condition(sources)}" if self.one((True, True, False)) else ""

    def condition(self, sources: tuple[tuple[str, str], ...], depth: int = 2) -> str:
        if depth and self.one((True, False)):
            left, right = (self.condition(sources, depth - 1) for _ in range(2))
            return self.one(("({} AND {})", "({} OR {})", "NOT ({} AND {})")).format(left, right)
        alias, table = self.one(sources)
        column = self.one(TABLES[table])
        values = (*self.values[table, column], *self.values[table, column], *ODD)
        name, first, second = f"{alias}{column}", self.one(values), self.one(values)
        form = self.one(
            (
                *("{} = {}", "{} = {}", "{} IN ({}, {})", "{} IN ({}, {})"),
                *("{} <> {}", "{} < {}", "{} <= {}", "{} > {}", "{} >= {}"),
                *("{} BETWEEN {} AND {}", "{} NOT IN ({}, {})", "{} LIKE '%a%'"),
                *("{} IS NULL", "{} IS NOT NULL"),
            )
        )
        return str(form.format(name, first, second))

    def plain(self) -> str:
        table = self.one(tuple(TABLES))
        columns = ", ".join(TABLES[table])
        return f"SELECT {columns} FROM [{table}]{self.where(('', table))}"

    def ordered(self) -> str:
        table = self.one(tuple(TABLES))
        columns, order = TABLES[table], self.one(("", " DESC"))
        places = ", ".join(f"{at + 1}{order}" for at in range(len(columns)))
        limit = f"LIMIT {self.one((0, 1, 3, 100))} OFFSET {self.one((0, 1))}"
        where = self.where(("", table))
        return f"SELECT {', '.join(columns)} FROM [{table}]{where} ORDER BY {places} {limit}"

    def grouped(self) -> str:
        table = self.one(tuple(TABLES))
        by, what = self.one(TABLES[table]), self.one(TABLES[table])
        where = self.where(("", table))
        return f"SELECT {by}, COUNT(*), MAX({what}) FROM [{table}]{where} GROUP BY {by}"

    def counted(self) -> str:
        table = self.one(tuple(TABLES))
        what = self.one(("*", *TABLES[table], f"DISTINCT {TABLES[table][0]}"))
        return f"SELECT COUNT({what}) FROM [{table}]{self.where(('', table))}"

    def joined(self) -> str:
        left, right, on = self.one(JOINS)
        kind = self.one(("JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"))
        shown = f"a.{self.one(TABLES[left])}, b.{self.one(TABLES[right])}"
        where = self.where(("a.", left), ("b.", right))
        return f"SELECT {shown} FROM [{left}] a {kind} [{right}] b ON {on}{where}"

    def inside(self) -> str:
        left, right, on = self.one(JOINS)
        shown = ", ".join(f"a.{each}" for each in TABLES[left])
        how = self.one(("EXISTS", "NOT EXISTS"))
        inner = f"SELECT 1 FROM [{right}] b WHERE {on} AND {self.condition((('b.', right),), 1)}"
        return f"SELECT {shown} FROM [{left}] a WHERE {how} ({inner})"


@settings(
    max_examples=250,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_any_select_gives_the_answers_of_plain_tables(sides: Sides, data: st.DataObject) -> None:
    engine, tables, values = sides
    statement = Draw(data, values).statement()
    expected = tables.execute(statement).fetchall()
    found = [tuple(map(plain, row)) for row in engine.query(statement).rows]
    if "ORDER BY" in statement:
        assert found == expected, statement
    else:
        assert Counter(found) == Counter(expected), statement
