"""SQLAlchemy reads an account through its dialect, and shows no secret of the URL."""

from __future__ import annotations

import datetime as dt
import importlib
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.automap import automap_base
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from tap_acton.sql.alchemy.url import ActOnUrl, connection_string
from tap_acton.sql.connection_string import parse
from tests.flows.flow import Desk, properties

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conftest import Simulate

LIST = "List_API Example List"


@pytest.fixture
def desk(simulator: Simulate, tmp_path: Path) -> Desk:
    return Desk(simulator(), tmp_path / "desk")


@pytest.fixture
def url(desk: Desk) -> str:
    token = desk.sim.tokens.issue()["access_token"]
    config = desk.config(initiate_oauth="OFF", access_token=token, **desk.client)
    return f"acton:///?{properties(config)}"


@pytest.fixture
def engine(url: str) -> Iterator[sa.Engine]:
    engine = sa.create_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture
def messages(engine: sa.Engine) -> sa.Table:
    return sa.Table("Messages", sa.MetaData(), autoload_with=engine)


@pytest.fixture
def reports(engine: sa.Engine, messages: sa.Table) -> sa.Table:
    return sa.Table("Reports", messages.metadata, autoload_with=engine)


def held(text: str) -> list[tuple[str, str]]:
    return parse(connection_string(sa.make_url(text)))


@pytest.mark.parametrize("name", ["acton", "acton+cdata", "acton_2"])
def test_a_url_finds_the_dialect(name: str) -> None:
    dialect = sa.make_url(f"{name}:///?").get_dialect()
    for module in ("cdata.sqlalchemy_acton", "cdata.sqlalchemy2_acton"):
        assert importlib.import_module(module).ActOnDialect is dialect
    assert dialect.name == "acton"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("User=a;Password=b", {"User": "a", "Password": "b"}, id="semicolons"),
        pytest.param("User=a&Password=b", {"User": "a", "Password": "b"}, id="ampersands"),
        pytest.param("Auth Scheme=OAuth;", {"Auth Scheme": "OAuth"}, id="blanks"),
        pytest.param("Password=a=b==;User=c", {"Password": "a=b==", "User": "c"}, id="equals"),
        pytest.param("Password=x&y=1;User=c", {"Password": "x&y=1", "User": "c"}, id="and"),
        pytest.param("User=a;Password=x&y=1&z=2", {"User": "a", "Password": "x&y=1&z=2"}, id="end"),
        pytest.param("ApiUrl=http://h:1/p;User=a@b", {"ApiUrl": "http://h:1/p", "User": "a@b"},
                     id="an address"),
        pytest.param("Password=%2B%26%25%3D%3F", {"Password": "+&%=?"}, id="escapes"),
        pytest.param('Password="a;b""c";User=d', {"Password": 'a;b"c', "User": "d"}, id="quotes"),
        pytest.param("OAuthRefreshToken=a+b/c==", {"OAuthRefreshToken": "a+b/c=="}, id="a token"),
        pytest.param("User=a;User=b", {"User": "b"}, id="the last"),
        pytest.param("User=a&User=b", {"User": "b"}, id="the last of the URL"),
    ],
)  # fmt: skip
def test_a_url_holds_a_connection_string(query: str, expected: dict[str, str]) -> None:
    text = f"acton:///?{query}"
    assert dict(held(text)) == expected
    whole = ActOnUrl(*sa.make_url(text)).render_as_string(hide_password=False)
    assert held(whole) == held(text)


def test_a_url_may_be_made_of_parts() -> None:
    url = sa.URL.create("acton", "a@b.example", "x;y", query={"Timeout": "3", "Region": "eu"})
    assert parse(connection_string(url)) == [
        ("User", "a@b.example"),
        ("Password", "x;y"),
        ("Timeout", "3"),
        ("Region", "eu"),
    ]


def test_a_url_with_a_host_is_refused() -> None:
    with pytest.raises(sa.exc.ArgumentError, match="no host"):
        sa.create_engine("acton://example.com/?User=a")


SECRETS = (
    "OAuthClientSecret=hunter2;Password=hunter2;OAuthAccessToken=hunter2;OAuthRefreshToken=hunter2;"
    "OAuthVerifier=hunter2;ProxyPassword=hunter2;Other='Password=hunter2';Pasword=hunter2"
)


