"""CData's SQL as a dialect of sqlglot, and how SQLite says what was parsed.

No function is rewritten: a call stays a call of its name in capitals, and SQLite finds the function
under that name. Only aggregates that statements are planned by have a form of their own.
"""

from __future__ import annotations

import itertools
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from sqlglot import exp
from sqlglot.dialects.sqlite import SQLite
from sqlglot.dialects.tsql import TSQL
from sqlglot.generators.sqlite import SQLiteGenerator
from sqlglot.generators.tsql import TSQLGenerator
from sqlglot.parsers.tsql import TSQLParser
from sqlglot.tokenizer_core import TokenType

from tap_acton.sql.exceptions import ProgrammingError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["CData", "SQLiteOfCData", "call"]

_PART_FIRST = frozenset({"DATEADD", "DATEDIFF", "DATENAME", "DATEPART", "DATE_TRUNC2"})
_PART_SECOND = frozenset({"DATE_TRUNC"})
_TRIMS = {"BOTH": "TRIM", "LEADING": "LTRIM", "TRAILING": "RTRIM"}
_CASTS = frozenset(
    {
        *("VARCHAR", "NVARCHAR", "CHAR", "NCHAR", "TEXT", "UUID", "DECIMAL", "BOOLEAN", "BIT"),
        *("DATE", "TIME", "TIMESTAMP", "DATETIME", "DATETIME2", "BINARY", "VARBINARY"),
        *("TINYINT", "SMALLINT", "INT", "BIGINT", "FLOAT", "DOUBLE"),
    }
)


def call(name: str, arguments: list[exp.Expr]) -> exp.Anonymous:
    """Return the call of a function; the bare word of a date part becomes a text."""
    place = 0 if name in _PART_FIRST else 1 if name in _PART_SECOND else len(arguments)
    if place < len(arguments) and isinstance(part := arguments[place], exp.Column):
        arguments[place] = exp.Literal.string(part.name)
    return exp.Anonymous(this=exp.to_identifier(name.upper(), quoted=True), expressions=arguments)


class _Functions(dict[str, Any]):
    """Builders of aggregates by name; every other name is a call."""

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name, default) or partial(call, name)


def _counted_once(arguments: list[exp.Expr]) -> exp.Count:
    return exp.Count(this=exp.Distinct(expressions=arguments))


def _no_parentheses(name: str) -> Callable[[], exp.Anonymous]:
    return lambda: call(name, [])


