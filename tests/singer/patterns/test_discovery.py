"""The catalog: what Singer says a catalog is, the same each time, and enough for a sync."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator

from tap_acton.resources.catalog import PARENTS_ONLY, RESOURCES
from tap_acton.resources.model import Months
from tests.harness import discover
from tests.singer.patterns.account import (
    COSTLY,
    EARLY,
    FIXED,
    INCREMENTAL,
    OWN,
    STREAMS,
    each_stream,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_acton.resources.model import Resource
    from tests.singer.patterns.account import Account, Accounts

SNAKE_CASE = re.compile(r"_?[a-z][a-z0-9]*(_[a-z0-9]+)*")


def names(account: Account) -> list[str]:
    return [entry["tap_stream_id"] for entry in account.catalog["streams"]]


def metadata(entry: dict[str, Any]) -> dict[tuple[str, ...], dict[str, Any]]:
    return {tuple(each["breadcrumb"]): each["metadata"] for each in entry["metadata"]}


def paths(resource: Resource) -> Iterator[str]:
    """Yield patterns of what a resource and its parents are asked for under."""
    yield re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(resource.path))
    for name in resource.parents:
        yield from paths({**RESOURCES, **PARENTS_ONLY}[name])
    for each in resource.bind:
        if isinstance(each, Months):
            yield from paths(RESOURCES[each.resource])
    if resource.name == "message_events":  # which messages have moved
        yield from paths(RESOURCES["message_reports"])


def test_the_catalogs_have_the_streams_that_are_tested_here(accounts: Accounts) -> None:
    assert set(names(accounts.today)) == {*FIXED, *OWN}
    assert set(names(accounts.early)) == {*FIXED, *EARLY}


def test_no_two_streams_have_one_name(accounts: Accounts) -> None:
    for account in (accounts.today, accounts.early):
        assert len(set(names(account))) == len(names(account))
        assert all(
            entry["stream"] == entry["tap_stream_id"] for entry in account.catalog["streams"]
        )


@each_stream
def test_streams_and_columns_are_named_in_snake_case(stream: str, accounts: Accounts) -> None:
    columns = accounts.of(stream).entry(stream)["schema"]["properties"]
    assert [name for name in (stream, *columns) if not SNAKE_CASE.fullmatch(name)] == []


@each_stream
def test_a_schema_is_one_and_lets_every_column_be_null(stream: str, accounts: Accounts) -> None:
    schema = accounts.of(stream).entry(stream)["schema"]
    Draft202012Validator.check_schema(schema)
    assert schema["type"] == "object"
    assert all("null" in column["type"] for column in schema["properties"].values())


@each_stream
def test_keys_and_replication_keys_alone_are_automatic(stream: str, accounts: Accounts) -> None:
    entry = accounts.of(stream).entry(stream)
    inclusion = {where[1:]: said["inclusion"] for where, said in metadata(entry).items() if where}
    automatic = {*entry["key_properties"], entry.get("replication_key")} - {None}
    assert inclusion == {
        (name,): "automatic" if name in automatic else "available"
        for name in entry["schema"]["properties"]
    }


@each_stream
def test_a_stream_says_how_it_is_read(stream: str, accounts: Accounts) -> None:
    account = accounts.of(stream)
    entry, resource = account.entry(stream), account.resources[stream]
    said = metadata(entry)[()]
    is_incremental = stream in INCREMENTAL
    assert entry["replication_method"] == ("INCREMENTAL" if is_incremental else "FULL_TABLE")
    assert entry.get("replication_key") == said.get("replication-key") == resource.replication_key
    assert said.get("valid-replication-keys", []) == (
        [resource.replication_key] if is_incremental else []
    )
    assert entry["key_properties"] == said["table-key-properties"] == list(resource.keys)


@each_stream
def test_all_but_costly_streams_are_selected_by_default(stream: str, accounts: Accounts) -> None:
    said = metadata(accounts.of(stream).entry(stream))
    assert said[()]["selected-by-default"] == (stream not in COSTLY)


@each_stream
def test_no_two_records_have_one_key_and_none_lacks_it(stream: str, accounts: Accounts) -> None:
    whole = accounts.of(stream).whole
    keys = [tuple(record[name] for name in whole.keys[stream]) for record in whole.records[stream]]
    assert whole.keys[stream] == accounts.of(stream).entry(stream)["key_properties"]
    assert len(set(keys)) == len(keys)
    assert not [key for key in keys if None in key or "" in key]


def test_a_catalog_is_the_same_each_time(accounts: Accounts) -> None:
    for account in (accounts.today, accounts.early):
        assert json.dumps(discover(account.config)) == json.dumps(discover(account.config))


@each_stream
def test_a_catalog_that_was_a_file_gives_the_same_catalog(stream: str, accounts: Accounts) -> None:
    account = accounts.of(stream)
    again = account.resources[stream]
    assert again.schema() == account.entry(stream)["schema"]


@each_stream
def test_a_sync_asks_for_nothing_but_the_stream_and_its_parents(
    stream: str, accounts: Accounts
) -> None:
    account = accounts.of(stream)
    account.sim.journal.clear()
    account.sync(account.alone(stream))
    own = re.compile("|".join(paths(account.resources[stream])))
    asked = account.asked()
    assert asked
    assert [path for path in asked if not own.fullmatch(path)] == []


def test_every_stream_is_in_one_account() -> None:
    assert len(set(STREAMS)) == len(STREAMS)
