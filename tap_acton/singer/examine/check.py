"""`--test`: asks for a little of each stream, once, and notes what came of it.

Children are bound to the first record that the one request for their parent brought. Nothing is
read to its end, and no stream costs more than one request (a list's records that only others
need cost one too).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tap_acton.dynamic import Origin, list_resource, resource_of
from tap_acton.errors import (
    ActOnError,
    BudgetSpentError,
    NotAsExpectedError,
    RequestRefusedError,
)
from tap_acton.hidden import shows_nothing
from tap_acton.names import matches, stream_names
from tap_acton.resources.catalog import PARENTS_ONLY, RESOURCES
from tap_acton.resources.cells import Rows, Shape
from tap_acton.resources.model import Evidence
from tap_acton.resources.paging import OnePage
from tap_acton.resources.place import ParentsPage
from tap_acton.resources.rows import JSON_COLUMNS, Table, read_json_headings
from tap_acton.singer.examine.sample import Sample, sample

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from tap_acton.client import ActOnClient, Bound
    from tap_acton.resources.model import Record, Resource
    from tap_acton.resources.place import Place
    from tap_acton.transport.replies import Reply

__all__ = ["Check", "Finding"]

_ROWS = 2
_LISTINGS = {"lists": 1000, "segments": 50}
"""Rows to ask for where each is a stream. No document tells the most segments of a page."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What came of asking for one stream."""

    resource: Resource
    sample: Sample | None = None
    error: ActOnError | None = None
    untried: str | None = None
    """Why nobody asked."""

    @property
    def stream(self) -> str:
        """The stream's name."""
        return self.resource.name

    @property
    def evidence(self) -> Evidence:
        """How sure it is that the reply looks as described."""
        return self.resource.evidence

    @property
    def rows(self) -> int | None:
        """How many rows there are in all; None if the reply does not tell, or is one of many."""
        if self.sample is None or not all(each.number in ("", "1") for each in self.resource.bind):
            return None
        is_all = self.sample.total is None and isinstance(self.resource.paging, OnePage)
        return len(self.sample.records) if is_all else self.sample.total

    @property
    def is_hidden(self) -> bool:
        """Whether Act-On does not show it, so that a sync leaves it out."""
        return self.error is not None and shows_nothing(self.error)

    @property
    def has_failed(self) -> bool:
        """Whether it does not answer as a document says."""
        if self.evidence is not Evidence.DOCUMENTED or self.is_hidden:
            return False
        return self.error is not None or (self.sample is not None and not self.sample.as_expected)


@dataclass(frozen=True, slots=True)
class _AnyWidth(Shape):
    """A table in JSON, as far as it goes: discovery reads wider ones as CSV."""

    def read(self, reply: Reply) -> Rows:
        """Return the rows, without the columns from the 255th on."""
        most = JSON_COLUMNS - 1
        if len(read_json_headings(reply)) <= most:
            return Table().read(reply)
        table = reply.json()
        rows = table.get("data")
        if isinstance(rows, list):
            rows = [row[:most] if isinstance(row, list) else row for row in rows]
        table |= {"headers": table["headers"][:most], "data": rows}
        return Table().read(replace(reply, body=json.dumps(table).encode()))


_PARENTS = {
    **RESOURCES,
    **{name: replace(each, shape=_AnyWidth()) for name, each in PARENTS_ONLY.items()},
}


