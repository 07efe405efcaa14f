"""What others do to an account between two runs, and what the next run is to bring of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.singer.patterns.account import BY_MESSAGE, SUPPRESSION

if TYPE_CHECKING:
    from tap_acton.simulator.world import World
    from tests.harness import Messages
    from tests.singer.patterns.account import Account

_A_WHILE_MS = 60_000
_WORDS = {"hard_bounces": "hardbounce", "spam_complaints": "spamcomplaint", "opt_outs": "optout"}


def identity(account: Account, stream: str, record: dict[str, Any]) -> str:
    """Return what tells a record from others, or what it is about if it is about a message."""
    if stream == "message_report_days":
        return str(record["date"])[:10]
    if stream in BY_MESSAGE:
        return str(record["message_id"])
    if stream in SUPPRESSION:
        return str(record["email"])
    (key,) = account.entry(stream)["key_properties"]
    return str(record[key])


def identities(account: Account, stream: str, run: Messages) -> list[str]:
    """Return the identities of a stream's records, sorted, each message once."""
    found = [identity(account, stream, record) for record in run.records[stream]]
    return sorted(set(found)) if stream == "message_events" else sorted(found)


def change(account: Account, stream: str) -> set[str]:
    """Let something come and, where that can be seen, something change; return what it was."""
    world = account.sim.world
    if stream in BY_MESSAGE:
        return _change_messages(account, stream)
    if stream in SUPPRESSION:
        world.add_suppressed(_WORDS[stream], "new@acton.example")
        return {"new@acton.example"}
    if stream == "contacts":
        changed = world.contact_ids()[2]
        world.update_contact(changed, {"company": "Changed"})
        return {changed, world.add_contact()}
    return _change_list(world, account.entry(stream)["table_name"])


def _change_list(world: World, list_id: str) -> set[str]:
    changed = world.record_ids(list_id)[2]
    world.update_record(changed, {"Company": "Changed"})
    return {changed, world.insert_record(list_id)}


def _change_messages(account: Account, stream: str) -> set[str]:
    world = account.sim.world
    message = world.mailbox.get(world.add_message(list_id="l-0001", recipients=3))
    assert message is not None
    if stream == "message_report_days":
        return {account.sim.options.zone.moment(message.ts_ms).date().isoformat()}
    world.delete_message(message.id)  # one of right now is left to the run after
    world.mailbox.add(replace(message, ts_ms=message.ts_ms - _A_WHILE_MS), position=0)
    return {message.id}
