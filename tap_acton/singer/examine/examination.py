"""`tap-acton --test`: asks, prints the report, and ends as it went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_acton.interrupts import whole_step
from tap_acton.singer.examine.check import Check
from tap_acton.singer.examine.report import report
from tap_acton.singer.examine.standing import kept_before, standing_after
from tap_acton.singer.writer import write_block

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tap_acton.client import ActOnClient
    from tap_acton.resources.model import Resource
    from tap_acton.settings import Settings
    from tap_acton.singer.progress import Progress

__all__ = ["examine"]


def examine(
    client: ActOnClient,
    settings: Settings,
    resources: Iterable[Resource] | None,
    progress: Progress,
) -> None:
    """Ask for a little of each resource, and print a report to stdout.

    Args:
        client: The account; it is closed before the report.
        settings: Those of the account.
        resources: What to ask for; None for everything that the account has.
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
        asked = check.everything() if resources is None else map(check.of, resources)
        findings = list(asked)
    finally:
        client.close()
    standing = standing_after(settings, before, progress.requests.total())
    lines = report(settings, standing, check, findings)
    with whole_step():
        write_block("".join(f"{line}\n" for line in lines).encode())
    if error := check.verdict(findings):
        raise error