@pytest.mark.parametrize(
    "show",
    [repr, lambda engine: str(engine.url), lambda engine: repr(engine.url), lambda engine: (
        f"{engine.execution_options(x=1)} {engine.url.set(username='u')} {engine.url}")],
    ids=["engine", "url", "its repr", "copies"],
)  # fmt: skip
def test_no_secret_is_shown(show: Callable[[sa.Engine], str]) -> None:
    shown = show(sa.create_engine(f"acton:///?AuthScheme=OAuth;{SECRETS}"))
    assert "AuthScheme=OAuth" in shown
    assert shown.count("*****") >= 8
    assert "hunter2" not in shown


def test_a_query_that_is_no_connection_string_shows_nothing() -> None:
    url = ActOnUrl(*sa.make_url("acton:///?A='hunter2"))
    assert str(url) == "acton:///?*****"


def test_an_error_of_the_connection_string_names_the_property_alone() -> None:
    engine = sa.create_engine("acton:///?OAuthAcessToken=hunter2")
    with pytest.raises(sa.exc.InterfaceError, match="OAuthAccessToken") as raised:
        engine.connect()
    assert "hunter2" not in str(raised.value)


def test_more_properties_come_as_arguments(desk: Desk) -> None:
    token = desk.sim.tokens.issue()["access_token"]
    arguments = {"ApiUrl": desk.sim.url, "OAuthAccessToken": token}
    engine = sa.create_engine("acton://", connect_args=arguments)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT Id FROM Messages LIMIT 1").fetchall()
    engine.dispose()


def test_the_inspector_tells_of_tables(engine: sa.Engine) -> None:
    inspector = sa.inspect(engine)
    names = inspector.get_table_names()
    assert {"Messages", "Reports", LIST} <= set(names)
    assert set(inspector.get_view_names()) <= set(names)
    assert inspector.get_table_names(schema="ActOn") == names
    assert inspector.get_table_names(schema="nope") == []
    assert (inspector.default_schema_name, inspector.get_schema_names()) == ("ActOn", ["ActOn"])
    assert [inspector.has_table(name) for name in ("Messages", LIST, "Nope")] == [True, True, False]
    comment = inspector.get_table_comment("Messages")["text"]
    assert comment
    assert "Messages" in comment


def test_the_inspector_tells_of_columns_and_keys(engine: sa.Engine) -> None:
    inspector = sa.inspect(engine)
    columns = {each["name"]: each for each in inspector.get_columns("Messages")}
    types = {"Id": sa.String, "Timestamp": sa.DateTime, "IsTextOnly": sa.Boolean}
    for name, type_ in types.items():
        assert isinstance(columns[name]["type"], type_)
    assert (columns["Id"]["nullable"], columns["Title"]["nullable"]) == (False, True)
    assert inspector.get_pk_constraint("Messages")["constrained_columns"] == ["Id"]
    [key] = inspector.get_foreign_keys("Reports")
    assert (key["constrained_columns"], key["referred_table"]) == (["MessageId"], "Messages")
    assert key["referred_columns"] == ["Id"]
    assert inspector.get_indexes("Messages") == []


@pytest.mark.parametrize(
    "ask", ["get_columns", "get_pk_constraint", "get_foreign_keys", "get_indexes"]
)
@pytest.mark.parametrize("place", [("Nope", None), ("Messages", "nope")], ids=["table", "schema"])
def test_the_inspector_names_a_table_that_is_not_there(
    engine: sa.Engine, ask: str, place: tuple[str, str | None]
) -> None:
    with pytest.raises(sa.exc.NoSuchTableError):
        getattr(sa.inspect(engine), ask)(*place)


def test_a_fixed_table_is_reflected_without_a_request(engine: sa.Engine, desk: Desk) -> None:
    table = sa.Table("Reports", sa.MetaData(), autoload_with=engine)
    assert [key.target_fullname for key in table.foreign_keys] == ["Messages.Id"]
    assert not desk.sim.journal


def test_a_table_of_ones_own_is_filled_by_the_inspector(engine: sa.Engine) -> None:
    table = sa.Table("Messages", sa.MetaData())
    sa.inspect(engine).reflect_table(table, ["Id", "Title"])
    assert table.columns.keys() == ["Id", "Title"]
    assert [column.name for column in table.primary_key] == ["Id"]


