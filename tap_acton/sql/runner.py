"""What a cursor needs of its connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tap_acton.sql.logfile import Log
    from tap_acton.sql.parameters import Parameters
    from tap_acton.sql.result import Result

__all__ = ["Runner"]


class Runner(Protocol):
    """What a cursor needs of its connection."""

    log: Log
    """Hears of rows and errors."""

    def check_open(self) -> None:
        """Refuse to work after the end."""
        ...

    def run(self, statement: str, parameters: Parameters) -> Result:
        """Run one statement."""
        ...

    def run_many(self, statement: str, sets: Iterable[Parameters]) -> Result:
        """Run one statement that writes, once for each set of parameters."""
        ...

    def call(self, name: str, inputs: Mapping[str, Any]) -> Result:
        """Run a stored procedure."""
        ...
