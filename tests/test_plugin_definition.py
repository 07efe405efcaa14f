"""What Meltano and MeltanoHub know of the tap, and what `--about` says of it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from referencing import Registry
from referencing.jsonschema import DRAFT7

from tap_acton.settings import Setting, settings_table
from tap_acton.singer.about import about_in
from tap_acton.tap import TapActOn
from tests.generated import costly_streams
from tests.generated_plugin import (
    HUB_FILE,
    SETTINGS_FILE,
    hub_definition,
    hub_text,
    meltano_plugin,
    meltano_settings,
    settings_page,
)

SCHEMAS = Path(__file__).parent / "meltano_hub"
SETTINGS = list(settings_table())
each_setting = pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
SECRET = re.compile("password|secret|token$|verifier|key$|location$")


@pytest.fixture(scope="module")
def hub() -> jsonschema.Draft7Validator:
    """The check that MeltanoHub makes of an extractor's definition."""
    contents = [json.loads(file.read_bytes()) for file in SCHEMAS.glob("*/*.json")]
    registry: Registry[Any] = Registry().with_resources(
        [(each["$id"], DRAFT7.create_resource(each)) for each in contents]
    )
    extractors = SCHEMAS / "plugin_definitions" / "extractors.schema.json"
    return jsonschema.Draft7Validator(json.loads(extractors.read_bytes()), registry=registry)


def test_meltano_yml_has_exactly_the_settings_of_the_table() -> None:
    assert meltano_plugin()["settings"] == meltano_settings(), "run `make generate`"


def test_meltano_yml_has_the_capabilities_of_the_tap() -> None:
    capabilities = {capability.value for capability in TapActOn.capabilities}
    assert set(meltano_plugin()["capabilities"]) == capabilities


def test_meltano_yml_selects_all_streams_but_the_costly_ones() -> None:
    unselected = [f"!{stream}.*" for stream in costly_streams()]
    assert sorted(meltano_plugin()["select"]) == sorted(["*.*", *unselected])


def test_each_group_of_settings_is_enough_to_log_in() -> None:
    names = {setting.name for setting in settings_table()}
    for group in meltano_plugin()["settings_group_validation"]:
        assert set(group) <= names


def test_the_hubs_definition_is_the_codes() -> None:
    assert HUB_FILE.read_text() == hub_text(), "run `make hub`"
    assert yaml.safe_load(HUB_FILE.read_text()) == hub_definition()


def test_the_hub_takes_the_definition(hub: jsonschema.Draft7Validator) -> None:
    hub.validate(hub_definition())


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"quality": "best"}, id="metadata"),
        pytest.param({"settings": [{"name": "x", "kind": "number"}]}, id="kind of a setting"),
        pytest.param({"capabilities": ["sync"]}, id="capability"),
        pytest.param({"extractor": "tap-acton"}, id="unknown key"),
    ],
)
def test_the_hub_refuses_what_it_does_not_know(
    hub: jsonschema.Draft7Validator, wrong: dict[str, Any]
) -> None:
    assert not hub.is_valid(hub_definition() | wrong)


def test_the_page_of_settings_is_what_about_says() -> None:
    assert SETTINGS_FILE.read_text() == settings_page(), "run `make generate`"


@pytest.mark.parametrize("form", ["text", "markdown", "json"])
def test_about_tells_of_each_setting_what_it_does_and_its_default(form: str) -> None:
    shown = " ".join(about_in(TapActOn._get_about_info(), form).split())
    for setting in SETTINGS:
        assert setting.name in shown
        words = setting.description.replace("|", "\\|")
        assert (json.dumps(words)[1:-1] if form == "json" else words) in shown
        if setting.default not in (None, ()):
            assert str(setting.default).lower() in shown.lower()


def test_about_says_of_every_secret_that_it_is_one() -> None:
    lines = about_in(TapActOn._get_about_info(), "text").splitlines()
    for setting in SETTINGS:
        line = next(line for line in lines if line.startswith(f"  {setting.name}: "))
        assert line.endswith(", secret") is setting.secret


@each_setting
def test_what_holds_a_secret_is_marked(setting: Setting) -> None:
    assert setting.secret is bool(SECRET.search(setting.name))


@each_setting
def test_a_setting_is_described_in_one_to_four_sentences(setting: Setting) -> None:
    assert re.fullmatch(r"[A-Z][^\n]+\.", setting.description)
    assert 15 < len(setting.description) < 320
    assert len(setting.title) < 35