class Check:
    """One request for each stream. It is the family (`binding.Family`) that children are bound to.

    Args:
        client: The account.
        lists: Globs on the names or ids of the lists to ask for.
    """

    def __init__(self, client: ActOnClient, *, lists: tuple[str, ...] = ()) -> None:
        self._client = client
        self._lists = lists
        self._findings: dict[str, Finding] = {}
        self.stopped_by: ActOnError | None = None
        """The error that every further request would meet."""

    def account(self) -> Finding:
        """Ask for the account, which every login may see."""
        return self.of(RESOURCES["account"])

    def everything(self) -> Iterator[Finding]:
        """Ask for each stream of the account; its lists are those that their listing shows."""
        yield from map(self.of, RESOURCES.values())
        yield from map(self.of, self._lists_shown())
        yield from map(self.of, self._segments_shown())
        yield from map(self.of, self._custom_objects_shown())

    def of(self, resource: Resource) -> Finding:
        """Return what came of asking for a resource; its parents are asked first."""
        if resource.name not in self._findings:
            for parent in resource.parents:
                self.of(_PARENTS[parent])
            self._findings[resource.name] = self._found(resource)
        return self._findings[resource.name]

    @property
    def was_answered(self) -> bool:
        """Whether Act-On has accepted the login: it answered, if only with a refusal."""
        return any(
            finding.sample or isinstance(finding.error, RequestRefusedError)
            for finding in self._findings.values()
        )

    def verdict(self, findings: Sequence[Finding]) -> ActOnError | None:
        """Return what is wrong, as the error that ends the command; None if nothing is.

        Args:
            findings: The streams that matter.
        """
        error: ActOnError | None = self.stopped_by
        failed = [finding.stream for finding in findings if finding.has_failed]
        tried = [finding for finding in findings if not finding.untried]
        if error is None and failed:
            return NotAsExpectedError(
                f"Streams that do not answer as documented: {', '.join(failed)}",
                next_step="The report says what differs.",
            )
        if error is None and tried and not any(finding.sample for finding in tried):
            error = RequestRefusedError(
                "Act-On shows none of the streams", next_step="Does the user have the rights?"
            )
        if error is not None and error.exit_code != BudgetSpentError.exit_code:
            error.exit_code = NotAsExpectedError.exit_code
        return error

    def pages(
        self,
        resource: str,
        among: Mapping[str, tuple[str, ...]],  # noqa: ARG002 - parents have their first word
        resume: Place | None,  # noqa: ARG002 - and are not read any further
    ) -> Iterator[ParentsPage]:
        """Yield the records that the request for a resource brought."""
        yield ParentsPage(records=[(record, None) for record in self.records(resource)])

    def records(self, resource: str) -> Iterable[Record]:
        """Return the records that the request for a resource brought."""
        if resource == "account" and (known := self._client.known_account_id()):
            return [{"account_id": known}]
        finding = self._findings.get(resource)
        records = finding.sample.records if finding and finding.sample else []
        return filter(self._is_wanted, records) if resource == "lists" else records

    def now(self) -> datetime:
        """Return the server's time."""
        return self._client.server_time()[0]

    def _found(self, resource: Resource) -> Finding:
        finding = Finding(resource=resource)
        if self.stopped_by:
            return replace(finding, untried="the test had to end before")
        bound: Bound = {}
        for binding in resource.bind:
            choices = binding.choices(self, (), {}, None)
            choice = next((each for each in choices if each.is_found), None)
            if choice is None:
                return replace(finding, untried=self._missing(resource))
            bound |= choice.bound
        try:
            rows = _LISTINGS.get(resource.name, _ROWS)
            return replace(finding, sample=sample(self._client, resource, bound, rows=rows))
        except ActOnError as error:
            self.stopped_by = error if error.stops_run else None
            return replace(finding, error=error)

    def _missing(self, resource: Resource) -> str:
        for parent in resource.parents:
            if not list(self.records(parent)):
                shown = self._findings[parent].sample
                return f"no {parent} to ask about" if shown else f"needs {parent}"
        return f"no {resource.parents[-1]} of its own among the first"

    def _is_wanted(self, record: Record) -> bool:
        return record["b_is_list"] is not False and matches(
            self._lists, record["id"] or "", record["name"] or ""
        )

    def _titles(self, resource: str) -> dict[str, str]:
        finding = self._findings[resource]
        records = finding.sample.records if finding.sample else []
        return {record["id"]: record["name"] or "" for record in records if record["id"]}

    def _lists_shown(self) -> Iterator[Resource]:
        wanted = {record["id"] for record in self.records("lists")}
        segments = self._list_segments()
        lists = [item for item in self._titles("lists").items() if item[0] not in segments]
        names = stream_names("list", lists, taken=RESOURCES)
        for list_id in sorted(names.keys() & wanted):
            yield replace(list_resource(names[list_id], list_id, ()), shape=_AnyWidth())

    def _list_segments(self) -> dict[str, str]:
        listed = self._findings["lists"].sample
        segments = {
            record["id"]
            for record in (listed.records if listed else [])
            if record["b_is_list"] is False
        }
        return {key: name for key, name in self._titles("lists").items() if key in segments}

    def _segments_shown(self) -> Iterator[Resource]:
        listed, of_contacts = self._list_segments(), self._titles("segments")
        names = stream_names("segment", {**listed, **of_contacts}.items(), taken=RESOURCES)
        for segment_id, stream in sorted(names.items()):
            kind = "segment" if segment_id in of_contacts else "list_segment"
            segment = resource_of(Origin(kind=kind, id=segment_id), stream, ())
            is_table = isinstance(segment.shape, Table)
            yield replace(segment, shape=_AnyWidth()) if is_table else segment

    def _custom_objects_shown(self) -> Iterator[Resource]:
        names = stream_names("custom", self._titles("custom_objects").items(), taken=RESOURCES)
        for object_id, stream in names.items():
            yield resource_of(Origin(kind="custom_object", id=object_id), stream, ())
