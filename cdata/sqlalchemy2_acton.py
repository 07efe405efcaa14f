"""The SQLAlchemy dialect, where CData's connector has that of SQLAlchemy 2."""

from tap_acton.sql.alchemy.dialect import ActOnDialect

__all__ = ["ActOnDialect"]
