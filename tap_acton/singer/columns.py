"""The columns of a list's stream over time: those of the catalog, and what became of them since.

A column is never narrower than it was in an earlier run, and an added one keeps its name: the
stream's state remembers both.
"""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from singer_sdk import Stream

from tap_acton.names import column_names
from tap_acton.resources.columnar import values_of
from tap_acton.resources.convert import Type
from tap_acton.resources.detect import type_of, wider
from tap_acton.resources.lists import FIXED_LIST_COLUMNS
from tap_acton.resources.model import MISFITS, Column

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from tap_acton.resources.model import Record, Resource

__all__ = ["DeclaringStream", "ListColumns"]

logger = logging.getLogger("tap-acton")

_TYPES = "types"
_ADDED = "columns"
_ANY = "*"
"""Stands for every column where all are texts, as in most lists: the state is to stay small."""


class ListColumns:
    """The columns of one list, in this run and the ones before.

    Args:
        resource: The list, as the catalog describes it.
        state: The stream's state. It remembers types by column, and headings of added columns.
        wanted: Names of the columns that are selected.
        adds: Whether a column that the catalog does not know is added; else it is reported.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: The state is not what this class wrote.
    """

    def __init__(
        self, resource: Resource, state: dict[str, Any], *, wanted: Collection[str], adds: bool
    ) -> None:
        self._name = resource.name
        self._state = state
        self._adds = adds
        self._types = {name: Type[kind.upper()] for name, kind in state.get(_TYPES, {}).items()}
        columns = tuple(map(self._no_narrower, resource.columns))
        self.resource = replace(resource, columns=columns)
        """The list, with types that are no narrower than in earlier runs."""
        own = [column for column in columns if column not in FIXED_LIST_COLUMNS]
        self._types |= {column.name: column.type for column in own}
        self._unsaid = [column for column in own if column not in resource.columns]
        if self._unsaid:
            logger.info(
                "%s has columns that stay wider than the catalog says, as in earlier runs: %s",
                self._name,
                _listed(column.name for column in self._unsaid),
            )
        self._taken = {MISFITS, *(column.name for column in columns)}
        self._known = {source for column in columns for source in column.source}
        self._expected = {column.source[0] for column in own if column.name in wanted}
        self._labels: tuple[str, ...] = ()
        self._added: tuple[Column, ...] = ()
        if adds:
            self._restore(state.get(_ADDED, {}))

    @property
    def has_news(self) -> bool:
        """Whether there are columns that no SCHEMA message of this run has told of yet."""
        return bool(self._unsaid)

    def news(self) -> dict[str, dict[str, Any]]:
        """Return the schemas of columns that the catalog has not or has narrower, each once.

        What a SCHEMA message is going to say is remembered in the state.
        """
        unsaid, self._unsaid = self._unsaid, []
        self._remember()
        return {column.name: column.schema() for column in unsaid}

    def meets(self, labels: tuple[str, ...]) -> Sequence[Column]:
        """Report what is new and what is gone, once, and return the columns that are added."""
        if labels != self._labels:
            self._labels = labels
            if new := [label for label in labels if label not in self._known]:
                self._meet(new)
            if gone := self._expected.difference(labels):
                self._expected -= gone
                logger.warning(
                    "%s has lost columns of the catalog, which are null now: %s",
                    self._name,
                    _listed(sorted(gone)),
                )
        return self._added

    def reads(self, records: Sequence[Record]) -> None:
        """Take note of values that did not fit: their columns are wider in the next run."""
        for misfits in values_of(records, MISFITS):
            if misfits is not None:
                for name, cell in json.loads(misfits).items():
                    if name in self._types:
                        self._types[name] = wider(self._types[name], type_of(cell) or Type.TEXT)
                self._remember()

    def _no_narrower(self, column: Column) -> Column:
        before = self._types.get(column.name, self._types.get(_ANY))
        if before is None or column in FIXED_LIST_COLUMNS:
            return column
        return replace(column, type=wider(column.type, before))

    def _restore(self, added: Mapping[str, str]) -> None:
        for name, label in added.items():
            if label not in self._known:
                free = column_names([label], taken=self._taken)[label]
                self._add(label, name if name not in self._taken else free)

    def _meet(self, new: list[str]) -> None:
        self._known.update(new)
        if not self._adds:
            logger.warning(
                "%s has columns that are not in the catalog, and are left out: %s. "
                "Make the catalog again with --discover, or set auto_add_columns",
                self._name,
                _listed(new),
            )
            return
        logger.info("%s has new columns, which are added: %s", self._name, _listed(new))
        for label, name in column_names(new, taken=self._taken).items():
            self._add(label, name)

    def _add(self, label: str, name: str) -> None:
        column = Column(name=name, title=label, source=(label,))
        self._added = (*self._added, column)
        self._unsaid.append(column)
        self._taken.add(name)
        self._known.add(label)
        self._expected.add(label)
        self._types[name] = Type.TEXT

    def _remember(self) -> None:
        kinds = {name: kind.name.lower() for name, kind in self._types.items()}
        is_all_text = set(kinds.values()) == {"text"}
        if self._added:
            self._state[_ADDED] = {column.name: column.source[0] for column in self._added}
        self._state[_TYPES] = {_ANY: "text"} if is_all_text else kinds


class DeclaringStream(Stream):
    """A stream whose schema can change while it is read."""

    def _declare(self, properties: Mapping[str, dict[str, Any]]) -> None:
        """Put columns into the schema, and make the stream maps anew from it."""
        for schema in (self._schema, self._input_schema):
            if schema is not None:
                schema["properties"].update(properties)
        schema = self.effective_schema
        selected = {
            name: column
            for name, column in schema["properties"].items()
            if self.mask["properties", name]
        }
        self._tap.mapper.register_raw_stream_schema(
            self.name, {**schema, "properties": selected}, self.primary_keys
        )
        self._stream_maps = None


def _listed(headings: Iterable[str]) -> str:
    return ", ".join(map(repr, headings))