def test_views_of_ones_own_are_no_tables_of_the_account(url: str, tmp_path: Path) -> None:
    engine = sa.create_engine(f"{url};UserDefinedViews={tmp_path / 'views.json'}")
    before = sa.inspect(engine).get_table_names()
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE LOCAL VIEW Mine AS SELECT Id FROM Messages")
    inspector = sa.inspect(engine)
    assert inspector.get_table_names() == before
    assert "Mine" not in inspector.get_view_names()
    assert not inspector.has_table("Mine")
    assert inspector.get_schema_names() == ["ActOn", "UserViews"]
    engine.dispose()


def test_most_rows_are_no_fewer_tables(url: str) -> None:
    engine = sa.create_engine(f"{url};MaxRows=1")
    table = sa.Table("Messages", sa.MetaData(), autoload_with=engine)
    with engine.connect() as connection:
        assert len(connection.execute(sa.select(table)).fetchall()) == 1
    assert len(table.columns) > 1
    assert len(sa.inspect(engine).get_table_names()) > 1
    engine.dispose()


def every(engine: sa.Engine, statement: sa.Executable | str) -> list[Any]:
    with engine.connect() as connection:
        if isinstance(statement, str):
            return list(map(tuple, connection.exec_driver_sql(statement)))
        return list(map(tuple, connection.execute(statement)))


@pytest.mark.parametrize(
    ("make", "written"),
    [
        (lambda m, _r: sa.select(m), "SELECT * FROM Messages"),
        (
            lambda m, r: sa.select(m.c.Title, r.c.Sent).join(r),
            "SELECT m.Title, r.Sent FROM Messages m JOIN Reports r ON m.Id = r.MessageId",
        ),
        (
            lambda m, r: sa.select(m.c.Id).outerjoin(r).where(r.c.MessageId.is_(None)),
            "SELECT Id FROM Messages WHERE Id NOT IN (SELECT MessageId FROM Reports)",
        ),
        (
            lambda m, _r: sa.select(m.c.Id).order_by(m.c.Id.desc()).limit(2).offset(1),
            "SELECT Id FROM Messages ORDER BY Id DESC LIMIT 2 OFFSET 1",
        ),
        (
            lambda m, _r: sa.select(m.c.Id).order_by(m.c.Id).offset(3),
            "SELECT Id FROM Messages ORDER BY Id LIMIT 1000 OFFSET 3",
        ),
        (
            lambda m, _r: sa.select(sa.func.upper(m.c.Title), sa.func.coalesce(m.c.MsgType, "?")),
            "SELECT UPPER(Title), MsgType FROM Messages",
        ),
        (
            lambda m, _r: sa.select(m.c.MsgType, sa.func.count().label("n"))
            .group_by(m.c.MsgType)
            .having(sa.func.count() > 1)
            .order_by("n"),
            (
                "SELECT MsgType, COUNT(*) FROM Messages GROUP BY MsgType HAVING COUNT(*) > 1 "
                "ORDER BY 2"
            ),
        ),
        (
            lambda m, _r: sa.select(m.c.Id).where(m.c.MsgType.in_(["SENT", "DRAFT"])),
            "SELECT Id FROM Messages WHERE MsgType IN ('SENT', 'DRAFT')",
        ),
        (
            lambda m, _r: sa.select(m.c.Id).where(m.c.MsgType.in_([])),
            "SELECT Id FROM Messages LIMIT 0",
        ),
        (
            lambda m, _r: sa.select(m.c.Id).where(m.c.Title.ilike("%a%")),
            "SELECT Id FROM Messages WHERE LOWER(Title) LIKE '%a%'",
        ),
        (
            lambda m, _r: sa.select(m.c.Id).where(~m.c.IsTextOnly),
            "SELECT Id FROM Messages WHERE IsTextOnly = 0",
        ),
        (
            lambda m, _r: sa.select(m.c.Id).where(m.c.Timestamp > dt.datetime(2025, 6, 1)),  # noqa: DTZ001
            "SELECT Id FROM Messages WHERE Timestamp > '2025-06-01 00:00:00'",
        ),
        (
            lambda m, r: sa.select(m.c.Id).union(sa.select(r.c.MessageId)),
            "SELECT Id FROM Messages UNION SELECT MessageId FROM Reports",
        ),
        (
            lambda m, _r: sa.select(sa.case((m.c.IsTextOnly, "text"), else_="html")),
            "SELECT CASE WHEN IsTextOnly = 1 THEN 'text' ELSE 'html' END FROM Messages",
        ),
        (
            lambda m, _r: sa.select(m.c.Id).where(m.c.Id == sa.bindparam("id", "s-0001-2601")),
            "SELECT Id FROM Messages WHERE Id = 's-0001-2601'",
        ),
        (lambda m, _r: sa.select(m.c.Id).with_for_update(), "SELECT Id FROM Messages"),
    ],
    ids=[
        *("whole", "join", "outer join", "limit", "offset", "functions", "groups", "in"),
        *("in nothing", "like", "not", "moment", "union", "case", "parameter", "for update"),
    ],
)  # fmt: skip
def test_expressions_answer_as_the_statement_does(
    engine: sa.Engine,
    messages: sa.Table,
    reports: sa.Table,
    make: Callable[[sa.Table, sa.Table], sa.Executable],
    written: str,
) -> None:
    assert every(engine, make(messages, reports)) == every(engine, written)


