"""INSERT, UPDATE, DELETE and UPSERT become changes of the account, each row once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from tap_acton.client import ActOnClient
from tap_acton.config import read_settings
from tap_acton.errors import RequestRefusedError
from tap_acton.sql.engine import Engine
from tap_acton.sql.exceptions import NotSupportedError, OperationalError, ProgrammingError
from tap_acton.sql.schema.table import Kind, Operation
from tap_acton.sql.schema.tables import Tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tap_acton.simulator import Simulator
    from tap_acton.sql.schema.table import Table
    from tests.conftest import Configure, Simulate

LIST = "[List_API Example List]"


@dataclass(frozen=True)
class Refusal:
    id: str
    reason: str


@dataclass
class Kept:
    """An account's side that keeps what it is asked to change."""

    calls: list[tuple[Any, ...]] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)
    fails_at: int = -1

    def _note(self, *call: Any) -> str:
        if len(self.calls) == self.fails_at:
            raise RequestRefusedError("Act-On refused it")
        self.calls.append(call)
        return f"new-{len(self.calls)}"

    def insert_record(self, list_id: str, values: Mapping[str, str]) -> str:
        return self._note("insert", list_id, dict(values))

    def upsert_record(self, list_id: str, email: str, values: Mapping[str, str]) -> str:
        return self._note("upsert", list_id, email, dict(values))

    def update_record(self, list_id: str, record_id: str, values: Mapping[str, str]) -> None:
        self._note("update", list_id, record_id, dict(values))

    def delete_records(self, list_id: str, ids: Sequence[str]) -> list[Refusal]:
        self._note("delete", list_id, list(ids))
        return [Refusal(each, "it is held") for each in ids if each in self.refuses]

    def opt_out(self, emails: Sequence[str]) -> int:
        self._note("opt out", list(emails))
        return len(emails)

    def opt_in(self, emails: Sequence[str]) -> int:
        self._note("opt in", list(emails))
        return len(emails)

    def create_header(self, values: Mapping[str, str]) -> str:
        return self._note("create header", dict(values))

    def update_header(self, id: str, values: Mapping[str, str]) -> None:  # noqa: A002
        self._note("update header", id, dict(values))

    def delete_header(self, id: str) -> None:  # noqa: A002
        self._note("delete header", id)

    def create_footer(self, values: Mapping[str, str]) -> str:
        return self._note("create footer", dict(values))

    def update_footer(self, id: str, values: Mapping[str, str]) -> None:  # noqa: A002
        self._note("update footer", id, dict(values))

    def delete_footer(self, id: str) -> None:  # noqa: A002
        self._note("delete footer", id)


class WritableTables(Tables):
    """The account's tables, of which lists, opt-outs, headers and footers can be written."""

    def find(self, name: str) -> Table:
        table = super().find(name)
        if not table.name.startswith(("List_", "Optout", "Header", "Footer")):
            return table
        is_optout = table.name == "Optout"
        return replace(
            table,
            kind=Kind.TABLE,
            operations=frozenset(Operation) - ({Operation.UPDATE} if is_optout else set()),
            fields=tuple(
                replace(each, is_readonly=each.is_key and not is_optout) for each in table.fields
            ),
        )


@pytest.fixture
def sim(simulator: Simulate) -> Simulator:
    return simulator()


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def engine(sim: Simulator, configure: Configure, kept: Kept) -> Iterator[Engine]:
    client = ActOnClient.from_settings(read_settings(configure(sim, requests_in_flight=1)))
    client.changes = kept  # type: ignore[assignment]
    engine = Engine(client)
    engine._names._tables = WritableTables(client)
    yield engine
    engine.close()
    client.close()


def rows(engine: Engine, statement: str) -> list[tuple[Any, ...]]:
    return list(engine.query(statement).rows)


def pages_read(sim: Simulator) -> list[str]:
    return [each.path for each in sim.journal if each.path.startswith("/api/1/list/")]


def test_rows_of_values_are_inserted_one_by_one(engine: Engine, kept: Kept) -> None:
    statement = f"INSERT INTO {LIST} ([E-mail Address], Company) VALUES (?, 'A'), (@x, NULL)"
    statement = statement.replace("@x", "'b@' + 'example.com'")
    result = engine.query(statement, ["a@example.com"])
    assert (result.rowcount, result.last_id) == (2, "new-2")
    assert kept.calls == [
        ("insert", "l-0001", {"E-mail Address": "a@example.com", "Company": "A"}),
        ("insert", "l-0001", {"E-mail Address": "b@example.com", "Company": ""}),
    ]
    assert rows(engine, "SELECT SCOPE_IDENTITY()") == [("new-2",)]


