"""What `tap-acton --help` says: the SDK's options, in words of this tap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from singer_sdk.tap_base import CliTestOptionValue

from tap_acton.config import CONFIG_HELP

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["explained"]

_HELP: Mapping[str, str] = {
    "version": "Show the version and exit.",
    "about": "Show what the tap is, with all of its settings.",
    "about_format": "How --about shows it.  [default: text]",
    "config": CONFIG_HELP,
    "discover": "Print the catalog of the account's streams, and read no data.",
    "test": "Report which streams the account answers, and how: one request each. "
    "--test=schema prints the streams' schemas instead.",
    "catalog": "Catalog that selects streams and columns. Without one, the account is discovered, "
    "and all streams are read that do not cost a request for each contact or message.",
    "state": "State to go on from: the last message of the run before.",
}
_METAVARS = {"config": "FILE|ENV", "catalog": "FILE", "state": "FILE"}


def explained(command: click.Command) -> click.Command:
    """Return the SDK's command with our help; `--test` is for `invoke`, which knows the catalog."""
    command.help = "Read an Act-On account: its data go to stdout, as Singer messages."
    command.epilog = (
        "Exit codes: 1 nothing is complete, 2 a setting, a file or the login must be changed, "
        "3 some streams failed, 75 a budget is spent and the next run goes on, 130 and 143 stopped "
        "by a signal."
    )
    for option in command.params:
        if isinstance(option, click.Option) and option.name in _HELP:
            option.help = _HELP[option.name]
            option.metavar = _METAVARS.get(option.name)
        if isinstance(option, click.Option) and option.name == "test":
            option.type = click.Choice([value.value for value in CliTestOptionValue])
            option.callback, option.expose_value = None, True
        if option.name == "about_format":
            option.type = click.Choice(["text", "json", "markdown"], case_sensitive=False)
    return command
