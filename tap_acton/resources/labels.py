"""What the cells of a table stand under: headings that may repeat, as labels that do not."""

from __future__ import annotations

from typing import Any

__all__ = ["CREATED", "MODIFIED", "list_labels", "unique_labels"]

CREATED, MODIFIED = "@created_date", "@modified_date"
"""Labels of the API's own dates; no heading begins with an @ by chance."""


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

    The documents spell the two headings with and without underscores before them. Where a list
    has a column of the same heading, the API's comes behind it.
    """
    labels = unique_labels(headings)
    for name, label in (("created_date", CREATED), ("modified_date", MODIFIED)):
        spellings = (f"__{name}", f"{name} [2]", name)
        found = next((spelling for spelling in spellings if spelling in labels), None)
        if found is not None:
            labels[labels.index(found)] = label
    return labels
