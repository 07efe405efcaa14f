"""The exceptions of PEP 249, as it draws them.

https://peps.python.org/pep-0249/#exceptions
"""

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
]


class Warning(Exception):  # noqa: A001, N818 - PEP 249's name
    """Something important that is no error."""


class Error(Exception):
    """The base of all errors."""


class InterfaceError(Error):
    """The module was used wrongly."""


class DatabaseError(Error):
    """Something is wrong on the other side."""


class DataError(DatabaseError):
    """The data cannot be processed."""


class OperationalError(DatabaseError):
    """The service failed, refused, or could not be reached."""


class IntegrityError(DatabaseError):
    """Relations between the data would break."""


class InternalError(DatabaseError):
    """The module is in a state that it should not be in."""


class ProgrammingError(DatabaseError):
    """The statement is wrong."""


class NotSupportedError(DatabaseError):
    """The service cannot do this."""