def test_rows_of_a_query_are_inserted(engine: Engine, kept: Kept) -> None:
    [(first,), *_] = rows(engine, "SELECT Id FROM Messages ORDER BY Id")
    engine.query(f"INSERT INTO {LIST} (Company) SELECT TOP 1 Id FROM Messages ORDER BY Id")
    assert kept.calls == [("insert", "l-0001", {"Company": first})]


def test_an_upsert_finds_its_row_by_address_or_by_key(engine: Engine, kept: Kept) -> None:
    engine.query(f"UPSERT INTO {LIST} ([E-mail Address], Company) VALUES ('a@example.com', 'A')")
    engine.query(f"UPSERT INTO {LIST} (ContactId, Company) VALUES ('L-1', 'B')")
    values = {"E-mail Address": "a@example.com", "Company": "A"}
    assert kept.calls == [
        ("upsert", "l-0001", "a@example.com", values),
        ("update", "l-0001", "L-1", {"Company": "B"}),
    ]
    with pytest.raises(ProgrammingError, match="e-mail address"):
        engine.query(f"UPSERT INTO {LIST} (Company) VALUES ('A')")


def test_an_update_by_key_reads_nothing(engine: Engine, kept: Kept, sim: Simulator) -> None:
    engine.query(f"SELECT Company FROM {LIST} LIMIT 1").close()
    before = len(pages_read(sim))
    statement = f"UPDATE {LIST} SET Company = ? WHERE ContactId IN ('L-1', ?) OR 'L-3' = ContactId"
    assert engine.query(statement, ["A", "L-2"]).rowcount == 3
    assert kept.calls == [
        ("update", "l-0001", key, {"Company": "A"}) for key in ("L-1", "L-2", "L-3")
    ]
    assert len(pages_read(sim)) == before


def test_an_update_by_other_columns_writes_the_rows_that_fit(engine: Engine, kept: Kept) -> None:
    found = rows(engine, f"SELECT ContactId, Company FROM {LIST} WHERE Company > 'M'")
    statement = f"UPDATE {LIST} SET Company = UPPER(Company), Notes = ? WHERE Company > ?"
    assert engine.query(statement, ["n", "M"]).rowcount == len(found) > 1
    assert kept.calls == [
        ("update", "l-0001", key, {"Company": company.upper(), "Notes": "n"})
        for key, company in found
    ]


def test_an_update_from_a_temporary_table_writes_its_rows(engine: Engine, kept: Kept) -> None:
    engine.query(f"INSERT INTO {LIST}#TEMP (ContactId, Company) VALUES ('L-1', 'A'), ('L-2', 'B')")
    engine.query(f"UPDATE {LIST} (ContactId, Company) SELECT ContactId, Company FROM {LIST}#TEMP")
    assert kept.calls == [
        ("update", "l-0001", "L-1", {"Company": "A"}),
        ("update", "l-0001", "L-2", {"Company": "B"}),
    ]
    engine.query(f"DELETE FROM {LIST} WHERE EXISTS SELECT ContactId FROM {LIST}#TEMP")
    assert kept.calls[2:] == [("delete", "l-0001", ["L-1", "L-2"])]


def test_a_hundred_rows_are_deleted_by_one_request(engine: Engine, kept: Kept) -> None:
    statement = f"DELETE FROM {LIST} WHERE ContactId = ?"
    result = engine.query_many(statement, [[f"L-{number}"] for number in range(250)])
    assert result.rowcount == 250
    assert [len(call[2]) for call in kept.calls] == [100, 100, 50]


def test_many_rows_are_inserted_from_sets_of_parameters(engine: Engine, kept: Kept) -> None:
    statement = f"INSERT INTO {LIST} (Company) VALUES (?)"
    assert engine.query_many(statement, [["A"], ["B"]]).rowcount == 2
    assert [call[2] for call in kept.calls] == [{"Company": "A"}, {"Company": "B"}]
    assert engine.query_many(statement, []).rowcount == 0


def test_opt_outs_are_added_and_taken_back_together(engine: Engine, kept: Kept) -> None:
    engine.query("INSERT INTO Optout (Email) VALUES ('a@example.com')")
    engine.query_many("UPSERT INTO Optout (Email) VALUES (?)", [["b@x.org"], ["c@x.org"]])
    engine.query("DELETE FROM Optout WHERE Email = 'a@example.com'")
    assert kept.calls == [
        ("opt out", ["a@example.com"]),
        ("opt out", ["b@x.org", "c@x.org"]),
        ("opt in", ["a@example.com"]),
    ]


