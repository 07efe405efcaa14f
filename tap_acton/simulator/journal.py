"""The journal: one entry for each request of a client, without secrets, tokens or bodies."""

from bisect import insort
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final, overload

# Names of parameters that carry a secret or stand for one.
SECRET: Final = frozenset(
    {
        "access_token",
        "client_secret",
        "code",
        "password",
        "refresh_token",
        "state",
        "token",
        "username",
    }
)
HIDDEN: Final = "[hidden]"


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One request and how it was answered.

    `at` is in seconds on the simulator's monotonic clock, `status` is 0 where the connection
    ended before the status line, `bytes_sent` counts the body as sent (compressed, or cut),
    `fault` names the fault that struck, `grant` is the grant type of a token request, and
    `account` the number of the account that the request was for; a stranger's counts as the
    first one's.
    """

    number: int
    at: float
    method: str
    path: str
    query: Mapping[str, str]
    status: int
    fault: str = ""
    bytes_sent: int = 0
    grant: str = ""
    account: int = 0


class Journal(Sequence[Entry]):
    """All entries since the start or the last `clear`, in order of arrival."""

    def __init__(self) -> None:
        """Start empty."""
        self._entries: list[Entry] = []

    def add(self, entry: Entry) -> None:
        """Keep an entry in its place."""
        insort(self._entries, entry, key=lambda kept: kept.number)

    def clear(self) -> None:
        """Forget all entries; numbering goes on."""
        self._entries.clear()

    def matching(self, *, path: str = "*", method: str = "*") -> list[Entry]:
        """Entries whose path and method match the glob patterns."""
        return [
            entry
            for entry in list(self._entries)
            if fnmatchcase(entry.path, path) and fnmatchcase(entry.method, method)
        ]

    def __len__(self) -> int:
        """Count the entries."""
        return len(self._entries)

    @overload
    def __getitem__(self, index: int) -> Entry: ...
    @overload
    def __getitem__(self, index: slice) -> list[Entry]: ...
    def __getitem__(self, index: int | slice) -> Entry | list[Entry]:
        """Take entries by position."""
        return self._entries[index]

    def __iter__(self) -> Iterator[Entry]:
        """Walk over a copy, so that requests may arrive meanwhile."""
        return iter(list(self._entries))


def hide_secrets(query: Mapping[str, str]) -> dict[str, str]:
    """The query with the values of secret parameters replaced."""
    return {name: HIDDEN if name in SECRET else value for name, value in query.items()}
