"""The text of `--test`: the login, the limits, a line for each stream, and which guesses hold.

It names streams, columns and keys, and shows nothing of the account's data but its number and
its time zone. What Act-On says in words stays out too, for it may quote data.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tap_acton.errors import (
    BudgetSpentError,
    ConfigError,
    LoginRequiredError,
    NoReplyError,
    NotConnectedError,
    RateLimitedError,
    ServerFailedError,
    TokenRefusedError,
    TokenReplyLostError,
)
from tap_acton.resources.model import Evidence
from tap_acton.singer.console.layout import aligned

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tap_acton.errors import ActOnError
    from tap_acton.settings import Settings
    from tap_acton.singer.console.plan import Plan
    from tap_acton.singer.examine.check import Check, Finding
    from tap_acton.singer.examine.sample import Sample
    from tap_acton.singer.examine.standing import Standing

__all__ = ["INVITATION", "report"]

INVITATION = (
    "Is one of these right, or wrong? Open an issue with the form 'A fact from a real account' "
    "(.github/ISSUE_TEMPLATE/live-fact.yml) and put this report into it."
)
_HEADINGS = ("stream", "reachable", "rows", "evidence", "shape")
_CODE = re.compile(r"[\w.-]{1,40}")
_KINDS: tuple[tuple[type[ActOnError], str], ...] = (
    (LoginRequiredError, "somebody has to log in"),
    (TokenReplyLostError, "no answer to the login"),
    (ConfigError, "something has to be set right"),
    (BudgetSpentError, "a budget is spent"),
    (RateLimitedError, "too many requests"),
    (NotConnectedError, "no connection"),
    (NoReplyError, "no reply"),
    (ServerFailedError, "a failure of the server, or no JSON"),
)
"""Their words for the report; what is none of these was refused."""
_OF_THE_LOGIN = (LoginRequiredError, TokenRefusedError, TokenReplyLostError, ConfigError)


def report(
    settings: Settings,
    standing: Standing,
    check: Check,
    findings: Sequence[Finding],
    plan: Plan,
) -> Iterator[str]:
    """Yield the lines of the report.

    Args:
        settings: Those of the account.
        standing: How its login and limits stand.
        check: What was asked.
        findings: The streams to tell of.
        plan: What a sync of them would take.
    """
    yield from _login_lines(settings, standing, check)
    if findings:
        yield ""
        yield from _stream_lines(findings)
        yield ""
        yield from _guess_lines(findings)
    if plan.estimates:
        yield ""
        yield "What a sync of the selected streams would take:"
        yield from plan.lines()


def _login_lines(settings: Settings, standing: Standing, check: Check) -> Iterator[str]:
    left = standing.logins_left
    counted = "in this run" if left is None else "today"
    requests_left = f"{standing.requests_left:,} left of {settings.daily_request_budget:,}"
    region = "" if settings.api_url else f" ({settings.region})"
    yield from aligned(
        [
            ("credentials", _credentials(standing, check)),
            ("address", settings.base_url + region),
            ("account", ", ".join(_account(check)) or "not known"),
            ("requests", f"{standing.requests:,} {counted}, {requests_left}"),
            ("logins", "not counted" if left is None else f"{left} left this hour"),
        ]
    )


def _stream_lines(findings: Sequence[Finding]) -> Iterator[str]:
    table = [_HEADINGS, *map(_cells, findings)]
    heading, *lines = aligned(table)
    yield heading
    for line, finding in zip(lines, findings, strict=True):
        yield line
        if finding.sample:
            yield from _details(finding.sample, finding.evidence)


def _guess_lines(findings: Sequence[Finding]) -> Iterator[str]:
    decided = [
        (finding.stream, _decided(finding.sample))
        for finding in findings
        if finding.sample and _is_a_guess(finding.evidence, finding.sample)
    ]
    yield "What this run could decide of our guesses:" if decided else "No guess could be decided."
    yield from aligned(decided)
    if decided:
        yield ""
        yield INVITATION


def _is_a_guess(evidence: Evidence, sample: Sample) -> bool:
    too_many = sample.asked is not None and len(sample.records) > sample.asked
    return evidence is not Evidence.DOCUMENTED or sample.problem is not None or too_many


def _decided(sample: Sample) -> str:
    facts = [f"the reply is {sample.form}"]
    if sample.problem:
        facts.append("no rows were found in it")
    elif sample.asked is not None:
        facts.append(f"rows: {len(sample.records)} where {sample.asked} were asked for")
    elif not sample.records:
        facts.append("without rows")
    if sample.total is not None:
        facts.append("it tells the total")
    return "; ".join(facts)


def _credentials(standing: Standing, check: Check) -> str:
    error = check.stopped_by or check.account().error
    if check.was_answered or error is None:
        until = standing.valid_until or "it is refused"
        return f"work, by {standing.way}; the access token is good until {until}"
    verb = "do not work" if isinstance(error, _OF_THE_LOGIN) else "not known whether they work"
    return f"{verb}: {_refusal(error)}"


def _account(check: Check) -> Iterator[str]:
    records = check.records("account") if check.was_answered else ()
    yield from (str(record["account_id"]) for record in records if record["account_id"])
    if sample := check.account().sample:
        yield from (record["time_zone"] for record in sample.records if record["time_zone"])


def _cells(finding: Finding) -> tuple[str, ...]:
    return (
        finding.stream,
        _reachable(finding),
        _rows(finding.sample) if finding.sample else "-",
        finding.evidence.value,
        _shape(finding.sample) if finding.sample else "-",
    )


def _reachable(finding: Finding) -> str:
    if finding.untried:
        return f"not tried: {finding.untried}"
    return f"no: {_refusal(finding.error)}" if finding.error else "yes"


def _refusal(error: ActOnError) -> str:
    kind = next((words for kind, words in _KINDS if isinstance(error, kind)), "refused")
    status = f", HTTP {error.status}" if error.status else ""
    code = f", code {error.code}" if error.code and _CODE.fullmatch(error.code) else ""
    return kind + status + code


def _rows(sample: Sample) -> str:
    if sample.problem:
        return "-"
    if sample.total is not None:
        return f"{sample.total:,}"
    return f"{len(sample.records):,} on the first page"


def _shape(sample: Sample) -> str:
    if sample.problem:
        return f"differs: {sample.problem[:1].lower()}{sample.problem[1:]}"
    if sample.keyless:
        return f"differs: rows without {', '.join(sample.keyless)}"
    if sample.misfits:
        return "differs: values do not fit"
    return "as expected" if sample.records else "no rows"


def _details(sample: Sample, evidence: Evidence) -> Iterator[str]:
    misfits = [f"{column} ({count})" for column, count in sample.misfits]
    keys = sample.keys if sample.problem or evidence is not Evidence.DOCUMENTED else ()
    for label, names in (("empty", sample.unfilled), ("misfits", misfits), ("keys", keys)):
        if names:
            yield f"  {label}: {', '.join(names)}"
