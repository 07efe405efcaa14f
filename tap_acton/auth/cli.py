"""`tap-acton-auth`: look after the tokens without running the tap."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from tap_acton import interrupts
from tap_acton.auth.account import daily_budget, open_account, open_store
from tap_acton.auth.authenticator import LOGINS_AN_HOUR, TokenKeeper
from tap_acton.clock import SYSTEM_CLOCK, moment
from tap_acton.config import read_config, read_settings
from tap_acton.errors import ActOnError, ConfigError

if TYPE_CHECKING:
    from tap_acton.auth.tokens import Memory
    from tap_acton.settings import Settings

__all__ = ["main"]

_config_option = click.option(
    "--config",
    "sources",
    multiple=True,
    required=True,
    help="The tap's configuration file, or ENV for environment variables.",
)


@click.group()
def auth() -> None:
    """Look after the tokens that tap-acton keeps in its settings file."""


@auth.command()
@_config_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def status(sources: tuple[str, ...], *, as_json: bool) -> None:
    """Show what the settings file holds. Nothing is sent."""
    settings = _stored(_settings(sources))
    facts = _facts(settings, open_store(settings).load())
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
    account = open_account(_settings(sources))
    if not isinstance(account.auth, TokenKeeper):
        raise _nothing_kept()
    try:
        tokens = account.auth.obtain(even_if_fresh=True)
    finally:
        account.transport.close()
    expires = moment(tokens.expires_at).isoformat(timespec="seconds") if tokens.expires_at else "-"
    click.echo(f"The access token is valid until {expires}.")


@auth.command()
@_config_option
def logout(sources: tuple[str, ...]) -> None:
    """Forget the tokens. That they were used, and the logins of this hour, stay known."""
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


def _facts(settings: Settings, memory: Memory) -> dict[str, Any]:
    now, tokens = SYSTEM_CLOCK.now(), memory.tokens
    expires_at = tokens.expires_at if tokens else None
    return {
        "api": settings.base_url,
        "user": memory.username or settings.username,
        "settings_file": str(settings.settings_file),
        "access_token": tokens.age(now).value if tokens else "none",
        "expires": moment(expires_at).isoformat(timespec="seconds") if expires_at else None,
        "generation": memory.generation,
        "can_refresh": bool(
            tokens and tokens.refresh_token and not memory.is_spent(tokens.refresh_token)
        ),
        "logins_left_this_hour": LOGINS_AN_HOUR - len(memory.recent_logins(now)),
        "requests_left_today": daily_budget(settings).remaining(),
    }
