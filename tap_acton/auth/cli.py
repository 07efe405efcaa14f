"""`tap-acton-auth`: log in, and look after the tokens, without running the tap."""

from __future__ import annotations

import contextlib
import json
import sys
from functools import partial
from typing import TYPE_CHECKING

import click

from tap_acton import interrupts
from tap_acton.auth.account import open_account, open_store
from tap_acton.auth.authenticator import TokenKeeper
from tap_acton.auth.authorization import authorization_url, code_from_pasted, new_state
from tap_acton.auth.browser import code_from_browser
from tap_acton.auth.status import iso_time, kept_facts
from tap_acton.config import CONFIG_HELP, read_config, read_settings
from tap_acton.errors import ActOnError, ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_acton.auth.rotation import Rotation
    from tap_acton.auth.tokens import TokenSet
    from tap_acton.settings import Settings

__all__ = ["main"]

_config_option = click.option(
    "--config",
    "sources",
    multiple=True,
    required=True,
    metavar="FILE|ENV",
    help=CONFIG_HELP,
)


@click.group()
def auth() -> None:
    """Log in to Act-On, and look after the tokens that tap-acton keeps."""


@auth.command()
@_config_option
@click.option(
    "--browser/--no-browser",
    default=True,
    help="Open the login page on this machine, as is the default, or print its address and ask "
    "for the one that the browser is sent to.",
)
def login(sources: tuple[str, ...], *, browser: bool) -> None:
    """Log in with the password or the browser.

    auth_scheme OAuthPassword takes the password, OAuth the browser.
    """
    settings = _stored(_settings(sources))
    with _rotation(settings) as rotation:
        if settings.auth_scheme == "OAuthPassword":
            tokens = rotation.log_in()
        elif not browser:
            tokens = rotation.exchange(_asked(settings))
        else:
            click.echo("Log in on the page that your browser shows.", err=True)
            with code_from_browser(settings, tell=partial(click.echo, err=True)) as code:
                tokens = rotation.exchange(code)
    _say_valid(tokens)


@auth.command()
@_config_option
@click.option("--state", help="Any text; it comes back with the answer, for `exchange`.")
def url(sources: tuple[str, ...], state: str | None) -> None:
    """Print the address of the login page. Nothing is sent."""
    click.echo(authorization_url(_settings(sources), state=state))


@auth.command()
@_config_option
@click.option(
    "--code",
    help="The code, or the whole address that the browser was sent to.  [default: oauth_verifier]",
)
@click.option("--state", help="What `url` was given; the address must have the same.")
def exchange(sources: tuple[str, ...], code: str | None, state: str | None) -> None:
    """Exchange the code of a login for tokens, and keep them."""
    settings = _stored(_settings(sources))
    given = code or settings.oauth_verifier
    if not given:
        raise ConfigError("There is no code", next_step="Give --code, or set oauth_verifier.")
    with _rotation(settings) as rotation:
        tokens = rotation.exchange(code_from_pasted(given, state))
    _say_valid(tokens)


@auth.command()
@_config_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def status(sources: tuple[str, ...], *, as_json: bool) -> None:
    """Show what the tokens are worth and what is left of the budgets.

    Nothing is sent.
    """
    facts = kept_facts(_stored(_settings(sources)))
    if as_json:
        click.echo(json.dumps(facts))
    else:
        width = max(map(len, facts))
        for name, value in facts.items():
            click.echo(f"{name:<{width}}  {'-' if value is None else value}")


@auth.command()
@_config_option
def refresh(sources: tuple[str, ...]) -> None:
    """Renew the tokens now, or log in if OAuthPassword has none yet."""
    with _rotation(_stored(_settings(sources))) as rotation:
        tokens = rotation.obtain(even_if_fresh=True)
    _say_valid(tokens)


@auth.command()
@_config_option
def logout(sources: tuple[str, ...]) -> None:
    """Forget the tokens.

    That they were used, and the logins of this hour, stay known.
    """
    settings = _stored(_settings(sources))
    store = open_store(settings)
    with store.locked():
        store.save(store.load().spending(*settings.given_tokens).forgetting())
    click.echo("The tokens are forgotten.")


def main() -> None:
    """Run the command; errors are one line on stderr and an exit code."""
    interrupts.listen()
    try:
        code = auth.main(standalone_mode=False)
    except ActOnError as error:
        click.echo(f"Error: {error}", err=True)
        code = error.exit_code
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except interrupts.Interrupted as stop:
        click.echo("Error: Stopped by a signal.", err=True)
        code = stop.exit_code
    sys.exit(code if isinstance(code, int) else 0)


def _settings(sources: tuple[str, ...]) -> Settings:
    return read_settings(read_config(sources))


def _stored(settings: Settings) -> Settings:
    if settings.mode == "OFF":
        raise _nothing_kept()
    return settings


def _nothing_kept() -> ConfigError:
    return ConfigError(
        "Nothing is kept while initiate_oauth is OFF",
        next_step="Set initiate_oauth to REFRESH or GETANDREFRESH.",
    )


@contextlib.contextmanager
def _rotation(settings: Settings) -> Iterator[Rotation]:
    account = open_account(settings)
    if not isinstance(account.auth, TokenKeeper):
        raise _nothing_kept()
    try:
        yield account.auth.rotation
    finally:
        account.transport.close()


def _asked(settings: Settings) -> str:
    """Return the code that somebody copies from a browser, on whatever machine that is."""
    state = new_state()
    click.echo(
        "Open this page, log in, and copy the address that the browser is sent to:", err=True
    )
    click.echo(authorization_url(settings, state=state), err=True)
    return code_from_pasted(click.prompt("Its address, or the code in it", err=True), state)


def _say_valid(tokens: TokenSet) -> None:
    click.echo(f"The access token is valid until {iso_time(tokens.expires_at) or '-'}.")
