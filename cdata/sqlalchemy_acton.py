"""The SQLAlchemy dialect, where CData's connector has it."""

from tap_acton.sql.alchemy.dialect import ActOnDialect

__all__ = ["ActOnDialect"]
