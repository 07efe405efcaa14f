"""Our errors as those of PEP 249, in the words of somebody who writes connection strings."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Any

from tap_acton.errors import (
    ActOnError,
    ConfigError,
    LoginRequiredError,
    RequestRefusedError,
    UnexpectedReplyError,
    UnwritableError,
)
from tap_acton.settings import settings_table
from tap_acton.sql.exceptions import (
    DataError,
    Error,
    InterfaceError,
    OperationalError,
    ProgrammingError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["in_words_of_properties", "translated", "translated_rows"]

_KINDS: tuple[tuple[type[ActOnError], type[Error]], ...] = (
    (ConfigError, InterfaceError),
    (RequestRefusedError, ProgrammingError),
    (UnexpectedReplyError, DataError),
    (UnwritableError, DataError),
    (ActOnError, OperationalError),
)
_LOGIN = (
    "Set InitiateOAuth to GETANDREFRESH to log in with the browser, or set a new "
    "OAuthRefreshToken or OAuthVerifier."
)


@contextlib.contextmanager
def translated(note: Callable[[Error], None] = lambda _error: None) -> Iterator[None]:
    """Raise the block's errors as PEP 249's.

    Args:
        note: Hears of each.

    Raises:
        InterfaceError: A property must be changed.
        OperationalError: Somebody has to log in, a limit is reached, or Act-On failed.
        ProgrammingError: Act-On refused a request.
        DataError: A reply is not what the documents allow, or a text is none.
    """
    try:
        yield
    except UnicodeEncodeError:
        half = DataError("The statement or a parameter has half of a character, which no text has.")
        note(half)
        raise half from None
    except ActOnError as error:
        ours = _pep249(error)
        note(ours)
        raise ours from error
    except Error as error:
        note(error)
        raise


def _pep249(error: ActOnError) -> Error:
    kind = next(ours for theirs, ours in _KINDS if isinstance(error, theirs))
    if isinstance(error, LoginRequiredError) and "tap-acton-auth" in str(error):
        return kind(f"{in_words_of_properties(error.what)}. {_LOGIN}")
    return kind(in_words_of_properties(str(error)))


def in_words_of_properties(text: str) -> str:
    """Return a text with the names of properties in place of those of the tap's settings."""
    names = {each.name: each.property for each in settings_table() if each.property}
    plain = "|".join(name for name in names if "_" in name)
    every = "|".join(names)
    return re.sub(
        rf"\b({plain})\b|'({every})'",
        lambda found: names[found[1]] if found[1] else f"'{names[found[2]]}'",
        text.replace("Setting '", "Property '"),
    )


def translated_rows(
    rows: Iterator[tuple[Any, ...]], note: Callable[[Error], None], broken: list[Error]
) -> Iterator[tuple[Any, ...]]:
    """Yield rows; an error is translated once, and not for each of them.

    It knows no cursor, so that one that is dropped is gone at once, and not whenever and in
    whatever thread garbage is looked for.

    Args:
        rows: They may fail.
        note: Hears of an error.
        broken: Gets it.
    """
    try:
        with translated(note):
            yield from rows
    except Error as error:
        broken.append(error)
        raise
