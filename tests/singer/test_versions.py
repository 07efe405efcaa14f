"""ACTIVATE_VERSION: after a whole reading, and only then, a target may drop what is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tap_acton.simulator import Fault
from tests.harness import discover, only, sync

if TYPE_CHECKING:
    from tests.conftest import Configure, Simulate


def test_a_whole_reading_ends_with_its_version(simulator: Simulate, configure: Configure) -> None:
    config = configure(simulator())
    messages = sync(config, only(discover(config), "forms", "programs"))
    for stream in ("forms", "programs"):
        assert messages.versions[stream] == {messages.activated[stream]}


def test_each_run_has_a_higher_version(simulator: Simulate, configure: Configure) -> None:
    config = configure(simulator())
    chosen = only(discover(config), "forms")
    first = sync(config, chosen)
    second = sync(config, chosen, first.state)
    assert second.activated["forms"] > first.activated["forms"]


def test_an_incremental_stream_has_no_version(simulator: Simulate, configure: Configure) -> None:
    config = configure(simulator())
    messages = sync(config, only(discover(config), "list_api_example_list", "hard_bounces"))
    assert messages.activated == {}
    assert messages.versions == {"list_api_example_list": {None}, "hard_bounces": {None}}


def test_versions_can_be_turned_off(simulator: Simulate, configure: Configure) -> None:
    config = configure(simulator(), emit_activate_version_messages=False)
    messages = sync(config, only(discover(config), "forms"))
    assert messages.activated == {}
    assert messages.versions == {"forms": {None}}


def test_a_reading_that_is_cut_ends_with_none(simulator: Simulate, configure: Configure) -> None:
    sim = simulator(messages=40)
    chosen = only(discover(configure(sim)), "messages")
    config = configure(sim, page_size=10, max_requests_per_run=4)
    versions: set[int | None] = set()
    state: dict[str, Any] | None = None
    for _ in range(20):
        run = sync(config, chosen, state)
        state = run.state
        versions |= run.versions["messages"]
        if run.error is None:
            break
        assert run.activated == {}
    assert run.error is None
    assert versions == {run.activated["messages"]}


def test_a_reading_with_forbidden_parts_ends_with_none(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator()
    config = configure(sim)
    chosen = only(discover(config), "form_reports")
    sim.faults.add(Fault(kind="status", status=403, path="/api/1/form/*/report"))
    assert sync(config, chosen).activated == {}


def test_a_forbidden_parent_hides_children_that_may_be_there(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator()
    config = configure(sim)
    chosen = only(discover(config), "form_reports")
    sim.faults.add(Fault(kind="status", status=403, path="/api/1/form"))
    assert sync(config, chosen).activated == {}


def test_a_deleted_object_takes_its_rows_with_it(simulator: Simulate, configure: Configure) -> None:
    sim = simulator()
    config = configure(sim)
    chosen = only(discover(config), "form_reports")
    gone = Fault(kind="status", status=400, envelope="api", code=10012, path="/api/1/form/*/report")
    sim.faults.add(gone)
    assert set(sync(config, chosen).activated) == {"form_reports"}


def test_a_stream_of_which_nothing_is_shown_keeps_its_rows(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator()
    config = configure(sim)
    chosen = only(discover(config), "forms", "programs")
    sim.faults.add(Fault(kind="status", status=404, path="/api/1/form", times=0))
    assert set(sync(config, chosen).activated) == {"programs"}


def test_a_failed_stream_keeps_its_rows(simulator: Simulate, configure: Configure) -> None:
    sim = simulator()
    config = configure(sim, max_retry_seconds=0)
    chosen = only(discover(config), "forms", "programs")
    sim.faults.add(Fault(kind="status", status=500, path="/api/1/form", times=0))
    assert set(sync(config, chosen).activated) == {"programs"}


def test_mapped_streams_are_activated_under_their_names(
    simulator: Simulate, configure: Configure
) -> None:
    maps = {"forms": {"id": "id", "__alias__": "questionnaires", "__else__": None}}
    config = configure(simulator(), stream_maps=maps)
    messages = sync(config, only(discover(config), "forms"))
    assert set(messages.activated) == {"questionnaires"}


SUPPRESSION = ("hard_bounces", "spam_complaints", "opt_outs")


def test_snapshots_of_suppression_lists_find_who_opted_in_again(
    simulator: Simulate, configure: Configure
) -> None:
    sim = simulator()
    config = configure(sim, suppression_snapshots=True)
    chosen = only(discover(config), *SUPPRESSION)
    first = sync(config, chosen)
    back = sim.world.suppressed("optout")[1].email
    sim.world.remove_suppressed("optout", back)
    second = sync(config, chosen, first.state)
    assert set(second.activated) == set(SUPPRESSION)
    assert back in {record["email"] for record in first.records["opt_outs"]}
    assert {record["email"] for record in second.records["opt_outs"]} == {
        row.email for row in sim.world.suppressed("optout")
    }


@pytest.mark.parametrize("stream", SUPPRESSION)
def test_after_snapshots_the_bookmark_of_before_still_holds(
    stream: str, simulator: Simulate, configure: Configure
) -> None:
    sim = simulator()
    config = configure(sim)
    chosen = only(discover(config), stream)
    first = sync(config, chosen)
    snapshot = sync(configure(sim, suppression_snapshots=True), chosen, first.state)
    after = sync(config, chosen, snapshot.state)
    assert len(snapshot.records[stream]) == sim.options.suppressed
    assert after.records[stream] == []
