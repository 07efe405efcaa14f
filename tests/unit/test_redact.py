"""`scrub` keeps a service's message and drops secrets and people."""

from __future__ import annotations

import pytest

from tap_acton.redact import scrub

TOKEN = "12345678-9abc-def0-1234-56789abcdef0"


@pytest.mark.parametrize(
    "secret",
    [
        pytest.param("john.doe+7@acton.example", id="e-mail address"),
        pytest.param("jöhn@müller.example", id="e-mail address beyond ASCII"),
        pytest.param(TOKEN, id="token"),
        pytest.param(TOKEN.replace("-", ""), id="hexadecimal token"),
        pytest.param("eyJhbGciOi.eyJzdWIiOiIx.c2lnbmF0dXJl", id="JWT"),
        pytest.param("ab+/ab+/ab+/ab+/ab+/ab+/ab==", id="base64"),
        pytest.param("ABCDEFGHIJKLMNOPQRSTUVWXYZ1", id="capitals and a digit"),
        pytest.param("ABCDEFGHIJKLMNOPQRSTUVWX.a", id="capitals, then something else"),
    ],
)
@pytest.mark.parametrize("frame", ["{}", "Bad value '{}'.", "value={}&more", "<{}>", "({})"])
def test_no_secret_and_no_address_is_left(secret: str, frame: str) -> None:
    assert secret not in scrub(frame.format(secret))


@pytest.mark.parametrize(
    "message",
    [
        "Invalid or missing list",
        "Unknown or invalid refresh token.",
        "PUBLIC_API_FEATURE_NOT_ENABLED",
        "No resources match requested URI",
        "The list l-0001 has 255 columns",
    ],
)
def test_a_message_for_people_stays_as_it_is(message: str) -> None:
    assert scrub(message) == message


def test_a_message_becomes_one_line() -> None:
    assert scrub(" one\r\n two\t three \n") == "one two three"


def test_a_message_has_an_end() -> None:
    assert len(scrub("word " * 1000)) <= 200


def test_what_surrounds_a_secret_stays() -> None:
    assert scrub(f"Token {TOKEN} of me@acton.example is bad") == (
        "Token [hidden] of [e-mail] is bad"
    )
