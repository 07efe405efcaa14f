"""CData's SQL is read as it is written, and SQLite is told the same."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import apsw
import pytest
import sqlglot

from tap_acton.sql.exceptions import NotSupportedError, ProgrammingError
from tap_acton.sql.language import runtime
from tap_acton.sql.language.dialect import CData
from tap_acton.sql.language.parser import parsed
from tap_acton.sql.language.sqlite import sqlite_text
from tap_acton.sql.language.statements import plain, shared
from tap_acton.sql.language.tree import Deletion, Insertion, LocalView, Query, SelectInto, Update

FUNCTIONS = """
    ASCII CHAR CHARINDEX CHAR_LENGTH CONCAT CONTAINS ENDSWITH FILESIZE FORMAT FROM_UNIXTIME
    HASHBYTES INDEXOF ISNULL JSON_AVG JSON_COUNT JSON_EXTRACT JSON_MAX JSON_MIN JSON_SUM LEFT
    LEN LOCATE LOWER LTRIM MASK NCHAR OCTET_LENGTH PATINDEX POSITION QUOTENAME REPLACE
    REPLICATE REVERSE RIGHT RTRIM SOUNDEX SPACE SPLIT STARTSWITH STR STUFF SUBSTRING TOSTRING
    TRIM UNICODE UPPER XML_EXTRACT CURRENT_DATE CURRENT_TIMESTAMP GETDATE SYSDATETIME
    GETUTCDATE SYSUTCDATETIME DATEADD DATEDIFF DATEFROMPARTS DATETIMEFROMPARTS
    DATETIME2FROMPARTS SMALLDATETIMEFROMPARTS TIMEFROMPARTS DATENAME DATEPART DATE_TRUNC
    DATE_TRUNC2 DAY DAYOFMONTH DAYOFWEEK DAYOFYEAR EOMONTH LAST_DAY FDMONTH FDQUARTER FDWEEK
    LDMONTH LDQUARTER LDWEEK FILEMODIFIEDTIME FROM_DAYS TO_DAYS HOUR MINUTE SECOND MONTH
    QUARTER WEEK YEAR ISDATE MAKEDATE STRTODATE LAST_MONTH LAST_WEEK LAST_YEAR L_TODAY
    L_LAST_N_DAYS ABS ACOS ASIN ATAN ATN2 CEILING CEIL COS COT DEGREES EXP EXPR FLOOR GREATEST
    HEX LEAST LOG LOG10 MOD NEGATE PI POWER RADIANS RAND ROUND SIGN SIN SQRT SQUARE TAN TRUNC
    COALESCE NULLIF RANK DENSE_RANK ROW_NUMBER NTILE PERCENT_RANK MEDIAN STDEV STDEVP VAR VARP
    SCOPE_IDENTITY
