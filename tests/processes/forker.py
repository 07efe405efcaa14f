"""A program that the tests start: it loads ours once, and forks processes that use it.

    python forker.py together CONFIG COUNT    COUNT processes read something at one moment
    python forker.py kill CONFIG COUNT SEED   COUNT processes are killed while they refresh

It prints one JSON object and is single-threaded, so that forking is safe.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING

from tap_acton.auth.account import Account, open_account, open_store
from tap_acton.auth.authenticator import TokenKeeper
from tap_acton.auth.grants import Grants
from tap_acton.config import read_config, read_settings
from tap_acton.errors import ActOnError
from tap_acton.transport.replies import Reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_acton.auth.store import FileStore
    from tap_acton.clock import Clock
    from tap_acton.settings import Settings

_LONGEST_S = 0.03
"""Two or three refreshes take about as long."""


class LaterClock:
    """The machine's clock, some hours ahead."""

    def __init__(self, hours: int) -> None:
        self._ahead_s = 3600 * hours

    def now(self) -> float:
        return time.time() + self._ahead_s

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def together(settings: Settings, count: int) -> dict[str, int]:
    """Let processes read something at one moment; return how they ended, by exit code."""
    gate, opener = os.pipe()

    def wait_and_read() -> None:
        os.close(opener)
        os.read(gate, 1)  # until everybody is there and the parent closes its end
        _read(open_account(settings))

    children = [_fork(wait_and_read) for _ in range(count)]
    os.close(opener)
    return Counter(str(_exit_code(child)) for child in children)


def kill(settings: Settings, count: int, seed: int) -> dict[str, int]:
    """Kill processes at random moments of refreshing; return what was left, by kind.

    Each run is an hour after the one before, so that all have a login left.
    """
    dice = random.Random(seed)  # noqa: S311 - moments, not secrets
    found: Counter[str] = Counter()
    store = open_store(settings)
    store.load()  # derives the key, which takes longer than all the rest, once for all processes
    for hour in range(count):
        account = _opened(settings, store, LaterClock(2 * hour))
        if not _kill_one(account, dice.uniform(0, _LONGEST_S)):
            found["ended by itself"] += 1
        try:
            memory = store.load()
            token = memory.tokens.refresh_token if memory.tokens else None
            found["noted as sent" if memory.is_spent(token or "") else "whole"] += 1
            _read(_opened(settings, store, LaterClock(2 * hour + 1)))
        except ActOnError as error:
            found[f"{type(error).__name__}: {error}"] += 1
    return found


def _opened(settings: Settings, store: FileStore, clock: Clock) -> Account:
    """Open an account whose store has its key already."""
    transport = open_account(settings, clock=clock).transport
    grants = Grants(transport=transport, settings=settings, clock=clock)
    return Account(transport=transport, auth=TokenKeeper(settings, store, grants, clock))


def _kill_one(account: Account, after_s: float) -> bool:
    started, starter = os.pipe()

    def refresh_for_ever() -> None:
        assert isinstance(account.auth, TokenKeeper)
        os.write(starter, b".")
        while True:
            account.auth.obtain(even_if_fresh=True)

    child = _fork(refresh_for_ever)
    os.close(starter)
    os.read(started, 1)
    select.select([], [], [], after_s)  # the random moment, not a wait for something
    os.kill(child, signal.SIGKILL)
    os.close(started)
    return _exit_code(child) == -signal.SIGKILL


def _read(account: Account) -> None:
    account.transport.get("/api/1/list", {}, auth=account.auth, decode=Reply.json)
    account.transport.close()


def _fork(work: Callable[[], None]) -> int:
    child = os.fork()
    if child:
        return child
    try:
        work()
        os._exit(0)
    except BaseException as error:  # noqa: BLE001 - this process ends here, whatever it is
        sys.stderr.write(f"{error!r}: {error}\n")
        os._exit(1)


def _exit_code(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main(what: str, config: str, *numbers: str) -> None:
    settings = read_settings(read_config((config,)))
    given = [int(number) for number in numbers]
    found = together(settings, *given) if what == "together" else kill(settings, *given)
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
