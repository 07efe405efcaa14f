"""How much of five requests a second does it get that asks for each message?

For the reports of all messages, and for the seven kinds of events of each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchmarks.questions.ceiling import cases, outcomes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.bench import Bench, Outcome
    from benchmarks.contestants import Kind

__all__ = ["measure"]

_RECIPIENTS: Final = 20
_COLUMNS: Final = 8
_ROWS: Final = 100


def measure(bench: Bench) -> Iterator[Outcome]:
    """Yield a line for each contestant and round trip, for reports and for events."""
    kinds: tuple[tuple[Kind, int], ...] = (
        ("reports", bench.plan.messages),
        ("events", bench.plan.drilled),
    )
    for kind, messages in kinds:
        for wire_case, wire in cases(bench):
            case = f"{kind}, {wire_case}"
            account = {"rows": _ROWS, "columns": _COLUMNS, "recipients": _RECIPIENTS}
            with (
                bench.serve(messages=messages, **account, **wire) as target,
                bench.trials(target, kind, paced=True) as trials,
            ):
                samples = bench.take_turns(trials, bench.plan.ceiling_rounds, case)
            yield from outcomes(case, samples)
