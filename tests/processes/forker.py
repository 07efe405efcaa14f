"""A program that the tests start: it loads ours once, and forks processes that use it.

    python forker.py together CONFIG COUNT    COUNT processes read something at one moment
    python forker.py spend CONFIG COUNT       COUNT processes spend the day's requests
    python forker.py kill CONFIG COUNT SEED   COUNT processes are killed while they refresh
    python forker.py pace CONFIG COUNT MS     COUNT processes take turns for so many milliseconds
    python forker.py hurt CONFIG COUNT MS     the same; soon one is killed, and one is stopped
    python forker.py send CONFIG COUNT EACH   COUNT processes send so many requests each

It prints one JSON object and is single-threaded, so that forking is safe.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import select
import signal
import sys
import time
from bisect import bisect_left
from collections import Counter
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Self

from tap_acton.auth.account import Account, daily_budget, open_account, open_store
from tap_acton.auth.authenticator import TokenKeeper
from tap_acton.auth.grants import Grants
from tap_acton.config import read_config, read_settings
from tap_acton.errors import ActOnError, BudgetSpentError
from tap_acton.transport.limits import Pace
from tap_acton.transport.replies import Reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_acton.auth.store import Store
    from tap_acton.clock import Clock
    from tap_acton.settings import Settings


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
    return _at_once(lambda: _read(open_account(settings)), count)


def spend(settings: Settings, count: int) -> dict[str, int]:
    """Let processes spend all that the day has; return how they ended, and what they got."""
    results, result = os.pipe()

    def take_all() -> None:
        budget = daily_budget(settings)
        with contextlib.suppress(BudgetSpentError):
            while True:
                budget.take()
                os.write(result, b".")

    ended = _at_once(take_all, count)
    os.close(result)
    with os.fdopen(results, "rb") as taken:
        return {**ended, "requests": len(taken.read())}


class LastLook:
    """The machine's clock; it remembers when it was last looked at."""

    def __init__(self) -> None:
        self.seen_s = 0.0

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        self.seen_s = time.monotonic()
        return self.seen_s

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def pace(settings: Settings, count: int, ms: int) -> dict[str, int]:
    """Let processes take turns; return how many they got and how these lay in time."""
    with _Takers(settings, count, ms) as takers:
        pass
    return takers.found


def hurt(settings: Settings, count: int, ms: int) -> dict[str, int]:
    """Let processes take turns, and kill one of them and stop another; see `pace`."""
    with _Takers(settings, count, ms) as takers:
        select.select([], [], [], ms / 4000)  # the moment, not a wait for something
        os.kill(takers.children[0], signal.SIGKILL)
        os.kill(takers.children[1], signal.SIGSTOP)
        for child in takers.children[2:]:
            os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
        os.kill(takers.children[1], signal.SIGCONT)
    return takers.found


class _Takers:
    """Processes that take turns for a time, each at its own number."""

    def __init__(self, settings: Settings, count: int, ms: int) -> None:
        self._settings = settings
        self._results, self._result = os.pipe()
        self._until_s = time.monotonic() + ms / 1000
        self.children = [_fork(partial(self._take, number)) for number in range(count)]
        self.found: dict[str, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        ended = Counter(str(_exit_code(child)) for child in self.children)
        os.close(self._result)
        with os.fdopen(self._results) as lines:
            taken = [(int(number), float(at)) for number, at in map(str.split, lines)]
        moments = sorted(at for _, at in taken)
        each = Counter(number for number, _ in taken)
        self.found = {
            **ended,
            "requests": len(taken),
            "fewest": min(each.values()),
            "most": max(each.values()),
            "in a second": max(
                bisect_left(moments, at + 1) - place for place, at in enumerate(moments)
            ),
            "longest gap, ms": round(
                1000 * max(later - sooner for sooner, later in pairwise(moments))
            ),
        }

    def _take(self, number: int) -> None:
        clock = LastLook()
        rate = self._settings.requests_per_second
        taker = Pace(rate, clock, open_store(self._settings).turns(clock))
        while time.monotonic() < self._until_s:
            taker.take()
            os.write(self._result, f"{number} {clock.seen_s}\n".encode())


def send(settings: Settings, count: int, each: int) -> dict[str, int]:
    """Let processes send requests; return how they ended, by exit code."""

    def send_all() -> None:
        account = open_account(settings)
        for _ in range(each):
            account.transport.get("/api/1/list", {}, auth=account.auth, decode=Reply.json)
        account.transport.close()

    return _at_once(send_all, count)


def _at_once(work: Callable[[], None], count: int) -> dict[str, int]:
    """Let processes do something at one moment; return how they ended, by exit code."""
    gate, opener = os.pipe()

    def wait_and_work() -> None:
        os.close(opener)
        os.read(gate, 1)  # until everybody is there and the parent closes its end
        work()

    children = [_fork(wait_and_work) for _ in range(count)]
    os.close(opener)
    return Counter(str(_exit_code(child)) for child in children)


def kill(settings: Settings, count: int, seed: int) -> dict[str, int]:
    """Kill processes at random moments of refreshing; return what was left, by kind.

    Each run is an hour after the one before, so that all have a login left.
    """
    dice = random.Random(seed)  # noqa: S311 - moments, not secrets
    found: Counter[str] = Counter()
    store = open_store(settings)
    longest_s = 3 * _refresh_s(_opened(settings, store, LaterClock(0)))
    for hour in range(count):
        account = _opened(settings, store, LaterClock(2 * hour))
        if not _kill_one(account, dice.uniform(0, longest_s)):
            found["ended by itself"] += 1
        try:
            memory = store.load()
            token = memory.tokens.refresh_token if memory.tokens else None
            found["noted as sent" if memory.is_spent(token or "") else "whole"] += 1
            _read(_opened(settings, store, LaterClock(2 * hour + 1)))
        except ActOnError as error:
            found[f"{type(error).__name__}: {error}"] += 1
    return found


def _refresh_s(account: Account) -> float:
    """Return how long a refresh takes, once everything is loaded and the key is derived."""
    assert isinstance(account.auth, TokenKeeper)
    for _ in range(2):
        started = time.monotonic()
        account.auth.rotation.obtain(even_if_fresh=True)
    account.transport.close()
    return time.monotonic() - started


def _opened(settings: Settings, store: Store, clock: Clock) -> Account:
    """Open an account whose store has its key already."""
    transport = open_account(settings, clock=clock).transport
    grants = Grants(transport=transport, settings=settings, clock=clock)
    keeper = TokenKeeper(settings, store, grants, clock)
    return Account(transport=transport, auth=keeper, grants=grants)


def _kill_one(account: Account, after_s: float) -> bool:
    started, starter = os.pipe()

    def refresh_for_ever() -> None:
        assert isinstance(account.auth, TokenKeeper)
        os.write(starter, b".")
        while True:
            account.auth.rotation.obtain(even_if_fresh=True)

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
    open_store(settings)  # loads the rest of the program, once for all processes
    works: dict[str, Callable[..., dict[str, int]]]
    works = {
        "together": together,
        "spend": spend,
        "kill": kill,
        "pace": pace,
        "hurt": hurt,
        "send": send,
    }
    found = works[what](settings, *given)
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
