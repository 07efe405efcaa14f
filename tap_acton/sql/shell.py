"""`python -m cdata.acton`: statements from the command line, a file or a prompt."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING, Any, TextIO

import click

from tap_acton import interrupts
from tap_acton.errors import ActOnError
from tap_acton.sql.connection import Connection, connect
from tap_acton.sql.exceptions import (
    Error,
    InterfaceError,
    NotSupportedError,
    ProgrammingError,
)
from tap_acton.sql.prompt import Prompt
from tap_acton.sql.shell_output import FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_acton.sql.cursor import Cursor

__all__ = ["exit_code_of", "main"]

_PROGRAM = "python -m cdata.acton"
_FAULTS = (InterfaceError, ProgrammingError, NotSupportedError)


@click.command(context_settings={"max_content_width": 100})
@click.argument("arguments", nargs=-1, metavar="[CONNECTION_STRING] [SQL]")
@click.option(
    "--format",
    "form",
    type=click.Choice(sorted(FORMATS)),
    default="table",
    show_default=True,
    help="How rows are written. json is one array, an object on each line.",
)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False), help="A file to write to; - is stdout."
)
@click.version_option(package_name="tap-acton", prog_name="cdata.acton")
def _command(arguments: tuple[str, ...], form: str, output: str | None) -> None:
    """Run SQL on an Act-On account.

    Without SQL it is read from standard input, and from a prompt if that is a terminal.

    Everybody on a machine can see its processes' arguments, so that a connection string with
    secrets belongs into the environment variable ACTON_CONNECTION_STRING. If that is set, the
    only argument is the SQL.

    Exit codes: 1 Act-On failed, 2 the statement or a property is wrong or somebody has to log
    in, 75 a budget is spent, 130 interrupted.
    """
    string, sql = _read(arguments)
    with contextlib.ExitStack() as stack:
        connection = stack.enter_context(connect(string))
        if sql is None and not sys.stdin.isatty():
            sql = sys.stdin.read()
        out = stack.enter_context(_opened(output))
        if sql is None:
            Prompt(connection, lambda each: _run(connection, each, form, out)).talk()
        else:
            _run(connection, sql, form, out)


def main() -> None:
    """Run the command; errors are one line on stderr and an exit code.

    If nobody reads what it writes any more, click ends it with 1, quietly.
    """
    interrupts.listen()
    try:
        code = _command.main(prog_name=_PROGRAM, standalone_mode=False) or 0
    except interrupts.Interrupted as stop:
        code = _told("Stopped by a signal.", stop.exit_code)
    except Error as error:
        code = _told(str(error), exit_code_of(error))
    except click.ClickException as error:
        code = _told(error.format_message(), 2)
    except OSError as error:
        code = _told(f"{error.filename or 'stdout'}: {error.strerror}.", 2)
    sys.exit(code)


def exit_code_of(error: Error) -> int:
    """Return what the command ends with after an error."""
    if isinstance(error.__cause__, ActOnError):
        return error.__cause__.exit_code
    return 2 if isinstance(error, _FAULTS) else 1


def _told(text: str, code: int) -> int:
    sys.stderr.write(f"Error: {text}\n")
    return code


def _read(arguments: tuple[str, ...]) -> tuple[str, str | None]:
    """Return the connection string and the SQL."""
    kept = os.environ.get("ACTON_CONNECTION_STRING")
    if kept is not None and len(arguments) <= 1:
        arguments = (kept, *arguments)
    if len(arguments) > 2:  # noqa: PLR2004 - the two that the usage names
        raise click.UsageError("There are too many arguments: put the SQL into quotes.")
    if not arguments or "=" not in arguments[0]:
        raise click.UsageError(
            "There is no connection string: give one, or set ACTON_CONNECTION_STRING."
        )
    return arguments[0], arguments[1] if len(arguments) == 2 else None  # noqa: PLR2004


@contextlib.contextmanager
def _opened(output: str | None) -> Iterator[TextIO]:
    if output in (None, "-"):
        yield sys.stdout
        sys.stdout.flush()
    else:
        with open(str(output), "w", encoding="utf-8", newline="") as file:  # noqa: PTH123
            yield file


def _run(connection: Connection, sql: str, form: str, out: TextIO) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        _show(cursor, form, out)
        while cursor.nextset():
            _show(cursor, form, out)
    out.flush()


def _show(cursor: Cursor, form: str, out: TextIO) -> None:
    described: Any = cursor.description
    if described is not None:
        FORMATS[form]([column[0] for column in described], cursor, out)
    elif cursor.rowcount >= 0:
        sys.stderr.write(f"{cursor.rowcount} rows written.\n")
