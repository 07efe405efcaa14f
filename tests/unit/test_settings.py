"""Settings from a configuration: checked, named in errors, and never quoted there."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tap_acton.config import OF_THE_SDK, parse_json_object, read_config, read_settings
from tap_acton.errors import ConfigError
from tap_acton.settings import Settings, config_schema, settings_table
from tap_acton.tap import TapActOn

CLIENT = {"client_id": "client-1", "client_secret": "the secret of the client"}
PASSWORD = {**CLIENT, "auth_scheme": "OAuthPassword", "username": "me", "password": "pass"}
SECRETS = ["client_secret", "password", "access_token", "refresh_token", "oauth_verifier"]


def settings_with(**config: Any) -> Settings:
    return read_settings({**CLIENT, **config})


def test_client_credentials_are_enough() -> None:
    settings = read_settings(CLIENT)
    assert (settings.client_id, settings.client_secret) == tuple(CLIENT.values())


@pytest.mark.parametrize("nothing", [None, ""], ids=["null", "empty"])
@pytest.mark.parametrize("setting", list(settings_table()), ids=lambda setting: setting.name)
def test_null_and_empty_mean_not_set(setting: Any, nothing: str | None) -> None:
    given = {**CLIENT, "access_token": "x", "initiate_oauth": "OFF", setting.name: nothing}
    if setting.name in {"access_token", "initiate_oauth"}:
        given = {**CLIENT, setting.name: nothing}
    assert getattr(read_settings(given), setting.name) == setting.default


@pytest.mark.parametrize(
    ("config", "mode"),
    [
        pytest.param(CLIENT, "REFRESH", id="OAuth"),
        pytest.param(PASSWORD, "GETANDREFRESH", id="OAuthPassword"),
        pytest.param({**PASSWORD, "initiate_oauth": "refresh"}, "REFRESH", id="as set"),
    ],
)
def test_initiate_oauth_has_a_default_for_each_scheme(config: dict[str, Any], mode: str) -> None:
    assert read_settings(config).mode == mode


@pytest.mark.parametrize(
    ("config", "missing"),
    [
        pytest.param({}, "client_id, client_secret", id="nothing"),
        pytest.param({"client_id": "x"}, "client_secret", id="no secret"),
        pytest.param(
            {**CLIENT, "auth_scheme": "OAuthPassword"}, "username, password", id="no user"
        ),
        pytest.param({**PASSWORD, "password": ""}, "password", id="no password"),
        pytest.param({"initiate_oauth": "OFF"}, "access_token", id="OFF without a token"),
    ],
)
def test_incomplete_credentials_are_named(config: dict[str, Any], missing: str) -> None:
    with pytest.raises(ConfigError, match=rf"Missing in the settings: {missing}\."):
        read_settings(config)


def test_off_needs_nothing_but_the_token() -> None:
    assert read_settings({"initiate_oauth": "OFF", "access_token": "x"}).mode == "OFF"


def test_refresh_with_a_password_scheme_needs_no_password() -> None:
    config = {**CLIENT, "auth_scheme": "OAuthPassword", "initiate_oauth": "REFRESH"}
    assert read_settings(config).mode == "REFRESH"


@pytest.mark.parametrize(
    ("name", "near"),
    [
        pytest.param("clientid", "client_id", id="near"),
        pytest.param("Page_Size", "page_size", id="other case"),
        pytest.param("zzz", "--about", id="far"),
    ],
)
def test_an_unknown_setting_is_answered_with_the_nearest_one(name: str, near: str) -> None:
    with pytest.raises(ConfigError, match=f"no setting '{name}'.*{near}"):
        settings_with(**{name: "x"})


def test_what_other_parts_of_the_program_read_is_left_to_them() -> None:
    read_settings({**CLIENT, "stream_maps": {}})


@pytest.mark.parametrize(
    ("name", "value"),
    [("stream_maps", "{bad"), ("stream_maps", []), ("flattening_max_depth", "x")],
    ids=str,
)
def test_what_the_sdk_reads_must_be_what_it_takes(name: str, value: Any) -> None:
    with pytest.raises(ConfigError, match=f"Setting '{name}' must be "):
        settings_with(**{name: value})


def test_the_sdk_reads_nothing_else() -> None:
    schema = {"properties": dict[str, Any]()}
    TapActOn.append_builtin_config(schema)
    assert set(schema["properties"]) <= set(OF_THE_SDK)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        pytest.param("client_secret", " x\n", " x", id="a line break at the end"),
        pytest.param("page_size", "500", 500, id="digits"),
        pytest.param("account_id", 12345, "12345", id="an account as a number"),
        pytest.param("account_id", "12345", "12345", id="an account as a text"),
        pytest.param("requests_per_second", "2.5", 2.5, id="decimal digits"),
        pytest.param("requests_per_second", 2, 2.0, id="whole number"),
        pytest.param("region", "EU", "eu", id="a word in another case"),
        pytest.param("lists", "a, b ,,c", ("a", "b", "c"), id="commas"),
        pytest.param("lists", ["a, b", " c"], ("a, b", "c"), id="array"),
        pytest.param("api_url", " https://x.example/// ", "https://x.example", id="slashes"),
        pytest.param("api_url", "http://127.0.0.1:80/a/", "http://127.0.0.1:80/a", id="a path"),
        pytest.param("start_date", "2026-01-31", datetime(2026, 1, 31, tzinfo=UTC), id="date"),
        pytest.param(
            "start_date",
            "2026-01-31T08:00:00+02:00",
            datetime(2026, 1, 31, 6, tzinfo=UTC),
            id="moment of a zone",
        ),
    ],
)
def test_values_are_read_in_the_forms_that_people_write(
    name: str, value: Any, expected: Any
) -> None:
    assert getattr(settings_with(**{name: value}), name) == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("account_id", "a12345"),
        ("account_id", True),
        ("page_size", 0),
        ("page_size", 1001),
        ("page_size", "many"),
        ("page_size", 5.5),
        ("page_size", True),
        ("requests_per_second", "fast"),
        ("requests_per_second", 0),
        ("requests_per_second", "nan"),
        ("requests_per_second", True),
        ("region", "mars"),
        ("auth_scheme", 7),
        ("client_id", 7),
        ("user_agent", "two\nlines"),
        ("access_token", "two\nlines"),
        ("access_token", "sécret"),
        ("oauth_settings_location", "a\0b"),
        ("start_date", "yesterday"),
        ("start_date", 20260131),
        ("start_date", "0001-01-01T00:00:00+10:00"),
        ("lists", 7),
        ("lists", [7]),
        ("api_url", "api.actonsoftware.com"),
        ("api_url", "ftp://x.example"),
        ("api_url", "https://"),
        ("api_url", "https://x.example:port"),
        ("api_url", "https://[x"),
        ("api_url", "https://x y.example"),
        ("api_url", "https://x.example?a=b"),
        ("api_url", 7),
    ],
    ids=str,
)
def test_a_value_that_does_not_fit_is_answered_with_what_would(name: str, value: Any) -> None:
    with pytest.raises(ConfigError, match=rf"^Setting '{name}' must be "):
        settings_with(**{name: value})


@pytest.mark.parametrize("name", SECRETS)
def test_an_error_never_quotes_a_secret(name: str) -> None:
    with pytest.raises(ConfigError) as caught:
        settings_with(**{name: "hush\nhush"})
    assert "hush" not in str(caught.value)


def test_an_error_never_quotes_the_password_in_an_address() -> None:
    with pytest.raises(ConfigError, match="without user") as caught:
        settings_with(api_url="https://me:hush@x.example")
    assert "hush" not in str(caught.value)


def test_an_error_about_a_value_has_no_cause_that_quotes_it() -> None:
    with pytest.raises(ConfigError) as caught:
        settings_with(page_size="hush")
    assert caught.value.__suppress_context__


def test_dates_must_follow_each_other() -> None:
    with pytest.raises(ConfigError, match="'start_date' must lie before 'end_date'"):
        settings_with(start_date="2026-02-01", end_date="2026-02-01")


@pytest.mark.parametrize("name", [*SECRETS, "oauth_settings_key"])
def test_the_repr_of_settings_shows_no_secret(name: str) -> None:
    assert "hush" not in repr(settings_with(**{name: "hush"}))


@pytest.mark.parametrize(
    ("config", "url"),
    [
        pytest.param({}, "https://api.actonsoftware.com", id="default"),
        pytest.param({"region": "eu"}, "https://api-eu.actonsoftware.com", id="region"),
        pytest.param({"region": "eu", "api_url": "http://x"}, "http://x", id="api_url wins"),
    ],
)
def test_the_address_comes_from_api_url_or_the_region(config: dict[str, Any], url: str) -> None:
    assert settings_with(**config).base_url == url


def test_the_settings_file_may_lie_in_the_home_folder() -> None:
    file = settings_with(oauth_settings_location="~/tokens.json").settings_file
    assert file == Path.home() / "tokens.json"


def test_the_settings_file_has_a_place_of_its_own_if_none_is_set() -> None:
    assert settings_with().settings_file.parts[-2:] == ("tap-acton", "OAuthSettings.txt")


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        settings_with().page_size = 1  # type: ignore[misc]  # the point of the test


def test_the_schema_is_a_json_schema() -> None:
    Draft202012Validator.check_schema(config_schema())


def test_the_schema_marks_every_secret() -> None:
    marked = {name for name, each in config_schema()["properties"].items() if each.get("secret")}
    assert marked >= {*SECRETS, "oauth_settings_key", "oauth_settings_location"}


def test_the_schema_admits_every_default() -> None:
    schema = config_schema()
    defaults = {name: each.get("default") for name, each in schema["properties"].items()}
    Draft202012Validator(schema).validate(defaults)


def test_of_several_sources_the_later_wins(tmp_path: Path) -> None:
    one, two = tmp_path / "one.json", tmp_path / "two.json"
    one.write_text(json.dumps({"client_id": "one", "username": "one"}))
    two.write_text(json.dumps({"client_id": "two"}))
    assert read_config((str(one), str(two))) == {"client_id": "two", "username": "one"}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        pytest.param(b"{", r"is not JSON \(line 1\)", id="cut"),
        pytest.param(b'{"a":\n"hush', r"is not JSON \(line 2\)", id="cut text"),
        pytest.param(b"\xffhush", "is not JSON", id="no UTF-8"),
        pytest.param(b'["hush"]', "holds no JSON object", id="array"),
    ],
)
def test_a_broken_configuration_is_named_and_not_quoted(content: bytes, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem) as caught:
        parse_json_object(content, "configuration")
    assert "hush" not in str(caught.value)


def test_a_configuration_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nothing\.json: No such file"):
        read_config((str(tmp_path / "nothing.json"),))
