"""Every function: its arguments, NULL, its type, its place in the documents and in statements."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tap_acton.client import ActOnClient
from tap_acton.config import read_settings
from tap_acton.sql import functions
from tap_acton.sql.engine import Engine
from tap_acton.sql.exceptions import ProgrammingError
from tap_acton.sql.functions.periods import PERIODS
from tests.called import called, rows_of
from tests.generated import function_tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Configure, Simulate

DOCUMENT = Path(__file__).parents[2] / "docs" / "sql-functions.md"
USAGES = {each.name: each.usage for section in functions.TABLE.values() for each in section}
WINDOWS_ALONE = {"DENSE_RANK", "NTILE", "PERCENT_RANK", "RANK", "ROW_NUMBER"}
TAKES_NULL = {
    "COALESCE", "CONCAT", "COUNT", "COUNT_BIG", "COUNT_DISTINCT", "ISNULL", "NULLIF", "TOSTRING",
}  # fmt: skip
KINDS: dict[str, tuple[type, ...]] = {
    "INTEGER": (int,),
    "DOUBLE": (int, float),
    "BOOLEAN": (int,),
    "TIMESTAMP": (str,),
    "DATE": (str,),
    "BINARY": (bytes,),
}
ARGUMENTS = {
    **dict.fromkeys(("date", "start", "end"), "'2024-02-03 04:05:06'"),
    **dict.fromkeys(("part", "find", "delimiter", "mask", "characters", "replacement"), "'d'"),
    **dict.fromkeys(("path",), "'$'"),
    **dict.fromkeys(("xpath",), "'/a'"),
    **dict.fromkeys(("algorithm",), "'MD5'"),
    **dict.fromkeys(("quote",), "'['"),
    **dict.fromkeys(("weekday",), "'monday'"),
    **dict.fromkeys(("format", "wanted"), "'yyyy'"),
    "uri": f"'{__file__}'",
    "expression": "'1 + 1'",
    "year": "2024",
    "days": "366",
    "base": "2",
    "pattern": "'%e%'",
}
TEXTS = {
    **dict.fromkeys(("JSON_AVG", "JSON_MAX", "JSON_MIN", "JSON_SUM", "JSON_COUNT"), "'[1]'"),
    "JSON_EXTRACT": "'[1]'",
    "XML_EXTRACT": "'<a>b</a>'",
    "STRTODATE": "'2024'",
}
NAMES = sorted(functions.NAMES - PERIODS)


def arguments_of(name: str) -> tuple[list[str], int]:
    """Return the names of a function's arguments, and how many of them are needed."""
    inner = USAGES[name].partition("(")[2].removesuffix(")").replace("[DISTINCT] ", "")
    needed = inner.partition("[")[0]
    return re.findall(r"\w+", inner), len(re.findall(r"\w+", needed))


def call_of(name: str, count: int, null: int | None = None) -> str:
    """Return a call with documented arguments; one of them may be NULL."""
    names, _ = arguments_of(name)
    shown = []
    for number, argument in enumerate(names[:count]):
        value = ARGUMENTS.get(argument, "2024" if name == "FORMAT" else "1")
        if argument == "text":
            value = TEXTS.get(name, "'text'")
        if argument in {"start", "end"} and name != "DATEDIFF":
            value = "1"
        shown.append("NULL" if number == null else value)
    over = " OVER (ORDER BY 1)" if name in WINDOWS_ALONE else ""
    return f'"{name}"({", ".join(shown)}){over}'


@pytest.mark.parametrize("name", NAMES)
def test_a_function_takes_each_documented_count_of_arguments(name: str) -> None:
    names, needed = arguments_of(name)
    kinds = KINDS.get(functions.RESULTS.get(name, ""), (object,))
    for count in range(needed, len(names) + 1):
        value = called(call_of(name, count))
        assert value is None or isinstance(value, kinds), count


@pytest.mark.parametrize("name", sorted(set(NAMES) - TAKES_NULL - WINDOWS_ALONE))
def test_a_function_of_null_is_null_unless_documented(name: str) -> None:
    names, needed = arguments_of(name)
    for null in range(needed):
        assert called(call_of(name, len(names), null)) is None, null


OURS = sorted(
    each.name
    for section in functions.TABLE.values()
    for each in section
    if isinstance(each, functions.Function)
)


@pytest.mark.parametrize("name", OURS)
def test_a_wrong_count_of_arguments_is_refused_with_the_right_one(name: str) -> None:
    names, needed = arguments_of(name)
    wrong = [needed - 1] if needed else []
    if "…" not in USAGES[name]:
        wrong.append(len(names) + 1)
    for count in wrong:
        with pytest.raises(ProgrammingError, match=re.escape(f"written {USAGES[name]}")):
            called(f'"{name}"({", ".join(["1"] * count)})')


def test_the_document_of_functions_is_the_codes() -> None:
    section = DOCUMENT.read_text().partition("<!-- functions -->\n")[2]
    assert section.partition("<!-- /functions -->")[0] == function_tables(), "`make generate`"


def test_the_names_of_tables_of_rows_can_be_called() -> None:
    assert {each.name for each in functions.ROWS} == {
        "STRING_SPLIT",
        "JSONTABLE",
        "CSVTABLE",
        "XMLTABLE",
    }
    assert rows_of("SELECT COUNT(*) FROM STRING_SPLIT('a b', ' ')") == [(2,)]


@pytest.fixture
def engine(simulator: Simulate, configure: Configure) -> Iterator[Engine]:
    settings = read_settings({**configure(simulator()), "requests_in_flight": 1})
    client = ActOnClient.from_settings(settings)
    engine = Engine(client)
    yield engine
    engine.close()
    client.close()


def test_a_statement_calls_functions_and_gets_their_types(engine: Engine) -> None:
    result = engine.query(
        "SELECT INDEXOF(Title, 'x') AS a, ISDATE(?) AS b, LAST_WEEK(), "
        "EXPR('1.5'), MASK(Id, '*') FROM Messages LIMIT 1",
        ["x"],
    )
    kinds = [int, bool, datetime, float, str]
    assert [column.type_code for column in result.columns] == kinds
    assert [type(value) for value in next(result.rows)] == kinds


def test_a_statement_filters_by_a_period(engine: Engine) -> None:
    every = list(engine.query("SELECT Timestamp FROM Messages").rows)
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    found = list(engine.query("SELECT Timestamp FROM Messages WHERE Timestamp < L_TODAY()").rows)
    assert len(found) == sum(at is not None and at < today for (at,) in every) > 0


def test_an_error_of_a_function_comes_out_of_a_statement(engine: Engine) -> None:
    with pytest.raises(ProgrammingError, match=r"MASK is written MASK\(text, mask"):
        list(engine.query("SELECT MASK(Id) FROM Messages").rows)
