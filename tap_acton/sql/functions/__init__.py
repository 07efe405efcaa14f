"""The functions of CData's SQL: their names and types, and how SQLite gets them."""

from tap_acton.sql.functions.installed import NAMES, RESULTS, ROWS, TABLE, Documented, install
from tap_acton.sql.functions.table import Function

__all__ = ["NAMES", "RESULTS", "ROWS", "TABLE", "Documented", "Function", "install"]