def test_the_schema_may_be_named(engine: sa.Engine) -> None:
    table = sa.Table("Messages", sa.MetaData(schema="ActOn"), autoload_with=engine)
    assert every(engine, sa.select(table.c.Id)) == every(engine, "SELECT Id FROM Messages")


def test_a_moment_and_a_day_of_an_expression_have_their_types(
    engine: sa.Engine, messages: sa.Table
) -> None:
    [[latest, day]] = every(
        engine,
        sa.select(
            sa.func.max(messages.c.Timestamp),
            sa.type_coerce(sa.func.max(messages.c.Timestamp), sa.Date),
        ),
    )
    assert (type(latest), day) == (dt.datetime, latest.date())
    asked = sa.select(sa.literal(day, sa.Date))
    assert every(engine, asked) == [(day,)]


def test_rows_are_fetched_as_they_are_read(simulator: Simulate, tmp_path: Path) -> None:
    desk = Desk(simulator(contacts=100), tmp_path / "desk")
    token = desk.sim.tokens.issue()["access_token"]
    config = desk.config(initiate_oauth="OFF", access_token=token, page_size=10)
    engine = sa.create_engine(f"acton:///?{properties(config)}")
    with engine.connect() as connection:
        result = connection.exec_driver_sql(f"SELECT Company FROM [{LIST}]")
        before = len(desk.sim.journal)
        result.fetchmany(15)
        result.close()
        assert len(desk.sim.journal) - before <= 2
    engine.dispose()


def test_there_is_nothing_to_commit_or_to_roll_back(engine: sa.Engine, messages: sa.Table) -> None:
    with engine.begin() as connection:
        connection.execute(sa.select(messages.c.Id)).first()
        connection.commit()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        assert connection.get_isolation_level() == "AUTOCOMMIT"
        connection.rollback()


@pytest.mark.parametrize(
    ("make", "written"),
    [
        (lambda t: sa.insert(t).values(Id="1"), 'INSERT INTO "Messages" ("Id") VALUES (?)'),
        (
            lambda t: sa.update(t).where(t.c.Id == "1").values(Title="x"),
            'UPDATE "Messages" SET "Title"=? WHERE "Messages"."Id" = ?',
        ),
        (
            lambda t: sa.delete(t).where(t.c.Id == "1"),
            'DELETE FROM "Messages" WHERE "Messages"."Id" = ?',
        ),
        (
            lambda t: sa.select(sa.extract("year", t.c.Timestamp)),
            "SELECT DATEPART('year', \"Messages\".\"Timestamp\") AS \"anon_1\" \nFROM \"Messages\"",
        ),
        (
            lambda t: sa.select(
                sa.cast(t.c.Id, sa.Float), sa.cast(t.c.Id, sa.DateTime), sa.cast(t.c.Id, sa.Text)
            ),
            ('SELECT CAST("Messages"."Id" AS DOUBLE) AS "Id", CAST("Messages"."Id" AS TIMESTAMP) '
            'AS "Id__1", CAST("Messages"."Id" AS VARCHAR) AS "Id__2" \nFROM "Messages"'),
        ),
    ],
    ids=["insert", "update", "delete", "extract", "cast"],
)  # fmt: skip
def test_statements_are_written_in_the_connectors_sql(
    engine: sa.Engine,
    messages: sa.Table,
    make: Callable[[sa.Table], sa.ClauseElement],
    written: str,
) -> None:
    assert str(make(messages).compile(engine)) == written