"""


def sqlite(statement: str) -> str:
    return sqlite_text(sqlglot.parse_one(statement, read=CData))


@pytest.mark.parametrize("name", FUNCTIONS.split())
@pytest.mark.parametrize("arguments", ["a", "a, 'b'", "a, 1, c"])
def test_a_function_stays_a_call_of_its_name(name: str, arguments: str) -> None:
    quoted = arguments.replace("a", '"a"').replace("c", '"c"')
    if name in {"DATEADD", "DATEDIFF", "DATENAME", "DATEPART", "DATE_TRUNC2"}:
        quoted = quoted.replace('"a"', "'a'")
    call = f'"{name}"({quoted})'
    statement = f"SELECT {name.lower()}({arguments}) FROM t WHERE {name}({arguments}) = 1"
    assert sqlite(statement) == f'SELECT {call} FROM "t" WHERE {call} = 1'


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("TRIM(BOTH 'x' FROM a)", '"TRIM"("a", \'x\')'),
        ("TRIM('x' FROM a)", '"TRIM"("a", \'x\')'),
        ("TRIM(a)", '"TRIM"("a")'),
        ("TRIM(LEADING FROM a)", '"LTRIM"("a")'),
        ("TRIM(TRAILING 'x' FROM a)", '"RTRIM"("a", \'x\')'),
        ("SUBSTRING(a FROM 2 FOR 3)", '"SUBSTRING"("a", 2, 3)'),
        ("SUBSTRING(a FOR 3)", '"SUBSTRING"("a", 1, 3)'),
        ("SUBSTRING(a FROM 2)", '"SUBSTRING"("a", 2)'),
        ("POSITION('x' IN a)", '"POSITION"(\'x\', "a")'),
        ("PI()", '"PI"()'),
        ("CURRENT_DATE", '"CURRENT_DATE"()'),
        ("CURRENT_TIMESTAMP", '"CURRENT_TIMESTAMP"()'),
        ("DATEADD(day, 1, a)", '"DATEADD"(\'day\', 1, "a")'),
        ("DATEADD('yy', 1, a)", '"DATEADD"(\'yy\', 1, "a")'),
        ("DATE_TRUNC(a, month)", '"DATE_TRUNC"("a", \'month\')'),
        ("DATEPART(weekday, a)", '"DATEPART"(\'weekday\', "a")'),
        ("COUNT(DISTINCT a)", 'COUNT(DISTINCT "a")'),
        ("COUNT_DISTINCT(a)", 'COUNT(DISTINCT "a")'),
        ("COUNT_BIG(*)", "COUNT(*)"),
        ("CAST(a AS INTEGER)", "ACTON_CAST(\"a\", 'INT')"),
        ("CONVERT(VARCHAR(3), a)", "ACTON_CAST(\"a\", 'VARCHAR', 3)"),
        ("{ts '2024-05-06 07:08:09'}", "ACTON_CAST('2024-05-06 07:08:09', 'TIMESTAMP')"),
        ("CAST(a AS TIMESTAMP)", "ACTON_CAST(\"a\", 'TIMESTAMP')"),
        ("CAST(a AS VARCHAR(3))", "ACTON_CAST(\"a\", 'VARCHAR', 3)"),
        ("a + b", 'ACTON_ADD("a", "b")'),
        ("a + 1", 'ACTON_ADD("a", 1)'),
        ("N'x'", "'x'"),
        ("[a b].[c]", '"a b"."c"'),
        (
            "RANK() OVER (PARTITION BY a ORDER BY b)",
            '"RANK"() OVER (PARTITION BY "a" ORDER BY "b")',
        ),
        ("NOT CONTAINS(a, 'x')", 'NOT "CONTAINS"("a", \'x\')'),
        ("@Name", "@name"),
    ],
)
def test_an_expression_is_said_so(expression: str, text: str) -> None:
    assert sqlite(f"SELECT {expression}") == f"SELECT {text}"


def test_question_marks_keep_their_numbers() -> None:
    statement = "SELECT TOP ? a FROM t WHERE b = ? AND c IN (?, ?)"
    expected = 'SELECT "a" FROM "t" WHERE "b" = ?2 AND "c" IN (?3, ?4) LIMIT ?1'
    assert sqlite(statement) == expected


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 7 / 2, -7 / 2, 7.0 / 2, 7 % 3, 1 = 1, 'a' < 'b', NULL IS NULL",
        "SELECT CASE 1 WHEN 1 THEN 'x' ELSE 'y' END, CASE WHEN 1 > 2 THEN 1 END",
        "SELECT COALESCE(NULL, 2), NULLIF(1, 1), UPPER('a'), REPLACE('abc', 'b', 'x'), ABS(-1)",
        "SELECT 'it''s', 'a' LIKE 'A%', 'ab' LIKE '_b', 'b' BETWEEN 'a' AND 'c', 2 IN (1, 2)",
        "SELECT x FROM (SELECT 1 AS x UNION ALL SELECT 2 UNION SELECT 3) AS t ORDER BY x DESC",
        "SELECT SUM(x), AVG(x), COUNT(*) FROM (SELECT 1 AS x UNION ALL SELECT 2) AS t",
        "SELECT x, ROW_NUMBER() OVER (ORDER BY x DESC) FROM (SELECT 1 AS x UNION SELECT 2) AS t",
        "SELECT CAST('12' AS INTEGER), CAST(1.9 AS INTEGER), CAST('1.5' AS DOUBLE)",
    ],
)
def test_what_means_the_same_gives_what_plain_sqlite_gives(statement: str) -> None:
    connection = apsw.Connection(":memory:")
    runtime.register(connection)
    with closing(sqlite3.connect(":memory:")) as plain:
        expected = plain.execute(statement).fetchall()
    assert list(connection.execute(sqlite(statement))) == expected


def test_a_select_is_a_query() -> None:
    for text in ("SELECT 1", "(SELECT 1)", "WITH a AS (SELECT 1 AS x) SELECT x FROM a"):
        assert isinstance(parsed(text), Query)


def test_an_insertion_has_table_columns_and_rows() -> None:
    statement = parsed("/* why */ INSERT INTO ActOn.[My T] (a, [b c]) VALUES (1, ?), ('x', NULL)")
    assert isinstance(statement, Insertion)
    assert (statement.table.name, statement.table.schema) == ("My T", "ActOn")
    assert (statement.columns, statement.is_upsert) == (("a", "b c"), False)
    assert sqlite_text(statement.rows.tree) == "VALUES (1, ?1), ('x', NULL)"


def test_an_upsert_is_an_insertion_that_may_find_its_row() -> None:
    statement = parsed("UPSERT INTO Optout (Email) VALUES ('a@example.com')")
    assert isinstance(statement, Insertion)
    assert statement.is_upsert


def test_an_update_has_values_and_a_condition() -> None:
    statement = parsed("UPDATE t SET a = 'x', [b c] = ? WHERE Id = 3")
    assert isinstance(statement, Update)
    assert list(statement.values) == ["a", "b c"]
    assert statement.where is not None
    assert sqlite_text(statement.where) == '"Id" = 3'


def test_bulk_forms_bring_rows() -> None:
    update = parsed("UPDATE [t] (Id, a) SELECT Id, a FROM [t]#TEMP")
    assert isinstance(update, Update)
    assert update.columns == ("Id", "a")
    assert update.rows is not None
    assert sqlite_text(update.rows.tree) == 'SELECT "Id", "a" FROM "t#TEMP"'
    deletion = parsed("DELETE FROM t WHERE EXISTS SELECT Id FROM t#TEMP")
    assert isinstance(deletion, Deletion)
    assert deletion.rows is not None
    assert sqlite_text(deletion.rows.tree) == 'SELECT "Id" FROM "t#TEMP"'


def test_views_and_files_are_statements_of_their_own() -> None:
    view = parsed("create local view [My V] as select 1")
    assert view == LocalView(verb="CREATE", name="My V", query="select 1")
    into = parsed("SELECT a INTO [csv://x y.csv;delimiter=tab] FROM t")
    assert isinstance(into, SelectInto)
    assert into.target == "csv://x y.csv;delimiter=tab"


@pytest.mark.parametrize(
    ("statement", "error", "words"),
    [
        ("UPDATE t SET a = 1", ProgrammingError, "WHERE"),
        ("DELETE FROM t", ProgrammingError, "WHERE"),
        ("INSERT INTO t VALUES (1)", ProgrammingError, "columns"),
        ("INSERT INTO t (a) VALUES (1, 2)", ProgrammingError, "as many values"),
        ("DROP LOCAL VIEW x AS SELECT 1", ProgrammingError, "CREATE LOCAL VIEW"),
        ("CREATE VIEW x AS SELECT 1", ProgrammingError, "CREATE LOCAL VIEW"),
        ("CREATE LOCAL VIEW x AS DELETE FROM t WHERE a = 1", ProgrammingError, "SELECT"),
        ("ATTACH DATABASE 'x' AS y", NotSupportedError, "ATTACH"),
        ("PRAGMA x", NotSupportedError, "PRAGMA"),
        ("SELECT 1 FROM", ProgrammingError, "cannot be read"),
    ],
)
def test_what_is_no_statement_is_refused_in_words(
    statement: str, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        parsed(statement)


def test_comments_and_quotes_are_told_apart() -> None:
    assert plain("-- x\nSELECT '--', [a]#TEMP /* y */, [b#c]") == "SELECT '--', [a#TEMP]  , [b#c]"


def test_statements_share_parameters_in_order() -> None:
    assert shared(["SELECT ?", "SELECT 1", "SELECT ?, '?'"], [1, 2]) == [[1], [], [2]]
    with pytest.raises(ProgrammingError, match="2 question marks"):
        shared(["SELECT ?", "SELECT ?"], [1])
