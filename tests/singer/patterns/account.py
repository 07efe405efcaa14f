"""The accounts of these tests, and the streams that they have."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pytest

from tap_acton.resources.catalog import RESOURCES
from tap_acton.simulator import Fault, Options, Simulator
from tap_acton.simulator.world.contact_fields import FIELDS
from tap_acton.tap import TapActOn
from tests.harness import Messages, config_for, discover, everything, sync

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from tap_acton.resources.model import Resource
    from tap_acton.singer.streams import ResourceStream

FIXED = tuple(RESOURCES)
LISTS = ("list_api_example_list", "list_messages", "list_wide_list")
OWN = (
    *("custom_membership", "custom_orders", *LISTS),
    *("segment_api_example_list_part_1", "segment_messages_part_2"),  # of lists
    *("segment_invoice_notice_2", "segment_monthly_update_1"),  # of contacts
)
"""The streams that the account has beside the fixed ones, by kind."""
EARLY = ("segment_of_2022",)
"""A segment that only the API of 2022 shows, in an account of its own."""
STREAMS = (*FIXED, *OWN, *EARLY)
SUPPRESSION = ("hard_bounces", "spam_complaints", "opt_outs")
BY_MESSAGE = ("message_reports", "message_report_days", "message_events")
"""Incremental streams whose rows change long after their date."""
BY_ROW = ("contacts", *SUPPRESSION, *LISTS)
"""Incremental streams whose rows have the date of their last change."""
INCREMENTAL = (*BY_MESSAGE, *BY_ROW)
WHOLE = tuple(stream for stream in STREAMS if stream not in INCREMENTAL)
COSTLY = (
    *("message_reports", "message_events", "list_scores"),
    *("contact_scores", "contact_segments", "contact_activity"),
)

each_stream = pytest.mark.parametrize("stream", STREAMS)
each_incremental = pytest.mark.parametrize("stream", INCREMENTAL)
each_whole = pytest.mark.parametrize("stream", WHOLE)

SMALL: dict[str, Any] = {
    "lists": 2,
    "contacts": 9,
    "wide_columns": 250,
    "segments": 2,
    "messages": 6,
    "recipients": 6,
    "suppressed": 7,
    "categories": 2,
    "ucl_contacts": 9,
    "custom_object_rows": 5,
    "forms": 3,
    "pages": 3,
    "programs": 2,
    "campaigns": 3,
    "images": 3,
    "media": 3,
    "requests_per_second": 0,
    "daily_requests": 0,
    "logins_per_hour": 0,
}
_MEDIA_MESSAGES = '[{"msgId": "s-0001-2409", "title": "Linked"}]'


@dataclass(kw_only=True)
class Account:
    """A simulated account, and how the tap reads it."""

    sim: Simulator
    config: dict[str, Any]
    catalog: dict[str, Any]
    """Everything is selected."""

    def sync(
        self,
        catalog: dict[str, Any] | None = None,
        state: dict[str, Any] | None = None,
        **settings: Any,
    ) -> Messages:
        """Run the tap, by default over everything, with a state as it comes from a file."""
        return sync(
            {**self.config, **settings}, catalog or self.catalog, json.loads(json.dumps(state))
        )

    @cached_property
    def whole(self) -> Messages:
        """What a first run over everything says."""
        return self.sync()

    @cached_property
    def resources(self) -> dict[str, Resource]:
        """What each stream reads."""
        tap = TapActOn(config=dict(self.config), catalog=self.catalog)
        streams: Iterable[ResourceStream] = tap.streams.values()  # type: ignore[assignment]
        found = {stream.name: stream.resource for stream in streams}
        tap.client.close()
        return found

    def entry(self, stream: str) -> dict[str, Any]:
        """Return a stream's part of the catalog."""
        return next(each for each in self.catalog["streams"] if each["tap_stream_id"] == stream)

    def alone(self, *streams: str) -> dict[str, Any]:
        """Return a catalog of nothing but these streams: a small one is read faster."""
        return {"streams": [self.entry(stream) for stream in streams]}

    def replication_key(self, stream: str) -> str:
        """Return the column that a stream's bookmarks are values of."""
        key: str = self.entry(stream)["replication_key"]
        return key

    def asked(self, path: str = "*") -> list[str]:
        """Return the paths of the requests so far that match, without those for tokens."""
        found = self.sim.journal.matching(path=path)
        return [entry.path for entry in found if entry.path != "/token"]


@dataclass(frozen=True, kw_only=True)
class Accounts:
    """The accounts that have all streams together. No test changes them."""

    today: Account
    early: Account

    def of(self, stream: str) -> Account:
        """Return the account that has a stream."""
        return self.early if stream in EARLY else self.today


@contextmanager
def opened(folder: Path, *, filled: bool = True, **options: Any) -> Iterator[Account]:
    """Start an account, with its catalog; by default one that has something in every column."""
    with Simulator(Options(**{**SMALL, **options})) as sim:
        if filled:
            _fill(sim)
        yield _account(sim, folder)


@contextmanager
def opened_early(folder: Path, **options: Any) -> Iterator[Account]:
    """Start an account with one segment, listed with the lists, that is no list to download."""
    nothing = dict.fromkeys(("lists", "wide_columns", "segments", "custom_objects"), 0)
    with Simulator(Options(**{**SMALL, **nothing, **options})) as sim:
        _fill(sim)
        row = {"id": "g-0001", "name": "of 2022", "bIsList": False}
        listing = {"count": 1, "totalCount": 1, "offset": 0, "result": [row]}
        for status, path in ((200, "/api/1/list"), (404, "/ucl/v2/*/segment/")):
            body = json.dumps(listing) if status == 200 else None
            sim.faults.add(Fault(kind="status", status=status, body=body, path=path, times=0))
        yield _account(sim, folder)


def _account(sim: Simulator, folder: Path) -> Account:
    config = config_for(sim, folder)
    return Account(sim=sim, config=config, catalog=everything(discover(config)))


def _fill(sim: Simulator) -> None:
    """Put something into every column that the simulator can fill."""
    known = sim.world.contacts.view("inserted")[-1]
    empty = [
        field
        for field in FIELDS
        if field.index not in known.values and field.key not in {"createdDate", "updatedDate"}
    ]
    examples = {"BOOLEAN": "true", "DATE": "2024-02-29", "NUMBER": "1.5", "SCORE": "7"}
    examples["DATETIME"] = "1725392821000"
    sim.world.update_contact(
        known.id, {str(field.index): examples.get(field.type, field.name) for field in empty}
    )
    filled = sim.world.contacts.get(known.id)
    assert filled is not None
    # As long ago as before: a bookmark never is of the very moment of a run.
    sim.world.contacts._contacts[known.id] = replace(filled, updated_ms=known.updated_ms)
    path = "/api/1/media/*/report/messages"
    sim.faults.add(Fault(kind="status", status=200, body=_MEDIA_MESSAGES, path=path, times=0))
