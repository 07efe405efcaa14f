"""`python -m tap_acton.simulator`: serve until told to stop."""

import argparse
import json
import signal
import sys
from collections.abc import Sequence
from dataclasses import Field, asdict, fields
from threading import Event
from typing import Any, NoReturn

from tap_acton.simulator.options import Options
from tap_acton.simulator.simulator import Simulator


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve; the first line on stdout is JSON that says where and for whom.

    SIGTERM and SIGINT end it with code 0; bad options and a port that is taken, with 2.
    """
    parser = _make_parser()
    given = vars(parser.parse_args(arguments))
    try:
        simulator = Simulator(Options(**given))
    except (ValueError, OSError) as error:
        parser.error(str(error))
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with simulator:
        sys.stdout.write(json.dumps(_greeting(simulator)) + "\n")
        sys.stdout.flush()
        stop.wait()
    return 0


def _make_parser() -> _Parser:
    parser = _Parser(
        prog="python -m tap_acton.simulator",
        usage="%(prog)s [options]",
        description="An HTTP server on 127.0.0.1 that behaves as Act-On documents it. The first "
        "line on stdout is JSON: url, client_id, client_secret, username, password, account_id "
        "(of the first account), control_url, accounts (all of them).",
    )
    for option in fields(Options):
        _add(parser, option)
    return parser


def _add(parser: argparse.ArgumentParser, option: Field[Any]) -> None:
    flag = "--" + option.name.replace("_", "-")
    about = f"{option.metadata['about'].replace('%', '%%')} (default: {option.default!r})"
    if isinstance(option.default, bool):
        parser.add_argument(
            flag, action=argparse.BooleanOptionalAction, default=option.default, help=about
        )
        return
    parser.add_argument(
        flag,
        type=type(option.default),
        default=option.default,
        choices=option.metadata["choices"] or None,
        help=about,
    )


def _greeting(simulator: Simulator) -> dict[str, Any]:
    accounts = [
        {**asdict(each.credentials), "account_id": each.account_id} for each in simulator.accounts
    ]
    return {
        "url": simulator.url,
        **accounts[0],
        "control_url": simulator.control_url,
        "accounts": accounts,
    }


if __name__ == "__main__":
    sys.exit(main())
