"""The table that a list's download sends: its columns, with or without dates, by name or all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from tap_acton.simulator.envelopes import refuse
from tap_acton.simulator.routing import Call
from tap_acton.simulator.timetext import iso
from tap_acton.simulator.world.contact_list import ContactList, Row

ID_HEADING: Final = "_contact_id_"


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """Headings and rows as they go out; `email_column` counts the id column too.

    The last `dates` columns are those of dates.
    """

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    email_column: int
    dates: int = 0

    def narrowed(self, width: int) -> "Table":
        """The first columns."""
        if len(self.headings) <= width:
            return self
        return Table(
            headings=self.headings[:width],
            rows=[row[:width] for row in self.rows],
            email_column=self.email_column,
        )

    def without_ids(self) -> "Table":
        """All columns but the first."""
        return Table(
            headings=self.headings[1:],
            rows=[row[1:] for row in self.rows],
            email_column=self.email_column - 1,
        )

    def without_dates(self) -> "Table":
        """All columns but those of dates."""
        return self.narrowed(len(self.headings) - self.dates)


def make_table(
    call: Call, found: ContactList, rows: Sequence[Row], *, dates: str = "same"
) -> Table:
    """The columns that a request asks for; `dates` is an option `csv_dates`.

    Raises:
        RefusedError: 10010 if it asks for unknown ones, or for some together with dates.
    """
    dated = call.param("datequalifiers").lower() == "true"
    if call.param("fields") and not call.options.ignore_fields:
        if dated:
            # "cannot be used in conjunction" (SPEC download-list); the reply is a guess.
            raise refuse(10010)
        return _chosen(call.param("fields").split(";"), found, rows)
    table = _whole(found, rows)
    return _with_dates(call, table, rows, dates) if dated else table


def _whole(found: ContactList, rows: Sequence[Row]) -> Table:
    return Table(
        headings=(ID_HEADING, *found.facts.headings),
        rows=[(row.id, *row.cells) for row in rows],
        email_column=found.facts.email_column + 1 if found.facts.email_column >= 0 else -1,
    )


def _chosen(names: Sequence[str], found: ContactList, rows: Sequence[Row]) -> Table:
    # Ids stay, columns come in the order asked for, equal headings all come, and an unknown
    # one is refused with 10010: guesses.
    headings = found.facts.headings
    columns = [at for name in names for at, heading in enumerate(headings) if heading == name]
    if not set(names) - {ID_HEADING} <= set(headings):
        raise refuse(10010)
    email = found.facts.email_column
    return Table(
        headings=(ID_HEADING, *(headings[at] for at in columns)),
        rows=[(row.id, *(row.cells[at] for at in columns)) for row in rows],
        email_column=columns.index(email) + 1 if email in columns else -1,
    )


def _with_dates(call: Call, table: Table, rows: Sequence[Row], dates: str) -> Table:
    # SPEC: created_date, modified_date; OLD and HC: with two underscores. Place: guess.
    marks = "__" if call.options.date_headings == "underscored" else ""
    # The format of the values is unknown: an option.
    zone = call.options.zone
    writers: dict[str, Callable[[int], str]] = {
        "ms": str,
        "second": zone.second,
        "minute": zone.minute,
        "iso": iso,
    }
    write = writers[call.options.date_values if dates == "same" else dates]
    return Table(
        headings=(*table.headings, f"{marks}created_date", f"{marks}modified_date"),
        rows=[
            (*cells, write(row.created_ms), write(row.modified_ms))
            for cells, row in zip(table.rows, rows, strict=True)
        ],
        email_column=table.email_column,
        dates=2,
    )
