"""URLs of engines: `acton:///?Property=Value;Property=Value`, and how they are shown.

SQLAlchemy has split the query at every & and put blanks for + before a dialect sees it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError

from tap_acton.sql.connection_string import folded, parse
from tap_acton.sql.exceptions import InterfaceError
from tap_acton.sql.properties import property_table
from tap_acton.sql.schema.listed import HIDDEN, is_hidden

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ActOnUrl", "connection_string"]

_WITHOUT_BLANKS = {
    "oauthaccesstoken",
    "oauthrefreshtoken",
    "oauthverifier",
    "oauthclientid",
    "oauthclientsecret",
}
_PLAIN = " /:@,*!()$'"


def connection_string(url: URL) -> str:
    """Return the connection string that a URL holds.

    Raises:
        ArgumentError: It names a host, a port or a database.
        InterfaceError: Its query is no connection string.
    """
    if url.host or url.port or url.database:
        raise ArgumentError("A URL of Act-On has no host and no database: acton:///?Name=Value;…")
    return "".join(f"{name}={_quoted(value)};" for name, value in _properties(url))


class ActOnUrl(URL):
    """A URL that shows no secret."""

    def render_as_string(self, hide_password: bool = True) -> str:  # noqa: FBT001, FBT002 - theirs
        """Return the URL as a text.

        Args:
            hide_password: Whether the values of secrets, and of what is no property, are hidden.
        """
        start = f"{self.drivername}:///?"
        try:
            pairs = list(_properties(self))
        except InterfaceError:
            return start + HIDDEN
        shown = {folded(each.property) for each in property_table() if not is_hidden(each)}
        parts = []
        for name, value in pairs:
            is_plain = not hide_password or folded(name) in shown
            text = quote(_needed_quotes(value), safe=_PLAIN) if is_plain else HIDDEN
            parts.append(f"{quote(name, safe=' ')}={text}")
        return start + ";".join(parts)

    def __str__(self) -> str:
        return self.render_as_string()

    def __repr__(self) -> str:
        return self.render_as_string()

    def __hash__(self) -> int:
        return hash(self.render_as_string())


def _properties(url: URL) -> Iterator[tuple[str, str]]:
    if url.username:
        yield "User", url.username
    if url.password:
        yield "Password", str(url.password)
    for name, value in parse(_joined(url)):
        is_token = folded(name) in _WITHOUT_BLANKS
        yield name, value.replace(" ", "+") if is_token else value


def _joined(url: URL) -> str:
    """Return the query as it was written: an & begins a property, or belongs to a value."""
    known = {folded(entry.property) for entry in property_table()}
    text = ""
    for name, values in url.query.items():
        for value in (values,) if isinstance(values, str) else values:
            joint = ";" if folded(name) in known else "&"
            text += f"{joint if text else ''}{name}={value}"
    return text


def _needed_quotes(value: str) -> str:
    is_plain = not set(value) & set(";\"'") and value == value.strip()
    return value if is_plain else _quoted(value)


def _quoted(value: str) -> str:
    doubled = value.replace('"', '""')
    return f'"{doubled}"'
