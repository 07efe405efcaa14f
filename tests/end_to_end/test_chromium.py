"""Logging in with a real browser: Chromium, driven through the simulator's own pages."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException, WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.harness import wait_until
from tests.visitors import with_parameters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tap_acton.simulator import Simulator
    from tests.conftest import Configure, Simulate

COMMAND = str(Path(sys.executable).with_name("tap-acton-auth"))
CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=de",
)

pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="needs Debian's chromium and chromium-driver"
)


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """A browser of its own, with an empty profile."""
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM or ""
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.add_experimental_option("prefs", {"intl.accept_languages": "de,en"})
    service = webdriver.ChromeService(executable_path=DRIVER)
    driver = webdriver.Chrome(options=options, service=service)
    driver.set_page_load_timeout(30)
    try:
        yield driver
    finally:
        driver.quit()


class Login:
    """`tap-acton-auth login`, waiting for the browser; its page is opened by the test."""

    def __init__(self, sim: Simulator, config: dict[str, Any], folder: Path) -> None:
        self.sim = sim
        self.store = Path(config["oauth_settings_location"])
        self._opened = folder / "opened.txt"
        recorder = folder / "recorder.sh"
        recorder.write_text(
            f'#!/bin/sh\nprintf %s "$1" > {self._opened}.part\n'
            f"mv {self._opened}.part {self._opened}\n"
        )
        recorder.chmod(0o700)
        file = folder / "config.json"
        file.write_text(json.dumps(config))
        self._process = subprocess.Popen(
            [COMMAND, "login", "--config", str(file)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "BROWSER": f"{recorder} %s"},
        )

    def page(self) -> str:
        """Return the address that the command has the browser open."""
        wait_until(self._opened.exists)
        return self._opened.read_text()

    def ends(self) -> tuple[int, str]:
        """Return the exit code and the last line on stderr."""
        _, said = self._process.communicate(timeout=60)
        return self._process.returncode, said.splitlines()[-1]

    def grants(self) -> list[str]:
        return [entry.grant for entry in self.sim.journal if entry.grant]


@pytest.fixture
def log_in(simulator: Simulate, configure: Configure, tmp_path: Path) -> Callable[..., Login]:
    def start(**changes: Any) -> Login:
        sim = simulator()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            callback = f"http://localhost:{probe.getsockname()[1]}/callback"
        nobody = {"auth_scheme": None, "username": None, "password": None}
        return Login(sim, configure(sim, callback_url=callback, **nobody, **changes), tmp_path)

    return start


def decide(browser: webdriver.Chrome, login: Login, decision: str) -> None:
    """Fill in Act-On's page and press a button."""
    browser.get(login.page())
    credentials = login.sim.credentials
    browser.find_element(By.ID, "username").send_keys(credentials.username)
    browser.find_element(By.ID, "password").send_keys(credentials.password)
    browser.find_element(By.CSS_SELECTOR, f"button[value={decision}]").click()


def heading(browser: webdriver.Chrome, expected: str) -> str:
    """Return the page's text once its heading is there."""
    # The page of before may go between the look for its heading and the look at it.
    WebDriverWait(browser, 30, ignored_exceptions=[StaleElementReferenceException]).until(
        lambda driver: expected in driver.find_element(By.TAG_NAME, "h1").text
    )
    return browser.find_element(By.TAG_NAME, "body").text


def test_a_login_ends_with_tokens_and_a_page_in_the_users_language(
    chromium: webdriver.Chrome, log_in: Callable[..., Login]
) -> None:
    login = log_in()
    decide(chromium, login, "authorize")
    assert "Sie können dieses Fenster schließen" in heading(chromium, "Sie sind angemeldet")
    assert (login.ends()[0], login.grants()) == (0, ["authorization_code"])
    assert login.store.exists()


def test_a_wrong_password_is_asked_for_again(
    chromium: webdriver.Chrome, log_in: Callable[..., Login]
) -> None:
    login = log_in()
    chromium.get(login.page())
    chromium.find_element(By.ID, "username").send_keys(login.sim.credentials.username)
    chromium.find_element(By.ID, "password").send_keys("wrong")
    chromium.find_element(By.CSS_SELECTOR, "button[value=authorize]").click()
    heading(chromium, "Authorize")
    decide(chromium, login, "authorize")
    heading(chromium, "angemeldet")
    assert login.ends()[0] == 0


def test_a_denial_is_told_in_the_browser_and_on_the_terminal(
    chromium: webdriver.Chrome, log_in: Callable[..., Login]
) -> None:
    login = log_in()
    decide(chromium, login, "deny")
    assert "declined" in heading(chromium, "nicht geklappt")
    code, said = login.ends()
    assert (code, login.grants()) == (2, [])
    assert "declined" in said


def test_an_answer_with_a_wrong_state_is_refused(
    chromium: webdriver.Chrome, log_in: Callable[..., Login]
) -> None:
    login = log_in()
    chromium.get(with_parameters(login.page(), state="forged"))
    credentials = login.sim.credentials
    chromium.find_element(By.ID, "username").send_keys(credentials.username)
    chromium.find_element(By.ID, "password").send_keys(credentials.password)
    chromium.find_element(By.CSS_SELECTOR, "button[value=authorize]").click()
    assert "another login" in heading(chromium, "nicht geklappt")
    code, said = login.ends()
    assert (code, login.grants()) == (2, [])
    assert "another login" in said


def test_a_second_visit_finds_nobody(
    chromium: webdriver.Chrome, log_in: Callable[..., Login]
) -> None:
    login = log_in()
    decide(chromium, login, "authorize")
    heading(chromium, "angemeldet")
    assert login.ends()[0] == 0
    with pytest.raises(WebDriverException, match="ERR_CONNECTION_REFUSED"):
        chromium.get(chromium.current_url)
    assert login.grants() == ["authorization_code"]


def test_a_tab_that_is_closed_ends_with_the_timeout(
    chromium: webdriver.Chrome, log_in: Callable[..., Login]
) -> None:
    login = log_in(login_timeout=2)
    chromium.switch_to.new_window("tab")
    chromium.get(login.page())
    chromium.close()
    chromium.switch_to.window(chromium.window_handles[0])
    code, said = login.ends()
    assert (code, login.grants()) == (2, [])
    assert "Nobody logged in within 2 s" in said
