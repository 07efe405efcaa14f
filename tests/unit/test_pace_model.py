"""The pace against a server with a sliding window, in a model: no time passes, seeds decide."""

from __future__ import annotations

import random
from bisect import bisect_left
from collections import Counter
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tap_acton.simulator.limits import SlidingWindow
from tap_acton.transport.limits import Pace
from tap_acton.transport.turns import MemoryRoom, QueueTurns
from tests.virtual_time import VirtualTime

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tap_acton.transport.turns import Turn

ACT_ON = 5
"""Requests a second."""


class SlowTurns(QueueTurns):
    """Turns in a place that takes a while to answer."""

    def __init__(self, room: MemoryRoom, time: VirtualTime, answer_s: Callable[[], float]) -> None:
        super().__init__(room, time)
        self._time = time
        self._answer_s = answer_s

    def reserve(self, gap_s: float) -> Turn:
        turn = super().reserve(gap_s)
        self._time.sleep(self._answer_s())
        return turn

    def delay(self, turn: Turn, by_s: float) -> bool:
        was_moved = super().delay(turn, by_s)
        self._time.sleep(self._answer_s())
        return was_moved


class Network:
    """Processes that share a queue, and a server that lets so many requests pass in any second.

    Args:
        rate: Requests a second.
        there_s, back_s: How long a request takes to the server, and its reply; share of it that
            varies, both ways.
        oversleep: How many seconds too late each wait ends.
        answer_s: How long the place takes to answer where the queue is.
    """

    def __init__(
        self,
        rate: int = ACT_ON,
        *,
        there_s: float = 0,
        back_s: float = 0,
        jitter: float = 0,
        seed: int = 1,
        oversleep: Callable[[], float] = lambda: 0.0,
        answer_s: Callable[[], float] | None = None,
    ) -> None:
        self.time = VirtualTime(oversleep)
        self._answer_s = answer_s
        self.left: list[float] = []
        self.admitted: list[float] = []
        self.refused = 0
        self.by_process: Counter[int] = Counter()
        self._rate = rate
        self._way_s = there_s, back_s
        self._jitter = jitter
        self._dice = random.Random(seed)  # noqa: S311 - moments, not secrets
        self._window = SlidingWindow(seconds=1)
        self._room = MemoryRoom()

    def process(self, number: int, requests: int) -> None:
        """Send requests, each at its turn and without waiting for replies."""
        turns = QueueTurns(self._room, self.time)
        if self._answer_s:
            turns = SlowTurns(self._room, self.time, self._answer_s)
        pace = Pace(self._rate, self.time, turns)
        for _ in range(requests):
            pace.take()
            self.left.append(self.time.true())
            self.by_process[number] += 1
            self.time.after(self._travel_s(0), partial(self._arrives, pace))

    def others(self, *, per_second: float, until_s: float) -> None:
        """Let another integration of the account send requests."""
        self._window.admit(self.time.true(), limit=self._rate, count_rejected=False)
        if self.time.true() < until_s:
            more = partial(self.others, per_second=per_second, until_s=until_s)
            self.time.after(1 / per_second, more)

    def run(self, processes: int = 1, requests: int = 600) -> None:
        """Let processes send so many requests each."""
        self.time.run(*(partial(self.process, each, requests) for each in range(processes)))

    @property
    def share(self) -> float:
        """What was let pass, as a share of what the server allows."""
        return (len(self.admitted) - 1) / (self.admitted[-1] - self.admitted[0]) / self._rate

    @property
    def refused_share(self) -> float:
        """How many of the requests the server refused."""
        return self.refused / (self.refused + len(self.admitted))

    def _arrives(self, pace: Pace) -> None:
        now_s = self.time.true()
        if self._window.admit(now_s, limit=self._rate, count_rejected=False):
            self.admitted.append(now_s)
        else:
            self.refused += 1
            self.time.after(self._travel_s(1), pace.throttled)

    def _travel_s(self, way: int) -> float:
        return self._way_s[way] * (1 + self._dice.uniform(-self._jitter, self._jitter))


def most_in_a_second(moments: Sequence[float]) -> int:
    """Return how many moments the fullest sliding second holds."""
    ordered = sorted(moments)
    return max(bisect_left(ordered, each + 1) - at for at, each in enumerate(ordered))


