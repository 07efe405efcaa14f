"""How much CPU does it take to be ready, before any work?"""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Final

from benchmarks.bench import Outcome
from benchmarks.contestants import OWN_PYTHON
from benchmarks.running import Command, run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.bench import Bench

__all__ = ["measure"]

_TURNS: Final = 3
"""Rounds for each of throughput's: starting is short and varies much."""
_SDK: Final = "import singer_sdk"


def measure(bench: Bench) -> Iterator[Outcome]:
    """Yield a line for each command and import."""
    commands = {f"{each.name} --version": _version(each.tap) for each in bench.ours}
    for code in (_SDK, "import cdata.acton", "pass"):
        commands[code] = (OWN_PYTHON, "-c", code)
    cpu_s: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(bench.plan.rounds * _TURNS):
        for name, arguments in commands.items():
            cpu_s[name].append(run(Command(arguments=arguments)).cpu_s)
    for name, found in cpu_s.items():
        ratios = [base / own for base, own in zip(cpu_s[_SDK], found, strict=True)]
        yield Outcome(
            case="start",
            contestant=name,
            ratio=median(ratios),
            figures={"cpu_s": median(found)},
        )


def _version(tap: str) -> tuple[str, ...]:
    return tap, "--version"
