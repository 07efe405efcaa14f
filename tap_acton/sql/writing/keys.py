"""Which rows a WHERE means, if it names their keys and nothing else."""

from __future__ import annotations

from sqlglot import exp

__all__ = ["keys_alone"]


def keys_alone(where: exp.Expr | None, key: str) -> list[exp.Expr] | None:
    """Return the keys that a condition names; None if it says more, or something else.

    Args:
        where: The condition.
        key: The key's column.
    """
    if isinstance(where, exp.Paren):
        return keys_alone(where.this, key)
    if isinstance(where, exp.EQ):
        sides = (where.this, where.expression)
        for column, value in (sides, sides[::-1]):
            if _is_column(column, key) and _is_value(value):
                return [value]
    if isinstance(where, exp.In) and _is_column(where.this, key) and not where.args.get("query"):
        return where.expressions if all(map(_is_value, where.expressions)) else None
    if isinstance(where, exp.Or):
        parts = [keys_alone(part, key) for part in (where.this, where.expression)]
        return [each for part in parts if part for each in part] if all(parts) else None
    return None


def _is_column(value: exp.Expr, key: str) -> bool:
    return isinstance(value, exp.Column) and value.name.casefold() == key.casefold()


def _is_value(value: exp.Expr) -> bool:
    return isinstance(value, exp.Literal | exp.Placeholder | exp.Parameter)
