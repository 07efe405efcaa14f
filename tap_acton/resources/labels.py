"""What the cells of a table stand under: headings that may repeat, as labels that do not."""

from __future__ import annotations

from typing import Any

__all__ = ["CREATED", "MODIFIED", "list_labels", "unique_labels"]

CREATED, MODIFIED = "@created_date", "@modified_date"
"""Labels of the API's own dates; no heading begins with an @ by chance."""
_DATES = {"created_date": CREATED, "modified_date": MODIFIED}
_MARKS = ("", "__")


def unique_labels(headings: list[Any]) -> list[str]:
    """Return the headings, a number behind each one that was there before.

    `["Topic", "Topic"]` becomes `["Topic", "Topic [2]"]`.
    """
    labels: list[str] = []
    known: set[str] = set()
    for heading in headings:
        label, number = str(heading), 1
        while label in known:
            number += 1
            label = f"{heading} [{number}]"
        known.add(label)
        labels.append(label)
    return labels


def list_labels(headings: list[Any]) -> list[str]:
    """Return unique labels, those of the API's own dates as `CREATED` and `MODIFIED`.

    The documents spell the two headings with and without underscores before them. A list may have
    columns of the same headings: then the API's are of the spelling that both come in, and behind.
    """
    labels, texts = unique_labels(headings), [str(heading) for heading in headings]
    whole = [mark for mark in _MARKS if all(f"{mark}{name}" in texts for name in _DATES)]
    marks = whole if len(whole) == 1 else _MARKS
    for name, label in _DATES.items():
        spellings = {f"{mark}{name}" for mark in marks}
        places = [place for place, text in enumerate(texts) if text in spellings]
        if places:
            labels[places[-1]] = label
    return labels
