"""The database of SQLite in which statements run. It holds none of the account's rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import apsw

from tap_acton.sql.functions import install
from tap_acton.sql.language import runtime
from tap_acton.sql.language.sqlite import TYPES_TABLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_acton.clock import Clock
    from tap_acton.sql.reading.vtable import VirtualTables

__all__ = ["MODULE", "opened"]

MODULE = "acton"
"""What SQLite calls the module of the account's tables."""


def opened(
    module: VirtualTables, clock: Clock, last_id: Callable[..., str | None]
) -> apsw.Connection:
    """Return a database that knows the functions of statements.

    Args:
        module: Gives the account's rows.
        clock: Tells the functions the time.
        last_id: What SCOPE_IDENTITY() gives.
    """
    # Each statement is planned anew: what it looks at is known from that.
    sqlite = apsw.Connection(":memory:", statementcachesize=0)
    for setting in (apsw.SQLITE_DBCONFIG_DQS_DML, apsw.SQLITE_DBCONFIG_DQS_DDL):
        sqlite.config(setting, 0)  # a name in double quotes is never a text
    virtual: Any = module
    sqlite.create_module(MODULE, virtual, use_bestindex_object=True, read_only=True)
    sqlite.execute(TYPES_TABLE)
    install(sqlite, clock)
    runtime.register(sqlite)
    sqlite.create_scalar_function("SCOPE_IDENTITY", last_id, 0)
    return sqlite
