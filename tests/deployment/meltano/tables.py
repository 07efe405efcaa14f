"""What tables must hold, from the simulated account's own data; and what they do hold.

Both are in the words of JSON: moments as texts in UTC, numbers as floats.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import psycopg

from tests.deployment.meltano.project import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tap_acton.simulator import Simulator

__all__ = [
    "KEYS",
    "LIST",
    "LIST_COLUMNS",
    "columns_of",
    "expected",
    "in_duckdb",
    "in_jsonl",
    "in_postgres",
    "list_rows",
    "types_in_duckdb",
    "types_in_postgres",
]

LIST = "list_api_example_list"
LIST_COLUMNS = {
    "First Name": "first_name",
    "Last Name": "last_name",
    "Job Title": "job_title",
    "Company": "company",
    "Business City": "business_city",
    "E-mail Address": "e_mail_address",
    "Lead Source": "lead_source",
    "Timezone": "timezone",
    "Postal Code": "postal_code",
    "Notes": "notes",
    "Score": "score",
    "Member Since": "member_since",
}
"""The columns of the list, by its headings."""

Rows = dict[tuple[Any, ...], dict[str, Any]]
"""Rows by their keys."""


KEYS = {
    LIST: ("contact_id",),
    "contacts": ("id",),
    "opt_outs": ("email", "timestamp"),
    "messages": ("id",),
    "message_reports": ("message_id",),
    "custom_orders": ("dataset_id", "row_id"),
}
"""Tables of all kinds of reading, with columns of all types; what tells their rows apart."""


def expected(account: Simulator) -> dict[str, Rows]:
    """Return the rows of each of the tables."""
    read = (
        list_rows(account, "l-0001", LIST_COLUMNS),
        _contacts(account),
        _opt_outs(account),
        _messages(account),
        _reports(account),
        _orders(account),
    )
    return {table: _keyed(table, rows) for table, rows in zip(KEYS, read, strict=True)}


def _keyed(table: str, rows: list[dict[str, Any]]) -> Rows:
    keys = KEYS.get(table, ("contact_id",))
    found = {tuple(row[key] for key in keys): row for row in rows}
    assert len(found) == len(rows), "a row is there twice"
    return found


def _moment(milliseconds: int) -> str:
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def list_rows(account: Simulator, list_id: str, columns: dict[str, str]) -> list[dict[str, Any]]:
    """Return the rows of a list; its columns are by its headings."""
    headings = account.world.headers(list_id)
    return [
        {
            "contact_id": row.id,
            "list_id": list_id,
            "created_date": _moment(row.created_ms),
            "modified_date": _moment(row.modified_ms),
            **dict(zip((columns[each] for each in headings), row.cells, strict=True)),
        }
        for row in account.world.rows(list_id)
    ]


def _contacts(account: Simulator) -> list[dict[str, Any]]:
    found = account.world.contacts.view("inserted")
    return [
        {
            "id": each.id,
            "email": each.get("email") or None,
            "first_name": each.get("firstName") or None,
            "date_of_birth": each.get("dateOfBirth") or None,
            "acton_primary_score": float(each.get("actonPrimaryScore")),
            "created_date": _moment(each.created_ms),
            "updated_date": _moment(each.updated_ms),
        }
        for each in found
    ]


def _opt_outs(account: Simulator) -> list[dict[str, Any]]:
    found = account.world.suppressed("optout")
    return [
        {"email": each.email, "timestamp": _moment(each.timestamp_ms), "origin": each.origin}
        for each in found
    ]


def _messages(account: Simulator) -> list[dict[str, Any]]:
    kinds = ("SENT", "TRIGGERED", "SCHEDULED", "FAILED", "DRAFT", "TEMPLATE")
    return [
        {
            "id": each.id,
            "type": each.type,
            "title": each.title,
            "timestamp": _moment(each.ts_ms),
            "sent_at": _moment(each.ts_ms) if each.type == "SENT" else None,
            "sender_email": each.sender.email,
            "is_text_only": False,
        }
        for kind in kinds
        for each in account.world.mailbox.of_type(kind)
    ]


def _reports(account: Simulator) -> list[dict[str, Any]]:
    mailbox = account.world.mailbox
    rows = []
    for message in (*mailbox.of_type("SENT"), *mailbox.of_type("TRIGGERED")):
        report: Any = mailbox.report(message, now_ms=0)
        rows.append(
            {
                "message_id": message.id,
                "subject": message.subject,
                "sent": report["sent"],
                "bounced": report["bounced"],
                "opened_unique": report["opened"][0],
                "opened_total": report["opened"][1],
                "sent_to": report["sentto"],
            }
        )
    return rows


def _orders(account: Simulator) -> list[dict[str, Any]]:
    return [
        {
            "dataset_id": dataset.id,
            "row_id": row.id,
            "orders_id": row.values["orders_id"],
            "when": _moment(int(str(row.values["when"]))),
            **{name: row.values[name] for name in ("day", "pieces", "paid", "tags")},
            "amount": str(row.values["amount"]),  # of a currency, as it is shown
        }
        for dataset in account.world.objects.datasets.values()
        if dataset.schema.name == "Orders"
        for row in dataset.rows.values()
    ]


def _as_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds") + "Z"
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def in_postgres(
    address: str, table: str, columns: Iterable[str], *, schema: str = SCHEMA, where: str = "true"
) -> Rows:
    """Return these columns of the rows of a table."""
    columns = list(columns)
    names = ", ".join(f'"{name}"' for name in columns)
    with psycopg.connect(address) as connection:
        query = f'SELECT {names} FROM {schema}."{table}" WHERE {where}'
        rows = connection.execute(query.encode()).fetchall()
    return _keyed(table, [dict(zip(columns, map(_as_json, row), strict=True)) for row in rows])


def in_duckdb(file: Path, table: str, columns: Iterable[str]) -> Rows:
    """Return the same of a DuckDB file."""
    columns = list(columns)
    names = ", ".join(f'"{name}"' for name in columns)
    with duckdb.connect(str(file), read_only=True) as connection:
        answer = connection.execute(f'SELECT {names} FROM {SCHEMA}."{table}"')
        is_json = [str(each[1]) == "JSON" for each in answer.description or ()]
        rows = answer.fetchall()
    read = [
        [
            json.loads(cell) if is_one else _as_json(cell)
            for is_one, cell in zip(is_json, row, strict=True)
        ]
        for row in rows
    ]
    return _keyed(table, [dict(zip(columns, row, strict=True)) for row in read])


def in_jsonl(folder: Path, table: str, columns: Iterable[str]) -> Rows:
    """Return the same of a file of lines."""
    columns = list(columns)
    lines = (folder / f"{table}.jsonl").read_text().splitlines()
    records = map(json.loads, lines)
    return _keyed(table, [{name: each[name] for name in columns} for each in records])


_TYPES = (
    "SELECT table_name, column_name, data_type FROM information_schema.columns "
    f"WHERE table_schema = '{SCHEMA}'"
)


def types_in_postgres(address: str) -> dict[tuple[str, str], str]:
    """Return the type of each column, by table and column."""
    with psycopg.connect(address) as connection:
        found = connection.execute(_TYPES.encode()).fetchall()
    return {(table, column): kind for table, column, kind in found}


def types_in_duckdb(file: Path) -> dict[tuple[str, str], str]:
    """Return the same of a DuckDB file."""
    with duckdb.connect(str(file), read_only=True) as connection:
        found = connection.execute(_TYPES).fetchall()
    return {(table, column): kind for table, column, kind in found}


def columns_of(rows: Rows) -> list[str]:
    """Return the columns that rows have."""
    return list(next(iter(rows.values())))
