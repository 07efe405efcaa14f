"""Names for streams and columns, made from what an account's users have typed."""

from __future__ import annotations

import difflib
import fnmatch
import hashlib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

__all__ = ["column_names", "did_you_mean", "matches", "nearest", "snake_case", "stream_names"]

_WORD_STARTS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NO_WORD = re.compile(r"[\W_]+")
_LONGEST = 63
"""Bytes of a name. PostgreSQL holds no longer ones, and its target refuses them."""


def snake_case(text: str) -> str:
    """Return text in lower case, its words joined by underscores.

    Letters of any script stay.

    >>> snake_case("E-mail Address"), snake_case("leadScore"), snake_case("Größe (cm)")
    ('e_mail_address', 'lead_score', 'größe_cm')
    """
    return _NO_WORD.sub("_", _WORD_STARTS.sub("_", text)).strip("_").lower()


def column_names(labels: Iterable[str], *, taken: Collection[str]) -> dict[str, str]:
    """Return a name for each label of a column, all different.

    Where two labels make the same name, the later one gets a suffix that depends on nothing but
    the label, so that it does not change when columns are added. Long names are cut.

    Args:
        labels: Headings, made unique (see `rows.unique_labels`).
        taken: Names that are in use.
    """
    names: dict[str, str] = {}
    used = set(taken)
    for label in labels:
        name = snake_case(label) or "column"
        names[label] = _free(name, _digest(label), used)
        used.add(names[label])
    return names


def stream_names(
    prefix: str, things: Iterable[tuple[str, str]], *, taken: Collection[str]
) -> dict[str, str]:
    """Return the stream's name for each list, segment or custom object, by its id.

    Of several with the same name the oldest (the lowest id) has the plain name, so that none is
    renamed when another is added; the others have their id behind it. Long names are cut.

    Args:
        prefix: What all names begin with.
        things: Id and name of each.
        taken: Names that are in use.
    """
    names: dict[str, str] = {}
    used = set(taken)
    for thing_id, name in sorted(things, key=lambda item: (len(item[0]), item[0])):
        stream = f"{prefix}_{snake_case(name) or snake_case(thing_id)}"
        names[thing_id] = _free(stream, snake_case(thing_id), used)
        used.add(names[thing_id])
    return names


def matches(patterns: tuple[str, ...], *texts: str) -> bool:
    """Tell whether any of the globs fits any of the texts, in any case, and none with a ! does.

    Without globs that have no ! in front, all texts fit that are not excluded.
    """
    excluded = [pattern[1:] for pattern in patterns if pattern.startswith("!")]
    wanted = [pattern for pattern in patterns if not pattern.startswith("!")]
    return not _fits(excluded, texts) and (not wanted or _fits(wanted, texts))


def _fits(patterns: list[str], texts: tuple[str, ...]) -> bool:
    return any(
        fnmatch.fnmatchcase(text.casefold(), pattern.casefold())
        for pattern in patterns
        for text in texts
    )


def nearest(text: str, names: Iterable[str]) -> str | None:
    """Return the name that somebody may have meant, in any case; None if none is near.

    >>> nearest("Mesages", ["lists", "messages"])
    'messages'
    """
    folded = {name.casefold(): name for name in names}
    near = difflib.get_close_matches(text.casefold(), folded, n=1)
    return folded[near[0]] if near else None


def did_you_mean(text: str, names: Iterable[str]) -> str:
    """Return a question to stand behind a sentence, a blank before it; empty if no name is near."""
    near = nearest(text, names)
    return f" Did you mean {near!r}?" if near else ""


def _free(name: str, suffix: str, used: Collection[str]) -> str:
    free = _shortened(name)
    if free in used:
        free = _shortened(f"{name}_{suffix}")
    while free in used:
        free = _shortened(f"{free}_")
    return free


def _shortened(name: str) -> str:
    """Return the name; the beginning of a long one, and what stands for the whole behind it."""
    whole = name.encode()
    if len(whole) <= _LONGEST:
        return name
    end = f"_{_digest(name)}"
    return whole[: _LONGEST - len(end)].decode(errors="ignore").rstrip("_") + end


def _digest(label: str) -> str:
    return hashlib.sha256(label.encode(errors="surrogatepass")).hexdigest()[:6]
