"""Every entry of the resource table, beside Act-On's own documents."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tap_acton.resources.catalog import PARENTS_ONLY, RESOURCES
from tap_acton.resources.convert import Type
from tap_acton.resources.custom_objects import CUSTOM_OBJECT_TEMPLATE
from tap_acton.resources.encode import milliseconds_after, milliseconds_before, seconds_after
from tap_acton.resources.lists import LIST_TEMPLATE, as_csv
from tap_acton.resources.model import (
    MISFITS,
    RAW,
    Condition,
    Evidence,
    Operator,
    Parents,
    Resource,
)
from tap_acton.resources.segments import (
    EARLY_SEGMENT_TEMPLATE,
    LIST_SEGMENT_TEMPLATE,
    SEGMENT_TEMPLATE,
)

TEMPLATES = (
    LIST_TEMPLATE,
    LIST_SEGMENT_TEMPLATE,
    SEGMENT_TEMPLATE,
    EARLY_SEGMENT_TEMPLATE,
    CUSTOM_OBJECT_TEMPLATE,
)
EVERY = [*RESOURCES.values(), *PARENTS_ONLY.values(), *TEMPLATES]
OPENAPI = Path(__file__).parents[3] / "shared" / "acton-api" / "openapi" / "act-on-api-1.json"
CUSTOM_OPENAPI = OPENAPI.with_name("act-on-custom-objects-service.json")
NOT_IN_OPENAPI = {
    "/api/1/account": "only in the documents of 2024 and before",
    "/ucl/v2/segment/contacts/{}/list/{}": "only in the documents of 2022",
}
AT = datetime(2024, 9, 6, 16, 50, 52, 528_400, tzinfo=UTC)

each = pytest.mark.parametrize("resource", EVERY, ids=lambda resource: resource.name)


def variables(resource: Resource) -> set[str]:
    return set(resource.variables)


@each
def test_keys_are_columns(resource: Resource) -> None:
    assert set(resource.keys) <= {column.name for column in resource.columns}


@each
def test_a_place_can_name_the_one_reading_of_parents_that_children_follow(
    resource: Resource,
) -> None:
    paged = [each for each in resource.bind if isinstance(each, Parents) and not each.is_one]
    assert len(paged) <= 1
    # Such a stream ends where nothing is shown, as where only its parents have come further.
    assert not paged or resource.replication_key is None or resource.looks_back


@each
def test_a_resource_has_keys(resource: Resource) -> None:
    assert resource.keys


@each
def test_the_replication_key_is_a_moment(resource: Resource) -> None:
    kinds = {column.name: column.type for column in resource.columns}
    assert resource.replication_key is None or kinds[resource.replication_key] is Type.MOMENT


@each
def test_filters_are_on_columns(resource: Resource) -> None:
    names = {column.name for column in resource.columns}
    assert {filter_.column for filter_ in resource.filters} <= names


@each
def test_no_two_filters_check_the_same(resource: Resource) -> None:
    checked = [(filter_.column, filter_.operator) for filter_ in resource.filters]
    assert len(set(checked)) == len(checked)


@each
def test_every_variable_of_the_path_is_bound(resource: Resource) -> None:
    in_path = set(re.findall(r"\{(\w+)\}", resource.path))
    of_origin = {"list_id", "segment_id"} if resource in TEMPLATES else set()
    assert in_path <= variables(resource) | of_origin


@each
def test_bound_variables_are_columns(resource: Resource) -> None:
    columns = {column.name for column in resource.columns}
    assert variables(resource) - {"account_id", "period"} <= columns
    assert {date for binding in resource.bind for date in binding.dates} <= columns


@each
def test_bound_variables_are_no_fixed_parameters(resource: Resource) -> None:
    assert not variables(resource) & set(resource.params)


@each
def test_parents_exist_and_have_the_column(resource: Resource) -> None:
    for parent in resource.bind:
        if isinstance(parent, Parents):
            known = {**RESOURCES, **PARENTS_ONLY}[parent.resource]
            columns = {column.name for column in known.columns}
            assert {*parent.take.values(), *parent.carry.values()} <= columns
            assert set(parent.among) <= variables(known)


@each
def test_the_document_is_a_page_of_act_on(resource: Resource) -> None:
    url = urlsplit(resource.doc)
    assert url.scheme == "https"
    assert url.hostname
    assert url.hostname.endswith((".act-on.com", "act-on-developers.zendesk.com"))


@each
def test_names_are_in_snake_case(resource: Resource) -> None:
    for name in (resource.name, *(column.name for column in resource.columns)):
        assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name)


@each
def test_no_two_columns_share_a_name(resource: Resource) -> None:
    names = [column.name for column in resource.columns]
    assert len(set(names)) == len(names)


@each
def test_no_column_has_the_name_of_the_misfits(resource: Resource) -> None:
    assert MISFITS not in {column.name for column in resource.columns}


@each
def test_what_nobody_documents_is_kept_whole(resource: Resource) -> None:
    has_raw = RAW in {column.name for column in resource.columns}
    assert has_raw or resource.evidence is not Evidence.UNKNOWN
    assert not has_raw or resource.evidence is not Evidence.DOCUMENTED


@each
def test_a_resource_is_described(resource: Resource) -> None:
    assert resource.description
    assert not resource.description.endswith(".")


@each
def test_the_schema_has_every_column(resource: Resource) -> None:
    properties = resource.schema()["properties"]
    assert list(properties) == [*(column.name for column in resource.columns), MISFITS]


@pytest.mark.parametrize("attribute", ["name", "table", "path"])
def test_no_two_resources_share_a_name_or_path(attribute: str) -> None:
    values = [getattr(resource, attribute) for resource in (*RESOURCES.values(), LIST_TEMPLATE)]
    assert len(set(values)) == len(values)


def test_the_table_is_filed_under_the_names() -> None:
    assert all(name == resource.name for name, resource in RESOURCES.items())


def test_parents_come_before_their_children() -> None:
    order = {name: place for place, name in enumerate(RESOURCES)}
    for resource in RESOURCES.values():
        for parent in resource.bind:
            if isinstance(parent, Parents) and parent.resource in RESOURCES:
                assert order[parent.resource] < order[resource.name]


def test_a_resource_has_no_more_than_fifteen_fields() -> None:
    assert len(fields(Resource)) <= 15


def _documented() -> set[str]:
    files = {OPENAPI: "", CUSTOM_OPENAPI: "/custom-objects"}
    return {
        prefix + re.sub(r"\{\w+\}", "{}", path).removesuffix("?")
        for file, prefix in files.items()
        for path, methods in json.loads(file.read_bytes())["paths"].items()
        if methods.keys() & {"get", "post"}
    }


@pytest.mark.skipif(not OPENAPI.exists(), reason="Act-On's OpenAPI files are not here")
@each
def test_every_path_is_one_that_act_on_documents(resource: Resource) -> None:
    path = re.sub(r"\{\w+\}", "{}", resource.path)
    assert (path in _documented()) is not (path in NOT_IN_OPENAPI)


# Filters: a wrong unit loses rows without a word


@pytest.mark.parametrize(
    ("encode", "text"),
    [
        (milliseconds_after, "1725641452527"),
        (milliseconds_before, "1725641452530"),
        (seconds_after, "1725641451"),
    ],
    ids=["milliseconds after", "milliseconds before", "seconds after"],
)
def test_a_boundary_is_widened_by_a_unit(encode: object, text: str) -> None:
    assert callable(encode)
    assert encode(AT) == text


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("list", {"modafter": "1725641452527", "modbefore": "1725641452530"}),
        ("hard_bounces", {"createdafter": "1725641451"}),
        ("opt_outs", {"createdafter": "1725641451"}),
        ("spam_complaints", {"createdafter": "1725641451"}),
        ("subscription_opt_outs", {}),
    ],
)
def test_conditions_go_to_the_server_in_its_own_unit(name: str, query: dict[str, str]) -> None:
    resource = {known.name: known for known in EVERY}[name]
    conditions = tuple(
        Condition(column=resource.replication_key or "timestamp", operator=operator, value=AT)
        for operator in Operator
    )
    assert resource.query(conditions) == query


def test_a_condition_on_another_column_is_not_sent() -> None:
    condition = Condition(column="created_date", operator=Operator.AFTER, value=AT)
    assert LIST_TEMPLATE.query((condition,)) == {}


def test_csv_is_asked_for_with_the_same_dates() -> None:
    assert as_csv(LIST_TEMPLATE).params == {"datequalifiers": "true", "responseformat": "CSV"}
