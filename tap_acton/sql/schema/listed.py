"""Rows of the system tables that tell of the connector: properties, procedures, its SQL."""

from __future__ import annotations

import re
from importlib import metadata
from typing import TYPE_CHECKING, Any

from tap_acton.kinds import Choice, Flag, Integer, Number
from tap_acton.sql.errors import in_words_of_properties
from tap_acton.sql.schema.local import CATALOG, SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tap_acton.kinds import Kind
    from tap_acton.settings import Setting
    from tap_acton.sql.procedures import Procedure

__all__ = [
    "HIDDEN",
    "INFORMATION",
    "SQL_INFO",
    "is_hidden",
    "parameters",
    "procedures",
    "properties",
]

HIDDEN = "*****"
_MAY_HOLD_SECRETS = {"other", "cache_connection"}
_WORD = re.compile(r"OAuth|SSL|SQL|URL|RTK|[A-Z][a-z]*")
_CATEGORIES = (
    (re.compile(r"AuthScheme|User|Password"), "Authentication"),
    (re.compile(r".*OAuth.*|CallbackURL|Scope|LoginTimeout"), "OAuth"),
    (re.compile(r"SSL.*"), "SSL"),
    (re.compile(r"Firewall.*"), "Firewall"),
    (re.compile(r"Proxy.*"), "Proxy"),
    (re.compile(r"Log.*|MaxLog.*|Verbosity"), "Logging"),
    (re.compile(r"Location|BrowsableSchemas|Tables|Views"), "Schema"),
    (re.compile(r".*Cache.*|Offline"), "Caching"),
    (re.compile(r"Region|ApiUrl|AccountId"), "Connection"),
    (re.compile(r".*"), "Miscellaneous"),
)
_TYPES: dict[type, str] = {Flag: "bool", Integer: "int", Number: "double"}
_TEXT = ("VARCHAR", 12, 2**31 - 1)
_INPUT, _OUTPUT = 1, 4

SQL_INFO = (
    ("COUNT", "YES"),
    ("AGGREGATE_FUNCTIONS", "AVG,COUNT,MAX,MIN,SUM"),
    ("IDENTIFIER_QUOTE_OPEN_CHAR", "["),
    ("IDENTIFIER_QUOTE_CLOSE_CHAR", "]"),
    (
        "SUPPORTED_OPERATORS",
        "=,>,<,>=,<=,<>,!=,LIKE,NOT LIKE,IN,NOT IN,IS NULL,IS NOT NULL,BETWEEN",
    ),
    ("GROUP_BY", "NO_RELATION"),
    ("OUTER_JOINS", "YES"),
    ("OJ_CAPABILITIES", "LEFT,RIGHT,FULL,NESTED,NOT_ORDERED,INNER,ALL_COMPARISON_OPS"),
    ("SUBQUERIES", "COMPARISON,EXISTS,IN,CORRELATED_SUBQUERIES"),
    ("REPLICATION_SKIP_TABLES", ""),
    ("REPLICATION_TIMECHECK_COLUMNS", ""),
)
"""Names and values of what the connector's SQL can do."""
INFORMATION = (("tap-acton", metadata.version("tap-acton"), "Act-On", ""),)
"""Product, version, data source, and no number of a machine: nothing is licensed."""


def is_hidden(entry: Setting) -> bool:
    """Tell whether the value of a property is a secret, or may hold some."""
    return entry.secret or entry.name in _MAY_HOLD_SECRETS


def properties(held: Iterable[tuple[Setting, Any]]) -> Iterator[tuple[Any, ...]]:
    """Yield a row for each property.

    The value is empty where it is the default's. A secret, and what may hold some, is hidden.
    """
    for ordinal, (entry, value) in enumerate(held, 1):
        default = _default(entry)
        shown = "" if _text(value) == default else _text(value)
        is_secret = is_hidden(entry)
        yield (
            _spaced(entry.property),
            entry.property,
            in_words_of_properties(entry.description),
            _TYPES.get(type(entry.kind), "string"),
            default,
            HIDDEN if is_secret and shown else shown,
            _words(entry.kind),
            next(name for found, name in _CATEGORIES if found.fullmatch(entry.property)),
            False,
            "PASSWORD" if is_secret else "NONE",
            ordinal,
            "",
            True,
        )


def procedures(known: Iterable[Procedure]) -> Iterator[tuple[Any, ...]]:
    """Yield a row for each stored procedure."""
    for each in known:
        yield CATALOG, SCHEMA, each.name, each.description, "PROCEDURE"


def parameters(known: Iterable[Procedure]) -> Iterator[tuple[Any, ...]]:
    """Yield a row for each input of a procedure, and for each column of its result."""
    for procedure in known:
        parts = [
            (each.name, _INPUT, each.required, each.description, each.words, each.default)
            for each in procedure.inputs
        ]
        parts += [(name, _OUTPUT, False, "", (), None) for name in procedure.outputs]
        for ordinal, (name, way, required, description, words, default) in enumerate(parts, 1):
            yield (
                *(CATALOG, SCHEMA, procedure.name, name, way, *_TEXT, None, None, not required),
                *(required, False, description, ordinal, ",".join(words), default, False, False),
            )


def _default(entry: Setting) -> str:
    return "OFF" if entry.name == "initiate_oauth" else _text(entry.default)


def _text(value: Any) -> str:
    if value in (None, ()):
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _words(kind: Kind) -> str:
    words = ("true", "false") if isinstance(kind, Flag) else ()
    return ",".join(kind.words if isinstance(kind, Choice) else words)


def _spaced(name: str) -> str:
    """Return a property's name with blanks between its words, as people read it."""
    return " ".join(_WORD.findall(name))
