"""The DB-API 2.0 (PEP 249) side: so far the module's globals and its exceptions."""

from tap_acton.sql.exceptions import (
    DatabaseError,
    DataError,
    Error,
    IntegrityError,
    InterfaceError,
    InternalError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
    Warning,  # noqa: A004 - PEP 249's name
)

__all__ = [
    "DataError",
    "DatabaseError",
    "Error",
    "IntegrityError",
    "InterfaceError",
    "InternalError",
    "NotSupportedError",
    "OperationalError",
    "ProgrammingError",
    "Warning",
    "apilevel",
    "paramstyle",
    "threadsafety",
]

apilevel = "2.0"
"""The DB-API's level."""
paramstyle = "qmark"
"""Parameters are question marks."""
threadsafety = 1
"""Threads may share the module, and not connections."""
