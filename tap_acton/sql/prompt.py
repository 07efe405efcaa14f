"""The prompt of `python -m cdata.acton`."""

from __future__ import annotations

import contextlib
import signal
import sys
from typing import TYPE_CHECKING

from tap_acton import interrupts
from tap_acton.errors import ActOnError
from tap_acton.sql.exceptions import Error
from tap_acton.sql.language.statements import is_whole
from tap_acton.sql.shell_output import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_acton.sql.connection import Connection

__all__ = ["Prompt"]

_INTERRUPTED = 128 + signal.SIGINT
_FIRST, _MORE = "acton> ", "  ...> "
_HELP = """\
A statement ends with a semicolon and may have several lines. Ctrl-C cancels it, Ctrl-D quits.
.tables        the names of all tables
.schema NAME   the columns of a table, with their types
.help          this text
.quit          leave
"""


class Prompt:
    """Talks with somebody at a terminal. What they type is kept until they leave, in memory alone.

    Args:
        connection: Where tables are.
        run: Runs statements and shows what they give.
    """

    def __init__(self, connection: Connection, run: Callable[[str], None]) -> None:
        self._connection = connection
        self._run = run

    def talk(self) -> None:
        """Take statements until the end."""
        with contextlib.suppress(ImportError):
            import readline  # noqa: F401 - input() has arrows and a history from it; not on Windows
        sys.stderr.write("Act-On. .help tells more.\n")
        lines: list[str] = []
        while True:
            try:
                lines.append(input(_MORE if lines else _FIRST))
                text = "\n".join(lines).strip()
                if text.casefold() in {".quit", ".exit"}:
                    return
                if text.startswith(".") or not text or is_whole(text):
                    lines = []
                    self._answer(text)
            except EOFError:
                sys.stderr.write("\n")
                return
            except interrupts.Interrupted as stop:
                if stop.exit_code != _INTERRUPTED:
                    raise
                interrupts.listen()  # the one signal that it listens for has come
                lines = []
                sys.stderr.write("\nCancelled.\n")

    def _answer(self, text: str) -> None:
        try:
            if text.startswith("."):
                self._command(*text.split(maxsplit=1))
            elif text:
                self._run(text)
        except (Error, ActOnError) as error:
            sys.stderr.write(f"Error: {error}\n")

    def _command(self, name: str, argument: str = "") -> None:
        if name == ".tables":
            for table in sorted(self._connection.tables().every(), key=lambda each: each.name):
                sys.stdout.write(f"{printable(table.name)}\n")
        elif name == ".schema" and argument:
            table = self._connection.tables().find(argument.strip(';[]" '))
            for field in table.fields:
                key = ", key" if field.is_key else ""
                sys.stdout.write(f"{printable(field.name)}  {field.declared}{key}\n")
        else:
            sys.stderr.write(_HELP)
