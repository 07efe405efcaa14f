"""Every column of every stream comes, with values that its schema allows."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from tap_acton.resources.model import MISFITS
from tests.harness import discover, everything
from tests.singer.patterns.account import LISTS, STREAMS, each_stream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.singer.patterns.account import Accounts

FORMATS = FormatChecker(formats=())
NEVER_FILLED = {
    "segment_of_2022": {
        **dict.fromkeys(
            ("external_id", "legacy_record_id"),
            "the API of 2022 does not show ids of other systems",
        ),
        "internal_note": "the API of 2022 does not show hidden fields",
    },
    "segments": {"filter": "no simulated segment has conditions of its own"},
    "messages": {"folder_name": "no simulated message is in a folder"},
    "form_urls": {"name": "only the address is known of an address of a form"},
    "landing_pages": {"description": "only forms have one"},
    "landing_page_urls": {"name": "only the address is known of an address of a page"},
    "import_definitions": {
        "import_id": "a definition does not tell of its imports",
        "import_status": "a definition does not tell of its imports",
    },
    "custom_objects": {
        "external_id_field": "the simulated objects belong to contacts by address",
        "object_type_field": "the simulated objects belong to contacts by address",
    },
}
"""Columns that are null in every record, by stream, with the reason."""


@FORMATS.checks("date-time", raises=ValueError)
def is_a_moment(value: Any) -> bool:
    if not isinstance(value, str):
        return True
    datetime.fromisoformat(value)
    return re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", value) is not None


@FORMATS.checks("date", raises=ValueError)
def is_a_day(value: Any) -> bool:
    return not isinstance(value, str) or date.fromisoformat(value).isoformat() == value


def strict(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema that allows no other columns and misses none."""
    return {
        **schema,
        "additionalProperties": False,
        "required": list(schema["properties"]),
    }


def formats(schema: Any) -> Iterator[str]:
    """Yield the formats that a schema names, however deep."""
    if isinstance(schema, dict):
        if isinstance(schema.get("format"), str):
            yield schema["format"]
        for part in schema.values():
            yield from formats(part)


@each_stream
def test_every_column_comes_in_every_record(stream: str, accounts: Accounts) -> None:
    account = accounts.of(stream)
    columns = [*account.entry(stream)["schema"]["properties"]]
    records = account.whole.records[stream]
    assert records
    assert [*account.whole.schemas[stream]["properties"]] == columns
    assert all(set(record) == set(columns) for record in records)


@each_stream
def test_every_column_has_a_value_somewhere(stream: str, accounts: Accounts) -> None:
    records = accounts.of(stream).whole.records[stream]
    empty = {name for name in records[0] if all(record[name] is None for record in records)}
    assert empty - {MISFITS} == set(NEVER_FILLED.get(stream, ()))


@each_stream
def test_every_value_is_one_of_its_schema(stream: str, accounts: Accounts) -> None:
    whole = accounts.of(stream).whole
    validator = Draft202012Validator(strict(whole.schemas[stream]), format_checker=FORMATS)
    for record in whole.records[stream]:
        validator.validate(record)


@each_stream
def test_every_value_fits_its_column(stream: str, accounts: Accounts) -> None:
    records = accounts.of(stream).whole.records[stream]
    assert {record[MISFITS] for record in records} == {None}


@each_stream
def test_every_format_is_one_that_is_checked(stream: str, accounts: Accounts) -> None:
    schema = accounts.of(stream).whole.schemas[stream]
    assert set(formats(schema["properties"])) <= set(FORMATS.checkers)


@pytest.mark.parametrize("stream", LISTS)
def test_values_of_sampled_columns_are_of_their_types(stream: str, accounts: Accounts) -> None:
    account = accounts.today
    sampled = everything(discover({**account.config, "type_detection": "sample"}))
    run = account.sync(sampled, type_detection="sample")
    columns = run.schemas[stream]["properties"]
    assert {"integer", "string"} <= {
        column["type"][0] for column in columns.values() if "title" in column
    }
    validator = Draft202012Validator(strict(run.schemas[stream]), format_checker=FORMATS)
    for record in run.records[stream]:
        validator.validate(record)


def test_an_exception_is_of_a_stream_that_there_is() -> None:
    assert set(NEVER_FILLED) <= set(STREAMS)
