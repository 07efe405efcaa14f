"""How much is measured: the short run, the long one, and an option for each number."""

from __future__ import annotations

from argparse import BooleanOptionalAction
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

__all__ = ["LONG", "SHORT", "Plan", "add_options", "planned"]


def _option(default: Any, about: str) -> Any:
    return field(default=default, metadata={"about": about})


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """The sizes of a run; the defaults take about a quarter of an hour, peers included."""

    rounds: int = _option(3, "rounds of throughput; all take turns in each")
    ceiling_rounds: int = _option(1, "rounds of ceiling, fanout and processes")
    rows: int = _option(40_000, "rows of the list of throughput and requests")
    columns: tuple[int, ...] = _option((20, 60), "columns of the lists of throughput")
    latency: tuple[int, ...] = _option((200,), "round trips of ceiling and fanout, milliseconds")
    jitter: float = _option(0.2, "share of the round trip that varies, in the cases with jitter")
    pages: int = _option(100, "pages of a thousand rows of ceiling")
    messages: int = _option(60, "messages whose reports are read in fanout")
    drilled: int = _option(12, "messages whose events are read in fanout")
    memory_rows: int = _option(200_000, "rows of memory")
    larger_rows: int = _option(400_000, "rows of memory for tap-acton alone")
    peers: bool = _option(True, "measure the peers too")  # noqa: FBT003 - the option's value


SHORT: Final = Plan()
LONG: Final = Plan(
    rounds=7,
    rows=100_000,
    latency=(50, 200, 800, 2000),
    messages=500,
    drilled=70,
    larger_rows=5_000_000,
)


def add_options(parser: ArgumentParser) -> None:
    """Add an option for each number of a plan."""
    for known in fields(Plan):
        default: Any = known.default
        several = isinstance(default, tuple)
        parser.add_argument(
            "--" + known.name.replace("_", "-"),
            help=f"{known.metadata['about']} ({_shown(SHORT, known.name)}; "
            f"--long: {_shown(LONG, known.name)})",
            **_kind(default[0] if several else default, several=several),
        )


def planned(given: Namespace) -> Plan:
    """Return the plan that the options ask for."""
    asked = {known.name: getattr(given, known.name) for known in fields(Plan)}
    changes: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in asked.items()
        if value is not None
    }
    return replace(LONG if given.long else SHORT, **changes)


def _kind(example: object, *, several: bool) -> dict[str, Any]:
    if isinstance(example, bool):
        return {"action": BooleanOptionalAction}
    return {"type": type(example), **({"nargs": "+"} if several else {})}


def _shown(plan: Plan, name: str) -> str:
    value = getattr(plan, name)
    return " ".join(str(each) for each in value) if isinstance(value, tuple) else str(value)