class CData(TSQL):
    """The SQL of statements."""

    class Parser(TSQLParser):
        """Keeps calls as they are."""

        FUNCTIONS: ClassVar[dict[str, Any]] = _Functions(
            COUNT=exp.Count.from_arg_list,
            COUNT_BIG=exp.Count.from_arg_list,
            COUNT_DISTINCT=_counted_once,
            SUM=exp.Sum.from_arg_list,
            AVG=exp.Avg.from_arg_list,
            MIN=exp.Min.from_arg_list,
            MAX=exp.Max.from_arg_list,
        )
        FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {
            "CAST": lambda self: self._parse_cast(strict=True),
            "CONVERT": lambda self: self._converted(),
            "TRIM": lambda self: self._trimmed(),
            "SUBSTRING": lambda self: self._part_of_text(),
            "POSITION": lambda self: self._position(),
        }
        NO_PAREN_FUNCTIONS: ClassVar[dict[Any, Any]] = {
            TokenType.CURRENT_DATE: _no_parentheses("CURRENT_DATE"),
            TokenType.CURRENT_TIMESTAMP: _no_parentheses("CURRENT_TIMESTAMP"),
        }
        NO_PAREN_FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {
            "CASE": lambda self: self._parse_case(),
        }
        PLACEHOLDER_PARSERS: ClassVar[dict[Any, Any]] = {
            **TSQLParser.PLACEHOLDER_PARSERS,
            TokenType.PLACEHOLDER: lambda self: self._numbered(),
        }

        _marked: list[Any] | None = None
        _numbers: Sequence[int] = ()

        def _numbered(self) -> exp.Placeholder:
            """Return a question mark with its number: SQLite's order of clauses differs."""
            if self._marked is not self._tokens:
                is_mark = [each.token_type == TokenType.PLACEHOLDER for each in self._tokens]
                self._marked, self._numbers = self._tokens, list(itertools.accumulate(is_mark))
            return exp.Placeholder(this=str(self._numbers[self._index - 1]))

        def _operand(self) -> exp.Expr:
            found = self._parse_bitwise()
            if found is None:
                self.raise_error("Expected a value")
            return found or exp.Null()

        def _converted(self) -> exp.Cast:
            """Read `CONVERT(type, value)`, which is a CAST."""
            kind = self._parse_types()
            if kind is None or not self._match(TokenType.COMMA):
                self.raise_error("CONVERT is written CONVERT(type, value)")
            value = self._operand()
            if self._match(TokenType.COMMA):
                self.raise_error("CONVERT takes no style; FORMAT writes dates")
            return exp.Cast(this=value, to=kind)

        def _trimmed(self) -> exp.Anonymous:
            sides = self._match_texts(_TRIMS) and self._prev.text.upper()
            name = _TRIMS[sides or "BOTH"]
            if self._match(TokenType.FROM):
                return call(name, [self._operand()])
            arguments = self._parse_csv(self._operand)
            if self._match(TokenType.FROM):
                arguments.insert(0, self._operand())
            return call(name, arguments)

        def _part_of_text(self) -> exp.Anonymous:
            arguments = self._parse_csv(self._operand)
            if self._match(TokenType.FROM):
                arguments.append(self._operand())
            if self._match(TokenType.FOR):
                start = [] if len(arguments) > 1 else [exp.Literal.number(1)]
                arguments += [*start, self._operand()]
            return call("SUBSTRING", arguments)

        def _position(self) -> exp.Anonymous:
            arguments = self._parse_csv(self._operand)
            if self._match(TokenType.IN):
                arguments.append(self._operand())
            return call("POSITION", arguments)

        def _parse_lateral(self) -> exp.Lateral | None:
            """Read `CROSS APPLY f(…) WITH (column type, …) AS x`."""
            index = self._index
            if self._match_pair(TokenType.CROSS, TokenType.APPLY):
                function: Any = self._parse_function()
                if isinstance(function, exp.Anonymous):
                    if self._match(TokenType.WITH):
                        columns = self._parse_wrapped_csv(self._parse_field_def)
                        function = exp.Schema(this=function, expressions=columns)
                    alias = self._parse_table_alias()
                    return exp.Lateral(this=function, alias=alias, cross_apply=True)
            self._retreat(index)
            return super()._parse_lateral()

        def _parse_range(self, this: exp.Expr | None = None, *given: Any, **named: Any) -> Any:
            """Read `a CONTAINS b` as the call of that name."""
            this = this or self._parse_bitwise()
            is_not = self._match_text_seq("NOT", "CONTAINS")
            if this is None or not (is_not or self._match_text_seq("CONTAINS")):
                return super()._parse_range(this, *given, **named)
            found = call("CONTAINS", [this, self._operand()])
            return exp.not_(found) if is_not else found

        def _parse_limit(self, *arguments: Any, **named: Any) -> Any:
            """Read `LIMIT n, m` as n rows behind the first m, which MySQL has the other way."""
            limit = super()._parse_limit(*arguments, **named)
            if isinstance(limit, exp.Limit) and (rows := limit.args.get("offset")):
                behind = limit.expression
                limit.set("expression", rows)
                limit.set("offset", behind)
            return limit

    class Generator(TSQLGenerator):
        """Writes statements for people: titles of columns, and errors."""

        TYPE_MAPPING: ClassVar[dict[Any, Any]] = {exp.DType.ROWVERSION: "TIMESTAMP"}
        TRANSFORMS: ClassVar[dict[Any, Any]] = {
            **TSQLGenerator.TRANSFORMS,
            exp.Anonymous: lambda self, e: f"{e.name}({self.expressions(e, flat=True)})",
            exp.Boolean: lambda _self, truth: str(truth.this).upper(),
            exp.Placeholder: lambda _self, _mark: "?",
        }


def _cast(generator: Any, cast: exp.Cast) -> str:
    """Return a cast as `runtime` does it."""
    kind = cast.to.this.value
    kind = "TIMESTAMP" if kind == "ROWVERSION" else kind  # T-SQL's meaning of the word
    if kind not in _CASTS:
        raise ProgrammingError(f"CAST does not know the type {cast.to.sql(dialect=CData)}.")
    sizes = "".join(f", {generator.sql(size)}" for size in cast.to.expressions)
    return f"ACTON_CAST({generator.sql(cast, 'this')}, '{kind}'{sizes})"


def _literal(kind: str) -> Callable[[Any, exp.Expr], str]:
    """Return what writes a literal like `{ts '2024-05-06 07:08:09'}`."""
    return lambda generator, value: f"ACTON_CAST({generator.sql(value, 'this')}, '{kind}')"


def _sum(generator: Any, add: exp.Add) -> str:
    """Return a sum; of texts, what is known only when it runs, T-SQL's is a longer text."""
    left, right = generator.sql(add, "this"), generator.sql(add, "expression")
    return f"ACTON_ADD({left}, {right})"


class SQLiteOfCData(SQLite):
    """How SQLite says what `CData` parsed."""

    class Generator(SQLiteGenerator):
        """Leaves names of functions as they are."""

        TRANSFORMS: ClassVar[dict[Any, Any]] = {
            **SQLiteGenerator.TRANSFORMS,
            exp.Add: _sum,
            exp.Cast: _cast,
            exp.Date: _literal("DATE"),
            exp.National: lambda self, text: self.sql(exp.Literal.string(text.name)),
            exp.Parameter: lambda _self, parameter: f"@{parameter.name.casefold()}",
            exp.Placeholder: lambda _self, mark: f"?{mark.name}",
            exp.Time: _literal("TIME"),
            exp.Timestamp: _literal("TIMESTAMP"),
        }