# Never too many.


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    rate=st.integers(1, 20),
    processes=st.integers(1, 12),
    latest_s=st.sampled_from([0.0, 0.005, 0.05, 0.5]),
    often_late=st.floats(0, 1),
    answer_s=st.sampled_from([0.0, 0.002, 0.05]),
    complaints=st.booleans(),
)
def test_no_second_holds_more_requests_than_allowed_however_late_processes_wake_up(
    seed: int,
    rate: int,
    processes: int,
    latest_s: float,
    often_late: float,
    answer_s: float,
    *,
    complaints: bool,
) -> None:
    dice = random.Random(seed)  # noqa: S311 - moments, not secrets
    network = Network(
        rate,
        oversleep=lambda: dice.uniform(0, latest_s) if dice.random() < often_late else 0.0,
        answer_s=lambda: dice.uniform(0, answer_s),
        there_s=0.2 * complaints,
        jitter=1,
        seed=seed,
    )
    network.run(processes, requests=30)
    assert most_in_a_second(network.left) <= rate


@pytest.mark.parametrize("processes", [1, 3, 9])
def test_a_clock_that_is_put_back_lets_nobody_wait_nor_hurry(processes: int) -> None:
    network = Network()
    network.time.after(7.03, lambda: network.time.put(-3600))
    network.run(processes, requests=90 // processes)
    assert most_in_a_second(network.left) <= ACT_ON
    assert max(later - sooner for sooner, later in pairwise(network.left)) < 0.2 * (processes + 2)


def test_a_clock_that_is_put_on_costs_no_more_than_the_turns_that_were_given() -> None:
    network = Network()
    network.time.after(7.03, lambda: network.time.put(3600))
    network.run(3, requests=30)
    assert most_in_a_second(network.left) <= ACT_ON + 3
    assert network.share > 0.95


# As many as possible.


@pytest.mark.parametrize("answer_s", [0.001, 0.02, 0.1])
def test_a_place_that_takes_a_while_to_answer_costs_nothing(answer_s: float) -> None:
    network = Network(answer_s=lambda: answer_s)
    network.run(requests=200)
    assert network.share >= 0.98


def test_one_process_reaches_the_ceiling() -> None:
    network = Network(there_s=0.4, back_s=0.4)
    network.run()
    assert network.share >= 0.98
    assert network.refused == 0


@pytest.mark.parametrize("oversleep_s", [0.001, 0.007, 0.015])
def test_processes_that_wake_up_late_reach_it(oversleep_s: float) -> None:
    dice = random.Random(7)  # noqa: S311 - moments, not secrets
    network = Network(oversleep=lambda: dice.expovariate(1 / oversleep_s))
    network.run(3, requests=200)
    assert network.share >= 0.93


@pytest.mark.parametrize("round_trip_s", [0.05, 0.2, 0.8, 2.0])
def test_replies_that_vary_by_a_fifth_cost_nothing(round_trip_s: float) -> None:
    network = Network(back_s=round_trip_s, jitter=0.2)
    network.run()
    assert network.share >= 0.98
    assert network.refused == 0


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("round_trip_s", [0.05, 0.2, 0.3])
def test_requests_that_vary_by_a_fifth_of_their_way_cost_little(
    round_trip_s: float, seed: int
) -> None:
    network = Network(there_s=round_trip_s / 2, back_s=round_trip_s / 2, jitter=0.2, seed=seed)
    network.run()
    assert network.share >= 0.92
    assert network.refused_share <= 0.01


@pytest.mark.parametrize("round_trip_s", [0.05, 0.2, 0.3])
def test_three_processes_together_use_one_ceiling(round_trip_s: float) -> None:
    network = Network(there_s=round_trip_s / 2, back_s=round_trip_s / 2, jitter=0.2)
    network.run(3, requests=200)
    assert network.share >= 0.93
    assert network.refused_share <= 0.01


@pytest.mark.parametrize("processes", [2, 3, 20])
def test_processes_get_turns_in_turn(processes: int) -> None:
    network = Network()
    network.run(processes, requests=20)
    assert len(network.left) == 20 * processes
    network = Network()
    until_s = network.time.true() + 20
    network.time.run(*(partial(run_until, network, each, until_s) for each in range(processes)))
    assert max(network.by_process.values()) - min(network.by_process.values()) <= 2


def run_until(network: Network, number: int, until_s: float) -> None:
    while network.time.true() < until_s:
        network.process(number, 1)


# Complaints.


def test_others_that_use_the_account_slow_us_and_we_recover() -> None:
    network = Network(there_s=0.02, back_s=0.02)
    start_s = network.time.true()
    network.others(per_second=2, until_s=start_s + 200)
    network.run(requests=2000)
    meanwhile = [each for each in network.admitted if each < start_s + 200]
    assert 2.7 <= len(meanwhile) / 200 <= 3.1
    assert network.refused_share < 0.04
    afterwards = [each for each in network.admitted if each > start_s + 350]
    assert len(afterwards) / (afterwards[-1] - afterwards[0]) / ACT_ON > 0.92
