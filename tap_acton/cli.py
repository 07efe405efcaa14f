"""`tap-acton`: the tap as a command. Errors are one line on stderr and an exit code."""

from __future__ import annotations

import logging
import sys

import click
from singer_sdk.metrics import METRICS_LOGGER_NAME

from tap_acton import interrupts
from tap_acton.errors import ActOnError
from tap_acton.tap import TapActOn

__all__ = ["main"]


def main() -> None:
    """Run the command and exit with its code."""
    interrupts.listen()
    for name in (TapActOn.name, METRICS_LOGGER_NAME):
        logging.getLogger(name).addFilter(_is_for_users)
    sys.exit(_run())


def _run() -> int:
    try:
        code = TapActOn.cli(standalone_mode=False)
    except ActOnError as error:
        return _fail(str(error), error.exit_code)
    except click.ClickException as error:
        return _fail(error.format_message(), error.exit_code)
    except interrupts.Interrupted as stop:
        return _fail(
            "Stopped by a signal; what was read is kept in the last state.", stop.exit_code
        )
    return code if isinstance(code, int) else 0


def _fail(line: str, code: int) -> int:
    click.echo(f"Error: {line}", err=True)
    return code


def _is_for_users(record: logging.LogRecord) -> bool:
    """Drop what the SDK says of itself at INFO: metrics, and how it parsed its arguments."""
    of_the_sdk = record.name == METRICS_LOGGER_NAME or record.module == "plugin_base"
    debugging = logging.getLogger(TapActOn.name).isEnabledFor(logging.DEBUG)
    return debugging or not of_the_sdk or record.levelno > logging.INFO
