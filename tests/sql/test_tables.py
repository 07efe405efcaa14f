"""The tables of an account: CData's names and columns, and what finding them asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tap_acton.client import ActOnClient
from tap_acton.config import read_settings
from tap_acton.sql.engine import Engine
from tap_acton.sql.schema.fixed import CDATA_COLUMNS, CDATA_NAMES, FIXED
from tap_acton.sql.schema.table import Kind, Operation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_acton.simulator import Simulator
    from tests.conftest import Configure, Simulate

CDATA = {
    "Images": "Id:VARCHAR FolderName:VARCHAR Name:VARCHAR CreationTime:TIMESTAMP "
    "LastModified:TIMESTAMP ImageUrl:VARCHAR ThumbUrl:VARCHAR Size:INTEGER Width:VARCHAR "
    "Height:VARCHAR",
    "Messages": "Id:VARCHAR Timestamp:TIMESTAMP Title:VARCHAR FolderName:VARCHAR MsgType:VARCHAR "
    "TimeWhen:VARCHAR SenderName:VARCHAR SenderId:VARCHAR IsTextOnly:BOOLEAN SenderEmail:VARCHAR "
    "IsBeeComposer:BOOLEAN ShowComposerIndicator:BOOLEAN",
    "Programs": "Id:VARCHAR Name:VARCHAR IsFavorite:BOOLEAN Description:VARCHAR SrcIds:VARCHAR "
    "SrcNames:VARCHAR MessageIds:VARCHAR Created:TIMESTAMP Modified:TIMESTAMP NextRun:TIMESTAMP "
    "State:VARCHAR Running:BOOLEAN Active:INTEGER Scheduled:BOOLEAN TagNames:VARCHAR Valid:BOOLEAN",
}
WRITTEN = {
    "Optout": ({Operation.INSERT, Operation.UPSERT, Operation.DELETE}, {"Email"}),
    "Header": ({Operation.INSERT, Operation.UPDATE, Operation.DELETE}, {"Title", "Html", "Text"}),
    "Footer": ({Operation.INSERT, Operation.UPDATE, Operation.DELETE}, {"Title", "Html", "Text"}),
}


@pytest.fixture
def sim(simulator: Simulate) -> Simulator:
    return simulator()


@pytest.fixture
def client(sim: Simulator, configure: Configure) -> Iterator[ActOnClient]:
    settings = read_settings({**configure(sim, max_retry_seconds=0), "requests_in_flight": 1})
    client = ActOnClient.from_settings(settings)
    yield client
    client.close()


@pytest.fixture
def engine(client: ActOnClient) -> Iterator[Engine]:
    engine = Engine(client)
    yield engine
    engine.close()


def rows(engine: Engine, statement: str) -> list[tuple[Any, ...]]:
    return list(engine.query(statement).rows)


@pytest.mark.parametrize("name", sorted(CDATA_COLUMNS))
def test_the_columns_of_cdata_are_there_to_the_letter(engine: Engine, name: str) -> None:
    table = FIXED[name]
    shown = [each for each in table.fields if not each.is_pseudo]
    assert " ".join(f"{each.name}:{each.declared}" for each in shown) == CDATA[name]
    assert [each.name for each in table.keys] == ["Id"]
    assert [each.name for each in table.fields if each.is_pseudo] == ["Type"]
    described = engine.query(f"SELECT * FROM {name}").columns
    assert [each.name for each in described] == [each.name for each in shown]
    assert (table.kind, table.operations) == (Kind.VIEW, frozenset())


def test_every_table_of_cdata_is_there() -> None:
    assert FIXED.keys() >= CDATA_NAMES
    assert len(CDATA_NAMES) == 21  # the views and tables of version 25 that no list has made


def test_every_fixed_table_can_be_read(engine: Engine) -> None:
    for name, table in FIXED.items():
        found = engine.query(f"SELECT * FROM {name}")
        assert len(found.columns) == sum(not each.is_pseudo for each in table.fields)
        assert all(len(row) == len(found.columns) for row in found.rows)
        assert table.keys, name


def test_the_values_of_cdata_columns_are_of_their_types(engine: Engine) -> None:
    sizes = rows(engine, "SELECT FolderName, Size, Width, Height, Type FROM Images")
    assert {(type(size), width, height) for _, size, width, height, _ in sizes} == {
        (int, "2500", "2500")
    }
    assert {(bool(folder), kind) for folder, *_, kind in sizes} == {(True, None)}
    programs = rows(engine, "SELECT Active, Running, SrcIds FROM Programs")
    assert {tuple(map(type, each)) for each in programs} == {(int, bool, str)}
    sent = rows(engine, "SELECT MsgType, Type, IsBeeComposer FROM Messages WHERE Type = 'SENT'")
    assert set(sent) == {("SENT", "SENT", None)}


def test_nothing_can_be_written_but_what_says_so() -> None:
    for name, table in FIXED.items():
        operations, columns = WRITTEN.get(name, (set(), set()))
        assert table.operations == operations
        assert {each.name for each in table.fields if not each.is_readonly} == columns
        assert table.kind is (Kind.TABLE if operations else Kind.VIEW)


def test_other_lists_are_the_three_lists_of_addresses_together(engine: Engine) -> None:
    parts = {
        "hardbounce": "Hardbounce",
        "spamcomplaint": "Spamcomplaint",
        "optout": "Optout",
    }
    every = rows(engine, "SELECT ListType, Email, Timestamp, Origin FROM OtherLists")
    for word, name in parts.items():
        some = rows(engine, f"SELECT '{word}', Email, Timestamp, Origin FROM {name}")
        assert some
        assert [each for each in every if each[0] == word] == some


def test_pages_are_the_landing_pages(engine: Engine) -> None:
    assert rows(engine, "SELECT * FROM Pages") == rows(engine, "SELECT * FROM LandingPages") != []


def test_the_way_by_key_shows_an_image_as_the_listing_does(
    engine: Engine, client: ActOnClient
) -> None:
    (image_id,) = rows(engine, "SELECT Id FROM Images")[0]
    table = FIXED["Images"]
    assert table.by_key is not None
    assert table.by_key.resource.variables == ("id",)
    shown = {column.name for column in table.by_key.resource.columns}
    (page, *_) = client.pages(table.by_key.resource, given={"id": image_id})
    listed = next(
        each
        for page in client.pages(table.way.resource)
        for each in page.records
        if each["id"] == image_id
    )
    assert {name: page.records[0][name] for name in shown} == {name: listed[name] for name in shown}
