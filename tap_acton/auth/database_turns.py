"""Who may send next, in PostgreSQL: one queue for the processes of many hosts.

The moments are by the database's clock. Each turn is one statement that commits by itself, on a
connection that is kept open: nobody can die or stop with the queue locked.
"""

from __future__ import annotations

import functools
import math
import os
import weakref
from typing import TYPE_CHECKING, Any

from sqlalchemy import Double, and_, extract, func, literal, select, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError

from tap_acton.auth.database import PACE, Database, is_undefined_table
from tap_acton.transport.turns import (
    LOST_AFTER_S,
    QUIET_S,
    RECOVERY,
    SLOWEST,
    SLOWING,
    Turn,
)

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Engine, Executable

    from tap_acton.clock import Clock

__all__ = ["ClockOffset", "DatabaseTurns"]

_CONNECTION = {"connect_timeout": "5", "tcp_user_timeout": "5000"}
"""Whoever cannot reach the queue goes on without it, and soon."""
_LOOKS = 3
_LONGEST_MEMORY_S = 3600.0
"""RECOVERY to the power of much more seconds is too small a number for PostgreSQL."""


class DatabaseTurns:
    """Turns in a row for each account; see `transport.turns.Queue` for what is computed, and why.

    Args:
        database: The database, and the account's name in it.
        clock: Where this process's time comes from.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._engine = database.engine(
            _CONNECTION,
            isolation_level="AUTOCOMMIT",
            pool_size=1,
            pool_reset_on_return=None,
        )
        self._ahead, self._looks = ClockOffset(), _LOOKS
        self._parents: list[object] = []
        self._belong_to_this_process()

    def reserve(self, gap_s: float) -> Turn:
        """Return the next turn, at the cost of one round trip.

        Raises:
            SettingsFileError: The database cannot be used.
        """
        while self._looks:  # the first answers are slow, and tell little of when they were made
            self._looks -= 1
            self._ask(select(_now(), _now()))
        moment_s, ahead_s = self._ask(_next(self._database.name, gap_s))
        return Turn(at_s=moment_s - ahead_s, moment_s=moment_s)

    def delay(self, turn: Turn, by_s: float) -> bool:
        """Move turns to come, or tell that this one is lost; raises as `reserve` does."""
        is_open = self._mine, PACE.c.last_s - turn.moment_s < LOST_AFTER_S
        moved = update(PACE).where(*is_open, _unsynced()).values(last_s=PACE.c.last_s + by_s)
        row, *_ = self._first(moved.returning(literal(1)))
        return row is not None

    def slow(self) -> None:
        """Widen the gaps, unless that has just been done; raises as `reserve` does."""
        is_news = func.abs(_now() - PACE.c.slowed_s) >= QUIET_S
        slowed = _as_of_now() | {"slowed_s": _now()}
        slowed["slowness"] = func.least(SLOWEST, slowed["slowness"] * SLOWING)
        changed = update(PACE).where(self._mine, is_news, _unsynced()).values(**slowed)
        self._first(changed.returning(literal(1)))

    def close(self) -> None:
        """Close the connection; another one is made if it is used again."""
        _dispose(self._engine, self._process)

    @property
    def _mine(self) -> ColumnElement[bool]:
        return PACE.c.name == self._database.name

    def _ask(self, statement: Executable) -> tuple[float, float]:
        """Return a moment, and by how much it is ahead of our clock."""
        (moment_s, theirs_s), asked_s, answered_s = self._first(statement)
        return moment_s, self._ahead.learn(theirs_s - answered_s, theirs_s - asked_s)

    def _first(self, statement: Executable) -> tuple[Any, float, float]:
        """Return the first row, and when, by our clock, it was asked for and had come."""
        self._leave_to_parent()
        with self._database.errors():
            try:
                return self._once(statement)
            except DBAPIError as error:
                if is_undefined_table(error):
                    self._database.make(PACE.metadata)
                elif not error.connection_invalidated:
                    raise
                return self._once(statement)  # the server has been started anew meanwhile

    def _once(self, statement: Executable) -> tuple[Any, float, float]:
        with self._engine.connect() as connection:
            asked_s = self._clock.monotonic()
            row = connection.execute(statement).first()
            return row, asked_s, self._clock.monotonic()

    def _leave_to_parent(self) -> None:
        """Make another connection in a process that was forked, and keep hands off the first."""
        if self._process != os.getpid():
            self._parents.append(self._engine.pool)
            self._engine.dispose(close=False)
            self._belong_to_this_process()

    def _belong_to_this_process(self) -> None:
        self._process = os.getpid()
        weakref.finalize(self, _dispose, self._engine, self._process)


class ClockOffset:
    """By how many seconds the database's clock is ahead of ours.

    A single exchange may tell little, if one side was kept from answering for long. It is within
    what every exchange tells; if that is nothing at all, one of the clocks has been put.
    """

    def __init__(self) -> None:
        self._least_s, self._most_s = -math.inf, math.inf

    def learn(self, least_s: float, most_s: float) -> float:
        """Return the best guess after another exchange."""
        narrowed = max(least_s, self._least_s), min(most_s, self._most_s)
        is_possible = narrowed[0] <= narrowed[1]
        self._least_s, self._most_s = narrowed if is_possible else (least_s, most_s)
        return (self._least_s + self._most_s) / 2


@functools.lru_cache(maxsize=16)  # to build it takes as long as to run it
def _next(name: str, gap_s: float) -> Executable:
    first = select(literal(name), _now(), _now(), literal(1.0), literal(0.0)).where(_unsynced())
    new = insert(PACE).from_select([column.name for column in PACE.c], first)
    changed = _as_of_now()
    changed["last_s"] = func.greatest(_now(), changed["last_s"] + gap_s * PACE.c.slowness)
    new = new.on_conflict_do_update(index_elements=[PACE.c.name], set_=changed)
    return new.returning(PACE.c.last_s, _now())


def _as_of_now() -> dict[str, ColumnElement[Any]]:
    passed_s = _now() - PACE.c.written_s
    remembered_s = func.least(_LONGEST_MEMORY_S, func.greatest(0.0, passed_s))
    return {
        "last_s": PACE.c.last_s + func.least(0.0, passed_s),
        "written_s": _now(),
        "slowness": 1 + (PACE.c.slowness - 1) * func.power(RECOVERY, remembered_s),
    }


def _now() -> ColumnElement[float]:
    # Not now(), which is when the transaction began: it may have waited for another since.
    return extract("epoch", func.clock_timestamp()).cast(Double)


def _unsynced() -> ColumnElement[bool]:
    """For a statement's transaction alone: no wait for the disk, nor long for anybody."""
    settings = {"synchronous_commit": "off", "lock_timeout": "2s"}
    return and_(*(func.set_config(*item, true()).is_not(None) for item in settings.items()))


def _dispose(engine: Engine, process: int) -> None:
    if process == os.getpid():  # in a forked one, the connection is the parent's
        engine.dispose()
