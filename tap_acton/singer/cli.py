"""The tap as a command: its errors become one line on stderr and an exit code."""

from __future__ import annotations

import gc
import logging

import click
from singer_sdk.metrics import METRICS_LOGGER_NAME

from tap_acton.errors import ActOnError
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
    """Drop what the SDK says of itself at INFO: metrics, and how it parsed its arguments."""
    of_the_sdk = record.name == METRICS_LOGGER_NAME or record.module == "plugin_base"
    debugging = logging.getLogger(TapActOn.name).isEnabledFor(logging.DEBUG)
    return debugging or not of_the_sdk or record.levelno > logging.INFO