@pytest.mark.parametrize("table", ["Header", "Footer"])
def test_headers_and_footers_are_written(engine: Engine, kept: Kept, table: str) -> None:
    name = next(each.name for each in engine._names.table(table).fields if not each.is_key)
    engine.query(f"INSERT INTO {table} ([{name}]) VALUES ('x')")
    engine.query(f"UPDATE {table} SET [{name}] = 'y' WHERE Id = '7'")
    engine.query(f"UPSERT INTO {table} (Id, [{name}]) VALUES ('8', 'z')")
    engine.query(f"DELETE FROM {table} WHERE Id = '7'")
    word = table.lower()
    assert kept.calls == [
        (f"create {word}", {name.lower(): "x"}),
        (f"update {word}", "7", {name.lower(): "y"}),
        (f"update {word}", "8", {name.lower(): "z"}),
        (f"delete {word}", "7"),
    ]


def test_an_error_names_the_rows_that_were_and_were_not_written(engine: Engine, kept: Kept) -> None:
    kept.fails_at = 1
    statement = f"INSERT INTO {LIST} (Company) VALUES ('A'), ('B'), ('C')"
    with pytest.raises(ProgrammingError, match="row 1 was written, row 2, row 3 were not written"):
        engine.query(statement)
    assert len(kept.calls) == 1
    kept.fails_at = -1
    statement = f"UPDATE {LIST} SET Company = 'A' WHERE ContactId IN ('L-1', 'L-2')"
    kept.fails_at = 2
    with pytest.raises(ProgrammingError, match="L-1 was written, L-2 was not written"):
        engine.query(statement)


def test_a_single_row_that_fails_has_the_error_of_the_account(engine: Engine, kept: Kept) -> None:
    kept.fails_at = 0
    with pytest.raises(ProgrammingError, match=r"^Act-On refused it\.$"):
        engine.query(f"INSERT INTO {LIST} (Company) VALUES ('A')")


def test_records_that_act_on_keeps_are_named(engine: Engine, kept: Kept) -> None:
    kept.refuses = {"L-2"}
    statement = f"DELETE FROM {LIST} WHERE ContactId IN ('L-1', 'L-2', 'L-3')"
    with pytest.raises(OperationalError, match="L-1, L-3 were written, L-2 was refused") as raised:
        engine.query(statement)
    assert "it is held" in str(raised.value)


def test_what_became_of_the_rows_of_the_last_statement_can_be_asked(
    engine: Engine, kept: Kept
) -> None:
    kept.refuses = {"L-2"}
    with pytest.raises(OperationalError):
        engine.query(f"DELETE FROM {LIST} WHERE ContactId IN ('L-1', 'L-2')")
    statement = "SELECT Id, Message FROM LastResultInfo#TEMP"
    assert rows(engine, statement) == [("L-1", "SUCCESS"), ("L-2", "it is held")]
    assert rows(engine, "SELECT Id, Operation, Message FROM sys_identity") == [
        ("L-1", "DELETED", "SUCCESS"),
        ("L-2", "DELETED", "it is held"),
    ]
    engine.query("INSERT INTO Optout (Email) VALUES ('a@example.com')")
    assert rows(engine, statement) == [("a@example.com", "SUCCESS")]


def test_an_error_names_no_address(engine: Engine, kept: Kept) -> None:
    kept.fails_at = 1
    emails = [[f"{number}@x.org"] for number in range(101)]
    with pytest.raises(ProgrammingError, match=r"row 101 was not written\.") as raised:
        engine.query_many("DELETE FROM Optout WHERE Email = ?", emails)
    assert "@" not in str(raised.value)


@pytest.mark.parametrize(
    ("statement", "error", "words"),
    [
        ("DELETE FROM Messages WHERE Id = 1", NotSupportedError, "Messages is a view"),
        ("UPSERT INTO Images (Id) VALUES (1)", NotSupportedError, "Images is a view"),
        ("UPDATE Optout SET Email = 'x' WHERE Email = 'y'", NotSupportedError, "UPDATE"),
        (f"UPDATE {LIST} SET Compani = 'x' WHERE ContactId = 1", ProgrammingError, "'Company'"),
        (f"UPDATE {LIST} SET ContactId = 'x' WHERE Company = 'y'", ProgrammingError, "ContactId"),
        (f"INSERT INTO {LIST} (ContactId) VALUES (1)", ProgrammingError, "cannot be written"),
        (f"INSERT INTO {LIST} (Company, company) VALUES (1, 2)", ProgrammingError, "twice"),
        (f"UPDATE {LIST} SET Company = 'x'", ProgrammingError, "WHERE"),
        (f"UPDATE {LIST} (Company) SELECT 'x'", ProgrammingError, "its key"),
        (f"INSERT INTO {LIST} (Company) SELECT 1, 2", ProgrammingError, "as many values"),
        ("INSERT INTO Nope (a) VALUES (1)", ProgrammingError, "Nope"),
        (f"DELETE FROM {LIST} WHERE Nope = 1", ProgrammingError, "Nope"),
    ],
)
def test_what_cannot_be_written_is_refused_before_anything_is_sent(
    engine: Engine, kept: Kept, statement: str, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        engine.query(statement)
    assert kept.calls == []
