"""Cells of a list's row given in order or by heading."""

from collections.abc import Mapping, Sequence

from tap_acton.simulator.world.contact_list import ListFacts

Values = Mapping[str, str] | Sequence[str]


def first_mail_column(headers: Sequence[str]) -> int:
    """The first heading that speaks of mail, from 0, or -1."""
    return next((at for at, name in enumerate(headers) if "mail" in name.lower()), -1)


def cells_of(facts: ListFacts, values: Values) -> Sequence[str]:
    """The values in the order of the headings; what is not given is empty.

    Raises:
        ValueError: if a heading is unknown.
    """
    if not isinstance(values, Mapping):
        return values
    cells = [""] * len(facts.headings)
    for name, cell in values.items():
        cells[column_of(facts, name)] = cell
    return cells


def column_of(facts: ListFacts, heading: str) -> int:
    """The first column with this heading, from 0.

    Raises:
        ValueError: if there is none.
    """
    if heading not in facts.headings:
        msg = f"list {facts.id} has no heading {heading!r}"
        raise ValueError(msg)
    return facts.headings.index(heading)
