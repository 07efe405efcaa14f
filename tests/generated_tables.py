"""The tables of SQL as docs/sql-tables.md shows them, made from the code."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tap_acton.resources.custom_objects import CUSTOM_OBJECT_TEMPLATE
from tap_acton.resources.lists import LIST_SCORES, LIST_TEMPLATE
from tap_acton.resources.segments import LIST_SEGMENT_TEMPLATE, SEGMENT_TEMPLATE
from tap_acton.sql.schema.fields import table_of
from tap_acton.sql.schema.fixed import CDATA_COLUMNS, CDATA_NAMES, FIXED
from tap_acton.sql.schema.table import Kind, Operation

if TYPE_CHECKING:
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
    rows = ["| Column | Type | | What it is |", "|---|---|---|---|", *map(_row, table.fields)]
    words = " ".join(filter(None, [kind, f"{table.description}.", remark]))
    return "\n".join([f"### `{table.name}`", "", words, "", *rows, ""])


def _row(field: Field) -> str:
    marks = {"key": field.is_key, "pseudo": field.is_pseudo, "written": not field.is_readonly}
    shown = ", ".join(name for name, is_so in marks.items() if is_so)
    return f"| `{field.name}` | {field.declared} | {shown} | {field.description} |"
