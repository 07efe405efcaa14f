"""The tables of an account: CData's names and columns, and what finding them asks for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import cdata.acton as mod
from tap_acton.client import ActOnClient
from tap_acton.config import read_settings
from tap_acton.sql.engine import Engine
from tap_acton.sql.exceptions import InterfaceError, ProgrammingError
from tap_acton.sql.schema.fixed import CDATA_COLUMNS, CDATA_NAMES, FIXED
from tap_acton.sql.schema.options import TableOptions
from tap_acton.sql.schema.table import Kind, Operation
from tap_acton.sql.schema.tables import Tables
from tests.flows.flow import Desk, properties
from tests.generated_tables import table_sections

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_acton.simulator import Simulator
    from tests.conftest import Configure, Simulate

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "sql-tables.md"
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


def test_the_document_has_every_table() -> None:
    section = DOCUMENT.read_text().partition("<!-- tables -->\n")[2]
    assert section.partition("<!-- /tables -->")[0] == table_sections(), "`make generate`"


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


LIST = "List_API Example List"
SEGMENT = "Segment_API Example List: part 1"


def asked(sim: Simulator) -> list[str]:
    """Return what has been asked for since this was called before."""
    paths = [entry.path for entry in sim.journal if entry.path != "/token"]
    sim.journal.clear()
    return paths


def test_a_fixed_table_and_a_name_like_none_of_an_account_ask_for_nothing(
    sim: Simulator, client: ActOnClient
) -> None:
    tables = Tables(client)
    tables.find("images")
    with pytest.raises(ProgrammingError, match="Did you mean 'Images'"):
        tables.find("Imagse")
    assert [name for name, *_ in tables.names("Images")] == ["Images"]
    assert asked(sim) == []


def test_a_list_asks_for_the_listing_of_lists_and_for_its_own_columns_once(
    sim: Simulator, client: ActOnClient
) -> None:
    tables = Tables(client)
    table = tables.find(LIST.upper())
    assert (table.name, table.kind, table.operations) == (LIST, Kind.TABLE, frozenset(Operation))
    assert asked(sim) == ["/api/1/list", "/api/1/list/l-0001"]
    assert tables.find(LIST) is tables.find(LIST.lower())
    tables.find(f"{LIST}_Score")
    assert asked(sim) == []


def test_what_act_on_gives_to_a_list_cannot_be_written(client: ActOnClient) -> None:
    fields = Tables(client).find(LIST).fields
    assert {each.name for each in fields if each.is_readonly} == {
        "ContactId",
        "ListId",
        "CreatedDate",
        "ModifiedDate",
    }
    assert not next(each for each in fields if each.name == "E-mail Address").is_readonly


def test_the_names_of_all_tables_take_no_request_for_a_list(
    sim: Simulator, client: ActOnClient
) -> None:
    names = {name: kind for name, kind, _ in Tables(client).names()}
    assert not [path for path in asked(sim) if path.startswith("/api/1/list/")]
    assert names[LIST] is Kind.TABLE
    assert {names[each] for each in (f"{LIST}_Score", SEGMENT, f"{SEGMENT}_Score")} == {Kind.VIEW}
    every = [table.name for table in Tables(client).every()]
    assert every == list(names)
    assert len({name.casefold() for name in every}) == len(every)


def test_an_unknown_name_asks_for_the_listing_once_more(
    sim: Simulator, client: ActOnClient
) -> None:
    tables = Tables(client)
    for _ in range(2):
        with pytest.raises(ProgrammingError, match="There is no table 'List_None'"):
            tables.find("List_None")
    assert asked(sim) == ["/api/1/list"] * 2


@pytest.mark.parametrize(
    ("name", "of"),
    [(f"{LIST}_Score", LIST), (f"{SEGMENT}_Score", SEGMENT)],
    ids=["list", "segment"],
)
def test_scores_are_those_of_the_records(
    sim: Simulator, engine: Engine, name: str, of: str
) -> None:
    ids = rows(engine, f"SELECT ContactId FROM [{of}] ORDER BY 1")
    asked(sim)
    scores = rows(engine, f"SELECT ContactId, Score FROM [{name}] ORDER BY 1")
    assert [(each,) for each, _ in scores] == ids
    assert all(isinstance(score, float) for _, score in scores)
    assert sum(path.endswith("/facts") for path in asked(sim)) == len(ids)


def test_every_table_of_an_account_can_be_read(engine: Engine, client: ActOnClient) -> None:
    own = [name for name, *_ in Tables(client).names() if name not in FIXED]
    assert {name.partition("_")[0] for name in own} == {"List", "Segment", "Custom"}
    for name in own:
        found = engine.query(f"SELECT * FROM [{name}]")
        assert all(len(row) == len(found.columns) for row in found.rows)


def test_types_are_those_of_the_rows_that_are_looked_at(
    sim: Simulator, client: ActOnClient
) -> None:
    def declared(rows: int) -> dict[str, str]:
        table = Tables(client, TableOptions(rows=rows)).find(LIST)
        return {each.name: each.declared for each in table.fields}

    texts, found = declared(0), declared(100)
    assert (texts["Score"], found["Score"]) == ("VARCHAR", "INTEGER")
    assert found["Postal Code"] == "VARCHAR"  # with zeros before it
    counts = [e.query["count"] for e in sim.journal if e.path == "/api/1/list/l-0001"]
    assert counts == ["1", "100"]


def test_a_later_value_of_another_type_is_given_as_it_is(
    sim: Simulator, client: ActOnClient
) -> None:
    cells = ["7", "007", "", "x", "1.5", "8"]
    days = ["2026-01-31", "31.1.2026", "", "x", "2026-02-01T00:00:00Z", "2026-02-02"]
    moments = ["2026-02-01T10:00:00+02:00", *days[1:]]
    table = [list(each) for each in zip(cells, days, moments, strict=True)]
    sim.world.add_list("Ratings", ["Score", "Day", "At"], table)
    engine = Engine(client, (), TableOptions(rows=1))
    found = rows(engine, "SELECT Score, Day, At FROM List_Ratings")
    assert [score for score, *_ in found] == [7, "007", None, "x", "1.5", 8]
    assert [day or "" for _, day, _ in found] == days
    assert [at for *_, at in found] == moments
    assert rows(engine, "SELECT Score FROM List_Ratings WHERE Score = 8") == [(8,)]
    engine.close()


def test_a_list_that_is_new_is_found(sim: Simulator, client: ActOnClient) -> None:
    tables = Tables(client)
    tables.find(LIST)
    sim.world.add_list("Ratings", ["Score"], [["1"]])
    assert tables.find("list_ratings").name == "List_Ratings"


def test_lists_with_one_name_have_names_of_their_own(sim: Simulator, client: ActOnClient) -> None:
    for name in ("Ratings", "ratings", "Ratings"):
        sim.world.add_list(name, ["Score"], [["1"]])
    names = [name for name, *_ in Tables(client).names() if "atings" in name]
    assert len({name.casefold() for name in names}) == len(names) == 6
    assert "List_Ratings" in names


@pytest.fixture
def desk(sim: Simulator, tmp_path: Path) -> Desk:
    return Desk(sim, tmp_path / "desk")


def connect(desk: Desk, **more: str) -> mod.Connection:
    token = desk.sim.tokens.issue()["access_token"]
    config = desk.config(initiate_oauth="OFF", access_token=token)
    return mod.connect(properties(config), **more)


def told(connection: mod.Connection, statement: str) -> list[Any]:
    return [row[0] for row in connection.execute(statement).fetchall()]


def test_tables_and_views_say_what_can_be_listed_and_named(desk: Desk) -> None:
    with connect(desk, Tables=f"optout, [{LIST}]", Views="Messages") as connection:
        names = told(connection, "SELECT TableName FROM sys_tables")
        assert sorted(names) == [LIST, "Messages", "Optout"]
        assert set(told(connection, "SELECT TableName FROM sys_tablecolumns")) == set(names)
        connection.execute(f"SELECT * FROM [{LIST}] LIMIT 1")
        for name in ("Images", "Header", f"List_{LIST}", f"{LIST}_Score"):
            with pytest.raises(ProgrammingError, match="There is no table"):
                connection.execute(f"SELECT * FROM [{name}]")
            assert told(connection, f"SELECT 1 FROM sys_tables WHERE TableName = '{name}'") == []


def test_tables_alone_leave_the_views(desk: Desk) -> None:
    with connect(desk, Tables="Optout") as connection:
        found = connection.execute("SELECT TableName, TableType FROM sys_tables").fetchall()
        assert [name for name, kind in found if kind == "TABLE"] == ["Optout"]
        assert {"Images", f"{LIST}_Score"} <= {name for name, kind in found if kind == "VIEW"}


@pytest.mark.parametrize(("schemas", "are"), [("acton, Other", True), ("Other", False)])
def test_schemas_that_are_not_browsable_are_not_told_of(
    desk: Desk, schemas: str, are: bool
) -> None:
    with connect(desk, BrowsableSchemas=schemas) as connection:
        for name in ("sys_schemas", "sys_tables", "sys_tablecolumns", "sys_primarykeys"):
            assert bool(told(connection, f"SELECT * FROM {name}")) == are
        of_one = "SELECT * FROM sys_tablecolumns WHERE TableName = 'Images'"
        assert bool(told(connection, of_one)) == are
        assert told(connection, "SELECT COUNT(*) FROM Images") != [0]


@pytest.mark.parametrize(
    ("wanted", "have"),
    [
        ("", set()),
        ("Messages=Type", {"Messages"}),
        ("[messages] = [TYPE] ; Programs=*", {"Messages", "Programs"}),
        ("*=*", {"Messages", "Programs", "Images"}),
        ("*=Type;", {"Messages", "Programs", "Images"}),
        ("Messages=Id", set()),
    ],
)
def test_pseudo_columns_become_columns(desk: Desk, wanted: str, have: set[str]) -> None:
    with connect(desk, PseudoColumns=wanted) as connection:
        found = set()
        for name in ("Messages", "Programs", "Images"):
            described = connection.execute(f"SELECT * FROM {name} LIMIT 0").description or ()
            if "Type" in [column[0] for column in described]:
                found.add(name)
        assert found == have
        types = "SELECT TableName FROM sys_tablecolumns WHERE ColumnName = 'Type' AND IsHidden = 0"
        hidden = {"Messages", "Programs", "Images"} - have
        assert not hidden & set(told(connection, types))


@pytest.mark.parametrize(
    ("given", "count", "declared"),
    [
        ({}, "100", "INTEGER"),
        ({"RowScanDepth": "7"}, "7", "INTEGER"),
        ({"RowScanDepth": "0"}, "1000", "INTEGER"),
        ({"RowScanDepth": "5000"}, "1000", "INTEGER"),
        ({"TypeDetectionScheme": "None"}, "1", "VARCHAR"),
    ],
    ids=str,
)
def test_the_depth_of_the_scan_is_what_is_asked_for(
    desk: Desk, given: dict[str, str], count: str, declared: str
) -> None:
    with connect(desk, **given) as connection:
        statement = (
            "SELECT DataTypeName FROM sys_tablecolumns "
            f"WHERE TableName = '{LIST}' AND ColumnName = 'Score'"
        )
        assert told(connection, statement) == [declared]
    asked = [entry.query for entry in desk.sim.journal if entry.path == "/api/1/list/l-0001"]
    assert [query["count"] for query in asked] == [count]


@pytest.mark.parametrize(
    "given",
    [
        {"Tables": "a,,b"},
        {"Views": "[a"},
        {"PseudoColumns": "Messages"},
        {"PseudoColumns": "Messages=Type=Id"},
        {"RowScanDepth": "-1"},
        {"TypeDetectionScheme": "Guess"},
    ],
    ids=str,
)
def test_a_property_of_tables_that_cannot_be_read_is_refused(
    desk: Desk, given: dict[str, str]
) -> None:
    with pytest.raises(InterfaceError, match=next(iter(given))):
        connect(desk, **given)


def test_a_name_that_is_not_allowed_is_not_offered_either(client: ActOnClient) -> None:
    tables = Tables(client, TableOptions(tables=frozenset({"optout"})))
    with pytest.raises(ProgrammingError) as caught:
        tables.find(LIST)
    assert f"Did you mean {LIST!r}" not in str(caught.value)
