"""The application that a distributor ships: two slots, and what the user hears of them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import tap_acton
from tap_acton.config import read_settings
from tap_acton.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    Ship = Callable[..., None]

APP = {"client_id": "app-1", "client_secret": "not so secret"}


@pytest.fixture
def ship(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ship:
    """Install a distribution with an entry point that leads to a value."""

    def install(app: Any, name: str = "acme_acton") -> None:
        information = tmp_path / f"{name}-1.0.dist-info"
        information.mkdir()
        (information / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
        )
        (information / "entry_points.txt").write_text(
            f"[tap_acton.oauth_app]\ndefault = {name}:APP\n"
        )
        (tmp_path / f"{name}.py").write_text(f"APP = {app!r}\n")
        sys.modules.pop(name, None)
        monkeypatch.syspath_prepend(str(tmp_path))

    return install


def test_an_application_that_was_shipped_needs_no_settings(ship: Ship) -> None:
    ship({**APP, "callback_url": "http://localhost:33333"})
    settings = read_settings({})
    assert (settings.client_id, settings.callback_url) == ("app-1", "http://localhost:33333")


def test_an_application_in_the_settings_wins(ship: Ship) -> None:
    ship(APP)
    settings = read_settings({"client_id": "mine", "client_secret": "mine too"})
    assert (settings.client_id, settings.client_secret) == ("mine", "mine too")


def test_half_an_application_in_the_settings_is_not_completed(ship: Ship) -> None:
    ship(APP)
    with pytest.raises(ConfigError, match=r"Missing in the settings: client_secret\."):
        read_settings({"client_id": "mine"})


def test_without_an_application_the_two_settings_are_named() -> None:
    with pytest.raises(ConfigError, match=r"Missing in the settings: client_id, client_secret\."):
        read_settings({})


@pytest.mark.parametrize(
    "app",
    [None, {"client_id": "x"}, {**APP, "more": "x"}, {**APP, "client_id": 1}],
    ids=["nothing", "half", "too much", "no text"],
)
def test_a_faulty_application_is_named_and_not_shown(ship: Ship, app: Any) -> None:
    ship(app)
    with pytest.raises(ConfigError, match="acme_acton:APP") as caught:
        read_settings({})
    assert APP["client_secret"] not in str(caught.value)


def test_two_applications_are_one_too_many(ship: Ship) -> None:
    ship(APP)
    ship(APP, name="other_acton")
    with pytest.raises(ConfigError, match="acme_acton:APP, other_acton:APP"):
        read_settings({})


def test_an_application_that_cannot_be_loaded_is_named(ship: Ship, tmp_path: Path) -> None:
    ship(APP)
    (tmp_path / "acme_acton.py").write_text("raise RuntimeError('secret inside')\n")
    with pytest.raises(ConfigError, match="acme_acton:APP: RuntimeError") as caught:
        read_settings({})
    assert "secret inside" not in str(caught.value)


def test_a_file_of_the_build_is_an_application_too(tmp_path: Path) -> None:
    file = Path(tap_acton.__file__).with_name("oauth_app.json")
    assert not file.exists(), "this project ships none"
    copy = tmp_path / "tap_acton"
    copy.mkdir()
    for module in ("embedded", "errors", "__init__"):
        (copy / f"{module}.py").write_text(file.with_name(f"{module}.py").read_text())
    (copy / "oauth_app.json").write_text(json.dumps(APP))
    code = "from tap_acton.embedded import embedded_app; print(embedded_app()['client_id'])"
    shown = run_in(tmp_path, code)
    assert shown == "app-1\n"


def run_in(folder: Path, code: str) -> str:
    """Run a program that finds its packages in a folder first."""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout
