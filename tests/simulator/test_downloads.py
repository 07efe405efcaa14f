"""How the CSV of a list may differ from its JSON; the documents leave it open."""

from __future__ import annotations

import csv
import io
from datetime import datetime
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


@pytest.mark.parametrize(
    ("asked", "rows"), [({}, 20), ({"offset": 25}, 5), ({"count": 500, "offset": 3}, 20)]
)
def test_a_limited_csv_cares_for_the_offset(
    connect: Connect, asked: dict[str, int], rows: int
) -> None:
    client = connect(csv_download="limited", csv_most=20)
    found = table(client, **asked)
    assert (len(found), found[1][0]) == (rows + 1, f"l-0001:{asked.get('offset', 0):x}")


@pytest.mark.parametrize(("way", "status"), [("refused", 400), ("late", 504)])
def test_a_large_csv_may_fail_where_a_small_one_does_not(
    connect: Connect, way: str, status: int
) -> None:
    client = connect(csv_download=way, csv_most=20)
    asked = {"responseformat": "CSV", "offset": 9}
    assert client.get(LIST, **asked, count=21).status_code == status
    assert client.get(LIST, **asked, count=20).status_code == 200
    assert client.get(LIST, count=21).status_code == 200


def test_the_dates_of_a_csv_may_be_written_otherwise(connect: Connect) -> None:
    client = connect(csv_dates="iso")
    csv_row = table(client, datequalifiers="true")[1]
    json_row = client.json(LIST, datequalifiers="true", count=1)["data"][0]
    assert csv_row[:-2] == json_row[:-2]
    for text, ms in zip(csv_row[-2:], json_row[-2:], strict=True):
        assert datetime.fromisoformat(text).timestamp() * 1000 == float(ms)
