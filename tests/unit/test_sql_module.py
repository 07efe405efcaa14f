"""What PEP 249 asks of a module's globals and exceptions, as far as the connector goes today."""

from __future__ import annotations

import cdata.acton as module


def test_the_globals_are_those_of_pep_249() -> None:
    assert (module.apilevel, module.paramstyle, module.threadsafety) == ("2.0", "qmark", 1)


def test_the_exceptions_are_drawn_as_in_pep_249() -> None:
    assert issubclass(module.Warning, Exception)
    assert not issubclass(module.Warning, module.Error)
    assert issubclass(module.InterfaceError, module.Error)
    assert not issubclass(module.InterfaceError, module.DatabaseError)
    for error in (
        module.DataError,
        module.OperationalError,
        module.IntegrityError,
        module.InternalError,
        module.ProgrammingError,
        module.NotSupportedError,
    ):
        assert issubclass(error, module.DatabaseError)
