"""`Changes`: what can be changed in an account. Each change is sent once.

Where no usable reply comes, nobody knows whether a change took effect: that is an error of its own
(`WriteUnknownError`), and nothing is sent again.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tap_acton.errors import (
    RequestRefusedError,
    ServerFailedError,
    UnexpectedReplyError,
    UnwritableError,
    WriteUnknownError,
)
from tap_acton.transport.outgoing import Write

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tap_acton.auth.account import Account
    from tap_acton.transport.replies import Reply

__all__ = ["MOST_DELETED", "Changes", "Refused"]

MOST_DELETED = 100
"""Records that one request may delete."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """A record that was not deleted, and why."""

    id: str
    reason: str


class Changes:
    """Changes an account. All methods raise `WriteUnknownError` if no usable reply comes.

    Args:
        account: How to reach it.
    """

    def __init__(self, account: Account) -> None:
        self._account = account

    def insert_record(self, list_id: str, values: Mapping[str, str]) -> str:
        """Add a record to a list, also if there is one like it, and return its id.

        Args:
            list_id: The list.
            values: Cells by the list's headings.

        Raises:
            RequestRefusedError: There is no such list or heading.
        """
        path = f"/api/1/list/{_quoted(list_id)}/record"
        return _id_of(self._send(Write(method="POST", path=path, body=values)), path)

    def upsert_record(self, list_id: str, email: str, values: Mapping[str, str]) -> str:
        """Change the first record that has an address, or add one, and return its id.

        Args:
            list_id: The list.
            email: The address.
            values: Cells by the list's headings; the others stay as they are.

        Raises:
            RequestRefusedError: There is no such list or heading.
        """
        if not email.strip():
            raise UnwritableError("An address is empty", next_step="Give the record's address.")
        path = f"/api/1/list/{_quoted(list_id)}/record"
        write = Write(method="PUT", path=path, params={"email": email}, body=values)
        return _id_of(self._send(write), path)

    def update_record(self, list_id: str, record_id: str, values: Mapping[str, str]) -> None:
        """Change cells of a record by the list's headings; the others stay as they are.

        Raises:
            RequestRefusedError: There is no such list, record or heading.
        """
        path = f"/api/1/list/{_quoted(list_id)}/record/{_quoted(record_id)}"
        self._send(Write(method="PUT", path=path, body=values))

    def delete_records(self, list_id: str, ids: Sequence[str]) -> list[Refused]:
        """Delete records of a list, and return those that were not deleted.

        Args:
            list_id: The list.
            ids: At most a hundred ids.

        Raises:
            RequestRefusedError: There is no such list.
            ValueError: There are more ids than a request may have.
        """
        if len(ids) > MOST_DELETED:
            raise ValueError(f"At most {MOST_DELETED} records can be deleted at once.")
        if any(not each.strip() or "," in each for each in _several(ids)):
            raise UnwritableError("An id of a record is empty, or holds a comma")
        path = f"/api/1/list/{_quoted(list_id)}/record"
        params = {"contactids": ",".join(ids)}
        reply = self._send(Write(method="DELETE", path=path, params=params))
        failed = reply.get("failedList") or []
        if reply.get("success_count", 0) + len(failed) != len({*ids}):
            raise WriteUnknownError("The reply does not say what became of each record", where=path)
        return [
            Refused(id=str(each.get("id", "")), reason=str(each.get("reason", "no reason given")))
            for each in failed
            if isinstance(each, dict)
        ]

    def opt_out(self, emails: Sequence[str]) -> int:
        """Add addresses to those that get no mail, and return how many.

        Raises:
            RequestRefusedError: Act-On takes some of them for no addresses; it took the others.
        """
        return self._suppress("optout", emails)

    def opt_in(self, emails: Sequence[str]) -> int:
        """Take addresses from those that get no mail, and return how many.

        Act-On has to enable this for an account.

        Raises:
            RequestRefusedError: It is not enabled, or Act-On takes some for no addresses.
        """
        return self._suppress("optin", emails)

    def create_header(self, values: Mapping[str, str]) -> str:
        """Add a header of messages with `title`, `html` and `text`.

        Returns its id; an empty one if the reply has none: no document shows it.
        """
        return self._create("header", values)

    def update_header(self, header_id: str, values: Mapping[str, str]) -> None:
        """Change `title`, `html` or `text` of a header."""
        self._update("header", header_id, values)

    def delete_header(self, header_id: str) -> None:
        """Delete a header."""
        self._delete("header", header_id)

    def create_footer(self, values: Mapping[str, str]) -> str:
        """Add a footer, as a header."""
        return self._create("footer", values)

    def update_footer(self, footer_id: str, values: Mapping[str, str]) -> None:
        """Change `title`, `html` or `text` of a footer."""
        self._update("footer", footer_id, values)

    def delete_footer(self, footer_id: str) -> None:
        """Delete a footer."""
        self._delete("footer", footer_id)

    def _create(self, kind: str, values: Mapping[str, str]) -> str:
        path = f"/api/1/{kind}/"
        return str(self._send(Write(method="POST", path=path, form=values)).get("id", ""))

    def _update(self, kind: str, part_id: str, values: Mapping[str, str]) -> None:
        self._send(Write(method="PUT", path=f"/api/1/{kind}/{_quoted(part_id)}", form=values))

    def _delete(self, kind: str, part_id: str) -> None:
        self._send(Write(method="DELETE", path=f"/api/1/{kind}/{_quoted(part_id)}"))

    def _suppress(self, word: str, emails: Sequence[str]) -> int:
        path = f"/api/1/list/{word}"
        reply = self._send(Write(method="PUT", path=path, file=_csv(emails)))
        rejected = _number(reply, "rejectedRecords") + _number(reply, "emptyRecords")
        if rejected:
            raise RequestRefusedError(
                f"Act-On rejects {rejected} of {len(emails)} as no addresses, and took the others",
                where=f"PUT {path}",
            )
        return len(emails)

    def _send(self, write: Write) -> dict[str, Any]:
        account = self._account
        return account.transport.write(write, auth=account.auth, decode=_told)


def _told(reply: Reply) -> dict[str, Any]:
    """Return what a reply tells: no document shows those of headers and footers."""
    try:
        told = reply.json()
    except ServerFailedError:  # its status says that it worked
        return {}
    if not isinstance(told, dict):
        return {}
    if str(told.get("status", "")).casefold() in {"error", "failure", "failed"}:
        raise RequestRefusedError(f"Act-On says: {told.get('message')}", where=reply.where)
    return told


def _id_of(told: Mapping[str, Any], path: str) -> str:
    found = told.get("id") or told.get("contact_id")
    if found is None:
        raise UnexpectedReplyError("The reply to a change that was made has no id", where=path)
    return str(found)


def _number(told: Mapping[str, Any], name: str) -> int:
    value = told.get(name)
    return value if isinstance(value, int) else 0


def _csv(emails: Sequence[str]) -> str:
    if any(not each.strip() or "\n" in each or "\r" in each for each in _several(emails)):
        raise UnwritableError("An address is empty, or has more than one line")
    text = io.StringIO()
    csv.writer(text).writerows([each] for each in emails)
    return text.getvalue()


def _several(texts: Sequence[str]) -> Sequence[str]:
    """Return texts; a single one would be taken for as many as it has characters."""
    if isinstance(texts, str):
        raise UnwritableError("A text stands where a list of texts is needed")
    return texts


def _quoted(part: str) -> str:
    """Return an id as a part of an address; an empty one would be another address."""
    if not part.strip(". "):
        raise UnwritableError("An id is empty, or is no id", next_step="Give the id of one row.")
    return quote(part, safe=":", errors="surrogatepass")
