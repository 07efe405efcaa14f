"""The tables of SQL as docs/sql-tables.md shows them, made from the code."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tap_acton.resources.convert import Type
from tap_acton.resources.custom_objects import CUSTOM_OBJECT_TEMPLATE
from tap_acton.resources.lists import LIST_SCORES, LIST_TEMPLATE
from tap_acton.resources.model import Operator
from tap_acton.resources.segments import LIST_SEGMENT_TEMPLATE, SEGMENT_TEMPLATE
from tap_acton.sql.schema.fields import table_of
from tap_acton.sql.schema.fixed import CDATA_COLUMNS, CDATA_NAMES, FIXED
from tap_acton.sql.schema.table import Kind, Operation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_acton.sql.schema.table import Field, Table

__all__ = ["table_sections"]

_OWN = "Its other columns are the account's own, under their headings."
_LIST = replace(
    table_of(LIST_TEMPLATE, "List_<name>"), kind=Kind.TABLE, operations=frozenset(Operation)
)
_OF_AN_ACCOUNT = (
    (_LIST, f"{_OWN} These can be written."),
    (table_of(LIST_SCORES, "List_<name>_Score"), ""),
    (table_of(LIST_SEGMENT_TEMPLATE, "Segment_<name>"), f"Of a list. {_OWN}"),
    (table_of(SEGMENT_TEMPLATE, "Segment_<name>"), f"Of the Act-On Contacts. {_OWN}"),
    (table_of(LIST_SCORES, "Segment_<name>_Score"), "Of the segments of lists alone."),
    (table_of(CUSTOM_OBJECT_TEMPLATE, "Custom_<name>"), _OWN),
)
_COMPARED = {Operator.AFTER: (">", ">="), Operator.BEFORE: ("<", "<=")}


def table_sections() -> str:
    """Return a section for each table, those of every account first."""
    fixed = [_section(table, "", _certainty(table.name)) for _, table in sorted(FIXED.items())]
    own = [
        _section(table, remark, "ours" if table.name.startswith("Custom") else "name CData's")
        for table, remark in _OF_AN_ACCOUNT
    ]
    return "\n".join([*fixed, *own])


def _certainty(name: str) -> str:
    if name in CDATA_COLUMNS:
        return "name and columns CData's"
    return "name CData's, columns ours" if name in CDATA_NAMES else "ours"


def _section(table: Table, remark: str, certainty: str) -> str:
    written = ", ".join(each.value for each in Operation if each in table.operations)
    kind = f"{table.kind.value}{f' ({written})' if written else ''}; {certainty}."
    rows = ["| Column | Type | | Act-On checks | What it is |", "|---|---|---|---|---|"]
    rows += [_row(table, field) for field in table.fields]
    words = " ".join(filter(None, [kind, f"{table.description}.", remark]))
    return "\n".join([f"### `{table.name}`", "", words, "", *rows, ""])


def _row(table: Table, field: Field) -> str:
    marks = {"key": field.is_key, "pseudo": field.is_pseudo, "written": not field.is_readonly}
    shown = ", ".join(name for name, is_so in marks.items() if is_so)
    checked = ", ".join(f"`{each}`" for each in _checked(table, field))
    return f"| `{field.name}` | {field.declared} | {shown} | {checked} | {field.description} |"


def _checked(table: Table, field: Field) -> Iterator[str]:
    """Yield the comparisons of a column by which less is asked for."""
    resource = table.way.resource
    variables = {*resource.variables, *(table.by_key.resource.variables if table.by_key else ())}
    if field.type is Type.TEXT and field.column in variables:
        yield from ("=", "IN")
    operators = {each.operator for each in resource.filters if each.column == field.column}
    if any(field.column in binding.dates for binding in resource.bind):
        operators = {*Operator}
    if field.type is Type.MOMENT and operators:
        yield "="
        for operator in Operator:
            yield from _COMPARED[operator] if operator in operators else ()
