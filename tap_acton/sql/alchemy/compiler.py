"""SQLAlchemy's expressions in the connector's SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.sql import compiler

from tap_acton.sql.schema.local import SCHEMA

if TYPE_CHECKING:
    from sqlalchemy.sql.elements import Extract
    from sqlalchemy.sql.selectable import GenerativeSelect

__all__ = ["ActOnCompiler", "ActOnPreparer", "ActOnTypeCompiler"]

_ALL_ROWS = 2**63 - 1


class ActOnPreparer(compiler.IdentifierPreparer):
    """Quotes every name: which words are reserved need not be known then."""

    @staticmethod
    def schema_for_object(table: Any) -> str | None:  # type: ignore[override] # a callable there
        """Return a table's schema, if it is not the one that all names are looked up in."""
        schema = table.schema
        return None if schema is None or schema.casefold() == SCHEMA.casefold() else str(schema)

    def _requires_quotes(self, value: str) -> bool:  # noqa: ARG002
        return True


class ActOnCompiler(compiler.SQLCompiler):
    """Writes statements."""

    def limit_clause(self, select: GenerativeSelect, **kw: Any) -> str:
        """Return LIMIT and OFFSET. There is no OFFSET without a LIMIT."""
        limit, offset = select._limit_clause, select._offset_clause  # noqa: SLF001 - as dialects do
        shown = str(_ALL_ROWS) if limit is None else self.process(limit, **kw)
        text = "" if limit is None and offset is None else f"\n LIMIT {shown}"
        return text if offset is None else f"{text} OFFSET {self.process(offset, **kw)}"

    def for_update_clause(self, select: GenerativeSelect, **kw: Any) -> str:  # noqa: ARG002
        """Return nothing: rows cannot be locked."""
        return ""

    def visit_extract(self, extract: Extract, **kw: Any) -> str:
        """Return a part of a moment."""
        return f"DATEPART('{extract.field}', {self.process(extract.expr, **kw)})"

    def visit_now_func(self, function: Any, **kw: Any) -> str:  # noqa: ARG002
        """Return the function that tells the time."""
        return "CURRENT_TIMESTAMP()"

    def visit_empty_set_expr(self, element_types: Any, **kw: Any) -> str:  # noqa: ARG002
        """Return a query without rows, for IN without values."""
        columns = ", ".join("1" for _ in element_types or [None])
        return f"SELECT {columns} WHERE 1 <> 1"


class ActOnTypeCompiler(compiler.GenericTypeCompiler):
    """Writes the names of types."""

    def visit_string(self, type_: Any, **kw: Any) -> str:
        """Return the type of texts."""
        return self.visit_VARCHAR(type_, **kw)

    visit_unicode = visit_text = visit_unicode_text = visit_string

    def visit_float(self, type_: Any, **kw: Any) -> str:  # noqa: ARG002
        """Return the type of numbers with fractions."""
        return "DOUBLE"

    visit_double = visit_float

    def visit_datetime(self, type_: Any, **kw: Any) -> str:  # noqa: ARG002
        """Return the type of moments."""
        return "TIMESTAMP"
