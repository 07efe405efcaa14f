"""`CROSS APPLY f(…) WITH (column type, …) AS x`: functions that give rows, as SQLite joins them.

A function of SQLite gives one value a row, which is JSON where a row has more; the columns of WITH
are fields of it.
"""

from __future__ import annotations

from sqlglot import exp

from tap_acton.sql.exceptions import ProgrammingError
from tap_acton.sql.functions import ROWS

__all__ = ["check_gives_rows", "joined"]


def check_gives_rows(function: str) -> None:
    """Refuse to take a function for a table that is none.

    Raises:
        ProgrammingError: It gives one value, or there is no such function.
    """
    names = [each.name for each in ROWS]
    if function not in names:
        raise ProgrammingError(
            f"{function} gives no rows. The functions that do are {', '.join(names)}."
        )


def joined(tree: exp.Expr) -> exp.Expr:
    """Write functions that are applied as joins, and their columns as fields of their values.

    Raises:
        ProgrammingError: A function gives no rows.
    """
    for lateral in list(tree.find_all(exp.Lateral)):
        join = lateral.parent
        if isinstance(join, exp.Join) and isinstance(join.parent, exp.Select):
            _join(join.parent, join, lateral)
    return tree


def _join(select: exp.Select, join: exp.Join, lateral: exp.Lateral) -> None:
    function = lateral.this
    columns = function.expressions if isinstance(function, exp.Schema) else []
    call = function.this if isinstance(function, exp.Schema) else function
    check_gives_rows(call.name)
    alias = lateral.alias or call.name
    fields = {each.name.casefold(): _field(alias, each, at) for at, each in enumerate(columns)}
    if fields:
        _spell_out_stars(select, lateral, columns)
        _replace(select, alias, fields)
    name = exp.TableAlias(this=exp.to_identifier(alias, quoted=True))
    join.set("this", exp.Table(this=call, alias=name))
    join.set("kind", "CROSS")


def _field(alias: str, column: exp.ColumnDef, at: int) -> exp.Expr:
    value = exp.column("value", table=alias, quoted=True)
    arguments = [value, exp.Literal.string(column.name), exp.Literal.number(at)]
    field = exp.Anonymous(this="ACTON_FIELD", expressions=arguments)
    return exp.Cast(this=field, to=column.args["kind"].copy())


def _spell_out_stars(
    select: exp.Select, lateral: exp.Lateral, columns: list[exp.ColumnDef]
) -> None:
    """Write `*` as the stars of all tables and the columns of the function."""
    own = [exp.column(each.name, table=lateral.alias, quoted=True) for each in columns]
    sources = [select.args["from_"].this, *(join.this for join in select.args["joins"])]
    shown: list[exp.Expr] = []
    for each in select.expressions:
        if isinstance(each, exp.Star):
            for source in sources:
                shown += own if source is lateral else [_star(source.alias_or_name)]
        elif isinstance(each, exp.Column) and isinstance(each.this, exp.Star):
            is_own = each.table.casefold() == lateral.alias.casefold()
            shown += own if is_own else [each]
        else:
            shown.append(each)
    select.set("expressions", [each.copy() for each in shown])


def _star(table: str) -> exp.Column:
    return exp.Column(this=exp.Star(), table=exp.to_identifier(table, quoted=True))


def _replace(select: exp.Select, alias: str, fields: dict[str, exp.Expr]) -> None:
    for column in list(select.find_all(exp.Column)):
        field = fields.get(column.name.casefold())
        if field is None or column.table.casefold() not in {"", alias.casefold()}:
            continue
        is_shown = column.parent is select and column.arg_key == "expressions"
        new = field.copy()
        column.replace(exp.alias_(new, column.name, quoted=True) if is_shown else new)
