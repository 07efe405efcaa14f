"""`tap-acton --test`: asks, prints the report, and ends as it went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_acton.interrupts import whole_step
from tap_acton.singer.console.plan import Task, known_rows, make_plan
from tap_acton.singer.examine.check import Check
from tap_acton.singer.examine.report import report
from tap_acton.singer.examine.standing import kept_before, standing_after
from tap_acton.singer.writer import write_block

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tap_acton.client import ActOnClient
    from tap_acton.settings import Settings
    from tap_acton.singer.console.progress import Progress
    from tap_acton.singer.examine.check import Finding
    from tap_acton.singer.streams import ResourceStream

__all__ = ["examine"]


def examine(
    client: ActOnClient,
    settings: Settings,
    streams: Sequence[ResourceStream] | None,
    known: Mapping[str, int],
    progress: Progress,
) -> None:
    """Ask for a little of each stream, and print a report to stdout, with the plan of a sync.

    Args:
        client: The account; it is closed before the report.
        settings: Those of the account.
        streams: What to ask for; None for everything that the account has.
        known: Numbers of rows, by stream, that need not be asked for.
        progress: Counts the requests.

    Raises:
        SettingsFileError: What is kept cannot be read; nothing was sent or printed.
        ActOnError: The login does not work, a budget is spent, or nothing is reachable.
        NotAsExpectedError: A documented stream failed, or differs.
        TargetGoneError: Nobody reads the report.
    """
    before = kept_before(settings)
    check = Check(client, lists=settings.lists)
    try:
        check.account()
        if streams is None:
            findings = list(check.everything())
        else:
            findings = [check.of(stream.resource) for stream in streams]
    finally:
        client.close()
    standing = standing_after(settings, before, progress.requests)
    plan = make_plan(
        _tasks(findings, streams),
        _known_rows(findings, known),
        settings,
        left_today=standing.requests_left,
    )
    lines = report(settings, standing, check, findings, plan)
    with whole_step():
        write_block("".join(f"{line}\n" for line in lines).encode())
    if error := check.verdict(findings):
        raise error


def _tasks(findings: Sequence[Finding], streams: Sequence[ResourceStream] | None) -> list[Task]:
    """Return what a sync would read of what is not refused: the streams, or the default ones."""
    left = {finding.stream: finding.resource for finding in findings if not finding.error}
    if streams is not None:
        return [stream.task() for stream in streams if stream.name in left]
    return [Task(resource=each) for each in left.values() if not each.is_costly]


def _known_rows(findings: Sequence[Finding], known: Mapping[str, int]) -> dict[str, int]:
    told = {**known, **{each.stream: each.rows for each in findings if each.rows is not None}}
    return known_rows([finding.resource for finding in findings], told, {})