class Base(DeclarativeBase):
    pass


class Message(Base):
    __tablename__ = "Messages"
    id: Mapped[str] = mapped_column("Id", primary_key=True)
    title: Mapped[str] = mapped_column("Title")


def test_a_class_of_ones_own_reads_a_table(engine: sa.Engine) -> None:
    with Session(engine) as session:
        found = session.scalars(sa.select(Message).order_by(Message.id)).all()
        assert [(each.id, each.title) for each in found] == every(
            engine, "SELECT Id, Title FROM Messages ORDER BY Id"
        )
        assert session.get(Message, found[0].id) is found[0]
        session.rollback()


def test_automap_makes_a_class_of_every_table_and_follows_keys(engine: sa.Engine) -> None:
    base = automap_base(metadata=sa.MetaData())
    base.prepare(autoload_with=engine)
    assert {"Messages", "Reports", LIST} <= set(base.classes.keys())
    with Session(engine) as session:
        report = session.scalars(sa.select(base.classes.Reports).limit(1)).one()
        assert report.messages.Id == report.MessageId


def test_core_inserts_updates_and_deletes_at_once(engine: sa.Engine, desk: Desk) -> None:
    table = sa.Table("List_API Example List", sa.MetaData(), autoload_with=engine)
    email, company = table.c["E-mail Address"], table.c.Company
    with engine.connect() as connection:
        insert = sa.insert(table).values({email: "a@x.example", company: "A"})
        connection.execute(insert)
        connection.execute(sa.update(table).where(company == "A").values({company: "B"}))
        found = connection.execute(sa.select(company).where(email == "a@x.example")).all()
        assert found == [("B",)]
        assert connection.execute(sa.delete(table).where(company == "B")).rowcount == 1
        assert not connection.execute(sa.select(company).where(email == "a@x.example")).all()
    assert [each.method for each in desk.sim.journal if each.method in {"PUT", "DELETE"}] == [
        "PUT",
        "DELETE",
    ]


def test_the_orm_adds_changes_and_deletes(engine: sa.Engine) -> None:
    class Base(DeclarativeBase):
        pass

    class Footer(Base):
        __tablename__ = "Footer"
        Id: Mapped[str] = mapped_column(primary_key=True, server_default=sa.FetchedValue())
        Title: Mapped[str]

    with Session(engine) as session:
        added = Footer(Title="Added")
        session.add(added)
        session.commit()
        assert every(engine, f"SELECT Title FROM Footer WHERE Id = '{added.Id}'") == [("Added",)]
        footer = session.execute(sa.select(Footer).limit(1)).scalar_one()
        footer.Title = "New"
        session.commit()
        assert every(engine, sa.select(Footer.Title).where(Footer.Id == footer.Id)) == [("New",)]
        session.delete(footer)
        session.commit()
    assert not every(engine, "SELECT Id FROM Footer WHERE Title = 'New'")


def test_the_orm_adds_to_a_table_that_was_reflected(engine: sa.Engine) -> None:
    base = automap_base(metadata=sa.MetaData())
    base.prepare(autoload_with=engine)
    with Session(engine) as session:
        added = base.classes[LIST](**{"First Name": "Ann"})
        session.add(added)
        session.commit()
        assert added.ListId == added.ContactId.partition(":")[0]
        added.Company = "A"
        session.commit()
        session.delete(added)
        session.commit()


def test_rows_that_were_inserted_are_counted(engine: sa.Engine) -> None:
    table = sa.Table(LIST, sa.MetaData(), autoload_with=engine)
    with engine.connect() as connection:
        people = [{"First Name": "Ann"}, {"First Name": "Bob"}]
        assert connection.execute(sa.insert(table), people).rowcount == len(people)


def test_the_time_has_sqlalchemys_names(engine: sa.Engine) -> None:
    [(now, stamp)] = every(engine, sa.select(sa.func.now(), sa.func.current_timestamp()))
    assert abs(now - stamp) < dt.timedelta(minutes=1)
