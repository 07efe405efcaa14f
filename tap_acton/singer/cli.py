"""The tap as a command: its errors become one line on stderr and an exit code."""

from __future__ import annotations

import gc
import logging
import sys

import click
from singer_sdk.metrics import METRICS_LOGGER_NAME

from tap_acton.errors import ActOnError
from tap_acton.singer.console.terminal import is_terminal
from tap_acton.tap import TapActOn

__all__ = ["run"]


def run() -> int:
    """Run the command and return its exit code."""
    gc.freeze()  # or Python looks for garbage among all that was imported, page for page
    for name in (TapActOn.name, METRICS_LOGGER_NAME):
        logging.getLogger(name).addFilter(_is_for_users)
    try:
        code = TapActOn.cli(standalone_mode=False)
    except ActOnError as error:
        return _fail(str(error), error.exit_code)
    except click.ClickException as error:
        return _fail(error.format_message(), error.exit_code)
    return code if isinstance(code, int) else 0


def _fail(line: str, code: int) -> int:
    click.echo(f"Error: {line}", err=True)
    return code


def _is_for_users(record: logging.LogRecord) -> bool:
    """Drop what the SDK says at INFO of how it parsed its arguments; and metrics on a terminal.

    They are for machines, such as Meltano, which reads them from lines of JSON.
    """
    if record.levelno > logging.INFO or logging.getLogger(TapActOn.name).isEnabledFor(
        logging.DEBUG
    ):
        return True
    if record.name == METRICS_LOGGER_NAME:
        return not is_terminal(sys.stderr)
    return record.module != "plugin_base"
