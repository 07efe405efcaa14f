"""What the questions share: a server to read, contestants, turns, and samples of each."""

from __future__ import annotations

import sys
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.contestants import Job
from benchmarks.running import Run, run
from benchmarks.target import local

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from benchmarks.contestants import Contestant, Kind, Ours
    from benchmarks.plan import Plan
    from benchmarks.running import Command
    from benchmarks.target import Entry, Target

__all__ = ["Bench", "Outcome", "Sample", "Trial", "failure", "middle"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """One run and the requests that it made; None if the server keeps no journal."""

    run: Run
    requests: Sequence[Entry] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """A line of a question's table. `ratio` says how it stands to the base; more is better."""

    case: str
    contestant: str
    ratio: float | None = None
    figures: dict[str, float | None] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """One contestant with one job, which can be done again and again."""

    name: str
    command: Command
    target: Target

    def sample(self) -> Sample:
        """Do the job once."""
        self.target.clear()
        done = run(self.command)
        return Sample(run=done, requests=self.target.journal())


@dataclass(frozen=True, kw_only=True, slots=True)
class Bench:
    """A run of the benchmark."""

    plan: Plan
    ours: tuple[Ours, ...]
    peers: tuple[Contestant, ...]
    given: Target | None = None
    """The account that is read instead of simulated ones."""

    @contextmanager
    def serve(self, **options: Any) -> Iterator[Target]:
        """Start a server for the options, or take the account that was given."""
        with ExitStack() as stack:
            yield self.given or stack.enter_context(local(**options))

    @contextmanager
    def trials(
        self, target: Target, kind: Kind, *, bare: bool = False, alone: bool = False, **more: Any
    ) -> Iterator[list[Trial]]:
        """Make every contestant ready that takes the job, in folders that end with this.

        `bare` is the yardstick, which neither waits nor tries again; `alone` leaves all peers out.
        An account that was given is read no faster than Act-On allows, by those who can be told.
        """
        job = {**more, "paced": more.get("paced", False) or self.given is not None}
        contestants: tuple[Contestant, ...] = (*self.ours, *(() if alone else self.peers))
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            found = []
            for number, each in enumerate(contestants):
                own = Path(folder) / str(number)
                own.mkdir()
                asked = Job(kind=kind, target=target, folder=own, **job)
                if each.takes(asked) and (bare or each.name != "bare"):
                    command = each.command(asked)
                    found.append(Trial(name=each.name, command=command, target=target))
            yield found

    def take_turns(
        self, trials: Sequence[Trial], rounds: int, case: str
    ) -> dict[str, list[Sample]]:
        """Run all trials in each round, one after another."""
        samples: dict[str, list[Sample]] = {each.name: [] for each in trials}
        for number in range(rounds):
            for each in trials:
                self.say(f"{case}: {each.name}, round {number + 1} of {rounds}")
                samples[each.name].append(each.sample())
        return samples

    def say(self, text: str) -> None:
        """Tell on stderr what is going on."""
        sys.stderr.write(f"  {text}\n")


def middle(samples: Sequence[Sample], measure: Callable[[Sample], float | None]) -> float | None:
    """Return the median of a measure; None if a sample has none."""
    values = [measure(each) for each in samples]
    known = [value for value in values if value is not None]
    return median(known) if known and len(known) == len(values) else None


def failure(samples: Sequence[Sample]) -> str:
    """Say how runs failed, or nothing; the reason goes to stderr."""
    failed = [each.run for each in samples if each.run.exit_code]
    if not failed:
        return ""
    sys.stderr.write(failed[0].error + "\n")
    return f"exit {failed[0].exit_code} in {len(failed)} of {len(samples)}"
