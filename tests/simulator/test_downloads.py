"""How the CSV of a list may differ from its JSON; the documents leave it open."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.simulator.conftest import Client, Connect

LIST = "/api/1/list/l-0001"


def table(client: Client, **params: Any) -> list[list[str]]:
    text = client.get(LIST, responseformat="CSV", **params).content.decode()
    return list(csv.reader(io.StringIO(text, newline="")))


def test_a_whole_csv_cares_for_no_page(connect: Connect) -> None:
    client = connect(csv_download="whole")
    assert table(client, count=3, offset=20) == table(client)
    assert len(table(client)) == 31
    assert client.json(LIST, count=3, offset=20)["count"] == 3


@pytest.mark.parametrize(
    ("asked", "rows"), [({}, 1000), ({"count": 5000}, 1000), ({"count": 7}, 7)]
)
def test_a_capped_csv_ends_after_a_thousand_rows_and_cares_for_no_offset(
    connect: Connect, asked: dict[str, int], rows: int
) -> None:
    client = connect(csv_download="capped", lists=1, contacts=1100)
    found = table(client, offset=500, **asked)
    assert (len(found), found[1][0]) == (rows + 1, "l-0001:0")


def test_a_csv_may_lack_the_ids(connect: Connect) -> None:
    client = connect(csv_download="no_ids")
    found = table(client, datequalifiers="true")
    page = client.json(LIST, datequalifiers="true")
    assert found == [page["headers"][1:], *(row[1:] for row in page["data"])]


def test_a_csv_may_lack_the_dates(connect: Connect) -> None:
    client = connect(csv_download="no_dates")
    assert table(client, datequalifiers="true") == table(client)
    page = client.json(LIST, datequalifiers="true", count=1)
    assert page["headers"][-2:] == ["created_date", "modified_date"]


@pytest.mark.parametrize("fields", ["Company", "No Such Column"])
def test_the_choice_of_columns_may_have_no_effect(connect: Connect, fields: str) -> None:
    client = connect(ignore_fields=True)
    assert client.json(LIST, fields=fields) == client.json(LIST)
    dated = client.json(LIST, fields=fields, datequalifiers="true")
    assert dated == client.json(LIST, datequalifiers="true")
    assert table(client, fields=fields) == table(client)
